"""What a worker of a Dask cluster does for a fleet: it has a lane of its own make each council."""

import atexit
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from platform import python_version
from threading import Lock
from typing import Any

from needs_assessment.execution.crew import Answer, Crew
from needs_assessment.execution.kept import package_digest
from needs_assessment.fleet.fleet import LANE_PROGRAM

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ONE_AT_A_TIME = Lock()


def installed() -> dict[str, str]:
    """What a report follows from on this computer besides its inputs: this package's source, Python
    and the packages this one is built on, each with its version.
    """
    needed = {_NAME.match(line)[0] for line in requires("needs-assessment") or []}
    found = {"needs_assessment": package_digest(Path(__file__).resolve().parents[1])}
    for name in sorted(needed):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"Python": python_version(), **found}


def make_council(job: dict[str, Any]) -> dict[str, Any]:
    """What a lane answers to `job` (see `lane.py`), or `{"ended": its last words}`."""
    came: list[Answer] = []
    with _ONE_AT_A_TIME:
        _lane().run([job], lambda number: None, lambda number, answer: came.append(answer))
    if came[0].content is None:
        return {"ended": came[0].last_words}
    return {**came[0].content, "seconds": came[0].seconds}


@cache
def _lane() -> Crew:
    """The lane, kept from council to council; it ends with this process, however that ends."""
    crew = Crew(LANE_PROGRAM, ["1"], 1)
    atexit.register(crew.__exit__, None, None, None)
    return crew
