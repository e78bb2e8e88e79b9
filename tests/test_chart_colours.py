"""The colours of charts stand out from the page and each other, whatever colours a reader sees.

Colour blindness is simulated in linear RGB by the matrices, for severity 1.0, of Machado, Oliveira
and Fernandes, “A Physiologically-based Model for Simulation of Color Vision Deficiency”, IEEE
Transactions on Visualization and Computer Graphics 15 (6), 2009.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from needs_assessment import charts
from needs_assessment.book.colour import contrast
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chart import COLOURS, DARK, GREY, TEXT

SEEN_BY = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# CIE 1976 colour difference: about 2 can just be told apart side by side. Series have marks of
# their own shape as well.
APART = 10


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    plt.close("all")


def linear(colour: str) -> np.ndarray:
    share = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def seen(colour: str, sight: str) -> np.ndarray:
    return np.clip(SEEN_BY[sight] @ linear(colour), 0, 1)


def written(light: np.ndarray) -> str:
    share = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * each):02x}" for each in share)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB, under D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = (
        each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116
        for each in to_xyz @ light / (to_xyz @ np.ones(3))
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SEEN_BY)
@pytest.mark.parametrize("colour", [*COLOURS, GREY, TEXT])
def test_every_mark_stands_out_from_the_page(colour: str, sight: str) -> None:
    assert contrast(written(seen(colour, sight)), "#ffffff") >= 3


@pytest.mark.parametrize("sight", SEEN_BY)
@pytest.mark.parametrize("pair", list(combinations(COLOURS, 2)), ids=" ".join)
def test_series_can_be_told_apart(pair: tuple[str, str], sight: str) -> None:
    one, other = (lab(seen(colour, sight)) for colour in pair)
    assert np.linalg.norm(one - other) >= APART


@pytest.mark.parametrize("sight", SEEN_BY)
@pytest.mark.parametrize("pair", [*pairwise(COLOURS), (DARK, GREY)], ids=" ".join)
def test_neighbours_hold_3_to_1(pair: tuple[str, str], sight: str) -> None:
    assert contrast(*(written(seen(colour, sight)) for colour in pair)) >= 3


def test_bars_of_two_series_never_touch() -> None:
    """Those that are no neighbours in the order are parted by white as well."""
    cells = pd.Series({"Q1": Cell(30, "30"), "Q2": Cell(20, "20")}, dtype=object)
    frame = pd.DataFrame({f"Series {number}": cells for number in range(4)})
    axes = charts.bars(frame, title="Four series beside each other").figure.axes[0]
    spans = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.patches)
    assert len(spans) == 8
    assert all(end < start for (_, end), (start, _) in pairwise(spans))


def test_marks_that_may_meet_have_a_white_edge() -> None:
    cells = {"Police": Cell(30, "30", interval=(25, 35)), "Health": Cell(20, "20")}
    level = Cell(28, "28", name="Recommended level: 28")
    for draw in (charts.dots, charts.bars):
        axes = draw(cells, title="Police refer most", benchmarks=[level]).figure.axes[0]
        lines = [line for line in axes.lines if line.get_marker() == "None"]
        assert lines and all(line.get_path_effects() for line in lines)
        marks = [line for line in axes.lines if line.get_marker() != "None"]
        assert {to_hex(mark.get_markeredgecolor()) for mark in marks} <= {"#ffffff"}
