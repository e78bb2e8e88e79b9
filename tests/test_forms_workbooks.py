"""Workbooks for partners: what is filled in comes back, and only that may be filled in."""

import io
from decimal import Decimal
from itertools import cycle
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from founded import (
    CODE,
    DICTIONARY,
    FORMS,
    TODAY,
    YEAR,
    complete,
    empty_project,
    empty_workbook,
    evidence_of,
    fill,
    found,
    places,
    read,
)
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.returns.standard import EXAMPLE, HEADINGS, LISTS, is_empty_form
from needs_assessment.returns.templates import form_workbook

# What spreadsheets would take for a formula, and what readers may trip over.
NOTES = ("=1+1", "+44", "-", "@sum", '=HYPERLINK("x")', "“né”, à", "a\nb", "", "'", "1e5", "nan")


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    return empty_project(tmp_path / "project")


def test_every_partner_has_a_workbook_and_every_measure_one_place() -> None:
    files = [form.file for form in FORMS]
    wanted = "police marac idva caseworker refuge housing children perpetrators programme"
    wanted += " adult-social-care funding health voice population"
    assert {f"{each}.xlsx" for each in wanted.split()} <= {*files}
    assert len(set(files)) == len(files)
    asked = [measure.id for form in FORMS for measure in form.measures]
    assert len(set(asked)) == len(asked)
    counts = {measure.id for measure in DICTIONARY.values() if not measure.claims}
    assert counts <= set(asked)


def test_filled_in_the_workbooks_come_back_exactly(empty: Project) -> None:
    founded = found(empty)
    put = set()
    values = {
        "count": cycle(["0", "7", "1204", "<5", "c", "x", "z", "almost 9,000", "10 or greater"]),
        "share": cycle(["28.74", "40%", "c"]),
    }
    amounts = cycle(["28.74", "12", "x"])
    notes = cycle(NOTES)
    periods = cycle(["2024-25", "2024-25 Q3", "2024-M05", "@2025-03-31"])
    *files, quotes = founded.returns
    assert quotes.endswith("voice-quotes.xlsx")
    for file, form in zip(files, FORMS, strict=True):
        assert file.endswith(form.file)
        rows = []
        for measure, dimension, category in places(form):
            value = next(values.get(DICTIONARY[measure].kind, amounts))
            area = "" if len(rows) % 2 else CODE
            rows.append((measure, next(periods), area, dimension, category, value, next(notes)))
        fill(empty.root / file, rows)
        put |= {(each[0], each[1], CODE, *each[3:], form.partner) for each in rows}
    complete(empty)
    evidence = evidence_of(empty)
    assert evidence.problems == []
    columns = [*HEADINGS[:5], "raw", "note", "partner"]
    read = list(evidence.observations[columns].itertuples(index=False, name=None))
    assert len(read) == len(put)
    assert set(read) == put


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_filled_in_comes_back(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    form = data.draw(st.sampled_from(FORMS))
    chosen = data.draw(st.lists(st.sampled_from(list(places(form))), unique=True, max_size=12))
    counts = st.integers(0, 10**7).map(str) | st.sampled_from(["<5", "c", "x", "1,204"])
    amounts = st.decimals(0, 10**7, places=2).map(str)
    words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
    rows = [
        (
            measure,
            data.draw(st.sampled_from(["2024-25", "2024-25 Q1", "2024-M12", "@2025-03-31"])),
            data.draw(st.sampled_from(["", CODE])),
            dimension,
            category,
            data.draw(counts if DICTIONARY[measure].kind == "count" else amounts),
            data.draw(words),
        )
        for measure, dimension, category in chosen
    ]
    path = tmp_path_factory.mktemp("filled") / form.file
    path.write_bytes(empty_workbook(form))
    assert is_empty_form(path)
    fill(path, rows)
    assert is_empty_form(path) is (not rows)
    observations, problems = read(path, form)
    assert problems == []
    got = [tuple(each[key] for key in (*HEADINGS[:5], "raw", "note")) for each in observations]
    assert got == [(*row[:2], CODE, *row[3:]) for row in rows]
    for each in observations:
        if each["status"] == "final":
            assert each["value"] == Decimal(each["raw"].replace(",", ""))


def test_the_example_row_is_passed_over_only_as_it_was(empty: Project) -> None:
    found(empty)
    complete(empty)
    assert evidence_of(empty).observations.empty
    path = empty.returns("rutland") / "2024-25" / "refuge.xlsx"
    book = openpyxl.load_workbook(path)
    assert book["standard"]["A2"].value.startswith(EXAMPLE)
    book["standard"]["F2"].value = "31"
    book.save(path)
    assert not is_empty_form(path)
    (problem,) = evidence_of(empty).problems
    assert "refuge.xlsx" in str(problem) and "row 2" in str(problem) and EXAMPLE in str(problem)


def test_a_filled_in_workbook_that_is_not_listed_is_reported(empty: Project) -> None:
    found(empty)
    assert evidence_of(empty).problems == []
    path = empty.returns("rutland") / "2024-25" / "idva.xlsx"
    fill(path, [("idva.referrals", "2024-25", "", "", "", "7", "")])
    (problem,) = evidence_of(empty).problems
    assert "idva.xlsx is not described" in str(problem)
    complete(empty, "idva.xlsx")
    evidence = evidence_of(empty)
    assert evidence.problems == [] and list(evidence.observations["raw"]) == ["7"]


def test_drop_downs_hold_what_the_dictionary_allows() -> None:
    for form in FORMS:
        book = openpyxl.load_workbook(io.BytesIO(empty_workbook(form)))
        sheet, lists = book["standard"], book[LISTS]
        assert tuple(cell.value for cell in sheet[1]) == HEADINGS
        columns = [
            [cell.value for cell in column if cell.value is not None][1:]
            for column in lists.iter_cols()
        ]
        measures, periods, areas, with_dimension, dimensions, keys, categories = columns
        assert measures == [each.id for each in form.measures]
        assert areas == [CODE]
        assert all(parse_period(each).text == each for each in periods)
        # A drop-down takes the cells beside a run of equal keys: the runs must be whole.
        for every in (with_dimension, keys):
            runs = [key for number, key in enumerate(every) if every[number - 1 : number] != [key]]
            assert len(runs) == len(set(runs))
        allowed = list(zip(keys, categories, strict=True))
        assert allowed == [
            (f"{measure}|{name}", category) for measure, name, category in places(form) if name
        ]
        pairs = set(zip(with_dimension, dimensions, strict=True))
        assert pairs == {(key.split("|")[0], key.split("|")[1]) for key in keys}
        checks = {str(each.sqref): each for each in sheet.data_validations.dataValidation}
        for column, last in (("A", len(measures)), ("B", len(periods)), ("C", 1)):
            check = checks[f"{column}2:{column}2000"]
            assert (check.type, check.formula1) == (
                "list",
                f"lists!${column}$2:${column}${last + 1}",
            )
        for column, keyed in (("D", "$A2"), ("E", '$A2&"|"&$D2')):
            check = checks[f"{column}2:{column}2000"]
            assert check.type == "list" and keyed in check.formula1
        for check in checks.values():
            # The longest that spreadsheets accept.
            assert len(check.formula1 or "") <= 255 and len(check.prompt) <= 255
            assert len(check.promptTitle) <= 32


def test_nothing_in_a_workbook_is_a_formula() -> None:
    for form in FORMS:
        content = form_workbook(form, '=HYPERLINK("x","y")', YEAR, [(CODE, "=2+2")], TODAY)
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
            assert "f" not in kinds
            texts = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            assert all(cell.number_format == "@" for cell in texts)


def test_the_notes_explain_every_measure_and_category() -> None:
    for form in FORMS:
        notes = openpyxl.load_workbook(io.BytesIO(empty_workbook(form)))["Notes"]
        rows = [tuple(cell or "" for cell in row) for row in notes.iter_rows(values_only=True)]
        explained = {(row[0], row[3], row[4]) for row in rows if len(row) > 5 and row[5]}
        assert set(places(form)) <= explained
        for measure in form.measures:
            meaning = next(row[5] for row in rows if row[0] == measure.id)
            assert " ".join(measure.definition.split()) in meaning
