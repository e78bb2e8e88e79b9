"""The verbs. The Makefile only calls them, and they work where there is no make."""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from needs_assessment.errors import AssessmentError
from needs_assessment.project import find_project

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
) -> None:
    """Make a council's assessment: check, protect, run the chapters, render HTML and PDF."""
    from needs_assessment.assessment import assess
    from needs_assessment.execution.progress import Progress

    project = find_project()
    with Progress() as progress:
        outcome = assess(project, _named(council, council_option), period, renderer, progress)
        folder = project.relative(outcome.report)
        progress.summary(
            [
                ("Report", f"{folder}/index.html"),
                ("PDF", f"{folder}/assessment.pdf"),
                ("Chapters", f"{folder}/chapters/ (edit the narrative here)"),
                ("Edits kept", f"{outcome.kept} narrative cells"),
                ("Renderer", outcome.renderer),
                ("Flags", f"{outcome.flags} (see {folder}/checks.json)"),
                ("Time", f"{outcome.seconds:.1f} s"),
            ]
        )


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
def edit(
    council: CouncilArgument = None,
    council_option: CouncilOption = None,
    period: PeriodOption = None,
) -> None:
    """Open a council's chapters in JupyterLab."""
    from needs_assessment.council import choose_period, load_council

    project = find_project()
    settings = load_council(project, _named(council, council_option))
    folder = project.report(settings.id, choose_period(settings, period).text).chapters
    if not folder.is_dir():
        raise AssessmentError(
            f"{settings.name} has no chapters yet.", f"Run make assessment COUNCIL={settings.id}."
        )
    os.execv(sys.executable, [sys.executable, "-m", "jupyter", "lab", str(folder)])


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
