"""Confidence intervals, as the Office for Health Improvement and Disparities computes them.

Formulas: PHEindicatormethods (Wilson; Byar; exact Poisson below 10 events). The interval of a
change is that of the ratio of two Poisson counts on the log scale.
"""

import math
from functools import lru_cache

from scipy.special import gammaincinv, ndtri

Interval = tuple[float, float]

WIDE = 0.998
"""The confidence of control limits; that of intervals is 95 %."""


def wilson(count: float, total: float, confidence: float = 0.95) -> Interval:
    """Wilson score interval of the proportion `count / total`, as fractions of 1.

    Raises ValueError unless 0 <= count <= total and total > 0.
    """
    if not 0 <= count <= total or total <= 0:
        raise ValueError(f"not a proportion: {count} of {total}")
    normal = z(confidence)
    centre = 2 * count + normal * normal
    spread = normal * math.sqrt(normal * normal + 4 * count * (1 - count / total))
    scale = 2 * (total + normal * normal)
    return (centre - spread) / scale, (centre + spread) / scale


def poisson(count: float, confidence: float = 0.95) -> Interval:
    """Interval of a count of events: exact below 10, Byar's method from 10.

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"not a count: {count}")
    if count < 10:
        tail = (1 - confidence) / 2
        # Half of a chi-squared quantile with twice the degrees of freedom; scipy.stats takes longer
        # to import than a check takes.
        lower = gammaincinv(count, tail) if count else 0.0
        return float(lower), float(gammaincinv(count + 1, 1 - tail))
    normal = z(confidence)
    lower = count * (1 - 1 / (9 * count) - normal / (3 * math.sqrt(count))) ** 3
    above = count + 1
    upper = above * (1 - 1 / (9 * above) + normal / (3 * math.sqrt(above))) ** 3
    return lower, upper


def change(now: float, before: float, confidence: float = 0.95) -> Interval | None:
    """Interval of `now / before - 1`, as fractions of 1; None when either count is 0."""
    if now <= 0 or before <= 0:
        return None
    spread = z(confidence) * math.sqrt(1 / now + 1 / before)
    ratio = now / before
    return ratio * math.exp(-spread) - 1, ratio * math.exp(spread) - 1


def difference(
    now: float, now_total: float, before: float, before_total: float, confidence: float = 0.95
) -> Interval:
    """Interval of the difference of two proportions, as fractions of 1.

    Newcombe's hybrid score method: the Wilson intervals of the two, put together (Statistics in
    Medicine 1998; 17: 873-890, method 10).
    """
    first, second = now / now_total, before / before_total
    low_now, high_now = wilson(now, now_total, confidence)
    low_before, high_before = wilson(before, before_total, confidence)
    gap = first - second
    return (
        gap - math.hypot(first - low_now, high_before - second),
        gap + math.hypot(high_now - first, second - low_before),
    )


@lru_cache
def z(confidence: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 95 %."""
    return float(ndtri(1 - (1 - confidence) / 2))
