"""The same assessment by Quarto, where there is one, and by the built-in renderer after it."""

import shutil
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from alike import one_page, read_views, site_pages
from book_sample import pdf_words
from needs_assessment.book.quarto import find_quarto
from needs_assessment.book.settings import read_settings
from needs_assessment.provenance import read_provenance
from running import run_command

pytestmark = pytest.mark.skipif(
    find_quarto() is None, reason="Quarto is neither on PATH nor named by QUARTO_PATH"
)


@pytest.mark.parametrize("council", ["north", "three-rivers"])
def test_quarto_makes_the_same_report_and_leaves_nothing_behind(
    project: Path, council: str
) -> None:
    run = run_command(project, "assessment", council, "--renderer", "auto")
    assert run.returncode == 0, run.stderr
    assert "quarto 1." in run.stdout
    report = next((project / "reports" / council).glob("*/index.html")).parent
    for name in ("statutory.html", "checks.html", "assessment.docx", "assets/search-index.js"):
        assert (report / name).is_file()
    assert read_provenance(report / "provenance.json").renderer.startswith("quarto")
    theirs, pages = _shown(report), _page_count(report)
    words = pdf_words(report / "assessment.pdf") if shutil.which("pdftotext") else ""
    _must_explain(theirs)
    run = run_command(project, "assessment", council, "--renderer", "builtin")
    assert run.returncode == 0, run.stderr
    assert not (report / "marac.html").exists() and not (report / "assets").exists()
    ours = _shown(report)
    for kind, shown in ours.items():
        assert theirs[kind] == shown, kind
    assert _page_count(report) == pages, "the same pages from both renderers"
    if shutil.which("pdftotext"):
        assert pdf_words(report / "assessment.pdf") == words


def _must_explain(shown: dict[str, Any]) -> None:
    """Numbers in sentences, numbers in tables and the sources of captions open on the pages."""
    keys = {key for key, _, _ in shown["numbers"]}
    assert {"marac.cases", "marac.rate"} <= keys
    captions = {key for key in keys if key.startswith(("tbl-", "fig-"))}
    assert captions <= set(shown["labels"]) and len(captions) >= 5
    assert all(shown["explanations"][key]["lines"] for key in keys)


def _shown(report: Path) -> dict[str, Any]:
    settings = read_settings(report / "book")
    if (report / "marac.html").exists():
        return read_views(site_pages(report, settings), settings)
    return read_views(one_page((report / "index.html").read_text("utf-8")), settings)


def _page_count(report: Path) -> int:
    with pikepdf.open(report / "assessment.pdf") as pdf:
        return len(pdf.pages)
