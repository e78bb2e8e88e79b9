"""The small charts of a dashboard: each indicator by quarter, with its interval."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from needs_assessment.chapter.chart import DARK, TEXT
from needs_assessment.chapter.display import figure_svg
from needs_assessment.chapter.style import use_style
from needs_assessment.dashboard.page import named
from needs_assessment.display import NOT_AVAILABLE, SUPPRESSED
from needs_assessment.indicators import intervals

MOST = 12
_COLUMNS = 3
_WIDTH = 8.4
_TITLE, _TICKS = 9.5, 9
_TITLE_SIGNS, _TITLE_LINES = 36, 2


def trends(indicators: Sequence[Mapping[str, Any]], periods: Sequence[str]) -> str:
    """An SVG of one small chart for each indicator, from 0, over `periods` (quarters, canonical).

    Dots are the numbers shown and lines their 95 % intervals: Wilson's for shares, exact for
    counts. A number that is hidden or was not returned leaves a gap.
    """
    use_style()
    rows = -(-len(indicators) // _COLUMNS)
    with plt.rc_context({"figure.constrained_layout.h_pad": 0.06}):
        figure, grid = plt.subplots(
            rows, _COLUMNS, figsize=(_WIDTH, 1.4 * rows), squeeze=False, sharex=True
        )
    for place, axes in enumerate(grid.flat):
        if place < len(indicators):
            _panel(axes, indicators[place], periods)
        else:
            axes.set_visible(False)
    return figure_svg(figure, "trends")


def alternative(indicators: Sequence[Mapping[str, Any]], periods: Sequence[str]) -> str:
    """The numbers of the charts in words."""
    parts = []
    for each in indicators:
        shown = [each["quarters"].get(period) for period in periods]
        numbers = ", ".join(_said(one) for one in shown)
        parts.append(f"{named(each)}: {numbers}")
    quarters = f"{periods[0]} to {periods[-1]}"
    return f"Small charts by quarter, {quarters}. {'; '.join(parts)}."


def _said(entry: Mapping[str, Any] | None) -> str:
    if entry is None or entry["status"] == "unavailable":
        return NOT_AVAILABLE
    return SUPPRESSED if entry["status"] == "suppressed" else str(entry["display"])


def _panel(axes: Axes, indicator: Mapping[str, Any], periods: Sequence[str]) -> None:
    places, values, ends = [], [], []
    for place, period in enumerate(periods):
        entry = indicator["quarters"].get(period)
        if entry is None or entry["value"] is None:
            continue
        places.append(place)
        values.append(entry["value"])
        ends.append(_interval(entry))
    for (first, last), (start, end) in _neighbours(places, values):
        axes.plot((first, last), (start, end), color=DARK, linewidth=1.4)
    for place, value, end in zip(places, values, ends, strict=True):
        if end:
            axes.vlines(place, *end, color=DARK, linewidth=3, alpha=0.35)
        axes.plot(place, value, "o", color=DARK, markersize=4)
    axes.set_title(_wrapped(named(indicator)), fontsize=_TITLE, loc="left", color=TEXT, pad=3)
    axes.set_xlim(-0.5, len(periods) - 0.5)
    axes.set_ylim(bottom=0)
    axes.margins(y=0.15)
    axes.tick_params(labelsize=_TICKS)
    axes.locator_params(axis="y", nbins=3)
    axes.set_xticks(range(len(periods)), [_tick(period) for period in periods], fontsize=_TICKS)
    axes.yaxis.set_major_formatter("{x:,.0f}")


def _neighbours(
    places: Sequence[int], values: Sequence[float]
) -> list[tuple[tuple[int, int], tuple[float, float]]]:
    """The stretches between quarters that follow one another."""
    pairs = zip(pairwise(places), pairwise(values), strict=True)
    return [(place, value) for place, value in pairs if place[1] - place[0] == 1]


def _interval(entry: Mapping[str, Any]) -> tuple[float, float] | None:
    if entry["lower"] is not None and entry["upper"] is not None:
        return entry["lower"], entry["upper"]
    if entry["kind"] == "count" and float(entry["value"]).is_integer():
        return intervals.poisson(entry["value"])
    return None


def _tick(period: str) -> str:
    """Q1 with its year, other quarters without."""
    return f"Q1\n{period[:7]}" if period.endswith("Q1") else period[-2:]


def _wrapped(name: str) -> str:
    """The name on two lines at most; of a longer one, the beginning and a sign that it goes on."""
    return "\n".join(wrap(name, _TITLE_SIGNS, max_lines=_TITLE_LINES, placeholder=" …"))
