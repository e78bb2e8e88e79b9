"""What a book is refused for, and in which words."""

from pathlib import Path

import pytest

from book_sample import add, stage_sample
from needs_assessment.book.check import check_book, find_problems
from needs_assessment.errors import AssessmentError


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return stage_sample(tmp_path / "book")


def test_a_sound_book_has_no_problems(book: Path):
    assert find_problems(book) == []
    check_book(book)


def test_a_book_that_has_changed_is_read_again(book: Path):
    assert find_problems(book) == []
    add(book, "marac.qmd", "See @sec-housing.")
    assert "@sec-housing points to no section." in str(find_problems(book)[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "See @fig-marac-quarter.",
            'marac.qmd, under "Repeat cases": @fig-marac-quarter points to no figure. '
            "Did you mean fig-marac-quarters?",
        ),
        ("See @sec-housing.", "@sec-housing points to no section."),
        ("See @tbl-none.", "@tbl-none points to no table."),
        ("As found [@wilson-1928].", "@wilson-1928 is not in references.bib. Did you mean"),
        ("[@sec-refuge; @wilson-1927]", "mixes cross-references and sources"),
        ("[@fig-marac-quarters, left]", "the words after @fig-marac-quarters"),
        ("## Again {#sec-marac}", "the label sec-marac is used 2 times"),
        (
            "![Cases](figures/fig-marac-quarters.svg){#fig-again}",
            "the figure fig-again has no alternative text.",
        ),
        ('![](figures/fig-marac-quarters.svg){fig-alt=""}', "has no alternative text"),
        (
            '![Cases](figures/gone.svg){#fig-gone fig-alt="Cases"}',
            "the figure fig-gone has no file figures/gone.svg",
        ),
        (
            '![Cases](https://example.org/a.svg){#fig-far fig-alt="Cases"}',
            "the figure fig-far would be fetched from https://example.org/a.svg",
        ),
        (
            'Here ![Cases](figures/fig-marac-quarters.svg){#fig-in fig-alt="Cases"}.',
            "the figure fig-in has no caption, or shares its paragraph",
        ),
        ("#### Detail", "a level is skipped. Write ### instead of ####"),
        ("# Another chapter", '"Another chapter" is a second title'),
        ("Some <u>words</u>", "raw html: <u>"),
        ("```{=typst}\n#pagebreak()\n```", "raw typst: #pagebreak()"),
        ("Text <!-- ask Jo --> more.", "a comment, which would be published: <!-- ask Jo -->"),
        ("```{python}\n1 + 1\n```", "code that would run"),
        ("[x]{style='background:url(https://a.org/b)'}", "a style that fetches a file"),
        ("{{< include notes.qmd >}}", "{{< starts a command of Quarto"),
        ("[there](#nowhere)", "the link to #nowhere leads nowhere"),
        ("[there](#sec-refuge-places)", "Write refuge.qmd#sec-refuge-places."),
        ("[there](refuges.qmd)", "leads to no chapter of the book. Did you mean refuge.qmd?"),
    ],
)
def test_a_fault_is_named_with_its_place_and_remedy(book: Path, text: str, message: str):
    add(book, "marac.qmd", text)
    with pytest.raises(AssessmentError) as caught:
        check_book(book)
    assert message in caught.value.message
    assert "marac.qmd" in caught.value.message


def test_a_reference_to_an_unnumbered_heading_is_refused(book: Path):
    add(book, "index.qmd", "## Thanks {#sec-thanks}")
    add(book, "marac.qmd", "See @sec-thanks.")
    assert "[as said before](index.qmd#sec-thanks)" in str(find_problems(book)[0])


@pytest.mark.parametrize("text", ["", "Words without a heading.", "## Too low\n", "# {#sec-x}\n"])
def test_a_chapter_needs_a_title(book: Path, text: str):
    (book / "summary.qmd").write_text(text, encoding="utf-8")
    assert "summary.qmd: the chapter has no title." in " ".join(map(str, find_problems(book)))


def test_a_listed_chapter_that_is_not_there_is_named(book: Path):
    (book / "summary.qmd").unlink()
    [problem] = find_problems(book)
    assert str(problem).startswith("summary.qmd: the book lists this chapter")


def test_sources_are_listed_once(book: Path):
    add(book, "methods.qmd", "::: {#refs}\n:::")
    problems = " ".join(map(str, find_problems(book)))
    assert "methods.qmd, sources.qmd: the list of sources" in problems


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<script>fetch('x')</script>", "a <script> element"),
        ('<image href="https://a.org/x.png"/>', "a link to https://a.org/x.png"),
        ("<style>@import 'https://a.org/x.css';</style>", "@import"),
        ('<rect fill="url(https://a.org/x.svg#a)"/>', "a file from elsewhere"),
        ('<rect onclick="x()"/>', "a script (onclick)"),
        ("<rect>", "not readable as SVG"),
    ],
)
def test_a_drawing_stands_by_itself(book: Path, inside: str, message: str):
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    (book / "figures" / "fig-marac-quarters.svg").write_text(drawing, encoding="utf-8")
    [problem] = find_problems(book)
    assert message in str(problem)


def test_all_problems_are_listed_at_once(book: Path):
    add(book, "marac.qmd", "See @fig-a, @tbl-b and @sec-c.")
    with pytest.raises(AssessmentError, match="it has 3 problems:"):
        check_book(book)


def test_a_callout_title_is_not_a_section(book: Path):
    add(book, "marac.qmd", "::: {.callout-note}\n#### Why so few\n\nWords.\n:::")
    assert find_problems(book) == []


def test_a_book_without_a_setting_is_refused(book: Path):
    settings = (book / "_quarto.yml").read_text(encoding="utf-8")
    (book / "_quarto.yml").write_text(settings.replace("council:", "town:"), encoding="utf-8")
    with pytest.raises(AssessmentError, match="the setting 'council' is missing"):
        find_problems(book)
