"""Indicators of an edition, computed by kind from the catalogue."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from needs_assessment.indicators import estimates, intervals
from needs_assessment.indicators.basis import Basis, UnavailableError
from needs_assessment.indicators.compare import compare
from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Statistic
from needs_assessment.indicators.trend import find_trend
from needs_assessment.reference import Population

SMALLEST_BASE = 20


def compute_indicators(catalogue: dict[str, Definition], basis: Basis) -> list[Indicator]:
    """Every indicator of the catalogue that is no breakdown, in its order, with comparisons and
    the year before. Never raises for missing data: such an indicator has status unavailable and
    a reason.
    """
    entries = [entry for entry in catalogue.values() if not entry.by]
    earlier = replace(basis, period=basis.period.previous())
    return [
        find_trend(compute(entry, basis), compute(entry, earlier), basis.dictionary)
        for entry in entries
    ]


def compute(entry: Definition, basis: Basis) -> Indicator:
    """One indicator with its comparisons."""
    try:
        basis = basis.of(entry)
        found = _BY_KIND[entry.kind](entry, basis)
    except UnavailableError as gap:
        found = _fallen_back(entry, basis, gap)
    return _with_comparisons(found, basis)


def _fallen_back(entry: Definition, basis: Basis, gap: UnavailableError) -> Indicator:
    """The result as a partner printed it, where the counts are missing."""
    if entry.reported and entry.kind not in ("reported", "cost"):
        try:
            return estimates.reported(entry, basis)
        except UnavailableError:
            pass
    inputs = (gap.about,) if gap.about else ()
    return Indicator(entry, "unavailable", reason=str(gap), inputs=inputs)


def _count(entry: Definition, basis: Basis) -> Indicator:
    try:
        statistic = basis.statistic(entry.numerator, entry.less, entry.apart)
    except UnavailableError:
        if entry.share:
            return estimates.product(entry, basis)
        raise
    if statistic.value is None:
        return _bounded(entry, statistic, None, Fraction(1))
    return Indicator(entry, estimates.status_of(statistic), statistic.value, numerator=statistic)


def _proportion(entry: Definition, basis: Basis) -> Indicator:
    part = basis.statistic(entry.numerator, entry.less)
    whole = basis.whole(entry.denominator, part)
    if whole.value is None:
        raise UnavailableError("the base is only known within bounds")
    _refuse_small_base(entry, whole)
    scale = Fraction(entry.multiplier) / whole.value
    if part.value is None:
        return _bounded(entry, part, whole, scale)
    if part.value > whole.value:
        raise UnavailableError("the part that was returned is larger than the whole")
    if part.value < 0:
        raise UnavailableError("the parts that were returned are larger than the whole")
    return _with_interval(
        Indicator(
            entry,
            estimates.status_of(part, whole),
            part.value * scale,
            numerator=part,
            denominator=whole,
        ),
        lambda confidence: intervals.wilson(
            float(part.value or 0), float(whole.value or 0), confidence
        ),
        float(entry.multiplier),
    )


def _refuse_small_base(entry: Definition, base: Statistic) -> None:
    if entry.unit == "%" and base.value is not None and base.value < SMALLEST_BASE:
        raise UnavailableError(f"the base is under {SMALLEST_BASE}: no percentage is given", base)


def _ratio(entry: Definition, basis: Basis) -> Indicator:
    top = basis.statistic(entry.numerator, entry.less)
    bottom = basis.statistic(entry.denominator)
    if top.value is None or bottom.value is None or bottom.value == 0:
        raise UnavailableError("its counts are only known within bounds")
    _refuse_small_base(entry, bottom)
    value = entry.multiplier * top.value / bottom.value
    populations: tuple[Population, ...] = ()
    if entry.population:
        population = basis.population(entry.population)
        value /= population.persons
        populations = (population,)
    status = estimates.status_of(top, bottom)
    return Indicator(
        entry, status, value, numerator=top, denominator=bottom, populations=populations
    )


def _rate(entry: Definition, basis: Basis) -> Indicator:
    events = basis.statistic(entry.numerator, entry.less)
    if entry.population is None:
        base = basis.statistic(entry.denominator)
        if base.value is None or base.value == 0:
            raise UnavailableError("the base is only known within bounds")
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
    status = estimates.status_of(events, denominator)
    if population and population.basis == "derived" and status == "ok":
        status = "approximate"
    return _with_interval(
        Indicator(
            entry,
            status,
            events.value * scale,
            numerator=events,
            denominator=denominator,
            populations=populations,
        ),
        lambda confidence: intervals.poisson(float(events.value or 0), confidence),
        float(scale),
    )


def _with_interval(
    indicator: Indicator,
    interval: Callable[[float], intervals.Interval],
    scale: float,
) -> Indicator:
    """The indicator with its 95 % and 99.8 % intervals, times `scale`."""
    lower, upper = interval(0.95)
    wide_lower, wide_upper = interval(intervals.WIDE)
    return replace(
        indicator,
        lower=lower * scale,
        upper=upper * scale,
        wide_lower=wide_lower * scale,
        wide_upper=wide_upper * scale,
    )


def _change(entry: Definition, basis: Basis) -> Indicator:
    now = basis.statistic(entry.numerator)
    before = basis.before(entry.numerator, now.period)
    if now.value is None or not before.value:
        raise UnavailableError("one of the two counts is only known within bounds, or nil")
    _refuse_small_base(entry, before)
    found = Indicator(
        entry,
        estimates.status_of(now, before),
        100 * (now.value / before.value - 1),
        numerator=now,
        denominator=before,
    )
    counts = float(now.value), float(before.value)
    if intervals.change(*counts) is None:
        return found
    return _with_interval(
        found, lambda confidence: intervals.change(*counts, confidence) or (0.0, 0.0), 100.0
    )


def _representation(entry: Definition, basis: Basis) -> Indicator:
    """The share among those known, divided by the share of the population."""
    part, whole, share = estimates.shares(entry, basis)
    if part.value is None or whole.value is None:
        raise UnavailableError("its counts are only known within bounds")
    if whole.value < SMALLEST_BASE:
        raise UnavailableError(f"the base is under {SMALLEST_BASE}: no share is given", whole)
    if part.value > whole.value:
        raise UnavailableError("the part that was returned is larger than the whole")
    return _with_interval(
        Indicator(
            entry,
            estimates.status_of(part, whole),
            part.value / whole.value / share,
            numerator=part,
            denominator=whole,
            recommended=100 * share,
        ),
        lambda confidence: intervals.wilson(
            float(part.value or 0), float(whole.value or 0), confidence
        ),
        1 / float(share),
    )


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


def _with_comparisons(indicator: Indicator, basis: Basis) -> Indicator:
    entry = indicator.definition
    names = [*filter(None, [entry.benchmark]), *entry.also]
    allowed = frozenset(basis.edition.unconfirmed_benchmarks)
    found = [
        compare(indicator, basis.reference.benchmarks[name], basis.period, allowed)
        for name in names
    ]
    return replace(indicator, comparisons=tuple(each for each in found if each))


_BY_KIND: dict[str, Callable[[Definition, Basis], Indicator]] = {
    "count": _count,
    "proportion": _proportion,
    "ratio": _ratio,
    "rate": _rate,
    "change": _change,
    "shortfall": estimates.shortfall,
    "estimate": estimates.estimate,
    "cost": estimates.cost,
    "reported": estimates.reported,
    "representation": _representation,
}
