"""A mapping proposed from a file's own headings: right where it stands, open where it is not sure,
and silent about nothing.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.draft import quoted
from needs_assessment.returns.mapping import Mapping, load_mapping, plain
from needs_assessment.returns.matching import Matcher, Target
from needs_assessment.returns.reading import read_file
from needs_assessment.returns.shapes import is_period
from needs_assessment.returns.sheets import Book
from needs_assessment.returns.tokens import read_token
from proposals import RECEIVED, TERMS, commented, mapped, proposal_for, read
from returned import DICTIONARY, figures, text_file, workbook
from running import ROOT


def test_the_marac_form_is_mapped_as_a_person_mapped_it() -> None:
    path = ROOT / "data" / "returns" / "north" / "2024-25" / "marac.xlsx"
    found = proposal_for(path)
    by_hand = load_mapping(ROOT / "params" / "mappings", "marac-quarterly")
    rows = mapped(found).rows
    assert rows.items() <= by_hand.rows.items(), "no line that stands is wrong"
    assert len(rows) >= 0.9 * len(by_hand.rows)
    assert set(commented(found.text)) == by_hand.rows.keys() - rows.keys()
    theirs = figures(read_file(path, path.name, RECEIVED, by_hand, TERMS))
    mine = figures(read(path, found))
    assert mine == [each for each in theirs if each in mine]
    assert len(mine) == 4 * len(rows)


WIDE = [
    ["Refuge quarterly return"],
    ["Provider: a refuge"],
    [],
    ["Item", "Apr-Jun 24", "Jul-Sep 24", "Year to date", "Comments", "Target"],
    ["Referrals received", 30, "<5", 34, "as rung in", 40],
    ["Reasons declined"],
    ["Declined: no space", 10, "c", 10],
    ["Average rent", 80, 90, 85],
    ["Total", 1, 2, 3],
    [],
    ["* Second stage included"],
]
MONTHLY = [
    ["IDVA service"],
    ["Month", "Referrals", "Self referral", "Engaged", "Total"],
    ["Apr-24", 10, 1, 6, 10],
    ["May-24", 11, 2, 7, 11],
]
TWO_LEVELS = [
    ["MARAC data"],
    ["", "2024/25", "", "2023/24", ""],
    ["Item", "Q1", "Q2", "Q1", "Q2"],
    ["Number of cases", 5, 6, 7, 8],
    ["Repeat cases", 1, 2, 3, 4],
]
THREE_LEVELS = [
    ["MARAC monitoring"],
    ["Item", "2024/25", "", "", "", "2023/24"],
    ["", "Q1", "", "Q2", "", "Q4"],
    ["", "Number", "%", "Number", "%", "Number"],
    ["Number of cases", 5, 50, 6, 60, 7],
    ["Repeat cases", 1, 20, 2, 33, 3],
]
GRID = [
    ["IDVA referrals 2024/25"],
    [],
    ["Source of referral", "Referrals"],
    ["Police", 40],
    ["MARAC", 12],
    ["Total", 52],
]
LONG = [
    ["Indicator", "Quarter", "District", "Group", "Number", "Comment"],
    ["MARAC cases", "Q1 2024/25", "North Northamptonshire", "", 12, ""],
    ["MARAC cases", "Q1 2024/25", "Rutland", "", 14, ""],
    ["Referrals by agency", "Q1 2024/25", "North Northamptonshire", "Police", 9, "r"],
    ["Repeat MARAC cases", "Q2 2024/25", "North Northamptonshire", "", 3, ""],
]
UNNAMED = [["MASH 2017/18"], ["", "May-17", "Jun-17"], ["No. of MASH referrals", 1312, 1419]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            WIDE,
            [
                ("refuge.requests", "2024-25 Q1", "", "30"),
                ("refuge.requests", "2024-25 Q2", "", "<5"),
                ("refuge.declined", "2024-25 Q1", "capacity", "10"),
                ("refuge.declined", "2024-25 Q2", "capacity", "c"),
            ],
        ),
        (
            MONTHLY,
            [
                ("idva.referrals", "2024-M04", "", "10"),
                ("idva.referrals", "2024-M04", "self", "1"),
                ("idva.engaged", "2024-M04", "", "6"),
                ("idva.referrals", "2024-M05", "", "11"),
                ("idva.referrals", "2024-M05", "self", "2"),
                ("idva.engaged", "2024-M05", "", "7"),
            ],
        ),
        (
            TWO_LEVELS,
            [
                ("marac.cases", "2024-25 Q1", "", "5"),
                ("marac.cases", "2024-25 Q2", "", "6"),
                ("marac.cases", "2023-24 Q1", "", "7"),
                ("marac.cases", "2023-24 Q2", "", "8"),
                ("marac.repeats", "2024-25 Q1", "", "1"),
                ("marac.repeats", "2024-25 Q2", "", "2"),
                ("marac.repeats", "2023-24 Q1", "", "3"),
                ("marac.repeats", "2023-24 Q2", "", "4"),
            ],
        ),
        (
            GRID,
            [
                ("idva.referrals", "2024-25", "police", "40"),
                ("idva.referrals", "2024-25", "marac", "12"),
            ],
        ),
        (
            LONG,
            [
                ("marac.cases", "2024-25 Q1", "", "12"),
                ("marac.referrals", "2024-25 Q1", "police", "9"),
                ("marac.repeats", "2024-25 Q2", "", "3"),
            ],
        ),
        (
            UNNAMED,
            [
                ("children.mash_referrals", "2017-M05", "", "1312"),
                ("children.mash_referrals", "2017-M06", "", "1419"),
            ],
        ),
    ],
    ids=["wide", "monthly", "two levels", "grid", "long", "unnamed labels"],
)
def test_the_shapes_partners_use(
    tmp_path: Path, rows: Sequence[Sequence[Any]], expected: list[tuple[str, ...]]
) -> None:
    for path in (
        workbook(tmp_path / "a.xlsx", rows),
        text_file(tmp_path / "a.csv", rows),
        text_file(tmp_path / "b.csv", rows, delimiter=";", encoding="cp1252"),
    ):
        assert figures(read(path, proposal_for(path))) == expected


def test_headings_in_three_rows(tmp_path: Path) -> None:
    """Year, quarter and “Number”; what the shares beside them are, a person decides."""
    path = workbook(tmp_path / "marac.xlsx", THREE_LEVELS)
    text = proposal_for(path).text
    assert 'values:\n  "Number": {}\n' in text
    decided = text.replace("# ignore_columns:\n#   -", "ignore_columns:\n  -")
    assert decided != text and '- "%"' in decided
    form = Mapping.model_validate(yaml.safe_load(decided))
    reading = read_file(path, path.name, RECEIVED, form, TERMS)
    assert figures(reading) == [
        ("marac.cases", "2024-25 Q1", "", "5"),
        ("marac.cases", "2024-25 Q2", "", "6"),
        ("marac.cases", "2023-24 Q4", "", "7"),
        ("marac.repeats", "2024-25 Q1", "", "1"),
        ("marac.repeats", "2024-25 Q2", "", "2"),
        ("marac.repeats", "2023-24 Q4", "", "3"),
    ]


def test_what_is_not_sure_is_left_open_and_said(tmp_path: Path) -> None:
    found = proposal_for(workbook(tmp_path / "refuge.xlsx", WIDE))
    assert set(commented(found.text)) == {"Average rent", "Target"}
    assert found.open == 2
    said = " ".join(found.checks)
    assert "“Reasons declined”" in said, "what is ignored is said"
    assert "“Total”" in said and "“Year to date”" in said
    assert mapped(found).columns == {"note": "Comments"}


def test_other_councils_are_left_out_only_when_the_file_holds_them(tmp_path: Path) -> None:
    assert mapped(proposal_for(text_file(tmp_path / "a.csv", LONG))).areas == {}
    own = [row for row in LONG if "Rutland" not in row]
    assert mapped(proposal_for(text_file(tmp_path / "b.csv", own))).areas is None
    unclear = [*own, ["MARAC cases", "Q2 2024/25", "North Northants", "", 9, ""]]
    found = proposal_for(text_file(tmp_path / "c.csv", unclear))
    assert "North Northants" in commented(found.text)
    assert "North Northamptonshire" in found.text


def test_sheets_that_are_alike_are_one_form(tmp_path: Path) -> None:
    rows = [["Item", "Number"], ["Relief duty", 3], ["Prevention duty", 4]]
    names = ["Q1 2024-25", "Q2 2024-25"]
    path = workbook(
        tmp_path / "housing.xlsx", rows, rows, [["Nothing here"]], names=[*names, "Read me"]
    )
    found = proposal_for(path)
    assert [table.sheet for table in mapped(found).tables] == names
    assert {each[1] for each in figures(read(path, found))} == {"2024-25 Q1", "2024-25 Q2"}
    assert "Read me" in commented(found.text)
    only = proposal_for(path, "q2 2024-25")
    assert [table.sheet for table in mapped(only).tables] == ["Q2 2024-25"]
    assert {"Q1 2024-25", "Read me"} <= set(commented(only.text))


def test_different_sheets_are_tables_of_their_own(tmp_path: Path) -> None:
    cases = [["", "Q1 2024/25"], ["Number of MARAC cases", 5]]
    path = workbook(tmp_path / "two.xlsx", MONTHLY, cases, names=["IDVA", "MARAC"])
    found = proposal_for(path)
    assert [table.sheet for table in mapped(found).tables] == ["IDVA", "MARAC"]
    assert ("marac.cases", "2024-25 Q1", "", "5") in figures(read(path, found))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [["Item", "Q1", "Q2"], ["DA crimes", 1, 2]],
            "# period: …    such as 2024-25: the headings",
        ),
        ([["Item", "Number"], ["DA crimes", 1]], "# period: …    such as 2024-25: neither title"),
        (
            [["Item", "2024-25"], ["DA crimes", 1], ["MARAC cases", 4], ["DA crimes", 2]],
            '# "DA crimes": {measure: …}    stands in several rows',
        ),
        (
            [["Item", "2024-25"], ["DA crimes", 1], ["MARAC cases", 4], ["Crimes (DA)", 2]],
            '# "Crimes (DA)": {measure: …}    another line means police.crimes too',
        ),
    ],
)
def test_what_only_a_person_can_say_stands_in_a_comment(
    tmp_path: Path, rows: Sequence[Sequence[Any]], said: str
) -> None:
    found = proposal_for(text_file(tmp_path / "a.csv", rows))
    assert said in found.text
    assert found.open > 0


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "),
    min_size=1,
    max_size=30,
).filter(lambda text: any(map(str.isalpha, text)) and read_token(text) is None)
LABELS = WORDS | st.sampled_from([measure.name for measure in DICTIONARY.values()])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    labels=st.lists(LABELS, min_size=1, max_size=8),
    headings=st.lists(WORDS.filter(lambda text: not is_period(text)), max_size=3),
)
def test_no_label_and_no_column_is_passed_over(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str], headings: list[str]
) -> None:
    rows = [["Item", "Q1 2024/25", "Q2 2024/25", *headings]]
    rows += [[label, "1", "2", *("7" for _ in headings)] for label in labels]
    path = text_file(tmp_path_factory.mktemp("labels") / "a.csv", rows)
    cells = Book(path, "a.csv").sheet("").rows
    found = proposal_for(path)
    content = yaml.safe_load(found.text)
    if found.records:
        assert all(quoted(cell) in found.text for cell in cells[0])
        return
    live = [*content.get("rows", {}), *content.get("values", {}), *content.get("ignore", [])]
    live += [content.get("label_column"), *content.get("columns", {}).values()]
    said = [*live, *commented(found.text), *re.findall("“(.*?)”", " ".join(found.checks))]
    spoken_of = {plain(text) for text in said if text}
    for text in [*cells[0], *(row[0] for row in cells[1:])]:
        assert plain(text) in spoken_of or is_period(text), text


@pytest.mark.parametrize("context", [True, False])
def test_a_line_that_stands_is_right(context: bool) -> None:
    """By the dictionary's own names: each means itself, or is left open."""
    asked = met = 0
    for measure in DICTIONARY.values():
        matcher = Matcher(DICTIONARY, measure.id.split(".")[0] if context else "")
        wanted = {measure.name: Target(measure.id)}
        for name, dimension in measure.dimensions.items():
            for category, label in dimension.categories.items():
                wanted[f"{measure.name}: {label}"] = Target(measure.id, name, category)
        for label, target in wanted.items():
            best, _ = matcher.best(label)
            assert best in (None, target), label
            asked, met = asked + 1, met + (best is not None)
    assert met > 0.8 * asked


def test_a_table_with_very_many_labels_is_taken_for_rows_about_people(tmp_path: Path) -> None:
    rows = [["Who", "2024-25"], *([f"CANARY {number}", 1] for number in range(200))]
    with pytest.raises(AssessmentError, match="different labels") as refused:
        proposal_for(text_file(tmp_path / "a.csv", rows))
    assert "CANARY" not in str(refused.value)
