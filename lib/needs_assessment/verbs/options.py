"""The command itself, and the arguments that several verbs share."""

import io
import sys
from enum import StrEnum
from typing import Annotated

import typer

from needs_assessment.errors import AssessmentError

app = typer.Typer(
    name="needs-assessment",
    help="The annual domestic abuse needs assessment (Domestic Abuse Act 2021, Part 4).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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


def named(council: str | None, option: str | None) -> str:
    """The council asked for, whichever way; raises AssessmentError when there is none."""
    name = council or option
    if not name:
        raise AssessmentError("Which council?", "For example: make assessment COUNCIL=north", 2)
    return name


def printable() -> None:
    """A console that lacks a character shows a question mark rather than an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
