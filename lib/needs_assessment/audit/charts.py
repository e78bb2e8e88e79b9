"""What charts say: their drawings, and the alternative texts and tips that go with them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from needs_assessment.audit.drawing import Plotted, measure, written_bound, written_number
from needs_assessment.audit.keys import (
    Cell,
    Context,
    Key,
    Keyed,
    Spot,
    key_table,
    title_period,
)
from needs_assessment.audit.knowledge import Hidden, Knowledge
from needs_assessment.audit.numerals import ANY
from needs_assessment.audit.shown import Shown, ShownChart, ShownTable, plain
from needs_assessment.audit.system import System, says

_ITEMS = re.compile(r"\.\s+|;\s+|,\s+|\.$")
_LARGEST = re.compile(r"\blargest first\b", re.IGNORECASE)

# A chart of rates, ratios or shares: its numbers are no counts, though a hidden one that is drawn
# is given away all the same.
_NO_COUNTS = re.compile(r"\bper [\d,]+|\bratio\b|\bintervals?\b|\bcontrol limits\b", re.IGNORECASE)

# How many numbers of a chart must agree with a line of a table for it to be that line.
_ENOUGH = 2


@dataclass(frozen=True)
class _Line:
    """A row or a column of a table: the key of each label in it."""

    keys: dict[str, Key]


def chart_knowledge(shown: Shown, context: Context, tables: Knowledge, system: System) -> Knowledge:
    """What the charts of a report say.

    A series is the line of a table when its labels are in the line and its numbers agree with
    those the tables show (`system`). Else it is read as a table would be, by caption and labels;
    failing that it is known by its place in the chart.
    """
    known = Knowledge()
    reader = _Reader(list(_lines(tables.keyed.values())), system, context)
    names = {_identity(chart): chart for chart in shown.charts if chart.name}
    for drawn in shown.charts:
        chart = names.get(_identity(drawn), drawn)
        name = chart.name or f"“{chart.title}”"
        for source, plotted in (
            (f"the drawing of {name}", measure(drawn.svg)),
            (f"the alternative text of {name}", read_alternative(drawn.alt)),
        ):
            for point, key in reader.keys(chart, plotted):
                counts = not _NO_COUNTS.search(chart.title)
                if point.hidden and not counts:
                    known.implied.add(key)
                counted = point if counts else _uncounted(point)
                _take(counted, counts, key, f"{name}, “{point.row}”", source, known, context)
    return known


def _identity(chart: ShownChart) -> str:
    """What a chart has in every file: some give its alternative text and no caption."""
    return chart.alt[:80]


def _uncounted(point: Plotted) -> Plotted:
    """A point of a chart of rates: what is written there is no count, nor is what is drawn unless
    it is hidden.
    """
    return replace(point, number=None, span=point.span if point.hidden else None)


def _take(
    point: Plotted,
    counts: bool,
    key: Key,
    place: str,
    source: str,
    known: Knowledge,
    context: Context,
) -> None:
    """Adds what one bar or point says to what is known. Where it stands for no count (`counts`),
    the rate or ratio is hidden: the count below it is only when it is shown nowhere.
    """
    number = point.number
    if point.hidden:
        most = written_bound(point.words) or 0.0
        if counts:
            known.hide(key, Hidden(context.report, (place,), False, most >= ANY))
        known.relations.append(says(key, 0.0, most, source))
    blur = context.rule.blur([key.measure]) if isinstance(key, Cell) else 0.0
    spans = []
    if number and number.whole and not number.percent and not number.about:
        spans.append(number.exact)
    if point.span and (point.hidden or number is None):
        spans.append(point.span)
    known.facts += len(spans)
    known.relations += [says(key, max(0.0, low - blur), high + blur, source) for low, high in spans]


@dataclass(frozen=True)
class _Reader:
    """Tells which statistics a chart plots, from the lines of the tables and what they show."""

    lines: list[_Line]
    system: System
    context: Context

    def keys(self, chart: ShownChart, plotted: list[Plotted]) -> Iterator[tuple[Plotted, Key]]:
        """Each point with its key."""
        read = self._read(chart, plotted)
        for series in sorted({each.series for each in plotted}):
            points = [each for each in plotted if each.series == series]
            line = self._line(points)
            name = chart.name or f"“{chart.title}”"
            for point in points:
                spot = Spot(self.context.report, name, point.row, str(series))
                label = plain(point.row).casefold()
                yield point, line.get(label) or read.get((label, series)) or spot

    def _line(self, points: list[Plotted]) -> dict[str, Key]:
        """The one line of a table that a series agrees with; empty when none or several do."""
        labels = [plain(point.row).casefold() for point in points]
        fitting = [line for line in self.lines if _agrees(line, labels, points, self.system)]
        chosen = {tuple(line.keys.get(label) for label in labels): line for line in fitting}
        return next(iter(chosen.values())).keys if len(chosen) == 1 else {}

    def _read(self, chart: ShownChart, plotted: list[Plotted]) -> dict[tuple[str, int], Key]:
        """The statistics of a chart read as a table: a row for each label of a lone series, or for
        each of several series when their names are categories.
        """
        rows = list(dict.fromkeys(point.row for point in plotted))
        names = {point.series: point.series_name for point in plotted}
        found: dict[tuple[str, int], Key] = {}
        if len(names) == 1:
            period = str(title_period(chart.title, self.context.period))
            table = _as_table(chart, rows, [period])
            for row, line in zip(rows, key_table(table, self.context).keys, strict=True):
                found[plain(row).casefold(), next(iter(names))] = line[0]
        else:
            table = _as_table(chart, list(names.values()), rows)
            for series, line in zip(names, key_table(table, self.context).keys, strict=True):
                for row, key in zip(rows, line, strict=True):
                    found[plain(row).casefold(), series] = key
        return {place: key for place, key in found.items() if isinstance(key, Cell)}


def _as_table(chart: ShownChart, rows: list[str], columns: list[str]) -> ShownTable:
    lines = tuple((row, *([""] * len(columns))) for row in rows)
    return ShownTable(chart.artefact, chart.name, chart.title, "", ("", *columns), lines)


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
        if point.hidden or not _fits(point, value):
            return False
        same += value > 0
    return same >= _ENOUGH


def _fits(point: Plotted, value: float) -> bool:
    """Whether what is written at a point, or measured where nothing is, is this number."""
    if point.number is not None:
        return float(point.number.value) == value
    return point.span is None or point.span[0] <= value <= point.span[1]


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
        hidden = written_bound(words) is not None and "means" not in words
        if row and (number or hidden):
            found.append(Plotted(row, series, number, hidden, words=words))
    return _ordered(found) if _LARGEST.search(text) else found


def _ordered(found: list[Plotted]) -> list[Plotted]:
    numbers = [float(each.number.value) if each.number else None for each in found]
    ordered = []
    for place, each in enumerate(found):
        after = [number for number in numbers[place + 1 :] if number]
        before = [number for number in numbers[:place] if number is not None]
        if each.hidden and after:
            span = (max(after), min(before, default=1e6))
            ordered.append(replace(each, span=span))
        else:
            ordered.append(each)
    return ordered
