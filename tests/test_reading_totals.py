"""Totals that are not read are still the sum of what is read, or it is said."""

from pathlib import Path
from typing import Any

import pytest

from returned import ITEMS, form, read, said, text_file

NAMES = {"Police": "police", "Health": "health", "Other": "other"}
AGENCIES = {
    "layout": "wide",
    "label_column": "Agency",
    "measure": "marac.referrals",
    "dimension": "agency",
    "rows": {label: {"category": category} for label, category in NAMES.items()},
}
HEAD = ["Agency", "Q1 2024/25", "Q2 2024/25"]
PARTS = [["Police", 40, 50], ["Health", 7, "<5"], ["Other", 3, 6]]


def warned(tmp_path: Path, rows: list[list[Any]], fields: dict[str, Any] = AGENCIES) -> list[str]:
    reading = read(text_file(tmp_path / "r.csv", rows), form(**fields))
    assert said(reading) == ""
    return [each.sentence for each in reading.notes if each.severity == "warning"]


@pytest.mark.parametrize(
    ("total", "wrong"),
    [
        ([50, 56], ""),
        ([50, 60], ""),
        ([51, 56], "“Q1 2024/25”"),
        ([50, 61], "“Q2 2024/25”"),
        ([49, 55], "“Q1 2024/25”, “Q2 2024/25”"),
        (["c", "about 60"], ""),
        (["", "<5"], ""),
    ],
)
def test_a_totals_row_is_the_sum_of_the_rows_above_it(
    tmp_path: Path, total: list[object], wrong: str
) -> None:
    """A suppressed part leaves it room; no sentence gives a number that may be hidden."""
    said_row = f"The totals row “Total” is not the sum of the rows above it: {wrong}."
    assert warned(tmp_path, [HEAD, *PARTS, ["Total", *total]]) == [said_row] * bool(wrong)


def test_subtotals_and_the_grand_total(tmp_path: Path) -> None:
    rows = [HEAD, *PARTS[:2], ["Sub-total", 47, 53], PARTS[2], ["Grand total", 50, 59]]
    assert warned(tmp_path, rows) == []
    rows[-1][1] = 53
    (found,) = warned(tmp_path, rows)
    assert found.startswith("The totals row “Grand total”") and "“Q1 2024/25”." in found


def test_what_need_not_add_up_is_not_added_up(tmp_path: Path) -> None:
    """Rows left out by the form, numbers rounded to 10, kinds of different things, many answers."""
    rows = [HEAD, *PARTS, ["Not stated", 9, 9], ["Total", 59, 65]]
    assert warned(tmp_path, rows, {**AGENCIES, "ignore": ["Not stated"]}) == []
    tens = [HEAD, ["Police", 40, 50], ["Health", 10, 10], ["Other", 20, 10], ["Total", 80, 80]]
    assert warned(tmp_path, tens) == []
    items = [["Item", *HEAD[1:]], ["Cases", 9, 9], ["Of which repeats", 3, 3], ["Total", 9, 9]]
    assert warned(tmp_path, items, ITEMS) == []
    many = {"Cases": {"category": "male"}, "Of which repeats": {"category": "disabled"}}
    fields = {"measure": "marac.characteristics", "dimension": "characteristic", "rows": many}
    assert warned(tmp_path, items, {**ITEMS, **fields}) == []


@pytest.mark.parametrize(
    ("heading", "totals", "wrong"),
    [
        ("Total", [19, 7], ""),
        ("YTD", [19, 8], "row 3"),
        ("2024/25 Total", [12, 5], ""),
        ("Total for 2024/25", [12, 5], ""),
        ("2024/25 Total", [19, 7], "rows 2, 3"),
    ],
)
def test_a_column_of_totals_is_the_sum_of_the_columns_before_it(
    tmp_path: Path, heading: str, totals: list[int], wrong: str
) -> None:
    head = ["Item", "Q4 2023/24", "Q1 2024/25", "Q2 2024/25", heading]
    rows = [head, ["Cases", 7, 4, 8, totals[0]], ["Of which repeats", 2, 2, 3, totals[1]]]
    sentence = f"The column “{heading}” is not the sum of the columns before it ({wrong})."
    assert warned(tmp_path, rows, ITEMS) == [sentence] * bool(wrong)


def test_people_counted_once_are_not_summed_over_quarters(tmp_path: Path) -> None:
    fields = {
        "layout": "wide",
        "label_column": "Item",
        "rows": {"Victims": {"measure": "police.victims"}},
    }
    rows = [["Item", *HEAD[1:], "Total"], ["Victims", 60, 70, 100]]
    assert warned(tmp_path, rows, fields) == []
