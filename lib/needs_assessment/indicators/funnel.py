"""Groups beside each other: control limits, and small groups drawn towards the whole.

Pure functions of numbers that are shown, so that nothing follows from them that is not.
"""

import math
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

    The values at which the interval of a group of that size just reaches the average: Wilson's for
    proportions, Byar's and the exact Poisson for rates (Fingertips technical guidance).
    """
    if statistic == "proportion":
        reach = intervals.z(confidence) * math.sqrt(average * (1 - average) / base)
        return max(0.0, average - reach), min(1.0, average + reach)
    # Most editions have no such limits, and the import takes a while.
    from scipy.optimize import brentq

    expected = average * base

    def end(side: int, count: float) -> float:
        return intervals.poisson(count, confidence)[side] - expected

    most = 10 * expected + 100
    low = 0.0 if end(1, 0.0) >= 0 else brentq(lambda count: end(1, count), 0.0, most)
    return low / base, brentq(lambda count: end(0, count), 0.0, most) / base


def position(group: Observed, average: float, statistic: Statistic) -> tuple[str, bool]:
    """higher, lower or similar: whether the group's own 95 % interval lies above or below the
    average, and whether its 99.8 % interval does too.
    """
    word, far = "similar", False
    for confidence, wide in ((0.95, False), (intervals.WIDE, True)):
        if statistic == "proportion":
            low, high = intervals.wilson(group.count, group.base, confidence)
        else:
            low, high = (end / group.base for end in intervals.poisson(group.count, confidence))
        found = "higher" if low > average else "lower" if high < average else "similar"
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
