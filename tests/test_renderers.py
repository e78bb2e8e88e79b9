"""The same assessment by Quarto, where there is one, and by the built-in renderer after it."""

from pathlib import Path

import pikepdf
import pytest

from needs_assessment.book.quarto import find_quarto
from needs_assessment.provenance import read_provenance
from running import run_command

pytestmark = pytest.mark.skipif(
    find_quarto() is None, reason="Quarto is neither on PATH nor named by QUARTO_PATH"
)


@pytest.mark.parametrize("council", ["north", "three-rivers"])
def test_quarto_makes_the_report_and_leaves_nothing_behind(project: Path, council: str) -> None:
    run = run_command(project, "assessment", council, "--renderer", "auto")
    assert run.returncode == 0, run.stderr
    assert "quarto 1." in run.stdout
    report = next((project / "reports" / council).glob("*/index.html")).parent
    for name in (
        "marac.html",
        "statutory.html",
        "checks.html",
        "assessment.pdf",
        "assessment.docx",
    ):
        assert (report / name).is_file()
    assert read_provenance(report / "provenance.json").renderer.startswith("quarto")
    with pikepdf.open(report / "assessment.pdf") as pdf:
        pages = len(pdf.pages)
    run = run_command(project, "assessment", council, "--renderer", "builtin")
    assert run.returncode == 0, run.stderr
    assert not (report / "marac.html").exists() and not (report / "site_libs").exists()
    with pikepdf.open(report / "assessment.pdf") as pdf:
        assert len(pdf.pages) == pages, "the same pages from both renderers"
