"""Indicators as they may be shown: the entries of `indicators.json`, and their words."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from needs_assessment.disclosure.cells import Known, Why
from needs_assessment.display import (
    MINUS,
    SUPPRESSED,
    decimal_places,
    format_number,
    join_words,
)
from needs_assessment.indicators.result import Comparison, Indicator
from needs_assessment.indicators.statistics import Source, Statistic
from needs_assessment.periods import Period, parse_period
from needs_assessment.reference import Population

NOT_AVAILABLE_WORDS = "not available"
NO_INTERVAL = "no interval"
NO_BENCHMARK = "no benchmark"
_NO_POPULATION = "no population"
_NO_SURVEY = "no survey"
_UNDEFINED = frozenset(
    {NOT_AVAILABLE_WORDS, NO_INTERVAL, NO_BENCHMARK, _NO_POPULATION, _NO_SURVEY, ""}
)


def is_defined(text: str) -> bool:
    """Whether what a live figure prints is a value (or [c]), not words in place of one."""
    return text not in _UNDEFINED


def protect_indicator(
    indicator: Indicator, why: Why | None = None, prints: Iterable[Known] = ()
) -> dict[str, Any]:
    """One entry of `indicators.json`, plus `partners`, `reason`, `definition`, `caveats`,
    `multiplier`, `figures` (what a live figure and a table may print), `why` it is hidden, and what
    sums it `prints`.

    Percentages run from 0 to 100. A hidden indicator has status suppressed, and value, lower,
    upper, numerator and comparisons null.
    """
    hidden = why is not None
    counted = _is_counted(indicator)
    status = "suppressed" if hidden else indicator.status
    entry = indicator.definition
    benchmarks = [_benchmark(each, hidden=hidden) for each in indicator.comparisons]
    denominator: float | int | None
    if indicator.populations and indicator.denominator is None:
        denominator, denominator_period = indicator.persons, indicator.populations[0].estimate
    else:
        denominator = _statistic(indicator.denominator)
        denominator_period = str(indicator.denominator.period) if indicator.denominator else None
    return {
        "id": entry.id,
        "name": entry.name,
        "chapter": entry.chapter,
        "kind": entry.kind,
        "value": None if hidden or indicator.value is None else as_number(indicator.value),
        "unit": entry.unit,
        "lower": None if hidden else indicator.lower,
        "upper": None if hidden else indicator.upper,
        "numerator": _statistic(indicator.numerator) if counted and not hidden else None,
        "denominator": None if hidden else denominator,
        "numerator_period": str(indicator.numerator_period) if indicator.numerator else None,
        "denominator_period": denominator_period,
        "population": population_words(indicator.populations) or None,
        "benchmark": benchmarks[0] if benchmarks else None,
        "other_benchmarks": benchmarks[1:],
        "status": status,
        "nature": indicator.nature,
        "display": _display(indicator, status),
        "sources": group_sources(cell.source for cell in indicator.cells),
        "partners": list(dict.fromkeys(cell.partner for cell in indicator.cells)),
        "reason": "" if hidden else indicator.reason,
        "definition": entry.definition,
        "caveats": entry.caveats,
        "multiplier": entry.multiplier,
        "figures": _figures(indicator, status),
        "why": why_entry(why),
        "prints": [
            {
                "keys": [list(key) for key in each.keys],
                "less": [list(key) for key in each.less],
                "least": as_number(each.bounds[0]),
                "most": as_number(each.bounds[1]),
            }
            for each in prints
        ],
    }


def why_entry(why: Why | None) -> dict[str, Any] | None:
    """Why a number is hidden, as the store keeps it; it goes into no report, since it tells which
    hidden numbers are small.
    """
    return None if why is None else {"reason": why.reason, "keys": list(why.keys)}


def group_sources(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """The sources as `[{"file", "sheet", "rows"}]`, in order of file and row."""
    rows: dict[tuple[str, str], set[int]] = {}
    for source in sources:
        rows.setdefault((source.file, source.sheet), set()).add(source.row)
    return [
        {"file": file, "sheet": sheet, "rows": sorted(found)}
        for (file, sheet), found in sorted(rows.items())
    ]


def population_words(populations: tuple[Population, ...]) -> str:
    """For example “753,278 people of all ages, mid-2019”."""
    words = [f"{each.persons:,} {each.words()}" for each in populations]
    return join_words(words)


def _display(indicator: Indicator, status: str) -> str:
    if status == "suppressed":
        return SUPPRESSED
    if status == "unavailable":
        return NOT_AVAILABLE_WORDS
    if status == "bounded":
        return _bounds(indicator)
    assert indicator.value is not None
    return _value(indicator, indicator.value, status)


def _value(indicator: Indicator, value: Fraction, status: str) -> str:
    entry = indicator.definition
    approximate = status == "approximate"
    decimals = entry.decimals
    if status == "reported":
        decimals = decimal_places(value)
    number = format_number(
        value,
        decimals,
        significant=entry.significant if approximate else None,
        unit=entry.unit,
        signed=entry.kind == "change",
    )
    reported_as_about = indicator.numerator is not None and (
        indicator.numerator.status == "approximate"
    )
    return f"about {number}" if approximate or reported_as_about else number


def _bounds(indicator: Indicator) -> str:
    lower = _written(indicator, indicator.lower)
    if indicator.upper is None:
        return f"at least {lower}"
    return f"between {lower} and {_written(indicator, indicator.upper)}"


def _written(indicator: Indicator, value: float | None) -> str:
    entry = indicator.definition
    if value is None:
        return NOT_AVAILABLE_WORDS
    return format_number(value, entry.decimals, unit=entry.unit, signed=entry.kind == "change")


def _figures(indicator: Indicator, status: str) -> dict[str, str]:
    """What `{{ id | … }}` prints, by filter."""
    value = _display(indicator, status)
    missing = {"suppressed": SUPPRESSED, "unavailable": NOT_AVAILABLE_WORDS}.get(status)
    first, second = (*indicator.comparisons, None, None)[:2]
    period = indicator.numerator_period
    counted = _is_counted(indicator)
    numerator = missing or (_count(indicator.numerator) if counted else NOT_AVAILABLE_WORDS)
    denominator = missing or (
        f"{indicator.persons:,}" if indicator.persons else _count(indicator.denominator)
    )
    has_interval = (
        status != "bounded" and indicator.lower is not None and indicator.upper is not None
    )
    interval = missing or (
        f"{_written(indicator, indicator.lower)} to {_written(indicator, indicator.upper)}"
        if has_interval
        else NO_INTERVAL
    )
    change = {"change": _change_words(indicator, value, interval)}
    return {
        "display": value,
        "size": _size(value),
        "interval": interval,
        "numerator": numerator,
        "denominator": denominator,
        "base": missing or _base(numerator, denominator),
        "period": period.words() if period else NOT_AVAILABLE_WORDS,
        "year": _year(period),
        "population": population_words(indicator.populations) or _NO_POPULATION,
        "survey": _survey_words(indicator),
        **(change if indicator.definition.kind == "change" else {}),
        **_comparison_figures("", first, indicator, missing),
        **_comparison_figures("also_", second, indicator, missing),
    }


def _is_counted(indicator: Indicator) -> bool:
    """Whether the numerator is a count: not a share that a partner printed."""
    share = indicator.definition.share
    return indicator.status != "reported" and not any(
        cell.measure == share for cell in (indicator.numerator.cells if indicator.numerator else ())
    )


def _base(numerator: str, denominator: str) -> str:
    parts = (numerator, denominator)
    return f"{numerator} of {denominator}" if all(map(is_defined, parts)) else NOT_AVAILABLE_WORDS


def _change_words(indicator: Indicator, value: str, interval: str) -> str:
    """What a change amounts to, as the end of a sentence that begins with what changed."""
    if indicator.value is None or not is_defined(value) or value == SUPPRESSED:
        return value
    beside = f" (95% interval {interval})" if is_defined(interval) else ""
    if indicator.lower is not None and indicator.upper is not None:
        clear = indicator.lower > 0 or indicator.upper < 0
    else:
        clear = indicator.value != 0
    if not clear:
        return (
            f"showed no clear change ({value}, 95% interval {interval})"
            if beside
            else ("did not change")
        )
    verb = "rose" if indicator.value > 0 else "fell"
    return f"{verb} by {_size(value)}{beside}"


def _size(value: str) -> str:
    """A displayed value without its sign."""
    return value.replace("+", "").replace(MINUS, "")


def _year(period: Period | None) -> str:
    """The year of a period in as few signs as it takes: 2017, 2017-18."""
    if period is None:
        return NOT_AVAILABLE_WORDS
    if period.is_financial_year or (period.months == 3 and " Q" in period.text):
        return period.text[:7]
    years = dict.fromkeys((str(period.start.year), str(period.end.year)))
    return " to ".join(years)


def _comparison_figures(
    prefix: str, comparison: Comparison | None, indicator: Indicator, missing: str | None
) -> dict[str, str]:
    if comparison is None:
        benchmark = name = phrase = missing or NO_BENCHMARK
    else:
        benchmark = _benchmark_value(comparison, indicator)
        name = comparison.benchmark.name
        phrase = missing or comparison.phrase
    return {
        f"{prefix}benchmark": benchmark,
        f"{prefix}benchmark_name": name,
        f"{prefix}comparison": phrase,
        f"{prefix}benchmark_period": _benchmark_period(comparison),
    }


def _benchmark_value(comparison: Comparison, indicator: Indicator) -> str:
    held, unit = comparison.value, indicator.definition.unit
    ends = [held.value] if held.value is not None else [held.lower, held.upper]
    values = [Fraction(str(end)) for end in ends]
    text = " to ".join(format_number(each, decimal_places(each), unit=unit) for each in values)
    confirmed = comparison.benchmark.verified and held.verified
    return text if confirmed else f"{text} (not confirmed at a source)"


def _benchmark_period(comparison: Comparison | None) -> str:
    if comparison is None or comparison.value.period is None:
        return ""
    return parse_period(comparison.value.period).words()


def _benchmark(comparison: Comparison, *, hidden: bool) -> dict[str, Any]:
    held = comparison.value
    return {
        "id": comparison.benchmark.id,
        "name": comparison.benchmark.name,
        "kind": comparison.benchmark.kind,
        "value": held.value,
        "lower": held.lower,
        "upper": held.upper,
        "geography": comparison.benchmark.geography,
        "period": held.period,
        "verified": comparison.benchmark.verified and held.verified,
        "comparison": None if hidden else comparison.word,
        "source": held.source,
    }


def _survey_words(indicator: Indicator) -> str:
    """For example “7.3% of females and 3.6% of males aged 16 to 74, year ending March 2020”."""
    if not indicator.surveys:
        return _NO_SURVEY
    first = indicator.surveys[0]
    people = {"persons": "people", "females": "females", "males": "males"}
    shares = [
        f"{format_number(survey.percent or 0, 1, unit='%')} of {people[survey.sex]}"
        for survey in indicator.surveys
    ]
    ages = (
        f"{first.ages[:-1]} and over"
        if first.ages.endswith("+")
        else (first.ages.replace("-", " to "))
    )
    return f"{join_words(shares)} aged {ages}, year ending March {first.edition}"


def _count(statistic: Statistic | None) -> str:
    if statistic is None:
        return NOT_AVAILABLE_WORDS
    if statistic.value is None:
        upper = "more" if statistic.upper is None else f"{int(statistic.upper):,}"
        return f"{int(statistic.lower):,} to {upper}"
    decimals = 0 if statistic.value.denominator == 1 else 1
    number = format_number(statistic.value, decimals)
    return f"about {number}" if statistic.status == "approximate" else number


def _statistic(statistic: Statistic | None) -> float | int | None:
    if statistic is None or statistic.value is None:
        return None
    return as_number(statistic.value)


def as_number(value: Fraction) -> float | int:
    """The value as JSON holds it: whole where it is."""
    return int(value) if value.denominator == 1 else float(value)
