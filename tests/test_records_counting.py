"""Counting the rows of an extract: exactly, however they are written and however they are read."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extracts import HEADINGS, SETTINGS, TERMS, as_csv, counts, form, read, row
from needs_assessment.returns import records, records_database
from needs_assessment.returns.observations import COLUMNS
from needs_assessment.returns.records import read_records
from needs_assessment.returns.records_sql import Questions

_RISKS = {"H": "high", "M": "medium", "S": "standard", "": "none"}
_SEXES = {"F": "female", "m": "male", "U": "not_known", "": "not_known"}

rows_of_extracts = st.lists(
    st.builds(
        lambda ref, month, area, kind, risk, victim, age, sex: row(
            f"R{ref}",
            f"07/{month:02d}/{2024 if month > 3 else 2025}",
            area=area,
            type=kind,
            risk=risk,
            victim=f"V{victim}" if victim else "",
            age=age,
            sex=sex,
            name='O"Neil, Mary\nAnn',
        ),
        st.integers(1, 12),
        st.sampled_from([4, 5, 8, 11, 1]),
        st.sampled_from(["North", "north ", "West", "Far"]),
        st.sampled_from(["Crime", "Incident"]),
        st.sampled_from(list(_RISKS)),
        st.integers(0, 6),
        st.sampled_from(["", "3", "16", "24", "25", "99"]),
        st.sampled_from(list(_SEXES)),
    ),
    min_size=1,
    max_size=40,
)


def quarter(month: int) -> int:
    return (month - 4) % 12 // 3 + 1


def band(age: str) -> str:
    if not age:
        return "not_known"
    return "under_16" if int(age) < 16 else "aged_16_24" if int(age) < 25 else "aged_25_plus"


def by_hand(rows: list[list[str]]) -> dict[tuple[str, str, str, str], int]:
    """The counts of the form, one record and one person after the other."""
    order = {
        "risk": ["high", "medium", "standard", "none"],
        "sex": ["female", "male", "not_known"],
        "age": ["under_16", "aged_16_24", "aged_25_plus", "not_known"],
    }
    own = [dict(zip(HEADINGS, each, strict=True)) for each in rows]
    own = [each for each in own if each["Area"].strip().lower() == "north"]
    found: dict[tuple[str, str, str, str], int] = defaultdict(int)
    grouped = defaultdict(list)
    for each in own:
        grouped[each["Ref"]].append(each)
    seen = [quarter(int(each["Date"][3:5])) for each in own]
    if not seen:
        return {}
    for same in grouped.values():
        when = f"2024-25 Q{min(quarter(int(each['Date'][3:5])) for each in same)}"
        risk = min((_RISKS[each["Risk"]] for each in same), key=order["risk"].index)
        found["t.records", when, "", ""] += 1
        found["t.records", when, "risk", risk] += 1
        found["t.crimes", when, "", ""] += any(each["Type"] == "Crime" for each in same)
    first, last = min(seen), max(seen)
    year = "2024-25" if (first, last) == (1, 4) else f"2024-25 Q{first}"
    if year[-2] == "Q" and last > first:
        year += f"..Q{last}"
    people = defaultdict(list)
    for each in own:
        if each["Victim"]:
            people[each["Victim"]].append(each)
    for same in people.values():
        sex = min((_SEXES[each["Sex"]] for each in same), key=order["sex"].index)
        age = min((band(each["Age"]) for each in same), key=order["age"].index)
        found["t.victims", year, "age × sex", f"{age} × {sex}"] += 1
        found["t.repeat", year, "", ""] += len({each["Ref"] for each in same}) > 1
        for number in {quarter(int(e["Date"][3:5])) for e in same if e["Risk"] == "H"}:
            found["t.victims", f"2024-25 Q{number}", "", ""] += 1
    return {key: number for key, number in found.items() if number}


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads every extract row by row."""
    monkeypatch.setattr(records, "_from_file", lambda *_: False)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_extracts)
def test_counts_are_those_made_by_hand(tmp_path: Path, rows: list[list[str]]) -> None:
    expected = by_hand(rows)
    found, problems, notes = read(tmp_path / "extract.csv", rows)
    assert counts(found) == expected
    assert bool(problems) == (not expected), "only that no row is the council's own"
    again, _, same_notes = read(tmp_path / "extract.csv", [*rows[::-1], *rows])
    assert again == found, "neither order nor rows sent twice make a difference"
    assert {each.sentence for each in notes} == {each.sentence for each in same_notes}


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_extracts)
def test_reading_row_by_row_gives_the_same(
    tmp_path: Path, one_by_one: None, rows: list[list[str]]
) -> None:
    found, _, _ = read(tmp_path / "extract.csv", rows)
    assert counts(found) == by_hand(rows)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows_of_extracts, parts=st.sampled_from([2, 8]), way=st.sampled_from(["file", "rows"]))
def test_counting_in_parts_gives_the_same(
    tmp_path: Path, rows: list[list[str]], parts: int, way: str
) -> None:
    names = {"file": "_from_file", "rows": "_row_by_row"}
    whole = getattr(records, names[way])

    def short_of_memory(asked: Questions, *rest: Any) -> bool:
        if asked.parts < parts:
            raise duckdb.OutOfMemoryException
        return whole(asked, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_from_file", lambda *_: False)
        patch.setattr(records, names[way], short_of_memory)
        found, _, _ = read(tmp_path / "extract.csv", rows)
    assert counts(found) == by_hand(rows)


def test_an_observation_names_its_file_and_nothing_of_a_row(tmp_path: Path) -> None:
    found, problems, notes = read(tmp_path / "extract.csv", [row(), row("R2", "09/05/2024")])
    assert not problems and not notes
    first = found[0]
    assert list(first) == COLUMNS
    assert (first["value"], first["raw"], first["status"], first["row"]) == (2, "2", "final", 1)
    assert (first["partner"], first["received"]) == ("the police", "2025-05-01")


def test_quarters_without_any_record_at_the_ends_are_not_stated_and_others_are_nought(
    tmp_path: Path,
) -> None:
    rows = [row("R1", "05/04/2024", risk="S"), row("R2", "05/12/2024")]
    found, _, _ = read(tmp_path / "extract.csv", rows)
    totals = [
        (each["period"], int(each["value"]))
        for each in found
        if each["measure"] == "t.records" and not each["dimension"]
    ]
    assert totals == [("2024-25 Q1", 1), ("2024-25 Q2", 0), ("2024-25 Q3", 1)]
    repeat = next(each for each in found if each["measure"] == "t.repeat")
    assert (repeat["period"], repeat["value"]) == ("2024-25 Q1..Q3", 1), "part of a year"
    risks = [each["category"] for each in found if each["dimension"] == "risk"]
    assert risks.count("medium") == 3, "a category without any record is nought, not missing"


def test_several_codes_for_one_record_are_settled_and_said(tmp_path: Path) -> None:
    rows = [row(risk="S"), row(risk="H"), row("R2", risk=""), row("R2", risk="M")]
    found, problems, notes = read(tmp_path / "extract.csv", rows)
    assert not problems
    risks = {key[3]: number for key, number in counts(found).items() if key[2] == "risk"}
    assert risks == {"high": 1, "medium": 1}
    assert any("more than one risk" in each.sentence for each in notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_and_delimiters(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [row(victim="Vé"), row("R2", victim="Vè"), row("R3", victim="Vé")]
    content = as_csv(rows, delimiter).encode(encoding)
    found, problems, _ = read(tmp_path / "extract.csv", content)
    assert not problems
    assert counts(found)["t.repeat", "2024-25 Q1", "", ""] == 1


def test_a_title_block_blank_rows_and_windows_line_ends(tmp_path: Path) -> None:
    text = (
        "Domestic abuse extract\n\n"
        + as_csv([row()])
        + "\n,,,,,,,,\n"
        + "\n".join([",".join(row("R2"))])
    )
    for content in (text, text.replace("\n", "\r\n")):
        found, problems, _ = read(tmp_path / "extract.csv", content)
        assert not problems
        assert counts(found)["t.records", "2024-25 Q1", "", ""] == 2


def test_workbooks_are_read_too(tmp_path: Path) -> None:
    from datetime import datetime

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(HEADINGS)
    cells = row()
    cells[1], cells[6] = datetime(2024, 4, 5, 10, 30), 30  # type: ignore[call-overload]
    sheet.append(cells)
    path = tmp_path / "extract.xlsx"
    workbook.save(path)
    found, problems, _ = read_records(path, "extract.xlsx", SETTINGS, form(), TERMS)
    assert not problems
    assert counts(found)["t.records", "2024-25 Q1", "", ""] == 1


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("05/04/2024", 4),
        ("5/4/24", 4),
        ("05/04/2024 23:59", 4),
        ("05/04/2024 23:59:01", 4),
        ("05.04.24", 4),
        ("05-04-2024", 4),
        ("2024-04-05", 4),
        ("2024-04-05T10:00:00", 4),
        ("2024-04-05 10:00:00.000", 4),
        ("20240405", 4),
        ("05-Apr-24", 4),
        ("5 APR 2024", 4),
        ("05 April 2024", 4),
        ("30/06/2024", 6),
        ("01/07/2024", 7),
        ("31/03/2025", 3),
    ],
)
def test_dates_in_partners_forms(tmp_path: Path, text: str, month: int) -> None:
    found, problems, _ = read(tmp_path / "extract.csv", [row(date=text)])
    assert not problems
    assert counts(found)["t.records", f"2024-25 Q{quarter(month)}", "", ""] == 1


def test_a_date_with_the_month_first_must_be_declared(tmp_path: Path) -> None:
    rows = [row(date="04/30/2024")]
    assert read(tmp_path / "extract.csv", rows)[1]
    found, problems, _ = read(tmp_path / "extract.csv", rows, form(dates="month first"))
    assert not problems
    assert counts(found)["t.records", "2024-25 Q1", "", ""] == 1


def test_a_compound_key_and_rows_that_do_not_count(tmp_path: Path) -> None:
    used = form(record=["Ref", "Type"], keep={"risk": ["high", "medium"]})
    rows = [
        row("1", type="Crime"),
        row("1", type="Incident"),
        row("1", risk="S"),
        row("2", risk="M"),
    ]
    found, problems, notes = read(tmp_path / "extract.csv", rows, used)
    assert not problems
    assert counts(found)["t.records", "2024-25 Q1", "", ""] == 3
    assert "left out" in notes[0].sentence


def test_little_memory_makes_more_parts_and_the_same_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        row(f"R{number}", victim=f"V{number * 7919 % 80_000}", risk="HMS"[number % 3])
        for number in range(120_000)
    ]
    plenty, problems, _ = read(tmp_path / "extract.csv", rows)
    used = []
    whole = records._from_file
    monkeypatch.setattr(records_database, "_MOST_THREADS", 2)
    monkeypatch.setattr(
        records, "_from_file", lambda asked, *rest: used.append(asked.parts) or whole(asked, *rest)
    )
    for memory in ("24MB", "20MB", "16MB", "12MB"):
        little, more, _ = read(tmp_path / "extract.csv", rows, memory=memory)
        if max(used) > 1:
            break
    assert max(used) > 1, "it did not fit at once"
    assert not problems and not more
    assert little == plenty
    assert counts(plenty)["t.records", "2024-25 Q1", "", ""] == 120_000
    assert [each.name for each in tmp_path.iterdir()] == ["extract.csv"], "nothing was spilled"


@pytest.mark.parametrize(("megabytes", "parts"), [(600, 1), (1_200, 2), (5_000, 8)])
def test_a_file_that_would_not_fit_is_begun_in_parts(
    tmp_path: Path, megabytes: int, parts: int
) -> None:
    """One that is too large for memory would be read to its end in vain."""
    path = tmp_path / "extract.csv"
    with path.open("wb") as stream:
        stream.truncate(megabytes * 1_000_000)
    assert records._parts_of(path, "800MB") == parts
