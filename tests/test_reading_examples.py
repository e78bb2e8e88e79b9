"""The example councils' returns, in the shapes that partners use, say what they always said."""

import csv
import sys

import pytest

from needs_assessment.council import choose_period, load_council
from needs_assessment.returns.observations import Evidence, load_evidence
from returned import AREAS, DICTIONARY, PROJECT
from running import ROOT


def evidence(council: str) -> Evidence:
    settings = load_council(PROJECT, council)
    dictionary = DICTIONARY.for_council(settings)
    return load_evidence(PROJECT, settings, choose_period(settings, None), dictionary, AREAS)


def test_tables_laid_out_like_the_board_report_give_its_figures() -> None:
    with (ROOT / "tests/data/returns/three-rivers-2017-18.csv").open(newline="") as lines:
        expected = list(csv.DictReader(lines))
    found = evidence("three-rivers")
    columns = list(expected[0])
    partners = {row["partner"] for row in expected}
    read = [
        {column: str(row[column] if row[column] is not None else "") for column in columns}
        for row in found.observations.to_dict("records")
        if row["partner"] in partners
    ]
    assert sorted(read, key=str) == sorted(expected, key=str)
    assert found.problems == []


def test_what_the_board_report_says_beside_its_tables_is_listed() -> None:
    notes = evidence("three-rivers").notes
    assert {(note.file.rpartition("/")[2], note.sheet) for note in notes} == {
        ("caseworker-tables.xlsx", "Table 1"),
        ("caseworker-tables.xlsx", "Table 2"),
        ("safeguarding-hub.csv", ""),
    }
    assert {note.rule for note in notes} == {"text below the table"}


@pytest.mark.parametrize("council", ["north", "west"])
def test_the_provider_workbook_says_what_was_drawn(
    council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "data"), *sys.path])
    from make_illustrative_returns import Return, caseworker

    found = evidence(council)
    for year, period in ((2023, "2023-24"), (2024, "2024-25")):
        drawn = Return(council, year, "caseworker.csv")
        caseworker(drawn)
        expected = {
            (measure, when, dimension, category, float(value))
            for measure, when, _, dimension, category, value, _ in drawn.rows
        }
        rows = found.observations[
            found.observations["file"].str.endswith(f"{period}/caseworker.xlsx")
        ]
        read = {
            (row["measure"], row["period"], row["dimension"], row["category"], float(row["value"]))
            for row in rows.to_dict("records")
        }
        assert (read, len(rows)) == (expected, len(expected))
    notes = [note for note in found.notes if note.file.endswith("2024-25/caseworker.xlsx")]
    assert [(note.sheet, note.rule) for note in notes] == [
        ("Contacts", "text below the table"),
        ("Support", "text below the table"),
    ]
