"""Writing small returns as partners send them, and reading them back."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from needs_assessment.council import Return
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.mapping import Mapping
from needs_assessment.returns.reading import Reading, Terms, read_file
from running import ROOT

PROJECT = Project(ROOT)
AREAS = Reference(PROJECT.reference).areas
DICTIONARY = load_dictionary(PROJECT.reference)
TERMS = Terms(DICTIONARY, AREAS, "E07000102")
SETTINGS = Return(form="theirs", partner="a partner", nature="confidential", received="2025-05-01")

# A small table, the fields of its form, and what it says.
ROWS = {"Cases": {"measure": "marac.cases"}, "Of which repeats": {"measure": "marac.repeats"}}
ITEMS: dict[str, Any] = {"layout": "wide", "label_column": "Item", "rows": ROWS}
QUARTERS = [
    ["Item", "Q1 2024/25", "Q2 2024/25"],
    ["Cases", "1,204", "<5"],
    ["Of which repeats", 3, "c"],
]
READ = [
    ("marac.cases", "2024-25 Q1", "", "1,204"),
    ("marac.cases", "2024-25 Q2", "", "<5"),
    ("marac.repeats", "2024-25 Q1", "", "3"),
    ("marac.repeats", "2024-25 Q2", "", "c"),
]


def form(**fields: Any) -> Mapping:
    """A form, as if read from params/mappings/theirs.yml."""
    return Mapping.model_validate({"name": "theirs", **fields})


def workbook(path: Path, *sheets: Sequence[Sequence[Any]], names: Sequence[str] = ()) -> Path:
    """A workbook with these rows on its sheets."""
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        if names:
            sheet.title = names[number]
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def changed(path: Path, change: Callable[[Worksheet], None]) -> Path:
    """The workbook after a change to its first sheet."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def text_file(
    path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """A delimited file with these rows."""
    lines = io.StringIO()
    csv.writer(lines, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(lines.getvalue().encode(encoding))
    return path


def read(path: Path, mapping: Mapping, terms: Terms = TERMS) -> Reading:
    return read_file(path, path.name, SETTINGS, mapping, terms)


def figures(reading: Reading) -> list[tuple[str, str, str, str]]:
    """Measure, period, category and text of each observation."""
    return [
        (each["measure"], each["period"], each["category"], each["raw"])
        for each in reading.observations
    ]


def said(reading: Reading) -> str:
    """All problems in one text."""
    return "\n".join(map(str, reading.problems))


def noted(reading: Reading) -> str:
    """All notes in one text."""
    return "\n".join(note.sentence for note in reading.notes)
