"""The verbs. The Makefile only calls them, and they work where there is no make."""

import io
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import is_part_year, parse_period
from needs_assessment.project import Project, find_project

if TYPE_CHECKING:
    from needs_assessment.unchanged import Outcome

app = typer.Typer(
    name="needs-assessment",
    help="The annual domestic abuse needs assessment (Domestic Abuse Act 2021, Part 4).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


_INTERRUPTED = 130


class Renderer(StrEnum):
    """What makes the HTML and the PDF."""

    auto = "auto"
    quarto = "quarto"
    builtin = "builtin"


CouncilArgument = Annotated[
    str | None, typer.Argument(metavar="COUNCIL", help="A council in params/, such as north.")
]
CouncilOption = Annotated[str | None, typer.Option("--council", help="The same, as an option.")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="The edition, such as 2024-25; the latest if absent.")
]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Run every chapter, changed or not.")]
RendererOption = Annotated[
    Renderer,
    typer.Option("--renderer", help="auto takes Quarto where it is found, else the built-in one."),
]


@app.command()
def assessment(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
    renderer: RendererOption = Renderer.auto,
    fresh: FreshOption = False,
) -> None:
    """Make a council's assessment: check, protect, run the chapters, render HTML and PDF.

    For a part of a year, such as "2025-26 Q1..Q2", it makes the board's dashboard.
    """
    from needs_assessment.unchanged import unchanged

    project, name = find_project(), _named(council, council_option)
    if period and is_part_year(period):
        return _dashboard(project, name, period)
    held = None if fresh else unchanged(project, name, period, renderer)
    if held:
        # Said without what draws a run's progress: that takes longer to import than all of this.
        typer.echo("Nothing has changed: the report in place is the one that would be made.")
        for text in held.looks:
            typer.echo(text)
        typer.echo()
        for label, value in _rows(project, held):
            typer.echo(f"  {label:<10}  {value}")
        return
    from needs_assessment.assessment import assess
    from needs_assessment.execution.progress import Progress

    with Progress() as progress:
        progress.summary(_rows(project, assess(project, name, period, renderer, progress, fresh)))


def _rows(project: Project, outcome: "Outcome") -> list[tuple[str, str]]:
    """What is said of a run at its end."""
    folder = project.relative(outcome.report)
    return [
        ("Report", f"{folder}/index.html"),
        ("PDF", f"{folder}/assessment.pdf"),
        ("Word", f"{folder}/assessment.docx"),
        ("Chapters", f"{folder}/chapters/ (edit the narrative here)"),
        ("Run", f"{outcome.executed} of {outcome.chapters} chapters"),
        ("Edits kept", f"{outcome.kept} narrative cells"),
        *(("Recovered", project.relative(path)) for path in outcome.recovered),
        ("Renderer", outcome.renderer),
        ("Audit", outcome.audit),
        ("Flags", f"{outcome.flags} (see {folder}/checks.json)"),
        ("Time", f"{outcome.seconds:.1f} s"),
    ]


def _dashboard(project: Project, name: str, period: str) -> None:
    from needs_assessment.dashboard.make import make_dashboard
    from needs_assessment.execution.progress import Progress

    with Progress() as progress:
        made = make_dashboard(project, name, parse_period(period), progress)
        folder = project.relative(made.folder)
        progress.summary(
            [
                ("Dashboard", f"{folder}/index.html"),
                ("PDF", f"{folder}/dashboard.pdf"),
                ("Missing", f"{made.missing} indicators of the latest quarter"),
                ("Audit", made.audit),
            ]
        )


@app.command()
def assessments(
    councils: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COUNCIL …]", help="Councils in params/; all of them if absent."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="How many councils at a time; one a core if absent."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="A Dask cluster's, such as tcp://host:8786."),
    ] = None,
    renderer: RendererOption = Renderer.auto,
    fresh: FreshOption = False,
) -> None:
    """Make the latest assessment of every council; one that fails stops no other."""
    import time

    from needs_assessment.council import council_names
    from needs_assessment.execution.progress import Progress

    project, started = find_project(), time.monotonic()
    names = list(dict.fromkeys(councils or council_names(project)))
    with Progress(width=max(map(len, names), default=0)) as progress:
        if scheduler:
            from needs_assessment.fleet.cluster import assess_on_cluster

            made = assess_on_cluster(project, names, renderer, fresh, scheduler, progress)
        else:
            from needs_assessment.fleet.fleet import assess_fleet

            made = assess_fleet(project, names, renderer, fresh, jobs, progress.event)
        failed = [each for each in made if each.error]
        ran = f"{sum(each.executed for each in made)} of {sum(each.chapters for each in made)}"
        progress.summary(
            [
                ("Reports", f"{len(made) - len(failed)} of {len(made)} councils: reports/"),
                ("Run", f"{ran} chapters"),
                ("Flags", f"{sum(each.flags for each in made)} (see checks.json of each report)"),
                ("Time", f"{time.monotonic() - started:.1f} s"),
            ]
        )
        if failed:
            progress.note("\nFailed (make assessment COUNCIL=… says more):")
            progress.summary([(each.council, each.error.splitlines()[0]) for each in failed])
    sys.exit(1 if failed else 0)


@app.command()
def compare(
    councils: Annotated[
        list[str], typer.Argument(metavar="COUNCIL …", help="Two councils in params/, or more.")
    ],
    period: PeriodOption = None,
    renderer: RendererOption = Renderer.auto,
) -> None:
    """Set the reports in place of several councils side by side, in one book."""
    from needs_assessment.comparison.book import compare as compare_reports

    project = find_project()
    made = compare_reports(project, councils, period, renderer)
    folder = project.relative(made.folder)
    typer.echo(f"Book         {folder}/index.html")
    typer.echo(f"PDF          {folder}/assessment.pdf")
    typer.echo(f"Indicators   {made.indicators}, of which {made.charts} are drawn")
    typer.echo(f"Renderer     {made.renderer}")


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

    _printable()
    project, name = find_project(), _named(council, council_option)
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

    _printable()
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
        find_project(), _named(council, council_option), period, chapter, cell, typer.echo
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

    explained = explain_chapters(find_project(), _named(council, council_option), period)
    for each in explained:
        typer.echo(each.chapter)
        typer.echo(f"  last run  {each.last}")
        typer.echo(f"  now       {each.now}")


@app.command()
def protect(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Write the protected store of an edition: all that its chapters may read."""
    from needs_assessment.disclosure.store import protect as write_store

    write_store(find_project(), _named(council, council_option), period)


@app.command()
def audit(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Attack a finished report with what its readers have, and name each cell that is not safe."""
    from needs_assessment.auditing import audit_in_place

    found = audit_in_place(find_project(), _named(council, council_option), period)
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
    reported = write_changes(project, _named(council, council_option), period, typer.echo)
    if reported is None:
        typer.echo("Nothing was published before: there is nothing to compare with.")
        return
    for line in summary_lines(reported.changes):
        typer.echo(line)
    typer.echo(f"All of it: {project.relative(reported.path)}")
    typer.echo(f"Audit {reported.audit}")


@app.command()
def publish(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
    renderer: RendererOption = Renderer.auto,
) -> None:
    """Freeze an edition under published/<version>/, with what it was made of."""
    from needs_assessment.execution.progress import Progress
    from needs_assessment.publication.publish import publish as publish_edition

    project = find_project()
    with Progress() as progress:
        done = publish_edition(project, _named(council, council_option), period, renderer, progress)
        accepted = f", with {done.accepted} problems accepted" if done.accepted else ""
        corrects = f", which corrects {done.replaces}" if done.replaces else ""
        progress.summary(
            [
                ("Published", f"version {done.number} of {done.period}{corrects}{accepted}"),
                ("Version", f"{project.relative(done.folder)}/ ({done.files} files; commit it)"),
                ("Made of", f"{project.relative(done.inputs)} (exact numbers: keep it safe)"),
                ("Renderer", done.renderer),
                ("Next", "give the next draft a number of its own in params/"),
            ]
        )


@app.command()
def verify(
    council: Annotated[str, typer.Argument(metavar="COUNCIL", help="A council in params/.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Published, such as 1.0.")],
    period: PeriodOption = None,
) -> None:
    """Rebuild a published version from what it was made of, and say what differs."""
    from needs_assessment.execution.progress import Progress
    from needs_assessment.publication.verify import verify as verify_version

    with Progress() as progress:
        found = verify_version(find_project(), council, version, period, progress)
    for file in found.altered:
        typer.echo(f"Not as published: {file}")
    for each in found.different:
        typer.echo(f"Differs: {each}")
    for line in found.program if found.different else ():
        typer.echo(f"Since then: {line}.")
    title = f"Version {version} of {found.period}"
    if found.same:
        typer.echo(f"{title}: all {found.files} files are the same, byte for byte.")
    else:
        typer.echo(
            f"{title}: of {found.files} files, {len(found.altered)} are not as published and"
            f" {len(found.different)} are rebuilt otherwise."
        )
    sys.exit(0 if found.same else 1)


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
    settings = load_council(project, _named(council, council_option))
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
    settings = load_council(project, _named(council, council_option))
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

    name = _named(council, council_option)
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


def _printable() -> None:
    """A console that lacks a character shows a question mark rather than an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _named(council: str | None, option: str | None) -> str:
    """The council asked for, whichever way; raises AssessmentError when there is none."""
    name = council or option
    if not name:
        raise AssessmentError("Which council?", "For example: make assessment COUNCIL=north", 2)
    return name


def main() -> None:
    """Runs a verb; an AssessmentError is printed without a traceback, Ctrl-C ends quietly."""
    try:
        app(standalone_mode=True)
    except AssessmentError as error:
        typer.echo(f"Error: {error.message}", err=True)
        if error.hint:
            typer.echo(f"  {error.hint}", err=True)
        sys.exit(error.status)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            typer.echo("Stopped before the report was finished. Run it again to finish.", err=True)
        raise


if __name__ == "__main__":
    main()
