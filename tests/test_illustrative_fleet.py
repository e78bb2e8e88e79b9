"""A project of every relevant authority, to try a fleet on."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from needs_assessment.checking.check import check
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from running import ROOT

SCRIPT = ROOT / "data" / "make_illustrative_fleet.py"
RELEVANT = [a for a in Reference(ROOT / "data" / "reference").areas.values() if a.relevant]


def make(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False
    )


def files(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "reports" not in path.parts
    }


@pytest.fixture(scope="module")
def extremes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the smallest authority and the largest."""
    folder = tmp_path_factory.mktemp("extremes") / "fleet"
    run = make(folder, "--areas", "E06000053", "E61000001")
    assert run.returncode == 0, run.stderr
    return folder


def test_there_are_as_many_as_the_act_makes_relevant() -> None:
    kinds = [area.type for area in RELEVANT]
    assert len(RELEVANT) == 121
    assert [kinds.count(each) for each in ("unitary", "metropolitan district", "county")] == [
        63, 36, 21,
    ]  # fmt: skip


@pytest.mark.parametrize("council", ["isles-of-scilly", "greater-london-authority"])
def test_returns_of_any_size_are_consistent_and_marked(extremes: Path, council: str) -> None:
    project = Project(extremes)
    checked = check(project, council, None)
    assert checked.count("error") == 0, checked
    settings = yaml.safe_load((extremes / "params" / f"{council}.yml").read_text("utf-8"))
    returns = settings["editions"]["2024-25"]["returns"]
    made = {path.name for path in (project.returns(council) / "2024-25").iterdir()}
    assert set(returns) == made and len(made) > 10
    assert {each["nature"] for each in returns.values()} == {"illustrative"}
    assert {each["form"] for each in returns.values()} <= {
        path.stem for path in (extremes / "params" / "mappings").glob("*.yml")
    }


def test_the_same_script_gives_the_same_bytes(extremes: Path, tmp_path: Path) -> None:
    assert make(tmp_path / "again", "--areas", "E06000053", "E61000001").returncode == 0
    assert files(tmp_path / "again") == files(extremes)


@pytest.mark.parametrize("place", ["inside", "taken"])
def test_it_writes_only_where_nothing_is(tmp_path: Path, place: str) -> None:
    (tmp_path / "kept.txt").touch()
    run = make({"inside": ROOT / "fleet", "taken": tmp_path}[place])
    assert run.returncode == 1
    assert {"inside": "outside it", "taken": "not empty"}[place] in run.stderr
    assert not (ROOT / "fleet").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
