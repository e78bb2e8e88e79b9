"""What a workbook shows and does not show: number formats, hidden rows and sheets, comments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from needs_assessment.returns.number_formats import number_format
from returned import ITEMS, QUARTERS, READ, changed, figures, form, noted, read, said, workbook


def cell(tmp_path: Path, measure: str, value: Any, code: str) -> Any:
    """What is read of a number with a format, and what is said of it."""

    def show(sheet: Worksheet) -> None:
        sheet["B2"].number_format = code

    path = workbook(tmp_path / "r.xlsx", [["Item", "2024/25"], ["This", value]])
    rows = {"This": {"measure": measure}}
    return read(changed(path, show), form(layout="wide", label_column="Item", rows=rows))


@pytest.mark.parametrize(
    ("code", "value", "raw", "status"),
    [
        ('[<5]"c";0', 3, "c", "confidential"),
        ('[<5]"c";0', 12, "12", "final"),
        ('[=1]"<5";[=2]"<5";0', 2, "<5", "below:5"),
        ('[<10]"fewer than 10";#,##0', 7, "fewer than 10", "below:10"),
        ('"*"', 4, "*", "confidential"),
        ('0;-0;"-"', 0, "0", "final"),
        ('_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', 0, "0", "final"),
        ("0;;", 0, "0", "final"),
        ('0" (p)"', 12, "12 (p)", "provisional"),
        ('0" cases"', 12, "12", "final"),
        ("#,##0;[Red]-#,##0", 1204, "1204", "final"),
        ("@", 5, "5", "final"),
        ("[$-809]0", 5, "5", "final"),
        ("0", 14.000000000000002, "14", "final"),
    ],
)
def test_a_count_is_read_as_it_is_shown(
    tmp_path: Path, code: str, value: float, raw: str, status: str
) -> None:
    reading = cell(tmp_path, "marac.cases", value, code)
    assert said(reading) == ""
    assert [(each["raw"], each["status"]) for each in reading.observations] == [(raw, status)]


@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        ("0%", 12, "1200% is a percentage, but MARAC cases is a count"),
        ('0"%"', 12, "12% is a percentage"),
        ("£#,##0", 12, "£12 is an amount of money"),
        ("[$£-809]#,##0", -12, "-£12 is an amount of money"),
        ("[$€-2]#,##0", 12, "“€12” is neither a number"),
        (";;;", 3, "the cell holds a number that its format hides"),
        ('0;;"none"', -3, "the cell holds a number that its format hides"),
        ('[<5]"3"', 4, "the cell holds a number that its format hides"),
        ('"see note"', 4, "“see note” is neither a number"),
        ("mmm yy", 45000, "“March 2023” is a date or time"),
        ("[h]:mm", 0.5, "is a date or time"),
    ],
)
def test_what_is_shown_and_no_count_is_said(
    tmp_path: Path, code: str, value: float, words: str
) -> None:
    reading = cell(tmp_path, "marac.cases", value, code)
    assert reading.observations == []
    assert words in said(reading)


def test_a_heading_is_read_as_it_is_shown(tmp_path: Path) -> None:
    """A number with words around it: 2024 shown as “2024/25” is no calendar year."""

    def show(sheet: Worksheet) -> None:
        sheet["B1"].number_format = '0"/25"'

    path = workbook(tmp_path / "r.xlsx", [["Item", 2024], ["Cases", 3], ["Of which repeats", 1]])
    assert [each[1] for each in figures(read(changed(path, show), form(**ITEMS)))] == [
        "2024-25"
    ] * 2


_PIECES = st.sampled_from(
    [
        "0",
        "#,##0",
        "General",
        '"c"',
        '"<5"',
        '"-"',
        "%",
        ";",
        "[<5]",
        "[Red]",
        "@",
        "_-",
        "* ",
        "d",
        "£",
    ]
)


@settings(deadline=None)
@given(st.lists(_PIECES, max_size=8).map("".join), st.integers(-20, 20))
def test_no_format_is_too_odd(code: str, value: int) -> None:
    shown = number_format(code).show(str(value))
    if shown and shown[0] == "shown" and shown[1].lstrip("-").isdigit():
        assert int(shown[1]) == value, "no other number is ever made of it"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True), "(row 3)"),
        (lambda sheet: setattr(sheet.column_dimensions["C"], "hidden", True), "“Q2 2024/25”"),
        (lambda sheet: setattr(sheet["B2"], "comment", Comment("an estimate", "x")), "(B2)"),
    ],
)
def test_what_a_reader_does_not_see_is_read_and_noted(
    tmp_path: Path, change: Callable[[Worksheet], None], words: str
) -> None:
    path = changed(workbook(tmp_path / "r.xlsx", QUARTERS), change)
    reading = read(path, form(**ITEMS))
    assert (figures(reading), said(reading)) == (READ, "")
    (note,) = reading.notes
    assert words in note.sentence and "estimate" not in note.sentence


def test_hidden_sheets(tmp_path: Path) -> None:
    """One that looks like the visible one is left out; one that the form names is read."""

    def hide_second(sheet: Worksheet) -> None:
        sheet.parent.worksheets[1].sheet_state = "veryHidden"

    path = workbook(tmp_path / "r.xlsx", QUARTERS, QUARTERS, names=["Now", "Old"])
    path = changed(path, hide_second)
    reading = read(path, form(**ITEMS))
    assert (figures(reading), said(reading)) == (READ, "")
    assert noted(reading) == "Its further sheets are not read: Old (hidden)."
    chosen = read(path, form(**ITEMS, sheet="Old"))
    assert figures(chosen) == READ
    assert "The sheet is hidden. It is read all the same." in noted(chosen)
    assert "“New”" in said(read(path, form(**ITEMS, sheet="New"))), "there is none"
    assert "Now, Old (hidden)" in said(read(path, form(**ITEMS, sheet="New")))
