"""What a run shows while it works: live lines on a terminal, plain lines anywhere else."""

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn

from needs_assessment.execution.run import FAILED, STARTED


class Listener(Protocol):
    """Who is told of a run while it works."""

    def event(self, chapter: str, state: str, seconds: float) -> None:
        """`chapter` has started, is done or has failed, `seconds` after it started."""

    def note(self, text: str) -> None:
        """A line of text for whoever started the run."""


class Progress:
    """The lines of one run, or of a fleet's councils, used as a context manager.

    On a terminal each chapter that is running has a line with its time so far. Elsewhere each
    chapter gives one line when it ends, so that a log reads well. Names are `width` wide.
    """

    def __init__(self, stream: TextIO | None = None, width: int = 16) -> None:
        self._console = Console(file=stream or sys.stdout, highlight=False, markup=False)
        # Characters of ASCII alone: a Windows console or a log in Latin-1 shows them too.
        self._bars = Bars(
            TextColumn(
                f"  {{task.description:<{width}}} running {{task.elapsed:5.1f}} s", markup=False
            ),
            SpinnerColumn("line"),
            console=self._console,
            transient=True,
        )
        self._width = width
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._bars.stop()

    def event(self, chapter: str, state: str, seconds: float) -> None:
        """Show that `chapter` has started, is done or has failed, `seconds` after it started."""
        if state == STARTED:
            if self._console.is_terminal:
                self._tasks[chapter] = self._bars.add_task(chapter, total=None)
            return
        if chapter in self._tasks:
            self._bars.remove_task(self._tasks.pop(chapter))
        style = "bold red" if state == FAILED else None
        name = f"{chapter:<{self._width}}"
        self._console.print(f"  {name} {state:<6} {seconds:6.1f} s", style=style)

    def note(self, text: str) -> None:
        """Show a line of text."""
        self._console.print(text, soft_wrap=True)

    def summary(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show the closing `rows` of name and value, aligned; paths stay whole to be copied."""
        width = max((len(name) for name, _ in rows), default=0)
        self._console.print()
        for name, value in rows:
            self._console.print(f"  {name:<{width}}  {value}", soft_wrap=True)
