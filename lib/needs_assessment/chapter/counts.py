"""Counts from the protected store, laid out as frames."""

from typing import Any

import pandas as pd

from needs_assessment.chapter.cell import Cell
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import NOT_AVAILABLE
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, choose_for_edition, parse_period

TOTAL = "Total"


def counts_over_time(
    store: ProtectedStore,
    measures: list[str],
    edition: Period,
    over: str | None,
    area: str | None,
) -> pd.DataFrame:
    """A column per measure (named as in the data dictionary), a row per period."""
    columns = {
        store.measures[name]["name"]: _by_period(_select(store, name, "", "", area))
        for name in measures
    }
    available = {period for column in columns.values() for period in column}
    kinds = {store.measures[name]["over_time"] for name in measures}
    rows = _periods(available, edition, over, kinds.pop() if len(kinds) == 1 else "")
    frame = pd.DataFrame(
        {
            name: [_cell(column.get(period)) for period in rows]
            for name, column in columns.items()
            if any(period in column for period in rows)
        },
        index=pd.Index([_heading(period, over) for period in rows], name="Period"),
        dtype=object,
    )
    return frame if len(frame.columns) else frame.iloc[0:0]


def counts_by_category(
    store: ProtectedStore,
    measure: str,
    by: str,
    edition: Period,
    over: str | None,
    area: str | None,
) -> pd.DataFrame:
    """A row per category that was reported, and “Total” where there is one; a column per period."""
    dimension = store.measures[measure]["dimensions"][by]
    rows = {
        label: _by_period(_select(store, measure, by, category, area))
        for category, label in dimension["categories"].items()
    }
    rows = {label: cells for label, cells in rows.items() if cells}
    available = {period for cells in rows.values() for period in cells}
    columns = _periods(available, edition, over, store.measures[measure]["over_time"])
    if not columns:
        return pd.DataFrame()
    total = _by_period(_select(store, measure, "", "", area))
    if dimension["answers"] == "one" and any(period in total for period in columns):
        rows[TOTAL] = total
    return pd.DataFrame(
        [[_cell(cells.get(period)) for period in columns] for cells in rows.values()],
        index=pd.Index(list(rows), name=dimension["label"]),
        columns=[_heading(period, over) for period in columns],
        dtype=object,
    )


def other_areas(store: ProtectedStore, measure: str) -> dict[str, str]:
    """The other areas, such as the county around a district, for which a measure has figures:
    names by code, in the order of the codes.
    """
    own = store.data["council"]["code"]
    codes = {cell["area"] for cell in store.data["cells"] if cell["measure"] == measure}
    names = store.data["areas"]
    return {code: names.get(code, code) for code in sorted(codes - {own})}


def _select(
    store: ProtectedStore, measure: str, dimension: str, category: str, area: str | None
) -> list[dict[str, Any]]:
    return [
        cell
        for cell in store.cells(measure, area)
        if cell["dimension"] == dimension and cell["category"] == category
    ]


def _by_period(cells: list[dict[str, Any]]) -> dict[Period, dict[str, Any]]:
    return {parse_period(cell["period"]): cell for cell in cells}


def _periods(
    available: set[Period], edition: Period, over: str | None, over_time: str
) -> list[Period]:
    """The periods to show, earliest first; with quarters the year comes last."""
    if over is None:
        chosen = choose_for_edition(available, edition, over_time)
        return [chosen] if chosen else []
    if over == "quarter":
        quarters = [period for period in edition.quarters() if period in available]
        return [*quarters, *([edition] if quarters and edition in available else [])]
    if over == "month":
        return sorted(period for period in available if period.months == 1)
    if over == "year":
        return sorted(
            period
            for period in available
            if period.end <= edition.end and (period.months == edition.months or period.is_point)
        )
    raise AssessmentError(
        f"over=“{over}” is not known.", "Write over=“quarter”, “month” or “year”."
    )


def _heading(period: Period, over: str | None) -> str:
    if over == "quarter" and period.months == 3:
        return f"Q{period.text[-1]}"
    return period.words()


def _cell(found: dict[str, Any] | None) -> Cell:
    if found is None:
        return Cell(None, NOT_AVAILABLE)
    key = "|".join(found[part] for part in ("measure", "period", "area", "dimension", "category"))
    return Cell(
        found["value"],
        found["display"],
        key=key,
        nature=found["nature"],
        sources=found["sources"],
        partners=[found["partner"]],
    )
