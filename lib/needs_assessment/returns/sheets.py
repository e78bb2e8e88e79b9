"""Opening CSV and XLSX files as rows of text."""

import csv
import io
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.tokens import cell_text

_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")


def read_sheet(path: Path, sheet: str | None, name: str) -> tuple[str, list[list[str]]]:
    """The name of the sheet read ("" for CSV) and its rows as text, from the first row on.

    `name` is how errors call the file. Raises AssessmentError when the file cannot be opened or
    has no such sheet.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        return "", _read_csv(path, name)
    if ending == ".xlsx":
        return _read_xlsx(path, sheet, name)
    raise AssessmentError(f"{name} is neither CSV nor XLSX.", "Save it as .xlsx or .csv.")


def _read_csv(path: Path, name: str) -> list[list[str]]:
    content = path.read_bytes()
    if not content.strip():
        raise AssessmentError(f"{name} is empty.", "Ask the partner to send it again.")
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in _ENCODINGS:
        if (encoding == "utf-16") != wide:
            continue
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise AssessmentError(f"{name} is not text.", "Save it as CSV in UTF-8.")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        return [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        ]
    except csv.Error as error:
        raise AssessmentError(
            f"{name} cannot be read as CSV ({error}).", "Open it, save it as CSV again."
        ) from None


def _read_xlsx(path: Path, sheet: str | None, name: str) -> tuple[str, list[list[str]]]:
    try:
        workbook = CalamineWorkbook.from_path(path)
    except CalamineError:
        raise AssessmentError(
            f"{name} cannot be opened as an Excel workbook.",
            "It may be truncated, protected by a password, or not a workbook: "
            "open it in Excel and save it again as .xlsx.",
        ) from None
    names = workbook.sheet_names
    chosen = sheet or names[0]
    if chosen not in names:
        raise AssessmentError(
            f"{name} has no sheet “{chosen}”.", f"Its sheets are: {', '.join(names)}."
        )
    rows = workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    return chosen, [[cell_text(cell) for cell in row] for row in rows]
