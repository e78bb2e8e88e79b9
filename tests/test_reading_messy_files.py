"""Returns as untidy as they come: each figure is read, or its place is named."""

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from returned import ITEMS, ROWS, changed, figures, form, noted, read, said, text_file, workbook

SOURCE = {"measure": "idva.referrals", "dimension": "source"}
SERVICE = {
    "layout": "wide",
    "label_column": "Source",
    "rows": {
        "Police": {**SOURCE, "category": "police"},
        "MARAC": {**SOURCE, "category": "marac"},
        "Health": {**SOURCE, "category": "health"},
        "Total referrals": {"measure": "idva.referrals"},
        "Engaged": {"measure": "idva.engaged"},
    },
}
QUARTERS = ["2024-25 Q1", "2024-25 Q2", "2024-25 Q3", "2024-25 Q4"]


def test_unicode_text_out_of_excel(tmp_path: Path) -> None:
    """UTF-16 and tabs, quarters spelt in four ways, shares beside counts, marks of footnotes."""
    rows = [
        ["IDVA service – quarterly monitoring"],
        [],
        ["Source", "Apr-Jun 24", "Jul–Sep 24", "Q3 (Oct-Dec 2024)", "Jan to Mar 2025", "YTD", "%"],
        ["Police", "1,204", "12*", "<5", 10, 1230, "55%"],
        ["MARAC", 4, 5, 6, 7, 22, "1%"],
        ["Health", "-", " n/a ", 0, "3†", 3, "0%"],
        ["Total referrals", 1208, 17, "", 20, "", ""],
        ["Engaged", 600, 8, "N/K", 9, "", ""],
        [],
        ["* provisional"],
    ]
    path = text_file(tmp_path / "return.txt", rows, "\t", "utf-16")
    reading = read(path, form(**SERVICE, ignore_columns=["%"]))
    assert [(period, category, raw) for _, period, category, raw in figures(reading)] == [
        (QUARTERS[0], "police", "1,204"),
        (QUARTERS[2], "police", "<5"),
        (QUARTERS[3], "police", "10"),
        *zip(QUARTERS, ["marac"] * 4, "4567", strict=True),
        (QUARTERS[1], "health", "n/a"),
        (QUARTERS[2], "health", "0"),
        (QUARTERS[0], "", "1208"),
        (QUARTERS[1], "", "17"),
        (QUARTERS[3], "", "20"),
        (QUARTERS[0], "", "600"),
        (QUARTERS[1], "", "8"),
        (QUARTERS[3], "", "9"),
    ]
    assert [str(each).partition(" is ")[0] for each in reading.problems] == [
        "return.txt, row 4, column “Jul–Sep 24”: “12*”",
        "return.txt, row 6, column “Apr-Jun 24”: “-”",
        "return.txt, row 6, column “Jan to Mar 2025”: “3†”",
        "return.txt, row 8, column “Q3 (Oct-Dec 2024)”: “N/K”",
    ]
    assert noted(reading).splitlines() == [
        "The column “YTD” holds totals and is not read.",
        "Below the table stands text that is not read (row 10).",
    ]
    assert "columns that form “theirs” does not map: %." in said(read(path, form(**SERVICE)))


def test_semicolons_and_thousands_of_another_country(tmp_path: Path) -> None:
    """No figure is read as a thousandth, a thousand times, or a part of what it is."""
    rows = [
        ["“Outreach” – Children’s team"],
        ["Source", "Q1 2024/25", "Q2 2024/25", "Q3 2024/25"],
        ["Police", "1\xa0204", "1.204", "1204,5"],
        ["MARAC", "£5", "–", "—"],
        ["Health", "5 (see note)", "about 10", "10+"],
        ["Total referrals", "1 209", "nil", ">10"],
        ["Engaged", "600 ", "\xa0", 0],
    ]
    reading = read(text_file(tmp_path / "r.csv", rows, ";", "cp1252"), form(**SERVICE))
    assert [(raw, each["status"]) for each in reading.observations for raw in [each["raw"]]] == [
        ("about 10", "approximate"),
        ("10+", "at-least:10"),
        (">10", "at-least:11"),
        ("600", "final"),
        ("0", "final"),
    ]
    places = [f"row {row}, column “Q{quarter} 2024/25”" for row, quarter in _places("3:123 4:123")]
    places += ["row 5, column “Q1 2024/25”", *(f"row 6, column “Q{n} 2024/25”" for n in (1, 2))]
    assert len(reading.problems) == len(places)
    for place, problem in zip(places, reading.problems, strict=True):
        assert place in str(problem)


def _places(text: str) -> list[tuple[str, str]]:
    pairs = (each.split(":") for each in text.split())
    return [(row, quarter) for row, quarters in pairs for quarter in quarters]


def test_headings_in_three_merged_rows_and_subtotals_in_the_middle(tmp_path: Path) -> None:
    rows = [
        ["Housing and IDVA monitoring"],
        ["Printed 3 May 2025"],
        [],
        ["Source", "2024/25", None, None, None, "2023/24", None],
        [None, "Q1", None, "Q2", None, "Q4", None],
        [None, "Number", "%", "Number", "%", "Number", "%"],
        ["Police", 10, 0.5, 11, 0.5, 9, 0.45],
        ["MARAC", 5, 0.25, 6, 0.3, 5, 0.25],
        ["Sub-total", 15, 0.75, 18, 0.8, 14, 0.7],
        [],
        ["Health", 5, 0.25, 5, 0.2, 6, 0.3],
        ["Grand total", 20, 1, 22, 1, 20, 1],
        ["Engaged", 12, None, "c", None, 8, None],
        [],
        ["Notes:"],
        ["1. Health includes A&E (12 trusts)."],
    ]

    def merge(sheet: Worksheet) -> None:
        for cells in ("A4:A6", "B4:E4", "F4:G4", "B5:C5", "D5:E5", "F5:G5"):
            sheet.merge_cells(cells)

    fields = {**SERVICE, "rows": {**SERVICE["rows"]}, "header_rows": 3, "values": {"Number": {}}}
    del fields["rows"]["Total referrals"]
    path = changed(workbook(tmp_path / "r.xlsx", rows), merge)
    reading = read(path, form(**fields, ignore_columns=["%"]))
    assert said(reading) == ""
    when = ["2024-25 Q1", "2024-25 Q2", "2023-24 Q4"]
    cells = [(name, [row[1], row[3], row[5]]) for row in rows for name in row[:1] if len(row) > 6]
    expected = [
        (period, str(value))
        for name, values in cells
        if name in fields["rows"]
        for period, value in zip(when, values, strict=True)
    ]
    assert [(period, raw) for _, period, _, raw in figures(reading)] == expected
    assert noted(reading).splitlines() == [
        "The totals row “Sub-total” is not read (row 9).",
        "The totals row “Grand total” is not read (row 12).",
        "Below the table stands text that is not read (rows 15, 16).",
        "The totals row “Sub-total” is not the sum of the rows above it: “2024/25 Q2 Number”.",
    ]


def test_dates_for_headings_and_figures_for_texts(tmp_path: Path) -> None:
    rows = [
        ["Item", datetime(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 30), "Jul-24 "],
        ["Cases ", "5 ", "\xa07", "8*", 9.0],
        ["Of which  repeats", "'3", 1.0, 0.1 + 0.2, "2\n"],
    ]

    def show_months(sheet: Worksheet) -> None:
        for cell in sheet[1][1:4]:
            cell.number_format = "mmm-yy"

    reading = read(changed(workbook(tmp_path / "r.xlsx", rows), show_months), form(**ITEMS))
    assert figures(reading) == [
        ("marac.cases", "2024-M04", "", "5"),
        ("marac.cases", "2024-M05", "", "7"),
        ("marac.cases", "2024-M07", "", "9"),
        ("marac.repeats", "2024-M05", "", "1"),
        ("marac.repeats", "2024-M07", "", "2"),
    ]
    for place in ("row 2, column “June 2024”", "row 3, column “April 2024”", "row 3, column “June"):
        assert place in said(reading)
    assert len(reading.problems) == 3


LONG = [
    ["Measure", "Period", "Category", "Value", "Note"],
    ["Cases", "Q1 2024/25", "", 4, ""],
    ["Cases", "2024/25 YTD", "", 9, ""],
    ["Cases", "2024-25 Q5", "", 9, ""],
    ["Measure", "Period", "Category", "Value", "Note"],
    ["Cases", "Q1-Q3 2024/25", "All", 9, ""],
    ["Total", "2024/25", "", 99, ""],
    ["Cases", "Q2 24-25", "", "1-4", ""],
    ["Cases", "Q2 24/25", "", "≤4", ""],
    ["Cases", "Oct-24", "", 5, "", "x"],
]


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_a_list_with_everything_in_it(tmp_path: Path, delimiter: str) -> None:
    """Repeated headings, running totals, a quarter too many, a range, a cell beyond the table."""
    columns = {"measure": "Measure", "period": "Period", "category": "Category", "value": "Value"}
    mapping = form(layout="long", columns={**columns, "note": "Note"}, rows=ROWS)
    reading = read(text_file(tmp_path / "r.csv", LONG, delimiter), mapping)
    assert [(period, raw) for _, period, _, raw in figures(reading)] == [
        ("2024-25 Q1", "4"),
        ("2024-25 Q2", "≤4"),
        ("2024-M10", "5"),
    ]
    for words in (
        "column F holds something (row 10) but has no heading",
        "row 3, column “Period”: “2024/25 YTD”",
        "row 4, column “Period”: “2024-25 Q5”",
        "row 8, column “Value”: “1-4”",
    ):
        assert words in said(reading)
    assert len(reading.problems) == 4
    assert noted(reading).splitlines() == [
        "The headings are repeated (row 5).",
        "The totals row “All” is not read (row 6).",
        "The totals row “Total” is not read (row 7).",
    ]
    twice = [[*row[:4], *row[3:]] for row in LONG[:2]]
    path = text_file(tmp_path / "twice.csv", twice, delimiter)
    assert "the heading “Value” stands there twice" in said(read(path, mapping))
