"""Ages from dates of birth, averages between two days, counts by month: no day gets out."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from extracts import DICTIONARY, FORM, NAME, NORTH, SETTINGS, TERMS, counts
from founded import complete, empty_project, fill, found
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.returns import records
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.records import read_records

HEADINGS = ["Ref", "Referred", "Heard", "Born", "Area", "Type"]
BANDS = {"0-15": "under_16", "16-24": "aged_16_24", "25+": "aged_25_plus"}
WEEKS = Measure(
    id="t.weeks", name="Weeks", definition="Weeks", kind="duration", unit="weeks", protect=True
)
LOCAL = DICTIONARY["t.records"].model_copy(
    update={
        "id": "t.local",
        "dimensions": {
            "locality": DICTIONARY["t.records"]
            .dimensions["risk"]
            .model_copy(
                update={"named_by_council": True, "categories": {"a": "A", "not_known": "Unknown"}}
            )
        },
    }
)
TERMS_HERE = replace(
    TERMS, dictionary=Dictionary({**DICTIONARY, "t.weeks": WEEKS, "t.local": LOCAL})
)

Read = tuple[list[dict[str, Any]], list[AssessmentError], list[Flag]]


def form(**changes: Any) -> RecordForm:
    given = {
        **FORM,
        "date": "Referred",
        "people": {"victim": {"columns": ["Ref"]}},
        "fields": {
            "age": {"column": "Born", "born": True, "bands": BANDS, "blank": "not_known"},
            "type": {"column": "Type", "codes": {"Crime": "crime", "Incident": "incident"}},
        },
        "leave_out": [],
        "counts": [
            {"measure": "t.records", "each": "month"},
            {"measure": "t.victims", "of": "victim", "each": "year", "by": {"age": "age"}},
        ],
        "averages": [{"measure": "t.weeks", "start": "Referred", "end": "Heard"}],
    }
    return RecordForm.model_validate({**given, **changes})


def row(ref: str, referred: str, heard: str = "", born: str = "", kind: str = "Crime") -> list[str]:
    return [ref, referred, heard or referred, born, "North", kind]


def read(folder: Path, rows: list[list[str]], used: RecordForm | None = None) -> Read:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([HEADINGS, *rows])
    path = folder / "extract.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    return read_records(path, NAME, SETTINGS, used or form(), TERMS_HERE)


def ages(found: Read) -> dict[str, int]:
    return {key[3]: number for key, number in counts(found[0]).items() if key[0] == "t.victims"}


def average(found: Read) -> tuple[str, Decimal | None, str]:
    (weeks,) = [each for each in found[0] if each["measure"] == "t.weeks"]
    return weeks["period"], weeks["value"], weeks["status"]


def both_ways(test: Callable[..., None]) -> Callable[..., None]:
    """Reads by the database's own reader, and row by row."""
    return pytest.mark.parametrize("way", ["file", "rows"])(test)


@pytest.fixture(autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if (
        getattr(request.node, "callspec", None)
        and request.node.callspec.params.get("way") == "rows"
    ):
        monkeypatch.setattr(records, "_from_file", lambda *_: False)


@both_ways
@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("06/04/2008", "under_16"),
        ("05/04/2008", "aged_16_24"),
        ("2008-04-05", "aged_16_24"),
        ("6 Apr 1999", "aged_16_24"),
        ("05/04/1999", "aged_25_plus"),
        ("29/02/2000", "aged_16_24"),
        ("05/04/1904", "aged_25_plus"),
        ("05/04/2024", "under_16"),
        ("", "not_known"),
    ],
)
def test_the_age_is_that_on_the_day_of_the_record(
    tmp_path: Path, way: str, born: str, band: str
) -> None:
    found = read(tmp_path, [row("1", "05/04/2024", born=born)])
    assert found[1] == []
    assert ages(found) == {band: 1}


@both_ways
@pytest.mark.parametrize(
    "born", ["06/04/2024", "04/04/1903", "05/04/99", "31/02/1990", "1990", "ZZ"]
)
def test_no_age_is_guessed(tmp_path: Path, way: str, born: str) -> None:
    found = read(tmp_path, [row("1", "05/04/2024", born=born)])
    (problem,) = found[1]
    assert f"{NAME}, row 2, column “Born”: not a date of birth" in str(problem)
    assert "four digits" in str(problem) and born not in str(problem.message)
    assert ages(found) == {}
    assert counts(found[0])["t.records", "2024-M04", "", ""] == 1, "the others are counted"


days = st.dates(date(2024, 4, 1), date(2025, 3, 31))


@both_ways
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(days, st.integers(0, 90), st.integers(0, 40_000)), min_size=1))
def test_all_three_are_what_is_worked_out_by_hand(
    tmp_path: Path, way: str, drawn: list[tuple[date, int, int]]
) -> None:
    rows, months, bands, waits = [], defaultdict(int), defaultdict(int), []
    for number, (referred, wait, lived) in enumerate(drawn):
        born = referred - timedelta(days=lived)
        heard = referred + timedelta(days=wait)
        rows.append(
            row(str(number), f"{referred:%d/%m/%Y}", f"{heard:%Y-%m-%d}", f"{born:%d/%m/%Y}")
        )
        months[f"{referred:%Y}-M{referred:%m}"] += 1
        age = referred.year - born.year - ((referred.month, referred.day) < (born.month, born.day))
        bands["under_16" if age < 16 else "aged_16_24" if age < 25 else "aged_25_plus"] += 1
        waits.append(wait)
    found = read(tmp_path, [*rows, *rows[::2]])
    assert found[1] == []
    monthly = {key[1]: n for key, n in counts(found[0]).items() if key[0] == "t.records"}
    assert monthly == dict(months)
    assert ages(found) == dict(bands)
    _, value, status = average(found)
    if len(waits) < 5:
        assert (value, status) == (None, "confidential")
    else:
        mean = Decimal(sum(waits)) / len(waits) / 7
        assert value == mean.quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_months_between_the_first_and_the_last_are_noughts_and_others_not_stated(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, [row("1", "30/04/2024"), row("2", "01/07/2024")])[0]
    monthly = [(each["period"], each["value"]) for each in found if each["measure"] == "t.records"]
    assert monthly == [("2024-M04", 1), ("2024-M05", 0), ("2024-M06", 0), ("2024-M07", 1)]


@both_ways
def test_an_average_over_few_is_withheld_whatever_the_grain(tmp_path: Path, way: str) -> None:
    rows = [row(f"a{n}", "05/04/2024", "19/04/2024") for n in range(5)]
    rows += [row(f"b{n}", "05/08/2024", "12/08/2024") for n in range(4)]
    used = form(
        averages=[{"measure": "t.weeks", "start": "Referred", "end": "Heard", "each": "quarter"}]
    )
    found = [each for each in read(tmp_path, rows, used)[0] if each["measure"] == "t.weeks"]
    assert [(each["period"], each["value"], each["raw"]) for each in found] == [
        ("2024-25 Q1", Decimal("2.0"), "2.0"),
        ("2024-25 Q2", None, "c"),
    ]
    with pytest.raises(ValidationError, match="twice"):
        form(averages=[*used.averages, {"measure": "t.weeks", "start": "Referred", "end": "Heard"}])


@both_ways
@pytest.mark.parametrize(
    ("heard", "column", "said"),
    [
        ("04/04/2024", "Referred” and “Heard", "the second date lies before the first"),
        ("soon", "Heard", "not a date"),
        (" ", "Heard", "an empty cell"),
    ],
)
def test_days_that_make_no_sense_withhold_the_average_alone(
    tmp_path: Path, way: str, heard: str, column: str, said: str
) -> None:
    rows = [row(f"{n}", "05/04/2024") for n in range(8)] + [row("9", "05/04/2024", heard)]
    found = read(tmp_path, rows)
    (problem,) = found[1]
    assert f"row 10, column “{column}”: {said}" in str(problem)
    assert not [each for each in found[0] if each["measure"] == "t.weeks"]
    assert counts(found[0])["t.records", "2024-M04", "", ""] == 9


@both_ways
def test_records_still_open_can_be_left_out(tmp_path: Path, way: str) -> None:
    rows = [row(f"{n}", "05/04/2024", "19/04/2024") for n in range(6)] + [
        row("9", "05/04/2024", " ")
    ]
    rows += [row("8", "05/04/2024", "19/05/2024", kind="Incident")]
    chosen = {"measure": "t.weeks", "start": "Referred", "end": "Heard", "blank": "leave out"}
    found = read(tmp_path, rows, form(averages=[chosen | {"where": {"type": ["crime"]}}]))
    assert found[1] == []
    assert average(found) == ("2024-25 Q1", Decimal("2.0"), "final")


def test_an_average_needs_a_measure_of_time(tmp_path: Path) -> None:
    used = form(averages=[{"measure": "t.rate", "start": "Referred", "end": "Heard"}])
    found = read(tmp_path, [row("1", "05/04/2024")], used)
    assert found[0] == [] and "no duration" in str(found[1][0])


@pytest.mark.parametrize("column", [2, 3])
def test_no_day_of_anybodys_life_gets_out(tmp_path: Path, column: int) -> None:
    """Days that are canaries stand in good and in bad cells; not one is said again."""
    rows = [row(f"{n}", "05/04/2024", "13/11/2024", "13/11/1987") for n in range(9)]
    for spoilt in (None, "13/11/1787", "13.11.87 x", "1987-13-11", "13/11/2023 13:11"):
        if spoilt:
            rows[4][column] = spoilt
        found, problems, notes = read(tmp_path, rows)
        said = repr(found) + repr(notes)
        for problem in problems:
            chained: BaseException | None = problem
            while chained is not None:
                said += f"{chained!r} {chained}"
                chained = chained.__cause__ or chained.__context__
        assert "13/11" not in said and "1987" not in said and "13-11" not in said
        assert "13.11" not in said
    assert [each.name for each in tmp_path.iterdir()] == ["extract.csv"]


def test_each_council_counts_the_parts_that_it_names(tmp_path: Path) -> None:
    """One form for several councils: the codes of others are not this council's."""
    fields = {
        "type": {"column": "Type", "codes": {"A": "a", "B": "b"}, "blank": "not_known"},
        "age": {"column": "Born", "born": True, "bands": BANDS, "blank": "not_known"},
    }
    by = [{"measure": "t.records"}, {"measure": "t.local", "by": {"locality": "type"}}]
    used = form(fields=fields, counts=by, averages=[], leave_out=["Heard"])
    rows = [row("1", "05/04/2024", kind="A"), row("2", "05/04/2024", kind="")]
    found = read(tmp_path, rows, used)
    assert found[1] == []
    local = {key[3]: n for key, n in counts(found[0]).items() if key[0] == "t.local"}
    assert local == {"a": 1, "not_known": 1}
    other = read(tmp_path, [*rows, row("3", "05/04/2024", kind="B")], used)
    assert "row 4, column “Type”: a code that form" in str(other[1][0])
    assert not [each for each in other[0] if each["measure"] == "t.local"]
    unnamed = LOCAL.dimensions["locality"].model_copy(update={"categories": {"not_known": "?"}})
    without = {
        **TERMS_HERE.dictionary,
        "t.local": LOCAL.model_copy(update={"dimensions": {"locality": unnamed}}),
    }
    terms = replace(TERMS_HERE, dictionary=Dictionary(without))
    none = read_records(tmp_path / "extract.csv", NAME, SETTINGS, used, terms)
    assert none[1] == [], "the column is not read"
    assert {each["measure"] for each in none[0]} == {"t.records"}
    assert none[0][0]["area"] == NORTH


def test_an_average_that_a_partner_reports_hides_with_what_it_is_taken_over(tmp_path: Path) -> None:
    project = empty_project(tmp_path / "project")
    found(project)
    path = project.returns("rutland") / "2024-25" / "refuge.xlsx"
    average = ("refuge.weeks_stayed", "2024-25", "", "", "", "11.5", "")
    complete(project, "refuge.xlsx")
    council = load_council(project, "rutland")
    for period, departures, shown in (
        ("2024-25", "3", "[c]"),
        ("2024-25", "31", "11.5"),
        # Only some of what it is taken over is returned.
        ("2024-25 Q1", "3", "[c]"),
        ("2024-25 Q1", "31", "11.5"),
        ("2024", "3", "[c]"),
    ):
        fill(path, [average, ("refuge.departures", period, "", "", "", departures, "")])
        store = build_store(project, council, choose_period(council, None))
        assert store.cells("refuge.weeks_stayed")[0]["display"] == shown
