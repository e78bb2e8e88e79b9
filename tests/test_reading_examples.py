"""The example councils' returns, in the shapes that partners use, say what they always said."""

import csv

from returned import AREAS, DICTIONARY, PROJECT
from running import ROOT

from needs_assessment.council import choose_period, load_council
from needs_assessment.returns.observations import Evidence, load_evidence


def evidence(council: str) -> Evidence:
    settings = load_council(PROJECT, council)
    return load_evidence(PROJECT, settings, choose_period(settings, None), DICTIONARY, AREAS)


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
