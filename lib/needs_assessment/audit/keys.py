"""Which statistic a cell of a table is, as far as a reader can tell.

A reader has headings, row labels, captions and the data dictionary. A cell that cannot be told is
known by its place in its table, and only what that table says binds it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from needs_assessment.audit.public import Counted, Public
from needs_assessment.audit.rule import Rule
from needs_assessment.audit.shown import ShownTable, plain
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.spellings import read_period

_TOTALS = re.compile(
    r"(?:grand )?total(?: \(.*\))?|all(?: together| ages| areas| councils)?|overall|both"
)
_PERIOD = re.compile(r"\b(?:calendar year )?\d{4}(?:-\d\d)?(?: Q[1-4])?\b")
_WORDS = re.compile(r"[a-z']{3,}")
_COMMON = frozenset(
    {"the", "and", "for", "with", "that", "from", "are", "who", "not", "other", "year", "total"}
    | {"cases", "people"}
)


class Cell(NamedTuple):
    """A statistic of the data dictionary. `edition` is empty, or names an earlier report whose
    figures have been revised since.
    """

    measure: str
    period: str
    area: str
    dimension: str = ""
    category: str = ""
    edition: str = ""


class Spot(NamedTuple):
    """A place in a table or chart of a report."""

    report: str
    table: str
    row: str
    column: str


Key = Cell | Spot


def whole_of(areas: tuple[str, ...]) -> str:
    """The area made of several councils."""
    return "+".join(sorted(areas))


@dataclass(frozen=True)
class Context:
    """What a table is read in: the report, its area and period, the councils of its county, and
    the rule it prints.
    """

    report: str
    area: str
    period: Period
    county: tuple[str, ...]
    public: Public
    rule: Rule


@dataclass(frozen=True)
class Keyed:
    """A table with the key of each cell, in the shape of its rows without the labels.

    `rows` and `columns` are labels and headings in lower case. `total_row` and `total_column` are
    the places of totals among them, or None.
    """

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    keys: tuple[tuple[Key, ...], ...]
    total_row: int | None
    total_column: int | None


def key_tables(tables: Iterable[ShownTable], context: Context) -> dict[str, Keyed]:
    """The keys of the cells of each table, by its name.

    Where the caption leaves open which of several measures a table is about, it is the one of the
    same kind as those of the other tables that name the same partners.
    """
    held = list(tables)
    keyed = {table.name: key_table(table, context) for table in held}
    kinds: dict[str, set[str]] = {}
    for table in held:
        cells = [key for line in keyed[table.name].keys for key in line if isinstance(key, Cell)]
        kinds.setdefault(table.source, set()).update(kind_of(key.measure) for key in cells)
    return {table.name: key_table(table, context, frozenset(kinds[table.source])) for table in held}


def kind_of(measure: str) -> str:
    """The kind of service or source that a measure comes from: `marac` of `marac.cases`."""
    return measure.split(".", maxsplit=1)[0]


def key_table(table: ShownTable, context: Context, kinds: frozenset[str] = frozenset()) -> Keyed:
    """The keys of a table's cells; `kinds` are those of measures preferred where the caption
    leaves several.
    """
    labels = [plain(row[0]).casefold() for row in table.rows]
    headings = [plain(text).casefold() for text in table.columns[1:]]
    spots = _spots(table, context)
    cells = (
        _by_measure(labels, headings, table, context)
        or _by_measure_across(labels, headings, table, context)
        or _by_area(labels, headings, table, context)
        or _by_category(labels, headings, table, context, kinds)
    )
    keys = tuple(
        tuple((cells or {}).get((row, column), spot) for column, spot in enumerate(line))
        for row, line in enumerate(spots)
    )
    return Keyed(table.name, tuple(labels), tuple(headings), keys, _total(labels), _total(headings))


def area_of(title: str, context: Context) -> str:
    """The area that a title names; the report's own when it names none."""
    areas = context.public.reference.areas
    if context.area in areas and areas[context.area].name in title:
        return context.area
    named = [area for area in areas.values() if re.search(rf"\b{re.escape(area.name)}\b", title)]
    longest = max(named, key=lambda area: len(area.name), default=None)
    return canonical_area(longest.code, context) if longest else context.area


def canonical_area(code: str, context: Context) -> str:
    """The code; a county that was divided into councils is known by all of theirs."""
    area = context.public.reference.areas.get(code)
    return whole_of(area.successors) if area and len(area.successors) > 1 else code


def period_of(text: str, base: Period) -> Period | None:
    """The period that a heading names, with `base` for what it leaves out."""
    try:
        return read_period(plain(text).casefold().removeprefix("calendar year "), base)
    except AssessmentError:
        return None


def title_period(title: str, edition: Period) -> Period:
    """The period that a caption names; the edition's when it names none."""
    for found in _PERIOD.findall(title):
        period = period_of(found, edition)
        if period:
            return period
    return edition


def is_total(label: str) -> bool:
    return bool(_TOTALS.fullmatch(plain(label).casefold()))


def _total(labels: list[str]) -> int | None:
    places = [place for place, label in enumerate(labels) if is_total(label)]
    return places[0] if len(places) == 1 and len(labels) > 2 else None


def _spots(table: ShownTable, context: Context) -> list[list[Spot]]:
    """A place for each cell; a label that stands twice is counted."""
    seen: dict[str, int] = {}
    lines = []
    for row in table.rows:
        seen[row[0]] = seen.get(row[0], 0) + 1
        label = row[0] if seen[row[0]] == 1 else f"{row[0]} ({seen[row[0]]})"
        lines.append([Spot(context.report, table.name, label, head) for head in table.columns[1:]])
    return lines


_Cells = dict[tuple[int, int], Key]


def _by_measure(
    labels: list[str], headings: list[str], table: ShownTable, context: Context
) -> _Cells:
    """A row for each measure, a column for each period. Rows of a category, with words before a
    colon, are taken to belong to a measure like the others.
    """
    base = title_period(table.title, context.period)
    periods = [period_of(each, base) for each in headings]
    names = context.public.measure_names
    found = {row: names[label] for row, label in enumerate(labels) if label in names}
    if not found or not any(periods):
        return {}
    area = area_of(table.title, context)
    groups = {kind_of(measure) for measure in found.values()}
    cells: _Cells = {}
    for row, label in enumerate(labels):
        place = (found[row], "", "") if row in found else _category_in(label, groups, context)
        if place:
            measure, dimension, category = place
            for column, period in enumerate(periods):
                if period:
                    cells[row, column] = Cell(measure, str(period), area, dimension, category)
    return cells


def _category_in(label: str, groups: set[str], context: Context) -> tuple[str, str, str] | None:
    _, colon, words = label.rpartition(": ")
    found = [
        (measure.id, breakdown.id, breakdown.categories[words])
        for measure in context.public.measures.values()
        if kind_of(measure.id) in groups
        for breakdown in measure.breakdowns.values()
        if colon and words in breakdown.categories
    ]
    return found[0] if len(found) == 1 else None


def _by_measure_across(
    labels: list[str], headings: list[str], table: ShownTable, context: Context
) -> _Cells:
    """A column for each measure, a row for each period."""
    base = title_period(table.title, context.period)
    names = context.public.measure_names
    periods = [period_of(each, base) for each in labels]
    if not any(head in names for head in headings) or not any(periods):
        return {}
    area = area_of(table.title, context)
    return {
        (row, column): Cell(names[head], str(period), area)
        for row, period in enumerate(periods)
        for column, head in enumerate(headings)
        if head in names and period
    }


def _by_area(labels: list[str], headings: list[str], table: ShownTable, context: Context) -> _Cells:
    """A row for each council: a column for each measure, or for each period of one."""
    areas = context.public.area_names
    found = {
        row: canonical_area(areas[label], context)
        for row, label in enumerate(labels)
        if label in areas
    }
    councils = tuple(code for code in found.values() if code in context.county)
    if not councils:
        return {}
    for row, label in enumerate(labels):
        if is_total(label) and context.county:
            found[row] = whole_of(context.county)
    base = title_period(table.title, context.period)
    names = context.public.measure_names
    title = plain(table.title).casefold()
    named = max((name for name in names if name in title), key=len, default="")
    cells: _Cells = {}
    for column, head in enumerate(headings):
        measure = names.get(head) or names.get(named)
        period = base if head in names else period_of(head, base)
        if measure and period:
            for row, area in found.items():
                cells[row, column] = Cell(measure, str(period), area)
    return cells


def _by_category(
    labels: list[str],
    headings: list[str],
    table: ShownTable,
    context: Context,
    kinds: frozenset[str],
) -> _Cells:
    """A row for each category of one dimension; a column for each period, or each measure."""
    base = title_period(table.title, context.period)
    shares = any("%" in text for row in table.rows for text in row[1:])
    candidates = [
        pair
        for pair in _candidates(labels, plain(table.columns[0]).casefold(), context.public)
        if pair[0].whole is not shares
    ]
    if not candidates:
        return {}
    area = area_of(table.title, context)
    cells: _Cells = {}
    for column, head in enumerate(headings):
        period = period_of(head, base)
        words = table.title if period else f"{table.title} {head}"
        chosen = _chosen(candidates, words, bool(period), kinds)
        if chosen is None:
            continue
        measure, dimension = chosen
        categories = measure.breakdowns[dimension].categories
        for row, label in enumerate(labels):
            when = str(period or base)
            if is_total(label):
                cells[row, column] = Cell(measure.id, when, area)
            elif label in categories:
                cells[row, column] = Cell(measure.id, when, area, dimension, categories[label])
    return cells


def _candidates(labels: list[str], heading: str, public: Public) -> list[tuple[Counted, str]]:
    """Measures with a dimension that has every label as a category; if some call the dimension
    as the table does, only those.
    """
    parts = [label for label in labels if not is_total(label)]
    found = [
        (measure, breakdown)
        for measure in public.measures.values()
        for breakdown in measure.breakdowns.values()
        if parts and all(label in breakdown.categories for label in parts)
    ]
    same = [pair for pair in found if pair[1].label.casefold() == heading]
    return [(measure, breakdown.id) for measure, breakdown in same or found]


def _chosen(
    candidates: list[tuple[Counted, str]], title: str, of_title: bool, kinds: frozenset[str]
) -> tuple[Counted, str] | None:
    """The candidate whose name and definition share most words with the caption; of several that
    share as many, the only one of a preferred kind. None when there is no such one.
    """
    words = set(_WORDS.findall(plain(title).casefold())) - _COMMON

    def score(pair: tuple[Counted, str]) -> tuple[int, int]:
        name = set(_WORDS.findall(pair[0].name.casefold()))
        return len(words & name), len(words & set(_WORDS.findall(pair[0].words)))

    ranked = sorted(candidates, key=score, reverse=True)
    best = [pair for pair in ranked if score(pair)[0] == score(ranked[0])[0]]
    if len(best) > 1:
        preferred = [pair for pair in best if kind_of(pair[0].id) in kinds]
        if len(preferred) == 1:
            return preferred[0]
        if score(best[0]) == score(best[1]):
            return None
    if len(ranked) == 1 and not of_title:
        return ranked[0]
    return ranked[0] if len(ranked) == 1 or score(ranked[0]) > (0, 0) else None


def shown_period(text: str) -> Period | None:
    """A period in canonical form, as in `indicators.json`."""
    try:
        return parse_period(text)
    except AssessmentError:
        return None
