"""A number hidden in one place of a report and told in another: in the geometry of a chart, an
alternative text, a tip, another file.
"""

import base64
import zipfile
from pathlib import Path

import pytest

from attacked import (
    PERIOD,
    Book,
    Table,
    addresses,
    agencies,
    chart,
    dots,
    indicator,
    small_project,
    word,
    workbook,
)
from needs_assessment.audit.drawing import measure
from needs_assessment.audit.office import read_word
from needs_assessment.audit.pages import read_page

SERVICES = {"Police": 40, "Health": 3, "Housing": 20}


def served(cells: dict[str, object]) -> Table:
    return agencies({name: [cell] for name, cell in cells.items()})


HIDDEN = served({**SERVICES, "Health": "[c]"})
ADDRESS = f"tbl-agency, row “Health”, column “{PERIOD}”"


@pytest.mark.parametrize("ticks", [True, False])
def test_a_hidden_bar_that_is_drawn(tmp_path: Path, ticks: bool) -> None:
    written = None if ticks else ["40", "[c]", "20"]
    drawn = chart(list(SERVICES), list(SERVICES.values()), written, ticks=ticks)
    found = Book([HIDDEN], drawn).attack(tmp_path)
    assert ADDRESS in addresses(found)[0]
    assert "the drawing of fig-numbers" in found.findings[0].sources
    empty = chart(list(SERVICES), [40, 0, 20], written, ticks=ticks)
    assert not Book([HIDDEN], empty).attack(tmp_path).findings


def test_a_hidden_point_of_a_line(tmp_path: Path) -> None:
    drawn = chart(list(SERVICES), list(SERVICES.values()), None, line=True)
    assert addresses(Book([HIDDEN], drawn).attack(tmp_path)) == [ADDRESS]


INTERVALS = [(30.0, 52.0), (1.0, 8.0), (14.0, 28.0)]


@pytest.mark.parametrize("ends", [None, INTERVALS])
def test_a_hidden_dot_is_measured_by_two_that_are_labelled(
    tmp_path: Path, ends: list[tuple[float, float]] | None
) -> None:
    written = ["40", "[c]", "20"]
    drawn = dots(list(SERVICES), list(SERVICES.values()), written, ends=ends)
    found = Book([HIDDEN], drawn).attack(tmp_path)
    assert ADDRESS in addresses(found)[0]
    assert "the drawing of fig-numbers" in found.findings[0].sources
    alone = dots(list(SERVICES), list(SERVICES.values()), ["40", "[c]", ""], ends=ends)
    assert not Book([HIDDEN], alone).attack(tmp_path).findings


def test_the_interval_of_a_hidden_dot_bounds_it(tmp_path: Path) -> None:
    written = ["40", "[c]", "20"]
    wide = dots(list(SERVICES), [40, None, 20], written, ends=INTERVALS)
    assert not Book([HIDDEN], wide).attack(tmp_path).findings
    narrow = dots(
        list(SERVICES), [40, None, 20], written, ends=[INTERVALS[0], (2.5, 4.5), INTERVALS[2]]
    )
    assert ADDRESS in addresses(Book([HIDDEN], narrow).attack(tmp_path))[0]


@pytest.mark.parametrize("log", [False, True])
def test_dots_are_measured_on_the_scale_that_their_labels_agree_on(log: bool) -> None:
    """A third label tells a scale of logarithms; rounded labels leave room for what they round."""
    page = dots(["a", "b", "c", "d"], [0.5, 1.1, 7.3, 2.04], ["0.5", "[c]", "7.3", "2.0"], log=log)
    data = page.partition("base64,")[2].partition('"')[0]
    spans = {each.row: each.span for each in measure(base64.b64decode(data).decode())}
    least, most = spans["b"] or (0.0, 9.0)
    assert least < 1.1 < most and most - least < 0.4


def test_a_bar_of_a_chart_that_no_table_repeats(tmp_path: Path) -> None:
    drawn = chart(["a", "b", "c"], [40, 3, 20], ["40", "[c]", "20"])
    found = Book([served({"Police": 86})], drawn).attack(tmp_path)
    assert addresses(found) == ["fig-numbers, “b”"]


@pytest.mark.parametrize(("title", "safe"), [("Representation ratio of", True), ("Some", False)])
def test_hidden_ratios_of_counts_that_are_shown(tmp_path: Path, title: str, safe: bool) -> None:
    """The data files give the counts; a chart of counts that hides them is another matter."""
    ages = {"aged_18_24": ("18 to 24", 9), "aged_25_34": ("25 to 34", 30)}
    alt = "".join(f"{label}: [c]; " for label, _ in ages.values())
    page = chart(["a"], [1], None, alt=f"Dots with intervals. {alt}")
    page = page.replace("Numbers.", f"{title} IDVA clients by age.")
    shown = [
        indicator(
            "idva.age",
            id=f"idva.age.{name}",
            label=label,
            kind="proportion",
            value=100 * count / 83,
            numerator=count,
            denominator=83,
            display=f"{100 * count / 83:.1f}%",
        )
        for name, (label, count) in ages.items()
    ]
    found = Book([served({"Police": 86})], page, indicators=shown).attack(tmp_path).findings
    assert bool(found) != safe


@pytest.mark.parametrize(
    "alt",
    [
        "Bar chart. Police: 40, Health: 3, Housing: 20.",
        "Bar chart, largest first. Police: 40, Housing: 20, Health: 3.",
    ],
)
def test_an_alternative_text_that_tells(tmp_path: Path, alt: str) -> None:
    drawn = chart(list(SERVICES), [40, 0, 20], ["40", "[c]", "20"], alt=alt)
    found = Book([HIDDEN], drawn).attack(tmp_path)
    assert ADDRESS in addresses(found)[0]
    assert "the alternative text of fig-numbers" in found.findings[0].sources
    quiet = chart(list(SERVICES), [40, 0, 20], None, alt=alt.replace(" 3", " [c]"))
    assert not Book([HIDDEN], quiet).attack(tmp_path).findings


def test_an_order_that_tells(tmp_path: Path) -> None:
    """Largest first, and the hidden one between 6 and 5."""
    cells = {"Police": 40, "Housing": 6, "Health": "[c]", "Probation": 5}
    told = "Bar chart, largest first. Police: 40, Housing: 6, Health: [c], Probation: 5."
    page = chart(["a"], [1], None, alt=told)
    assert ADDRESS in addresses(Book([served(cells)], page).attack(tmp_path))[0]


def test_a_tip_that_tells(tmp_path: Path) -> None:
    table = served({**SERVICES, "Health": "[c]"})
    table.tips[2, 1] = "3 cases"
    assert not Book([HIDDEN]).attack(tmp_path).findings
    table.tips[2, 1] = "3"
    found = Book([table]).attack(tmp_path)
    assert addresses(found) == [ADDRESS]
    assert found.findings[0].sources == ("tbl-agency in the tips of index.html",)


def test_a_workbook_more_precise_than_the_page(tmp_path: Path) -> None:
    """4% of 84 on the page may be 3 or no; the workbook has the part of 1."""
    share = Table(
        "tbl-share",
        "Shares",
        [["Indicator", "Value"], ["Share of assessments with domestic abuse as a factor", "0.1%"]],
    )
    cases = Table(
        "tbl-cases",
        "Children, North Northamptonshire",
        [
            ["Children", PERIOD],
            ["Assessments by children's social care", 4000],
            ["Assessments with domestic abuse as a factor", "[c]"],
        ],
    )
    book = Book([share, cases])
    assert not book.attack(tmp_path).findings
    folder = small_project(tmp_path).report("north", PERIOD).path
    workbook(folder / "tables.xlsx", share, B4=3 / 4000)
    found = book.attack(tmp_path)
    assert len(found.findings) == 1
    assert "tables.xlsx" in str(found.findings[0])


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_another_file_shows_what_the_page_hides(tmp_path: Path, suffix: str) -> None:
    folder = small_project(tmp_path).report("north", PERIOD).path
    folder.mkdir(parents=True)
    write = {"xlsx": workbook, "docx": word}[suffix]
    write(folder / f"tables.{suffix}", served(SERVICES))
    found = Book([HIDDEN]).attack(tmp_path)
    assert addresses(found) == [ADDRESS]
    assert found.findings[0].sources == (f"tbl-agency in tables.{suffix}",)


def test_only_what_explains_numbers_is_read_of_a_pages_data(tmp_path: Path) -> None:
    """Quarto's pages hold its settings as JSON beside the explanations."""
    page = tmp_path / "index.html"
    page.write_text(
        '<script id="quarto-search-options" type="application/json">{"language": {}}</script>'
        '<script id="explanations" type="application/json">'
        '{"marac.cases": {"shown": "12", "lines": [["Based on", "Q1"]]}}</script>',
        encoding="utf-8",
    )
    told = [(each.indicator, each.text) for each in read_page(page, "index.html").figures]
    assert told == [("marac.cases", "12"), ("marac.cases", "Q1")]


def test_a_drawing_that_is_not_closed_hides_nothing_after_it(tmp_path: Path) -> None:
    """Browsers show what follows; some readers of HTML lose it."""
    page = tmp_path / "index.html"
    page.write_text(
        "<svg><title>Cases<table><caption>Table 1: Cases</caption>"
        "<tr><th>Agency</th><th>2024-25</th></tr><tr><th>Health</th><td>3</td></tr></table>"
        "<p>Health referred 3.</p>",
        encoding="utf-8",
    )
    pages = read_page(page, "index.html")
    assert [table.rows for table in pages.tables] == [(("Health", "3"),)]
    assert "Health referred 3." in pages.texts


def test_a_word_document_with_definitions_is_refused(tmp_path: Path) -> None:
    """A name could stand in it for a number that no reader of its parts would see."""
    plain = tmp_path / "plain.docx"
    word(plain, HIDDEN)
    changed = tmp_path / "changed.docx"
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "word/document.xml":
                start = content.index(b"<w:document")
                named = b'<!DOCTYPE d [<!ENTITY few "3">]>'
                content = content[:start] + named + content[start:].replace(b"[c]", b"&few;")
            after.writestr(name, content)
    assert read_word(plain, "assessment.docx").tables
    with pytest.raises(ValueError, match="definitions"):
        read_word(changed, "assessment.docx")
