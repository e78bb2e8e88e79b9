"""The workbook of the form `standard`, as `needs-assessment council` makes it for partners."""

from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.sheets import Book

SHEET = "standard"
NOTES = "Notes"
LISTS = "lists"
HEADINGS = ("measure", "period", "area", "dimension", "category", "value", "note")
EXAMPLE = "Example: "
EXAMPLE_VALUE = "12"
EXAMPLE_NOTE = (
    "This row shows how; it is not read. A row for each figure; no dimension for a total."
)

_LARGEST = 1_000_000


def is_example(measure: str, value: str, note: str) -> bool:
    """Whether a row is the example row, by what stands under those three headings.

    A row marked as an example but changed is not: someone may have written a figure into it.
    """
    return measure.startswith(EXAMPLE) and (value, note) == (EXAMPLE_VALUE, EXAMPLE_NOTE)


def is_empty_form(path: Path) -> bool:
    """Whether a file is one of these workbooks with nothing filled in yet.

    False for every other file, whatever it is: never an error.
    """
    if path.suffix.lower() != ".xlsx" or path.stat().st_size > _LARGEST:
        return False
    try:
        book = Book(path, path.name)
        rows = book.sheet(SHEET).rows if SHEET in book.names else []
    except AssessmentError:
        return False
    if not rows or tuple(rows[0]) != HEADINGS:
        return False
    return all(is_example(row[0], *row[-2:]) or not any(row) for row in rows[1:])
