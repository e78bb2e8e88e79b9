"""Groups beside each other: control limits, and small groups drawn towards the whole.

Pure functions of numbers that are shown, so that nothing follows from them that is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from needs_assessment.indicators import intervals

Statistic = Literal["proportion", "rate"]


@dataclass(frozen=True)
class Observed:
    """Events or members of one group, and its base."""

    count: float
    base: float


def overall(groups: Sequence[Observed]) -> float:
    """All groups together: counts over bases, as a fraction of 1. Raises ValueError without."""
    base = sum(each.base for each in groups)
    if base <= 0:
        raise ValueError("no group has a base")
    return sum(each.count for each in groups) / base


def limits(
    average: float, base: float, statistic: Statistic, confidence: float
) -> tuple[float, float]:
    """Control limits around `average` for a group of size `base`, as fractions of 1.

    A group outside them differs from the average by more than chance would have it. Wilson's
    limits for proportions, as in the Fingertips technical guidance; for rates, the interval of
    the expected count.
    """
    if statistic == "proportion":
        return intervals.wilson(average * base, base, confidence)
    lower, upper = intervals.poisson(average * base, confidence)
    return lower / base, upper / base


def position(group: Observed, average: float, statistic: Statistic) -> tuple[str, bool]:
    """higher, lower or similar, and whether it is so at 99.8 % too.

    A proportion is judged by the limits around the average; a rate by its own interval.
    """
    word, far = "similar", False
    for confidence, wide in ((0.95, False), (intervals.WIDE, True)):
        if statistic == "proportion":
            low, high = limits(average, group.base, statistic, confidence)
            value = group.count / group.base
            found = "higher" if value > high else "lower" if value < low else "similar"
        else:
            low, high = intervals.poisson(group.count, confidence)
            found = (
                "higher"
                if low > average * group.base
                else "lower"
                if high < average * group.base
                else "similar"
            )
        if found != "similar":
            word, far = found, wide
    return word, far


def shrink(groups: Sequence[Observed], statistic: Statistic) -> list[float]:
    """Each group's value drawn towards the overall one, small groups the most.

    Empirical Bayes by the method of moments (Marshall, Applied Statistics 1991; 40: 283-294): the
    weight of a group's own value is the variance between groups over that variance plus the
    group's sampling variance. Fractions of 1.
    """
    average = overall(groups)
    base = sum(each.base for each in groups)
    spread = sum(each.base * (each.count / each.base - average) ** 2 for each in groups) / base
    noise = average * (1 - average) if statistic == "proportion" else average
    between = max(0.0, spread - noise / (base / len(groups)))
    values = []
    for each in groups:
        own = each.count / each.base
        within = noise / each.base
        weight = between / (between + within) if between + within > 0 else 0.0
        values.append(average + weight * (own - average))
    return values
