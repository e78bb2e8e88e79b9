"""Charts for chapters, in the Analysis Function's style.

Each returns a `Chart` for `chapter.figure`. The title states the finding in ten words at most.
Cells that may not be shown are left out, and said to be so under the chart; nothing about them can
be read from lengths, positions or scales, which follow from the cells that are shown.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from needs_assessment.chapter import chart, marks
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chart import Chart
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators import funnel as control
from needs_assessment.indicators.intervals import WIDE

_INTERVAL = "Lines show 95% intervals"
_ROW = 0.34


def bars(
    cells: Mapping[str, Cell] | pd.Series | pd.DataFrame,
    *,
    title: str,
    benchmarks: Sequence[Cell] = (),
    highlight: str | None = None,
) -> Chart:
    """Horizontal bars from 0, a row for each name, up to four series beside each other.

    Bars carry their value as text and, where a cell has one, its 95 % interval. `benchmarks` are
    drawn as dashed lines with their names (`chapter.benchmark_line`). `highlight` names the row
    that stands out; the others are grey.
    """
    frame = chart.check_cells(chart.as_frame(cells))
    series = len(frame.columns)
    height = 0.75 + (_ROW + 0.27 * (series - 1)) * len(frame) + 0.2 * len(benchmarks)
    figure, axes = plt.subplots(figsize=(chart.WIDTH, height))
    thickness = 0.78 / series
    labels = []
    for number, column in enumerate(frame):
        for row, (name, cell) in enumerate(frame[column].items()):
            place = row + (number - (series - 1) / 2) * thickness
            faded = highlight is not None and name != highlight
            colour = chart.GREY if faded else chart.COLOURS[number]
            text = f"{cell} {column}" if series > 1 and str(cell) else str(cell)
            labels.append(marks.bar(axes, cell, place, thickness * 0.92, colour, text))
    _finish_rows(figure, axes, frame, title, benchmarks, labels)
    return Chart(figure, _words("Bar chart", title, frame, benchmarks), frame)


def dots(
    cells: Mapping[str, Cell] | pd.Series | pd.DataFrame,
    *,
    title: str,
    benchmarks: Sequence[Cell] = (),
) -> Chart:
    """A dot and its 95 % interval for each name; several series in rows of their own."""
    frame = chart.check_cells(chart.as_frame(cells))
    series = len(frame.columns)
    height = 0.75 + (_ROW + 0.24 * (series - 1)) * len(frame) + 0.2 * len(benchmarks)
    figure, axes = plt.subplots(figsize=(chart.WIDTH, height))
    labels = []
    for number, column in enumerate(frame):
        for row, cell in enumerate(frame[column]):
            place = row + (number - (series - 1) / 2) * 0.7 / series
            text = f"{cell} {column}" if series > 1 and str(cell) else str(cell)
            labels.append(marks.dot(axes, cell, place, number, text))
    axes.set_ylim(-0.6, len(frame) - 0.4)
    _finish_rows(figure, axes, frame, title, benchmarks, labels)
    return Chart(figure, _words("Dots with intervals", title, frame, benchmarks), frame)


def stages(frame: pd.DataFrame, *, title: str) -> Chart:
    """The stages of a breakdown from first to last: a bar for the number at each, labelled with
    the number and, where it was worked out, its share of the first.
    """
    numbers = frame["Number"] if "Number" in frame else frame["Value"]
    data = chart.check_cells(frame[["Number", "Value"]] if "Number" in frame else frame[["Value"]])
    figure, axes = plt.subplots(figsize=(chart.WIDTH, 0.75 + 0.45 * len(data)))
    parts = []
    for row, (name, cell) in enumerate(numbers.items()):
        share = frame["Value"].iloc[row] if "Number" in frame and row else None
        text = f"{cell} ({share})" if share is not None and chart.is_shown(share) else str(cell)
        marks.bar(axes, Cell(float(cell), str(cell)), row, 0.72, chart.DARK, text)
        parts.append(f"{name}: {text}")
    axes.set_yticks(range(len(data)), list(data.index))
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.set_xlim(left=0)
    chart.plain(axes)
    _title(figure, title)
    chart.note(figure, data)
    return Chart(figure, chart.describe("Bar chart of stages", title, parts), data)


def lines(frame: pd.DataFrame, *, title: str, unit: str = "") -> Chart:
    """A line for each column over the rows, named at its end; from 0.

    Columns are never joined to one another, and a line stops where a value is missing: series
    that cannot be compared go into columns of their own. Rows that are years stand as far apart
    as the years do.
    """
    frame = chart.check_cells(frame)
    figure, axes = plt.subplots(figsize=(chart.WIDTH, 3.5))
    years = all(isinstance(name, int) for name in frame.index)
    places = list(frame.index) if years else list(range(len(frame)))
    highest = max(
        (
            end
            for column in frame
            for cell in frame[column]
            for end in (cell, cell.upper or 0.0)
            if chart.is_shown(cell)
        ),
        default=0.0,
    )
    for number in range(len(frame.columns)):
        marks.line(axes, frame, number, places, named=len(frame.columns) > 1)
    axes.set_xticks(places, [str(name) for name in frame.index])
    axes.set_ylim(0, highest * 1.18 or 1)
    span = places[-1] - places[0] or 1
    right = 0.3 if len(frame.columns) > 1 else 0.06
    axes.set_xlim(places[0] - 0.06 * span, places[-1] + right * span)
    _scale(axes, unit)
    axes.set_xlabel("")
    _title(figure, title)
    chart.note(figure, frame, *([_INTERVAL] if _has_intervals(frame) else []))
    parts = [
        f"{column}: "
        + ", ".join(
            f"{chart.value_words(cell)} in {name}"
            for name, cell in frame[column].items()
            if chart.is_shown(cell) or str(cell)
        )
        for column in frame
    ]
    return Chart(figure, chart.describe("Line chart", title, parts), frame)


def panels(frame: pd.DataFrame, *, title: str, unit: str = "") -> Chart:
    """Small multiples: a panel for each column, up to eight, all on one scale from 0. A panel has
    the rows that its column gives.
    """
    frame = chart.check_cells(frame, most=8)
    given = [frame[column][[str(cell) != "" for cell in frame[column]]] for column in frame]
    columns = len(given) if len(given) <= 4 else -(-len(given) // 2)
    rows = -(-len(given) // columns)
    figure, grid = plt.subplots(
        rows, columns, sharey=True, squeeze=False, figsize=(chart.WIDTH, 0.7 + 2.3 * rows)
    )
    widest = max(len(cells) for cells in given)
    for number, axes in enumerate(grid.flat):
        if number >= len(given):
            axes.set_axis_off()
            continue
        cells = given[number]
        for place, cell in enumerate(cells):
            marks.column(axes, cell, place)
        axes.set_title("\n".join(wrap(str(cells.name), 66 // columns)), fontsize=11)
        axes.set_xticks(range(len(cells)), [str(name) for name in cells.index], fontsize=10)
        axes.set_xlim(-0.6, widest - 0.4)
        axes.margins(y=0.2)
    grid.flat[0].set_ylim(bottom=0)
    _scale(grid.flat[0], unit)
    _title(figure, title)
    chart.note(figure, frame, *([_INTERVAL] if _has_intervals(frame) else []))
    parts = [
        f"{cells.name}: "
        + ", ".join(f"{name} {chart.value_words(cell)}" for name, cell in cells.items())
        for cells in given
    ]
    return Chart(figure, chart.describe("Small bar charts on one scale", title, parts), frame)


def funnel(frame: pd.DataFrame, overall: Cell, *, title: str) -> Chart:
    """A funnel plot of a breakdown: each group's value against its size, with the value overall
    and its 95 % and 99.8 % control limits. Groups inside them differ by no more than chance.

    Raises AssessmentError for a breakdown whose rows have no base of their own.
    """
    kind, multiplier = frame.attrs.get("kind"), frame.attrs.get("multiplier")
    if kind not in ("proportion", "rate") or not chart.is_shown(overall):
        raise AssessmentError(
            "A funnel needs a breakdown whose groups each have a base.",
            "Pass chapter.breakdown(id) and chapter.overall(id) as they come.",
        )
    data = chart.check_cells(frame[["Out of", "Value"]])
    shown = data[[chart.is_shown(cell) for cell in data["Value"]]]
    figure, axes = plt.subplots(figsize=(chart.WIDTH, 4.2))
    sizes = [float(cell) for cell in shown["Out of"]]
    average = float(overall) / multiplier
    spread = np.linspace(max(1.0, 0.8 * min(sizes)), 1.1 * max(sizes), 120)
    for confidence, style, name in ((0.95, "--", "95%"), (WIDE, ":", "99.8%")):
        ends = [control.limits(average, size, kind, confidence) for size in spread]
        for side in (0, 1):
            curve = [multiplier * end[side] for end in ends]
            axes.plot(spread, curve, linestyle=style, color=chart.TEXT, linewidth=1.3)
        place = spread[len(spread) // 12]
        edge = control.limits(average, place, kind, confidence)[1]
        marks.label(axes, name, (place, multiplier * edge), across="center", size=10)
    axes.axhline(float(overall), color=chart.ORANGE)
    marks.label(axes, f"All: {overall}", (spread[-1], float(overall)), (4, 0), size=10)
    outside = [name for name in shown.index if _place_words(frame, name) != "similar to all"]
    axes.set_xlim(spread[0], spread[-1] * 1.02)
    marks.points(axes, shown, float(overall), outside)
    # What counts is the distance from the limits, so the scale need not start at 0.
    lowest = max(0.0, axes.get_ylim()[0])
    axes.set_ylim(bottom=lowest)
    _, _, counted = frame.attrs.get("unit", "").partition(" 1")
    of = counted.partition(" ")[2] or "people"
    axes.set_xlabel(f"Number of {of}" if kind == "rate" else "Number that the share is taken of")
    if kind == "rate":
        axes.set_title(str(frame.attrs.get("unit", "")).capitalize(), loc="left", fontsize=11)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    suffix = "%" if frame.attrs.get("unit") == "%" else ""
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}{suffix}")
    _title(figure, title)
    words = ["Dashed and dotted lines: 95% and 99.8% control limits"]
    chart.note(figure, data, *words, *(["The scale does not start at 0"] if lowest else []))
    parts = [
        f"{name}: {cell} of a base of {size}, {_place_words(frame, name)}"
        for name, size, cell in data.itertuples()
    ]
    return Chart(figure, chart.describe("Funnel plot", title, [f"All: {overall}", *parts]), data)


def ratios(cells: Mapping[str, Cell] | pd.Series, *, title: str) -> Chart:
    """Representation ratios about 1: dot and 95 % interval on a scale on which half and double
    are equally far from 1. Left of the line a group has less than its share.
    """
    frame = chart.check_cells(chart.as_frame(cells), most=1)
    figure, axes = plt.subplots(figsize=(chart.WIDTH, 1.1 + 0.38 * len(frame)))
    column = frame.columns[0]
    low, high = _reach([cell for cell in frame[column] if chart.is_shown(cell)])
    labels = []
    beyond = False
    for row, cell in enumerate(frame[column]):
        if not chart.is_shown(cell):
            marks.label(axes, str(cell), (1.0, row), (6, 0))
            continue
        given = [float(cell) if end is None else end for end in (cell.lower, cell.upper)]
        ends = [min(max(end, low), high) for end in given]
        axes.hlines(row, *ends, color=chart.DARK, linewidth=2)
        for end, drawn, arrow in zip(given, ends, "<>", strict=True):
            if end != drawn:
                beyond = True
                axes.plot(drawn, row, arrow, color=chart.DARK, markersize=8)
        if low <= float(cell) <= high:
            axes.plot(float(cell), row, "o", color=chart.DARK, markersize=9)
        text = marks.label(axes, f"{cell} times", (ends[1], row), (8, 0))
        labels.append(marks.Beside(text, ends[0]))
    axes.axvline(1.0, color=chart.ORANGE, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlim(low / 1.1, high * 1.5)
    axes.set_yticks(range(len(frame)), [str(name) for name in frame.index])
    axes.set_ylim(len(frame) - 0.4, -1.1)
    marks.label(axes, "less than its share", (1.0, -0.8), (-8, 0), across="right")
    marks.label(axes, "more than its share", (1.0, -0.8), (8, 0))
    chart.plain(axes)
    axes.xaxis.set_ticks([])
    _title(figure, title)
    chart.note(figure, frame, _INTERVAL, *(["Arrows go beyond the scale"] if beyond else []))
    marks.keep_clear(axes, labels, [1.0])
    parts = [f"{name}: {chart.value_words(cell)}" for name, cell in frame[column].items()]
    alt = chart.describe("Dots with intervals about 1, the share of the population", title, parts)
    return Chart(figure, alt, frame)


def _place_words(frame: pd.DataFrame, name: object) -> str:
    words = str(frame.loc[name, "Position"]) if "Position" in frame else "similar"
    return {"higher": "higher than all", "lower": "lower than all"}.get(words, "similar to all")


def _finish_rows(
    figure: plt.Figure,
    axes: Axes,
    frame: pd.DataFrame,
    title: str,
    benchmarks: Sequence[Cell],
    labels: Sequence[marks.Beside],
) -> None:
    axes.set_yticks(range(len(frame)), [str(name) for name in frame.index])
    axes.invert_yaxis()
    axes.margins(x=0.16)
    left, right = axes.get_xlim()
    furthest = [1.03 * float(line) for line in benchmarks if chart.is_shown(line)]
    axes.set_xlim(min(0.0, left), max([right, *furthest]))
    chart.plain(axes)
    chart.draw_lines(axes, benchmarks)
    _title(figure, title)
    chart.note(figure, frame, *([_INTERVAL] if _has_intervals(frame) else []))
    marks.keep_clear(axes, labels, [float(line) for line in benchmarks if chart.is_shown(line)])


def _words(kind: str, title: str, frame: pd.DataFrame, benchmarks: Sequence[Cell]) -> str:
    several = len(frame.columns) > 1
    parts = [
        f"{name}: "
        + ", ".join(
            f"{chart.value_words(cell)} {column}" if several else chart.value_words(cell)
            for column, cell in row.items()
            if str(cell)
        )
        for name, row in frame.iterrows()
    ]
    return chart.describe(kind, title, parts, benchmarks)


def _scale(axes: Axes, unit: str) -> None:
    """A value axis whose marks are printed in full: none at 2.5 that is called 2."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}{unit}")


def _has_intervals(frame: pd.DataFrame) -> bool:
    return any(cell.lower is not None for column in frame for cell in frame[column])


def _reach(cells: Sequence[Cell]) -> tuple[float, float]:
    """The ends of a scale of ratios: at least a half to double, at most a twentieth to 20 times."""
    ends = [end for cell in cells for end in (cell.lower, cell.upper, float(cell)) if end]
    return max(0.05, min([0.5, *ends])), min(20.0, max([2.0, *ends]))


def _title(figure: plt.Figure, title: str) -> None:
    figure.suptitle(chart.check_title(title), x=0.01, ha="left", fontsize=13, fontweight="bold")
