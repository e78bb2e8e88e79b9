"""What each column of a table holds, by its headings."""

import re

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period
from needs_assessment.returns.layout import Column, Found, Layout, Where, is_total
from needs_assessment.returns.layout_headings import is_period
from needs_assessment.returns.mapping import SHEET, TITLE, Row, Table, plain
from needs_assessment.returns.sheets import Sheet, column_letters, some
from needs_assessment.spellings import Written, written_period

_LONGEST_PERIOD = 9
_TOTAL = re.compile(r"^(?:grand )?totals?\b(?: for)?|\b(?:grand )?totals?$", re.IGNORECASE)
_LACKS_YEAR = "They lack the year: say it in params/mappings/{}.yml, under period."


def stand_for(written: Written, table: Table) -> Written:
    """A period as the form means it: where dates stand for months, the month of a date."""
    period = written.period
    if table.dates == "month" and period.is_point and not written.canonical:
        return written_period(f"{period.end:%B %Y}")
    return written


def base_period(
    sheet: Sheet, table: Table, start: int, header: int, where: Where
) -> Written | None:
    """The period that holds for the whole table. Raises AssessmentError when none is to be had."""
    if not table.period:
        return None
    if table.period == SHEET:
        try:
            return written_period(sheet.name)
        except AssessmentError as error:
            raise AssessmentError(
                f"{where}: the sheet's name should be a period. {error.message}", error.hint
            ) from None
    if table.period != TITLE:
        return written_period(table.period)
    found = {
        each.period: each
        for row in sheet.rows[start:header]
        for cell in row
        for each in _periods_in(cell)
    }
    if len(found) != 1:
        said = ", ".join(period.words() for period in found) or "none"
        raise AssessmentError(
            f"{where}: the title above row {header + 1} should name one period; found {said}.",
            f"Correct it, or give the period in params/mappings/{where.form}.yml.",
        )
    return next(iter(found.values()))


def _periods_in(text: str) -> list[Written]:
    """The stretches of time that a text names; dates are not."""
    words = text.split()
    found = []
    position = 0
    while position < len(words):
        for length in range(min(_LONGEST_PERIOD, len(words) - position), 0, -1):
            try:
                candidate = " ".join(words[position : position + length]).strip("(),.;:")
                written = written_period(candidate)
            except AssessmentError:
                continue
            if not written.period.is_point:
                found.append(written)
            position += length - 1
            break
        position += 1
    return found


def read_columns(
    headings: list[tuple[str, ...]], table: Table, header: int, base: Written | None, where: Where
) -> Found:
    """What each column holds; columns that hold nothing the form knows are problems or notes."""
    named = {
        plain(heading): (role, position)
        for role, words in table.role_headings.items()
        for position, heading in enumerate(words)
    }
    named[plain(table.label_column)] = ("label", 0)
    skipped = {plain(heading) for heading in table.ignore_columns}
    roles: list[tuple[int, Column]] = []
    values: list[Column] = []
    unnamed, unknown, totals = [], [], list[Column]()
    problems: list[AssessmentError] = []
    for index, parts in enumerate(headings):
        heading = " ".join(" ".join(parts).split())
        if index == table.label_index:
            roles.append((0, Column(index, table.label_column, "label")))
        elif not parts:
            unnamed.append(index)
        elif found := named.get(plain(heading)) or named.get(plain(parts[-1])):
            roles.append((found[1], Column(index, heading, found[0])))
        elif not {plain(heading), *map(plain, parts)} & skipped:
            column = _value_column(index, parts, table, base)
            if column is None:
                period = _period_of_total(parts, base)
                if table.layout == "wide" and (period or any(map(is_total, parts))):
                    totals.append(Column(index, heading, period=period))
                else:
                    unknown.append(heading)
            elif same := next((one for one in values if _same(one, column)), None):
                problems.append(_repeated(same, column, header, where))
            else:
                values.append(column)
    if unknown:
        problems.append(
            AssessmentError(
                f"{where} has columns that form “{where.form}” does not map: {some(unknown, 12)}.",
                _LACKS_YEAR.format(where.form)
                if all(map(is_period, unknown))
                else "Remove them, or map them in params/mappings/.",
            )
        )
    notes = [
        where.note(
            "column not read",
            f"The column “{column.heading}” holds totals and is not read.",
            header + 1,
        )
        for column in totals
    ]
    ordered = [column for _, column in sorted(roles, key=lambda each: each[0])]
    columns = (*ordered, *values)
    layout = Layout(header, header, header, columns, tuple(unnamed), base, tuple(totals))
    return Found(layout, tuple(problems), tuple(notes))


def _repeated(first: Column, second: Column, header: int, where: Where) -> AssessmentError:
    columns = f"{column_letters(first.index)} and {column_letters(second.index)}"
    return AssessmentError(
        f"{where}, row {header + 1}: the headings of columns {columns} both mean "
        f"“{second.heading}”.",
        "Keep one of the columns, or tell them apart.",
    )


def _value_column(
    index: int, parts: tuple[str, ...], table: Table, base: Written | None
) -> Column | None:
    """A column of values: what its headings count, and the period that remains of them."""
    if table.layout == "long":
        return None
    heading = " ".join(" ".join(parts).split())
    known = {plain(word): row for word, row in table.values.items()}
    if plain(heading) in known:
        return Column(index, heading, counts=known[plain(heading)])
    counts = Row()
    rest = []
    for part in parts:
        if plain(part) in known:
            said = known[plain(part)].model_dump(exclude_defaults=True)
            if said.keys() & counts.model_dump(exclude_defaults=True).keys():
                return None
            counts = counts.model_copy(update=said)
        else:
            rest.append(part)
    if not rest:
        return Column(index, heading, counts=counts)
    if "period" in table.columns:
        return None
    year: Period | None = base.period if base else None
    for words in (rest, rest[::-1]):
        try:
            period = stand_for(written_period(" ".join(words), year), table)
            return Column(index, heading, counts=counts, period=period)
        except AssessmentError:
            continue
    return None


def _period_of_total(parts: tuple[str, ...], base: Written | None) -> Written | None:
    """The period of which a heading such as “Total 2024/25” says that it is the total."""
    heading = " ".join(parts)
    rest = _TOTAL.sub("", heading).strip()
    if rest == heading:
        return None
    try:
        return written_period(rest, base.period if base else None)
    except AssessmentError:
        return None


def _same(one: Column, other: Column) -> bool:
    periods = [each.period and each.period.period for each in (one, other)]
    return one.counts == other.counts and periods[0] == periods[1]
