"""What is wrong with an extract is told by row and column, never by what stands in the cell."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from extracts import HEADINGS, NAME, NORTH, TERMS, as_csv, counts, form, read, row
from needs_assessment.periods import parse_period

GOOD = [row(f"R{number}") for number in range(2, 12)]


def problem(tmp_path: Path, rows: list[list[str]], **changes: Any) -> str:
    """The one problem of an extract whose row 12 is wrong."""
    _, problems, _ = read(tmp_path / "extract.csv", [*GOOD, *rows], form(**changes))
    assert len(problems) == 1, problems
    return str(problems[0])


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"risk": "Canary"}, "Risk", "does not map"),
        ({"type": "Canary"}, "Type", "does not map"),
        ({"type": ""}, "Type", "an empty cell"),
        ({"age": "Canary"}, "Age", "not an age"),
        ({"age": "-4"}, "Age", "not an age"),
        ({"age": "30.5"}, "Age", "not an age"),
        ({"age": "999"}, "Age", "not an age"),
        ({"area": "Canary"}, "Area", "does not map"),
        ({"area": ""}, "Area", "an empty cell"),
        ({"date": "Canary"}, "Date", "not a date"),
        ({"date": "31/02/2024"}, "Date", "not a date"),
        ({"date": "05/04/0024"}, "Date", "not a date"),
        ({"date": ""}, "Date", "an empty cell"),
        ({"date": "31/03/2024"}, "Date", "outside 2024-25"),
        ({"ref": ""}, "Ref", "an empty cell"),
    ],
)
def test_each_problem_names_row_and_column_and_not_the_value(
    tmp_path: Path, cells: dict[str, str], column: str, said: str
) -> None:
    message = problem(tmp_path, [row("R99", **cells)] if "ref" not in cells else [row(**cells)])
    assert f"{NAME}, row 12, column “{column}”" in message
    assert said in message
    for value in filter(None, cells.values()):
        assert value not in message


def test_rows_that_share_a_problem_make_one(tmp_path: Path) -> None:
    rows = [row(f"X{number}", risk="QWZ"[number % 3]) for number in range(2_000)]
    message = problem(tmp_path, rows)
    assert "rows 12, 13, 14 and 1,997 more, column “Risk”" in message, "one of each code"


def test_counts_that_a_bad_row_may_belong_to_are_withheld_and_others_given(tmp_path: Path) -> None:
    found, problems, _ = read(tmp_path / "extract.csv", [*GOOD, row("R99", risk="Q")])
    assert len(problems) == 1
    kept = counts(found)
    assert kept["t.records", "2024-25 Q1", "", ""] == 11
    assert not any(key[2] == "risk" for key in kept)
    for cells in ({"date": "x"}, {"area": "x"}):
        found, _, _ = read(tmp_path / "extract.csv", [*GOOD, row("R99", **cells)])
        assert found == [], "nobody can say which count such a row belongs to"


def test_other_councils_rows_are_none_of_ours(tmp_path: Path) -> None:
    other = row("R99", area="West", risk="?", date="?", type="?")
    found, problems, notes = read(tmp_path / "extract.csv", [*GOOD, other])
    assert not problems
    assert counts(found)["t.records", "2024-25 Q1", "", ""] == 10
    assert "left out" in notes[0].sentence


def test_several_councils_need_areas(tmp_path: Path) -> None:
    rows = [[*each[:2], NORTH, *each[3:]] for each in GOOD]
    used = form(areas={}, elsewhere=[])
    found, problems, _ = read(tmp_path / "extract.csv", rows, used)
    assert not problems
    assert counts(found)["t.records", "2024-25 Q1", "", ""] == 10
    found, problems, _ = read(tmp_path / "extract.csv", [*rows, row("R99", area="E06000062")], used)
    assert found == []
    assert "row 12, column “Area”" in str(problems[0]) and "areas" in problems[0].hint


def test_rows_of_other_years_are_reported_or_declared(tmp_path: Path) -> None:
    late = row("R99", "31/03/2024")
    found, problems, notes = read(
        tmp_path / "extract.csv", [*GOOD, late], form(outside="leave out")
    )
    assert not problems
    assert {key[1] for key in counts(found)} == {"2024-25 Q1"}
    assert "outside 2024-25" in notes[0].sentence


def test_people_who_are_not_identified_are_reported_or_declared(tmp_path: Path) -> None:
    nobody = row("R99", victim="")
    message = problem(tmp_path, [nobody], people={"victim": {"columns": ["Victim"]}})
    assert "row 12, column “Victim”" in message and "leave out" in message
    found, problems, notes = read(tmp_path / "extract.csv", [*GOOD, nobody])
    assert not problems
    assert sum(n for key, n in counts(found).items() if key[0] == "t.victims" and key[2]) == 1
    assert "not identified" in notes[0].sentence


def test_broken_rows_and_quotes(tmp_path: Path) -> None:
    text = as_csv(GOOD)
    _, problems, _ = read(
        tmp_path / "extract.csv", text + "R99,05/04/2024\n" + ",".join(row("R98"))
    )
    assert len(problems) == 1 and "row 12: there are not as many cells" in str(problems[0])
    _, problems, _ = read(tmp_path / "extract.csv", text + 'R99,"05/04/2024\n')
    assert "row 12" in str(problems[0]) and "quotation mark" in str(problems[0])


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    rows = [row("R2", name="two\nlines"), *GOOD[1:]]
    text = "A title\n\n" + as_csv(rows) + "\n\n" + ",".join(row("R99", risk="Q")) + "\n"
    _, problems, _ = read(tmp_path / "extract.csv", text)
    assert "row 16, column “Risk”" in str(problems[0])


def test_too_many_problems_stop_the_reading(tmp_path: Path) -> None:
    rows = [row(f"R{number}", type="?") for number in range(60_000)]
    found, problems, _ = read(tmp_path / "extract.csv", rows)
    assert found == [] and len(problems) == 1


def test_a_missing_heading_does_not_make_the_first_record_be_told(tmp_path: Path) -> None:
    text = as_csv(GOOD, headings=GOOD[0])
    _, problems, _ = read(tmp_path / "extract.csv", text)
    message = str(problems[0])
    assert "“Ref”" in message and "missing" in message
    assert not any(cell in message for cell in ("R2", "05/04/2024", "V1", "Somebody"))
    text = as_csv(GOOD, headings=["Reference", *HEADINGS[1:]])
    assert "row 1: the heading “Ref” is missing" in str(read(tmp_path / "x.csv", text)[1][0])
    text = as_csv(GOOD, headings=[*HEADINGS[:-1], "Risk"])
    assert "“Risk” stands there twice" in str(read(tmp_path / "x.csv", text)[1][0])


def test_unmapped_columns_are_listed(tmp_path: Path) -> None:
    rows = [[*each, "", "x"] for each in GOOD]
    text = as_csv(rows, headings=[*HEADINGS, "", "Ward"])
    found, problems, _ = read(tmp_path / "extract.csv", text)
    assert found
    assert "J (without a heading), “Ward”" in str(problems[0]) and "leave_out" in str(problems[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 archive", "archive"),
        (as_csv([]).encode(), "no row lies in North Northamptonshire and in 2024-25"),
        (as_csv([row(area="Far")]).encode(), "no row lies in North Northamptonshire"),
    ],
)
def test_files_that_hold_nothing_to_count(tmp_path: Path, content: bytes, said: str) -> None:
    found, problems, _ = read(tmp_path / "extract.csv", content)
    assert found == [] and said in str(problems[0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"counts": [{"measure": "t.record"}]}, "did you mean “t.records”"),
        ({"counts": [{"measure": "t.rate"}]}, "t.rate is a rate"),
        ({"counts": [{"measure": "t.crimes", "by": {"risk": "risk"}}]}, "no dimension “risk”"),
        ({"counts": [{"measure": "t.records", "by": {"sex": "risk"}}]}, "not a category of sex"),
        ({"areas": {"North": "E06000099", "West": "E06000062"}}, "“E06000099”"),
        ({"areas": {"West": "E06000062"}}, "no word for North Northamptonshire"),
    ],
)
def test_a_form_that_does_not_fit_the_dictionary(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    message = problem(tmp_path, [], **changes)
    assert message.startswith("params/mappings/extract.yml") and said in message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fields": {"flag": {"column": "Flag", "codes": {"Y": True}}}}, "quotation marks"),
        ({"fields": {"age": {"column": "Age", "bands": {"16-24": "a", "20+": "b"}}}}, "age 20"),
        ({"fields": {"age": {"column": "Age", "bands": {"young": "a"}}}}, "“young”"),
        ({"leave_out": ["Risk"]}, "“Risk” is read too"),
        ({"keep": {"risk": ["extreme"]}}, "“extreme” is not a category of risk"),
        ({"counts": [{"measure": "t.records", "of": "suspect"}]}, "not under people"),
        ({"counts": [{"measure": "t.records", "at_least": 2}]}, "about people"),
        ({"counts": [{"measure": "t.records", "by": {"risk": "rsk"}}]}, "not under fields"),
    ],
)
def test_a_form_that_contradicts_itself(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        form(**changes)


def test_a_council_that_had_ended(tmp_path: Path) -> None:
    gone = replace(TERMS, own_area="E10000021", period=parse_period("2024-25"))
    _, problems, _ = read(tmp_path / "extract.csv", GOOD, terms=gone)
    assert "ended on 31 March 2021" in str(problems[0])


def test_numbers_serve_as_codes(tmp_path: Path) -> None:
    fields = {"risk": {"column": "Risk", "codes": {1: "high", 2: "medium"}}}
    used = form(
        fields=fields,
        counts=[{"measure": "t.records", "by": {"risk": "risk"}}],
        leave_out=["Name", "Type", "Age", "Sex"],
    )
    found, problems, _ = read(tmp_path / "extract.csv", [row(risk="1")], used)
    assert not problems
    assert counts(found) == {("t.records", "2024-25 Q1", "risk", "high"): 1}
