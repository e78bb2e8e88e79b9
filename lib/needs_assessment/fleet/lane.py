"""What a lane of a fleet is: a process that makes one council's assessment after another.

Its imports and the workers in which chapters run stay from council to council. When the parent ends
in any way, the lane stops what it is at, as Ctrl-C does to a single run.
"""

import contextlib
import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

from needs_assessment.assessment import assess
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.crew import Crew, interrupt_main_thread, serve
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.run import chapter_crew
from needs_assessment.project import Project


class _Quiet:
    """Of a run in a lane only what came of it is told."""

    def event(self, chapter: str, state: str, seconds: float) -> None: ...

    def note(self, text: str) -> None: ...


def _make(crew: Crew, job: dict[str, Any]) -> dict[str, Any]:
    """What came of a council: `executed` of `chapters` and `flags`, or `error`."""
    project = Project(Path(job["root"]))
    try:
        outcome = assess(
            project,
            job["council"],
            None,
            job["renderer"],
            _Quiet(),
            fresh=job["fresh"],
            crew=crew,
        )
    except AssessmentError as error:
        return {"error": error.message}
    except Exception as error:
        # What nothing foresaw stops no other council. Its own words could quote a return.
        return {"error": f"The program failed ({type(error).__name__})."}
    return {
        "error": "",
        "executed": outcome.executed,
        "chapters": outcome.chapters,
        "flags": outcome.flags,
    }


def main(workers: int) -> None:
    """Make assessments until standard input ends."""
    # A shell that starts commands in the background has them ignore this signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        chapter_crew(choose_engine(os.environ), workers) as crew,
    ):
        serve(partial(_make, crew), interrupt_main_thread)
