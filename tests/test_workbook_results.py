"""The workbook and the tidy table: numbers are numbers, and text stays text."""

import csv
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from attacked import PERIOD, Book, indicator, small_project
from needs_assessment.audit.office import read_workbook
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import MINUS, format_number
from needs_assessment.errors import AssessmentError
from needs_assessment.results import indicators_csv
from needs_assessment.results.numbers import written
from needs_assessment.results.tidy import COLUMNS, plain
from needs_assessment.results.workbook import tables_xlsx

ATTACKS = [
    '=HYPERLINK("http://example.invalid","look")',
    "{=1+1}",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "http://example.invalid",
    "mailto:a@example.invalid",
    "internal:'Cover'!A1",
    "[look](http://example.invalid)",
    "[a](b) and [c](d)",
    "$$note$$",
    "–",
    "007",
    "1e5",
    "'quoted",
]


def store(**council: Any) -> ProtectedStore:
    version = {"number": "0.1", "status": "draft", "date": "2026-01-30", "approved_by": None}
    version |= dict.fromkeys(["approved_on", "correction"])
    dates = dict.fromkeys(["full_assessment", "amended", "next_refresh", "next_full"])
    return ProtectedStore(
        {
            "council": {"id": "north", "name": "North", "council": "North Council", **council},
            "edition": {
                "period": "2024-25",
                "period_words": "2024-25",
                "version": {**version, **dates},
                "accepted": [],
            },
            "nature": "illustrative",
            "policy": "Counts from 1 to 4 are not shown.",
        }
    )


def record(label: str, rows: list[list[str]], **rest: Any) -> dict[str, Any]:
    columns = [
        "Agency",
        *(f"2024-25 Q{number}" for number in range(1, len(rows[0]) if rows else 1)),
    ]
    usual = {
        "kind": "table",
        "label": label,
        "caption": "Referrals by agency",
        "columns": columns,
        "align": ["left", *["right"] * (len(columns) - 1)],
        "rows": rows,
        "notes": [],
        "source": "the MARAC coordinator",
        "nature": "illustrative",
    }
    return {**usual, **rest}


def made(
    folder: Path, *records: dict[str, Any], held: ProtectedStore | None = None
) -> tuple[bytes, openpyxl.Workbook]:
    numbers = {each["label"]: f"Table 4.{number}" for number, each in enumerate(records, start=1)}
    path = folder / "tables.xlsx"
    content = tables_xlsx(held or store(), list(records), numbers, path)
    return content, openpyxl.load_workbook(path)


def cells(sheet: Worksheet) -> Iterator[Any]:
    return (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_numbers_are_numbers_and_look_as_printed(tmp_path: Path) -> None:
    printed = ["1,270", "28.7%", f"{MINUS}3.0%", "+104%", "about £1,081m", "£618,000", "[c]", "0"]
    rows = [["Police", *printed], ["Health", *["[x]"] * 7, ""]]
    _, book = made(tmp_path, record("tbl-marac-agency", rows))
    line = [cell.value for cell in book["4.1 marac agency"][7]]
    expected = [1270, 0.287, -0.03, 1.04, 1_081_000_000, 618_000, "[c]", 0]
    assert line == ["Police", *expected]
    assert [cell.value for cell in book["4.1 marac agency"][8]][1:] == [*["[x]"] * 7, "[z]"]
    [_, table] = read_workbook(tmp_path / "tables.xlsx", "").tables
    assert table.rows[0] == ("Police", *printed), "a reader takes from it what the page says"


@given(
    value=st.decimals(-10_000_000, 10_000_000, places=6),
    decimals=st.integers(0, 2),
    unit=st.sampled_from(["", "%", "£"]),
    signed=st.booleans(),
)
@settings(max_examples=200)
def test_a_written_number_is_the_printed_one(
    value: Decimal, decimals: int, unit: str, signed: bool
) -> None:
    text = format_number(value, decimals, unit=unit, signed=signed)
    found = written(text)
    assert found is not None, text
    digits = Decimal(text.strip("+£%m" + MINUS).replace(",", ""))
    scale = {"%": Decimal("0.01"), "m": Decimal(10**6)}.get(text[-1], Decimal(1))
    assert abs(Decimal(repr(found.number))) == digits * scale
    assert (found.number < 0) == (text.startswith(MINUS) and digits > 0)


@pytest.mark.parametrize("text", ["2024-25", "31 March 2025", "20.3 to 39.0", "007", "1,27", "<5"])
def test_other_text_is_no_number(text: str) -> None:
    assert written(text) is None


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_stays_text(tmp_path: Path, attack: str) -> None:
    held = store(name=attack, council=attack)
    table = record(
        "tbl-marac-agency",
        [[attack, attack], ["Police", "3"]],
        columns=[attack, f"{attack} "],
        caption=attack,
        notes=[attack],
        source=attack,
    )
    _, book = made(tmp_path, table, held=held)
    sheet = book["4.1 marac agency"]
    for page in book.worksheets:
        for cell in cells(page):
            assert cell.data_type in ("s", "n") and not str(cell.value).startswith("text")
            assert cell.hyperlink is None or page.title == "Contents"
            assert cell.hyperlink is None or cell.hyperlink.target is None, "none leads outside"
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as archive:
        names = archive.namelist()
        assert not [name for name in names if "externalLink" in name]
        assert b"<f>" not in b"".join(archive.read(name) for name in names)
    body = [cell.value for cell in sheet["A"]]
    assert _same(attack, body[-2]) and _same(attack, sheet.cell(len(body) - 1, 2).value)
    assert _same(attack, book["Notes"]["B4"].value)
    assert any(_same(f"Table 4.1: {attack} [note 1]", text) for text in body[:1])


def _same(text: str, cell: Any) -> bool:
    """Whether a cell holds a text; XML readers make one line feed of a carriage return."""
    return str(cell).replace("_x000D_", "\r") in (text, text.replace("\r", "\n"))


def test_sheets_are_named_linked_and_marked_up(tmp_path: Path) -> None:
    labels = ["tbl-marac-agency", f"tbl-{'very-long-' * 8}name", "tbl-marac-agency-2"]
    records = [record(label, [["Police", "3"]], notes=["A note."]) for label in labels]
    _, book = made(
        tmp_path,
        *records,
        record("tbl-none", [], columns=["Item", "item", ""]) | {"align": ["left", "left", "left"]},
    )
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert book.sheetnames[3:6] == [
        "4.1 marac agency",
        "4.2 very long very long very",
        "4.3 marac agency 2",
    ]
    assert all(len(name) <= 31 for name in book.sheetnames)
    links = {
        cell.value: cell.hyperlink.location for cell in cells(book["Contents"]) if cell.hyperlink
    }
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[2:]}
    names = [name for sheet in book for name in sheet.tables]
    assert len(names) == len(set(names)) == len(book.sheetnames) - 1, "every table is marked up"
    for sheet in book.worksheets[2:]:
        assert not sheet.merged_cells.ranges
        [table] = sheet.tables.values()
        body = sheet[table.ref]
        assert all(cell.value is not None for row in body for cell in row), "no empty cell"
        assert [column.name for column in table.tableColumns] == [cell.value for cell in body[0]]
    assert "[note 1]" in book["4.1 marac agency"]["A1"].value
    assert book["Notes"]["B4"].value == "A note.", "once, though three tables have it"
    marked = [cell.value for cell in book["4.1 marac agency"]["A"]]
    assert {"Draft.", "Illustrative data."} <= set(marked)
    cover = " ".join(str(cell.value) for cell in cells(book["Cover"]))
    for words in ("Draft: Illustrative data", "0.1 (draft)", "[c]", "[x]", "[z]", "1 to 4"):
        assert words in cover


def test_rows_are_as_high_as_their_texts_and_columns_as_wide(tmp_path: Path) -> None:
    long = "Places needed to reach the level that is recommended for an area of this size, in all"
    rows = [["Housing", "3", "2024-25"], ["Police", "4", long]]
    columns = ["Agency", "Number", "Based on"]
    table = record("tbl-marac-agency", rows, columns=columns, align=["left", "right", "left"])
    _, book = made(tmp_path, table)
    sheet = book["4.1 marac agency"]
    assert sheet.row_dimensions[7].height == 15.75
    names = record("tbl-names", [["Victims of crimes", "3"], ["Not stated or not known", "4"]])
    _, alone = made(tmp_path, names)
    heights = [alone["4.1 names"].row_dimensions[row].height for row in (7, 8)]
    assert heights == [15.75, 15.75], "a column as wide as its longest text has it on one line"
    assert sheet.row_dimensions[8].height >= 2 * 15.75, "a text of two lines is not cut"
    assert sheet.column_dimensions["C"].width <= 50, "a sheet fits a screen"
    assert sheet["C7"].alignment.indent == sheet["C6"].alignment.indent == 1, "apart from numbers"
    assert not sheet["A7"].alignment.indent and sheet["B7"].alignment.horizontal == "right"
    assert {sheet.cell(8, column).alignment.vertical for column in (1, 2, 3)} == {"top"}
    for page in book.worksheets:
        assert page.page_setup.orientation == "landscape" and page.page_setup.fitToHeight == 0


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    table = record("tbl-marac-agency", [["Police", "28.7%"], ["–", "[c]"]], notes=["A note."])
    assert made(tmp_path, table)[0] == made(tmp_path, table)[0]


# The tidy table ----------------------------------------------------------------------------


def listed(*entries: dict[str, Any]) -> bytes:
    usual = dict.fromkeys(["value", "lower", "upper", "numerator", "denominator", "population"])
    usual |= {"chapter": "marac", "kind": "rate", "unit": "%", "direction": "", "rating": ""}
    usual |= {"benchmark": None, "nature": "illustrative", "sources": []}
    usual |= {"numerator_period": "@2025-03-31", "denominator_period": None}
    data = {"council": "north", "period": PERIOD, "version": "0.1", "edition_status": "draft"}
    return json.dumps(
        {**data, "indicators": [{**usual, **each} for each in entries], "breakdowns": []}
    ).encode()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)))


def test_a_hidden_indicator_has_no_number() -> None:
    content = indicators_csv(
        listed(
            {"id": "marac.rate", "name": "Cases", "status": "suppressed", "display": "[c]"},
            {"id": "x", "name": "£ “a”, b", "status": "ok", "display": "+4.2%", "value": -4.25},
        )
    )
    assert content.startswith(b"\xef\xbb\xbf"), "Excel reads £ and quotation marks right"
    hidden, shown = rows(content)
    assert tuple(hidden) == COLUMNS
    assert {hidden[name] for name in ("value", "lower", "upper", "numerator")} == {""}
    assert (hidden["status"], hidden["display"]) == ("suppressed", "[c]")
    assert (shown["value"], shown["name"], shown["display"]) == ("-4.25", "£ “a”, b", "+4.2%")
    assert shown["period"] == "2025-03-31"


@pytest.mark.parametrize("attack", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-2+3%"])
def test_no_cell_of_it_begins_a_formula(attack: str) -> None:
    entry = {"id": "x", "name": attack, "status": "ok", "display": attack, "unit": attack}
    source = {"file": attack, "sheet": attack, "rows": [1]}
    [row] = rows(indicators_csv(listed({**entry, "sources": [source]})))
    for text in row.values():
        assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain("+4.2%") == "+4.2%" and plain(-3.5) == -3.5


def test_a_table_that_says_more_than_the_other_files_is_refused(tmp_path: Path) -> None:
    entry = indicator("marac.rate", status="suppressed", display="[c]", value=None)
    entry["name"] = "Cases"
    book = Book([], indicators=[entry])
    folder = small_project(tmp_path).report("north", PERIOD).path
    folder.mkdir(parents=True)
    content = indicators_csv(listed({**entry, "numerator_period": PERIOD}))
    (folder / "indicators.csv").write_bytes(content)
    assert not book.attack(tmp_path).findings
    (folder / "indicators.csv").write_bytes(content.replace(b"[c]", b"37.7"))
    with pytest.raises(AssessmentError, match=r"indicators.csv of .* says something else"):
        book.attack(tmp_path)
    told = content.replace(b"rate,,,2024-25,,", b"rate,,,2024-25,37.7,")
    assert told != content
    (folder / "indicators.csv").write_bytes(told)
    with pytest.raises(AssessmentError, match=r"marac\.rate"):
        book.attack(tmp_path)
