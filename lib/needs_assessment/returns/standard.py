"""The workbooks that `needs-assessment council` makes for partners: what marks one as empty."""

from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.returns import quote_forms
from needs_assessment.returns.sheets import Book

SHEET = "standard"
QUOTES = "quotes"
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
        sheet = next((each for each in (SHEET, QUOTES) if each in book.names), "")
        rows = book.sheet(sheet).rows if sheet else []
    except AssessmentError:
        return False
    headings, *rest = [tuple(row) for row in rows] or [()]
    if headings == HEADINGS:
        return all(is_example(row[0], *row[-2:]) or not any(row) for row in rest)
    return headings == quote_forms.HEADINGS and all(
        row == quote_forms.EXAMPLE or not any(row) for row in rest
    )
