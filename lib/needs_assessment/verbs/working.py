"""Beginning a council, its returns and chapters."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from needs_assessment.errors import AssessmentError
from needs_assessment.project import find_project
from needs_assessment.verbs.options import (
    CouncilArgument,
    CouncilOption,
    PeriodOption,
    app,
    named,
)


@app.command()
def protect(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Write the protected store of an edition: all that its chapters may read."""
    from needs_assessment.disclosure.store import protect as write_store

    write_store(find_project(), named(council, council_option), period)


@app.command()
def edit(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Open a council's chapters in JupyterLab, set up for writing."""
    from needs_assessment.council import choose_period, load_council
    from needs_assessment.narrative.editing import lab_command, lab_environment

    project = find_project()
    settings = load_council(project, named(council, council_option))
    folder = project.report(settings.id, choose_period(settings, period).text).chapters
    if not folder.is_dir():
        raise AssessmentError(
            f"{settings.name} has no chapters yet.", f"Run make assessment COUNCIL={settings.id}."
        )
    os.execve(sys.executable, lab_command(folder), lab_environment(os.environ))


@app.command()
def restore(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
    chapter: Annotated[
        str | None, typer.Option("--chapter", help="The chapter to bring back, such as marac.")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", help="Its number; the newest that differs if absent.")
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Only list what is kept.")] = False,
) -> None:
    """Bring back an earlier version of a chapter's narrative, or list those kept."""
    from needs_assessment.council import choose_period, load_council
    from needs_assessment.execution.lock import council_lock
    from needs_assessment.narrative.restoring import list_versions, restore_version

    project = find_project()
    settings = load_council(project, named(council, council_option))
    report = project.report(settings.id, choose_period(settings, period).text)
    if chapter is None and version is not None:
        raise AssessmentError("Which chapter?", f"Add --chapter, such as marac, to {version}.", 2)
    if listing or chapter is None:
        for each in list_versions(report, chapter):
            differing = f"{each.differing} cells differ" if each.differing else "as it is now"
            typer.echo(
                f"{each.chapter:<16} {each.number:>4}  {each.saved}  {each.why:<16}  {differing}"
            )
        return
    with council_lock(report.lock, settings.id, typer.echo):
        brought = restore_version(report, chapter, version)
    folder = project.relative(report.chapters)
    typer.echo(f"Version {brought.number} of {brought.saved} is back in {folder}/{chapter}.ipynb.")
    typer.echo("What stood there is kept as a version too. The next run puts it in the report.")


@app.command(name="council")
def found(
    name_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Its short name: it names files.")
    ] = None,
    id_option: CouncilOption = None,
    name: Annotated[str | None, typer.Option("--name", help="Its name as printed.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Its GSS code, E0….")] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", help="The first edition; the latest complete year if absent."),
    ] = None,
) -> None:
    """Begin a new council: its parameters, and an empty workbook for each return."""
    from datetime import date

    from needs_assessment.founding import found_council

    chosen = name_id or id_option
    if not (chosen and name and code):
        raise AssessmentError(
            "A new council needs a short name, a name and a code.",
            'For example: make council COUNCIL=rutland NAME="Rutland" CODE=E06000017',
            2,
        )
    founded = found_council(find_project(), chosen, name, code, date.today(), period)
    folder = founded.returns[0].rpartition("/")[0]
    typer.echo(f"Parameters   {founded.parameters}")
    typer.echo(f"Assurance    {founded.assurance}: roles, assumptions, checks, decisions")
    typer.echo(f"Returns      {folder}/: {len(founded.returns)} empty workbooks")
    for note in founded.notes:
        typer.echo(f"Note: {note}")
    typer.echo(
        f"Next: complete {founded.parameters}. Send each partner its workbook; when it comes back, "
        f"put it into {folder}/ under the same name and complete its lines under returns. Then "
        f"run make assessment COUNCIL={chosen}."
    )


@app.command()
def forms(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Write the empty workbooks of an edition, with the categories that the council names."""
    from datetime import date

    from needs_assessment.founding import renew_forms

    name = named(council, council_option)
    written, left = renew_forms(find_project(), name, date.today(), period)
    for path in left:
        typer.echo(f"Left as it is: {path}")
    typer.echo(f"Written: {len(written)} empty workbooks")
    for path in written:
        typer.echo(f"  {path}")


@app.command(name="map")
def propose(
    council: Annotated[str, typer.Argument(metavar="COUNCIL", help="A council in params/.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A partner's CSV or XLSX file.")],
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="The sheet to map; all with a table if absent.")
    ] = None,
) -> None:
    """Propose a mapping for a partner's file from its own headings, for you to correct."""
    from needs_assessment.council import load_council
    from needs_assessment.returns.proposed import map_file

    project = find_project()
    outcome = map_file(project, load_council(project, council), file, sheet)
    if outcome.written:
        typer.echo(f"Wrote {outcome.path}: correct it before you use it.")
    elif outcome.text:
        typer.echo(f"# {outcome.path} is there already and was left as it is. Proposed:")
        typer.echo(outcome.text)
    if outcome.checks:
        typer.echo("Check:")
    for check in outcome.checks:
        typer.echo(f"  - {check}")
    for step in outcome.next_steps:
        typer.echo(step)
