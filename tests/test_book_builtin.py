"""The built-in renderer's page and PDF, from one rendering of the sample book."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from bs4 import BeautifulSoup

from book_sample import HEADINGS, NOTICE, REFERENCES, add, pdf_words, stage_sample
from needs_assessment.book import builtin
from needs_assessment.book.pdf import children
from needs_assessment.errors import AssessmentError

needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (Debian: poppler-utils) is not installed"
)


@dataclass(frozen=True)
class Rendered:
    book: Path
    page_path: Path
    pdf_path: Path
    page: BeautifulSoup


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = tmp_path_factory.mktemp("sample")
    book = stage_sample(folder / "book")
    before = sorted(path.relative_to(book) for path in book.rglob("*"))
    builtin.render(book, folder / "out")
    assert sorted(path.relative_to(book) for path in book.rglob("*")) == before
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "assessment.pdf",
        "index.html",
    ]
    page = folder / "out" / "index.html"
    return Rendered(
        book,
        page,
        folder / "out" / "assessment.pdf",
        BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser"),
    )


def words(element) -> str:
    return " ".join(element.get_text().split())


# The page ----------------------------------------------------------------------------------


def test_headings_are_numbered_by_chapter_and_appendix(sample: Rendered):
    headings = sample.page.main.find_all(["h2", "h3", "h4"])
    assert [words(heading) for heading in headings] == HEADINGS


def test_references_name_and_reach_their_targets(sample: Rendered):
    found = {link["href"][1:]: words(link) for link in sample.page.find_all("a", class_="xref")}
    assert found == REFERENCES
    anchors = [element["id"] for element in sample.page.find_all(id=True)]
    assert len(anchors) == len(set(anchors))
    inside = [a["href"][1:] for a in sample.page.find_all("a", href=re.compile("^#"))]
    assert set(inside) <= set(anchors)


def test_contents_lead_to_every_chapter_and_section(sample: Rendered):
    entries = sample.page.nav.find_all("a")
    assert [words(entry) for entry in entries] == [h for h in HEADINGS if h != "2.2.1 Reasons"]


def test_captions_carry_the_number_and_the_source(sample: Rendered):
    caption = sample.page.find("table", id="tbl-marac-agency").caption
    assert words(caption) == (
        "Table 3.1: Referrals to MARAC by agency and quarter. "
        "Source: MARAC coordinator’s return. Illustrative data."
    )
    figure = sample.page.find("figure", id="fig-refuge-turned-away")
    assert words(figure.figcaption).startswith("Figure 2.1: Households helped and turned away")


def test_tables_name_their_columns_and_rows(sample: Rendered):
    for table in sample.page.find_all("table"):
        assert {cell["scope"] for cell in table.thead.find_all("th")} == {"col"}
        for row in table.tbody.find_all("tr"):
            assert row.contents[1].name == "th" and row.contents[1]["scope"] == "row"
        region = table.parent
        assert region["role"] == "region" and region["tabindex"] == "0"
        assert sample.page.find(id=region["aria-labelledby"])


def test_figures_have_the_authors_alternative_text(sample: Rendered):
    images = sample.page.find_all("img")
    assert [image["alt"][:20] for image in images] == [
        "Bar chart with two b",
        "Line chart of cases ",
    ]
    assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in images)


def test_live_figures_keep_their_indicator(sample: Rendered):
    span = sample.page.find("span", class_="figure", attrs={"data-id": "refuge.below_recommended"})
    assert words(span) == "36%"


def test_callouts_say_what_they_are(sample: Rendered):
    titles = [words(title) for title in sample.page.find_all(class_="callout-title")]
    assert titles == [
        "Note",
        "Important: What the board is asked to decide",
        "Warning: One return is missing",
    ]


def test_signs_in_brackets_stay_signs(sample: Rendered):
    items = [words(item) for item in sample.page.main.find_all("li")]
    assert "[x] stands for a number that no partner returned." in items
    assert "[c] stands for a number that is withheld." in items
    assert not sample.page.main.find_all("input")


def test_sources_are_listed_once_and_linked(sample: Rendered):
    [refs] = sample.page.find_all(id="refs")
    assert len(refs.find_all(class_="csl-entry")) == 4
    assert sample.page.find("a", href="#ref-wilson-1927")


def test_the_page_fetches_nothing_and_shows_no_code(sample: Rendered):
    page = sample.page
    assert not page.find_all(["link", "iframe", "object", "embed", "base", "pre"])
    assert all(not script.get("src") for script in page.find_all("script"))
    sources = [element["src"] for element in page.find_all(src=True)]
    assert all(source.startswith("data:") for source in sources)
    style = " ".join(style.get_text() for style in page.find_all("style"))
    assert "url(" not in style and "@import" not in style


def test_the_page_says_what_it_is(sample: Rendered):
    page = sample.page
    assert page.html["lang"] == "en-GB"
    assert words(page.title) == "Domestic abuse needs assessment: Sampleshire, 2024-25"
    assert words(page.find(class_="notice")) == NOTICE
    block = [words(row) for row in page.find(class_="version-block").find_all("div")]
    assert block[0] == "CouncilSampleshire Council"
    assert len(block) == 5
    assert NOTICE.replace(":", "") in style_strings(page).replace(":", "")


def style_strings(page: BeautifulSoup) -> str:
    """The texts that print styles put on every page, decoded."""
    style = " ".join(style.get_text() for style in page.find_all("style"))
    return re.sub(r"\\([0-9a-f]{6})", lambda match: chr(int(match[1], 16)), style)


# The PDF -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf(sample: Rendered):
    with pikepdf.open(sample.pdf_path) as pdf:
        yield pdf


def elements(element, tag: str) -> list:
    found = []
    for kid in children(element):
        if str(kid.S) == tag:
            found.append(kid)
        found += elements(kid, tag)
    return found


def test_the_pdf_claims_pdf_ua_and_names_itself(pdf: pikepdf.Pdf):
    metadata = pdf.Root.Metadata.read_bytes().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert str(pdf.Root.Lang) == "en-GB"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.docinfo.Title) == "Domestic abuse needs assessment: Sampleshire, 2024-25"
    assert str(pdf.docinfo.CreationDate).startswith("D:20251103")


def test_the_pdf_keeps_alternative_texts(pdf: pikepdf.Pdf):
    figures = elements(pdf.Root.StructTreeRoot, "/Figure")
    assert [str(figure.Alt)[:20] for figure in figures] == [
        "Bar chart with two b",
        "Line chart of cases ",
    ]


def test_the_pdf_names_columns_and_rows_of_tables(pdf: pikepdf.Pdf):
    tables = elements(pdf.Root.StructTreeRoot, "/Table")
    # The version block of the title page and the six tables of the book.
    assert len(tables) == 7
    for table in tables:
        bodies = elements(table, "/TBody") or [table]
        for row in children(bodies[0]):
            head, *cells = children(row)
            assert str(head.S) == "/TH"
            assert table_attribute(head, "/Scope") == "/Row"
            for cell in cells:
                assert str(cell.S) == "/TD"
                assert str(head.ID) in [str(name) for name in table_attribute(cell, "/Headers")]
    for header in elements(tables[1], "/THead"):
        scopes = {str(table_attribute(cell, "/Scope")) for cell in elements(header, "/TH")}
        assert scopes == {"/Column"}


def table_attribute(cell, name: str):
    [attributes] = [each for each in cell.A if each.get("/O") == "/Table"]
    return attributes[name]


def test_the_pdf_has_bookmarks_for_chapters_and_no_blank_page(pdf: pikepdf.Pdf):
    with pdf.open_outline() as outline:
        titles = [entry.title for entry in outline.root]
    assert titles == [
        "About this assessment",
        "1 Summary",
        "2 Refuge and safe accommodation",
        "3 MARAC",
        "A Methods",
        "B Sources",
    ]
    assert len(pdf.pages) == 10


@needs_pdftotext
def test_the_pdf_numbers_as_the_page_does(sample: Rendered):
    text = pdf_words(sample.pdf_path)
    for heading in HEADINGS:
        assert heading in text
    for reference in REFERENCES.values():
        assert reference in text
    assert "Table 2.2: Reasons for turning a household away." in text
    assert "Figure 3.1: Cases heard at MARAC by quarter" in text
    assert "Appendices" not in text


@needs_pdftotext
def test_every_page_carries_title_notice_and_number(sample: Rendered):
    pages = len(pikepdf.open(sample.pdf_path).pages)
    text = pdf_words(sample.pdf_path)
    assert text.count(NOTICE) == pages
    for number in range(2, pages + 1):
        assert f"Page {number} of {pages}" in text
    each = re.split(rf"Page \d+ of {pages}", text)
    listing = [page for page in each if re.search(r"Return \d\d of the year", page)]
    assert len(listing) == 3
    assert all(page.count("Return Partner Rows Received") == 1 for page in listing)


# Both --------------------------------------------------------------------------------------


def test_the_same_book_gives_the_same_bytes(sample: Rendered, tmp_path: Path):
    builtin.render(sample.book, tmp_path)
    assert (tmp_path / "index.html").read_bytes() == sample.page_path.read_bytes()
    assert (tmp_path / "assessment.pdf").read_bytes() == sample.pdf_path.read_bytes()


def test_a_sign_without_a_glyph_is_named_and_nothing_is_replaced(tmp_path: Path):
    book = stage_sample(tmp_path / "book")
    add(book, "summary.qmd", "A face 😀.")
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("the last report", encoding="utf-8")
    with pytest.raises(AssessmentError, match=r"summary\.qmd: the PDF has no letter for “😀”"):
        builtin.render(book, out)
    assert (out / "index.html").read_text(encoding="utf-8") == "the last report"
    assert [path.name for path in out.iterdir()] == ["index.html"]


def test_two_chapters_may_use_the_same_note_and_heading(tmp_path: Path):
    book = stage_sample(tmp_path / "book")
    for name in ("summary.qmd", "marac.qmd"):
        add(book, name, "## Caveats\n\nSee [above](#caveats).[^one]\n\n[^one]: Of " + name)
    builtin.render(book, tmp_path / "out")
    page = BeautifulSoup((tmp_path / "out" / "index.html").read_text("utf-8"), "html.parser")
    assert page.find(id="summary-caveats") and page.find(id="marac-caveats")
    assert "Of summary.qmd" in page.get_text() and "Of marac.qmd" in page.get_text()
