"""Reading `indicators.csv`: it may say no more than `indicators.json`, which is attacked."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_NUMBERS = ("value", "lower", "upper", "numerator", "denominator")
_TEXTS = ("status", "display")


def differing_row(path: Path, entries: Iterable[dict[str, Any]]) -> str | None:
    """The id of the first row of the file that says something else than the entry of its id, or
    has none; None when every row says the same.

    Raises KeyError and ValueError for a file that is no such table.
    """
    known = {str(entry["id"]): entry for entry in entries}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            entry = known.get(row["id"])
            if entry is None or not _agrees(row, entry):
                return row["id"]
    return None


def _agrees(row: dict[str, str], entry: dict[str, Any]) -> bool:
    numbers = all((float(row[name]) if row[name] else None) == entry.get(name) for name in _NUMBERS)
    # An apostrophe stands before what a spreadsheet would take for a formula.
    return numbers and all(
        row[name].removeprefix("'") == str(entry.get(name, "")).removeprefix("'") for name in _TEXTS
    )
