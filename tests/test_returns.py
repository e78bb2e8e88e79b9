"""From partners' files to observations: nothing coerced, dropped or invented in silence."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.council import Return, choose_period, load_council
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.mapping import load_mapping
from needs_assessment.returns.observations import COLUMNS, KEY, load_evidence
from needs_assessment.returns.reading import Terms, read_return
from needs_assessment.returns.tokens import read_token
from running import ROOT

PROJECT = Project(ROOT)
REFERENCE = Reference(PROJECT.reference)
DICTIONARY = load_dictionary(PROJECT.reference)
TERMS = Terms(DICTIONARY, REFERENCE.areas, "E06000061")
SETTINGS = Return(
    form="standard", partner="the police", nature="confidential", received="2025-05-01"
)
STANDARD = load_mapping(PROJECT.mappings, "standard")
QUARTERLY = load_mapping(PROJECT.mappings, "marac-quarterly")
HEADING = "measure,period,area,dimension,category,value,note\n"


def read_csv(tmp_path: Path, text: str, encoding: str = "utf-8"):
    path = tmp_path / "police.csv"
    path.write_bytes(text.encode(encoding))
    return read_return(path, "data/returns/north/police.csv", SETTINGS, STANDARD, TERMS)


@pytest.mark.parametrize(
    ("text", "value", "status"),
    [
        ("1,270", 1270, "final"),
        ("£1081000000", 1081000000, "final"),
        ("28.74%", "28.74", "final"),
        ("0", 0, "final"),
        ("<5", None, "below:5"),
        ("under 5", None, "below:5"),
        ("Fewer than 5", None, "below:5"),
        ("5 or under", None, "below:6"),
        ("10 or greater", None, "at-least:10"),
        ("c", None, "confidential"),
        ("*", None, "confidential"),
        ("[c]", None, "confidential"),
        ("x", None, "not available"),
        (":", None, "not available"),
        ("z", None, "not applicable"),
        ("almost 9,000", 9000, "approximate"),
    ],
)
def test_tokens(text: str, value: int | str | None, status: str) -> None:
    token = read_token(text)
    assert token is not None
    assert token.value == (None if value is None else Decimal(value))
    assert token.status == status


@pytest.mark.parametrize(
    "text", ["", "1,27", "12,70", "12a", "n", "1.2.3", "--", "see note", "1e5"]
)
def test_what_is_no_token_is_not_a_number(text: str) -> None:
    assert read_token(text) is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_number_comes_back_exactly(number: Decimal) -> None:
    for text in (str(number), f"{number:,}"):
        token = read_token(text)
        assert token is not None and token.value == number


@given(st.text(max_size=12))
def test_no_text_becomes_zero(text: str) -> None:
    token = read_token(text)
    if token and token.value == 0:
        assert "0" in text


def test_long_layout(tmp_path: Path) -> None:
    text = HEADING + 'police.crimes,2024-25 Q1,,,,"1,204",by hand\nmarac.cases,2024-25 Q1,,,,<5,\n'
    rows, problems = read_csv(tmp_path, "\ufeff" + text)
    assert not problems
    assert list(rows[0]) == COLUMNS
    first, second = rows
    assert (first["value"], first["raw"], first["row"]) == (1204, "1,204", 2)
    assert (first["area"], first["nature"], first["note"]) == (
        "E06000061",
        "confidential",
        "by hand",
    )
    assert (second["value"], second["status"]) == (None, "below:5")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_usual_encodings(tmp_path: Path, encoding: str) -> None:
    rows, problems = read_csv(tmp_path, HEADING + "police.crimes,2024-25,,,,7,né à\n", encoding)
    assert not problems
    assert rows[0]["note"] == "né à"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("police.crime,2024-25,,,,1,", ["row 2", "column “measure”", "“police.crime”", "crimes"]),
        ("police.crimes,2024-2,,,,1,", ["row 2", "column “period”", "“2024-2”"]),
        ("police.crimes,2024-25,E99,,,1,", ["row 2", "column “area”", "“E99”"]),
        ("police.crimes,2024-25,,,,many,", ["row 2", "column “value”", "“many”", "<5"]),
        ("police.crimes,2024-25,,,,,", ["row 2", "column “value”", "an empty cell"]),
        ("police.crimes,2024-25,,,,-3,", ["row 2", "negative count"]),
        ("police.crimes,2024-25,,,,2.5,", ["row 2", "not a whole number"]),
        ("police.crimes,2024-25,,colour,red,1,", ["row 2", "no dimension “colour”"]),
        ("police.crimes,2024-25,E10000021,,,1,", ["row 2", "ended on 31 March 2021", "E06000061"]),
    ],
)
def test_each_problem_names_file_row_column_and_what_was_found(
    tmp_path: Path, row: str, said: list[str]
) -> None:
    rows, problems = read_csv(tmp_path, HEADING + row + "\nmarac.cases,2024-25,,,,9,\n")
    assert [each["measure"] for each in rows] == ["marac.cases"], "other rows still read"
    assert len(problems) == 1
    message = str(problems[0])
    for words in ["data/returns/north/police.csv", *said]:
        assert words in message


def test_unmapped_and_missing_columns_are_said(tmp_path: Path) -> None:
    _, problems = read_csv(tmp_path, HEADING.strip() + ",ward\n")
    assert "ward" in str(problems[0])
    _, problems = read_csv(tmp_path, "measure,when,value\n")
    assert "“period”" in str(problems[0]) and "“when”" in str(problems[0])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"not a workbook"])
def test_workbooks_that_cannot_be_opened(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "marac.xlsx"
    path.write_bytes(content)
    rows, problems = read_return(path, "marac.xlsx", SETTINGS, QUARTERLY, TERMS)
    assert rows == []
    assert "cannot be opened" in str(problems[0])


def test_wide_layout_reports_what_it_does_not_know(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Marac data"
    for line in (["MARAC"], [], [], ["Item", "Q1 2024/25", "Q2 2024/25"]):
        sheet.append(line)
    sheet.append(["Number of cases discussed", 14, "<5"])
    sheet.append(["Number of casses", 1, 2])
    path = tmp_path / "marac.xlsx"
    workbook.save(path)
    rows, problems = read_return(path, "marac.xlsx", SETTINGS, QUARTERLY, TERMS)
    assert [(each["period"], each["raw"]) for each in rows] == [
        ("2024-25 Q1", "14"),
        ("2024-25 Q2", "<5"),
    ]
    text = " ".join(map(str, problems))
    assert "“Number of casses”" in text and "row 6" in text
    assert "Of which repeats" in text, "a row of the form that is absent is said"


@pytest.mark.parametrize(
    "council",
    ["north", "west", "three-rivers", "northamptonshire"],
)
def test_example_returns_read_without_a_problem(council: str) -> None:
    settings = load_council(PROJECT, council)
    dictionary = DICTIONARY.for_council(settings)
    evidence = load_evidence(
        PROJECT, settings, choose_period(settings, None), dictionary, REFERENCE.areas
    )
    assert evidence.problems == []
    assert not evidence.observations.duplicated(KEY).any()
    assert evidence.observations["raw"].ne("").all()


def test_an_edition_never_reads_a_later_folder() -> None:
    settings = load_council(PROJECT, "north")
    dictionary = DICTIONARY.for_council(settings)
    evidence = load_evidence(
        PROJECT, settings, choose_period(settings, "2023-24"), dictionary, REFERENCE.areas
    )
    assert all("/2023-24/" in file for file in evidence.files)


def test_illustrative_returns_come_from_their_script(tmp_path: Path) -> None:
    import subprocess
    import sys

    subprocess.run(
        [sys.executable, ROOT / "data" / "make_illustrative_returns.py", tmp_path], check=True
    )
    made = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert made
    for path in made:
        committed = ROOT / "data" / "returns" / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), path.name
