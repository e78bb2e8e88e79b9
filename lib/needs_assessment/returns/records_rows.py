"""The rows of an extract with their exact numbers, a batch at a time.

An error here never repeats what a cell holds, and never keeps the exception that does.
"""

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.opening import file_kind, wide_encoding
from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.sheets import Book, column_letters, no_sheet

_DELIMITERS = ",;\t|"
_HEAD = 1 << 18
_BLOCK = 1 << 22
_TITLE_ROWS = 30
_BATCH = 20_000
_SAMPLE = 400
_SAVE = "Open it in Excel and save it as “CSV UTF-8”."


@dataclass(frozen=True)
class Batch:
    """Some rows as wide as the headings, with their numbers; `broken`: numbers of those that are
    not."""

    numbers: list[int]
    rows: list[list[str]]
    broken: list[int]


@dataclass(frozen=True)
class Extract:
    """An extract that has been opened: where its headings stand, and its rows.

    `name` is how errors call it, `sheet` is "" for text. `header`: the number of the row with the
    headings, from 1. `encoding`: what the first bytes tell, "" for a workbook. `sample`: some of
    the first rows.
    """

    path: Path
    name: str
    sheet: str
    header: int
    headings: list[str]
    delimiter: str = ""
    encoding: str = ""
    sample: list[list[str]] = field(default_factory=list, repr=False)
    cells: list[list[str]] = field(default_factory=list, repr=False)

    def __str__(self) -> str:
        return f"{self.name}, sheet “{self.sheet}”" if self.sheet else self.name

    def column(self, heading: str) -> int:
        """Where a heading stands, from 0."""
        return [plain(each) for each in self.headings].index(plain(heading))

    def batches(self, size: int = _BATCH) -> Iterator[Batch]:
        """Every row below the headings that holds something.

        Raises AssessmentError, with the row, where the file cannot be read on.
        """
        rows = islice(self._numbered(), self.header, None)
        width = len(self.headings)
        while some := list(islice(rows, size)):
            batch = Batch([], [], [])
            for number, row in some:
                if len(row) != width:
                    if not any(cell.strip() for cell in row):
                        continue
                    if len(row) < width or any(cell.strip() for cell in row[width:]):
                        batch.broken.append(number)
                        continue
                elif not any(row):
                    continue
                batch.numbers.append(number)
                batch.rows.append(row[:width])
            yield batch

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        if not self.encoding:
            yield from enumerate(self.cells, start=1)
            return
        number, reason = 0, ""
        encoding = _settled(self.path, self.encoding)
        try:
            with self.path.open(encoding=encoding, newline="") as lines:
                for row in csv.reader(lines, delimiter=self.delimiter, strict=True):
                    number += 1
                    yield number, row
        except csv.Error:
            reason = "cannot be read as CSV: a quotation mark is missing or too many"
        except UnicodeDecodeError:
            reason = "is not text"
        if reason:
            raise AssessmentError(f"{self.name}, row {number + 1}: {reason}.", _SAVE)


def open_extract(path: Path, name: str, form: RecordForm) -> Extract:
    """The extract, its headings found in one of its first rows.

    Raises AssessmentError when it cannot be opened or no row holds every heading of the form.
    """
    if file_kind(path, name) == "workbook":
        return _open_workbook(path, name, form)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    encoding = _encoding(head)
    # A character may be cut in two at the end of the block, and cp1252 is told apart later.
    text = head.decode(encoding, errors="replace")
    readings = [_first_rows(text, delimiter) for delimiter in _DELIMITERS]
    chosen, header = _find_header(readings, form, name)
    rows = readings[chosen]
    headings, sample = _headings(rows[header - 1]), rows[header:]
    return Extract(path, name, "", header, headings, _DELIMITERS[chosen], encoding, sample)


def _open_workbook(path: Path, name: str, form: RecordForm) -> Extract:
    book = Book(path, name, form.needed)
    sheets = [each for each in book.names if book.holds_something(each)] or book.names
    if form.sheet is not None:
        sheets = [each for each in book.names if plain(each) == plain(form.sheet)]
        if not sheets:
            raise no_sheet(name, form.sheet, book.names)
    readings = [book.sheet(each).rows for each in sheets]
    chosen, header = _find_header(readings, form, name)
    rows = readings[chosen]
    return Extract(
        path,
        name,
        sheets[chosen],
        header,
        _headings(rows[header - 1]),
        sample=rows[header : header + _SAMPLE],
        cells=rows,
    )


def unmapped_headings(extract: Extract, form: RecordForm) -> list[AssessmentError]:
    """One problem for the columns that the form does not name."""
    known = {plain(heading) for heading in (*form.needed, *form.leave_out)}
    unknown = [
        f"“{heading}”" if heading else f"{column_letters(index)} (without a heading)"
        for index, heading in enumerate(extract.headings)
        if plain(heading) not in known
    ]
    if not unknown:
        return []
    return [
        AssessmentError(
            f"{extract} has columns that form “{form.name}” does not map: {', '.join(unknown)}.",
            f"Map them in params/mappings/{form.name}.yml, or list them there under leave_out.",
        )
    ]


def count_rows(path: Path, header: int) -> int:
    """How many rows stand below row `header` of a text file, by its line ends alone.

    Line ends inside quotation marks do not count. An independent check on a parser: wherever it
    does not agree, the rows are read one by one.
    """
    lines, quoted, last = 0, False, b"\n"
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            parts = block.split(b'"')
            lines += b"".join(parts[quoted::2]).count(b"\n")
            quoted ^= len(parts) % 2 == 0
            last = block[-1:]
    return lines + (last != b"\n") - header


def _find_header(readings: list[list[list[str]]], form: RecordForm, name: str) -> tuple[int, int]:
    """Which reading holds the headings, and in which row (from 1)."""
    wanted = {plain(heading): heading for heading in form.needed}
    fits = [
        (len(wanted.keys() & {plain(cell) for cell in row}), -number, index)
        for index, rows in enumerate(readings)
        for number, row in enumerate(rows[:_TITLE_ROWS], start=1)
    ]
    found, number, index = max(fits, default=(0, 0, 0))
    row = [plain(cell) for cell in readings[index][-number - 1]] if found else []
    hint = f"Correct the file, or the form params/mappings/{form.name}.yml."
    if found < len(wanted):
        # What stands there instead is not repeated: without headings it would be a record.
        lacking = ", ".join(f"“{text}”" for key, text in wanted.items() if key not in row)
        where = f"row {-number}" if found else f"the first {_TITLE_ROWS} rows"
        raise AssessmentError(f"{name}, {where}: the heading {lacking} is missing.", hint)
    for key, text in wanted.items():
        if row.count(key) > 1:
            raise AssessmentError(
                f"{name}, row {-number}: the heading “{text}” stands there twice.", hint
            )
    return index, -number


def _headings(row: list[str]) -> list[str]:
    headings = [" ".join(cell.split()) for cell in row]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, up to one that cannot be read: reading on will say which."""
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            found.append(row)
            if len(found) == _TITLE_ROWS + _SAMPLE:
                break
    return found


def _encoding(head: bytes) -> str:
    """The encoding that the first bytes tell; UTF-8 when they do not."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return wide_encoding(head) or "utf-8-sig"


def _settled(path: Path, encoding: str) -> str:
    """UTF-8 when the whole file is; otherwise what Windows writes."""
    if encoding != "utf-8-sig":
        return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return encoding
