"""The command as an analyst meets it: bad input gets a clear error and loses nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from running import ROOT, Report, copy_project, run_command

Assessed = Callable[[str, str], Report]
# The example with the least to read.
RUN = ("assessment", "three-rivers", "--renderer", "builtin")
REPORT = Path("reports/three-rivers/2017-18")


def kernels_of(project: Path) -> list[int]:
    """Running processes that work in `project`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cwd").readlink().resolve() == project.resolve():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def snapshot(folder: Path) -> dict[str, bytes]:
    """Everything an analyst or reviewer has, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".lock") and path.parent.name != ".executed"
    }


def small_project(project: Path, *chapters: str) -> Path:
    """The project with only some chapters, so that a whole run is short; the first page refers to
    the statutory one.
    """
    chapters = (*chapters, "statutory")
    for path in (project / "notebooks").glob("*.ipynb"):
        if path.stem not in chapters:
            path.unlink()
    book = project / "quarto.yml"
    kept = {
        *chapters,
        "index",
        "data-dictionary",
        "indicators",
        "methods",
        "sources",
        "checks",
        "assurance",
    }
    lines = book.read_text(encoding="utf-8").splitlines(keepends=True)
    book.write_text(
        "".join(
            line
            for line in lines
            if not (found := re.match(r"\s+- ([\w-]+)\.qmd", line)) or found[1] in kept
        ),
        encoding="utf-8",
    )
    _drop_references(project / "notebooks", kept)
    return project


def _drop_references(notebooks: Path, kept: set[str]) -> None:
    """Takes references to chapters that are not there out of the templates."""
    for path in notebooks.glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(
            r"@sec-([a-z-]*[a-z])",
            lambda found: found[0] if found[1] in kept else "the report",
            text,
        )
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project that has been run once."""
    project = small_project(copy_project(tmp_path_factory.mktemp("ran") / "project"), "marac")
    run = run_command(project, *RUN)
    assert run.returncode == 0, run.stdout + run.stderr
    return project


@pytest.fixture
def again(ran: Path, tmp_path: Path) -> Path:
    """A copy of the small project that has been run once."""
    return Path(shutil.copytree(ran, tmp_path / "again"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["assessment", "norht"], ["norht", "did you mean “north”", "three-rivers"]),
        (["assessment", "../../etc"], ["../../etc", "Known councils"]),
        (["assessment", "north", "--period", "2019-20"], ["2019-20", "2024-25"]),
        (["assessment"], ["Which council?"]),
        (["assessment", "north", "--perod", "2024-25"], ["--perod", "--period"]),
        (["assessment", "north", "--renderer", "word"], ["word", "builtin"]),
    ],
)
def test_a_command_that_cannot_be_understood(
    project: Path, arguments: list[str], said: list[str]
) -> None:
    run = run_command(project, *arguments, COLUMNS="200")
    assert run.returncode == 2
    for words in said:
        assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert not any((project / "reports").iterdir())


def test_make_refuses_a_mistyped_variable() -> None:
    run = subprocess.run(
        ["make", "assessment", "COUNCL=west"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "COUNCL is not known" in run.stderr


def test_a_run_says_where_the_report_is(assessed: Assessed) -> None:
    output = assessed("north", "2024-25").output
    for words in (
        "reports/north/2024-25/index.html",
        "reports/north/2024-25/assessment.pdf",
        "reports/north/2024-25/assessment.docx",
        "built-in",
        "Flags",
        "marac",
        " s",
    ):
        assert words in output
    assert "\x1b" not in output, "plain lines when not on a terminal"


def test_a_return_that_cannot_be_read_stops_the_run(project: Path) -> None:
    path = project / "data" / "returns" / "north" / "2024-25" / "idva.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = lines[3].split(",")
    row[5] = "lots"
    lines[3] = ",".join(row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (project / "data" / "returns" / "north" / "2024-25" / "extra.csv").write_text("a,b\n")
    run = run_command(project, "assessment", "north")
    assert run.returncode == 1
    assert "data/returns/north/2024-25/idva.csv, row 4, column “value”: “lots”" in run.stderr
    assert "extra.csv is not described in params/north.yml" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_failing_chapter_loses_nothing(again: Path) -> None:
    before = snapshot(again / REPORT)
    path = again / "notebooks" / "marac.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(each for each in notebook["cells"] if "chapter.table" in "".join(each["source"]))
    cell["source"] = "1 / 0"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    run = run_command(again, *RUN, "--fresh")
    assert run.returncode == 1
    assert f"marac failed in cell {cell['id']}: ZeroDivisionError" in run.stderr
    assert "statutory" in run.stdout, "the other chapters finish"
    assert len(run.stderr.splitlines()) < 15 and "Traceback" not in run.stderr
    assert snapshot(again / REPORT) == before


def test_output_that_bypasses_the_chapter_is_refused(again: Path) -> None:
    path = again / "notebooks" / "marac.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(each for each in notebook["cells"] if "chapter.table" in "".join(each["source"]))
    cell["source"] = "".join(cell["source"]) + "\nprint('17 people')"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    run = run_command(again, *RUN)
    assert run.returncode == 1
    assert cell["id"] in run.stderr and "bypasses table, figure" in run.stderr


def test_an_edited_sentence_survives_and_is_in_the_report(again: Path) -> None:
    report = again / REPORT
    path = report / "chapters" / "marac.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(
        each for each in notebook["cells"] if "narrative" in each["metadata"].get("tags", [])
    )
    cell["source"] = (
        "We wrote this: the rate is {{ marac.rate }}. <script>alert(1)</script> "
        "{{< include /etc/passwd >}}"
    )
    path.write_text(json.dumps(notebook), encoding="utf-8")
    run = run_command(again, *RUN)
    assert run.returncode == 0, run.stderr
    assert re.search(r"Edits kept +1 ", run.stdout)
    after = json.loads(path.read_text(encoding="utf-8"))
    texts = {each["id"]: "".join(each["source"]) for each in after["cells"]}
    assert texts[cell["id"]] == cell["source"]
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "We wrote this" in page and "<script>alert(1)" not in page and "root:" not in page
    base = json.loads((report / ".narrative" / "marac.json").read_text(encoding="utf-8"))
    assert cell["id"] in base and "We wrote this" not in json.dumps(base)


def test_an_unknown_live_figure_names_its_cell_and_the_nearest(again: Path) -> None:
    path = again / "notebooks" / "marac.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(
        each for each in notebook["cells"] if "narrative" in each["metadata"].get("tags", [])
    )
    cell["source"] = "The rate is {{ marac.rat }}."
    path.write_text(json.dumps(notebook), encoding="utf-8")
    run = run_command(again, *RUN)
    assert run.returncode == 1
    assert cell["id"] in run.stderr and "marac.rate" in run.stderr


@pytest.mark.parametrize("fresh", [(), ("--fresh",)], ids=["kept", "fresh"])
def test_an_unchanged_assessment_is_the_same_bytes(again: Path, fresh: tuple[str, ...]) -> None:
    first = snapshot(again / REPORT)
    assert run_command(again, *RUN, *fresh).returncode == 0
    second = snapshot(again / REPORT)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_interruption_leaves_no_kernel_and_the_old_report(project: Path) -> None:
    small_project(project, "marac", "children")
    report = project / REPORT
    process = subprocess.Popen(
        [sys.executable, "-m", "needs_assessment.cli", *RUN],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(kernels_of(project)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped before the report was finished" in stderr
    assert "Traceback" not in stderr
    deadline = time.monotonic() + 20
    while kernels_of(project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kernels_of(project) == []
    assert not (report / "index.html").exists() and not (report / ".work").exists()


def test_a_second_run_of_one_council_waits(again: Path) -> None:
    command = [sys.executable, "-m", "needs_assessment.cli", *RUN, "--fresh"]
    options = {"cwd": again, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, **options) for _ in range(2)]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    assert sum("is in progress" in stdout for stdout, _ in outputs) == 1
    assert (again / REPORT / "assessment.pdf").exists()
