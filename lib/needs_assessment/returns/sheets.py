"""Opening a return: its sheets as rows of text."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.delimited import read_delimited
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.opening import cannot_open, file_kind
from needs_assessment.returns.tokens import cell_text
from needs_assessment.returns.workbook import MOST_CELLS, Facts, inspect_workbook


@dataclass(frozen=True)
class Sheet:
    """A sheet (`name` is "" for text files): its rows as text, from the first on.

    `merged`: blocks of merged cells as (top, left, bottom, right), from 0, inclusive. `facts`: what
    else a workbook says of it.
    """

    name: str
    rows: list[list[str]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def width(self) -> int:
        """The length of its longest row."""
        return max(map(len, self.rows), default=0)


class Book:
    """A return that has been opened. `names`: its sheets; "" alone for a text file."""

    def __init__(self, path: Path, name: str, expected: Collection[str] = ()):
        """Opens the file; `name` is how errors call it, `expected` its likely headings.

        Raises AssessmentError when it cannot be opened.
        """
        self._path, self._name = path, name
        self._read: dict[str, Sheet] = {}
        self._facts: dict[str, Facts] = {}
        if file_kind(path, name) == "text":
            self._read[""] = Sheet("", read_delimited(path, name, expected))
        else:
            self._facts = inspect_workbook(path, name)
        self.names = [*self._read, *self._facts]
        if not any(map(self.holds_something, self.names)):
            raise cannot_open(name, "nothing stands in it", "Ask the partner to send it again.")

    def holds_something(self, sheet: str) -> bool:
        """Whether any cell of the sheet is filled in."""
        if sheet in self._facts:
            return self._facts[sheet].rows > 0
        return any(map(any, self._read[sheet].rows))

    def is_hidden(self, sheet: str) -> bool:
        """Whether somebody who opens the workbook does not see the sheet."""
        return sheet in self._facts and self._facts[sheet].hidden

    def called(self, sheets: Collection[str]) -> list[str]:
        """The names of sheets, as a message gives them: those that are hidden, so called."""
        return [f"{each} (hidden)" if self.is_hidden(each) else each for each in sheets]

    def sheet(self, sheet: str) -> Sheet:
        """One of its sheets. Raises AssessmentError when it cannot be read or is too large."""
        if sheet not in self._read:
            self._read[sheet] = self._open(sheet)
        return self._read[sheet]

    @cached_property
    def _workbook(self) -> CalamineWorkbook:
        return CalamineWorkbook.from_path(self._path)

    def _open(self, sheet: str) -> Sheet:
        facts = self._facts[sheet]
        # One stray cell at the far corner makes a grid of seventeen thousand million.
        if facts.rows * facts.columns > MOST_CELLS:
            raise AssessmentError(
                f"{self._name}, sheet “{sheet}”, reaches to row {facts.rows}, column "
                f"{column_letters(facts.columns - 1)}: too large to read.",
                "Delete the rows and columns beyond the table, and save it.",
            )
        try:
            opened = self._workbook.get_sheet_by_name(sheet)
            values = opened.to_python(skip_empty_area=False)
            merged = opened.merged_cell_ranges or []
        except (CalamineError, OSError, ValueError):
            raise cannot_open(
                self._name, f"its sheet “{sheet}” is damaged", "Save it again in Excel."
            ) from None
        rows = [[_text(value) for value in row] for row in values]
        width = max(map(len, rows), default=0)
        for (row, column), (kind, text) in facts.cells.items():
            rows.extend([""] * width for _ in range(row + 1 - len(rows)))
            rows[row].extend([""] * (column + 1 - len(rows[row])))
            value = values[row][column] if row < len(values) and column < len(values[row]) else ""
            rows[row][column] = _special_text(kind, text, value)
        return Sheet(sheet, rows, tuple((*first, *last) for first, last in merged), facts)


def read_sheet(path: Path, sheet: str | None, name: str) -> tuple[str, list[list[str]]]:
    """The name of the sheet read ("" for CSV; null is the first) and its rows as text.

    `name` is how errors call the file. Raises AssessmentError when the file cannot be opened or
    has no such sheet.
    """
    book = Book(path, name)
    if "" in book.names:
        return "", book.sheet("").rows
    chosen = next(
        (each for each in book.names if sheet is None or plain(each) == plain(sheet)), None
    )
    if chosen is None:
        raise no_sheet(name, sheet or "", book.names)
    return chosen, book.sheet(chosen).rows


def no_sheet(name: str, sheet: str, names: list[str]) -> AssessmentError:
    """The line for a sheet that a workbook lacks."""
    return AssessmentError(
        f"{name} has no sheet “{sheet}”.", f"Its sheets are: {some(names) or 'none'}."
    )


def some(words: list[str], most: int = 6) -> str:
    """A list in words, shortened: “A, B, C and 97 more”."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def in_rows(rows: list[int]) -> str:
    """“row 9”, “rows 9, 10”."""
    return f"row{'s' if len(rows) > 1 else ''} {some([str(row) for row in rows])}"


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _text(value: object) -> str:
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else cell_text(value)


def _special_text(kind: str, text: str, value: object) -> str:
    """What a cell that needs a closer look says."""
    day = value.date() if isinstance(value, datetime) else value
    if kind in ("error", "formula", "shown"):
        return text
    if kind == "percent":
        try:
            share = Decimal(f"{float(text):.15g}") * 100
        except (InvalidOperation, ValueError):
            return text
        return f"{share.normalize():f}%"
    if isinstance(day, date):
        return f"{day:%B %Y}" if kind == "month" else f"{day.year}"
    return _text(value)
