"""Every number that a report gives for its indicators, wherever it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from needs_assessment.audit.formulas import Formula
from needs_assessment.audit.intervals import Span
from needs_assessment.audit.keys import Context, period_of
from needs_assessment.audit.numerals import (
    Numeral,
    read_base,
    read_interval,
    read_numeral,
)
from needs_assessment.audit.shown import Shown, ShownTable, merged_tables, plain

JSON = "indicators.json"
_DIGITS = 1e-9
_ROUNDED_TO = 6
_COUNTS = "numerator", "denominator"
_STEP = re.compile(r"[+\-−]£?\d[\d,]*(?:\.\d+)?")
_APART = re.compile(r"(?:: |, )(?=[^:,]+$)")

# How many rows of a table must agree with those of a breakdown for it to show that breakdown.
_ENOUGH = 2


@dataclass(frozen=True)
class Said:
    """One number that a report gives for an indicator: value, lower, upper, numerator or
    denominator, or its value of another `period`. It lies within `span`.
    """

    indicator: str
    part: str
    span: Span
    source: str
    period: str = ""


def said_of_indicators(shown: Shown, context: Context) -> list[Said]:
    """Every number that a report gives for its indicators."""
    exact = _unrounded(shown.indicators)
    found = [
        said
        for entry in shown.indicators
        if not _about(entry, context.public.formula(str(entry["id"])))
        for said in (*_entry(entry, exact=exact), *_by_quarter(entry, context, exact=exact))
    ]
    benchmarks = {str(entry["id"]): _benchmarks(entry) for entry in shown.indicators}
    groups = _groups(shown.indicators)
    for name, versions in merged_tables(shown.tables).items():
        first = list(_rows(versions[0], context, name))
        found += first
        told = {(said.indicator, said.part, said.span) for said in first}
        for version in versions[1:]:
            more = _rows(version, context, f"{name} in {version.artefact}")
            found += [each for each in more if (each.indicator, each.part, each.span) not in told]
        for version in versions:
            found += _hidden_rows(version, f"{name} in {version.artefact}", groups)
    for figure in shown.figures:
        formula = context.public.formula(figure.indicator)
        if formula and not formula.breakdown:
            level = benchmarks.get(figure.indicator, set())
            found += _figure(formula, figure.text, figure.artefact, level)
    return [said for said in dict.fromkeys(found) if context.public.formula(said.indicator)]


def _rows(table: ShownTable, context: Context, source: str) -> Iterator[Said]:
    """The numbers of a table of indicators."""
    headings = [plain(text).casefold() for text in table.columns]
    if not headings or headings[0] != "indicator":
        return
    names = context.public.formula_names
    periods = [_period_of(heading, context) for heading in headings]
    for row in table.rows:
        label = plain(row[0]).casefold()
        # A dashboard puts the unit of an indicator after its name.
        name = names.get(label) or names.get(label.rpartition(" (")[0])
        if not name:
            continue
        formula = context.public.formulas[name]
        for heading, period, text in zip(headings[1:], periods[1:], row[1:], strict=False):
            if period is None:
                yield from _column(formula, heading, text, source)
            else:
                found = _value(formula, read_numeral(text), source)
                yield from (replace(each, period=period) for each in found)
        yield from _moved(formula, dict(zip(headings, row, strict=False)), source)


def _period_of(heading: str, context: Context) -> str | None:
    """The period whose values stand in a column, "" for that of the report; None for a column of
    another kind. What was published is read in the report that published it.
    """
    period = period_of(heading.removeprefix("draft, "), context.period)
    return period and ("" if period == context.period else str(period))


def _moved(formula: Formula, row: Mapping[str, str], source: str) -> Iterator[Said]:
    """What follows for the draft from what was published and by how much it moved, which stands in
    one column, and in parts in another.
    """
    before = next((text for head, text in row.items() if head.startswith("published, ")), "")
    start = read_numeral(before)
    if start is None or start.about:
        return
    change = _STEP.match(row.get("change", ""))
    steps = [change[0]] if change else _STEP.findall(row.get("put down to", ""))
    numbers = [start, *(step for text in steps if (step := read_numeral(text)))]
    if len(numbers) > 1:
        spans = [each.exact if formula.kind == "count" else each.rounded for each in numbers]
        low, high = (sum(span[end] for span in spans) for end in (0, 1))
        yield Said(formula.id, "value", (low, high), source)


def _benchmarks(entry: dict[str, Any]) -> set[float]:
    """The benchmarks an indicator stands beside: sentences mark them as they mark its value."""
    held = [entry.get("benchmark"), *(entry.get("other_benchmarks") or [])]
    return {float(each["value"]) for each in held if each and each.get("value") is not None}


def _unrounded(entries: Iterable[dict[str, Any]]) -> bool:
    """Whether the numbers of a file have more digits than anybody would round to."""
    numbers = [entry.get(part) for entry in entries for part in ("value", "lower", "upper")]
    return any(
        isinstance(number, float) and round(number, _ROUNDED_TO) != number for number in numbers
    )


def _about(entry: dict[str, Any], formula: Formula | None) -> bool:
    """Whether the numbers of an entry rest on counts that were given with “about”. What a survey
    estimates is called approximate for itself.
    """
    surveyed = formula is not None and bool(formula.survey[0])
    approximate = entry.get("status") == "approximate" and not surveyed
    return approximate and entry.get("kind") in ("count", "estimate")


def _entry(entry: dict[str, Any], *, exact: bool) -> Iterator[Said]:
    """The numbers of an entry of `indicators.json`. `exact`: the file's numbers are not rounded."""
    parts = ["value", "lower", "upper", *_COUNTS]
    for part in parts:
        number = entry.get(part)
        if isinstance(number, int | float):
            edge = abs(number) * _DIGITS + _DIGITS
            span = (number - edge, number + edge)
            if not exact and part not in _COUNTS and entry.get("kind") != "count":
                span = Numeral(Decimal(repr(number))).rounded
            yield Said(str(entry["id"]), part, span, JSON)
    previous = entry.get("previous")
    if previous and isinstance(previous.get("value"), int | float):
        number = previous["value"]
        edge = abs(number) * _DIGITS + _DIGITS
        yield Said(
            str(entry["id"]), "value", (number - edge, number + edge), JSON, previous["period"]
        )


def _by_quarter(entry: dict[str, Any], context: Context, *, exact: bool) -> Iterator[Said]:
    """The numbers of an entry of a dashboard: the part year, and each quarter."""
    held = {str(context.period): entry.get("so_far"), **entry.get("quarters", {})}
    for period, numbers in held.items():
        own = {**(numbers or {}), "id": entry["id"], "kind": entry.get("kind", "")}
        if not _about(own, context.public.formula(str(entry["id"]))):
            when = "" if period == str(context.period) else period
            yield from (replace(each, period=when) for each in _entry(own, exact=exact))


def _column(formula: Formula, heading: str, text: str, source: str) -> Iterator[Said]:
    if heading == "value":
        yield from _value(formula, read_numeral(text), source)
    elif "interval" in heading:
        yield from _interval(formula, text, source)
    elif heading == "based on":
        yield from _counts(formula, text, source)


def _figure(formula: Formula, text: str, source: str, benchmarks: set[float]) -> Iterator[Said]:
    """A figure in a sentence: a value, an interval or a base."""
    number = read_numeral(text)
    if number is None:
        yield from _interval(formula, text, source)
        if re.search(r" (?:of|against|divided by) ", text):
            yield from _counts(formula, text, source)
    elif float(number.value) in benchmarks:
        return
    elif formula.kind == "count" or number.percent or not number.whole:
        yield from _value(formula, number, source)


def _value(formula: Formula, number: Numeral | None, source: str) -> Iterator[Said]:
    if number is not None and not (formula.kind == "count" and number.about):
        if formula.multiplier == 100 and not number.percent and abs(number.value) < 1:
            # A workbook holds a percentage as a part of 1.
            number = Numeral(number.value.scaleb(2), percent=True)
        span = number.exact if formula.kind == "count" else number.rounded
        yield Said(formula.id, "value", span, source)


def _interval(formula: Formula, text: str, source: str) -> Iterator[Said]:
    found = read_interval(text)
    if found:
        yield Said(formula.id, "lower", found[0].rounded, source)
        yield Said(formula.id, "upper", found[1].rounded, source)


def _counts(formula: Formula, text: str, source: str) -> Iterator[Said]:
    for part, number in zip(_COUNTS, read_base(text), strict=True):
        if number is not None and number.whole:
            yield Said(formula.id, part, number.exact, source)


# The entries of each breakdown, by its id and their labels in lower case.
_Groups = dict[str, dict[str, dict[str, Any]]]


def _groups(entries: Iterable[dict[str, Any]]) -> _Groups:
    groups: _Groups = {}
    for entry in entries:
        if "label" in entry:
            named = groups.setdefault(str(entry["id"]).rpartition(".")[0], {})
            named[plain(str(entry["label"])).casefold()] = entry
    return groups


def _hidden_rows(table: ShownTable, source: str, groups: _Groups) -> Iterator[Said]:
    """The numbers of a table of a breakdown whose row is hidden in `indicators.json`.

    A column shows the breakdown whose other rows it agrees with; a table can show several, one
    below the other, told apart by what stands before the last colon or comma of a label.
    """
    for rows in _blocks(table):
        for group in groups.values():
            lines = [(line, group[label]) for label, line in rows if label in group]
            if any(entry["value"] is None for _, entry in lines):
                yield from _hidden_in(lines, table, source)


def _blocks(table: ShownTable) -> list[list[tuple[str, tuple[str, ...]]]]:
    """The rows of a table, with their labels in lower case: all, and those of each prefix."""
    blocks: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for row in table.rows:
        label = plain(row[0]).casefold()
        blocks.setdefault("", []).append((label, row))
        parts = _APART.split(label)
        if len(parts) == 2:
            blocks.setdefault(parts[0], []).append((parts[1], row))
    return list(blocks.values())


def _hidden_in(
    lines: list[tuple[tuple[str, ...], dict[str, Any]]], table: ShownTable, source: str
) -> Iterator[Said]:
    """What the columns that agree with a breakdown say of its hidden rows."""
    columns = [
        (plain(heading).casefold(), [(line[place], entry) for line, entry in lines])
        for place, heading in enumerate(table.columns[1:], start=1)
        if all(place < len(line) for line, _ in lines)
    ]
    parts = {
        place: part
        for place, (_, said) in enumerate(columns)
        for part in (*_COUNTS, "value")
        if _agrees(said, part)
    }
    if not {"value", "numerator"} & set(parts.values()):
        # The same base can stand beside several breakdowns.
        return
    for place, (heading, said) in enumerate(columns):
        for text, entry in said:
            if entry["value"] is not None:
                continue
            number, interval = read_numeral(text), read_interval(text)
            if place in parts and number is not None:
                span = number.rounded if parts[place] == "value" else number.exact
                yield Said(str(entry["id"]), parts[place], span, source)
            elif "interval" in heading and interval:
                yield Said(str(entry["id"]), "lower", interval[0].rounded, source)
                yield Said(str(entry["id"]), "upper", interval[1].rounded, source)


def _agrees(said: list[tuple[str, dict[str, Any]]], part: str) -> bool:
    """Whether a column shows this number of a breakdown's rows: of those that are not hidden, no
    text differs and enough are the same.
    """
    pairs = [
        (plain(text), _printed(entry, part))
        for text, entry in said
        if entry["value"] is not None and text
    ]
    return len(pairs) >= _ENOUGH and all(text == printed for text, printed in pairs)


def _printed(entry: dict[str, Any], part: str) -> str:
    number = entry.get(part)
    if part == "value" or number is None:
        return plain(str(entry.get("display", "")))
    return f"{number:,}"
