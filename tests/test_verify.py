"""Verifying: a published version is rebuilt of what it was made of, and compared to the byte."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leaking import private_places
from needs_assessment.book import front
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project
from needs_assessment.publication.differences import (
    differences,
    first_difference,
    program_differences,
)
from needs_assessment.publication.edition import recorded_renderer, without_private
from needs_assessment.publication.verify import verify
from published import COUNCIL, PERIOD, REPORT, RETURN, Quiet, edit_parameters
from running import run_command

FOLDER = REPORT / "published" / "1.0"
ARCHIVE = REPORT / ".inputs" / "1.0.zip"
REBUILDING = REPORT / ".rebuilding"


@pytest.fixture
def again(published: Path, tmp_path: Path) -> Path:
    """A copy of the project with a published version, to change."""
    return Path(shutil.copytree(published, tmp_path / "again"))


def test_on_an_unchanged_checkout_nothing_differs(again: Path, tmp_path: Path) -> None:
    """Whatever has become of the inputs, the words and the report in place since."""
    (again / RETURN).write_text("nothing of what it was", encoding="utf-8")
    edit_parameters(again, ('"1.0"', '"2.0"'), ("Three Rivers District", "Another"))
    shutil.rmtree(again / REPORT / "chapters")
    left = {path for path in again.rglob("*") if path.name != ".lock"}
    run = run_command(again, "verify", COUNCIL, "1.0", **private_places(tmp_path / "private"))
    assert run.returncode == 0, run.stdout + run.stderr
    files = json.loads((again / FOLDER / "version.json").read_text(encoding="utf-8"))["files"]
    said = re.search(
        rf"Version 1.0 of {PERIOD}: all (\d+) files are the same, byte for byte", run.stdout
    )
    assert said and int(said[1]) >= len(files) and "assessment.docx" in files, run.stdout
    assert {path for path in again.rglob("*") if path.name != ".lock"} == left
    packed = [path for path in (tmp_path / "private").rglob("*") if path.suffix == ".csv"]
    assert packed == [], "nothing of the inputs is left elsewhere"


def test_what_differs_is_said_and_why(again: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = again / FOLDER / "chapters" / "services.ipynb"
    chapter.chmod(0o644)
    chapter.write_text(
        chapter.read_text(encoding="utf-8").replace("where people come", "where they come"),
        encoding="utf-8",
    )
    modes = []

    def reworded() -> str:
        modes.append(stat.S_IMODE((again / REBUILDING).stat().st_mode))
        return "- Read it well."

    monkeypatch.setattr(front, "_how_to_read", reworded)
    found = verify(Project(again), COUNCIL, "1.0", None, Quiet())
    assert modes == [0o700] and not (again / REBUILDING).exists()
    assert not found.same and found.altered == ("chapters/services.ipynb",)
    words = {each.file: each.words for each in found.different}
    assert set(words) == {
        "assessment.docx",
        "assessment.pdf",
        "book/index.qmd",
        "chapters/services.ipynb",
        "index.html",
        # It names every file by its digest.
        "provenance.json",
    }
    assert "was “- \\[c\\] stands for" in words["book/index.qmd"]
    assert "now “- Read it well.”" in words["book/index.qmd"]
    assert "where they come" in words["chapters/services.ipynb"]
    assert "the same up to byte" in words["assessment.pdf"]
    assert found.program == (), "the package on disk and its libraries are the same"


def test_without_what_it_was_made_of_it_says_so(again: Path) -> None:
    archive = again / ARCHIVE
    content = archive.read_bytes()
    archive.write_bytes(content + b"x")
    with pytest.raises(AssessmentError, match=r"\.inputs/1\.0\.zip is not the archive that"):
        verify(Project(again), COUNCIL, "1.0", None, Quiet())
    archive.unlink()
    with pytest.raises(AssessmentError, match=r"\.inputs/1\.0\.zip is not here") as refused:
        verify(Project(again), COUNCIL, "1.0", None, Quiet())
    assert "not in version control" in refused.value.hint
    assert not (again / REBUILDING).exists()


@pytest.mark.parametrize(
    ("version", "period"), [("1.1", None), ("1.0", "2017-18x"), ("..", None), ("", None)]
)
def test_a_version_that_there_is_not(published: Path, version: str, period: str | None) -> None:
    with pytest.raises(AssessmentError) as refused:
        verify(Project(published), COUNCIL, version, period, Quiet())
    assert refused.value.status == 2
    assert period or f"Published: 1.0 ({PERIOD})." in refused.value.hint


def test_a_damaged_record_is_an_error_that_says_what_to_do(again: Path) -> None:
    record = again / FOLDER / "version.json"
    record.chmod(0o644)
    record.write_text("{", encoding="utf-8")
    with pytest.raises(AssessmentError, match="missing or damaged"):
        verify(Project(again), COUNCIL, "1.0", None, Quiet())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_exact_numbers_are_gone_when_it_is_ended(
    again: Path, tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "needs_assessment.cli", "verify", COUNCIL, "1.0"],
        cwd=again,
        env={**os.environ, **private_places(tmp_path / "private")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    exact = again / REBUILDING / "project" / RETURN
    deadline = time.monotonic() + 120
    while not exact.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert exact.exists()
    process.send_signal(number)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 128 + number and "Traceback" not in stderr
    assert not (again / REBUILDING).exists()


# In words --------------------------------------------------------------------------------------


def test_the_first_difference_of_each_file() -> None:
    found = differences(
        {"a": b"1\n2\n3", "b": b"\xff\x00", "gone": b"", "same": b"x"},
        {"a": b"1\n2\n4", "b": b"\xff\x01", "new": b"", "same": b"x"},
    )
    assert [str(each) for each in found] == [
        "a: line 3 was “3”, now “4”",
        "b: 2 bytes, now 2; the same up to byte 1",
        "gone: published, but not made by the rebuild",
        "new: made by the rebuild, but not published",
    ]
    assert first_difference(b"one", b"one\ntwo") == "line 2 was “”, now “two”"
    long = first_difference(b"x" * 500 + b"a" + b"z" * 500, b"x" * 500 + b"b" + b"z" * 500)
    assert "a" in long and "b" in long and len(long) < 250


def test_what_has_changed_in_the_program() -> None:
    then = {
        "renderer": "built-in",
        "python": "3.11.7",
        "packages": {"pandas": "3.0.0", "gone": "1"},
        "package_digest": "a",
    }
    now = {
        "renderer": "built-in",
        "python": "3.11.9",
        "packages": {"pandas": "3.0.1", "new": "2"},
        "package_digest": "b",
    }
    assert program_differences(then, then) == []
    assert program_differences(then, now) == [
        "Python 3.11.7, now 3.11.9",
        "gone 1, now not installed",
        "new was not installed, now 2",
        "pandas 3.0.0, now 3.0.1",
        "The code of needs-assessment itself has changed",
    ]


def test_it_is_rebuilt_with_the_renderer_that_made_it() -> None:
    assert recorded_renderer("built-in") == "builtin"
    assert recorded_renderer("quarto 1.10.18") == "quarto"


def test_what_is_private_is_left_out_wherever_it_stands() -> None:
    store = {"exposed": ["x"], "rows": [{"why": {"reason": "small"}, "value": None}]}
    assert without_private(store) == {"rows": [{"value": None}]}
