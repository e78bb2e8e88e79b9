"""What charts are drawn with: bars, dots, lines and points that carry their values as text."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from needs_assessment.chapter import chart
from needs_assessment.chapter.cell import Cell

_GAP = 5
# Marks that meet are kept apart by a white edge, whatever colours a reader sees.
_EDGE = {"markeredgecolor": "white", "markeredgewidth": 1}


def label(
    axes: Axes,
    text: str,
    point: tuple[float, float],
    offset: tuple[float, float] = (0.0, 0.0),
    *,
    across: str = "left",
    up: str = "center",
    size: float = 11,
    bold: bool = False,
) -> None:
    """Text beside a point, on white so that no line runs through it; `offset` in points."""
    axes.annotate(
        text,
        point,
        xytext=offset,
        textcoords="offset points",
        ha=across,
        va=up,
        fontsize=size,
        fontweight="bold" if bold else "normal",
        color=chart.TEXT,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        zorder=4,
    )


def bar(axes: Axes, cell: Cell, place: float, thickness: float, colour: str, text: str) -> None:
    """A horizontal bar from 0 with its interval; only the text where the cell is not shown."""
    if not chart.is_shown(cell):
        label(axes, text, (0, place), (_GAP, 0))
        return
    axes.barh(place, float(cell), height=thickness, color=colour)
    end = float(cell)
    if cell.lower is not None and cell.upper is not None:
        axes.hlines(
            place,
            cell.lower,
            cell.upper,
            color=chart.TEXT,
            linewidth=1.6,
            path_effects=chart.OUTLINE,
            zorder=3,
        )
        end = max(end, cell.upper)
    label(axes, text, (end, place), (_GAP, 0))


def dot(axes: Axes, cell: Cell, place: float, number: int, text: str) -> None:
    """A dot with its interval; only the text where the cell is not shown."""
    if not chart.is_shown(cell):
        label(axes, text, (0, place), (_GAP, 0))
        return
    colour, end = chart.COLOURS[number], float(cell)
    if cell.lower is not None and cell.upper is not None:
        axes.hlines(place, cell.lower, cell.upper, color=colour, linewidth=2)
        end = cell.upper
    axes.plot(float(cell), place, chart.MARKERS[number], color=colour, markersize=9, **_EDGE)
    label(axes, text, (end, place), (_GAP + 3, 0))


def column(axes: Axes, cell: Cell, place: float) -> None:
    """An upright bar from 0 with its interval; only the text where the cell is not shown."""
    if not chart.is_shown(cell):
        label(axes, str(cell), (place, 0), (0, 2), across="center", up="bottom", size=10)
        return
    axes.bar(place, float(cell), width=0.7, color=chart.DARK)
    end = float(cell)
    if cell.lower is not None and cell.upper is not None:
        axes.vlines(
            place,
            cell.lower,
            cell.upper,
            color=chart.TEXT,
            linewidth=1.6,
            path_effects=chart.OUTLINE,
            zorder=3,
        )
        end = max(end, cell.upper)
    label(axes, str(cell), (place, end), (0, 3), across="center", up="bottom", size=10)


def line(
    axes: Axes, frame: pd.DataFrame, number: int, places: Sequence[float], *, named: bool
) -> None:
    """One column of a frame as a line with intervals, values, and its name at the last value."""
    name = frame.columns[number]
    cells = list(frame[name])
    colour = chart.COLOURS[number]
    values = [float(cell) for cell in cells]
    axes.plot(places, values, marker=chart.MARKERS[number], color=colour, markersize=8, **_EDGE)
    held = [row for row, cell in enumerate(cells) if chart.is_shown(cell)]
    for row in held:
        cell = cells[row]
        if cell.lower is not None and cell.upper is not None:
            axes.vlines(places[row], cell.lower, cell.upper, color=colour, linewidth=1.5)
    for row in sorted({held[0], held[-1]}) if len(held) > 6 else held:
        others = [float(each) for each in frame.iloc[row] if chart.is_shown(each)]
        offset = (0, -9) if max(others) > values[row] else (0, 8)
        up = "top" if offset[1] < 0 else "bottom"
        label(axes, str(cells[row]), (places[row], values[row]), offset, across="center", up=up)
    if held and named:
        label(axes, str(name), (places[held[-1]], values[held[-1]]), (12, 0), bold=True)


def points(axes: Axes, shown: pd.DataFrame, outside: Sequence[object]) -> None:
    """The groups of a funnel (columns Out of and Value); those in `outside` stand out by shape,
    colour and weight.
    """
    ordered = sorted(shown.index, key=lambda name: float(shown.loc[name, "Out of"]))
    for number, name in enumerate(ordered):
        at = float(shown.loc[name, "Out of"]), float(shown.loc[name, "Value"])
        far = name in outside
        colour, marker = (chart.ORANGE, "D") if far else (chart.DARK, "o")
        axes.plot(*at, marker, color=colour, markersize=9, zorder=5, **_EDGE)
        offset, up = ((0, 9), "bottom") if number % 2 else ((0, -9), "top")
        label(axes, str(name), at, offset, across="center", up=up, size=10, bold=far)
