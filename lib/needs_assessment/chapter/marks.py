"""What charts are drawn with: bars, dots, lines and points that carry their values as text."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from needs_assessment.chapter import chart
from needs_assessment.chapter.cell import Cell

_GAP = 5
# Pixels between a line and a label beside it.
_NEAR = 3
_ABOVE, _BELOW = ((0.0, 9.0), "bottom"), ((0.0, -9.0), "top")
# Marks that meet are kept apart by a white edge, whatever colours a reader sees.
_EDGE = {"markeredgecolor": "white", "markeredgewidth": 1}


class Beside(NamedTuple):
    """The label to the right of a mark, and where the mark starts if its left is free too."""

    label: Annotation
    start: float | None


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
) -> Annotation:
    """Text beside a point, on white so that no line runs through it; `offset` in points."""
    return axes.annotate(
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


def bar(axes: Axes, cell: Cell, place: float, thickness: float, colour: str, text: str) -> Beside:
    """A horizontal bar from 0 with its interval; only the text where the cell is not shown."""
    if not chart.is_shown(cell):
        return Beside(label(axes, text, (0, place), (_GAP, 0)), None)
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
    return Beside(label(axes, text, (end, place), (_GAP, 0)), None)


def dot(axes: Axes, cell: Cell, place: float, number: int, text: str) -> Beside:
    """A dot with its interval; only the text where the cell is not shown."""
    if not chart.is_shown(cell):
        return Beside(label(axes, text, (0, place), (_GAP, 0)), None)
    colour, start, end = chart.COLOURS[number], float(cell), float(cell)
    if cell.lower is not None and cell.upper is not None:
        axes.hlines(place, cell.lower, cell.upper, color=colour, linewidth=2)
        start, end = cell.lower, cell.upper
    axes.plot(float(cell), place, chart.MARKERS[number], color=colour, markersize=9, **_EDGE)
    return Beside(label(axes, text, (end, place), (_GAP + 3, 0)), start)


def keep_clear(axes: Axes, labels: Sequence[Beside], lines: Sequence[float]) -> None:
    """Moves labels that an upright line would run through, or part from their mark: to the left of
    the mark where there is room, else to the right of the line.
    """
    if not lines:
        return
    settled = False
    for each in labels:
        # A label that moves can make the axes narrower, and with them everything else.
        if not settled:
            axes.figure.draw_without_rendering()
        settled = True
        places = [_across(axes, line) for line in lines]
        text, gap = each.label, _GAP + 3
        written = text.get_window_extent()
        mark = _across(axes, text.xy[0])
        box = Bbox.from_extents(mark + _NEAR + 1, written.y0, written.x1, written.y1)
        if not _crossed(box, places):
            continue
        settled = False
        if each.start is not None:
            first = _across(axes, each.start) - gap * axes.figure.dpi / 72
            free = Bbox.from_extents(first - written.width, box.y0, first, box.y1)
            if not _crossed(free, places) and free.x0 > axes.bbox.x0:
                text.xy = (each.start, text.xy[1])
                text.set(ha="right", position=(-gap, 0))
                continue
        text.xy = (max(line for line in lines if _crossed(box, [_across(axes, line)])), text.xy[1])


def _across(axes: Axes, value: float) -> float:
    return float(axes.transData.transform((value, 0))[0])


def _crossed(box: Bbox, places: Sequence[float]) -> bool:
    return any(box.x0 - _NEAR <= place <= box.x1 + _NEAR for place in places)


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


def points(axes: Axes, shown: pd.DataFrame, overall: float, outside: Sequence[object]) -> None:
    """The groups of a funnel (columns Out of and Value); those in `outside` stand out by shape,
    colour and weight. Their labels stand away from the line of the `overall` value.
    """
    ordered = sorted(shown.index, key=lambda name: float(shown.loc[name, "Out of"]))
    for name in ordered:
        at = float(shown.loc[name, "Out of"]), float(shown.loc[name, "Value"])
        far = name in outside
        colour, marker = (chart.ORANGE, "D") if far else (chart.DARK, "o")
        axes.plot(*at, marker, color=colour, markersize=9, zorder=5, **_EDGE)
    placed: list[Bbox] = []
    for name in ordered:
        at = float(shown.loc[name, "Out of"]), float(shown.loc[name, "Value"])
        sides = [_ABOVE, _BELOW] if at[1] >= overall else [_BELOW, _ABOVE]
        for offset, up in sides:
            text = label(
                axes, str(name), at, offset, across="center", up=up, size=10, bold=name in outside
            )
            axes.figure.draw_without_rendering()
            box = text.get_window_extent()
            if not any(box.overlaps(other) for other in placed) or up == sides[-1][1]:
                placed.append(box)
                break
            text.remove()
