"""The structure of the PDF: what a screen reader meets, and in which order."""

from collections.abc import Iterator
from itertools import pairwise

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from book_sample import HEADINGS, stage_sample
from needs_assessment.book.builtin import PDF, compile_pdf, render_typst
from needs_assessment.book.pdf import children, finish_pdf
from needs_assessment.book.settings import read_settings

LISTS = ["Contents", "Figures", "Tables"]


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    folder = tmp_path_factory.mktemp("structure")
    book = stage_sample(folder / "book")
    settings = read_settings(book)
    compile_pdf(book, render_typst(book, settings), settings, folder / PDF)
    finish_pdf(folder / PDF)
    with pikepdf.open(folder / PDF) as opened:
        yield opened


def walk(element: Dictionary) -> Iterator[Dictionary]:
    for kid in children(element):
        yield kid
        yield from walk(kid)


def contents(element: Dictionary, page: Dictionary | None = None) -> Iterator[tuple[int, int]]:
    """The pieces of marked content under `element` in reading order: page object and number."""
    page = element.get("/Pg", page)
    inside = element.get("/K", Array())
    for kid in inside if isinstance(inside, Array) else [inside]:
        if isinstance(kid, int):
            yield page.objgen[0], int(kid)
        elif "/MCID" in kid:
            yield kid.get("/Pg", page).objgen[0], int(kid.MCID)
        elif "/S" in kid:
            yield from contents(kid, page)


def marked(page: pikepdf.Page) -> tuple[set[int], int]:
    """The numbers of the page's marked content, and how many texts lie outside all marks."""
    numbers, outside, stack = set(), 0, []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                artifact = operands[0] == Name.Artifact
                properties = operands[1] if len(operands) > 1 else Dictionary()
                number = properties.get("/MCID") if isinstance(properties, Dictionary) else None
                if number is not None:
                    numbers.add(int(number))
                stack.append(artifact or number is not None)
            case "EMC":
                stack.pop()
            case "Tj" | "TJ" | "Do" if not any(stack):
                outside += 1
    return numbers, outside


def test_headings_follow_each_other_without_a_gap(pdf: pikepdf.Pdf) -> None:
    levels = [
        int(str(each.S)[2:])
        for each in walk(pdf.Root.StructTreeRoot)
        if str(each.S) in ("/H1", "/H2", "/H3", "/H4")
    ]
    deep = [1 + text.partition(" ")[0].count(".") for text in HEADINGS]
    unnumbered = {"Version": 2, "How to read this report": 2}
    expected = [unnumbered.get(text, level) for text, level in zip(HEADINGS, deep, strict=True)]
    assert levels == [1] * len(LISTS) + expected
    assert all(later <= level + 1 for level, later in pairwise(levels))


def test_every_figure_has_an_alternative_text_and_every_heading_cell_a_scope(
    pdf: pikepdf.Pdf,
) -> None:
    for element in walk(pdf.Root.StructTreeRoot):
        if Name.Figure == element.S:
            assert str(element.Alt).strip()
        if element.S == Name.TH:
            owned = element.A if isinstance(element.A, Array) else [element.A]
            assert any(each.get("/Scope") in (Name.Row, Name.Column) for each in owned)


def test_nothing_lies_outside_the_structure_and_pages_are_read_in_order(pdf: pikepdf.Pdf) -> None:
    order = list(contents(pdf.Root.StructTreeRoot))
    assert len(order) == len(set(order))
    places = {page.obj.objgen[0]: number for number, page in enumerate(pdf.pages)}
    read = [places[page] for page, _ in order]
    assert read == sorted(read)
    for number, page in enumerate(pdf.pages):
        numbers, outside = marked(page)
        assert outside == 0
        assert numbers == {each for place, each in order if places[place] == number}


def test_bookmarks_lead_to_chapters_and_their_sections(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        titles = {each.title: [kid.title for kid in each.children] for each in outline.root}
    assert titles["3 MARAC"] == ["3.1 Cases and referrals", "3.2 Repeat cases"]
    assert titles["A Methods"] == ["A.1 Withheld figures", "A.2 Intervals"]
    assert str(pdf.Root.Lang) == "en-GB"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_tables_and_figures_are_listed_with_a_link_each(pdf: pikepdf.Pdf) -> None:
    lists = [each for each in walk(pdf.Root.StructTreeRoot) if each.S == Name.TOC]
    entries = [[kid for kid in children(each) if kid.S == Name.TOCI] for each in lists]
    assert [len(each) for each in entries if each][-2:] == [2, 6]
    for entry in [each for listed in entries[-2:] for each in listed]:
        assert any(Name.Link == each.S for each in walk(entry))


def test_no_page_is_blank(pdf: pikepdf.Pdf) -> None:
    assert all(len(marked(page)[0]) > 0 for page in pdf.pages)
