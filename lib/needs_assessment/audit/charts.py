"""What charts say: their drawings, and the alternative texts and tips that go with them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from needs_assessment.audit.drawing import Plotted, measure, written_number
from needs_assessment.audit.keys import Context, Key, Keyed, Spot
from needs_assessment.audit.knowledge import Knowledge
from needs_assessment.audit.shown import Shown, ShownChart, plain
from needs_assessment.audit.system import System, says
from needs_assessment.display import SUPPRESSED

_ITEMS = re.compile(r"\.\s+|;\s+|,\s+|\.$")
_LARGEST = re.compile(r"\blargest first\b", re.IGNORECASE)

# How many numbers of a chart must agree with a line of a table for it to be that line.
_ENOUGH = 2


@dataclass(frozen=True)
class _Line:
    """A row or a column of a table: the key of each label in it."""

    keys: dict[str, Key]


def chart_knowledge(shown: Shown, context: Context, tables: Knowledge, system: System) -> Knowledge:
    """What the charts of a report say.

    A series is taken to be the line of a table when its labels are in the line and its numbers
    agree with those the tables show (`system`); else it is known by its place in the chart.
    """
    known = Knowledge()
    lines = list(_lines(tables.keyed.values()))
    names = _names(shown.charts)
    for chart in shown.charts:
        name = names.get(_identity(chart), chart.name or f"“{chart.title}”")
        for source, plotted in (
            (f"the drawing of {name}", measure(chart.svg)),
            (f"the alternative text of {name}", read_alternative(chart.alt)),
        ):
            _take(name, source, plotted, lines, known, system, context)
    return known


def _names(charts: Iterable[ShownChart]) -> dict[tuple[str, ...], str]:
    """The labels of charts that some file gives without one, by their alternative text."""
    return {_identity(chart): chart.name for chart in charts if chart.name}


def _identity(chart: ShownChart) -> tuple[str, ...]:
    return (chart.alt[:80],)


def _take(
    name: str,
    source: str,
    plotted: list[Plotted],
    lines: list[_Line],
    known: Knowledge,
    system: System,
    context: Context,
) -> None:
    """Adds what one chart, or its text, says to what is known."""
    for series in sorted({each.series for each in plotted}):
        points = [each for each in plotted if each.series == series]
        keys = _keys(name, points, lines, system, context)
        for point, key in zip(points, keys, strict=True):
            number = point.number
            if point.hidden:
                known.hide(key, context.report, f"{name}, “{point.row}”", False)
            elif number and number.whole and not number.percent and not number.about:
                known.facts += 1
                known.relations.append(says(key, *number.exact, source))
            if point.span and (point.hidden or number is None):
                known.facts += 1
                known.relations.append(says(key, max(point.span[0], 0.0), point.span[1], source))


def _keys(
    name: str,
    points: list[Plotted],
    lines: list[_Line],
    system: System,
    context: Context,
) -> list[Key]:
    """The keys of a series: of the one line of a table that it agrees with, or its own."""
    labels = [plain(point.row).casefold() for point in points]
    fitting = [line for line in lines if _agrees(line, labels, points, system)]
    chosen = {tuple(line.keys.get(label) for label in labels): line for line in fitting}
    line = next(iter(chosen.values())).keys if len(chosen) == 1 else {}
    return [
        line.get(label) or Spot(context.report, name, point.row, str(point.series))
        for label, point in zip(labels, points, strict=True)
    ]


def _agrees(line: _Line, labels: list[str], points: list[Plotted], system: System) -> bool:
    """Whether a series can be this line: no number differs, and enough are the same."""
    same = 0
    for label, point in zip(labels, points, strict=True):
        key = line.keys.get(label)
        if key is None:
            continue
        value = system.known.get(key)
        if value is None:
            # The table hides the number, or does not give it: it cannot contradict.
            continue
        if point.number is None:
            if point.hidden or (
                point.span and not point.span[0] - 0.5 <= value <= point.span[1] + 0.5
            ):
                return False
            continue
        if float(point.number.value) != value:
            return False
        same += value > 0
    return same >= _ENOUGH


def _lines(tables: Iterable[Keyed]) -> Iterator[_Line]:
    """Every row and column of the tables."""
    for table in tables:
        for column in range(len(table.columns)):
            yield _Line({label: table.keys[row][column] for row, label in enumerate(table.rows)})
        for row in range(len(table.rows)):
            yield _Line(
                {label: table.keys[row][column] for column, label in enumerate(table.columns)}
            )


def read_alternative(text: str) -> list[Plotted]:
    """The numbers of an alternative text: “Police: 365, Health: [c]”, “Q1: 40 cases, 12 of them
    repeats”. What stands before the first colon is not read.

    Where the text says “largest first”, a hidden number lies between its neighbours, when one
    that is shown and not 0 comes after it.
    """
    found: list[Plotted] = []
    row, series = "", 0
    for item in _ITEMS.split(text):
        head, colon, rest = item.partition(": ")
        if colon:
            row, series, words = head.strip(), 0, rest
        else:
            words = item
            series += 1
        number = written_number(words)
        hidden = words.strip().startswith(SUPPRESSED) and "means" not in words
        if row and (number or hidden):
            found.append(Plotted(row, series, number, hidden))
    return _ordered(found) if _LARGEST.search(text) else found


def _ordered(found: list[Plotted]) -> list[Plotted]:
    numbers = [float(each.number.value) if each.number else None for each in found]
    ordered = []
    for place, each in enumerate(found):
        after = [number for number in numbers[place + 1 :] if number]
        before = [number for number in numbers[:place] if number is not None]
        if each.hidden and after:
            span = (max(after), min(before, default=1e6))
            ordered.append(Plotted(each.row, each.series, None, True, span))
        else:
            ordered.append(each)
    return ordered
