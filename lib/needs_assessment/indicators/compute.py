"""Indicators of an edition, computed by kind from the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import pandas as pd

from needs_assessment.council import Edition
from needs_assessment.indicators import intervals
from needs_assessment.indicators.catalogue import Definition, PopulationTerm, Term, read_term
from needs_assessment.indicators.compare import compare
from needs_assessment.indicators.prevalence import choose_survey
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import AreaStatistics, Statistic, add, rounded
from needs_assessment.periods import Period
from needs_assessment.reference import BenchmarkValue, Population, Reference
from needs_assessment.returns.dictionary import Dictionary

SMALLEST_BASE = 20


class _UnavailableError(Exception):
    """Why an indicator cannot be computed, in words fit for the report."""


@dataclass(frozen=True)
class Basis:
    """What the indicators of an edition are computed from.

    Usually one area; several (the councils of a former county) are added up. `rounding`: what the
    counts of a measure are rounded to before anything is worked out from them.
    """

    observations: pd.DataFrame
    dictionary: Dictionary
    reference: Reference
    areas: tuple[str, ...]
    period: Period
    edition: Edition
    rounding: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def statistics(self) -> tuple[AreaStatistics, ...]:
        return tuple(
            AreaStatistics(self.observations, area, self.dictionary) for area in self.areas
        )

    def population(self, term: PopulationTerm) -> Population:
        estimate = getattr(self.edition.populations, term.use)
        found = [
            self.reference.population(area, estimate, term.sex, term.ages) for area in self.areas
        ]
        held = [each for each in found if each is not None]
        if len(held) != len(self.areas):
            raise _UnavailableError(
                f"no population of {term.sex} ({term.ages}) is held for this area on {estimate}"
            )
        return replace(held[0], persons=sum(each.persons for each in held))

    def level(self, benchmark: str) -> BenchmarkValue:
        found = self.reference.benchmarks[benchmark].value_for(self.period)
        if found is None or found.value is None:
            raise _UnavailableError(f"no verified value of {benchmark} is held for this period")
        return found

    def statistic(self, terms: list[str]) -> Statistic:
        """The terms added up for the edition. Raises _UnavailableError when one is missing."""
        found = add([self._for_edition(term) for term in _terms(terms)])
        if found is None:
            raise _UnavailableError(self._missing(terms))
        return rounded(found, self.rounding)

    def before(self, terms: list[str], now: Period) -> Statistic:
        found = add(
            [
                area.statistic(term, now.previous())
                for term in _terms(terms)
                for area in self.statistics
            ]
        )
        if found is None:
            raise _UnavailableError(f"no figure for {now.previous().words()} to compare with")
        return rounded(found, self.rounding)

    def reported(self, measure: str) -> Statistic | None:
        return self._for_edition(Term(measure))

    def _for_edition(self, term: Term) -> Statistic | None:
        return add([area.for_edition(term, self.period) for area in self.statistics])

    def _missing(self, terms: list[str]) -> str:
        absent = [term for term in _terms(terms) if self._for_edition(term) is None]
        if not absent:
            return "its parts were reported for different periods"
        reasons: dict[str, list[str]] = {}
        for term in absent:
            how = self.statistics[0].why_missing(term, self.period)
            reasons.setdefault(how, []).append(self.dictionary[term.measure].name)
        return "; ".join(
            f"{how}: {', '.join(dict.fromkeys(names))}" for how, names in reasons.items()
        )


def compute_indicators(catalogue: dict[str, Definition], basis: Basis) -> list[Indicator]:
    """Every indicator of the catalogue, in its order, with comparisons. Never raises for
    missing data: such an indicator has status unavailable and a reason.
    """
    return [_with_comparisons(_compute(entry, basis), basis) for entry in catalogue.values()]


def _compute(entry: Definition, basis: Basis) -> Indicator:
    try:
        return _BY_KIND[entry.kind](entry, basis)
    except _UnavailableError as gap:
        reason = str(gap)
    if entry.reported and entry.kind not in ("reported", "cost"):
        try:
            return _reported(entry, basis)
        except _UnavailableError:
            pass
    return Indicator(entry, "unavailable", reason=reason)


def _count(entry: Definition, basis: Basis) -> Indicator:
    try:
        statistic = basis.statistic(entry.numerator)
    except _UnavailableError:
        if entry.share:
            return _product(entry, basis)
        raise
    if statistic.value is None:
        return _bounded(entry, statistic, None, Fraction(1))
    return Indicator(entry, _status(statistic), statistic.value, numerator=statistic)


def _product(entry: Definition, basis: Basis) -> Indicator:
    """A count that only follows, approximately, from a base and a reported share of it."""
    base = basis.statistic(entry.denominator)
    share = basis.reported(entry.share or "")
    if base.value is None or share is None or share.value is None:
        raise _UnavailableError("neither the count nor a share to derive it from was returned")
    value = base.value * share.value / 100
    return Indicator(entry, "approximate", value, numerator=share, denominator=base)


def _proportion(entry: Definition, basis: Basis) -> Indicator:
    part, whole = basis.statistic(entry.numerator), basis.statistic(entry.denominator)
    if whole.value is None:
        raise _UnavailableError("the base is only known within bounds")
    _refuse_small_base(entry, whole.value)
    scale = Fraction(entry.multiplier) / whole.value
    if part.value is None:
        return _bounded(entry, part, whole, scale)
    if part.value > whole.value:
        raise _UnavailableError("the part that was returned is larger than the whole")
    lower, upper = intervals.wilson(float(part.value), float(whole.value))
    return Indicator(
        entry,
        _status(part, whole),
        part.value * scale,
        lower * entry.multiplier,
        upper * entry.multiplier,
        part,
        whole,
    )


def _refuse_small_base(entry: Definition, base: Fraction) -> None:
    if entry.unit == "%" and base < SMALLEST_BASE:
        raise _UnavailableError(f"the base is under {SMALLEST_BASE}: no percentage is given")


def _ratio(entry: Definition, basis: Basis) -> Indicator:
    top, bottom = basis.statistic(entry.numerator), basis.statistic(entry.denominator)
    if top.value is None or bottom.value is None or bottom.value == 0:
        raise _UnavailableError("its counts are only known within bounds")
    _refuse_small_base(entry, bottom.value)
    value = entry.multiplier * top.value / bottom.value
    return Indicator(entry, _status(top, bottom), value, numerator=top, denominator=bottom)


def _rate(entry: Definition, basis: Basis) -> Indicator:
    events = basis.statistic(entry.numerator)
    if entry.population is None:
        base = basis.statistic(entry.denominator)
        if base.value is None or base.value == 0:
            raise _UnavailableError("the base is only known within bounds")
        return _rate_on(entry, events, base.value, base, None)
    population = basis.population(entry.population)
    return _rate_on(entry, events, Fraction(population.persons), None, population)


def _rate_on(
    entry: Definition,
    events: Statistic,
    base: Fraction,
    denominator: Statistic | None,
    population: Population | None,
) -> Indicator:
    scale = Fraction(entry.multiplier) / base
    populations = (population,) if population else ()
    if events.value is None:
        found = _bounded(entry, events, denominator, scale)
        return replace(found, populations=populations)
    lower, upper = intervals.poisson(float(events.value))
    status = _status(events, denominator)
    if population and population.basis == "derived" and status == "ok":
        status = "approximate"
    return Indicator(
        entry,
        status,
        events.value * scale,
        lower * float(scale),
        upper * float(scale),
        events,
        denominator,
        populations,
    )


def _change(entry: Definition, basis: Basis) -> Indicator:
    now = basis.statistic(entry.numerator)
    before = basis.before(entry.numerator, now.period)
    if now.value is None or not before.value:
        raise _UnavailableError("one of the two counts is only known within bounds, or nil")
    _refuse_small_base(entry, before.value)
    span = intervals.change(float(now.value), float(before.value))
    lower, upper = (100 * span[0], 100 * span[1]) if span else (None, None)
    return Indicator(
        entry,
        _status(now, before),
        100 * (now.value / before.value - 1),
        lower,
        upper,
        now,
        before,
    )


def _shortfall(entry: Definition, basis: Basis) -> Indicator:
    assert entry.population and entry.level
    actual = basis.statistic(entry.numerator)
    if actual.value is None:
        raise _UnavailableError("the number of places is only known within bounds")
    population = basis.population(entry.population)
    recommended = _recommended(entry, basis, population)
    return Indicator(
        entry,
        _status(actual),
        100 * (1 - actual.value / recommended),
        numerator=actual,
        populations=(population,),
    )


def _estimate(entry: Definition, basis: Basis) -> Indicator:
    if entry.survey:
        return _survey_estimate(entry, basis)
    if entry.share:
        return _product(entry, basis)
    assert entry.level
    if entry.population is None:
        cases = basis.statistic(entry.numerator)
        if cases.value is None:
            raise _UnavailableError("the number of cases is only known within bounds")
        value = cases.value / Fraction(basis.level(entry.level).value)
        return Indicator(entry, _status(cases), value, numerator=cases)
    population = basis.population(entry.population)
    status = "approximate" if population.basis == "derived" else "ok"
    value = _recommended(entry, basis, population)
    return Indicator(entry, status, value, populations=(population,))


def _recommended(entry: Definition, basis: Basis, population: Population) -> Fraction:
    assert entry.level
    level = basis.level(entry.level).value
    return population.persons * Fraction(level) / entry.per


def _survey_estimate(entry: Definition, basis: Basis) -> Indicator:
    found = choose_survey(
        basis.reference,
        basis.areas[0],
        basis.period,
        basis.edition.prevalence.survey,
        basis.edition.populations.prevalence,
        entry.survey or "",
    )
    if found is None:
        raise _UnavailableError(
            "no verified survey percentage has an age band for which a population of this area "
            "is held"
        )
    value = sum(
        (population.persons * Fraction(str(survey.percent)) / 100 for survey, population in found),
        Fraction(0),
    )
    return Indicator(
        entry,
        "approximate",
        value,
        populations=tuple(population for _, population in found),
        surveys=tuple(survey for survey, _ in found),
    )


def _reported(entry: Definition, basis: Basis) -> Indicator:
    statistic = basis.reported(entry.reported or "")
    if statistic is None or statistic.value is None:
        name = basis.dictionary[entry.reported or ""].name
        raise _UnavailableError(f"no return gives: {name}")
    return Indicator(entry, "reported", statistic.value, numerator=statistic)


def _bounded(
    entry: Definition, part: Statistic, whole: Statistic | None, scale: Fraction
) -> Indicator:
    return Indicator(
        entry,
        "bounded",
        None,
        float(part.lower * scale),
        None if part.upper is None else float(part.upper * scale),
        part,
        whole,
    )


def _status(*statistics: Statistic | None) -> str:
    states = {each.status for each in statistics if each}
    return "approximate" if "approximate" in states else "ok"


def _with_comparisons(indicator: Indicator, basis: Basis) -> Indicator:
    entry = indicator.definition
    names = [*filter(None, [entry.benchmark]), *entry.also]
    found = [compare(indicator, basis.reference.benchmarks[name], basis.period) for name in names]
    return replace(indicator, comparisons=tuple(each for each in found if each))


def _terms(texts: list[str]) -> list[Term]:
    return [read_term(text) for text in texts]


_BY_KIND: dict[str, Callable[[Definition, Basis], Indicator]] = {
    "count": _count,
    "proportion": _proportion,
    "ratio": _ratio,
    "rate": _rate,
    "change": _change,
    "shortfall": _shortfall,
    "estimate": _estimate,
    "cost": _reported,
    "reported": _reported,
}
