"""Survivors' words: read only with consent, and an error never repeats them."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from founded import DICTIONARY, TODAY, YEAR, complete, empty_project, evidence_of, found
from needs_assessment.council import Return, choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project
from needs_assessment.returns.mapping import load_mapping
from needs_assessment.returns.quote_forms import EXAMPLE, HEADINGS, QuoteForm
from needs_assessment.returns.quote_template import FILE, quote_workbook
from needs_assessment.returns.quotes import Quote, read_quotes
from needs_assessment.returns.standard import is_empty_form
from running import ROOT

CANARY = "SYNTHETIC TEST WORDS"
GOOD = ["finding_help", CANARY, "yes", "in writing", "2025-03-01", "yes"]


def written(path: Path, *rows: list[Any], headings: tuple[str, ...] = HEADINGS) -> Path:
    """The empty workbook with rows typed under the example."""
    path.write_bytes(quote_workbook(DICTIONARY, "Rutland", YEAR, TODAY))
    book = openpyxl.load_workbook(path)
    sheet = book["quotes"]
    for column, heading in enumerate(headings, start=1):
        sheet.cell(1, column, heading)
    for number, row in enumerate(rows, start=3):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    book.save(path)
    return path


def read(path: Path) -> tuple[list[Quote], list[AssessmentError]]:
    form = load_mapping(ROOT / "params" / "mappings", "quotes")
    assert isinstance(form, QuoteForm)
    settings = Return(
        form="quotes", partner="a forum", nature="confidential", received="2025-05-01"
    )
    return read_quotes(path, path.name, settings, form, DICTIONARY, "2024-25")


def test_the_empty_workbook_holds_nobodys_words(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(quote_workbook(DICTIONARY, "Rutland", YEAR, TODAY))
    assert is_empty_form(path)
    assert read(path) == ([], [])
    rows = [
        [cell.value or "" for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(path.read_bytes()))["quotes"].iter_rows()
    ]
    assert rows == [list(HEADINGS), list(EXAMPLE)]


def test_words_agreed_to_are_read_with_their_place(tmp_path: Path) -> None:
    path = written(
        tmp_path / FILE,
        GOOD,
        ["Knowing where to find help", "  two\nlines ", "Yes", "by telephone", "1 May 2025", "YES"],
    )
    quotes, problems = read(path)
    assert problems == []
    assert [(each.theme, each.text, each.row) for each in quotes] == [
        ("finding_help", CANARY, 3),
        ("finding_help", "two lines", 4),
    ]
    assert {(each.partner, each.period, each.sheet) for each in quotes} == {
        ("a forum", "2024-25", "quotes")
    }
    assert not is_empty_form(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((2, value) for value in (None, "no", "y", "not yet", CANARY)),
        *((5, value) for value in (None, "no", CANARY)),
        (3, None),
        *((4, value) for value in (None, "soon", "2025-05-02", "2024-25", CANARY)),
        *((0, value) for value in (None, "unknown", CANARY)),
        (1, None),
    ],
)
def test_a_row_without_consent_is_told_by_its_number_and_its_words_go_nowhere(
    tmp_path: Path, column: int, value: str | None
) -> None:
    row = list(GOOD)
    row[column] = value  # type: ignore[call-overload]
    quotes, problems = read(written(tmp_path / FILE, GOOD, row))
    assert len(quotes) == 1, "the other row stands"
    (problem,) = problems
    assert f"{FILE}, sheet “quotes”, row 4, column “{HEADINGS[column]}”" in str(problem)
    chained: BaseException | None = problem
    while chained is not None:
        assert CANARY not in f"{chained!r}{chained}"
        chained = chained.__cause__ or chained.__context__


def test_what_stands_beside_the_form_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path / FILE, [*GOOD, CANARY], headings=(*HEADINGS, CANARY))
    quotes, problems = read(path)
    assert quotes == []
    assert "column G" in str(problems[0]) and "row 3" in str(problems[1])
    assert not any(CANARY in str(each) for each in problems)
    path = written(tmp_path / FILE, GOOD, headings=("theme", "words"))
    quotes, problems = read(path)
    assert quotes == [] and CANARY not in str(problems[0])
    assert "consent" in str(problems[0]) and "headings" in str(problems[0])


def test_a_csv_is_read_too_and_broken_files_keep_silent(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text(f"{','.join(HEADINGS)}\n{','.join(GOOD)}\n", encoding="utf-8")
    assert [each.text for each in read(path)[0]] == [CANARY]
    for content in (
        f'{",".join(HEADINGS)}\n"{",".join(GOOD)}\n'.encode(),
        f"{','.join(GOOD)}\n".encode(),
        b"PK\x03\x04" + CANARY.encode(),
        f"{','.join(HEADINGS)}\n{','.join(GOOD)},{CANARY}\n".encode(),
    ):
        path.write_bytes(content)
        quotes, problems = read(path)
        assert quotes == [] and problems
        assert not any(CANARY in f"{each!r}{each}" for each in problems)


def test_words_reach_the_store_of_their_edition(tmp_path: Path) -> None:
    project: Project = empty_project(tmp_path / "project")
    found(project)
    written(project.returns("rutland") / "2024-25" / FILE, GOOD)
    complete(project, FILE)
    assert evidence_of(project).problems == []
    council = load_council(project, "rutland")
    data = build_store(project, council, choose_period(council, None)).data
    (quote,) = data["voice"]
    assert (quote["theme"], quote["quote"]) == ("finding_help", CANARY)
    assert quote["theme_label"] == "Knowing where to find help"
    assert quote["sources"] == [
        {"file": f"data/returns/rutland/2024-25/{FILE}", "sheet": "quotes", "rows": [3]}
    ]
    (quality,) = data["quality"]
    assert (quality["given"], quality["timeliness"]) == (1, "31 days after the period ended")


def test_no_survivor_is_quoted_in_the_example_councils() -> None:
    project = Project(ROOT)
    for name in ("north", "west", "three-rivers", "northamptonshire"):
        for edition in load_council(project, name).editions.values():
            assert "quotes" not in {each.form for each in edition.returns.values()}
