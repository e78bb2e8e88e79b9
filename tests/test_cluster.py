"""Every council on a Dask cluster: the same reports as here, whatever becomes of a worker."""

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path

import pytest

import needs_assessment
from needs_assessment.council import load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.fleet.parcel import pack_inputs, unpack
from needs_assessment.project import Project
from running import copy_project, run_command
from test_command import snapshot
from test_fleet import RENDERER, REPORTS, with_councils

SECONDS = 120
PACKAGE = Path(needs_assessment.__file__).parent


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def until(there: Callable[[], object], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not there():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("scheduler") / "scheduler.json"
    start = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0")
    with process(*start, "--no-dashboard", "--scheduler-file", str(file)):
        until(file.exists, "the scheduler did not start")
        yield json.loads(file.read_text(encoding="utf-8"))["address"]


@contextmanager
def worker(
    scheduler: str, folder: Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A worker process, and where it and what it starts put temporary files."""
    place = folder / "temporary"
    place.mkdir(parents=True)
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    start = ("distributed.cli.dask_worker", scheduler, *options)
    local = ("--local-directory", str(folder / "dask"))
    with process(*start, *local, TMPDIR=str(place), **environment) as started:
        yield started, place


def at_work(place: Path) -> list[Path]:
    """The folders in which a worker makes a council."""
    return list(place.glob("needs-assessment-*/project/reports/*/*/.work"))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project of two councils, made on this computer alone."""
    project = with_councils(copy_project(tmp_path_factory.mktemp("here") / "project"), *REPORTS)
    run = run_command(project, "assessments", *RENDERER)
    assert run.returncode == 0, run.stdout + run.stderr
    return project


def test_a_worker_is_killed_and_every_report_is_as_it_is_made_here(
    here: Path, scheduler: str, tmp_path: Path
) -> None:
    project = with_councils(copy_project(tmp_path / "project"), *REPORTS)
    command = [
        *(sys.executable, "-m", "needs_assessment.cli", "assessments", *RENDERER),
        *("--scheduler", scheduler),
    ]
    with (
        ExitStack() as stack,
        subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as run,
    ):
        workers = [
            stack.enter_context(worker(scheduler, tmp_path / name)) for name in ("first", "second")
        ]
        until(lambda: all(at_work(place) for _, place in workers), "no worker began")
        workers[0][0].kill()
        said, _ = run.communicate(timeout=SECONDS)
        assert run.returncode == 0, said
        until(
            lambda: not any(list(place.glob("needs-assessment-*")) for _, place in workers),
            "exact numbers are left in temporary files",
        )
    assert "is lost" in said
    for report in REPORTS.values():
        made, expected = snapshot(project / report), snapshot(here / report)
        assert made.keys() == expected.keys()
        other = {name for name in expected if made[name] != expected[name]}
        # Earlier words are kept with the time at which they were.
        assert not {name for name in other if not name.startswith(".narrative/history/")}


def test_a_worker_with_another_version_is_refused(
    here: Path, scheduler: str, tmp_path: Path
) -> None:
    other = tmp_path / "other" / PACKAGE.name
    shutil.copytree(PACKAGE, other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "display.py").open("a", encoding="utf-8") as source:
        source.write("# Another version.\n")
    with worker(scheduler, tmp_path / "worker", PYTHONPATH=str(other.parent)):
        run = run_command(here, "assessments", *RENDERER, "--scheduler", scheduler)
    assert run.returncode == 1
    assert "its needs-assessment is another version than the one here" in run.stdout
    assert "no worker that can be used" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_a_scheduler_that_is_not_there_is_said(here: Path) -> None:
    run = run_command(here, "assessments", "--scheduler", "tcp://127.0.0.1:9")
    assert run.returncode == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_only_what_a_council_may_read_is_sent(here: Path) -> None:
    project = Project(here)
    parcel = pack_inputs(project, load_council(project, "three-rivers"))
    names = zipfile.ZipFile(BytesIO(parcel)).namelist()
    assert "params/three-rivers.yml" in names
    assert any(name.startswith("data/returns/three-rivers/") for name in names)
    assert not [name for name in names if name.startswith("data/returns/northamptonshire/")]
    assert not [name for name in names if name.endswith(".lock")]


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "ready/../../outside.txt"])
def test_what_comes_back_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    parcel = BytesIO()
    with zipfile.ZipFile(parcel, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(AssessmentError, match="leads out of its folder"):
        unpack(parcel.getvalue(), tmp_path / "inside")
    assert list(tmp_path.rglob("*.txt")) == []
