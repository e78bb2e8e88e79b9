"""Files that cannot be returns, and cells that cannot be statistics: one clear line each."""

import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needs_assessment.errors import AssessmentError
from needs_assessment.returns import workbook as parts_of
from needs_assessment.returns.mapping import Mapping
from needs_assessment.settings import validate
from returned import TERMS, changed, figures, form, noted, read, said, text_file, workbook

CASES = form(
    layout="wide",
    label_column="Item",
    rows={"Cases": {"measure": "marac.cases"}, "Repeats": {"measure": "marac.repeats"}},
)
TABLE = [["Item", "Q1 2024/25", "Q2 2024/25"], ["Cases", 14, 12], ["Repeats", 5, "<5"]]
CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def good(tmp_path: Path) -> Path:
    return workbook(tmp_path / "good.xlsx", TABLE)


def truncated(tmp_path: Path) -> bytes:
    content = good(tmp_path).read_bytes()
    return content[: len(content) // 2]


def with_part(tmp_path: Path, name: str, content: bytes) -> bytes:
    path = good(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, content)
    return path.read_bytes()


def bomb(tmp_path: Path) -> bytes:
    return with_part(tmp_path, "xl/media/image1.bin", bytes(parts_of.MOST_BYTES))


def bomb_that_lies(tmp_path: Path) -> bytes:
    """Its directory says that the large part is small."""
    content = bomb(tmp_path)
    size = struct.pack("<I", parts_of.MOST_BYTES)
    return content.replace(size, struct.pack("<I", 100))


def encrypted(_: Path) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")


def text_document(tmp_path: Path) -> bytes:
    path = tmp_path / "document"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("[Content_Types].xml", CONTENT_TYPES)
        parts.writestr("word/document.xml", "<document/>")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.xlsx", b"", "r.xlsx cannot be opened: it is empty"),
        ("r.csv", b"\xef\xbb\xbf\r\n", "r.csv cannot be opened: it is empty"),
        ("r.xlsx", truncated, "cut short or damaged"),
        ("r.xlsx", encrypted, "protected by a password"),
        ("r.csv", encrypted, "protected by a password"),
        ("r.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook"),
        ("r.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook"),
        ("r.xlsx", bomb, "unpacked it is larger than 256 MB"),
        ("r.xlsx", bomb_that_lies, "cut short or damaged"),
        ("r.xlsm", lambda folder: good(folder).read_bytes(), "with macros"),
        ("r.xlsx", lambda folder: with_part(folder, "xl/vbaProject.bin", b"x"), "with macros"),
        ("r.xlsx", text_document, "not an Excel workbook"),
        ("r.xlsx", b"Item,Q1 2024/25\r\nCases,14\r\n", "text, such as CSV, called .xlsx"),
        ("r.xlsx", b"<html><table><tr><td>14</td></tr></table>", "a web page or XML"),
        ("r.xlsx", b"%PDF-1.7\n", "a PDF"),
        ("r.pdf", b"%PDF-1.7\n", "a PDF"),
        ("r.csv", lambda folder: good(folder).read_bytes(), "a workbook or another archive"),
        ("r.csv", b"<!DOCTYPE html><html></html>", "a web page or XML"),
        ("r.csv", b"Item,Q1\x00\x01\x02\x03\r\nCases,4", "is not text"),
        ("r.csv", b'Item,Q1 2024/25\r\nCases,"14\r\nRepeats,3\r\n', "row 2: cannot be read as CSV"),
        ("r.csv", "Item,é\r\n".encode() + "Cases,£4\r\n".encode("cp1252"), "two encodings"),
        ("r.docx", b"PK", "a Word document"),
        ("r.xls", b"Item,Q1 2024/25\r\n", "text, such as CSV, called .xls"),
        ("r.xls", b"<html><table></table></html>", "a web page or XML called .xls"),
        ("r.xls", lambda folder: good(folder).read_bytes(), "another archive called .xls"),
        ("r.xls", b"", "it is empty"),
        ("r.csv", b" \r\n,,,\r\n", "nothing stands in it"),
        ("r.xlsx", lambda folder: workbook(folder / "e.xlsx", [[]]).read_bytes(), "nothing stands"),
        ("r.csv", b"Item,Q1 2024/25\nCases,\x1b[2J4\n", "line 2: holds what is not text"),
        ("r.csv", b"\x1f\x8b\x08 compressed", "line 1: holds what is not text"),
        ("r.exe", b"MZ", "neither CSV nor XLSX"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_line(
    tmp_path: Path, name: str, content: bytes | Callable[[Path], bytes], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content(tmp_path))
    reading = read(path, CASES)
    assert len(reading.problems) == 1
    (problem,) = reading.problems
    assert words in problem.message
    assert problem.message.startswith(name)
    assert "\n" not in str(problem)
    assert reading.observations == []


def test_a_cell_at_the_far_corner_does_not_exhaust_the_memory(tmp_path: Path) -> None:
    path = changed(good(tmp_path), lambda sheet: sheet.cell(1048576, 16384, "x"))
    reading = read(path, CASES)
    assert "reaches to row 1048576, column XFD" in said(reading)
    assert len(reading.problems) == 1


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    path = good(tmp_path)
    with zipfile.ZipFile(path) as parts:
        held = {name: parts.read(name) for name in parts.namelist()}
    sheet = held["xl/worksheets/sheet1.xml"].decode()
    start = sheet.index("<worksheet")
    held["xl/worksheets/sheet1.xml"] = (
        sheet[:start] + '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' + sheet[start:]
    ).encode()
    with zipfile.ZipFile(path, "w") as parts:
        for name, content in held.items():
            parts.writestr(name, content)
    assert "cannot be opened" in said(read(path, CASES))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=5),
    kept=st.floats(0, 1),
)
def test_no_damage_ends_in_a_traceback(
    tmp_path: Path, changes: list[tuple[float, int]], kept: float
) -> None:
    path = good(tmp_path)
    content = bytearray(path.read_bytes())
    for place, byte in changes:
        content[int(place * len(content))] = byte
    path.write_bytes(content[: int(kept * len(content))] if kept < 0.5 else content)
    reading = read(path, CASES)
    expected = [("marac.cases", "2024-25 Q1", "", "14"), ("marac.repeats", "2024-25 Q2", "", "<5")]
    assert reading.problems or set(expected) <= set(figures(reading))


def test_a_workbook_of_a_hundred_sheets(tmp_path: Path) -> None:
    names = [f"Team {number}" for number in range(100)]
    path = workbook(tmp_path / "teams.xlsx", *[TABLE] * 100, names=names)
    reading = read(path, CASES)
    assert len(reading.problems) == 1
    assert "100 of its 100 sheets hold the headings" in said(reading)
    assert "Team 5 and 94 more" in said(reading)
    one = read(path, form(**{**CASES.model_dump(exclude={"name", "sheets"}), "sheet": "team 7"}))
    assert [each["sheet"] for each in one.observations] == ["Team 7"] * 4
    assert one.problems == []
    assert "further sheets are not read: Team 0, Team 1" in noted(one)


def test_formulas_that_failed_or_were_never_worked_out(tmp_path: Path) -> None:
    def spoil(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B2"] = "#REF!"
        sheet["B2"].data_type = "e"
        sheet["C2"] = "#DIV/0!"
        sheet["C2"].data_type = "e"
        sheet["B3"] = "=B2*2"

    reading = read(changed(good(tmp_path), spoil), CASES)
    assert figures(reading) == [("marac.repeats", "2024-25 Q2", "", "<5")]
    assert [problem.message.partition(", row ")[2] for problem in reading.problems] == [
        "2, column “Q1 2024/25”: “#REF!” is a formula that failed.",
        "2, column “Q2 2024/25”: “#DIV/0!” is a formula that failed.",
        "3, column “Q1 2024/25”: “=B2*2” is a formula without a result.",
    ]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (-3, "-3 is a negative count"),
        ("−3", "neither a number nor a known token"),
        (2.5, "not a whole number"),
        ("12 or so", "neither a number"),
        ("see note", "neither a number"),
        ("-", "neither a number"),
        (True, "“True” is neither"),
        (date(2024, 1, 4), "“2024-01-04” is a date"),
        ("50%", "a percentage, but MARAC cases is a count"),
        ("£50", "an amount of money"),
        ("1,27", "neither a number"),
        ("1e5", "neither a number"),
        ("12*", "the number alone"),
        ("1,204†", "the number alone"),
        ("5 (see note)", "the number alone"),
        ("1-4", "A range is no count"),
        ("0 to 4", "A range is no count"),
        ("see\nnote", "“see note” is neither a number"),
        ("..", "write 0 for none"),
        ("1.234,5", "Write thousands with a comma"),
        ("10\xa0000", "Write thousands with a comma"),
        ("1.000", "“1.000” can be read as 1.000 and as 1,000"),
        ("long " * 5000, "long long…” is neither"),
    ],
)
def test_what_is_no_count_is_said_and_the_rest_still_read(
    tmp_path: Path, cell: object, words: str
) -> None:
    rows = [TABLE[0], ["Cases", cell, 12], ["Repeats", 5, 6]]
    reading = read(workbook(tmp_path / "r.xlsx", rows), CASES)
    assert len(reading.problems) == 1
    assert words.casefold() in said(reading).casefold()
    assert "row 2, column “Q1 2024/25”" in said(reading)
    assert "\n" not in said(reading) and len(said(reading)) < 300
    assert [raw for *_, raw in figures(reading)] == ["12", "5", "6"]


AREAS = form(layout="wide", columns={"area": "Area"}, measure="police.crimes")


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ("E07009999", "“E07009999” is not the GSS code of a known area"),
        ("Thre Rivers", "did you mean “Three Rivers”?"),
        ("", "the area is missing"),
    ],
)
def test_unknown_areas(tmp_path: Path, area: str, words: str) -> None:
    rows = [["Area", "2024/25"], ["Three Rivers", 5], [area, 6]]
    reading = read(text_file(tmp_path / "r.csv", rows), AREAS)
    assert words in said(reading) and "row 3" in said(reading)
    assert len(reading.observations) == 1 == len(reading.problems)


def test_an_area_that_had_ended(tmp_path: Path) -> None:
    rows = [["Area", "2020/21", "2021/22"], ["Northamptonshire", 5, 6]]
    terms = replace(TERMS, own_area="E06000061")
    reading = read(text_file(tmp_path / "r.csv", rows), AREAS, terms)
    assert figures(reading) == [("police.crimes", "2020-21", "", "5")]
    assert "ended on 31 March 2021, before 2021-22" in said(reading)
    assert "North Northamptonshire (E06000061) and West Northamptonshire (E06000062)" in said(
        reading
    )


FORCE = [
    ["District", "2023/24", "2024/25"],
    ["Three Rivers", 5, 6],
    ["Watford", 7, 8],
    ["E07000096", -9, "many"],
    ["Hertfordshire", 70, 80],
]
DISTRICTS = {"layout": "wide", "columns": {"area": "District"}, "measure": "police.crimes"}


def test_rows_for_other_councils_need_a_declared_filter(tmp_path: Path) -> None:
    path = text_file(tmp_path / "force.csv", FORCE)
    reading = read(path, form(**DISTRICTS))
    assert len(reading.problems) == 1
    assert "holds rows for other councils: Watford, Dacorum (2 rows, 3 to 4)" in said(reading)
    assert "declare areas: in params/mappings/theirs.yml" in said(reading)
    assert {each["area"] for each in reading.observations} == {"E07000102", "E10000015"}
    shared = said(read(path, form(**DISTRICTS, name="standard")))
    assert "a form of its own" in shared, "the standard form is every council's"


def test_a_declared_filter_leaves_other_councils_out_and_says_so(tmp_path: Path) -> None:
    path = text_file(tmp_path / "force.csv", FORCE)
    reading = read(path, form(**DISTRICTS, areas={}))
    assert reading.problems == []
    assert noted(reading) == "Rows for other areas are left out: Watford, Dacorum (2 rows, 3 to 4)."
    assert {each["area"] for each in reading.observations} == {"E07000102", "E10000015"}


def test_a_filter_translates_the_partners_own_names(tmp_path: Path) -> None:
    rows = [["District", "2024/25"], ["3 Rivers LPA", 5], ["Watford LPA", 6], ["Unknown", 1]]
    areas = {"3 rivers LPA": "E07000102", "Watford LPA": "E07000103"}
    reading = read(
        text_file(tmp_path / "force.csv", rows), form(**DISTRICTS, areas=areas, ignore=["unknown"])
    )
    assert reading.problems == []
    assert [(each["area"], each["raw"]) for each in reading.observations] == [("E07000102", "5")]


def test_a_missing_sheet_names_those_there_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", TABLE, [["a"]], names=["Data", "Notes"])
    fields = CASES.model_dump(exclude={"name", "sheets"})
    reading = read(path, form(**{**fields, "sheet": "Q1"}))
    assert said(reading) == "r.xlsx has no sheet “Q1”. Its sheets are: Data, Notes."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"layout": "wide"}, "a wide form needs"),
        ({"layout": "long", "columns": {"value": "n"}}, "measure, period must be given"),
        (
            {"layout": "wide", "label_column": "a", "rows": {"x": {}, "X ": {}}},
            "stands there twice",
        ),
        ({"layout": "wide", "columns": {"wert": "n"}, "measure": "m"}, "is not one of"),
        ({"layout": "wide", "columns": {"area": "n"}, "period": "Q1"}, "is not a reporting period"),
    ],
)
def test_a_form_that_cannot_work_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(AssessmentError, match=words) as refused:
        validate(Mapping, {"name": "theirs", **fields}, "params/mappings/theirs.yml")
    assert ": it:" not in refused.value.message


def test_a_number_split_at_its_comma_is_no_other_number(tmp_path: Path) -> None:
    """1,204 without quotation marks: neither 1, nor 204 as its note."""
    path = tmp_path / "r.csv"
    head = "measure,period,value,note\n"
    mapping = form(
        layout="long",
        columns={"measure": "measure", "period": "period", "value": "value", "note": "note"},
    )
    path.write_text(head + "marac.cases,2024-25,1,204,\nmarac.repeats,2024-25,3,\n")
    reading = read(path, mapping)
    assert figures(reading) == [("marac.repeats", "2024-25", "", "3")]
    assert "row 2: there are more cells than headings" in said(reading)
    path.write_text(head + "marac.cases,2024-25,1204,,\nmarac.repeats,2024-25,3,,\n")
    reading = read(path, mapping)
    assert said(reading) == "", "a delimiter at the end of every row is harmless"
    assert [raw for *_, raw in figures(reading)] == ["1204", "3"]


def test_a_second_table_is_not_read_by_the_headings_of_the_first(tmp_path: Path) -> None:
    rows = [*TABLE, [], ["Item", "Q3 2024/25", "Q4 2024/25"], ["Cases", 1, 2], ["Repeats", 0, 1]]
    for ignore in ([], ["Item"]):
        mapping = form(**{**CASES.model_dump(exclude={"name", "sheets"}), "ignore": ignore})
        reading = read(workbook(tmp_path / "r.xlsx", rows), mapping)
        assert [each["row"] for each in reading.observations] == [2, 2, 3, 3]
        assert "row 5: here the headings change" in said(reading)
        assert "(rows 5, 6, 7)" in said(reading)


def test_a_record_in_place_of_headings_is_not_repeated(tmp_path: Path) -> None:
    """An extract listed under a form for tables, its headings cut off."""
    rows = [["42/1234/24", "A. Canary", "03/02/1980", "High"]] * 3
    problem = said(read(text_file(tmp_path / "r.csv", rows), CASES))
    assert "the heading “Item”" in problem and "is missing" in problem
    assert "Canary" not in problem and "1980" not in problem and "1234" not in problem


def test_headings_that_lack_the_year_say_so(tmp_path: Path) -> None:
    rows = [["Item", "Q1", "Q2"], ["Cases", 14, 12], ["Repeats", 5, 6]]
    problem = said(read(workbook(tmp_path / "r.xlsx", rows), CASES))
    assert "does not map: Q1, Q2. They lack the year" in problem
