"""The Word document: one made from the sample book, read as Word and as the audit reads it."""

import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Cm

from book_sample import HEADINGS, NOTICE, REFERENCES, stage_sample
from needs_assessment.audit.office import read_word
from needs_assessment.book.settings import read_settings
from needs_assessment.book.word import WORD, draw_pictures, render_word
from needs_assessment.book.word_reference import CONTENTS, LINE_WIDTH
from needs_assessment.book.word_tables import column_widths


@dataclass(frozen=True)
class Made:
    book: Path
    path: Path
    word: Document


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("word")
    book = stage_sample(folder / "book")
    before = sorted(book.rglob("*"))
    render_word(book, read_settings(book), folder / WORD)
    assert sorted(book.rglob("*")) == before
    return Made(book, folder / WORD, docx.Document(str(folder / WORD)))


def plain(text: str) -> str:
    return " ".join(text.split())


def headings(word: Document) -> list[tuple[str, str]]:
    return [
        (each.style.name, plain(each.text))
        for each in word.paragraphs
        if re.fullmatch(r"Heading \d", each.style.name)
    ]


def test_headings_have_words_own_styles_and_the_numbers_of_the_page(made: Made) -> None:
    found = headings(made.word)
    assert [text for _, text in found] == HEADINGS
    levels = {text: name for name, text in found}
    assert levels["3 MARAC"] == "Heading 1"
    assert levels["3.2 Repeat cases"] == "Heading 2"
    assert levels["2.2.1 Reasons"] == "Heading 3"


def test_references_name_and_reach_their_bookmarks(made: Made) -> None:
    body = made.word.element.body
    bookmarks = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    assert len(bookmarks) == len(set(bookmarks))
    links = [
        (each.get(qn("w:anchor")), plain("".join(text.text for text in each.iter(qn("w:t")))))
        for each in body.iter(qn("w:hyperlink"))
        if each.get(qn("w:anchor"))
    ]
    assert {anchor for anchor, _ in links} <= set(bookmarks)
    assert set(REFERENCES.items()) <= set(links)


def test_contents_list_chapters_and_sections_and_can_be_brought_up_to_date(made: Made) -> None:
    entries = [
        plain("".join(text.text for text in each.iter(qn("w:t"))))
        for each in made.word.element.body.iter(qn("w:p"))
        if each.pPr is not None and each.pPr.pStyle is not None and "toc" in each.pPr.pStyle.val
    ]
    assert entries == [each for each in HEADINGS if each != "2.2.1 Reasons"]
    fields = [each.text for each in made.word.element.body.iter(qn("w:instrText"))]
    assert any('TOC \\o "1-2"' in each for each in fields)


def test_captions_carry_number_and_source(made: Made) -> None:
    captions = {
        name: [plain(each.text) for each in made.word.paragraphs if each.style.name == name]
        for name in ("Table Caption", "Image Caption")
    }
    assert (
        "Table 3.1: Referrals to MARAC by agency and quarter. "
        "Source: MARAC coordinator’s return. Illustrative data."
    ) in captions["Table Caption"]
    assert [each[:11] for each in captions["Image Caption"]] == ["Figure 2.1:", "Figure 3.1:"]


def test_pictures_have_the_authors_alternative_text_and_open_in_any_word(made: Made) -> None:
    pictures = list(made.word.element.body.iter(qn("wp:docPr")))
    assert [each.get("descr")[:20] for each in pictures] == [
        "Bar chart with two b",
        "Line chart of cases ",
    ]
    with zipfile.ZipFile(made.path) as archive:
        media = [name for name in archive.namelist() if name.startswith("word/media/")]
        assert len(media) == 2
        assert all(archive.read(name).startswith(b"\x89PNG") for name in media)


def test_tables_repeat_their_headings_and_keep_rows_whole(made: Made) -> None:
    assert len(made.word.tables) == 6
    for table in made.word.tables:
        first, *others = table._tbl.tr_lst
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:tblHeader")) is None for row in others)
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in table._tbl.tr_lst)
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")


def test_the_title_page_says_whose_report_it_is_and_how_far_it_is(made: Made) -> None:
    settings = read_settings(made.book)
    front = [each.text for each in made.word.paragraphs][: 4 + len(settings.version_block)]
    assert front == [
        settings.author,
        settings.title,
        settings.subtitle,
        NOTICE,
        *(f"{label}\t{text}" for label, text in settings.version_block),
    ]
    section = made.word.sections[0]
    assert section.different_first_page_header_footer
    assert not plain(section.first_page_header.paragraphs[0].text)


def test_columns_are_as_wide_as_what_they_hold_and_no_table_leaves_the_page(made: Made) -> None:
    for table in made.word.tables:
        grid = [column.w for column in table._tbl.tblGrid.gridCol_lst]
        assert sum(grid) <= LINE_WIDTH
        assert all([cell.width for cell in row.tc_lst] == grid for row in table._tbl.tr_lst)
        assert not table.autofit
    words, number = column_widths([["Agency", "2024-25"], ["Housing", "7"]])
    assert words < Cm(3).twips and number < Cm(3).twips
    prose = ["A definition of many words that goes on. " * 8, "Another of fewer words. " * 4]
    rows = [
        ["Measure", "Definition", "Period"],
        *(["MARAC cases", each, "2024-25"] for each in prose),
    ]
    name, text, period = column_widths(rows)
    assert text > name and text > period and sum((name, text, period)) <= LINE_WIDTH.twips
    assert period > column_widths([["Period"], ["2024-25"]])[0] - 2, "a period stays on its line"
    crowded = column_widths([["Unbreakable" * 3] * 8, ["x"] * 8])
    assert sum(crowded) <= LINE_WIDTH.twips and min(crowded) > 0


def test_a_short_table_stays_on_a_page_with_its_caption(made: Made) -> None:
    styles = made.word.styles
    assert styles["Table Caption"].paragraph_format.keep_with_next
    assert styles["Captioned Figure"].paragraph_format.keep_with_next
    short = next(table for table in made.word.tables if len(table.rows) < 6)
    *others, last = short._tbl.tr_lst
    for row in others:
        assert all(each.pPr.keepNext is not None for each in row.iter(qn("w:p")))
    after = short._tbl.getnext()
    notes = after.tag == qn("w:p") and after.style == styles["Table Notes"].style_id
    assert all((each.pPr.keepNext is not None) == notes for each in last.iter(qn("w:p")))


def test_word_opens_it_as_a_document_of_today_with_complete_margins(made: Made) -> None:
    modes = made.word.settings.element.findall(f"{qn('w:compat')}/{qn('w:compatSetting')}")
    assert [each.get(qn("w:val")) for each in modes] == ["15"]
    margins = made.word.element.body.sectPr.find(qn("w:pgMar")).attrib
    sides = ("top", "right", "bottom", "left", "header", "footer", "gutter")
    assert set(margins) == {qn(f"w:{side}") for side in sides}, "each is required"
    for entry in made.word.styles.element.iter(qn("w:style")):
        if entry.name_val in CONTENTS:
            assert not entry.get(qn("w:customStyle")), "Word fills its own contents with these"


def test_every_page_carries_title_notice_and_number(made: Made) -> None:
    section = made.word.sections[0]
    assert [plain(each.text) for each in section.header.paragraphs] == [
        "Domestic abuse needs assessment Sampleshire, 2024-25",
        NOTICE,
    ]
    fields = [each.get(qn("w:instr")) for each in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_the_document_says_what_it_is_in_the_councils_colour(made: Made) -> None:
    core = made.word.core_properties
    assert core.title == "Domestic abuse needs assessment: Sampleshire, 2024-25"
    assert core.language == "en-GB"
    assert core.created.date().isoformat() == "2025-11-03"
    styles = made.word.styles
    accent = read_settings(made.book).palette.accent.removeprefix("#").upper()
    assert str(styles["Heading 1"].font.color.rgb) == accent
    languages = {each.get(qn("w:val")) for each in styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}


def test_the_same_book_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    render_word(made.book, read_settings(made.book), tmp_path / WORD)
    assert (tmp_path / WORD).read_bytes() == made.path.read_bytes()


def test_pictures_beside_the_drawings_are_taken_as_they_are(made: Made, tmp_path: Path) -> None:
    book = shutil.copytree(made.book, tmp_path / "book")
    draw_pictures(book, book)
    pictures = sorted((book / "figures").glob("*.png"))
    drawings = sorted((book / "figures").glob("*.svg"))
    assert [each.stem for each in pictures] == [each.stem for each in drawings] != []
    render_word(book, read_settings(book), tmp_path / WORD)
    assert (tmp_path / WORD).read_bytes() == made.path.read_bytes()
    first, second = (each.read_bytes() for each in pictures)
    pictures[0].write_bytes(second)
    pictures[1].unlink()
    render_word(book, read_settings(book), tmp_path / WORD)
    with zipfile.ZipFile(tmp_path / WORD) as archive:
        held = {archive.read(name) for name in archive.namelist() if "/media/" in name}
    assert held == {second} and first != second


def test_the_audit_reads_all_of_it(made: Made, tmp_path: Path) -> None:
    pages = read_word(made.path, WORD)
    assert len(pages.tables) == 6 and len(pages.charts) == 2
    titles = [table.title for table in pages.tables]
    assert "Referrals to MARAC by agency and quarter" in titles
    assert NOTICE in pages.texts
    reviewed = docx.Document(str(made.path))
    paragraph = reviewed.paragraphs[-1]
    reviewed.add_comment(paragraph.runs, text="Was this 3 cases?", author="A reader")
    reviewed.core_properties.comments = "Housing had 4 cases"
    reviewed.save(str(tmp_path / WORD))
    texts = read_word(tmp_path / WORD, WORD).texts
    assert "Was this 3 cases?" in texts and "Housing had 4 cases" in texts
