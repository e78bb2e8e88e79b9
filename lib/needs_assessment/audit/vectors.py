"""The parts of an SVG drawing: panels with their ticks, texts, bars, lines and points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from xml.etree import ElementTree

from needs_assessment.audit.shown import plain

_POINT = re.compile(r"[ML]\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
_TRANSLATE = re.compile(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
_TICK = re.compile(r"([xy])tick_\d+")
_LENGTH = re.compile(r"-?[\d.]+")
_CURVE = re.compile(r"[CQAcqa]")


@dataclass(frozen=True)
class Text:
    words: str
    x: float
    y: float


@dataclass(frozen=True)
class Box:
    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> tuple[float, float]:
        return round(self.right - self.left, 1), round(self.bottom - self.top, 1)


@dataclass
class Axes:
    """The parts of one panel: ticks of each axis, texts, bars, and lines as points."""

    ticks: dict[str, list[Text]] = field(default_factory=lambda: {"x": [], "y": []})
    texts: list[Text] = field(default_factory=list)
    bars: list[Box] = field(default_factory=list)
    lines: list[list[tuple[float, float]]] = field(default_factory=list)


def panels(svg: str) -> Iterator[Axes]:
    """The panels of a drawing; none where it cannot be read."""
    root = _parsed(svg)
    if root is None:
        return
    frames = {box.size for box in _frames(root)}
    found = [each for each in root.iter("g") if str(each.get("id", "")).startswith("axes_")]
    for panel in found or [root]:
        axes = Axes()
        _collect(panel, axes, "")
        axes.bars = [box for box in axes.bars if box.size not in frames]
        yield axes


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


def _frames(root: ElementTree.Element) -> Iterator[Box]:
    """The figure itself and the areas that panels draw in."""
    sizes = [_LENGTH.findall(str(root.get("viewBox") or root.get("viewbox") or ""))]
    if len(sizes[0]) == 4:
        yield Box(0.0, float(sizes[0][2]), 0.0, float(sizes[0][3]))
    for clip in [*root.iter("clipPath"), *root.iter("clippath")]:
        yield from (box for each in clip.iter("rect") if (box := _rectangle(each)))


def _collect(element: ElementTree.Element, axes: Axes, axis: str) -> None:
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


def _tick(element: ElementTree.Element, axis: str, axes: Axes) -> None:
    marks = [each for each in element.iter("use") if each.get("x") and each.get("y")]
    texts = _texts(element)
    words = " ".join(text.words for text in texts)
    if words and marks:
        axes.ticks[axis].append(Text(words, _number(marks[0], "x"), _number(marks[0], "y")))
    elif words:
        # A category without a mark stands where its label does.
        axes.ticks[axis].append(Text(words, texts[0].x, texts[0].y))


def _texts(element: ElementTree.Element) -> list[Text]:
    """The words of an element and where they stand: text, or outlines with the words beside."""
    found = []
    for each in element.iter():
        if each.tag == "text":
            x, y = _moved(each)
            found.append(Text(plain("".join(each.itertext())), x, y))
    if found:
        return found
    notes = [unescape(each.text or "") for each in element.iter() if not isinstance(each.tag, str)]
    moved = [each for each in element.iter("g") if "translate" in str(each.get("transform", ""))]
    if notes and moved:
        x, y = _moved(moved[0])
        return [Text(plain(" ".join(notes)), x, y)]
    return []


def _moved(element: ElementTree.Element) -> tuple[float, float]:
    shift = _TRANSLATE.search(str(element.get("transform", "")))
    x, y = (float(shift[1]), float(shift[2])) if shift else (0.0, 0.0)
    return x + _number(element, "x"), y + _number(element, "y")


def _number(element: ElementTree.Element, name: str) -> float:
    found = _LENGTH.match(str(element.get(name, "")))
    return float(found[0]) if found else 0.0


def _rectangle(element: ElementTree.Element) -> Box | None:
    x, y = _number(element, "x"), _number(element, "y")
    return Box(x, x + _number(element, "width"), y, y + _number(element, "height"))


def _path(element: ElementTree.Element, axes: Axes) -> None:
    outline = str(element.get("d", ""))
    points = [(float(x), float(y)) for x, y in _POINT.findall(outline)]
    if _CURVE.search(outline) or len(points) < 2:
        return
    across, down = [x for x, _ in points], [y for _, y in points]
    if "z" in outline.casefold() and len(points) in (4, 5):
        axes.bars.append(Box(min(across), max(across), min(down), max(down)))
    elif "z" not in outline.casefold():
        axes.lines.append(points)
