"""Record-level extracts: from rows about people to counts, and nothing of them but the counts.

A text file goes through DuckDB's own reader, in parallel. Its result stands only when every row
was read, by an independent count, and every row can be counted; otherwise the rows are read one by
one, so that each problem has its row. What identifies somebody ends in this step: no observation,
note or error holds anything that stands in a cell.
"""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from needs_assessment.council import Return
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.record_forms import RECORDS, Average, Count, Grain, RecordForm
from needs_assessment.returns.records_check import FATAL, Fault, check_form, explain, for_council
from needs_assessment.returns.records_database import MEMORY, connect
from needs_assessment.returns.records_dates import likely_formats
from needs_assessment.returns.records_rows import (
    Batch,
    count_rows,
    open_extract,
    unmapped_headings,
)
from needs_assessment.returns.records_sql import Questions
from needs_assessment.returns.statistic import AND, Terms

_MOST_PARTS = 64
# Of a text file so much, for each byte of memory, has been seen to fit.
_FITTING = 0.8
_MOST_FAULTS = 10_000


@dataclass
class Tally:
    """What was counted: for each count of the form, how many by (when, category numbers…), and for
    each average by when (days in all, number of records).

    Months are year × 12 + month − 1, quarters year × 4 + quarter − 1; `months` are those with
    records. `several`: the counts in which some record or person had more than one category.
    `unidentified`: kinds of people
    missing from some rows. `left_out`, `outside`: whether rows of others, or of other years, were
    left out. `cut_short`: so much was wrong that reading stopped.
    """

    counts: list[Counter[tuple[int | None, ...]]]
    averages: list[dict[int | None, tuple[int, int]]]
    months: set[int] = field(default_factory=set)
    several: set[int] = field(default_factory=set)
    unidentified: set[str] = field(default_factory=set)
    left_out: bool = False
    outside: bool = False
    cut_short: bool = False
    faults: dict[tuple[str, str, bool], Fault] = field(default_factory=dict)

    def fault(self, kind: str, name: str = "", blank: bool = False) -> Fault:
        return self.faults.setdefault((kind, name, blank), Fault(kind, name, blank))


def read_records(
    path: Path,
    name: str,
    settings: Return,
    form: RecordForm,
    terms: Terms,
    memory: str = MEMORY,
) -> tuple[list[dict[str, Any]], list[AssessmentError], list[Flag]]:
    """The observations of one extract (rows as `observations.COLUMNS`), its problems, its notes.

    Where a row cannot be counted, every count that it may belong to is withheld: a count that
    would be short is not given. `terms.period` is the edition's, `memory` what DuckDB
    may use, in MB.
    """
    if terms.period is None:
        raise ValueError("an extract is counted within a period")
    try:
        own, other = check_form(form, terms)
        form = for_council(form, terms.dictionary)
        extract = open_extract(path, name, form)
        questions = Questions(form, extract, terms.period, own, other, {}, secrets.token_hex(16))
        tally = _tally(questions, memory)
    except AssessmentError as error:
        return [], [error], []
    except duckdb.Error:
        return [], [_cannot_be_counted(name)], []
    problems = unmapped_headings(extract, form)
    problems += explain(extract, form, terms.period, tally.faults.values())
    if not tally.faults and not tally.months:
        problems.append(
            AssessmentError(
                f"{extract}: no row lies in {terms.areas[terms.own_area].name} and in "
                f"{terms.period.words()}.",
                f"Check that it is the right file, and params/mappings/{form.name}.yml.",
            )
        )
    return _observations(questions, tally, settings, terms), problems, _notes(questions, tally)


def _tally(questions: Questions, memory: str) -> Tally:
    """Raises AssessmentError when the rows cannot be read to the end."""
    extract = questions.extract
    likely, known = likely_formats(extract, questions.form)
    if extract.encoding == "utf-8-sig" and likely[questions.form.date]:
        parts = _parts_of(extract.path, memory)
        found = _in_parts(replace(questions, formats=likely), memory, _from_file, parts)
        if found:
            return found
    exact = _in_parts(replace(questions, formats=known), memory, _row_by_row)
    if exact is None:
        raise _cannot_be_counted(str(extract))
    return exact


def _cannot_be_counted(name: str) -> AssessmentError:
    """The line for what only the database can explain, whose words may hold a value."""
    return AssessmentError(
        f"{name} cannot be counted.", "Export it again as CSV UTF-8, or save it as .xlsx."
    )


def _parts_of(path: Path, memory: str) -> int:
    """As many parts as a text file's size asks for, a power of two: that one was too large would
    only be seen once it was read.
    """
    room = _FITTING * 1_000_000 * int(memory.removesuffix("MB"))
    parts = 1
    while parts < _MOST_PARTS and path.stat().st_size > room * parts:
        parts *= 2
    return parts


def _in_parts(
    questions: Questions,
    memory: str,
    read: Callable[[Questions, str, Tally], bool],
    parts: int = 1,
) -> Tally | None:
    """The tally over all parts, `parts` or as few more as memory allows; None when the rows cannot
    be read so.

    What DuckDB says of a failure can hold a value: it is dropped, not chained. Raises
    AssessmentError when there is too little memory for any number of parts.
    """
    while parts <= _MOST_PARTS:
        form = questions.form
        tally = Tally([Counter() for _ in form.counts], [{} for _ in form.averages])
        try:
            for part in range(parts):
                if not read(replace(questions, parts=parts, part=part), memory, tally):
                    return None
            return tally
        except duckdb.OutOfMemoryException:
            parts *= 2
        except duckdb.Error:
            return None
    raise AssessmentError(
        f"{questions.extract} has too many rows to be counted in {memory} of memory.",
        "Split it by year or by council, and list each part as a return.",
    )


def _from_file(questions: Questions, memory: str, tally: Tally) -> bool:
    """Adds one part of a text file to the tally; False when its rows must be looked at singly."""
    expected = count_rows(questions.extract.path, questions.extract.header)
    with connect(questions.extract.path, memory) as database:
        database.execute(questions.load)
        rows, amiss = _summarise(database, questions, tally)
        if rows != expected or amiss:
            return False
        _ask(database, questions, tally)
    return True


def _row_by_row(questions: Questions, memory: str, tally: Tally) -> bool:
    """Adds one part of the rows to the tally, and what is wrong with any of them."""
    with connect(questions.extract.path, memory) as database:
        first = True
        for batch in questions.extract.batches():
            database.register("batch", _frame(batch, questions))
            database.execute(
                "CREATE OR REPLACE TEMP TABLE seen AS " + questions.classified("batch", exact=True)
            )
            database.unregister("batch")
            database.execute(questions.load_batch(first))
            first = False
            for kind, name, blank, text, row, rows in database.execute(questions.faults).fetchall():
                tally.fault(kind, name, blank).add(text, row, rows)
            if questions.part == 0:
                for row in batch.broken:
                    tally.fault("rows").add(row, row, 1)
            if any(fault.rows > _MOST_FAULTS for fault in tally.faults.values()):
                tally.cut_short = True
                return True
        if not first:
            _summarise(database, questions, tally)
            _ask(database, questions, tally)
    return True


def _frame(batch: Batch, questions: Questions) -> pd.DataFrame:
    """The columns that are read, as DuckDB takes them."""
    columns: dict[str, Any] = {"r": batch.numbers}
    for heading in questions.form.needed:
        index = questions.column(heading)
        columns[f"c{index}"] = [row[index] for row in batch.rows]
    frame = pd.DataFrame(columns)
    return frame.astype({name: object for name in columns if name != "r"})


def _summarise(
    database: duckdb.DuckDBPyConnection, questions: Questions, tally: Tally
) -> tuple[int, bool]:
    """How many rows were read, and whether any is at fault."""
    found = database.execute(questions.summary).fetchall()[0]
    rows, matter, amiss, outside, *missing = found
    tally.left_out |= rows is not None and matter < rows
    tally.outside |= outside
    people = questions.form.people
    tally.unidentified |= {name for name, lacks in zip(people, missing, strict=True) if lacks}
    return rows or 0, amiss


def _ask(database: duckdb.DuckDBPyConnection, questions: Questions, tally: Tally) -> None:
    tally.months |= {month for (month,) in database.execute(questions.months_seen).fetchall()}
    database.execute(questions.resolve)
    for index, count in enumerate(questions.form.counts):
        for *key, number, several in database.execute(questions.count(count)).fetchall():
            tally.counts[index][tuple(key)] += number
            if several:
                tally.several.add(index)
    for found, average in zip(tally.averages, questions.form.averages, strict=True):
        for when, days, number in database.execute(questions.average(average)).fetchall():
            before = found.get(when, (0, 0))
            found[when] = (before[0] + days, before[1] + number)


def _observations(
    questions: Questions, tally: Tally, settings: Return, terms: Terms
) -> list[dict[str, Any]]:
    """Every count that can be given, with its zeros: between the first and the last quarter that
    has records (or month, for counts by month), a category without any is a true nought. Others
    are not stated. Then the averages."""
    form, extract = questions.form, questions.extract
    if not tally.months or tally.cut_short or _spoilt(form, tally):
        return []
    rows: list[dict[str, Any]] = []

    def add(counted: Count | Average, period: Period, by: tuple[str, str], found: _Found) -> None:
        value, raw, status = found
        rows.append(
            {
                "measure": counted.measure,
                "period": period.text,
                "area": terms.own_area,
                "dimension": by[0],
                "category": by[1],
                "partner": settings.partner,
                "value": value,
                "raw": raw,
                "status": status,
                "nature": settings.nature,
                "received": settings.received.isoformat(),
                "file": extract.name,
                "sheet": extract.sheet,
                "row": extract.header,
                "note": counted.note,
            }
        )

    for count, numbers in zip(form.counts, tally.counts, strict=True):
        if _withheld(tally, {*count.by.values(), *count.where}, {count.of}):
            continue
        for when, period in _stretches(tally.months, count.each):
            for categories, dimension, category in _breakdown(form, count):
                value = numbers[(when, *categories)]
                add(count, period, (dimension, category), (Decimal(value), str(value), "final"))
    for average, sums in zip(form.averages, tally.averages, strict=True):
        if _withheld(tally, {*average.where}, {average.start, average.end, average.measure}):
            continue
        for when, period in _stretches(tally.months, average.each):
            if when in sums:
                add(average, period, ("", ""), _averaged(average, *sums[when], terms))
    return rows


_Found = tuple[Decimal | None, str, str]


def _averaged(average: Average, days: int, number: int, terms: Terms) -> _Found:
    """The average, to one decimal; withheld over fewer records than counts are shown of."""
    if number < terms.suppress_below:
        return None, "c", "confidential"
    unit = terms.dictionary[average.measure].unit
    value = Decimal(days) / number / (7 if unit == "weeks" else 1)
    value = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return value, str(value), "final"


def _stretches(months: set[int], each: Grain) -> list[tuple[int | None, Period]]:
    """Each month or quarter from the first with records to the last, or all quarters as one."""
    first, last = min(months), max(months)
    if each == "month":
        return [(month, _stretch(month, month)) for month in range(first, last + 1)]
    quarters = range(first // 3, last // 3 + 1)
    if each == "year":
        return [(None, _stretch(quarters[0] * 3, quarters[-1] * 3 + 2))]
    return [(quarter, _stretch(quarter * 3, quarter * 3 + 2)) for quarter in quarters]


def _breakdown(form: RecordForm, count: Count) -> list[tuple[tuple[int, ...], str, str]]:
    """The cells of a count: (category numbers, dimension, category), dimensions in order."""
    choices = []
    for used in count.by.values():
        categories = form.fields[used].categories
        wanted = count.where.get(used, categories)
        choices.append([(categories.index(each), each) for each in categories if each in wanted])
    cells = []
    for chosen in product(*choices):
        pairs = sorted(zip(count.by, (category for _, category in chosen), strict=True))
        dimension = AND.join(name for name, _ in pairs)
        category = AND.join(each for _, each in pairs)
        cells.append((tuple(number for number, _ in chosen), dimension, category))
    return cells


def _stretch(first: int, last: int) -> Period:
    """From one month (year × 12 + month − 1) to another."""
    texts = [f"{month // 12}-M{month % 12 + 1:02d}" for month in (first, last)]
    return parse_period("..".join(dict.fromkeys(texts)))


def _spoilt(form: RecordForm, tally: Tally) -> bool:
    """Whether rows cannot be placed, so that they may belong to any count."""
    return any(
        fault.kind in FATAL or (fault.kind == "field" and fault.name in form.keep)
        for fault in tally.faults.values()
    )


def _withheld(tally: Tally, fields: set[str], names: set[str]) -> bool:
    """Whether a fault bears on a count or average of these fields, and of these people or days."""
    return any(
        (fault.kind == "field" and fault.name in fields)
        or (fault.kind in ("people", "day", "order") and fault.name in names)
        for fault in tally.faults.values()
    )


def _notes(questions: Questions, tally: Tally) -> list[Flag]:
    """What was left out or decided, in words; no number, since it may be small."""
    form, extract = questions.form, questions.extract
    sentences = []
    if tally.left_out:
        sentences.append("Rows of other areas, and rows that the form does not keep, are left out.")
    if tally.outside and form.outside == "leave out":
        sentences.append(f"Rows dated outside {questions.period.words()} are left out.")
    sentences += [
        f"Some rows do not identify the {name}: people not identified are not counted."
        for name in sorted(tally.unidentified)
    ]
    for index in sorted(tally.several):
        count = form.counts[index]
        what = "record" if count.of == RECORDS else count.of
        by = " and ".join(count.by) or count.each
        sentences.append(
            f"{count.measure}: where a {what} has more than one {by}, the first listed in the form "
            f"counts, or the earliest {count.each}."
        )
    return [
        Flag("note", "records", form.name, sentence, extract.name, extract.sheet, extract.header)
        for sentence in dict.fromkeys(sentences)
    ]
