"""Every council's assessment in one command: one failing stops no other, and nothing is lost."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from needs_assessment.fleet.fleet import LANE_BYTES, lane_count
from running import copy_project, run_command
from test_command import kernels_of, small_project, snapshot

RENDERER = ("--renderer", "builtin")
ALL = ("assessments", *RENDERER)
REPORTS = {
    "northamptonshire": Path("reports/northamptonshire/2020-21"),
    "three-rivers": Path("reports/three-rivers/2017-18"),
}
DRAFT, MISTYPED = "status: draft", "status: drft"
FAILS = (
    "from pathlib import Path\n"
    'assert council != "northamptonshire" or Path("mended").exists(), "not yet"'
)


def with_councils(project: Path, *councils: str) -> Path:
    """The small project with only some councils."""
    small_project(project, "marac")
    for path in project.glob("params/*.yml"):
        if path.stem not in (*councils, "defaults"):
            path.unlink()
            shutil.rmtree(project / "data" / "returns" / path.stem)
    return project


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def with_first_code(project: Path, chapter: str, line: str) -> str:
    """`line` before the code that follows the parameters; the template's text before."""
    path = project / "notebooks" / f"{chapter}.ipynb"
    before = path.read_text(encoding="utf-8")
    notebook = json.loads(before)
    cell = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][1]
    cell["source"] = f"{line}\n{''.join(cell['source'])}"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return before


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project of three councils run at once, and what was printed. One has a mistyped setting;
    of another a chapter fails until there is a file `mended`.
    """
    project = copy_project(tmp_path_factory.mktemp("fleet") / "project")
    with_councils(project, *REPORTS, "west")
    change(project / "params" / "west.yml", DRAFT, MISTYPED)
    with_first_code(project, "marac", FAILS)
    run = run_command(project, *ALL, "--jobs", "1")
    assert run.returncode == 1, run.stdout + run.stderr
    assert run.stderr == ""
    return project, run.stdout


def test_each_council_has_a_line_and_each_failure_its_reason(fleet: tuple[Path, str]) -> None:
    _, said = fleet
    states = {"west": "failed", "three-rivers": "done", "northamptonshire": "failed"}
    for council, state in states.items():
        assert len(re.findall(rf"^  {council} +{state} +[\d.]+ s$", said, re.MULTILINE)) == 1
    assert re.search(r"Reports +1 of 3 councils", said)
    _, _, failures = said.partition("Failed")
    assert re.search(r"^  west +params/west\.yml: editions\.", failures, re.MULTILINE)
    why = r"^  northamptonshire +marac failed in cell \S+: AssertionError$"
    assert re.search(why, failures, re.MULTILINE)
    assert "\x1b" not in said


def test_the_report_of_the_other_is_in_place(fleet: tuple[Path, str]) -> None:
    project, _ = fleet
    report = project / REPORTS["three-rivers"]
    for file in ("index.html", "assessment.pdf", "indicators.json", "chapters/marac.ipynb"):
        assert (report / file).stat().st_size
    assert not list((project / "reports").glob("*/*/.work"))
    assert not list((project / "reports" / "northamptonshire").rglob("index.html"))
    assert not (project / "reports" / "west").exists()


def test_a_fleet_makes_what_a_run_of_the_council_makes(
    fleet: tuple[Path, str], tmp_path: Path
) -> None:
    project, _ = fleet
    alone = tmp_path / "alone"
    shutil.copytree(project, alone, ignore=shutil.ignore_patterns("reports"))
    (alone / "reports").mkdir()
    run = run_command(alone, "assessment", "three-rivers", *RENDERER)
    assert run.returncode == 0, run.stderr
    report = REPORTS["three-rivers"]
    first, second = (
        {name: data for name, data in snapshot(root / report).items() if "/history/" not in name}
        for root in (project, alone)
    )
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_running_again_runs_only_the_chapter_that_failed(
    fleet: tuple[Path, str], tmp_path: Path
) -> None:
    project = Path(shutil.copytree(fleet[0], tmp_path / "again"))
    (project / "mended").touch()
    run = run_command(project, "assessments", *REPORTS, *RENDERER)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Reports +2 of 2 councils", run.stdout)
    assert re.search(r"Run +1 of 4 chapters", run.stdout)
    assert "Failed" not in run.stdout


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["three-rivres"], {}, "did you mean “three-rivers”"),
        (["west", "--jobs", "0"], {}, "--jobs"),
        (["west"], {"ENGINE": "fast"}, "ENGINE is 'fast'"),
    ],
)
def test_a_fleet_that_cannot_be_understood(
    fleet: tuple[Path, str], arguments: list[str], variables: dict[str, str], said: str
) -> None:
    run = run_command(fleet[0], "assessments", *arguments, COLUMNS="200", **variables)
    assert run.returncode != 0 and run.stdout == ""
    assert said in run.stderr and "Traceback" not in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("verb", [("assessment", "three-rivers", *RENDERER), ALL])
def test_ctrl_c_loses_no_chapter_that_was_done(project: Path, verb: tuple[str, ...]) -> None:
    with_councils(project, "three-rivers")
    before = with_first_code(project, "marac", "import time; time.sleep(600)")
    report = project / REPORTS["three-rivers"]
    process = subprocess.Popen(
        [sys.executable, "-m", "needs_assessment.cli", *verb],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    done = report / ".executed" / "statutory.json"
    deadline = time.monotonic() + 90
    while not done.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped before" in stderr and "Traceback" not in stderr
    deadline = time.monotonic() + 20
    while kernels_of(project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kernels_of(project) == []
    assert not (report / "index.html").exists() and not (report / ".work").exists()
    if verb == ALL:
        return  # What follows is the same.
    (project / "notebooks" / "marac.ipynb").write_text(before, encoding="utf-8")
    run = run_command(project, *verb)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Run +1 of 2 chapters", run.stdout)


def test_as_many_councils_at_a_time_as_cores_and_memory_bear() -> None:
    assert lane_count(2, 100 * LANE_BYTES) == 2
    assert lane_count(64, 10 * LANE_BYTES) == 10
    assert lane_count(8, 0) == 1
