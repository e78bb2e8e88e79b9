"""`tables.xlsx`: the tables of the report as an accessible workbook.

It keeps to the Analysis Function's guidance on spreadsheets: a cover, contents with links, notes
on a sheet of their own, one table a sheet, marked up, with one row of headings, no merged cells
and no blank rows or columns.
"""

import re
import warnings
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import gptables
import pandas as pd
from gptables.core.wrappers import GPWorksheet

from needs_assessment.book.arial import BOLD, text_width
from needs_assessment.book.front import notice, version_block
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import NOT_APPLICABLE, NOT_AVAILABLE, SUPPRESSED, join_words
from needs_assessment.results.numbers import written

NOTES = "Notes"
_SHORTHAND = (
    f"{SUPPRESSED} confidential: a number that is not shown, so that nobody can be identified.",
    f"{NOT_AVAILABLE} not available: a number that no partner returned.",
    f"{NOT_APPLICABLE} not applicable: there is nothing to put there.",
)
_SHEET_NAME = 31
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9. ]+")
_COVER_WIDTH, _CONTENTS_WIDTH = 90, 120
_NARROWEST, _WIDEST = 12, 48
_A4 = 9
# Letters are of 12 points, which are 16 dots; a figure of Excel's usual face, in which it counts
# widths, has 7. Some room is left, as no program sets a text exactly as another.
_UNITS = 1.05 * 16 / 7
_CELL_MARGINS = 1.5
_INDENT = 1.3
_LINE_HEIGHT = 15.75
# Texts that gptables takes for something else: links, marks of notes, and signs that say nothing
# to a screen reader, which it refuses. It is given a stand-in, and the text is put back after.
_LINK = re.compile(r"\[.+\]\(.+\)")
_LETTER = re.compile(r"[a-zA-Z0-9]")
_MARK = "$$"
_STAND_IN = "text"


@dataclass(frozen=True)
class _Sheet:
    """A sheet before it is written: what stands over its table, and the table."""

    name: str
    title: str
    subtitles: tuple[str, ...]
    instructions: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]

    @property
    def indented(self) -> tuple[bool, ...]:
        """Columns of text right after numbers, which would read as part of them."""
        pairs = zip((False, *self.numeric), self.numeric, strict=False)
        return tuple(before and not numeric for before, numeric in pairs)

    @property
    def above(self) -> tuple[str, ...]:
        """The texts over the table, a row each."""
        return tuple(filter(None, [self.title, *self.subtitles, self.instructions, self.source]))


@dataclass(frozen=True)
class _Cover:
    title: str
    intro: tuple[str, ...]
    about: tuple[str, ...]


def tables_xlsx(
    store: ProtectedStore,
    records: list[dict[str, Any]],
    numbers: dict[str, str],
    scratch: Path,
) -> bytes:
    """`tables.xlsx`: a cover, contents, notes, and a sheet for each table among `records`.

    `numbers` are what the report calls its tables, by label. Numbers are numbers, formatted as
    the report prints them; text stays text, whatever it looks like: nothing in it is read as a
    formula, a number or a link. `scratch` is a file that may be written on the way.
    """
    tables = [record for record in records if record["kind"] == "table"]
    notes = list(dict.fromkeys(note for record in tables for note in record["notes"]))
    sheets = [_table_sheet(store, record, numbers[record["label"]], notes) for record in tables]
    if notes:
        sheets.insert(0, _notes_sheet(notes))
    workbook = _produce(_cover(store), sheets, scratch)
    for sheet in sheets:
        _finish(workbook, sheet)
    workbook.set_properties(
        {
            "title": _title(store),
            "author": store.data["council"]["council"],
            "created": datetime.fromisoformat(store.data["edition"]["version"]["date"]),
        }
    )
    workbook.close()
    return scratch.read_bytes()


def _title(store: ProtectedStore) -> str:
    council, period = store.data["council"]["name"], store.data["edition"]["period"]
    return f"Domestic abuse needs assessment: {council}, {period}"


def _cover(store: ProtectedStore) -> _Cover:
    said = notice(store)
    return _Cover(
        title=_title(store),
        intro=(
            *([f"{said}."] if said else []),
            *(f"{label}: {text}." for label, text in version_block(store)),
        ),
        about=(
            "Each worksheet holds one table of the report, under the number that it has there. "
            "Numbers are rounded as they are in the report.",
            *_SHORTHAND,
            store.data["policy"],
        ),
    )


def _table_sheet(
    store: ProtectedStore, record: dict[str, Any], number: str, notes: Sequence[str]
) -> _Sheet:
    marks = [f"[note {notes.index(note) + 1}]" for note in record["notes"]]
    status = store.data["edition"]["version"]["status"]
    instructions = "This worksheet contains one table."
    if marks:
        instructions += f" {join_words(marks)}: see the worksheet {NOTES}."
    return _Sheet(
        name=_sheet_name(number, record["label"]),
        title=" ".join([f"{number}: {record['caption']}", *marks]),
        subtitles=(
            *(["Draft."] if status == "draft" else []),
            *(["Illustrative data."] if record["nature"] == "illustrative" else []),
        ),
        instructions=instructions,
        source=f"Source: {record['source'] or 'see the annex Sources of the report'}",
        columns=_headings(record["columns"]),
        rows=tuple(
            tuple(cell or NOT_APPLICABLE for cell in row)
            for row in record["rows"] or [[""] * len(record["columns"])]
        ),
        numeric=tuple(place > 0 and side == "right" for place, side in enumerate(record["align"])),
    )


def _notes_sheet(notes: Sequence[str]) -> _Sheet:
    return _Sheet(
        name=NOTES,
        title=NOTES,
        subtitles=(),
        instructions="This worksheet contains one table.",
        source="",
        columns=("Note number", "Note text"),
        rows=tuple((f"note {number}", text) for number, text in enumerate(notes, start=1)),
        numeric=(False, False),
    )


def _sheet_name(number: str, label: str) -> str:
    """For example “3.1 marac agency”: of at most 31 signs, and unique by its number."""
    words = _NOT_IN_NAMES.sub(" ", label.removeprefix("tbl-")).split()
    name = number.removeprefix("Table ")
    for word in words:
        if len(name) + 1 + len(word) > _SHEET_NAME:
            break
        name += f" {word}"
    return name


def _headings(columns: Iterable[str]) -> tuple[str, ...]:
    """The headings of a table that is marked up: each says something, and no two are the same."""
    found: dict[str, str] = {}
    for heading in columns:
        words = " ".join(heading.replace(_MARK, "$ $").split()) or "Item"
        text = words
        numbers = count(2)
        while text.casefold() in found:
            text = f"{words} ({next(numbers)})"
        found[text.casefold()] = text
    return tuple(found.values())


def _produce(cover: _Cover, sheets: Sequence[_Sheet], scratch: Path) -> gptables.GPWorkbook:
    with warnings.catch_warnings():
        # The notes are a sheet of ours: gptables would look for marks of notes in partners' text.
        warnings.filterwarnings("ignore", message="No note text provided")
        workbook = gptables.produce_workbook(
            filename=str(scratch),
            sheets={sheet.name: _gptable(sheet, place) for place, sheet in enumerate(sheets)},
            cover=gptables.Cover(
                title=_held(cover.title),
                intro=[_held(text) for text in cover.intro],
                about=[_held(text) for text in cover.about],
                width=_COVER_WIDTH,
            ),
            theme=_theme(),
            contentsheet_options={
                "title": "Contents",
                "column_names": ["Worksheet", "What it holds"],
                "instructions": "This worksheet contains one table, with links to the others.",
            },
            auto_width=False,
            workbook_options={
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
    theme = workbook.theme
    page = workbook.get_worksheet_by_name("Cover")
    intro = [(row, 0, text) for row, text in enumerate(cover.intro, start=2)]
    about = [(row, 0, text) for row, text in enumerate(cover.about, start=3 + len(intro))]
    _put_back(workbook, page, [(0, 0, cover.title)], theme.cover_title_format)
    _put_back(workbook, page, [*intro, *about], theme.cover_text_format)
    contents = workbook.get_worksheet_by_name("Contents")
    titles = [(row, 1, sheet.title) for row, sheet in enumerate(sheets, start=3)]
    _put_back(workbook, contents, titles, theme.data_format)
    names = max((_width(sheet.name) for sheet in sheets), default=0) + _CELL_MARGINS
    said = max((_width(sheet.title) for sheet in sheets), default=0) + _CELL_MARGINS
    widths = (max(names, _NARROWEST), min(max(said, _COVER_WIDTH), _CONTENTS_WIDTH))
    for column, width in enumerate(widths):
        contents.set_column(column, column, width)
    for row, sheet in enumerate(sheets, start=3):
        _set_height(contents, row, (sheet.name, sheet.title), widths)
    contents.repeat_rows(2)
    for row, _, text in [*intro, *about]:
        _set_height(page, row, [text], [_COVER_WIDTH])
    _set_print(page)
    _set_print(contents)
    return workbook


def _theme() -> gptables.Theme:
    """gptables' own, with all cells of a row on one line where one of them takes several."""
    theme = deepcopy(gptables.gptheme)
    theme.update_data_format({"valign": "top"})
    return theme


def _gptable(sheet: _Sheet, place: int) -> gptables.GPTable:
    formats = []
    rows = []
    for row, cells in enumerate(sheet.rows, start=1):
        values: list[object] = []
        for column, text in enumerate(cells):
            number = written(text) if sheet.numeric[column] else None
            values.append(_held(text) if number is None else number.number)
            if number is not None:
                style = {"num_format": number.format}
                formats.append({"cell": {"cells": (row, column), "format": style}})
        rows.append(values)
    columns = [place for place, numeric in enumerate(sheet.numeric) if numeric]
    if columns:
        style = {"align": "right"}
        formats.append({"column": {"columns": columns, "format": style, "include_names": True}})
    beside = [place for place, indented in enumerate(sheet.indented) if indented]
    if beside:
        style = {"indent": 1}
        formats.append({"column": {"columns": beside, "format": style, "include_names": True}})
    return gptables.GPTable(
        table=pd.DataFrame(rows, columns=list(sheet.columns), dtype=object),
        table_name=f"table_{place}",
        title=_held(sheet.title),
        subtitles=[_held(text) for text in sheet.subtitles],
        instructions=_held(sheet.instructions),
        source=_held(sheet.source) or None,
        index_columns={},
        additional_formatting=formats,
    )


def _finish(workbook: gptables.GPWorkbook, sheet: _Sheet) -> None:
    """Puts back the texts that had stand-ins, and sets widths, heights and how it is printed."""
    page, theme = workbook.get_worksheet_by_name(sheet.name), workbook.theme
    headings = len(sheet.above)
    _put_back(workbook, page, [(0, 0, sheet.title)], theme.title_format)
    others = [(row, 0, text) for row, text in enumerate(sheet.above[1:], start=1)]
    _put_back(workbook, page, others, theme.source_format)
    body = [
        (row, column, text)
        for row, cells in enumerate(sheet.rows, start=headings + 1)
        for column, text in enumerate(cells)
    ]
    _put_back(workbook, page, body, theme.data_format)
    widths = _widths(sheet)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    _set_height(page, headings, sheet.columns, widths, BOLD)
    for row, cells in enumerate(sheet.rows, start=headings + 1):
        _set_height(page, row, cells, widths)
    page.repeat_rows(headings)
    _set_print(page)


def _widths(sheet: _Sheet) -> list[float]:
    """The widths of the columns, in the figures that Excel counts them in."""
    widths = []
    for column, heading in enumerate(sheet.columns):
        longest = max(_width(row[column]) for row in sheet.rows)
        words = (BOLD * _width(word) for word in heading.split())
        needed = max(longest, *words) + _CELL_MARGINS + (_INDENT if sheet.indented[column] else 0)
        widths.append(min(max(needed, _NARROWEST), _WIDEST))
    return widths


def _set_height(
    page: GPWorksheet, row: int, texts: Sequence[str], widths: Sequence[float], wider: float = 1
) -> None:
    """Make a row as high as its highest text: not every program does so when it opens a file."""
    lines = max(
        _lines(text, (width - _CELL_MARGINS) / wider)
        for text, width in zip(texts, widths, strict=True)
    )
    page.set_row(row, lines * _LINE_HEIGHT)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column."""
    lines, used = 1, 0.0
    most = width + _width(" ") + 0.01  # the sum of a text's parts may miss its whole
    for word in text.split():
        needed = _width(f"{word} ")
        if used and used + needed > most:
            lines, used = lines + 1, 0.0
        used += needed
    return lines


def _width(text: str) -> float:
    return text_width(text) * _UNITS


def _set_print(page: GPWorksheet) -> None:
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)


def _held(text: str) -> str:
    """`text`, or a stand-in for one that gptables would not write as it is."""
    return _STAND_IN if _is_fragile(text) else text


def _is_fragile(text: str) -> bool:
    return bool(text) and bool(_MARK in text or _LINK.search(text) or not _LETTER.search(text))


def _put_back(
    workbook: gptables.GPWorkbook,
    page: GPWorksheet,
    texts: Iterable[tuple[int, int, str]],
    style: dict[str, Any],
) -> None:
    for row, column, text in texts:
        if _is_fragile(text):
            page.write_string(row, column, text, workbook.add_format(style))
