"""What the empty workbooks for partners have in common: text cells, drop-downs, saving."""

import io
from collections.abc import Iterable
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from needs_assessment.returns.standard import NOTES

_LAST_ROW = 2000
_TEXT = "@"


def start_sheet(
    sheet: Worksheet, headings: Iterable[str], example: Iterable[str], widths: Iterable[int]
) -> None:
    """Headings in the first row, which stays in sight, and the example row below.

    Everything is text, so that a spreadsheet does not turn “28.7%” into 0.287 or a quarter into
    a date, and a note that begins with “=” stays a note.
    """
    for number, width in enumerate(widths, start=1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = width
        column.number_format = _TEXT
    write_row(sheet, 1, headings)
    write_row(sheet, 2, example)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cell in sheet[2]:
        cell.font = Font(italic=True, color="595959")
        cell.fill = PatternFill("solid", fgColor="EDEDED")
    sheet.freeze_panes = "A2"


def guide_column(
    sheet: Worksheet, number: int, heading: str, prompt: str, choices: str = "", only: bool = True
) -> None:
    """Says what belongs into a column, counted from 1, and offers the cells `choices` as a list.

    `only`: nothing else may be entered; otherwise it can be after a warning.
    """
    if choices:
        check = DataValidation("list", formula1=choices, allow_blank=True)
        check.errorStyle = "stop" if only else "warning"
        check.showErrorMessage = True
        check.errorTitle = heading
        check.error = f"This {heading} is not on the list. See the sheet {NOTES}."
    else:
        check = DataValidation(allow_blank=True)
    check.showInputMessage = True
    check.promptTitle = heading
    check.prompt = prompt
    letter = get_column_letter(number)
    check.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(check)


def write_row(sheet: Worksheet, row: int, texts: Iterable[str]) -> None:
    """Writes texts into a row, from its first cell on."""
    for column, text in enumerate(texts, start=1):
        write_cell(sheet, row, column, text)


def write_cell(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Writes text as text: never a formula, whatever it begins with."""
    if text:
        cell = sheet.cell(row, column, text)
        cell.data_type = "s"
        cell.number_format = _TEXT


def saved(workbook: Workbook, council: str, title: str, made: date) -> bytes:
    """The workbook as the bytes of an XLSX file, made on the day that is given."""
    workbook.properties.creator = council
    workbook.properties.title = title
    workbook.properties.created = datetime.combine(made, datetime.min.time())
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()
