"""Making reports: of one council, of every one, side by side."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from needs_assessment.periods import is_part_year, parse_period
from needs_assessment.project import Project, find_project
from needs_assessment.verbs.options import (
    CouncilArgument,
    CouncilOption,
    FreshOption,
    PeriodOption,
    Renderer,
    RendererOption,
    app,
    named,
)

if TYPE_CHECKING:
    from needs_assessment.unchanged import Outcome


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

    project, name = find_project(), named(council, council_option)
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
