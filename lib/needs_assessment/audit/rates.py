"""What percentages, rates, changes and intervals say of the counts behind them.

A printed percentage, rate or ratio bounds its numerator by the rounding of its last digit, and so
does the value in `indicators.json`, which has more digits. A 95 % interval says as much
(`intervals`). That no percentage is given because its base is too small bounds the base, and so
does a percentage that is hidden, where the methods say below which base none is given.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from needs_assessment.audit.intervals import (
    Span,
    counts_of_interval,
    parts_and_bases_of_interval,
)
from needs_assessment.audit.keys import Cell, Context, Key, shown_period
from needs_assessment.audit.numerals import (
    ANY,
    Numeral,
    read_base,
    read_interval,
    read_numeral,
)
from needs_assessment.audit.public import Formula, Term
from needs_assessment.audit.shown import Shown, ShownTable, merged_tables, plain
from needs_assessment.audit.system import Relation
from needs_assessment.periods import Period

_JSON = "indicators.json"
_DIGITS = 1e-9
_ROUNDED_TO = 6
_NO_SHARE = re.compile(r"[Nn]o percentage is given on a base under (\d+)")
_TOO_SMALL = re.compile(r"(.*?): (?:.*\b)?[Tt]he base is under (\d+)")

_SHARES = ("proportion", "ratio", "rate")
_COUNTS = "numerator", "denominator"


@dataclass(frozen=True)
class Said:
    """One number that a report gives for an indicator: value, lower, upper, numerator,
    denominator or base (a population). It lies within `span`.
    """

    indicator: str
    part: str
    span: Span
    source: str


def said_of_indicators(shown: Shown, context: Context) -> list[Said]:
    """Every number that a report gives for its indicators."""
    formulas = context.public.formulas
    exact = _unrounded(shown.indicators)
    found = [said for entry in shown.indicators for said in _entry(entry, exact=exact)]
    benchmarks = {str(entry["id"]): _benchmarks(entry) for entry in shown.indicators}
    for name, versions in merged_tables(shown.tables).items():
        first = list(_rows(versions[0], context, name))
        found += first
        told = {(said.indicator, said.part, said.span) for said in first}
        for version in versions[1:]:
            more = _rows(version, context, f"{name} in {version.artefact}")
            found += [each for each in more if (each.indicator, each.part, each.span) not in told]
    for figure in shown.figures:
        if figure.indicator in formulas:
            level = benchmarks.get(figure.indicator, set())
            found += _figure(formulas[figure.indicator], figure.text, figure.artefact, level)
    return [said for said in dict.fromkeys(found) if said.indicator in formulas]


def _rows(table: ShownTable, context: Context, source: str) -> Iterator[Said]:
    """The numbers of a table of indicators."""
    headings = [plain(text).casefold() for text in table.columns]
    if not headings or headings[0] != "indicator":
        return
    for row in table.rows:
        name = context.public.formula_names.get(plain(row[0]).casefold())
        if name:
            for heading, text in zip(headings[1:], row[1:], strict=False):
                yield from _column(context.public.formulas[name], heading, text, source)


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


def _entry(entry: dict[str, Any], *, exact: bool) -> Iterator[Said]:
    """The numbers of an entry of `indicators.json`. `exact`: the file's numbers are not rounded."""
    if entry.get("status") == "approximate" and entry.get("kind") in ("count", "estimate"):
        return
    parts = ["value", "lower", "upper", *_COUNTS]
    for part in parts:
        number = entry.get(part)
        if isinstance(number, int | float):
            edge = abs(number) * _DIGITS + _DIGITS
            span = (number - edge, number + edge)
            if not exact and part not in _COUNTS and entry.get("kind") != "count":
                span = Numeral(Decimal(repr(number))).rounded
            yield Said(str(entry["id"]), part, span, _JSON)


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
        if " of " in text or " against " in text:
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


class Rates:
    """The relations that a report's indicators give.

    `known` are counts that are known outright: an interval is only tried on a known base.
    `hidden` are the numerators of indicators that the report suppresses, `facts` the numbers
    shown for indicators.
    """

    def __init__(self, shown: Shown, context: Context, known: dict[Key, float]):
        self.context = context
        self.known = known
        self.entries = {str(entry["id"]): entry for entry in shown.indicators}
        self.said: dict[str, list[Said]] = {}
        for said in said_of_indicators(shown, context):
            self.said.setdefault(said.indicator, []).append(said)
        self.facts = sum(len(found) for found in self.said.values())
        self.hidden: set[Key] = set()
        self.relations: list[Relation] = []
        for name, entry in self.entries.items():
            formula = context.public.formulas.get(name)
            if formula and entry.get("status") == "suppressed" and len(formula.numerator) == 1:
                self.hidden |= set(self._sum(formula.numerator, self._period(name)))
        self.relations += self._small_bases(shown)
        for name, said in self.said.items():
            if self.entries.get(name, {}).get("status") != "reported":
                self.relations += self._of(context.public.formulas[name], said)

    def _small_bases(self, shown: Shown) -> Iterator[Relation]:
        """What it says of a base that a percentage is not given, or is hidden."""
        lines = [*shown.texts, *(": ".join(row) for table in shown.tables for row in table.rows)]
        least = max(
            (int(number) for line in lines for number in _NO_SHARE.findall(line)), default=0
        )
        for line in lines:
            found = _TOO_SMALL.match(line)
            name = found and self.context.public.formula_names.get(found[1].casefold())
            if found and name:
                yield from self._base_within(name, 0.0, float(found[2]) - 1, "the gaps")
        for name, entry in self.entries.items():
            formula = self.context.public.formulas.get(name)
            if formula and formula.percent and entry.get("status") == "suppressed" and least:
                yield from self._base_within(name, float(least), ANY, _JSON)

    def _base_within(self, name: str, low: float, high: float, source: str) -> Iterator[Relation]:
        bottom = self._bottom(self.context.public.formulas[name])
        if bottom:
            terms = tuple((key, 1.0) for key in bottom)
            yield Relation(terms, low, high, source, doubtful=True)

    def _bottom(self, formula: Formula) -> list[Cell]:
        """The counts that an indicator divides by."""
        if formula.kind == "change":
            return self._sum(formula.numerator, self._period(formula.id).previous())
        return self._sum(formula.denominator, self._period(formula.id, "denominator"))

    def _period(self, name: str, part: str = "numerator") -> Period:
        text = self.entries.get(name, {}).get(f"{part}_period")
        return shown_period(str(text)) or self.context.period

    def _sum(self, terms: Iterable[Term], period: Period) -> list[Cell]:
        measures = self.context.public.measures
        cells = []
        for term in terms:
            breakdown = measures[term.measure].breakdowns.get(term.dimension)
            category = term.category
            if breakdown and category not in breakdown.categories.values():
                category = breakdown.categories.get(category, category)
            cells.append(
                Cell(term.measure, str(period), self.context.area, term.dimension, category)
            )
        return cells

    def _of(self, formula: Formula, said: list[Said]) -> Iterator[Relation]:
        measures = self.context.public.measures
        if not all(measures[term.measure].whole for term in formula.numerator):
            return
        top = self._sum(formula.numerator, self._period(formula.id))
        bottom = self._bottom(formula)
        if not top:
            return
        base = self._base(formula, said, bottom)
        rule = self.context.rule
        blur = rule.blur(key.measure for key in top)
        if rule.blur(key.measure for key in bottom):
            # Of a base that is itself rounded, the count says as much as any rate does.
            said, bottom = [each for each in said if each.part == "numerator"], []
        for each in said:
            for relation in self._one(formula, each, top, bottom, base):
                yield _blurred(relation, blur)
        if blur:
            return
        for source, lower, upper in _intervals(said):
            if base:
                yield from counts_of_interval(formula, lower, upper, top, base, source)
            elif formula.kind == "proportion":
                yield from parts_and_bases_of_interval(formula, lower, upper, top, bottom, source)

    def _base(self, formula: Formula, said: list[Said], bottom: list[Cell]) -> float | None:
        """What the indicator divides by, where that is known."""
        if bottom and all(key in self.known for key in bottom):
            return sum(self.known[key] for key in bottom)
        exact = [each.span[0] for each in said if each.part == "denominator"]
        if formula.population:
            exact = [number for number in exact if number > 0]
        return exact[0] if exact and exact[0] > 0 else None

    def _one(
        self,
        formula: Formula,
        said: Said,
        top: list[Cell],
        bottom: list[Cell],
        base: float | None,
    ) -> Iterator[Relation]:
        """The relation that one number gives."""
        low, high = said.span
        upper = [(key, 1.0) for key in top]
        if said.part == "numerator":
            yield Relation(tuple(upper), low, high, said.source)
        elif said.part == "denominator" and bottom:
            yield Relation(tuple((key, 1.0) for key in bottom), low, high, said.source)
        elif said.part != "value":
            return
        elif formula.kind == "count":
            yield Relation(tuple(upper), low, high, said.source)
        elif formula.kind == "estimate" and formula.level and not formula.population:
            level = self.context.public.level(formula.level, self.context.period)
            if level:
                yield Relation(tuple(upper), low * level, high * level, said.source)
        elif formula.kind in (*_SHARES, "change"):
            shift = 100.0 if formula.kind == "change" else 0.0
            scale = 100.0 if formula.kind == "change" else formula.multiplier
            yield from _share(
                upper, bottom, (low + shift) / scale, (high + shift) / scale, base, said.source
            )


def _blurred(relation: Relation, blur: float) -> Relation:
    """A relation of counts that may lie as far as this from those it was worked out from."""
    return replace(relation, lower=relation.lower - blur, upper=relation.upper + blur)


def _intervals(said: list[Said]) -> Iterator[tuple[str, Span, Span]]:
    """The intervals shown, each with where."""
    for source in dict.fromkeys(each.source for each in said):
        spans = {each.part: each.span for each in said if each.source == source}
        if "lower" in spans and "upper" in spans:
            yield source, spans["lower"], spans["upper"]


def _share(
    top: list[tuple[Key, float]],
    bottom: list[Cell],
    low: float,
    high: float,
    base: float | None,
    source: str,
) -> Iterator[Relation]:
    """A share between `low` and `high` of other counts, or of a population."""
    if bottom:
        yield Relation((*top, *((key, -low) for key in bottom)), 0.0, float("inf"), source)
        yield Relation((*top, *((key, -high) for key in bottom)), -float("inf"), 0.0, source)
    elif base is not None:
        yield Relation(tuple(top), low * base, high * base, source)


def share_relations(
    share: Cell, printed: Numeral, context: Context, source: str
) -> Iterator[Relation]:
    """What a share or daily average that a partner printed says of the counts it claims to come
    from. Partners cut digits off as often as they round, so both are allowed for.
    """
    measure = context.public.measures[share.measure]
    if not measure.claims:
        return
    whole = share._replace(dimension="", category="")
    first = context.public.measures[measure.claims[0]]
    inside = share if share.dimension in first.breakdowns else whole
    top = inside._replace(measure=first.id)
    low, high = printed.rounded
    high += (high - low) / 2
    if measure.per == "day":
        period = shown_period(share.period)
        if period:
            days = (period.end - period.start).days + 1
            yield Relation(((top, 1.0),), low * days, min(high * days, ANY), source, doubtful=True)
    elif measure.kind == "share" and len(measure.claims) > 1:
        bottom = whole._replace(measure=measure.claims[1])
        terms = (top, 1.0)
        yield Relation((terms, (bottom, -low / 100)), 0.0, float("inf"), source, doubtful=True)
        yield Relation((terms, (bottom, -high / 100)), -float("inf"), 0.0, source, doubtful=True)
