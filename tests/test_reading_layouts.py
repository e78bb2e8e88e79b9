"""Sheets laid out as partners lay them out."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from needs_assessment.returns.tokens import read_token
from returned import changed, figures, form, noted, read, said, text_file, workbook

ROWS = {"Cases": {"measure": "marac.cases"}, "Of which repeats": {"measure": "marac.repeats"}}
ITEMS: dict[str, Any] = {"layout": "wide", "label_column": "Item", "rows": ROWS}
QUARTERS = [
    ["Item", "Q1 2024/25", "Q2 2024/25"],
    ["Cases", "1,204", "<5"],
    ["Of which repeats", 3, "c"],
]
READ = [
    ("marac.cases", "2024-25 Q1", "", "1,204"),
    ("marac.cases", "2024-25 Q2", "", "<5"),
    ("marac.repeats", "2024-25 Q1", "", "3"),
    ("marac.repeats", "2024-25 Q2", "", "c"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_text_files_in_any_usual_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    title = [["Café, team; one\tand | two: £, 2024"], []]
    path = text_file(tmp_path / "r.csv", [*title, *QUARTERS], delimiter, encoding)
    reading = read(path, form(**ITEMS))
    assert (figures(reading), said(reading)) == (READ, "")
    assert [each["row"] for each in reading.observations] == [4, 4, 5, 5]


def test_the_separator_line_that_excel_writes(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("sep=;\nItem;Q1 2024/25\nCases;4\nOf which repeats;1\n")
    assert [raw for *_, raw in figures(read(path, form(**ITEMS)))] == ["4", "1"]


def test_title_block_blank_rows_and_columns_totals_and_footnotes(tmp_path: Path) -> None:
    rows = [
        ["", "MARAC return, West team"],
        ["", "Population", 93966],
        [],
        ["", "ITEM ", "", "Q1\n2024/25", "Q2  2024/25", "Total", "Comment"],
        ["", "Cases", "", "1,204", "<5", 1206, "checked"],
        [],
        ["", "of which  repeats", "", 3, "c", 3],
        ["", "Total", "", 1207, 5, 1209],
        [],
        ["", "* Repeats within twelve months."],
        ["", "Source", "", "SafeLives form"],
    ]
    mapping = form(**{**ITEMS, "header_row": 3, "columns": {"note": "Comment"}})
    reading = read(workbook(tmp_path / "r.xlsx", rows), mapping)
    assert (figures(reading), said(reading)) == (READ, "")
    assert reading.observations[0]["note"] == "checked"
    assert noted(reading).splitlines() == [
        "The column “Total” holds totals and is not read.",
        "The headings stand in row 4, not in row 3.",
        "Above the headings stand figures that are not read (row 2).",
        "The totals row “Total” is not read (row 8).",
        "Below the table stands text that is not read (rows 10, 11).",
    ]
    assert {note.severity for note in reading.notes} == {"note"}


def test_a_totals_row_that_the_form_maps_is_read(tmp_path: Path) -> None:
    rows = [["Level", "Q1 2017/18"], ["Level 1", 24], ["Level 2", 11], ["Total", 35]]
    mapping = form(
        layout="wide",
        label_column="Level",
        measure="caseworker.contacts",
        dimension="level",
        rows={"Level 1": {"category": "level_1"}, "Level 2": {"category": "level_2"}, "Total": {}},
    )
    reading = read(text_file(tmp_path / "r.csv", rows), mapping)
    assert [
        (each["dimension"], each["category"], each["raw"]) for each in reading.observations
    ] == [
        ("level", "level_1", "24"),
        ("level", "level_2", "11"),
        ("", "", "35"),
    ]
    assert reading.notes == []


def test_rows_and_columns_to_ignore_are_declared(tmp_path: Path) -> None:
    rows = [
        ["Item", "Q1 2024/25", "RAG"],
        ["Referrals", "", ""],
        ["Cases", 4, "green"],
        ["Of which repeats", 1, "red"],
        ["Local figure", 7, ""],
    ]
    path = text_file(tmp_path / "r.csv", rows)
    mapping = form(**ITEMS, ignore=["referrals", "Local figure"], ignore_columns=["rag"])
    reading = read(path, mapping)
    assert (len(reading.observations), said(reading), reading.notes) == (2, "", [])
    undeclared = said(read(path, form(**ITEMS)))
    assert "“Referrals” is not a row of form “theirs”" in undeclared
    assert "“Local figure” is not a row of form “theirs”" in undeclared
    assert "does not map: RAG" in undeclared


def test_a_column_without_a_heading_is_not_passed_over(tmp_path: Path) -> None:
    rows = [["Item", "Q1 2024/25"], ["Cases", 4, 5], ["Of which repeats", 1]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert said(reading).startswith("r.csv, column C holds something (row 2) but has no heading.")


TWO_ROWS = [
    ["MARAC"],
    ["Item", "2023/24", "", "2024/25", ""],
    ["", "Q3", "Q4", "Q1", "Q2"],
    ["Cases", 1, 2, 3, 4],
    ["Of which repeats", 0, 1, 0, 1],
]


def _merge(sheet: Worksheet) -> None:
    for block in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(block)


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("label_below", [True, False])
def test_headings_in_two_rows(tmp_path: Path, merged: bool, label_below: bool) -> None:
    rows = [list(row) for row in TWO_ROWS]
    if label_below and not merged:
        rows[1][0], rows[2][0] = "", "Item"
    path = workbook(tmp_path / "r.xlsx", rows)
    if merged:
        changed(path, _merge)
    reading = read(path, form(**ITEMS, header_rows=2))
    assert said(reading) == ""
    assert [period for _, period, *_ in figures(reading)][:4] == [
        "2023-24 Q3",
        "2023-24 Q4",
        "2024-25 Q1",
        "2024-25 Q2",
    ]


def test_measures_under_periods_in_two_heading_rows(tmp_path: Path) -> None:
    rows = [
        ["Agency", "Q1 2024/25", "", "Q2 2024/25", ""],
        ["", "Referrals", "%", "Referrals", "%"],
        ["Police", 5, 50, "<5", 40],
        ["Health", 5, 50, 9, 60],
    ]
    mapping = form(
        layout="wide",
        label_column="Agency",
        header_rows=2,
        dimension="agency",
        rows={"Police": {"category": "police"}, "Health": {"category": "health"}},
        values={"Referrals": {"measure": "marac.referrals"}},
        ignore_columns=["%"],
    )
    reading = read(text_file(tmp_path / "r.csv", rows), mapping)
    assert (said(reading), figures(reading)) == (
        "",
        [
            ("marac.referrals", "2024-25 Q1", "police", "5"),
            ("marac.referrals", "2024-25 Q2", "police", "<5"),
            ("marac.referrals", "2024-25 Q1", "health", "5"),
            ("marac.referrals", "2024-25 Q2", "health", "9"),
        ],
    )


def test_headings_that_mean_the_same_twice(tmp_path: Path) -> None:
    rows = [["Item", "Q1 2024/25", "Apr-Jun 2024"], ["Cases", 4, 5], ["Of which repeats", 1, 1]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert "the headings of columns B and C both mean “Apr-Jun 2024”" in said(reading)
    assert [raw for *_, raw in figures(reading)] == ["4", "1"]


def test_headings_repeated_down_the_page(tmp_path: Path) -> None:
    rows = [QUARTERS[0], QUARTERS[1], [], QUARTERS[0], QUARTERS[2]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert (figures(reading), said(reading)) == (READ, "")
    assert noted(reading) == "The headings are repeated (row 4)."


def test_values_in_merged_cells_are_asked_about(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx", [QUARTERS[0], ["Cases", 9, ""], ["Of which repeats", 1, 2]]
    )
    reading = read(changed(path, lambda sheet: sheet.merge_cells("B2:C2")), form(**ITEMS))
    assert "row 2, column “Q1 2024/25”: “9” stands in cells merged down to row 2" in said(reading)


def test_names_merged_over_several_rows(tmp_path: Path) -> None:
    rows = [
        ["District", "Risk", "2024/25"],
        ["Three Rivers", "High", 5],
        ["", "Med", 7],
        ["Watford", "High", 6],
        ["", "Med", 8],
    ]
    fields = {
        "layout": "wide",
        "columns": {"area": "District", "category": "Risk"},
        "measure": "police.recorded",
        "dimension": "risk",
        "categories": {"Med": "medium"},
        "areas": {},
    }

    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("A4:A5")

    merged = read(changed(workbook(tmp_path / "r.xlsx", rows), merge), form(**fields))
    declared = read(text_file(tmp_path / "r.csv", rows), form(**fields, fill_down=["district"]))
    for reading in (merged, declared):
        assert said(reading) == ""
        assert [(each["category"], each["raw"]) for each in reading.observations] == [
            ("high", "5"),
            ("medium", "7"),
        ]
    assert "the area is missing" in said(read(tmp_path / "r.csv", form(**fields)))


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


def test_a_table_that_no_form_reads_is_noted(tmp_path: Path) -> None:
    rows = [["Level", "Q1"], ["Level 1", 7], [], *QUARTERS, [], ["Level", "Q1"], ["Level 1", 7]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert figures(reading) == READ
    assert "figures that are not read (row 2)" in noted(reading)
    assert "row 8, column “Item”: “Level” is not a row" in said(reading)
    assert "row 9, column “Item”: “Level 1” is not a row" in said(reading)


def test_a_long_form_in_the_partners_words(tmp_path: Path) -> None:
    rows = [
        ["Recorded crime"],
        ["Indicator", "Area", "Year", "Quarter", "Number", "R/P", "Comment"],
        ["Crimes", "Three Rivers", "2024/25", "Q1", "1,204", "R", "late"],
        ["High risk", "", "2024/25", "Q2", "c", "", ""],
        ["Crimmes", "", "2024/25", "Q2", 4, "", ""],
        ["Crimes", "", "2024/25", "Q3", 4, "T", ""],
        ["Crimes", "", "2024/25", "Q4", "", "", ""],
        ["Total", "", "2024/25", "", 1208, "", ""],
        ["Note: provisional figures."],
    ]
    mapping = form(
        layout="long",
        columns={
            "measure": "Indicator",
            "period": ["Quarter", "Year"],
            "area": "Area",
            "value": "Number",
            "status": "R/P",
            "note": "Comment",
        },
        rows={
            "Crimes": {"measure": "police.crimes"},
            "High risk": {"measure": "police.recorded", "dimension": "risk", "category": "high"},
        },
    )
    reading = read(workbook(tmp_path / "r.xlsx", rows), mapping)
    assert [
        (each["measure"], each["category"], each["raw"], each["status"], each["note"])
        for each in reading.observations
    ] == [
        ("police.crimes", "", "1,204", "revised", "late"),
        ("police.recorded", "high", "c", "confidential", ""),
    ]
    lines = said(reading).splitlines()
    assert len(lines) == 3
    assert (
        "row 5, column “Indicator”: “Crimmes”" in lines[0] and "did you mean “Crimes”" in lines[0]
    )
    assert "row 6, column “R/P”: “T” is not a known marker" in lines[1]
    assert "row 7, column “Number”: an empty cell" in lines[2]
    assert "“Total” is not read (row 8)" in noted(reading)
    assert "not read (row 9)" in noted(reading)


def test_a_crosstab_of_two_breakdowns(tmp_path: Path) -> None:
    """The dictionary breaks police.recorded down by risk alone: the other one is said."""
    rows = [["Risk", "Female"], ["High", 4]]
    mapping = form(
        layout="wide",
        label_column="Risk",
        measure="police.recorded",
        period="2024-25",
        rows={"High": {"dimension": "risk", "category": "high"}},
        values={"Female": {"dimension": "sex", "category": "female"}},
    )
    reading = read(text_file(tmp_path / "r.csv", rows), mapping)
    assert "police.recorded has no dimension “sex”. Its dimensions: risk." in said(reading)


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
