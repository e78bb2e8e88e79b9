"""What percentages, rates, changes and intervals say of the counts behind them.

A printed percentage, rate or ratio bounds its numerator by the rounding of its last digit, and so
does the value in `indicators.json`, which has more digits. A 95 % interval says as much
(`intervals`); an estimate less a count, beside the estimate by itself, says the count. That no
percentage is given because its base is too small bounds the base, and so does a percentage that is
hidden, where the methods say below which base none is given.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from needs_assessment.audit.formulas import Formula, Term
from needs_assessment.audit.indirect import beside_bounds, filled_year, share_of_population
from needs_assessment.audit.intervals import (
    Span,
    counts_of_interval,
    parts_and_bases_of_interval,
)
from needs_assessment.audit.keys import Cell, Context, Key, canonical_area, shown_period
from needs_assessment.audit.numerals import ANY, Numeral
from needs_assessment.audit.said import JSON, Said, said_of_indicators
from needs_assessment.audit.shown import Shown
from needs_assessment.audit.system import SLACK, Relation, System
from needs_assessment.periods import Period, parse_period

_NO_SHARE = re.compile(r"[Nn]o percentage is given on a base under (\d+)")
_TOO_SMALL = re.compile(r"(.*?): (?:.*\b)?[Tt]he base is under (\d+)")

_SHARES = ("proportion", "ratio", "rate", "representation")
_UNLIKE = ("ratio", "rate", "representation")

_Terms = tuple[tuple[Key, float], ...]


class Rates:
    """The relations that a report's indicators give.

    `tables` is what the tables say: an interval is only tried on a base that they tell outright.
    `hidden` are the numerators of indicators that the report suppresses, `facts` the numbers
    shown for indicators.
    """

    def __init__(self, shown: Shown, context: Context, tables: System):
        self.context = context
        self.tables = tables
        self.known = tables.known
        self.entries = {str(entry["id"]): entry for entry in shown.indicators}
        self.said: dict[str, list[Said]] = {}
        for said in said_of_indicators(shown, context):
            self.said.setdefault(said.indicator, []).append(said)
        self.facts = sum(len(found) for found in self.said.values())
        self.hidden: set[Key] = set()
        self.relations: list[Relation] = []
        for name, entry in self.entries.items():
            formula = context.public.formula(name)
            if formula and len(formula.numerator) == 1:
                for period in _hidden_periods(entry):
                    terms = self._terms(formula, formula.numerator, period)
                    self.hidden |= {key for key, _ in terms}
        self.relations += self._small_bases(shown)
        for name, said in self.said.items():
            formula = context.public.formula(name)
            if formula and self.entries.get(name, {}).get("status") != "reported":
                self.relations += self._of(formula, said)

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
                formula = self.context.public.formulas[name]
                yield from self._base_within(formula, 0.0, float(found[2]) - 1, "the gaps")
        for name, entry in self.entries.items():
            formula = self.context.public.formula(name)
            hidden = formula and formula.percent and entry.get("status") == "suppressed" and least
            # Where each group has a base of its own, that may be what is hidden, however small.
            if hidden and not any(key.dimension for key, _ in self._bottom(formula)):
                yield from self._base_within(formula, float(least), ANY, JSON)

    def _base_within(
        self, formula: Formula, low: float, high: float, source: str
    ) -> Iterator[Relation]:
        bottom = () if formula.breakdown else self._bottom(formula)
        if bottom:
            yield Relation(bottom, low, high, source, doubtful=True)

    def _top(self, formula: Formula, period: Period | None = None) -> _Terms:
        """The counts above the line."""
        off = self._terms(formula, formula.less, period, -1.0)
        found = (*self._terms(formula, formula.numerator, period), *off)
        return filled_year(found, self.tables.statements) if formula.filled else found

    def _bottom(self, formula: Formula, period: Period | None = None) -> _Terms:
        """The counts that an indicator divides by; `period` where it is not that of the edition."""
        now = period or self._period(formula.id)
        if formula.kind == "change":
            return self._terms(formula, formula.numerator, now.previous())
        when = period or self._period(formula.id, "denominator")
        found = self._terms(formula, formula.denominator, when)
        if formula.kind == "representation" and formula.unknown:
            term = replace(formula.numerator[0], category=formula.unknown)
            found = (*found, *self._terms(formula, (term,), when, -1.0))
        return found

    def _period(self, name: str, part: str = "numerator") -> Period:
        text = self.entries.get(name, {}).get(f"{part}_period")
        return shown_period(str(text)) or self.context.period

    def _terms(
        self,
        formula: Formula,
        terms: Iterable[Term],
        period: Period | None = None,
        factor: float = 1.0,
    ) -> _Terms:
        """Statistics of the catalogue as keys, each with its factor."""
        when = str(period or self._period(formula.id))
        area = self._area(formula)
        return tuple(
            (Cell(each.measure, when, area, each.dimension, self._category(each)), factor)
            for each in terms
        )

    def _category(self, term: Term) -> str:
        breakdown = self.context.public.measures[term.measure].breakdowns.get(term.dimension)
        if breakdown and term.category not in breakdown.categories.values():
            return breakdown.categories.get(term.category, term.category)
        return term.category

    def _area(self, formula: Formula) -> str:
        """The area an indicator is about: the report's own, its upper tier, or a part of it."""
        if formula.area != "county":
            return formula.area or self.context.area
        own = self.context.public.reference.areas.get(self.context.area)
        return canonical_area(own.county, self.context) if own and own.county else "county"

    def _of(self, formula: Formula, said: list[Said]) -> Iterator[Relation]:
        measures = self.context.public.measures
        if not all(measures[term.measure].whole for term in formula.numerator):
            return
        for period in dict.fromkeys(each.period for each in said):
            spoken = [each for each in said if each.period == period]
            yield from self._at(formula, spoken, parse_period(period) if period else None)

    def _at(self, formula: Formula, said: list[Said], period: Period | None) -> Iterator[Relation]:
        """What the numbers of one period say."""
        top, bottom = self._top(formula, period), self._bottom(formula, period)
        if period and formula.kind in _UNLIKE and any(key not in self.known for key, _ in bottom):
            # The base of another year need not be of the same year as what is divided by it.
            return
        if not top:
            return
        base = self._base(formula, said, bottom)
        rule = self.context.rule
        blur = rule.blur(key.measure for key, _ in top)
        if rule.blur(key.measure for key, _ in bottom):
            # Of a base that is itself rounded, the count says as much as any rate does.
            said, bottom = [each for each in said if each.part == "numerator"], ()
        scale = self._scale(formula)
        if scale is None:
            return
        supposed = formula.kind == "representation" and not self._expected(formula)
        if supposed:
            # Only all digits tell whether the population was divided the same way: a count follows.
            said = [each for each in said if each.source == JSON and _counts(each, base, scale)]
        for each in said:
            for relation in self._one(formula, each, top, bottom, base, scale):
                yield replace(_blurred(relation, blur), doubtful=relation.doubtful or supposed)
        if self.entries.get(formula.id, {}).get("status") == "bounded":
            yield from self._bounded(said, top, bottom, base, scale)
        elif not blur:
            yield from self._intervals(formula, said, top, bottom, base, scale)

    def _bounded(
        self, said: list[Said], top: _Terms, bottom: _Terms, base: float | None, scale: float
    ) -> Iterator[Relation]:
        """What the ends of a result say that is only bounded."""
        ends = {each.part: each.span for each in said}
        if "lower" in ends and "upper" in ends:
            low, high = ends["lower"][0] / scale, ends["upper"][1] / scale
            yield from _share(top, bottom, low, high, base, JSON)
            if base is not None and not bottom:
                yield from beside_bounds(top, low * base, high * base, self.tables.bounds, JSON)

    def _intervals(
        self,
        formula: Formula,
        said: list[Said],
        top: _Terms,
        bottom: _Terms,
        base: float | None,
        scale: float,
    ) -> Iterator[Relation]:
        """What the 95 % intervals shown say."""
        for source, lower, upper in _intervals(said):
            if base:
                kind = "proportion" if formula.kind == "representation" else formula.kind
                yield from counts_of_interval(kind, scale, lower, upper, top, base, source)
            elif formula.kind == "proportion":
                yield from parts_and_bases_of_interval(scale, lower, upper, top, bottom, source)

    def _scale(self, formula: Formula) -> float | None:
        """What a fraction of 1 is multiplied by before it is printed; None where nobody can tell,
        since the share of the population that a ratio is set against is given nowhere.
        """
        if formula.kind == "change":
            return 100.0
        if formula.kind != "representation":
            return formula.multiplier
        expected = self._expected(formula) or share_of_population(
            formula, self.context.public.formulas.values(), self.entries
        )
        return 100.0 / expected if expected else None

    def _expected(self, formula: Formula) -> float | None:
        """The share of the population that a row of a breakdown is set against, in %."""
        return self.entries.get(formula.id, {}).get("expected")

    def _base(self, formula: Formula, said: list[Said], bottom: _Terms) -> float | None:
        """What the indicator divides by, where that is known."""
        if bottom and all(key in self.known for key, _ in bottom):
            return sum(self.known[key] * factor for key, factor in bottom)
        exact = [each.span[0] for each in said if each.part == "denominator"]
        if formula.population:
            others = self.said.get(formula.id, [])
            exact += [each.span[0] for each in others if each.part == "denominator"]
            exact = [number for number in exact if number > 0]
        return exact[0] if exact and exact[0] > 0 else None

    def _one(
        self,
        formula: Formula,
        said: Said,
        top: _Terms,
        bottom: _Terms,
        base: float | None,
        scale: float,
    ) -> Iterator[Relation]:
        """The relation that one number gives."""
        low, high = said.span
        if said.part == "numerator":
            yield Relation(top, low, high, said.source)
        elif said.part == "denominator" and bottom:
            yield Relation(bottom, low, high, said.source)
        elif said.part != "value":
            return
        elif formula.kind == "count":
            yield Relation(top, low, high, said.source)
        elif formula.level and formula.kind in ("estimate", "shortfall") and not formula.population:
            yield from self._of_level(formula, said, top)
        elif formula.survey[0] and formula.less:
            yield from self._of_gap(formula, said, top)
        elif formula.kind in (*_SHARES, "change"):
            shift = 100.0 if formula.kind == "change" else 0.0
            yield from _share(
                top, bottom, (low + shift) / scale, (high + shift) / scale, base, said.source
            )

    def _of_level(self, formula: Formula, said: Said, top: _Terms) -> Iterator[Relation]:
        """Posts recommended for a number of cases, or short of those: the cases follow."""
        low, high = said.span
        level = self.context.public.level(formula.level, self.context.period)
        if level and formula.kind == "estimate":
            yield Relation(top, low * level, high * level, said.source)
        elif level and not formula.percent:
            need = self._terms(formula, formula.need)
            posts = tuple((key, -level * factor) for key, factor in top)
            yield Relation((*need, *posts), low * level, high * level, said.source)

    def _of_gap(self, formula: Formula, said: Said, top: _Terms) -> Iterator[Relation]:
        """An estimate less a count, beside the estimate by itself: the count follows."""
        counts = tuple((key, -factor) for key, factor in top)
        for name, spoken in self.said.items():
            other = self.context.public.formula(name)
            whole = other and other.kind == formula.kind and not (other.less or other.level)
            if whole and (other.survey, other.area) == (formula.survey, formula.area):
                for each in spoken:
                    if (each.part, each.period) == ("value", said.period):
                        low, high = each.span[0] - said.span[1], each.span[1] - said.span[0]
                        yield Relation(counts, low, high, said.source)


def _hidden_periods(entry: dict[str, Any]) -> Iterator[Period | None]:
    """The periods of which an entry hides its number, None for its own; a dashboard gives the part
    year and each quarter.
    """
    for numbers in (entry, entry.get("so_far") or {}):
        if numbers.get("status") == "suppressed":
            yield None
    for period, numbers in entry.get("quarters", {}).items():
        if numbers.get("status") == "suppressed":
            yield parse_period(period)


def _counts(said: Said, base: float | None, scale: float) -> bool:
    """Whether a value is that of a whole number on this base, or no value."""
    if said.part != "value" or base is None:
        return True
    low, high = (end * base / scale for end in said.span)
    return math.floor(high + SLACK) >= low - SLACK


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
    top: _Terms, bottom: _Terms, low: float, high: float, base: float | None, source: str
) -> Iterator[Relation]:
    """A share between `low` and `high` of other counts, or of a population."""
    if bottom:
        least = ((key, -low * factor) for key, factor in bottom)
        most = ((key, -high * factor) for key, factor in bottom)
        yield Relation((*top, *least), 0.0, float("inf"), source)
        yield Relation((*top, *most), -float("inf"), 0.0, source)
    elif base is not None:
        yield Relation(top, low * base, high * base, source)


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
