"""Looking at a report: what is wrong, what changed, what reviewers said."""

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
    printable,
)


@app.command()
def check(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="First write typed numbers as live figures, where it is sure."),
    ] = False,
) -> None:
    """List everything wrong, or worth knowing, about parameters, returns, templates and text."""
    from rich.console import Console

    from needs_assessment.checking.check import check as check_edition
    from needs_assessment.checking.fix import fix as fix_numbers
    from needs_assessment.checking.shown import show
    from needs_assessment.comments.review import open_comments

    printable()
    project, name = find_project(), named(council, council_option)
    for each in fix_numbers(project, name, period, typer.echo) if fix else ():
        typer.echo(f"{each.chapter}, cell {each.cell}: {each.typed} is now {each.figure}")
    checked = check_edition(project, name, period)
    show(checked, Console(highlight=False))
    waiting, remarks = open_comments(project, name, checked.period) if checked.file else (0, 0)
    if waiting:
        typer.echo(
            f"Review comments: {waiting} of {remarks} open (needs-assessment comments {name})."
        )
    sys.exit(1 if checked.count("error") else 0)


@app.command()
def comments(
    council: Annotated[str, typer.Argument(metavar="COUNCIL", help="A council in params/.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A returned assessment.docx.")
    ] = None,
    period: PeriodOption = None,
    answer: Annotated[
        tuple[str, str],
        typer.Option("--answer", metavar="ID TEXT", help="Answer a comment, by its id."),
    ] = ("", ""),
    everything: Annotated[
        bool, typer.Option("--all", help="List those that are answered too.")
    ] = False,
) -> None:
    """Lay what reviewers wrote into a returned Word file beside the cells it is about."""
    from needs_assessment.comments.listing import lines
    from needs_assessment.comments.review import answer_comment, list_comments, take_comments

    printable()
    project = find_project()
    if file and any(answer):
        raise AssessmentError("Read a file, or answer a comment: not both at once.", "", 2)
    if file:
        reviewed = take_comments(project, council, period, file, typer.echo)
    elif any(answer):
        reviewed = answer_comment(project, council, period, *answer, typer.echo)
    else:
        reviewed = list_comments(project, council, period, typer.echo)
    for line in lines(reviewed.kept if everything else reviewed.open, reviewed.texts):
        typer.echo(line)
    added = f", {reviewed.added} of them new" if file else ""
    total = f"{len(reviewed.kept)} comments and changes{added}; {len(reviewed.open)} open."
    typer.echo(f"\n{reviewed.title}: {total}")
    if reviewed.kept:
        typer.echo(f"All of them, with their cells and answers: {reviewed.page}")


@app.command()
def confirm(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
    chapter: Annotated[
        str | None, typer.Option("--chapter", help="Only this chapter, such as marac.")
    ] = None,
    cell: Annotated[
        str | None, typer.Option("--cell", help="Only this cell of the chapter.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that you wrote.")] = False,
) -> None:
    """Say that text is true as it stands, whatever its figures have become."""
    from needs_assessment.checking.confirm import confirm as confirm_text

    if everything == bool(chapter) or (cell and not chapter):
        raise AssessmentError(
            "Which text?",
            "Add --chapter, or --chapter and --cell, or --all. make check lists it.",
            2,
        )
    done = confirm_text(
        find_project(), named(council, council_option), period, chapter, cell, typer.echo
    )
    for each in done:
        said = [change.words for change in each.moved]
        said += [f"carried over from {each.carried_from}"] if each.carried_from else []
        typer.echo(f"{each.chapter}, cell {each.cell}: confirmed ({'; '.join(said)})")
    if not done:
        typer.echo("Nothing awaited another look.")


@app.command()
def explain(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Say of each chapter why it ran on the last run or did not, and whether it would run now."""
    from needs_assessment.explaining import explain as explain_chapters

    explained = explain_chapters(find_project(), named(council, council_option), period)
    for each in explained:
        typer.echo(each.chapter)
        typer.echo(f"  last run  {each.last}")
        typer.echo(f"  now       {each.now}")


@app.command()
def audit(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Attack a finished report with what its readers have, and name each cell that is not safe."""
    from needs_assessment.auditing import audit_in_place

    found = audit_in_place(find_project(), named(council, council_option), period)
    for finding in found.findings:
        typer.echo(f"Not safe: {finding}")
    typer.echo(found.summary)
    sys.exit(1 if found.findings else 0)


@app.command()
def changes(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Say what changed since the last published version, and why, for reviewers."""
    from needs_assessment.changes.summary import summary_lines
    from needs_assessment.changes.writing import write_changes

    project = find_project()
    reported = write_changes(project, named(council, council_option), period, typer.echo)
    if reported is None:
        typer.echo("Nothing was published before: there is nothing to compare with.")
        return
    for line in summary_lines(reported.changes):
        typer.echo(line)
    typer.echo(f"All of it: {project.relative(reported.path)}")
    typer.echo(f"Audit {reported.audit}")
