"""Fleets of several sizes: against a papermill loop, against their floor, against one another.

    python bench/fleet.py [--councils 1 6 24] [--loop 6] [--json FILE]

The councils are relevant authorities with illustrative returns. The loop and the floor are measured
on the first `--loop` councils of the smallest fleet that has as many, and scaled to the others.
The floor is the time that cells and renderer take in a warm process, divided among the cores: no
way of running the same chapters could be faster.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import papermill
from measuring import PERIOD, PROGRAM, councils_of, fleet_project, measure
from papermill_loop import loop, render_executed

from needs_assessment.execution.kernel import kernel_environment
from needs_assessment.execution.plan import plan_chapters
from needs_assessment.fleet.fleet import usable_cores
from needs_assessment.project import Project

RUN = (*PROGRAM, "assessments", "--renderer", "builtin")


def compare(sizes: Sequence[int], looped: int) -> dict[str, object]:
    """For each size: seconds, peak memory, seconds a council, and the ratios."""
    cores = usable_cores()
    fleets: dict[str, dict[str, float | None]] = {}
    loops: list[float] = []
    floors: list[float] = []
    for size in sorted(sizes):
        with fleet_project(size) as folder:
            run = measure(RUN, folder=folder)
            if not loops and size >= min(looped, max(sizes)):
                for council in councils_of(folder)[:looped]:
                    with tempfile.TemporaryDirectory() as output:
                        loops.append(loop(folder, council, Path(output)).seconds)
                    floors.append(floor(Project(folder), council))
        fleets[str(size)] = {**run.as_dict(), "seconds_a_council": round(run.seconds / size, 2)}
    each, least = statistics.mean(loops), statistics.mean(floors)
    for size, fleet in fleets.items():
        fleet["times_faster_than_loop"] = round(each * int(size) / fleet["seconds"], 1)
        fleet["times_the_floor"] = round(fleet["seconds"] / (least * int(size) / cores), 2)
    return {
        "cores": cores,
        "loop_seconds_a_council": round(each, 2),
        "floor_seconds_a_council": round(least, 2),
        "measured_on": len(loops),
        "fleets": fleets,
    }


def floor(project: Project, council: str) -> float:
    """Seconds that the cells of one council's chapters and the renderer take, one by one."""
    parameters = {"council": council, "period": PERIOD}
    variables = {
        "NEEDS_ASSESSMENT_STORE": str(project.report(council, PERIOD).store),
        "NEEDS_ASSESSMENT_ROOT": str(project.root),
    }
    seconds = 0.0
    with tempfile.TemporaryDirectory() as place:
        for chapter in plan_chapters(project):
            executed = papermill.execute_notebook(
                str(chapter.path),
                str(Path(place) / chapter.path.name),
                parameters=parameters,
                progress_bar=False,
                cwd=str(project.root),
                engine_name="warm",
                environment=kernel_environment(variables),
                seed=council,
            )
            times = [cell.metadata.get("papermill", {}).get("duration") for cell in executed.cells]
            seconds += sum(each or 0.0 for each in times)
        started = time.perf_counter()
        render_executed(project, council, Path(place))
        return seconds + time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure fleets of several sizes.")
    parser.add_argument("--councils", type=int, nargs="+", default=[1, 6, 24])
    parser.add_argument("--loop", type=int, default=6)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    os.environ["PYTHONHASHSEED"] = "0"
    result = compare(given.councils, given.loop)
    print(json.dumps(result, indent=2))
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
