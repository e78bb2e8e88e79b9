"""The audit reads what a reader can: every file of a report, every number in it."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
import typst

from attacked import (
    NORTH,
    PERIOD,
    RULE,
    Book,
    Table,
    addresses,
    agencies,
    chart,
    public,
    sexes,
    small_project,
)
from needs_assessment.audit.audit import audit_edition
from needs_assessment.audit.charts import read_alternative
from needs_assessment.audit.drawing import measure
from needs_assessment.audit.keys import Cell, Context, key_table, key_tables
from needs_assessment.audit.numerals import ANY, read_base, read_cell, read_interval, read_numeral
from needs_assessment.audit.report import Readings, read_report
from needs_assessment.audit.rule import Rule, printed_rule
from needs_assessment.audit.shown import merged_tables
from needs_assessment.council import load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from running import Report

EXAMPLES = [
    ("north", "2024-25"),
    ("west", "2024-25"),
    ("three-rivers", "2017-18"),
    ("northamptonshire", "2020-21"),
]


@pytest.mark.parametrize("edition", EXAMPLES)
def test_the_example_reports_are_safe(
    examples: Path, assessed: Callable[[str, str], Report], edition: tuple[str, str]
) -> None:
    """Nothing hidden follows from them, and what the audit supposes of them holds."""
    report = assessed(*edition)
    project = Project(examples)
    audit = audit_edition(project, load_council(project, edition[0]), edition[1], report.path)
    assert audit.findings == ()
    assert audit.given_up == 0
    assert audit.tables > 4 and audit.facts > 90
    assert (audit.unknown > 20) == (edition[0] in ("north", "west"))


def test_every_table_is_read_from_page_pdf_word_and_workbook(
    assessed: Callable[[str, str], Report],
) -> None:
    """The same cells in each, or the attack on one of them would be none."""
    shown = read_report(assessed("north", PERIOD).path, "north", NORTH, PERIOD)
    merged = merged_tables(shown.tables)
    counted = {name: each for name, each in merged.items() if name.startswith("tbl-marac")}
    assert len(counted) >= 4
    for name, versions in counted.items():
        assert {each.artefact for each in versions} == {
            "index.html",
            "assessment.pdf",
            "assessment.docx",
            "tables.xlsx",
        }, name
        assert len({each.rows for each in versions}) == 1, name
    assert sum(chart.svg != "" for chart in shown.charts) >= 10
    assert len(shown.indicators) > 30 and len(shown.figures) > 50
    assert printed_rule(shown.texts, public()).last == 4


def test_charts_are_measured_as_they_are_labelled(assessed: Callable[[str, str], Report]) -> None:
    """Each bar of a report stands for the number written beside it."""
    shown = read_report(assessed("north", PERIOD).path, "north", NORTH, PERIOD)
    plotted = [each for drawn in shown.charts for each in measure(drawn.svg)]
    both = [each for each in plotted if each.number and each.span]
    assert len(both) > 40
    for each in both:
        assert each.number and each.span
        middle = sum(each.span) / 2
        # A count is drawn as it is written; a share is written to a tenth.
        rounded = 0.05 if each.number.percent else 0.0
        assert abs(middle - float(each.number.value)) <= 0.05 * max(1, middle) + rounded, each.row


def test_cells_are_known_by_what_they_count() -> None:
    rule = Rule()
    context = Context("r", NORTH, parse_period(PERIOD), (NORTH, "E06000062"), public(), rule)
    table = agencies({"Police": [1, 2], "Total": [1, 2]}, ["Q1", PERIOD]).shown()
    assert key_table(table, context).keys == (
        (
            Cell("marac.referrals", "2024-25 Q1", NORTH, "agency", "police"),
            Cell("marac.referrals", PERIOD, NORTH, "agency", "police"),
        ),
        (
            Cell("marac.referrals", "2024-25 Q1", NORTH),
            Cell("marac.referrals", PERIOD, NORTH),
        ),
    )
    history = Table(
        "tbl-x",
        "MARAC cases by quarter, 2023-24, West Northamptonshire",
        [["Period", "Repeat MARAC cases"], ["Q2", 1], ["2023-24", 2]],
    )
    assert key_table(history.shown(), context).keys == (
        (Cell("marac.repeats", "2023-24 Q2", "E06000062"),),
        (Cell("marac.repeats", "2023-24", "E06000062"),),
    )


def test_a_caption_that_leaves_two_measures_is_read_by_its_partner() -> None:
    """“What clients said” is asked by two services; the partner's other tables tell which."""
    context = Context("r", NORTH, parse_period(PERIOD), (NORTH,), public(), Rule())
    rows = [["Outcome", PERIOD], ["Total cessation", 6], ["Reduction", 97], ["Total", 103]]
    title = "What clients said happened to the abuse, North Northamptonshire"
    said = Table("tbl-said", title, rows, source="an outreach service").shown()
    clients = Table(
        "tbl-clients",
        "Caseworker service, North Northamptonshire",
        [["Clients", PERIOD], ["Clients engaged by the caseworker service", 118]],
        source="an outreach service",
    ).shown()
    alone = key_tables([said], context)["tbl-said"]
    assert not [key for line in alone.keys for key in line if isinstance(key, Cell)]
    told = [line[0] for line in key_tables([said, clients], context)["tbl-said"].keys]
    assert told == [
        Cell("caseworker.outcomes", PERIOD, NORTH, "outcome", "cessation"),
        Cell("caseworker.outcomes", PERIOD, NORTH, "outcome", "reduction"),
        Cell("caseworker.outcomes", PERIOD, NORTH),
    ]


@pytest.mark.parametrize(
    ("text", "least", "most", "hidden"),
    [
        ("1,270", 1270, 1270, False),
        ("0", 0, 0, False),
        ("[c]", 0, ANY, True),
        ("<5", 0, 4, True),
        ("5 or under", 0, 5, True),
        ("10 or greater", 10, ANY, False),
        ("about 9,000", 0, ANY, False),
        ("28.7%", 0, ANY, False),
        ("[x]", 0, ANY, False),
        ("", 0, ANY, False),
    ],
)
def test_what_a_cell_says(text: str, least: float, most: float, hidden: bool) -> None:
    said = read_cell(text)
    assert (said.lower, said.upper, said.hidden) == (least, most, hidden)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("28.7%", (28.65, 28.75)),
        ("−2%", (-2.5, -1.5)),
        ("+4.25%", (4.245, 4.255)),
        ("about 23,100", (23_050, 23_150)),
        ("37", (36.5, 37.5)),
    ],
)
def test_what_rounds_to_a_number(text: str, span: tuple[float, float]) -> None:
    number = read_numeral(text)
    assert number and number.rounded == span


def test_what_a_table_of_indicators_says() -> None:
    top, bottom = read_base("35 of 181, 2024-25")
    assert top and bottom and (top.value, bottom.value) == (35, 181)
    top, bottom = read_base("5,405 against 5,185")
    assert top and bottom and (top.value, bottom.value) == (5405, 5185)
    top, bottom = read_base("560, 2024-25; 148,620 females aged 16 and over, Census 2021")
    assert top and bottom and (top.value, bottom.value) == (560, 148_620)
    assert read_base("2024-25") == (None, None)
    interval = read_interval("+0.3% to +8.3%")
    assert interval and [each.rounded for each in interval] == [(0.25, 0.35), (8.25, 8.35)]


def test_the_printed_rule() -> None:
    text = (
        "Counts of people from 1 to 4 are not shown. Zeros are shown, unless they would show that "
        "all of a group of fewer than 12 are alike. Each is hidden so well that at least 6 "
        "separates the least from the most. All figures on idva: counts from 1 to 7 are not "
        "shown. MARAC cases: counts are rounded to the nearest 5, each by itself."
    )
    rule = printed_rule(["Something else.", text], public())
    assert (rule.last, rule.width, rule.group, rule.zeros, rule.small) == (4, 6, 12, True, True)
    assert rule.last_of("idva.clients") == 7 and rule.last_of("marac.repeats") == 4
    assert rule.blur(["marac.cases", "marac.repeats"]) == 2.5
    assert printed_rule([], public()) == Rule()


def test_alternative_texts() -> None:
    text = (
        "Bar chart. Q1: 1,311 crimes, 688 incidents. Q2: [c] crimes, 715 incidents. [c] means not "
        "shown: it rests on a small number."
    )
    read = [
        (each.row, each.series, each.number and int(each.number.value), each.hidden)
        for each in read_alternative(text)
    ]
    assert read == [
        ("Q1", 0, 1311, False),
        ("Q1", 1, 688, False),
        ("Q2", 0, None, True),
        ("Q2", 1, 715, False),
    ]


def test_rounded_counts_are_taken_as_rounded(tmp_path: Path) -> None:
    """To the nearest 5 each by itself: their difference leaves more than four values."""
    rule = f"{RULE} Characteristics of IDVA clients: counts are rounded to the nearest 5."
    table = sexes({"Female": 350, "Male": "[c]", "Not known": 5, "Total": 365})
    assert not Book([table], rule=rule).attack(tmp_path).findings
    assert Book([table]).attack(tmp_path).findings


_PDF = """
#set document(title: "A report")
#set text(lang: "en")
= A report
Counts of people from 1 to 4 are not shown.
#figure(
  table(columns: 2, table.header[Sex][2024-25],
    [Female], [353], [Male], [3], [Not known], [7], [Total], [363]),
  caption: [Clients of the IDVA service by sex, North Northamptonshire. Source: a partner.],
)
"""


def test_a_pdf_that_shows_what_the_page_hides(tmp_path: Path) -> None:
    folder = small_project(tmp_path).report("north", PERIOD).path
    folder.mkdir(parents=True)
    made = typst.compile(_PDF.encode(), pdf_standards=["ua-1"])
    (folder / "assessment.pdf").write_bytes(made)
    table = sexes({"Female": 353, "Male": "[c]", "Not known": "[c]", "Total": 363})
    found = Book([table]).attack(tmp_path)
    assert f"tbl-sex, row “Male”, column “{PERIOD}”" in addresses(found)
    assert "tbl-sex in assessment.pdf" in found.findings[0].sources


def test_pages_of_a_site_and_pictures_beside_them(tmp_path: Path) -> None:
    """As Quarto writes them: a page for each chapter, the caption before the table, the drawing in
    a file of its own.
    """
    folder = small_project(tmp_path).report("north", PERIOD).path
    drawn = chart(["Police", "Health", "Housing"], [40, 3, 20], ["40", "[c]", "20"])
    head, _, tail = drawn.partition("data:image/svg+xml;base64,")
    data, _, rest = tail.partition('"')
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "fig-numbers.svg").write_bytes(base64.b64decode(data))
    cells = "".join(
        f"<tr><td>{name}</td><td>{cell}</td></tr>"
        for name, cell in [("Agency", PERIOD), ("Police", 40), ("Health", "[c]"), ("Housing", 20)]
    )
    page = (
        '<div id="tbl-agency" class="quarto-float"><figure><figcaption>Table&nbsp;4.1: MARAC cases '
        "by referring agency, North Northamptonshire. Source: a partner.</figcaption>"
        f'<table>{cells}</table></figure></div>{head}figures/fig-numbers.svg"{rest}'
    )
    (folder / "marac.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    found = Book([]).attack(tmp_path)
    assert "tbl-agency, row “Health”" in addresses(found)[0]
    assert "the drawing of fig-numbers" in found.findings[0].sources


def test_a_file_that_cannot_be_read_is_an_error_that_repeats_nothing(tmp_path: Path) -> None:
    folder = small_project(tmp_path).report("north", PERIOD).path
    folder.mkdir(parents=True)
    (folder / "assessment.pdf").write_bytes(b"%PDF-1.7 739184")
    with pytest.raises(
        AssessmentError, match=r"assessment\.pdf of north/2024-25 cannot be read"
    ) as refused:
        Book([]).attack(tmp_path)
    assert "739184" not in str(refused.value)


def test_what_was_read_ahead_counts_only_for_the_same_content(tmp_path: Path) -> None:
    """A file that is made again after it was read is read again: no attack rests on an old one."""
    page = tmp_path / "index.html"
    page.write_text("<html><body><p>Nothing is shown.</p></body></html>")
    readings = Readings()
    readings.ahead(page)

    def texts() -> tuple[str, ...]:
        return read_report(tmp_path, "north", NORTH, PERIOD, readings=readings).texts

    assert texts() == ("Nothing is shown.",)
    page.write_text("<html><body><p>Education: 3 cases.</p></body></html>")
    assert texts() == ("Education: 3 cases.",)
    readings.ahead(tmp_path / "missing.txt")
    (tmp_path / "broken.pdf").write_bytes(b"no PDF")
    readings.ahead(tmp_path / "broken.pdf")
    with pytest.raises(AssessmentError, match=r"broken\.pdf"):
        texts()
