"""An indicator beside the same one of the year before."""

from dataclasses import replace

from needs_assessment.display import round_half_up
from needs_assessment.indicators import intervals
from needs_assessment.indicators.result import Indicator, Trend
from needs_assessment.returns.dictionary import Dictionary

_COMPARED = ("count", "proportion", "rate", "ratio", "shortfall", "reported")


def find_trend(now: Indicator, before: Indicator, dictionary: Dictionary) -> Indicator:
    """`now` with the year before and its trend, where both have a value and can be compared.

    Survey estimates are not compared: one council has no interval, and the series break. Counts
    of people and events, and rates of them, are compared by the interval of their ratio;
    proportions by that of their difference; the rest by the numbers as printed.
    """
    entry = now.definition
    if entry.kind not in _COMPARED or now.value is None or before.value is None:
        return now
    if now.numerator_period == before.numerator_period:
        return now
    reported = "reported" in (now.status, before.status)
    if reported and now.status != before.status:
        return now
    span = None if reported else _interval(now, before, dictionary)
    if span is None:
        values = [round_half_up(each.value or 0, entry.decimals) for each in (now, before)]
        word = "higher" if values[0] > values[1] else "lower"
        trend = Trend("the same" if values[0] == values[1] else word, tested=False)
    elif span[0] <= 0 <= span[1]:
        trend = Trend("no clear change", tested=True)
    else:
        trend = Trend("higher" if span[0] > 0 else "lower", tested=True)
    return replace(now, previous=before, trend=trend)


def _interval(
    now: Indicator, before: Indicator, dictionary: Dictionary
) -> intervals.Interval | None:
    top, earlier = now.numerator, before.numerator
    if not top or not earlier or top.value is None or earlier.value is None:
        return None
    if not all(dictionary[cell.measure].protect for cell in now.cells):
        return None
    kind = now.definition.kind
    if kind == "proportion" and now.denominator and before.denominator:
        return intervals.difference(
            float(top.value),
            float(now.denominator.value or 0),
            float(earlier.value),
            float(before.denominator.value or 0),
        )
    if kind not in ("count", "rate") or not now.value or not before.value:
        return None
    span = intervals.change(float(top.value), float(earlier.value))
    if span is None:
        return None
    # A rate changes with its base too.
    scale = float((now.value / before.value) / (top.value / earlier.value))
    return (1 + span[0]) * scale - 1, (1 + span[1]) * scale - 1
