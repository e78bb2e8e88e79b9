"""Councils side by side: what their reports show, no more, and no league table."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml
from bs4 import BeautifulSoup

from founded import empty_project
from needs_assessment.comparison.book import Compared, compare
from needs_assessment.comparison.pages import finding
from needs_assessment.comparison.subjects import Subject
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project
from running import run_command
from test_workbook_results import made as made_tables
from test_workbook_results import record as table_record

PERIOD = "2024-25"
SOURCE = {"sheet": "", "rows": [2]}
AVERAGE = {
    "id": "refuge.england_declined",
    "name": "Refuge referrals declined, England",
    "kind": "average",
    "value": 61.0,
    "lower": None,
    "upper": None,
    "geography": "England",
    "period": "2022-23",
    "verified": True,
    "source": "",
}
NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def entry(name: str, /, **given: Any) -> dict[str, Any]:
    kind, _, rest = name.partition(" ")
    usual = {
        "id": rest,
        "name": {"refuge.not_accepted_rate": "Referrals that led to no place"}.get(rest, rest),
        "chapter": rest.partition(".")[0],
        "kind": kind,
        "unit": "%" if kind == "proportion" else "cases",
        "status": "ok",
        "nature": "illustrative",
        "benchmark": None,
        "other_benchmarks": [],
        "numerator_period": PERIOD,
        "denominator_period": PERIOD,
        "population": None,
        "sources": [],
        "display": "not available",
    }
    numbers = dict.fromkeys(["value", "lower", "upper", "numerator", "denominator"])
    return {**usual, **numbers, **given}


def not_accepted(council: str, comparison: str, **given: Any) -> dict[str, Any]:
    usual = {
        "benchmark": {**AVERAGE, "comparison": comparison},
        "sources": [{"file": f"data/returns/{council}/{PERIOD}/refuge.csv", **SOURCE}],
    }
    return entry("proportion refuge.not_accepted_rate", **{**usual, **given})


NORTH = [
    not_accepted(
        "north",
        "higher",
        **{"value": 80.66, "lower": 74.297, "upper": 85.755, "display": "80.7%"},
        **{"numerator": 146, "denominator": 181},
    ),
    entry("count marac.cases", value=560, numerator=560, display="560"),
    entry("proportion marac.repeat_rate", status="suppressed", display="[c]"),
    entry("proportion housing.da_share", status="unavailable"),
]
WEST = [
    not_accepted(
        "west",
        "similar",
        **{"value": 63.5, "lower": 55.04, "upper": 71.23, "display": "63.5%"},
        **{"numerator": 87, "denominator": 137, "numerator_period": "2023-24"},
        nature="published",
    ),
    entry("count marac.cases", status="bounded", lower=0, upper=4, display="fewer than 5"),
    entry("proportion marac.repeat_rate", status="reported", value=40, display="40%"),
]


def put(project: Project, council: str, entries: list[dict[str, Any]], **given: Any) -> Path:
    path = project.report(council, PERIOD).path / "indicators.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"council": council, "period": PERIOD, "version": "0.1", "edition_status": "draft"}
    path.write_text(json.dumps({**about, "indicators": entries, **given}), encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return empty_project(tmp_path)


@dataclass(frozen=True)
class Made:
    project: Project
    compared: Compared
    page: BeautifulSoup


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    project = empty_project(tmp_path_factory.mktemp("compared"))
    put(project, "north", NORTH)
    put(project, "west", WEST)
    compared = compare(project, ["west", "north"], None, "builtin")
    text = (compared.folder / "index.html").read_text(encoding="utf-8")
    yield Made(project, compared, BeautifulSoup(text, "html.parser"))


def words(element: Any) -> str:
    return " ".join(element.get_text(" ").split())


def table(made: Made, label: str) -> list[list[str]]:
    found = made.page.find("table", id=label)
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")]


def test_councils_stand_side_by_side_in_order_of_their_names(made: Made) -> None:
    assert table(made, "tbl-refuge-not-accepted-rate") == [
        ["Council", "Value", "95% interval", "Based on", "Compared with", "Reported by"],
        [
            "North Northamptonshire",
            *("80.7%", "74.3% to 85.8%", "146 of 181, 2024-25"),
            *("Higher than 61% (England, 2022-23)", "a refuge provider"),
        ],
        [
            "West Northamptonshire",
            *("63.5%", "55.0% to 71.2%", "87 of 137, 2023-24"),
            *("Similar to 61% (England, 2022-23)", "a refuge provider"),
        ],
    ]
    [image] = made.page.find("figure", id="fig-refuge-not-accepted-rate").find_all("img")
    assert image["alt"].startswith(
        "Dots with intervals. One higher than the average, one similar. "
    )
    assert "North Northamptonshire: 80.7% (95% interval 74.3 to 85.8)" in image["alt"]
    assert "Line: 61% (England, 2022-23)" in image["alt"]


@pytest.mark.parametrize(
    ("comparisons", "title"),
    [
        (["below", "below"], "Both below the recommended level"),
        (["above", "below"], "One above the recommended level, one below"),
        (["above", "below", "above"], "Two above the recommended level, one below"),
    ],
)
def test_a_chart_says_how_councils_stand_to_a_level(comparisons: list[str], title: str) -> None:
    level = {**AVERAGE, "kind": "level"}
    entries = [
        entry("rate marac.rate", value=40.0, benchmark={**level, "comparison": each})
        for each in comparisons
    ]
    assert finding(subject(entries)) == title


def test_a_chart_of_gaps_says_which_are_wider() -> None:
    entries = [
        entry("shortfall refuge.gap", value=40.0, benchmark={**AVERAGE, "comparison": each})
        for each in ("above", "below", "above")
    ]
    assert finding(subject(entries)) == "Two gaps wider than the average, one narrower"
    assert finding(subject(entries[:1])) == "One gap wider than the average"


def test_a_chart_title_is_never_too_long() -> None:
    words = ["higher"] * 3 + ["similar"] * 3 + ["lower"] * 2 + ["above"] * 2 + ["at"] * 2
    entries = [
        entry("rate marac.rate", value=40.0, benchmark={**AVERAGE, "comparison": each})
        for each in words
    ]
    assert finding(subject(entries)) == "By council, in order of their names"


@pytest.mark.parametrize(
    ("spans", "title"),
    [
        ([(1, 3), (2, 4)], "The two intervals overlap"),
        ([(1, 2), (3, 4)], "The two intervals do not overlap"),
        ([(1, 3), (2, 4), (3, 5)], "All intervals overlap"),
        ([(1, 3), (2, 5), (4, 6)], "Some intervals overlap, some do not"),
        ([(1, 2), (3, 4), (5, 6)], "No two intervals overlap"),
        ([(1, 2), (None, None)], "By council, in order of their names"),
    ],
)
def test_a_chart_without_a_benchmark_says_how_the_intervals_lie(
    spans: list[tuple[int | None, int | None]], title: str
) -> None:
    entries = [entry("rate marac.rate", value=2.0, lower=low, upper=high) for low, high in spans]
    assert finding(subject(entries)) == title


def subject(entries: list[dict[str, Any]]) -> Subject:
    said = {"definition": "", "caveats": (), "county": "", "entries": tuple(entries)}
    named = {name: entries[0][name] for name in ("id", "name", "chapter", "kind", "unit")}
    return Subject(**named, **said)


def test_counts_are_listed_and_not_drawn(made: Made) -> None:
    assert made.compared.charts == 2 and made.compared.indicators == 3
    assert table(made, "tbl-marac-others")[1] == ["marac.cases", "560", "fewer than 5"]
    assert not made.page.find("figure", id="fig-marac-cases")


def test_what_is_hidden_or_absent_is_said(made: Made) -> None:
    rows = table(made, "tbl-marac-repeat-rate")
    assert [row[:2] for row in rows[1:]] == [
        ["North Northamptonshire", "[c]"],
        ["West Northamptonshire", "40%"],
    ]
    text = words(made.page.main)
    assert "Not shown, so that nobody can be identified: North Northamptonshire." in text
    assert "As reported, without the counts behind it: West Northamptonshire." in text
    assert "housing.da_share" not in text, "no report has it"


def test_unlike_figures_are_flagged(made: Made) -> None:
    section = words(made.page.find(id="sec-refuge-not-accepted-rate").find_parent("section") or "")
    text = section or words(made.page.main)
    for said in (
        "Of different periods: North Northamptonshire, 2024-25; West Northamptonshire, 2023-24.",
        "Of different nature: North Northamptonshire, illustrative data; West Northamptonshire",
    ):
        assert said in text


def test_the_county_is_what_both_reports_print(project: Project) -> None:
    """Taken from the tables with a row for each council, and only where all print the same."""
    names = ["North Northamptonshire", "West Northamptonshire", "All together"]
    entries = [
        entry(
            "shortfall refuge.below_recommended", name="Below", value=59, display="59%", unit="%"
        ),
        entry("count refuge.places", name="Places", value=15, display="15"),
    ]
    for council, places in (("north", "51"), ("west", "50")):
        workbook = put(project, council, entries).with_name("tables.xlsx")
        rows = [[names[0], "59%", "15"], [names[1], "17%", "36"], [names[2], "36%", places]]
        rest = {"columns": ["Area", "Below", "Places"], "align": ["left", "right", "right"]}
        parts = [["Area A", "1%", "1"], ["All together", "2%", "2"]]
        made_tables(
            workbook.parent,
            table_record("tbl-a", rows, **rest),
            table_record("tbl-b", parts, **rest),
        )
    made = compare(project, ["north", "west"], None, "builtin")
    page = BeautifulSoup((made.folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    lines = page.find("table", id="tbl-refuge-below-recommended").find_all("tr")
    assert words(lines[-1]) == "All of the county 36% as the reports print it"
    assert "All of the county: 36%" in page.find("img")["alt"]
    assert "All of the county" not in words(page.find("table", id="tbl-refuge-others"))


def test_it_is_no_league_table(made: Made) -> None:
    text = words(made.page.main).casefold()
    assert "no league table" in text and "no ranks" in text
    for word in ("best", "worst", "first place", "rank 1", "top of"):
        assert word not in text


def test_it_says_what_it_is_on_every_page(made: Made) -> None:
    notice = "Draft: Illustrative data, not real figures"
    assert words(made.page.find(class_="notice")) == notice
    with pikepdf.open(made.compared.folder / "assessment.pdf") as pdf:
        assert str(pdf.docinfo.Title) == (
            "Domestic abuse needs assessments compared: North Northamptonshire and West "
            "Northamptonshire, 2024-25"
        )
    block = words(made.page)
    assert "version 0.1 (draft) of" in block


def test_every_number_stands_in_one_of_the_reports(made: Made) -> None:
    """Nothing is added up, ranked or worked out: cells and alternative texts hold no other number
    than those of the councils' entries, as printed.
    """
    known = set(NUMERAL.findall(json.dumps([NORTH, WEST])))
    known |= {"74.3", "85.8", "55.0", "71.2", "95", "61"}
    cells = [words(cell) for cell in made.page.main.find_all("td")]
    alts = [
        image["alt"].partition(". ")[2].partition(". ")[2] for image in made.page.find_all("img")
    ]
    shown = {number for text in (*cells, *alts) for number in NUMERAL.findall(text)}
    assert shown and shown <= known, shown - known


def test_the_same_reports_give_the_same_bytes(made: Made, tmp_path: Path) -> None:
    folder = made.compared.folder
    assert folder == made.project.root / "reports" / "compare" / "north+west" / PERIOD
    shutil.copytree(folder, tmp_path / "first")
    compare(made.project, ["north", "west"], PERIOD, "builtin")
    for path in sorted((tmp_path / "first").rglob("*")):
        if path.is_file():
            again = folder / path.relative_to(tmp_path / "first")
            assert again.read_bytes() == path.read_bytes(), path.name
    assert [path.name for path in folder.parent.iterdir()] == [PERIOD], "nothing left beside it"


def test_a_failure_leaves_the_last_comparison(made: Made) -> None:
    page = made.compared.folder / "index.html"
    before = page.read_bytes()
    broken = [{**WEST[0], "name": "A face 😀"}]
    path = put(made.project, "west", broken)
    try:
        with pytest.raises(AssessmentError, match="no letter for “😀”"):
            compare(made.project, ["north", "west"], PERIOD, "builtin")
    finally:
        put(made.project, "west", WEST)
    assert path.is_file() and page.read_bytes() == before


# What cannot be compared -------------------------------------------------------------------


def refusal(project: Project, *names: str, period: str | None = None) -> AssessmentError:
    with pytest.raises(AssessmentError) as raised:
        compare(project, list(names), period, "builtin")
    return raised.value


def test_a_council_without_a_report_is_named(project: Project) -> None:
    put(project, "north", NORTH)
    error = refusal(project, "north", "west")
    assert error.message == "There is no report of West Northamptonshire, 2024-25."
    assert error.hint == "Run make assessment COUNCIL=west PERIOD=2024-25 first."


def test_a_report_that_is_being_put_in_place_is_not_read(project: Project) -> None:
    put(project, "north", NORTH)
    put(project, "west", WEST)
    project.report("west", PERIOD).ready.mkdir()
    assert "was cut short" in refusal(project, "north", "west").message


def test_unlike_editions_are_refused(project: Project) -> None:
    error = refusal(project, "north", "three-rivers")
    assert "North Northamptonshire 2024-25 and Three Rivers 2017-18" in error.message
    assert "no edition in common" in error.hint
    settings = yaml.safe_load((project.params / "west.yml").read_text(encoding="utf-8"))
    del settings["editions"]["2024-25"]
    (project.params / "west.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert "PERIOD=2023-24" in refusal(project, "north", "west").hint
    assert "no edition" in refusal(project, "north", "west", period="2019-20").message


@pytest.mark.parametrize("names", [["north"], ["north", "north"], []])
def test_one_council_is_nothing_to_compare(project: Project, names: list[str]) -> None:
    error = refusal(project, *names)
    assert "From 2 to 12" in error.message and error.status == 2


@pytest.mark.parametrize("text", ["{", "[]", '{"council": "west", "period": "2024-25"}'])
def test_a_list_that_is_not_the_reports_own(project: Project, text: str) -> None:
    put(project, "west", WEST)
    put(project, "north", NORTH).write_text(text, encoding="utf-8")
    error = refusal(project, "north", "west")
    assert error.message.startswith("reports/north/2024-25/indicators.json is not the list")


def test_the_verb_says_what_is_wrong_without_a_traceback(project: Project) -> None:
    run = run_command(project.root, "compare", "north", "nroth")
    assert run.returncode == 2 and "nroth" in run.stderr and "north" in run.stderr
    assert "Traceback" not in run.stderr
