"""Breakdowns: one result for each category, area or stage, computed on exact data."""

from dataclasses import dataclass, replace
from typing import Literal

from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.compute import compute
from needs_assessment.indicators.definition import AREAS, Definition, read_term
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.trend import find_trend

Base = Literal["each", "whole", "none"]


@dataclass(frozen=True)
class GroupRow:
    """The result of one category, area or stage."""

    category: str
    label: str
    indicator: Indicator


@dataclass(frozen=True)
class Group:
    """A breakdown: `label` names what the rows are; rows stand in the data dictionary's order, and
    those that no return gives are unavailable.

    `base`: whether `each` row has a base of its own, so that they can be compared with one
    another, they are parts of one `whole`, or they have `none`.
    """

    definition: Definition
    label: str
    base: Base
    rows: tuple[GroupRow, ...]

    @property
    def reason(self) -> str:
        """Why there is no row to show, or nothing."""
        if any(row.indicator.status != "unavailable" for row in self.rows):
            return ""
        return next((row.indicator.reason for row in self.rows), "no return gives it")


def compute_groups(catalogue: dict[str, Definition], basis: Basis) -> list[Group]:
    """Every breakdown of the catalogue, in its order."""
    return [_group(entry, basis) for entry in catalogue.values() if entry.by]


def _group(entry: Definition, basis: Basis) -> Group:
    if entry.by == "stages":
        label, rows = "Stage", _stages(entry, basis)
    elif entry.by == AREAS:
        label, rows = "Area", _areas(entry, basis)
    else:
        label, rows = _categories(entry, basis)
    return Group(entry, label, _base(entry), tuple(rows))


def _base(entry: Definition) -> Base:
    if entry.kind == "count" or entry.by == "stages":
        return "none"
    each = entry.by == AREAS or any(read_term(text).each for text in entry.denominator)
    return "each" if each else "whole"


def _categories(entry: Definition, basis: Basis) -> tuple[str, list[GroupRow]]:
    term = next(term for term in map(read_term, entry.numerator) if term.each)
    dimension = basis.dictionary.measure(term.measure).dimensions[term.dimension]
    rows = [
        GroupRow(category, label, _with_trend(entry.for_category(category, label), basis))
        for category, label in dimension.categories.items()
        if entry.kind not in ("representation", "rate") or category != entry.unknown
    ]
    first = [row for row in rows if row.category == entry.unknown]
    return dimension.label, first + [row for row in rows if row.category != entry.unknown]


def _areas(entry: Definition, basis: Basis) -> list[GroupRow]:
    """A row for each lower-tier area of the council for which there are figures."""
    measures = {read_term(text).measure for text in entry.numerator}
    observed = basis.observations
    held = set(observed[observed["measure"].isin(measures)]["area"]) - set(basis.areas)
    areas = basis.reference.areas
    inside = sorted(code for code in held if code in areas and areas[code].county in basis.areas)
    rows = []
    for code in inside:
        name = areas[code].name
        one = replace(basis, areas=(code,))
        rows.append(GroupRow(code, name, _with_trend(entry.for_category(code, name), one)))
    return rows


def _stages(entry: Definition, basis: Basis) -> list[GroupRow]:
    rows = []
    for text in entry.stages:
        term = read_term(text)
        measure = basis.dictionary.measure(term.measure)
        label = measure.name
        if term.category:
            label = measure.dimensions[term.dimension].categories[term.category]
        stage = entry.model_copy(
            update={
                "id": f"{entry.id}.{term.measure.partition('.')[2]}",
                "name": f"{entry.name}: {label}",
                "stages": [],
                "numerator": [text],
                "denominator": entry.stages[:1],
            }
        )
        rows.append(GroupRow(term.measure.partition(".")[2], label, _with_trend(stage, basis)))
    return rows


def _with_trend(entry: Definition, basis: Basis) -> Indicator:
    earlier = replace(basis, period=basis.period.previous())
    return find_trend(compute(entry, basis), compute(entry, earlier), basis.dictionary)
