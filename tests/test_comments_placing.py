"""The cell a remark is about: found again whatever its figures were, and never guessed."""

import pytest

from needs_assessment.comments.passages import Passage
from needs_assessment.comments.placing import Index, place
from needs_assessment.comments.returned import Paragraph, Piece, Remark, Returned

REFERRED = "Agencies other than the police referred 195 of 560 cases, or 34.8%."
SAME = "Data are from the coordinator."


def passages(chapter: str, *texts: tuple[str, str, int]) -> list[Passage]:
    """The passages of a chapter: cell, text, level of a heading; only text is narrative."""
    found, section = [], ""
    for cell, text, level in texts:
        section = text if level else section
        found.append(Passage(chapter, f"{chapter}-{cell}", text, level, section, not level))
    return found


PASSAGES = [
    *passages(
        "marac",
        ("title", "MARAC", 1),
        ("opening", "560 cases were heard, about 37.7 for every 10,000.", 0),
        ("heading", "Who refers?", 2),
        ("referrals", REFERRED, 0),
        ("referrals", SAME, 0),
    ),
    *passages(
        "refuge",
        ("title", "Refuge", 1),
        ("opening", "48 places were open on 31 March.", 0),
        ("heading", "What this means", 2),
        ("meaning", SAME, 0),
    ),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(PASSAGES)


def paragraph(text: str, *headings: str, level: int = 0, part: str = "text") -> Paragraph:
    return Paragraph((Piece(text),), level, headings, part)


def test_figures_of_an_older_report_do_not_matter(index: Index) -> None:
    found = index.find(paragraph("533 cases were heard, about 35.9 for every 10,000."))
    assert (found.chapter, found.cell) == ("marac", "marac-opening")


def test_text_that_was_rewritten_a_little_is_found(index: Index) -> None:
    text = "Agencies other than the police had referred 195 of 560 cases here, or 34.8%."
    assert index.find(paragraph(text)).cell == "marac-referrals"


@pytest.mark.parametrize(
    ("headings", "cell"),
    [
        (("4 MARAC", "4.2 Who refers?"), "marac-referrals"),
        (("Refuge", "What this means"), "refuge-meaning"),
    ],
)
def test_the_headings_tell_the_same_words_apart(
    index: Index, headings: tuple[str, ...], cell: str
) -> None:
    assert index.find(paragraph(SAME, *headings)).cell == cell


def test_what_two_cells_say_alike_is_not_guessed(index: Index) -> None:
    found = index.find(paragraph(SAME))
    assert not found.cell
    assert "marac-referrals" in found.said and "refuge-meaning" in found.said


@pytest.mark.parametrize("text", ["The board meets quarterly.", "Cases.", "560", "…", "Yes"])
def test_what_no_cell_says_is_not_placed(index: Index, text: str) -> None:
    found = index.find(paragraph(text, "MARAC"))
    assert found.chapter == "marac" and not found.cell and "MARAC" in found.said


def test_a_heading_leads_to_the_cell_under_it(index: Index) -> None:
    assert index.find(paragraph("4.2 Who refers?", "MARAC", level=2)).cell == "marac-referrals"
    assert index.find(paragraph("4 MARAC", level=1)).cell == "marac-opening"
    assert not index.find(paragraph("Gone", "MARAC", level=2)).cell


@pytest.mark.parametrize("part", ["table", "caption"])
def test_tables_and_captions_are_no_narrative(index: Index, part: str) -> None:
    text = "48 places were open on 31 March."
    found = index.find(paragraph(text, "Refuge", part=part))
    assert (found.chapter, found.cell) == ("refuge", "") and part in found.said


def test_new_paragraphs_belong_after_the_one_before(index: Index) -> None:
    new = Paragraph((Piece("We will ask them.", "inserted", "A"),), 0, ("Refuge",), "text")
    returned = Returned((paragraph("48 places were open on 31 March.", "Refuge"), new, new), ())
    remark = Remark("ch-1", "change", "A", "", "", "", 2)
    found = place(remark, returned, index)
    assert (found.cell, found.said) == ("refuge-opening", "after it")
    first = Returned((new,), ())
    assert not place(Remark("ch-1", "change", "A", "", "", "", 0), first, index).cell


def test_a_remark_on_no_text_is_kept_without_a_place(index: Index) -> None:
    found = place(Remark("co-1", "comment", "A", "", "", "", None), Returned((), ()), index)
    assert not found.cell and found.said
