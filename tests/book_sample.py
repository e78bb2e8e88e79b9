"""The sample book of the tests, staged as the assembler stages a council's book."""

import shutil
import subprocess
from pathlib import Path

import yaml

from needs_assessment.book.settings import read_settings
from needs_assessment.book.site import finish_site

SAMPLE = Path(__file__).with_name("data") / "book"
SAVED_PAGES = Path(__file__).with_name("data") / "quarto_pages"
SHARED_SETTINGS = Path(__file__).parents[1] / "quarto.yml"

# What the sample shows in every format.
NOTICE = "Draft: Illustrative data, not real figures"
HEADINGS = [
    "About this assessment",
    "Version",
    "How to read this report",
    "1 Summary",
    "2 Refuge and safe accommodation",
    "2.1 Places",
    "2.2 Who was turned away",
    "2.2.1 Reasons",
    "3 MARAC",
    "3.1 Cases and referrals",
    "3.2 Repeat cases",
    "Appendix A — Methods",
    "A.1 Withheld figures",
    "A.2 Intervals",
    "Appendix B — Sources",
    "B.1 Works cited",
]
REFERENCES = {
    "sec-refuge": "Chapter 2",
    "sec-marac": "Chapter 3",
    "sec-marac-repeat": "Section 3.2",
    "sec-refuge-places": "Section 2.1",
    "sec-methods": "Appendix A",
    "sec-sources": "Appendix B",
    "fig-marac-quarters": "Figure 3.1",
    "fig-refuge-turned-away": "Figure 2.1",
    "tbl-headlines": "Table 1.1",
    "tbl-refuge-places": "Table 2.1",
    "tbl-refuge-reasons": "Table 2.2",
    "tbl-marac-agency": "Table 3.1",
    "tbl-signs": "Table A.1",
    "tbl-returns": "Table B.1",
}


def stage_sample(folder: Path) -> Path:
    """Write the sample book into `folder` with the project's own quarto.yml; returns `folder`."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("council.yml"))
    settings = yaml.safe_load(SHARED_SETTINGS.read_text(encoding="utf-8"))
    council = yaml.safe_load((SAMPLE / "council.yml").read_text(encoding="utf-8"))
    settings["book"].update(council.pop("book"))
    settings.update(council)
    (folder / "_quarto.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    return folder


def finish_saved(folder: Path) -> Path:
    """Write the sample into `folder`, and into `folder / "out"` the site that is made of the pages
    Quarto wrote of it (refresh_quarto_pages.py); returns `folder`.
    """
    book = stage_sample(folder / "book")
    site = shutil.copytree(SAVED_PAGES, folder / "out")
    shutil.copytree(SAMPLE / "figures", site / "figures")
    finish_site(site, book, read_settings(book))
    return folder


def add(book: Path, name: str, text: str) -> None:
    """Append `text` to the file `name` of the book."""
    path = book / name
    path.write_text(path.read_text(encoding="utf-8") + f"\n\n{text}\n", encoding="utf-8")


def pdf_words(path: Path) -> str:
    """The words of a PDF in reading order, single-spaced; needs poppler's pdftotext."""
    result = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, encoding="utf-8"
    )
    return " ".join(result.stdout.split())
