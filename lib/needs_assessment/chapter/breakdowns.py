"""Breakdowns as frames: a row for each category, area or stage."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from needs_assessment.chapter.board import since_words
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.records import indicator_cell
from needs_assessment.display import SUPPRESSED

# Of a hundred people, so many make a group that most belong to.
_MOST = 50


def breakdown_frame(
    group: dict[str, Any], *, since: bool = False, publishers: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A row per category in the data dictionary's order, those not known first.

    Columns: Number, Out of, Value (with its interval), 95% interval, Position, Smoothed,
    Expected (its source named by `publishers`, benchmark ids to names, or by its geography), and
    with `since` Since last year; one that would be empty is left out. Empty when no
    return gives the breakdown.
    """
    rows = group["rows"]
    if not rows:
        return pd.DataFrame()
    frame = pd.DataFrame(
        {
            "Number": [_part(row, "numerator") for row in rows],
            "Out of": [_part(row, "denominator") for row in rows],
            "Value": [indicator_cell(row) for row in rows],
            "95% interval": [_interval(row) for row in rows],
            "Position": [row["position"] for row in rows],
            "Smoothed": [_smoothed(row) for row in rows],
            "Expected": [_expected(row, publishers or {}) for row in rows],
        },
        index=pd.Index([row["label"] for row in rows], name=group["label"]),
        dtype=object,
    )
    if since:
        frame["Since last year"] = [since_words(row) for row in rows]
    if group["kind"] == "count":
        frame = frame.drop(columns=["Number", "Out of"])
    empty = [column for column in frame if all(str(cell) == "" for cell in frame[column])]
    frame = frame.drop(columns=empty)
    frame.attrs = {key: group[key] for key in ("id", "kind", "unit", "multiplier")}
    return frame


def less_than_share(group: dict[str, Any]) -> list[str]:
    """The names of the groups of a representation breakdown that have clearly less than their
    share. The group that most people belong to is left out: it has less wherever a small one has
    more, which alone keeps nobody away.
    """
    return [
        row["label"]
        for row in group["rows"]
        if row["position"] == "lower" and row["expected"] <= _MOST
    ]


def overall_cell(group: dict[str, Any]) -> Cell:
    """The value over all rows that are shown; NaN where rows have no base of their own."""
    first = group["rows"][0] if group["rows"] else None
    return Cell(
        group["overall"],
        group["overall_display"] or "",
        key=group["id"],
        nature=first["nature"] if first else "published",
        partners=first["partners"] if first else (),
        name="All together",
    )


def _part(row: dict[str, Any], part: str) -> Cell:
    """The numerator or denominator of a row, hidden with it."""
    value = row[part]
    shown = row["figures"][part]
    if value is None and shown != SUPPRESSED and row["status"] != "bounded":
        shown = ""
    return Cell(
        value,
        shown,
        key=f"{row['id']}|{part}",
        nature=row["nature"],
        sources=row["sources"],
        indicator=row["id"],
        partners=row["partners"],
    )


def _interval(row: dict[str, Any]) -> str:
    if row["value"] is None or row["lower"] is None:
        return ""
    return str(row["figures"]["interval"])


def _smoothed(row: dict[str, Any]) -> Cell:
    return Cell(
        row["smoothed"],
        row["smoothed_display"],
        key=f"{row['id']}|smoothed",
        nature=row["nature"],
        partners=row["partners"],
    )


def _expected(row: dict[str, Any], publishers: Mapping[str, str]) -> Cell:
    benchmark = row["benchmark"]
    return Cell(
        row["expected"],
        row["expected_display"],
        key=f"{row['id']}|expected",
        nature=row["nature"] if benchmark is None else "published",
        partners=[]
        if benchmark is None
        else [publishers.get(benchmark["id"], benchmark["geography"])],
    )
