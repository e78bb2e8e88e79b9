"""Sheets laid out as partners lay them out."""

from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from returned import (
    ITEMS,
    QUARTERS,
    READ,
    changed,
    figures,
    form,
    noted,
    read,
    said,
    text_file,
    workbook,
)


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


def test_repeated_headings_are_known_where_rows_are_of_unlike_length(tmp_path: Path) -> None:
    """A row with more delimiters makes the sheet wider than its headings."""
    rows = [QUARTERS[0], [*QUARTERS[1], ""], [], QUARTERS[0], [*QUARTERS[2], "", ""]]
    reading = read(text_file(tmp_path / "r.csv", rows), form(**ITEMS))
    assert noted(reading) == "The headings are repeated (row 4)."
    assert "headings change" not in said(reading)


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


def test_a_marker_beside_a_token_is_kept_in_the_note(tmp_path: Path) -> None:
    rows = [["Item", "When", "Number", "Mark"], ["marac.cases", "2024/25", "<5", "P"]]
    columns = {"measure": "Item", "period": "When", "value": "Number", "status": "Mark"}
    reading = read(text_file(tmp_path / "r.csv", rows), form(layout="long", columns=columns))
    (found,) = reading.observations
    assert (found["status"], found["note"]) == ("below:5", "provisional")


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
    assert "no dimension “sex”. Its dimensions: risk, locality." in said(reading)
    mapping = mapping.model_copy(update={"values": mapping.rows | {"Female": mapping.rows["High"]}})
    rows = [["Risk", "High", "Female"], ["High", 4, ""]]
    reading = read(text_file(tmp_path / "r.csv", rows), mapping)
    assert "row and column both say which risk it is" in said(reading)
