"""Measuring a chart: what the bars and points of an SVG stand for.

A drawing that leaves out a number still draws it. Bars and points are measured against the ticks
of the value axis, or against the bars and dots whose numbers are written beside them. The interval
of a number that is shown is not measured: the alternative text says it.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from needs_assessment.audit.numerals import ANY, Numeral, numbers_in, read_numeral
from needs_assessment.audit.vectors import Axes, Box, Text, panels
from needs_assessment.display import SUPPRESSED

_BELOW = re.compile(r"<\s?(\d+)")

# Two measures of one drawing agree to this part of themselves; a bar shorter than this (in points)
# is not drawn at all.
_AGREE = 0.01
_NOTHING = 0.05


@dataclass(frozen=True)
class Plotted:
    """What a chart says for one row (a category, a quarter) of one series, counted from 0.

    `number` is what is written there, `hidden` that [c] is, `words` all that is; `span` is what is
    measured.
    """

    row: str
    series: int
    number: Numeral | None = None
    hidden: bool = False
    span: tuple[float, float] | None = None
    words: str = ""

    @property
    def series_name(self) -> str:
        """What is written but for the number: “Level 1” of “Level 1: 76”."""
        words = self.words.replace(SUPPRESSED, "")
        if self.number is not None:
            written = f"{self.number.value:,}"
            before, found, after = words.rpartition(written)
            words = f"{before} {after}" if found else words
        return words.strip(" :,.%")


def measure(svg: str) -> list[Plotted]:
    """What the bars and points of an SVG stand for; nothing for what cannot be measured."""
    return [each for axes in panels(svg) for each in _plotted(axes)]


@dataclass(frozen=True)
class _Mark:
    """What stands at a coordinate of the value axis: a number, or what rounds to it."""

    place: float
    least: float
    most: float


@dataclass(frozen=True)
class _Scale:
    """The value axis, by two marks apart from each other; `log`: it shows logarithms."""

    first: _Mark
    last: _Mark
    log: bool = False

    @property
    def unit(self) -> float:
        """What a point of length stands for."""
        return (self.last.least - self.first.least) / (self.last.place - self.first.place)

    def at(self, place: float) -> tuple[float, float]:
        """Between what the value at a coordinate lies."""
        part = (place - self.first.place) / (self.last.place - self.first.place)
        ends = [
            self._between(first, last, part)
            for first in (self.first.least, self.first.most)
            for last in (self.last.least, self.last.most)
        ]
        return min(ends), max(ends)

    def _between(self, first: float, last: float, part: float) -> float:
        if self.log:
            return float(math.exp((1 - part) * math.log(first) + part * math.log(last)))
        return (1 - part) * first + part * last


@dataclass(frozen=True)
class _Dot:
    """A mark in a row: where it stands along the value axis and across it, and its label.

    `place` is None where only its interval, the `ends`, is drawn.
    """

    row: int
    across: float
    place: float | None
    ends: tuple[float, float]
    label: str


def _plotted(axes: Axes) -> list[Plotted]:
    lying = _categories(axes.ticks["y"])
    rows = axes.ticks["y"] if lying else axes.ticks["x"]
    if not rows:
        return []
    scale = _tick_scale(axes.ticks["x" if lying else "y"], lying)
    return [
        *_bars(axes, rows, lying, scale),
        *_points(axes, rows, lying, scale),
        *_dots(axes, rows, lying, scale),
    ]


def _categories(ticks: list[Text]) -> bool:
    """Whether ticks are named, not numbered."""
    return any(read_numeral(tick.words) is None for tick in ticks)


def _tick_scale(ticks: list[Text], lying: bool) -> _Scale | None:
    """The scale that numbered ticks give, when they lie on one line."""
    return _scale(
        [
            _Mark(tick.x if lying else tick.y, float(number.value), float(number.value))
            for tick in ticks
            if (number := read_numeral(tick.words))
        ]
    )


def _scale(marks: list[_Mark], *, log: bool = False) -> _Scale | None:
    """The scale that the outermost marks give, when those between them agree."""
    if len(marks) < 2:
        return None
    first, last = (end(marks, key=lambda mark: mark.place) for end in (min, max))
    apart = first.place != last.place and (first.most < last.least or last.most < first.least)
    if not apart or (log and min(first.least, last.least) <= 0):
        return None
    scale = _Scale(first, last, log)
    near = _AGREE * abs(last.least - first.least)
    for mark in marks:
        least, most = scale.at(mark.place)
        if least > mark.most + near or most < mark.least - near:
            return None
    return scale


def _bars(axes: Axes, rows: list[Text], lying: bool, scale: _Scale | None) -> list[Plotted]:
    """Each bar in the row it stands nearest to, with what is written beside it."""
    placed: list[tuple[int, float, Box, str]] = []
    for box in axes.bars:
        middle = (box.top + box.bottom) / 2 if lying else (box.left + box.right) / 2
        thick = (box.bottom - box.top) if lying else (box.right - box.left)
        number = _nearest(middle, [tick.y if lying else tick.x for tick in rows])
        if thick > 0 and number is not None:
            placed.append((number, middle, box, _label(box, axes.texts, lying)))
    placed.sort(key=lambda each: each[:2])
    series: dict[int, int] = {}
    found = []
    lengths = [_length(box, lying) for _, _, box, _ in placed]
    per_point = _label_scale(lengths, [label for *_, label in placed])
    for (number, _, _, label), length in zip(placed, lengths, strict=True):
        place = series.get(number, 0)
        series[number] = place + 1
        value = None
        if length > _NOTHING:
            if scale is not None:
                value = abs(scale.unit) * length
            elif per_point is not None:
                value = per_point * length
        found.append(
            Plotted(
                rows[number].words,
                place,
                written_number(label),
                written_bound(label) is not None,
                _around(value),
                label,
            )
        )
    return found


def _length(box: Box, lying: bool) -> float:
    return box.right - box.left if lying else box.bottom - box.top


def _label_scale(lengths: list[float], labels: list[str]) -> float | None:
    """What a point of length stands for, as the bars with a number beside them agree."""
    ratios = [
        float(number.value) / length
        for length, label in zip(lengths, labels, strict=True)
        if length > _NOTHING and (number := written_number(label)) and number.value > 0
    ]
    if not ratios:
        return None
    middle = median(ratios)
    agree = [ratio for ratio in ratios if abs(ratio - middle) <= _AGREE * middle]
    return middle if 2 * len(agree) > len(ratios) else None


def _points(axes: Axes, rows: list[Text], lying: bool, scale: _Scale | None) -> list[Plotted]:
    """Each point of a line in the row it stands at, where the value axis has numbers."""
    if scale is None:
        return []
    places = [tick.y if lying else tick.x for tick in rows]
    found = []
    series = 0
    for line in axes.lines:
        at = [_nearest(y if lying else x, places, 0.2) for x, y in line]
        if len(line) < 2 or any(number is None for number in at) or len(set(at)) < len(at):
            continue
        for (x, y), number in zip(line, at, strict=True):
            assert number is not None
            span = _widened(*scale.at(x if lying else y))
            found.append(Plotted(rows[number].words, series, span=span))
        series += 1
    return found


def _dots(axes: Axes, rows: list[Text], lying: bool, scale: _Scale | None) -> Iterator[Plotted]:
    """Each dot that is no part of a line, with what is written beside it.

    Where the value axis has no numbers, two dots or more with numbers beside them are its scale.
    A hidden number of which only the interval is drawn lies within it. What stands beside no
    label is not told from the marks of a benchmark.
    """
    if not _categories(rows):
        return
    dots = [dot for dot in _placed(axes, rows, lying) if dot.label]
    numbers = [written_number(dot.label) for dot in dots]
    marks = [
        _Mark(dot.place, *(number.exact if number.whole else number.rounded))
        for dot, number in zip(dots, numbers, strict=True)
        if number and dot.place is not None
    ]
    scale = scale or _scale(marks) or _scale(marks, log=True)
    series: dict[int, int] = {}
    for dot, number in zip(dots, numbers, strict=True):
        place = series.get(dot.row, 0)
        series[dot.row] = place + 1
        span = None
        if scale is not None:
            places = dot.ends if dot.place is None else (dot.place,)
            ends = [end for each in places for end in scale.at(each)]
            span = _widened(min(ends), max(ends))
        hidden = written_bound(dot.label) is not None
        if hidden or dot.place is not None:
            yield Plotted(rows[dot.row].words, place, number, hidden, span, dot.label)


def _placed(axes: Axes, rows: list[Text], lying: bool) -> list[_Dot]:
    """The dots of each row, then the intervals in which there is none, in order across."""
    lines = {point for line in axes.lines if len(line) > 2 for point in line}
    places = [tick.y if lying else tick.x for tick in rows]
    dots: list[_Dot] = []
    taken: set[tuple[int, float]] = set()
    for line in sorted(axes.lines, key=len):
        across = {round(y if lying else x, 1) for x, y in line}
        along = [x if lying else y for x, y in line]
        if len(line) > 2 or len(across) > 1 or lines.intersection(line):
            continue
        (middle,) = across
        number = _nearest(middle, places)
        if number is None or (len(line) == 2 and (number, middle) in taken):
            continue
        taken.add((number, middle))
        box = Box(along[0], along[-1], middle - 4, middle + 4)
        if not lying:
            box = Box(middle - 4, middle + 4, along[0], along[-1])
        label = _label(box, axes.texts, lying)
        ends = min(along), max(along)
        dots.append(_Dot(number, middle, along[0] if len(line) == 1 else None, ends, label))
    return sorted(dots, key=lambda dot: (dot.row, dot.across))


def _around(value: float | None) -> tuple[float, float] | None:
    """What can be meant by a measured value."""
    return None if value is None else _widened(value, value)


def _widened(least: float, most: float) -> tuple[float, float]:
    """Drawings are precise to about a thousandth."""
    edge = 0.05 + 0.002 * max(abs(least), abs(most))
    return least - edge, most + edge


def _nearest(place: float, places: list[float], within: float = 0.6) -> int | None:
    """Which of the rows is nearest, when it is nearer than a part of the distance of rows."""
    order = sorted(set(places))
    gap = min((after - each for each, after in pairwise(order)), default=1e9)
    number = min(range(len(places)), key=lambda each: abs(places[each] - place))
    return number if abs(places[number] - place) <= within * gap else None


def _label(box: Box, texts: list[Text], lying: bool) -> str:
    """The text beside or on a bar: the nearest one that begins no further off than its edges."""
    middle = (box.top + box.bottom) / 2 if lying else (box.left + box.right) / 2
    thick = (box.bottom - box.top) if lying else (box.right - box.left)
    distances = [
        (abs((text.y - 4 if lying else text.x + 6) - middle), text.words)
        for text in texts
        if SUPPRESSED in text.words or numbers_in(text.words)
    ]
    near = [each for each in distances if each[0] <= max(thick / 2, 4.0)]
    return min(near)[1] if near else ""


def written_bound(words: str) -> float | None:
    """The largest number that a label leaves possible when it hides one: [c] or “<5”."""
    if SUPPRESSED in words:
        return ANY
    found = _BELOW.search(words)
    return float(found[1]) - 1 if found else None


def written_number(words: str) -> Numeral | None:
    """The number of a label: at its start (“40 cases”), else the last one (“Level 1: 76”)."""
    if written_bound(words) is not None:
        return None
    whole = read_numeral(words)
    found = numbers_in(words)
    if whole or not found:
        return whole
    number = found[0] if words[:1].isdigit() else found[-1]
    return Numeral(number.value, percent="%" in words, about="about" in words)
