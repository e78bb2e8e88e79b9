"""A fleet: the assessments of many councils, as many at a time as this computer bears."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

from needs_assessment.council import known_council
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.crew import Answer, Crew
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.run import DONE, FAILED, STARTED
from needs_assessment.project import Project

# What a lane, its worker and a chapter take together at their peak; see bench/README.md.
LANE_BYTES = 700 * 2**20

# See execution/run.py for the module that is taken for missing.
LANE_PROGRAM = """
import sys
sys.modules["rfc3987_syntax"] = None
from needs_assessment.fleet.lane import main
main(int(sys.argv[1]))
"""

OnEvent = Callable[[str, str, float], None]


@dataclass(frozen=True)
class Made:
    """What came of one council in a fleet: how many of its chapters had to run and how many flags
    its checks list, or the `error` that stopped it ("" when its report is in place).
    """

    council: str
    seconds: float
    error: str
    executed: int = 0
    chapters: int = 0
    flags: int = 0


def assess_fleet(
    project: Project,
    names: Sequence[str],
    renderer: str,
    fresh: bool,
    count: int | None,
    on_event: OnEvent,
) -> list[Made]:
    """Makes the latest edition of each council in `names`.

    `count` councils are made at a time, by default as `lane_count` says. One that fails stops no
    other. `on_event` is told (council, "started" | "done" | "failed", seconds). Raises
    AssessmentError, before anything is made, for a council that there is not, and for an ENGINE
    that there is not.
    """
    choose_engine(os.environ)
    councils = in_turn(project, names)
    cores = usable_cores()
    count = min(count or lane_count(cores, psutil.virtual_memory().available), len(councils))
    made: dict[int, Made] = {}

    def started(number: int) -> None:
        on_event(councils[number], STARTED, 0.0)

    def answered(number: int, answer: Answer) -> None:
        each = made[number] = _made(councils[number], answer)
        on_event(each.council, FAILED if each.error else DONE, each.seconds)

    workers = max(1, cores // count)
    with Crew(LANE_PROGRAM, [str(workers)], count) as lanes:
        lanes.run([_job(project, name, renderer, fresh) for name in councils], started, answered)
    return sorted(made.values(), key=lambda each: each.council)


def in_turn(project: Project, names: Sequence[str]) -> list[str]:
    """The councils in `names`, the largest first: the last to end are then small, and end at about
    the same time.

    Raises AssessmentError for none, and for a council that there is not.
    """
    if not names:
        raise AssessmentError("params/ holds no council.", "Begin one: make council.", 2)
    for name in names:
        known_council(project, name)
    return sorted(names, key=lambda name: (-_size(project, name), name))


def lane_count(cores: int, memory: int) -> int:
    """How many councils are made at a time: one for each core, and no more than find room in
    `memory`, in bytes.
    """
    return max(1, min(cores, memory // LANE_BYTES))


def usable_cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _size(project: Project, council: str) -> int:
    """The bytes of a council's returns: about as much work as they are large."""
    folder = project.returns(council)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _job(project: Project, council: str, renderer: str, fresh: bool) -> dict[str, object]:
    return {
        "root": str(project.root),
        "council": council,
        "renderer": renderer,
        "fresh": fresh,
    }


def _made(council: str, answer: Answer) -> Made:
    """What came of a council; one that took its process down has failed."""
    if answer.content is None:
        words = answer.last_words[-1] if answer.last_words else "not enough memory, perhaps"
        return Made(council, answer.seconds, f"its process ended: {words}")
    return Made(council=council, seconds=answer.seconds, **answer.content)
