"""The templates by themselves: under plain papermill, in Jupyter, and through nbval."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import papermill
import pytest

from running import ROOT

TEMPLATES = sorted((ROOT / "notebooks").glob("*.ipynb"))
PRODUCT = ("prevalence", "refuge", "marac", "children", "perpetrators")
SAMPLE = ROOT / "reports" / "northamptonshire" / "2020-21" / "chapters" / "refuge.ipynb"
MIME = "application/vnd.needs-assessment+json"


def records(notebook: dict) -> list[dict]:
    return [
        output["data"][MIME]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]


def run_papermill(template: Path, output: Path, *parameters: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "papermill", str(template), str(output), *parameters],
        cwd=template.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_keeps_to_its_contract(template: Path) -> None:
    notebook = json.loads(template.read_text(encoding="utf-8"))
    assert "".join(notebook["cells"][0]["source"]).startswith("# ")
    for cell in notebook["cells"]:
        assert not cell.get("outputs"), "templates hold no outputs"
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            assert not re.search(r"^\s*(def|class) ", source, re.MULTILINE), "no definitions"
            assert len(source.splitlines()) <= 30, "short cells"
    assert set(papermill.inspect_notebook(str(template))) == {"council", "period"}


@pytest.mark.parametrize("name", PRODUCT)
def test_the_named_chapters_have_indicators_a_table_and_a_chart(assessed, name: str) -> None:
    report = assessed("north", "2024-25")
    path = report.path / "chapters" / f"{name}.ipynb"
    found = records(json.loads(path.read_text(encoding="utf-8")))
    kinds = [record["kind"] for record in found]
    assert kinds.count("figure") >= 1
    assert kinds.count("table") >= 2
    assert any("95% interval" in record.get("columns", []) for record in found)


def test_plain_papermill_runs_a_template_for_another_council(project: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.ipynb"
    run = run_papermill(project / "notebooks" / "marac.ipynb", output, "-p", "council", "west")
    assert run.returncode == 0, run.stderr
    text = output.read_text(encoding="utf-8")
    assert records(json.loads(text))
    assert "E06000062" not in text or "E06000061" not in text
    assert (project / "reports" / "west" / "2024-25" / ".protected" / "store.json").exists()


def test_a_mistyped_parameter_never_gives_another_councils_chapter(
    project: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.ipynb"
    run = run_papermill(project / "notebooks" / "marac.ipynb", output, "-p", "counicl", "west")
    assert run.returncode != 0
    assert "“counicl” is not a parameter" in run.stderr
    assert not records(json.loads(output.read_text(encoding="utf-8")))


def _nbval(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**os.environ, "NEEDS_ASSESSMENT_ROOT": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nbval_runs_every_template() -> None:
    run = _nbval("--nbval-lax", str(ROOT / "notebooks"))
    assert run.returncode == 0, run.stdout[-3000:]


def test_nbval_finds_the_committed_chapter_unchanged() -> None:
    run = _nbval("--nbval", str(SAMPLE))
    assert run.returncode == 0, run.stdout[-3000:]
