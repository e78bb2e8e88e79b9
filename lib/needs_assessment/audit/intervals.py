"""Trying counts: which of them print the interval that a report shows.

Wilson's and Byar's formulas are public (Office for Health Improvement and Disparities; the same as
PHEindicatormethods), so a reader can work out the interval of every count and keep those that
agree.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy.special import gammaincinv, ndtri

from needs_assessment.audit.keys import Key
from needs_assessment.audit.system import Relation

# The largest count, and the largest base, that is tried.
_MOST = 200_000
_LARGEST_BASE = 2_000
_Z = float(ndtri(0.975))

Span = tuple[float, float]
Terms = tuple[tuple[Key, float], ...]


def counts_of_interval(
    kind: str, scale: float, lower: Span, upper: Span, top: Terms, base: float, source: str
) -> Iterator[Relation]:
    """The counts that print the interval shown, on a known base, tried one by one.

    `kind` is that of the indicator, `scale` what a fraction of 1 is multiplied by.
    """
    if kind == "proportion":
        counts = np.arange(int(min(base, _MOST)) + 1)
        low, high = wilson(counts, base)
    elif kind == "rate":
        counts = np.arange(_MOST + 1)
        low, high = (limits / base for limits in byar())
    elif kind == "change":
        counts = np.arange(1, _MOST + 1)
        low, high = ratio_change(counts, base)
    else:
        return
    found = counts[_within(low * scale, lower) & _within(high * scale, upper)]
    if found.size:
        yield Relation(top, float(found[0]), float(found[-1]), source)


def parts_and_bases_of_interval(
    scale: float, lower: Span, upper: Span, top: Terms, bottom: Terms, source: str
) -> Iterator[Relation]:
    """Part and base that print the interval shown, when neither is known: both are bounded."""
    parts: list[np.ndarray] = []
    bases: list[float] = []
    for base in range(1, _LARGEST_BASE + 1):
        counts = np.arange(base + 1)
        low, high = wilson(counts, float(base))
        fits = _within(low * scale, lower) & _within(high * scale, upper)
        if fits.any():
            parts.append(counts[fits])
            bases.append(float(base))
    if bases and bases[-1] < _LARGEST_BASE:
        found = np.concatenate(parts)
        yield Relation(top, float(found.min()), float(found.max()), source)
        yield Relation(bottom, bases[0], bases[-1], source)


def wilson(counts: np.ndarray, total: float) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % Wilson score interval of each count of a total, as fractions of 1."""
    centre = 2 * counts + _Z**2
    spread = _Z * np.sqrt(_Z**2 + 4 * counts * (1 - counts / total))
    scale = 2 * (total + _Z**2)
    return (centre - spread) / scale, (centre + spread) / scale


@cache
def byar() -> tuple[np.ndarray, np.ndarray]:
    """The 95 % limits of every count of events that is tried, from 0: exact below 10 events,
    Byar's from 10.
    """
    small, large = np.arange(10.0), np.arange(10.0, _MOST + 1)
    exact_low = np.where(small > 0, gammaincinv(small, 0.025), 0.0)
    exact_high = gammaincinv(small + 1, 0.975)
    low = large * (1 - 1 / (9 * large) - _Z / (3 * np.sqrt(large))) ** 3
    above = large + 1
    high = above * (1 - 1 / (9 * above) + _Z / (3 * np.sqrt(above))) ** 3
    return np.concatenate([exact_low, low]), np.concatenate([exact_high, high])


def ratio_change(counts: np.ndarray, before: float) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of each count's change on an earlier one, as fractions of 1: that of a
    ratio of two Poisson counts on the log scale.
    """
    spread = _Z * np.sqrt(1 / counts + 1 / before)
    ratio = counts / before
    return ratio * np.exp(-spread) - 1, ratio * np.exp(spread) - 1


def _within(numbers: np.ndarray, span: Span) -> np.ndarray:
    edge = 1e-7 * max(1.0, abs(span[0]))
    return (numbers >= span[0] - edge) & (numbers <= span[1] + edge)
