"""A new council: parameters that load, nothing overwritten, errors before anything is written."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from founded import CODE, complete, empty_project, found, snapshot
from needs_assessment import founding
from needs_assessment.council import load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.founding import latest_complete_year
from needs_assessment.project import Project
from needs_assessment.returns.standard import LISTS
from running import ROOT, copy_project, run_command


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to copy from."""
    return copy_project(tmp_path_factory.mktemp("forms") / "project")


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    return empty_project(tmp_path / "project")


def test_a_new_council_loads_and_can_be_protected_at_once(project: Path) -> None:
    run = run_command(
        project,
        *("council", "rutland", "--name", "Rutland", "--code", CODE, "--period", "2024-25"),
    )
    assert run.returncode == 0, run.stderr
    assert "params/rutland.yml" in run.stdout and "data/returns/rutland/2024-25/" in run.stdout
    council = load_council(Project(project), "rutland")
    edition = council.editions["2024-25"]
    assert (council.name, council.code) == ("Rutland", CODE)
    assert edition.version.status == "draft" and edition.returns == {}
    defaults = load_council(Project(project), "west").editions["2024-25"].populations
    assert edition.populations == defaults
    protected = run_command(project, "protect", "rutland")
    assert protected.returncode == 0, protected.stderr


def test_a_return_whose_lines_are_not_completed_is_refused(empty: Project) -> None:
    found(empty)
    complete(empty, "police.xlsx", received="YYYY-MM-DD")
    with pytest.raises(AssessmentError, match=r"police\.xlsx\.received.*YYYY-MM-DD"):
        load_council(empty, "rutland")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name_id": "Rutland"}, ["“Rutland”", "three-rivers"]),
        ({"name_id": "../x"}, ["“../x”"]),
        ({"name_id": "a--b"}, ["“a--b”"]),
        ({"name_id": ""}, ["“”"]),
        ({"name_id": "defaults"}, ["“defaults”"]),
        ({"name_id": "north"}, ["“north” already", "params/north.yml", "Nothing was changed"]),
        ({"name": "  "}, ["name is missing", 'NAME="Rutland"']),
        ({"name": "Rut\nland"}, ["cannot be printed"]),
        ({"name": "R" * 81}, ["cannot be printed", "80"]),
        ({"code": "E0600001"}, ["“E0600001”", "eight digits"]),
        ({"code": "e06000017"}, ["“e06000017”"]),
        ({"code": "W06000001"}, ["“W06000001”", "England"]),
        ({"code": "E06999999"}, ["E06999999", "areas.csv"]),
        ({"code": "E92000001"}, ["England", "not a council"]),
        ({"code": "E10000021"}, ["ended on 31 March 2021", "E06000061", "earlier period"]),
        ({"period": "2024"}, ["“2024”", "not a financial year", "2024-25"]),
        ({"period": "2024-2"}, ["“2024-2”"]),
        ({"period": "2026-27"}, ["has not begun", "2024-25"]),
    ],
)
def test_what_cannot_be_founded_is_refused_and_nothing_written(
    empty: Project, given: dict[str, Any], said: list[str]
) -> None:
    before = snapshot(empty)
    with pytest.raises(AssessmentError) as refused:
        found(empty, **given)
    for words in said:
        assert words in str(refused.value)
    assert snapshot(empty) == before


def test_nothing_is_overwritten(empty: Project) -> None:
    kept = empty.returns("rutland") / "2023-24" / "police.csv"
    kept.parent.mkdir(parents=True)
    kept.write_text("as it came", encoding="utf-8")
    before = snapshot(empty)
    with pytest.raises(AssessmentError, match="data/returns/rutland is there already"):
        found(empty)
    assert snapshot(empty) == before
    shutil.rmtree(kept.parents[1])
    found(empty)
    before = snapshot(empty)
    with pytest.raises(AssessmentError, match="already"):
        found(empty)
    assert snapshot(empty) == before


def test_a_failure_halfway_leaves_nothing(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(empty)
    written: list[Path] = []

    def full(path: Path, content: bytes) -> None:
        if len(written) == 3:
            raise OSError("no space left")
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr(founding, "write_atomically", full)
    with pytest.raises(OSError, match="no space"):
        found(empty)
    assert snapshot(empty) == before
    monkeypatch.undo()
    assert found(empty).parameters == "params/rutland.yml"


def test_what_the_analyst_is_told_of_the_area(empty: Project) -> None:
    assert found(empty).notes == ()
    district = found(empty, name_id="dacorum", name="Dacorum", code="E07000096")
    assert "section 61" in district.notes[0] and "Hertfordshire" in district.notes[0]
    london = found(empty, name_id="camden", name="Camden", code="E09000007")
    assert "London borough" in london.notes[0] and "Greater London Authority" in london.notes[0]
    wrong = found(empty, name_id="leeds", name="Leeds", code="E06000061")
    text = " ".join(wrong.notes)
    assert "North Northamptonshire" in text and "params/north.yml" in text
    county = found(
        empty, name_id="old", name="Northamptonshire", code="E10000021", period="2020-21"
    )
    assert "not a relevant local authority" in county.notes[0]


def test_a_district_may_also_report_for_its_county(empty: Project) -> None:
    found(empty, name_id="dacorum", name="Dacorum", code="E07000096")
    path = empty.returns("dacorum") / "2024-25" / "police.xlsx"
    areas = [cell.value for cell in openpyxl.load_workbook(path)[LISTS]["C"] if cell.value]
    assert areas == ["areas", "E07000096", "E10000015"]


@pytest.mark.parametrize("name", ["yes", "Né: #1", '"quoted"', "O'Neil", "null", "12", "=1+1"])
def test_any_name_is_kept_as_it_is(empty: Project, name: str) -> None:
    found(empty, name=name)
    assert load_council(empty, "rutland").name == name


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2025, 3, 31), "2023-24"),
        (date(2025, 4, 1), "2024-25"),
        (date(2025, 12, 31), "2024-25"),
        (date(2000, 4, 1), "1999-00"),
    ],
)
def test_the_latest_complete_year(today: date, year: str) -> None:
    assert latest_complete_year(today).text == year


@pytest.mark.parametrize("arguments", [[], ["rutland"], ["rutland", "--name", "Rutland"]])
def test_the_command_says_what_it_lacks(checkout: Path, arguments: list[str]) -> None:
    run = run_command(checkout, "council", *arguments)
    assert run.returncode == 2
    assert "make council COUNCIL=" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_council_takes_any_name(checkout: Path) -> None:
    """A shell would run what stands in back quotes, and split at spaces and quotes."""
    for file in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / file, checkout)
    command = checkout / ".venv" / "bin" / "needs-assessment"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m needs_assessment.cli "$@"\n')
    command.chmod(0o755)
    (checkout / ".venv" / ".ready").touch()
    name = 'The “New” `touch bad` O\'Neil "Rutland" x=1'
    run = subprocess.run(
        ["make", "council", "COUNCIL=new", f"NAME={name}", f"CODE={CODE}", "PERIOD=2024-25"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert load_council(Project(checkout), "new").name == name
    assert not (checkout / "bad").exists()
    # Some systems set NAME to the machine's.
    unnamed = subprocess.run(
        ["make", "council", "COUNCIL=other", f"CODE={CODE}"],
        cwd=checkout,
        env={**os.environ, "NAME": "a-machine"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert unnamed.returncode != 0 and "a name and a code" in unnamed.stderr


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_keeps_no_new_councils_returns(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    paths = {
        "data/returns/rutland/2024-25/police.xlsx": True,
        "data/returns/README.md": False,
        "data/returns/north/2024-25/police.csv": False,
        "params/rutland.yml": False,
    }
    for path, ignored in paths.items():
        run = subprocess.run(["git", "check-ignore", "-q", path], cwd=tmp_path, check=False)
        assert (run.returncode == 0) is ignored, path
