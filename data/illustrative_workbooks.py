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
RISKS = {"standard": "Standard", "medium": "Medium", "high": "High", "none": "Not assessed"}
NOT_KNOWN = {"not_known": "Not recorded"}
CLIENTS = {
    "sex": {"female": "Female", "male": "Male"},
    "age": {
        "aged_16_17": "16-17",
        "aged_18_24": "18-24",
        "aged_25_34": "25-34",
        "aged_35_44": "35-44",
        "aged_45_54": "45-54",
        "aged_55_64": "55-64",
        "aged_65_plus": "65+",
    },
    "disability": {"disabled": "Yes", "not_disabled": "No"},
    "ethnicity": {
        "asian": "Asian or Asian British",
        "black": "Black or Black British",
        "mixed": "Mixed",
        "white": "White",
        "other": "Any other",
    },
    "sexual_orientation": {
        "heterosexual": "Heterosexual",
        "gay_or_lesbian": "Gay or lesbian",
        "bisexual": "Bisexual",
        "other": "Other",
    },
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
    """The outreach service's monitoring workbook: six sheets, a dozen tables.

    `rows` are those of the standard form. Two heading rows with merged cells, several tables on a
    sheet, quarters as months, a date cell, totals and footnotes.
    """
    held = {(row[0].partition(".")[2], row[1], *row[3:5]): row[5] for row in rows}
    workbook = Workbook()
    for number, (name, title, fill) in enumerate(_SHEETS):
        sheet = workbook.create_sheet() if number else workbook.active
        sheet.title = name
        sheet.append([f"Outreach service: {title}, {_written(year)}"])
        sheet.append([f"Area {area}. Illustrative data."])
        sheet.append([])
        sheet.column_dimensions["A"].width = 36
        _embolden(sheet, 1)
        fill(sheet, year, held)
    notes = workbook.create_sheet("Notes")
    notes.append(["Illustrative data. It describes nobody."])
    return _saved(workbook)


_Held = dict[tuple[str, ...], Any]


def _contacts(sheet: Worksheet, year: int, held: _Held) -> None:
    sheet.append(["Level of support", _written(year)])
    sheet.append(["", *QUARTERS])
    for name, label in {**LEVELS, "": "All levels"}.items():
        by = "level" if name else ""
        sheet.append([label, *(held["contacts", each, by, name] for each in _quarters(year))])
    for block in ("A1:E1", "A4:A5", "B4:E4"):
        sheet.merge_cells(block)
    sheet.append([])
    sheet.append(["A client is counted in every quarter with support."])
    _embolden(sheet, 4, 5)


def _referrals(sheet: Worksheet, year: int, held: _Held) -> None:
    sheet.append(["Quarter", "Referrals"])
    _embolden(sheet, 4)
    for number, (months, quarter) in enumerate(zip(MONTHS, _quarters(year), strict=True)):
        written = f"{months} {(year + (number == 3)) % 100}"
        sheet.append([written, held["referrals", quarter, "", ""]])
    sources = {
        label: held["referrals", _financial(year), "source", name]
        for name, label in SOURCES.items()
    }
    total = {"Total": sum(sources.values())}
    _table(sheet, f"Referrals by source, {_written(year)}", ["Source", "Number"], sources | total)
    risks = {
        label: held["referrals", _financial(year), "risk", name] for name, label in RISKS.items()
    }
    _table(sheet, f"Referrals by risk on arrival, {_written(year)}", ["Risk", "Number"], risks)


def _clients(sheet: Worksheet, year: int, held: _Held) -> None:
    for dimension, labels in CLIENTS.items():
        words = dimension.replace("_", " ")
        counts = {
            label: held["clients", _financial(year), dimension, name]
            for name, label in (labels | NOT_KNOWN).items()
        }
        title = f"Clients by {words}, {_written(year)}"
        _table(sheet, title, [words.capitalize(), "Clients"], counts)


def _support(sheet: Worksheet, year: int, held: _Held) -> None:
    sheet.append(["Intervention", "Number"])
    _embolden(sheet, 4)
    for name, label in INTERVENTIONS.items():
        number = held["interventions", _financial(year), "intervention", name]
        sheet.append([label, number])
    answers = {
        label: held["outcomes", _financial(year), "outcome", name]
        for name, label in OUTCOMES.items()
    }
    title = f"What clients said about the abuse, {_written(year)}"
    _table(sheet, title, ["Answer", "Clients"], answers)
    sheet.append([])
    sheet.append(["Not every client was asked."])


def _year(sheet: Worksheet, year: int, held: _Held) -> None:
    financial, day = _financial(year), f"@{year + 1}-03-31"
    sheet.append(["Item", _written(year), date(year + 1, 3, 31)])
    sheet["C4"].number_format = "dd/mm/yyyy"
    sheet.append(["Clients who engaged", held["engaged", financial, "", ""]])
    sheet.append(["Target: referrals", held["referrals_target", financial, "", ""]])
    sheet.append(["Target: clients", held["engaged_target", financial, "", ""]])
    sheet.append(["Posts (full-time equivalent)", None, held["posts", day, "", ""]])
    sheet.append(["Waiting for a first contact", None, held["waiting", day, "", ""]])
    _embolden(sheet, 4)


_SHEETS = (
    ("Contacts", "contacts in each quarter", _contacts),
    ("Referrals", "referrals in each quarter", _referrals),
    ("Clients", "clients who engaged", _clients),
    ("Support", "interventions", _support),
    ("Year", "clients, targets and staff", _year),
)


def _table(sheet: Worksheet, title: str, headings: list[str], counts: dict[str, Any]) -> None:
    """A further table below what the sheet holds already."""
    if sheet.max_row > 3:
        sheet.append([])
    sheet.append([title])
    sheet.append(headings)
    _embolden(sheet, sheet.max_row - 1, sheet.max_row)
    for label, number in counts.items():
        sheet.append([label, number])


def _financial(year: int) -> str:
    return f"{year}-{(year + 1) % 100}"


def _quarters(year: int) -> list[str]:
    return [f"{_financial(year)} {quarter}" for quarter in QUARTERS]


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
