"""Measuring a chart: what the bars and points of an SVG stand for.

A drawing that leaves out a number still draws it. Bars and points are measured against the ticks
of the value axis, or against the bars whose numbers are written beside them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from statistics import median
from xml.etree import ElementTree

from needs_assessment.audit.numerals import ANY, Numeral, numbers_in, read_numeral
from needs_assessment.audit.shown import plain
from needs_assessment.display import SUPPRESSED

_POINT = re.compile(r"[ML]\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
_TRANSLATE = re.compile(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
_TICK = re.compile(r"([xy])tick_\d+")
_LENGTH = re.compile(r"-?[\d.]+")
_BELOW = re.compile(r"<\s?(\d+)")
_CURVE = re.compile(r"[CQAcqa]")

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


@dataclass(frozen=True)
class _Text:
    words: str
    x: float
    y: float


@dataclass(frozen=True)
class _Box:
    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> tuple[float, float]:
        return round(self.right - self.left, 1), round(self.bottom - self.top, 1)


@dataclass
class _Axes:
    """The parts of one panel: ticks of each axis, texts, bars, and lines as points."""

    ticks: dict[str, list[_Text]] = field(default_factory=lambda: {"x": [], "y": []})
    texts: list[_Text] = field(default_factory=list)
    bars: list[_Box] = field(default_factory=list)
    lines: list[list[tuple[float, float]]] = field(default_factory=list)


def measure(svg: str) -> list[Plotted]:
    """What the bars and points of an SVG stand for; nothing for what cannot be measured."""
    root = _parsed(svg)
    if root is None:
        return []
    frames = {box.size for box in _frames(root)}
    panels = [each for each in root.iter("g") if str(each.get("id", "")).startswith("axes_")]
    found: list[Plotted] = []
    for panel in panels or [root]:
        axes = _Axes()
        _collect(panel, axes, "")
        axes.bars = [box for box in axes.bars if box.size not in frames]
        found += _plotted(axes)
    return found


def _parsed(svg: str) -> ElementTree.Element | None:
    """The drawing without namespaces; comments, where words drawn as outlines are written out,
    kept as elements.
    """
    if not svg.strip():
        return None
    bare = re.sub(r"\sxmlns(?::\w+)?=\"[^\"]*\"", "", svg)
    bare = re.sub(r"<(/?)\w+:", r"<\1", re.sub(r"\s\w+:(\w+=)", r" \1", bare))
    bare = re.sub(r"<!DOCTYPE[^>]*>", "", bare)
    builder = ElementTree.TreeBuilder(insert_comments=True)
    try:
        return ElementTree.fromstring(bare, ElementTree.XMLParser(target=builder))
    except ElementTree.ParseError:
        return None


def _frames(root: ElementTree.Element) -> Iterator[_Box]:
    """The figure itself and the areas that panels draw in."""
    sizes = [_LENGTH.findall(str(root.get("viewBox") or root.get("viewbox") or ""))]
    if len(sizes[0]) == 4:
        yield _Box(0.0, float(sizes[0][2]), 0.0, float(sizes[0][3]))
    for clip in [*root.iter("clipPath"), *root.iter("clippath")]:
        yield from (box for each in clip.iter("rect") if (box := _rectangle(each)))


def _collect(element: ElementTree.Element, axes: _Axes, axis: str) -> None:
    """Gathers the parts of a panel; `axis` is that of the tick that an element belongs to."""
    for child in element:
        if child.tag in ("defs", "clipPath", "clippath") or not isinstance(child.tag, str):
            continue
        name = str(child.get("id", ""))
        tick = _TICK.fullmatch(name)
        if tick:
            _tick(child, tick[1], axes)
        elif name.startswith("text_") or child.tag == "text":
            axes.texts += _texts(child)
        elif child.tag == "rect":
            box = _rectangle(child)
            axes.bars += [box] if box else []
        elif child.tag == "path":
            _path(child, axes)
        elif child.tag == "use" and name == "" and axis == "":
            axes.lines.append([(_number(child, "x"), _number(child, "y"))])
        else:
            _collect(child, axes, axis)


def _tick(element: ElementTree.Element, axis: str, axes: _Axes) -> None:
    marks = [each for each in element.iter("use") if each.get("x") and each.get("y")]
    texts = _texts(element)
    words = " ".join(text.words for text in texts)
    if words and marks:
        axes.ticks[axis].append(_Text(words, _number(marks[0], "x"), _number(marks[0], "y")))
    elif words:
        # A category without a mark stands where its label does.
        axes.ticks[axis].append(_Text(words, texts[0].x, texts[0].y))


def _texts(element: ElementTree.Element) -> list[_Text]:
    """The words of an element and where they stand: text, or outlines with the words beside."""
    found = []
    for each in element.iter():
        if each.tag == "text":
            x, y = _moved(each)
            found.append(_Text(plain("".join(each.itertext())), x, y))
    if found:
        return found
    notes = [unescape(each.text or "") for each in element.iter() if not isinstance(each.tag, str)]
    moved = [each for each in element.iter("g") if "translate" in str(each.get("transform", ""))]
    if notes and moved:
        x, y = _moved(moved[0])
        return [_Text(plain(" ".join(notes)), x, y)]
    return []


def _moved(element: ElementTree.Element) -> tuple[float, float]:
    shift = _TRANSLATE.search(str(element.get("transform", "")))
    x, y = (float(shift[1]), float(shift[2])) if shift else (0.0, 0.0)
    return x + _number(element, "x"), y + _number(element, "y")


def _number(element: ElementTree.Element, name: str) -> float:
    found = _LENGTH.match(str(element.get(name, "")))
    return float(found[0]) if found else 0.0


def _rectangle(element: ElementTree.Element) -> _Box | None:
    x, y = _number(element, "x"), _number(element, "y")
    return _Box(x, x + _number(element, "width"), y, y + _number(element, "height"))


def _path(element: ElementTree.Element, axes: _Axes) -> None:
    outline = str(element.get("d", ""))
    points = [(float(x), float(y)) for x, y in _POINT.findall(outline)]
    if _CURVE.search(outline) or len(points) < 2:
        return
    across, down = [x for x, _ in points], [y for _, y in points]
    if "z" in outline.casefold() and len(points) in (4, 5):
        axes.bars.append(_Box(min(across), max(across), min(down), max(down)))
    elif "z" not in outline.casefold():
        axes.lines.append(points)


@dataclass(frozen=True)
class _Scale:
    """Value = `start` + `unit` × coordinate along the value axis."""

    start: float
    unit: float

    def at(self, coordinate: float) -> float:
        return self.start + self.unit * coordinate


def _plotted(axes: _Axes) -> list[Plotted]:
    lying = _categories(axes.ticks["y"])
    rows = axes.ticks["y"] if lying else axes.ticks["x"]
    if not rows:
        return []
    scale = _tick_scale(axes.ticks["x" if lying else "y"], lying)
    return [*_bars(axes, rows, lying, scale), *_points(axes, rows, lying, scale)]


def _categories(ticks: list[_Text]) -> bool:
    """Whether ticks are named, not numbered."""
    return any(read_numeral(tick.words) is None for tick in ticks)


def _tick_scale(ticks: list[_Text], lying: bool) -> _Scale | None:
    """The scale that numbered ticks give, when they lie on one line."""
    marks = [
        (tick.x if lying else tick.y, float(number.value))
        for tick in ticks
        if (number := read_numeral(tick.words))
    ]
    if len(marks) < 2:
        return None
    (first, low), (last, high) = min(marks), max(marks)
    if first == last or low == high:
        return None
    unit = (high - low) / (last - first)
    scale = _Scale(low - unit * first, unit)
    spread = abs(high - low)
    if any(abs(scale.at(place) - value) > _AGREE * spread for place, value in marks):
        return None
    return scale


def _bars(axes: _Axes, rows: list[_Text], lying: bool, scale: _Scale | None) -> list[Plotted]:
    """Each bar in the row it stands nearest to, with what is written beside it."""
    placed: list[tuple[int, float, _Box, str]] = []
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


def _length(box: _Box, lying: bool) -> float:
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


def _points(axes: _Axes, rows: list[_Text], lying: bool, scale: _Scale | None) -> list[Plotted]:
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
            value = scale.at(x if lying else y)
            found.append(Plotted(rows[number].words, series, span=_around(value)))
        series += 1
    return found


def _around(value: float | None) -> tuple[float, float] | None:
    """What can be meant by a measured value: drawings are precise to about a thousandth."""
    if value is None:
        return None
    edge = 0.05 + 0.002 * abs(value)
    return value - edge, value + edge


def _nearest(place: float, places: list[float], within: float = 0.6) -> int | None:
    """Which of the rows is nearest, when it is nearer than a part of the distance of rows."""
    order = sorted(set(places))
    gap = min((after - each for each, after in pairwise(order)), default=1e9)
    number = min(range(len(places)), key=lambda each: abs(places[each] - place))
    return number if abs(places[number] - place) <= within * gap else None


def _label(box: _Box, texts: list[_Text], lying: bool) -> str:
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
