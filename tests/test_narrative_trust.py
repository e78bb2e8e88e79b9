"""JupyterLab shows the charts of what a run here put in place, and of nothing else."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from narrated import run
from needs_assessment.project import Project, ReportFolder


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReportFolder:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    project = Project(tmp_path)
    report = project.report("north", "2024-25")
    run(project, report, "first", "marac")
    return report


def is_trusted(path: Path) -> bool:
    notary = NotebookNotary()
    trusted = notary.check_signature(nbformat.read(path, as_version=4))
    notary.store.close()
    return trusted


def test_what_a_run_put_in_place_is_trusted(report: ReportFolder) -> None:
    assert is_trusted(report.chapters / "marac.ipynb")


def test_what_came_from_elsewhere_is_not(report: ReportFolder) -> None:
    path = report.chapters / "marac.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][-1]["source"] = "<script>elsewhere()</script>"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert not is_trusted(path)


def test_without_a_place_for_signatures_the_run_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jupyter").write_text("a file where the folder would be")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    project = Project(tmp_path)
    report = project.report("north", "2024-25")
    run(project, report, "first", "marac")
    assert (report.path / "index.html").exists()
