"""Observations, and the years and totals that follow from them, as they may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from needs_assessment.disclosure.policy import Policy
from needs_assessment.display import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    SUPPRESSED,
    decimal_places,
    format_number,
)
from needs_assessment.indicators.statistics import Source
from needs_assessment.periods import parse_period
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.tokens import bound

NATURES = ("published", "confidential", "illustrative")
"""From what may be said freely to what needs most care."""

_WITHOUT_NUMBER = {
    "confidential": SUPPRESSED,
    "not available": NOT_AVAILABLE,
    "not applicable": NOT_APPLICABLE,
}


class Key(NamedTuple):
    """Which statistic: of what, when, where, of which category (empty: the total)."""

    measure: str
    period: str
    area: str
    dimension: str = ""
    category: str = ""

    def __str__(self) -> str:
        return "|".join(self)


Bounds = tuple[Fraction, Fraction]
"""Between what a reader knows a number to lie: the same twice, unless it was rounded."""


@dataclass(frozen=True)
class Known:
    """What a reader knows of a sum: that of `keys`, with those of `less` taken off."""

    keys: tuple[Key, ...]
    less: tuple[Key, ...]
    bounds: Bounds


@dataclass(frozen=True)
class Cell:
    """A statistic as reported, or put together by the library from reported ones (`derived`).

    `exact` is None where the partner gave no number. It leaves this package for `auditing` alone,
    which compares typed numbers with it and shows it to nobody.
    """

    key: Key
    partner: str
    exact: Fraction | None
    status: str
    nature: str
    sources: tuple[Source, ...]
    derived: bool = False


@dataclass(frozen=True)
class Why:
    """Why a number is hidden.

    `reason`: small (the rule hides it), secondary (it would give others away), part (a zero among
    the parts of a small count), group (it would show that all of a small group are alike),
    confidential (the partner withheld it), area (never shown for so small an area), dominated (one
    contributor could be worked out) or follows (it rests on hidden numbers). `keys`: those others.
    """

    reason: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownCell:
    """A statistic as the report may show it: `value` is None when hidden or without a number,
    `display` is what stands in a table, `knows` between what a reader then knows a count to lie.
    """

    key: Key
    partner: str
    value: float | None
    status: str
    display: str
    nature: str
    sources: tuple[Source, ...]
    derived: bool
    why: Why | None
    knows: Bounds | None

    @property
    def hidden(self) -> bool:
        return self.status == "suppressed"


def collect_cells(observations: pd.DataFrame, dictionary: Dictionary) -> list[Cell]:
    """Every observation (a frame with `observations.COLUMNS`), with years and totals.

    A year is put together from its four quarters where the measure adds up over time; a total
    from the categories of a dimension that adds up, when every category was reported. One with a
    part that the partner withheld, or gave as “<5”, has no number: it is confidential as well.
    """
    cells = [_reported(row) for row in observations.to_dict("records")]
    cells += _years(cells, dictionary)
    cells += _totals(cells, dictionary)
    return cells


def show_cell(
    cell: Cell,
    measure: Measure,
    policy: Policy,
    why: Why | None = None,
    knows: Bounds | None = None,
) -> ShownCell:
    """The cell as the report may show it; `why` says that it is hidden."""
    value = cell.exact
    if why:
        value, status, display = None, "suppressed", SUPPRESSED
    else:
        if value is not None and cell.nature != "published":
            value = policy.rounded(measure.id, value)
        status, display = cell.status, _display(value, cell.status, measure)
    return ShownCell(
        key=cell.key,
        partner=cell.partner,
        value=None if value is None else float(value),
        status=status,
        display=display,
        nature=cell.nature,
        sources=cell.sources,
        derived=cell.derived,
        why=why,
        knows=knows,
    )


def _reported(row: dict[str, object]) -> Cell:
    return Cell(
        key=Key(*(str(row[name]) for name in Key._fields)),
        partner=str(row["partner"]),
        exact=None if row["value"] is None else Fraction(row["value"]),  # type: ignore[arg-type]
        status=str(row["status"]),
        nature=str(row["nature"]),
        sources=(Source(str(row["file"]), str(row["sheet"]), int(str(row["row"]))),),
    )


def _display(value: Fraction | None, status: str, measure: Measure) -> str:
    if value is None:
        limit = bound(status)
        if limit is None:
            return _WITHOUT_NUMBER[status]
        return f"<{limit}" if status.startswith("below") else f"{limit} or more"
    unit = {"share": "%", "money": "£"}.get(measure.kind, "")
    number = format_number(value, decimal_places(value), unit=unit)
    return f"about {number}" if status == "approximate" else number


def _years(cells: list[Cell], dictionary: Dictionary) -> list[Cell]:
    known = {cell.key: cell for cell in cells}
    derived = []
    for cell in cells:
        year = cell.key.period[:7]
        whole = cell.key._replace(period=year)
        if (
            dictionary[cell.key.measure].over_time != "sum"
            or cell.key.period != f"{year} Q1"
            or whole in known
        ):
            continue
        quarters = [
            known.get(whole._replace(period=str(quarter)))
            for quarter in parse_period(year).quarters()
        ]
        derived += _sum(whole, cell, quarters)
    return derived


def _totals(cells: list[Cell], dictionary: Dictionary) -> list[Cell]:
    known = {cell.key: cell for cell in cells}
    derived: dict[Key, Cell] = {}
    for cell in cells:
        dimension = dictionary[cell.key.measure].dimensions.get(cell.key.dimension)
        whole = cell.key._replace(dimension="", category="")
        if dimension is None or not dimension.adds_up or whole in known or whole in derived:
            continue
        parts = [known.get(cell.key._replace(category=name)) for name in dimension.categories]
        derived.update((total.key, total) for total in _sum(whole, cell, parts))
    return list(derived.values())


def _kept(cell: Cell) -> bool:
    return cell.status == "confidential" or cell.status.startswith("below")


def _sum(key: Key, like: Cell, parts: Iterable[Cell | None]) -> list[Cell]:
    """The parts added up, without a number where the partner withheld one, or gave it as small;
    nothing when one is missing or not available.
    """
    parts = list(parts)
    present = [
        part for part in parts if part is not None and (part.exact is not None or _kept(part))
    ]
    if len(present) != len(parts):
        return []
    withheld = any(part.exact is None for part in present)
    approximate = any(part.status == "approximate" for part in present)
    whole = replace(
        like,
        key=key,
        exact=None
        if withheld
        else sum((part.exact or Fraction(0) for part in present), Fraction(0)),
        status="confidential" if withheld else "approximate" if approximate else "final",
        nature=max((part.nature for part in present), key=NATURES.index),
        sources=tuple(source for part in present for source in part.sources),
        derived=True,
    )
    return [whole]
