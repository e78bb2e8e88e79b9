"""Tables on their sheets: years and dates, several sheets and tables, values as they are shown."""

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from needs_assessment.returns.tokens import read_token
from returned import (
    ITEMS,
    QUARTERS,
    READ,
    ROWS,
    changed,
    figures,
    form,
    noted,
    read,
    said,
    text_file,
    workbook,
)


@pytest.mark.parametrize(
    ("headings", "period", "title"),
    [
        (["Q1", "Q2"], "title", "Cases in 2017/18, as at 3 May 2018"),
        (["Apr-Jun", "July to September"], "title", "Year ending March 2018"),
        (["Q1", "Quarter 2"], "2017-18", "Cases"),
        (["Q1", "Qtr 2"], "sheet", "Cases"),
    ],
)
def test_a_year_that_stands_elsewhere(
    tmp_path: Path, headings: list[str], period: str, title: str
) -> None:
    rows = [[title], ["Item", *headings], ["Cases", 4, 5], ["Of which repeats", 1, 2]]
    path = workbook(tmp_path / "r.xlsx", rows, names=["2017-18"])
    reading = read(path, form(**ITEMS, period=period))
    assert said(reading) == ""
    assert {period for _, period, *_ in figures(reading)} == {"2017-18 Q1", "2017-18 Q2"}


@pytest.mark.parametrize(
    ("title", "found"), [("Cases", "none"), ("2017/18, 2018/19", "2017-18, 2018-19")]
)
def test_a_title_must_name_one_year(tmp_path: Path, title: str, found: str) -> None:
    path = text_file(tmp_path / "r.csv", [[title], ["Item", "Q1"], ["Cases", 4]])
    reading = read(path, form(**ITEMS, period="title"))
    assert f"should name one period; found {found}" in said(reading)
    assert len(reading.problems) == 1 and not reading.observations


def test_excel_dates_as_headings(tmp_path: Path) -> None:
    rows = [
        ["Item", date(2017, 5, 1), datetime(2017, 6, 1)],
        ["Cases", 4, 5],
        ["Of which repeats", 1, 2],
    ]

    def show(sheet: Worksheet) -> None:
        sheet["B1"].number_format = "mmm-yy"

    path = changed(workbook(tmp_path / "r.xlsx", rows), show)
    reading = read(path, form(**ITEMS))
    assert [(period, raw) for _, period, _, raw in figures(reading)] == [
        ("2017-M05", "4"),
        ("2017-M05", "1"),
    ]
    assert "1 June 2017 is a day, but MARAC cases is counted over a stretch of time" in said(
        reading
    )
    assert "dates: month" in said(reading)
    months = read(path, form(**ITEMS, dates="month"))
    assert {period for _, period, *_ in figures(months)} == {"2017-M05", "2017-M06"}
    assert said(months) == ""


def test_dates_are_points_in_time_for_what_is_counted_at_one(tmp_path: Path) -> None:
    rows = [["Places", date(2024, 3, 31)], ["Household places", 48]]
    mapping = form(
        layout="wide",
        label_column="Places",
        rows={"Household places": {"measure": "refuge.places"}},
    )
    reading = read(workbook(tmp_path / "r.xlsx", rows), mapping)
    assert figures(reading) == [("refuge.places", "@2024-03-31", "", "48")]


def test_percentages_are_read_as_they_are_shown(tmp_path: Path) -> None:
    rows = [["Share", "2017/18"], ["Engaged", 0.49645]]
    mapping = form(
        layout="wide", label_column="Share", rows={"Engaged": {"measure": "idva.engagement_share"}}
    )

    def show(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "0%"

    reading = read(changed(workbook(tmp_path / "r.xlsx", rows), show), mapping)
    assert [(each["raw"], str(each["value"])) for each in reading.observations] == [
        ("49.645%", "49.645")
    ]


def test_a_sheet_for_each_quarter(tmp_path: Path) -> None:
    sheet = [["Item", "Number"], ["Cases", 4], ["Of which repeats", "<5"]]
    names = ["Q1 2024-25", "Q2 2024-25", "Notes", "Lists"]
    path = workbook(tmp_path / "r.xlsx", sheet, sheet, [["hidden"]], [["a"]], names=names)
    mapping = form(
        **ITEMS,
        values={"Number": {}},
        period="sheet",
        sheets=["Q? 2024-25"],
        ignore_sheets=["notes"],
    )
    reading = read(path, mapping)
    assert said(reading) == ""
    assert [(each["sheet"], each["period"]) for each in reading.observations] == [
        ("Q1 2024-25", "2024-25 Q1"),
        ("Q1 2024-25", "2024-25 Q1"),
        ("Q2 2024-25", "2024-25 Q2"),
        ("Q2 2024-25", "2024-25 Q2"),
    ]
    assert noted(reading) == "Its further sheets are not read: Lists."


def test_two_tables_on_one_sheet(tmp_path: Path) -> None:
    rows = [
        ["Table 10 is on the next sheet"],
        ["Table 1: MARAC"],
        ["Item", "2024/25"],
        ["Cases", 4],
        ["Of which repeats", 1],
        ["Cases include repeats."],
        [],
        ["Table 2: contacts"],
        ["", "Q1 2024/25"],
        ["Level 1", 7],
        ["Total", 7],
    ]
    levels = {"measure": "caseworker.contacts", "dimension": "level", "category": "level_1"}
    mapping = form(
        layout="wide",
        sheets=[
            {"label_column": "column A", "below": "Table 2", "rows": {"Level 1": levels}},
            {"label_column": "Item", "below": "table 1", "rows": ROWS},
        ],
    )
    reading = read(workbook(tmp_path / "r.xlsx", rows), mapping)
    assert said(reading) == ""
    assert sorted(raw for *_, raw in figures(reading)) == ["1", "4", "7"]
    assert {note.rule for note in reading.notes} == {"text below the table", "totals not read"}
    missing = form(**ITEMS, below="Table 3")
    assert "the title “Table 3” is missing" in said(read(tmp_path / "r.xlsx", missing))


def test_two_tables_that_are_not_told_apart(tmp_path: Path) -> None:
    mapping = form(**ITEMS, sheets=[{"header_row": 1}, {"header_row": 5}])
    reading = read(text_file(tmp_path / "r.csv", QUARTERS), mapping)
    assert len(reading.problems) == 1 and not reading.observations
    assert "several tables of form “theirs” that are not told apart" in said(reading)


def test_a_table_that_no_form_reads_is_noted(tmp_path: Path) -> None:
    rows = [["Level", "Q1"], ["Level 1", 7], [], *QUARTERS, [], ["Level", "Q1"], ["Level 1", 7]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert figures(reading) == READ
    assert "figures that are not read (row 2)" in noted(reading)
    assert "row 8, column “Item”: “Level” is not a row" in said(reading)
    assert "row 9, column “Item”: “Level 1” is not a row" in said(reading)


def test_days_just_outside_the_period_are_noted(tmp_path: Path) -> None:
    rows = [["Item", "31.03.18 to 01.04.19"], ["Cases", 4], ["Of which repeats", 1]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert {period for _, period, *_ in figures(reading)} == {"2018-19"}
    assert noted(reading) == "“31.03.18 to 01.04.19” is read as 2018-19 (row 2)."


def test_a_form_without_figures_is_noted(tmp_path: Path) -> None:
    rows = [["Item", "Q1 2024/25"], ["Cases", ""], ["Of which repeats", ""]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert (reading.problems, reading.observations) == ([], [])
    assert noted(reading) == "The table holds no statistics."


@pytest.mark.parametrize(
    ("text", "value", "status", "unit"),
    [
        ("10+", None, "at-least:10", ""),
        ("more than 10", None, "at-least:11", ""),
        ("no more than five", None, "below:6", ""),
        ("<1,000", None, "below:1000", ""),
        ("1,204 [p]", "1204", "provisional", ""),
        ("1204R", "1204", "revised", ""),
        ("28.74% (revised)", "28.74", "revised", "%"),
        ("9,000 approx", "9000", "approximate", ""),
        ("£1,081", "1081", "final", "£"),
        ("Not available", None, "not available", ""),
    ],
)
def test_more_tokens(text: str, value: str | None, status: str, unit: str) -> None:
    token = read_token(text)
    assert token is not None
    assert (token.value and str(token.value), token.status, token.unit) == (value, status, unit)


@pytest.mark.parametrize(
    "text", ["<0", "12 [c]", "12*", "£5%", "p", "about <5", "nil", "none", "-"]
)
def test_what_could_mean_several_things_is_no_token(text: str) -> None:
    assert read_token(text) is None
