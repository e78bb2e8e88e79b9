"""A chart ready for the report, and what every chart shares: marks, labels, notes, words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from needs_assessment.chapter.cell import Cell
from needs_assessment.display import NOT_AVAILABLE, SUPPRESSED
from needs_assessment.errors import AssessmentError

MOST_WORDS = 10
MOST_SERIES = 4
# In inches. A telephone shows the whole of a chart of this width in letters that can be read.
WIDTH = 6.0

# The Analysis Function's colours, a shade darker where it takes that to hold 3:1 against the page,
# in an order in which neighbours hold 3:1 against each other, also for everybody who confuses
# colours. The grey is for what is beside the point.
DARK, FOCUS, ORANGE, GREY = "#103E65", "#279D93", "#E36222", "#8C8C8C"
TEXT = "#3D3D3D"
COLOURS = (DARK, FOCUS, "#650F3E", ORANGE)
MARKERS = ("o", "s", "^", "D")
# Lines that run over other marks have a white edge.
OUTLINE = [patheffects.withStroke(linewidth=3.4, foreground="white")]

_ABSENT = {
    SUPPRESSED: "[c]: not shown, to protect people",
    NOT_AVAILABLE: "[x]: not available",
}


@dataclass(frozen=True)
class Chart:
    """A drawn chart, its alternative text, and the cells that it shows."""

    figure: Figure
    alt: str
    data: pd.DataFrame


def check_title(title: str) -> str:
    """The title. Raises AssessmentError when it is empty or longer than ten words."""
    if not title.strip() or len(title.split()) > MOST_WORDS:
        raise AssessmentError(
            f"The chart title “{title}” must have from 1 to {MOST_WORDS} words.",
            "State the finding; measure, area and period belong in the caption.",
        )
    return title


def check_cells(frame: pd.DataFrame, most: int = MOST_SERIES) -> pd.DataFrame:
    """The frame. Raises AssessmentError without rows, for more than `most` columns, and for
    numbers that are no cells of the library.
    """
    if frame.empty:
        raise AssessmentError("A chart was asked for without data.", "Test frame.empty first.")
    if len(frame.columns) > most:
        raise AssessmentError(
            f"A chart of {len(frame.columns)} series cannot be read; {most} are the most.",
            "Draw charts.panels, or fewer series.",
        )
    for column in frame.columns:
        for cell in frame[column]:
            if not isinstance(cell, Cell):
                raise AssessmentError(
                    f"A chart holds {cell!r}, which is no figure of the library.",
                    "Take numbers from the chapter, so that they are checked before.",
                )
    return frame


def as_frame(cells: Mapping[str, Cell] | pd.Series | pd.DataFrame) -> pd.DataFrame:
    """One column per series; cells by name make one."""
    if isinstance(cells, Mapping):
        # Without the type, pandas would make plain numbers of them.
        cells = pd.Series(cells, dtype=object, name="Value")
    return cells.to_frame() if isinstance(cells, pd.Series) else cells


def is_shown(cell: Cell) -> bool:
    """Whether there is a number to draw."""
    return not math.isnan(cell)


def value_words(cell: Cell, unit: str = "") -> str:
    """“28.7% (95% interval 20.3 to 39.0)”, for alternative text."""
    if not is_shown(cell) or cell.lower is None or cell.upper is None:
        return str(cell)
    decimals = decimals_of(cell)
    ends = f"{cell.lower:,.{decimals}f} to {cell.upper:,.{decimals}f}"
    return f"{cell} (95% interval {ends}{unit})"


def decimals_of(cell: Cell) -> int:
    """How many decimals a cell is displayed with."""
    digits = str(cell).rstrip("%m").rpartition(".")
    return len(digits[2]) if digits[1] and digits[2].isdigit() else 0


def describe(kind: str, title: str, parts: Sequence[str], lines: Sequence[Cell] = ()) -> str:
    """Alternative text: the kind of chart, what it finds, its values, and its benchmarks."""
    text = f"{kind}. {title}. {'; '.join(parts)}."
    named = [line.name for line in lines if is_shown(line)]
    if named:
        text += f" Line: {'; '.join(named)}."
    return text + _meaning(text)


def _meaning(text: str) -> str:
    found = [words for mark, words in _ABSENT.items() if mark in text]
    return f" {'; '.join(found)}." if found else ""


def note(figure: Figure, frame: pd.DataFrame, *more: str) -> None:
    """Says under the chart what its marks mean, and which values are absent."""
    shown = {str(cell) for column in frame for cell in frame[column] if not is_shown(cell)}
    parts = [*more, *(words for mark, words in _ABSENT.items() if mark in shown)]
    if parts:
        figure.supxlabel(". ".join(parts) + ".", x=0.01, ha="left", fontsize=10, color=TEXT)


def plain(axes: Axes) -> None:
    """Leaves the labels and takes the frame, the grid and the value axis away."""
    axes.set_frame_on(False)
    axes.xaxis.set_visible(False)
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)


def draw_lines(axes: Axes, lines: Sequence[Cell]) -> None:
    """Benchmarks as dashed lines across horizontal bars, each named at its top."""
    styles = ("--", ":")
    held = [line for line in lines if is_shown(line)]
    left, right = axes.get_xlim()
    for number, line in enumerate(held):
        value = float(line)
        near_the_end = value > left + 0.6 * (right - left)
        axes.axvline(
            value,
            color=ORANGE if number == 0 else TEXT,
            linestyle=styles[number % 2],
            path_effects=OUTLINE,
        )
        axes.annotate(
            line.name,
            (value, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3 + 15 * number),
            textcoords="offset points",
            ha="right" if near_the_end else "center",
            va="bottom",
            fontsize=11,
            color=TEXT,
        )
