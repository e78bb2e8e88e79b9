"""Totals and the averages made from them: what they divide by must be one number."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.display import round_significant
from needs_assessment.flags import Flag
from needs_assessment.periods import Period
from needs_assessment.returns.rules.figures import Context, Figure, Quantity, printed_step
from needs_assessment.returns.rules.wording import about, named, number, plural, say

BASE = "averages imply different bases"
DAILY = "a daily figure that does not make the year"


@dataclass(frozen=True)
class _Implied:
    """How many an average says it was divided by: from `lower` to `upper`."""

    average: Figure
    total: Quantity
    lower: Fraction
    upper: Fraction


def check_bases(context: Context) -> Iterator[Flag]:
    """Averages of one period and area for the same unit: total divided by average must agree."""
    groups: dict[tuple[str, Period, str], list[_Implied]] = {}
    for average in context.figures.all:
        measure = context.measure(average)
        if not measure.per or len(measure.claims) != 1 or not average.value or average.dimension:
            continue
        total = context.figures.total(
            measure.claims[0], average.period, average.area, average.partner
        )
        if total is None or not total.nominal:
            continue
        if measure.per == "day":
            yield from _daily(context, average, total)
            continue
        key = (measure.per, average.period, average.area)
        groups.setdefault(key, []).append(_imply(average, total))
    for (unit, _, _), found in groups.items():
        for other in found[1:]:
            if other.lower > found[0].upper or other.upper < found[0].lower:
                yield _different(context, unit, found[0], other)


def _imply(average: Figure, total: Quantity) -> _Implied:
    value, amount = average.value or Fraction(1), total.nominal
    half = printed_step(value) / 2
    reach = printed_step(amount) / 2
    least, most = (amount - reach) / (value + half), (amount + reach) / (value - half)
    return _Implied(average, total, least, most)


def _different(context: Context, unit: str, first: _Implied, other: _Implied) -> Flag:
    units = plural(unit)
    subject = about(context, other.average)
    if not context.open(first.total, first.average, other.total, other.average):
        said = f"divided into its total, it implies another number of {units} than "
        said += f"“{named(context, first.average)}” does."
        return context.flag("warning", BASE, other.average, f"{subject}: {said}")
    said = (
        f"{say(context, other.total)} at {say(context, other.average)} each makes "
        f"{_count(other)} {units}, but {say(context, first.total)} at "
        f"{say(context, first.average)} each makes {_count(first)}. Rounding does not explain the "
        f"difference: on {_count(first)} {units} it is {_fitting(context, first, other)} each."
    )
    return context.flag("warning", BASE, other.average, f"{subject}: {said}")


def _count(implied: _Implied) -> str:
    value = implied.total.nominal / (implied.average.value or Fraction(1))
    return f"about {number(Fraction(round_significant(value, 3)))}"


def _fitting(context: Context, first: _Implied, other: _Implied) -> str:
    """The average that the other's total makes on the first's number."""
    value = other.total.nominal * (first.average.value or Fraction(1)) / first.total.nominal
    shown = number(Fraction(round_significant(value, 2)), context.measure(other.average).unit)
    return f"about {shown}"


def _daily(context: Context, average: Figure, total: Quantity) -> Iterator[Flag]:
    """A figure for a day, times the days of the period, against the period's total."""
    period, value = average.period, average.value or Fraction(0)
    days = (period.end - period.start).days + 1
    half = printed_step(value) / 2
    if (value - half) * days <= total.nominal <= (value + half) * days:
        return
    if context.open(average, total):
        said = f"{say(context, average)} a day for {days} days makes {number(value * days)}, but "
        said += f"“{named(context, total.first)}” is {say(context, total)}."
    else:
        said = "times the days of the period, it does not make the total given."
    yield context.flag("warning", DAILY, average, f"{about(context, average)}: {said}")
