"""What a lane of a fleet is: a process that makes one council's assessment after another.

Its imports and the workers in which chapters run stay from council to council. When the parent ends
in any way, the lane stops what it is at, as Ctrl-C does to a single run.
"""

import contextlib
import gc
import os
import signal
import tempfile
from base64 import b64decode, b64encode
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from needs_assessment.archives import unpack
from needs_assessment.assessment import assess, make
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.crew import Crew, interrupt_main_thread, serve
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.run import chapter_crew
from needs_assessment.fleet.parcel import pack_results
from needs_assessment.project import Project


class _Quiet:
    """Of a run in a lane only what came of it is told."""

    def event(self, chapter: str, state: str, seconds: float) -> None: ...

    def note(self, text: str) -> None: ...


def _make(crew: Crew, job: dict[str, Any]) -> dict[str, Any]:
    """What came of a council: `executed` of `chapters` and `flags`, or `error`.

    Of a job that came from another computer: `executed` of `chapters`, or `error`, and the
    `parcel` that goes back.
    """
    try:
        return _make_sent(crew, job) if "parcel" in job else _make_here(crew, job)
    except AssessmentError as error:
        return {"error": error.message}
    except Exception as error:
        # What nothing foresaw stops no other council. Its own words could quote a return.
        return {"error": f"The program failed ({type(error).__name__})."}


def _make_here(crew: Crew, job: dict[str, Any]) -> dict[str, Any]:
    project, renderer = Project(Path(job["root"])), job["renderer"]
    outcome = assess(project, job["council"], None, renderer, _Quiet(), job["fresh"], crew)
    return {
        "error": "",
        "executed": outcome.executed,
        "chapters": outcome.chapters,
        "flags": outcome.flags,
    }


def _make_sent(crew: Crew, job: dict[str, Any]) -> dict[str, Any]:
    """Makes the edition in a folder of this process alone, which is gone when it answers or ends:
    it holds exact numbers.
    """
    with tempfile.TemporaryDirectory(prefix="needs-assessment-") as folder:
        project = Project(Path(folder) / "project")
        unpack(b64decode(job["parcel"]), project.root)
        name, period = job["council"], job["period"]
        report = project.report(name, period)
        report.path.mkdir(parents=True, exist_ok=True)
        try:
            made = make(project, name, period, job["renderer"], _Quiet(), job["fresh"], crew)
            came = {"error": "", **asdict(replace(made, ahead=None))}
        except AssessmentError as error:
            came = {"error": error.message}
        return {**came, "parcel": b64encode(pack_results(report)).decode()}


def main(workers: int) -> None:
    """Make assessments until standard input ends."""
    # As in a run by itself: see cli.py.
    gc.set_threshold(50_000, 20, 50)
    # A shell that starts commands in the background has them ignore this signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        chapter_crew(choose_engine(os.environ), workers) as crew,
    ):
        serve(partial(_make, crew), interrupt_main_thread)
