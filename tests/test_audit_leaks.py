"""Nothing that identifies somebody leaves the counting of a record-level extract: not in a report,
a notebook, a log, a traceback, a temporary file or a cache, also when a chapter fails or the run
is killed.
"""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import yaml

from leaking import CANARY, leaks, private_places
from needs_assessment.provenance import read_provenance
from running import Report, run_command

EXTRACT = Path("data", "returns", "north", "2024-25", "police-extract.csv")


def test_what_is_looked_for_is_found_wherever_it_is_packed(tmp_path: Path) -> None:
    (tmp_path / "plain.log").write_text("Given5 CanaryName")
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<t>19/11/1893</t>")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b"BT (74 CANARY Row) Tj ET")
        pdf.save(tmp_path / "report.pdf", compress_streams=True, recompress_flate=True)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = "CANARY-VN04984"
        pdf.save(tmp_path / "author.pdf")
    page = (
        "data:image/svg+xml;base64,PHN2Zz48IS0tIENBTkFSWS8yNC8wMDAwMjEgc2VlbiBoZXJlIC0tPjwvc3ZnPg=="
    )
    (tmp_path / "page.html").write_text(f'<img src="{page}">')
    (tmp_path / "fine.txt").write_text("19/11/1993")
    names = {line.split(": ")[0].rsplit(os.sep, 1)[-1] for line in leaks(tmp_path)}
    assert names == {"plain.log", "book.xlsx", "report.pdf", "author.pdf", "page.html"}


def test_nobody_is_named_in_anything_that_a_run_leaves(
    examples: Path, private: Path, assessed: Callable[[str, str], Report]
) -> None:
    report = assessed("north", "2024-25")
    assert len(CANARY.findall((examples / EXTRACT).read_bytes())) > 20_000
    used = read_provenance(report.path / "provenance.json")
    assert EXTRACT.as_posix() in used.inputs, "the extract was counted"
    assert not CANARY.search(report.output.encode())
    assert leaks(examples / "reports", private) == []
    left = [path for path in private.rglob("*") if re.search(r"needs|duckdb|papermill", path.name)]
    assert not [path for path in left if path.is_file()]


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions another way")
def test_which_hidden_numbers_are_small_is_for_their_owner_alone(
    assessed: Callable[[str, str], Report],
) -> None:
    """The protected store says it, and no other file that a run leaves."""
    report = assessed("north", "2024-25").path
    assert (report / ".protected").stat().st_mode & 0o077 == 0
    tells = re.compile(rb'"reason": "(?:small|secondary|group)"')
    inside = [path for path in report.rglob("*") if path.is_file()]
    assert tells.search((report / ".protected" / "store.json").read_bytes())
    assert not [
        path
        for path in inside
        if path.parent.name != ".protected" and tells.search(path.read_bytes())
    ]


@pytest.fixture
def small(project: Path) -> Path:
    """The project with one chapter: that of the police figures."""
    settings = yaml.safe_load((project / "quarto.yml").read_text(encoding="utf-8"))
    settings["book"]["chapters"] = ["index.qmd", "prevalence.qmd"]
    (project / "quarto.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    for path in (project / "notebooks").glob("*.ipynb"):
        if path.stem != "prevalence":
            path.unlink()
    return project


def add_cell(project: Path, source: str) -> None:
    """Puts a cell behind the opening of the one chapter."""
    path = project / "notebooks" / "prevalence.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = {"cell_type": "code", "id": "added", "metadata": {}, "outputs": [], "source": source}
    place = next(
        number
        for number, each in enumerate(notebook["cells"])
        if "open_chapter(" in "".join(each["source"])
    )
    notebook["cells"].insert(place + 1, {**cell, "execution_count": None})
    # All that a chapter can reach at all.
    notebook["metadata"]["needs_assessment"]["reads"] = ["everything"]
    path.write_text(json.dumps(notebook), encoding="utf-8")


EVERYTHING = """
held = [chapter.counts("police.recorded", over="quarter"), chapter.returns(), vars(chapter._store)]
"""


def test_nobody_is_named_in_the_traceback_of_a_chapter(small: Path, tmp_path: Path) -> None:
    """The chapter fails with all it can reach in its message."""
    add_cell(small, f"{EVERYTHING}raise ValueError(held)")
    private = tmp_path / "private"
    run = run_command(
        small, "assessment", "north", "--renderer", "builtin", **private_places(private)
    )
    assert run.returncode == 1
    assert "prevalence failed in cell" in run.stderr and "ValueError" in run.stderr
    assert not CANARY.search((run.stdout + run.stderr).encode())
    assert leaks(small, private, but=(small / "data",)) == []


@pytest.mark.skipif(os.name != "posix", reason="kills with a signal")
def test_nobody_is_named_in_what_a_killed_run_leaves(small: Path, tmp_path: Path) -> None:
    """Killed, with its kernels, while a chapter holds all it can reach and has printed it."""
    add_cell(
        small,
        f"{EVERYTHING}print(held, flush=True)\nimport os, pathlib, time\n"
        "pathlib.Path(os.environ['HOME'], 'reached').touch()\ntime.sleep(600)",
    )
    private = tmp_path / "private"
    reached = private / "reached"
    said = tmp_path / "said.log"
    with said.open("wb") as stream:
        run = subprocess.Popen(
            [sys.executable, "-m", "needs_assessment.cli", "assessment", "north"],
            cwd=small,
            env={**os.environ, **private_places(private)},
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            for _ in range(1200):
                if reached.exists() or run.poll() is not None:
                    break
                subprocess.run(["sleep", "0.1"], check=True)
            assert reached.exists(), said.read_text(encoding="utf-8")
        finally:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
    assert not CANARY.search(said.read_bytes())
    assert leaks(small, private, but=(small / "data",)) == []
