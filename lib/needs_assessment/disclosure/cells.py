"""Observations, totals and years put together from quarters, as they may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

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

_WITHOUT_NUMBER = {
    "confidential": SUPPRESSED,
    "not available": NOT_AVAILABLE,
    "not applicable": NOT_APPLICABLE,
}


@dataclass(frozen=True)
class ShownCell:
    """A statistic as the report may show it.

    `value` is None when hidden or without a number; `display` is what stands in a table.
    `derived`: put together by the library from reported cells. `exact` never leaves this
    package.
    """

    measure: str
    period: str
    area: str
    dimension: str
    category: str
    partner: str
    value: float | None
    status: str
    display: str
    nature: str
    sources: tuple[Source, ...]
    derived: bool = False
    exact: Fraction | None = None

    @property
    def hidden(self) -> bool:
        return self.status == "suppressed"


def protect_cells(
    observations: pd.DataFrame, dictionary: Dictionary, policy: Policy
) -> list[ShownCell]:
    """Every observation as it may be shown, with years and totals that follow from them.

    A year is derived from its four quarters where the measure adds up over time; a total from
    the categories of a dimension that adds up, when every category was reported. A derived cell
    is hidden when a cell it is built on is.
    """
    cells = [_reported(row, dictionary, policy) for row in observations.to_dict("records")]
    cells += _years(cells, dictionary, policy)
    cells += _totals(cells, dictionary, policy)
    return _with_claims(cells, dictionary)


def _with_claims(cells: list[ShownCell], dictionary: Dictionary) -> list[ShownCell]:
    """A share, rate or average is hidden too when a count that it claims to come from is, and an
    average when the count of what it is taken over is.
    """
    hidden = {(cell.measure, cell.period, cell.area) for cell in cells if cell.hidden}
    few = {(c.measure, c.period, c.area) for c in cells if c.hidden and not c.dimension}

    def rests_on_hidden(cell: ShownCell) -> bool:
        measure = dictionary[cell.measure]
        claimed = {(claim, cell.period, cell.area) for claim in measure.claims}
        return bool(claimed & hidden) or (measure.base, cell.period, cell.area) in few

    return [
        replace(cell, value=None, status="suppressed", display=SUPPRESSED)
        if cell.nature != "published" and rests_on_hidden(cell)
        else cell
        for cell in cells
    ]


def _reported(row: dict[str, object], dictionary: Dictionary, policy: Policy) -> ShownCell:
    measure = dictionary[str(row["measure"])]
    exact = None if row["value"] is None else Fraction(row["value"])
    cell = ShownCell(
        measure=measure.id,
        period=str(row["period"]),
        area=str(row["area"]),
        dimension=str(row["dimension"]),
        category=str(row["category"]),
        partner=str(row["partner"]),
        value=None,
        status=str(row["status"]),
        display="",
        nature=str(row["nature"]),
        sources=(Source(str(row["file"]), str(row["sheet"]), int(str(row["row"]))),),
        exact=exact,
    )
    return _shown(cell, measure, policy, built_on_hidden=False)


def _shown(
    cell: ShownCell, measure: Measure, policy: Policy, *, built_on_hidden: bool
) -> ShownCell:
    hides = policy.hides(cell.measure, cell.exact, cell.nature) or policy.hides_bound(
        cell.measure, cell.status, cell.nature
    )
    if built_on_hidden or hides or cell.status == "confidential":
        return replace(cell, value=None, status="suppressed", display=SUPPRESSED)
    value = None if cell.exact is None else float(cell.exact)
    return replace(cell, value=value, display=_display(cell, measure))


def _display(cell: ShownCell, measure: Measure) -> str:
    if cell.exact is None:
        limit = bound(cell.status)
        if limit is None:
            return _WITHOUT_NUMBER[cell.status]
        return f"<{limit}" if cell.status.startswith("below") else f"{limit} or more"
    unit = {"share": "%", "money": "£"}.get(measure.kind, "")
    number = format_number(cell.exact, decimal_places(cell.exact), unit=unit)
    return f"about {number}" if cell.status == "approximate" else number


def _years(cells: list[ShownCell], dictionary: Dictionary, policy: Policy) -> list[ShownCell]:
    known = {_key(cell): cell for cell in cells}
    derived = []
    for cell in cells:
        measure = dictionary[cell.measure]
        period = parse_period(cell.period)
        year = cell.period[:7]
        if measure.over_time != "sum" or cell.period != f"{year} Q1" or period.months != 3:
            continue
        whole = replace(cell, period=year)
        if _key(whole) in known:
            continue
        quarters = [
            known.get(_key(replace(cell, period=str(quarter))))
            for quarter in parse_period(year).quarters()
        ]
        total = _sum(whole, quarters, measure, policy)
        if total:
            derived.append(total)
    return derived


def _totals(cells: list[ShownCell], dictionary: Dictionary, policy: Policy) -> list[ShownCell]:
    known = {_key(cell): cell for cell in cells}
    derived: dict[tuple[str, ...], ShownCell] = {}
    for cell in cells:
        measure = dictionary[cell.measure]
        dimension = measure.dimensions.get(cell.dimension)
        whole = replace(cell, dimension="", category="")
        if dimension is None or not dimension.adds_up or _key(whole) in (known | derived):
            continue
        parts = [known.get(_key(replace(cell, category=name))) for name in dimension.categories]
        total = _sum(whole, parts, measure, policy)
        if total:
            derived[_key(whole)] = total
    return list(derived.values())


def _sum(
    whole: ShownCell, parts: Iterable[ShownCell | None], measure: Measure, policy: Policy
) -> ShownCell | None:
    """The parts added up, or None when one is missing or holds no exact number."""
    present = [part for part in parts if part is not None and part.exact is not None]
    if len(present) != len(list(parts)):
        return None
    approximate = any(part.status == "approximate" for part in present)
    total = replace(
        whole,
        exact=sum((part.exact or Fraction(0) for part in present), Fraction(0)),
        status="approximate" if approximate else "final",
        sources=tuple(source for part in present for source in part.sources),
        derived=True,
    )
    return _shown(total, measure, policy, built_on_hidden=any(part.hidden for part in present))


def _key(cell: ShownCell) -> tuple[str, ...]:
    return (cell.measure, cell.period, cell.area, cell.dimension, cell.category, cell.partner)
