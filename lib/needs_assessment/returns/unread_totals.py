"""Totals to which a form gives no meaning: they are not read, but must be the sum of what is.

A total is set against the rows above it, or the columns before it, where these make a whole: the
categories of a breakdown that adds up, or stretches of time of something that is summed up. It may
be that of all of them or of those since the total before it.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from needs_assessment.flags import Flag
from needs_assessment.periods import parse_period
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.layout import Column, Layout, Where, is_total
from needs_assessment.returns.layout_rows import BodyRow
from needs_assessment.returns.sheets import Sheet, in_rows, some
from needs_assessment.returns.statistic import AND
from needs_assessment.returns.tokens import bound, read_token

SUM = "parts do not add up"

_Observation = dict[str, Any]
Found = dict[tuple[int, int], _Observation]
"""What was read, by row (from 1) and column (from 0)."""


def check_totals(
    sheet: Sheet,
    layout: Layout,
    totals: list[BodyRow],
    found: Found,
    dictionary: Dictionary,
    where: Where,
) -> Iterator[Flag]:
    """A warning for each row and column of totals that is not the sum of what was read.

    It names places and no number: what is summed up may be hidden.
    """
    rows = [row.number for row in totals]
    for row in totals:
        wrong = [
            f"“{column.heading}”"
            for column in layout.values
            if _differs(row.cell(column.index), _above(sheet, row, column, rows, found), dictionary)
        ]
        if wrong:
            label = next(filter(is_total, row.cells), "")
            said = f"The totals row “{label}” is not the sum of the rows above it: {some(wrong)}."
            yield _flag(where, said, row.number)
    for column in layout.totals:
        wrong_rows = [
            row
            for row in sorted({row for row, _ in found})
            if _differs(
                _cell(sheet, row, column.index),
                _before(sheet, row, column, layout, found),
                dictionary,
            )
        ]
        if wrong_rows:
            said = f"The column “{column.heading}” is not the sum of the columns before it"
            yield _flag(where, f"{said} ({in_rows(wrong_rows)}).", wrong_rows[0])


def _flag(where: Where, sentence: str, row: int) -> Flag:
    return Flag("warning", SUM, where.form, sentence, where.file, where.sheet, row)


def _cell(sheet: Sheet, row: int, column: int) -> str:
    cells = sheet.rows[row - 1]
    return cells[column] if column < len(cells) else ""


_Parts = list[_Observation] | None
"""What a total may be the sum of; None where something among it was not read."""


def _above(
    sheet: Sheet, row: BodyRow, column: Column, totals: list[int], found: Found
) -> list[_Parts]:
    first = min((number for number, _ in found), default=row.number)
    last = max((number for number in totals if number < row.number), default=first - 1)
    places = [
        [(number, column.index) for number in range(start, row.number) if number not in totals]
        for start in dict.fromkeys((last + 1, first))
    ]
    return [_read(sheet, each, found) for each in places]


def _before(sheet: Sheet, row: int, column: Column, layout: Layout, found: Found) -> list[_Parts]:
    if column.period:
        year = column.period.period
        within = [
            (row, each.index)
            for each in layout.values
            if each.period and each.period.period.within(year)
        ]
        return [_read(sheet, within, found)]
    last = max((each.index for each in layout.totals if each.index < column.index), default=-1)
    places = [
        [(row, each.index) for each in layout.values if start < each.index < column.index]
        for start in dict.fromkeys((last, -1))
    ]
    return [_read(sheet, each, found) for each in places]


def _read(sheet: Sheet, places: Iterable[tuple[int, int]], found: Found) -> _Parts:
    filled = [place for place in places if _cell(sheet, *place)]
    if any(place not in found for place in filled):
        return None
    return [found[place] for place in filled]


def _differs(text: str, choices: list[_Parts], dictionary: Dictionary) -> bool:
    """Whether a total is certainly none of the sums that it may be."""
    token = read_token(text)
    if token is None or token.value is None or token.status == "approximate":
        return False
    known = [parts for parts in choices if parts is not None and _fit(parts, dictionary)]
    return (
        len(known) == len(choices)
        and any(parts[1:] for parts in known)
        and not any(_sums_up_to(parts, token.value) for parts in known)
    )


def _fit(parts: list[_Observation], dictionary: Dictionary) -> bool:
    """Whether parts are categories of one breakdown, or stretches of time, that add up."""
    if len({(part["measure"], part["area"]) for part in parts}) != 1:
        return not parts
    measure = dictionary[parts[0]["measure"]]
    named = {(part["dimension"], part["category"]) for part in parts}
    periods = sorted(parse_period(part["period"]) for part in parts)
    if measure.kind not in ("count", "money"):
        return False
    if len(named) == 1:
        return measure.over_time == "sum" and all(
            one.end < other.start for one, other in pairwise(periods)
        )
    dimensions = {dimension for dimension, _ in named}
    breakdowns = [measure.dimensions.get(name) for name in next(iter(dimensions)).split(AND)]
    return (
        len(named) == len(parts)
        and len(dimensions) == len({*periods}) == 1
        and all(each and each.answers == "one" and each.adds_up for each in breakdowns)
    )


def _sums_up_to(parts: list[_Observation], total: Decimal) -> bool:
    """Whether parts can be that much together, as far as each is known."""
    least, most = Decimal(0), Decimal(0)
    for part in parts:
        low, high = _range(part)
        least, most = least + low, most + high
    slack = _rounding([total, *(part["value"] for part in parts if part["value"] is not None)])
    return least - slack <= total <= most + slack


def _range(part: _Observation) -> tuple[Decimal, Decimal]:
    status, value = part["status"], part["value"]
    if status == "not applicable":
        return Decimal(0), Decimal(0)
    if value is not None and status != "approximate":
        return value, value
    limit = bound(status)
    if limit is not None and status.startswith("below"):
        return Decimal(0), Decimal(limit - 1)
    return Decimal(limit or 0), Decimal("Infinity")


def _rounding(values: list[Decimal]) -> Decimal:
    """How far a total may be off because the source rounds every number to 10, or to 5."""
    for step in (10, 5):
        if len(values) > 2 and any(values) and all(value % step == 0 for value in values):
            return Decimal(step * len(values)) / 2
    return Decimal(0)
