"""The workbooks among the illustrative returns, laid out as partners lay theirs out."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

FIXED_TIME = datetime(2024, 1, 1)
QUARTERS = ["Q1", "Q2", "Q3", "Q4"]
MONTHS = ["Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar"]

LEVELS = {"level_1": "Level 1", "level_2": "Level 2", "level_3": "Level 3"}
SOURCES = {"police": "Police", "other": "Other agencies and self-referral"}
INTERVENTIONS = {
    "housing_support": "Housing support",
    "emotional_support": "Emotional support",
    "legal_civil_justice": "Legal measures (civil justice)",
    "legal_court_cases": "Legal measures (court cases)",
    "legal_support_civil": "Legal support (civil)",
    "child_protection_support": "Child protection support",
    "mental_health_support": "Mental health support",
    "wellbeing_support": "Wellbeing support",
    "social_services_meetings": "Social services meeting attended",
    "court_attended": "Court attended with client",
}
OUTCOMES = {"cessation": "It has stopped", "reduction": "There is less", "no_change": "No change"}


def marac_form(area: str, year: int, items: Iterable[list[Any]]) -> bytes:
    """The MARAC coordinator's quarterly form: headings in row 4, under a title block."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Marac data"
    sheet.append([f"Marac quarterly data {_written(year)}"])
    sheet.append([f"Area {area}. Illustrative data."])
    sheet.append([])
    sheet.append(["Item", *(f"{quarter} {_written(year)}" for quarter in QUARTERS)])
    for row in items:
        sheet.append(row)
    _embolden(sheet, 1, 4)
    sheet.column_dimensions["A"].width = 52
    return _saved(workbook)


def caseworker_workbook(area: str, year: int, rows: Iterable[list[Any]]) -> bytes:
    """The outreach service's monitoring workbook: five sheets, six tables.

    `rows` are those of the standard form. Two heading rows with merged cells, two tables on a
    sheet, quarters as months, a date cell, totals and footnotes.
    """
    held = {
        (measure, period, category): value for measure, period, _, _, category, value, _ in rows
    }
    financial = f"{year}-{(year + 1) % 100}"
    quarters = [f"{financial} {quarter}" for quarter in QUARTERS]
    workbook = Workbook()
    sheet = _titled(workbook.active, "Contacts", area, year, "Contacts in each quarter")
    sheet.append(["Level of support", _written(year)])
    sheet.append(["", *QUARTERS])
    for name, label in {**LEVELS, "": "All levels"}.items():
        sheet.append([label, *(held["caseworker.contacts", each, name] for each in quarters)])
    for block in ("A1:E1", "A4:A5", "B4:E4"):
        sheet.merge_cells(block)
    sheet.append([])
    sheet.append(["A client is counted in every quarter with support."])
    _embolden(sheet, 1, 4, 5)

    sheet = _titled(workbook.create_sheet(), "Referrals", area, year, "Referrals in each quarter")
    sheet.append(["Quarter", "Referrals"])
    for number, (months, quarter) in enumerate(zip(MONTHS, quarters, strict=True)):
        written = f"{months} {(year + (number == 3)) % 100}"
        sheet.append([written, held["caseworker.referrals", quarter, ""]])
    sheet.append([])
    sheet.append([f"Referrals by source, {_written(year)}"])
    sheet.append(["Source", "Number"])
    sources = [held["caseworker.referrals", financial, name] for name in SOURCES]
    for label, number in zip(SOURCES.values(), sources, strict=True):
        sheet.append([label, number])
    sheet.append(["Total", sum(sources)])
    _embolden(sheet, 1, 4, 10, 11)

    sheet = _titled(workbook.create_sheet(), "Support", area, year, "Interventions")
    sheet.append(["Intervention", "Number"])
    for name, label in INTERVENTIONS.items():
        sheet.append([label, held["caseworker.interventions", financial, name]])
    sheet.append([])
    sheet.append([f"What clients said about the abuse, {_written(year)}"])
    sheet.append(["Answer", "Clients"])
    for name, label in OUTCOMES.items():
        sheet.append([label, held["caseworker.outcomes", financial, name]])
    sheet.append([])
    sheet.append(["Not every client was asked."])
    _embolden(sheet, 1, 4, 16, 17)

    sheet = _titled(workbook.create_sheet(), "Year", area, year, "Clients, targets and staff")
    sheet.append(["Item", _written(year), date(year + 1, 3, 31)])
    sheet["C4"].number_format = "dd/mm/yyyy"
    sheet.append(["Clients who engaged", held["caseworker.engaged", financial, ""]])
    sheet.append(["Target: referrals", held["caseworker.referrals_target", financial, ""]])
    sheet.append(["Target: clients", held["caseworker.engaged_target", financial, ""]])
    posts = held["caseworker.posts", f"@{year + 1}-03-31", ""]
    sheet.append(["Posts (full-time equivalent)", None, posts])
    _embolden(sheet, 1, 4)

    sheet = workbook.create_sheet("Notes")
    sheet.append(["Illustrative data. It describes nobody."])
    return _saved(workbook)


def _titled(sheet: Worksheet, name: str, area: str, year: int, title: str) -> Worksheet:
    sheet.title = name
    sheet.append([f"Outreach service: {title.lower()}, {_written(year)}"])
    sheet.append([f"Area {area}. Illustrative data."])
    sheet.append([])
    sheet.column_dimensions["A"].width = 36
    return sheet


def _embolden(sheet: Worksheet, *rows: int) -> None:
    for row in rows:
        for cell in sheet[row]:
            if cell.value is not None:
                cell.font = Font(bold=True)


def _written(year: int) -> str:
    """A financial year as the partners write it: 2024/25."""
    return f"{year}/{(year + 1) % 100}"


def _saved(workbook: Workbook) -> bytes:
    """The workbook with a fixed date of change and fixed times, stored uncompressed: openpyxl
    writes the clock into both, and compressed bytes differ between versions of zlib.
    """
    workbook.properties.creator = "Illustrative data"
    workbook.properties.created = FIXED_TIME
    content, stream = io.BytesIO(), io.BytesIO()
    workbook.save(content)
    fixed = FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(content) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + fixed, part)
            entry = zipfile.ZipInfo(name, FIXED_TIME.timetuple()[:6])
            entry.create_system = 3
            target.writestr(entry, part)
    return stream.getvalue()
