"""What a partnership board reads first: scorecard, gaps, posts, scenarios, targets, actions."""

from datetime import date
from typing import Any

import pandas as pd

from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.records import comparison_words, indicator_cell, interval_words
from needs_assessment.display import estimate_words, format_number, long_date

Entry = dict[str, Any]


def scorecard_frame(entries: list[Entry]) -> pd.DataFrame:
    """A row per indicator: Value, 95% interval, Compared with, Result (in words, from polarity
    and the comparison), Since last year.
    """
    return _frame(
        "Indicator",
        [
            {
                "Indicator": entry["name"],
                "Value": indicator_cell(entry),
                "95% interval": interval_words(entry),
                "Compared with": comparison_words(entry),
                "Result": entry["rating"],
                "Since last year": since_words(entry),
            }
            for entry in entries
        ],
    )


def since_words(entry: Entry) -> str:
    """How an indicator stands against the year before, in words that need no colour."""
    if entry["kind"] == "change":
        return {
            "higher": "Higher",
            "lower": "Lower",
            "no clear change": "No clear change",
        }.get(entry["direction"], "")
    if entry["previous"] is None:
        return ""
    words = {
        "higher": "Higher",
        "lower": "Lower",
        "the same": "The same",
        "no clear change": "No clear change",
    }[entry["direction"]]
    return f"{words} (was {entry['previous']['display']})"


def gap_frame(entries: list[Entry]) -> pd.DataFrame:
    """A row per recommended number: Need, There is, Recommended, Short by, How certain."""
    rows = [
        {
            "Need": _need(entry),
            "There is": _cell(entry, "numerator", entry["figures"]["numerator"]),
            "Recommended": _cell(entry, "recommended", entry["figures"]["recommended"]),
            "Short by": _cell(entry, "short_by", entry["figures"]["short_by"]),
            "How certain": _certainty(entry),
        }
        for entry in entries
        if entry["kind"] == "shortfall"
        and entry["unit"] != "%"
        and entry["status"] not in ("unavailable",)
    ]
    return _frame("Need", rows)


def _need(entry: Entry) -> str:
    """What is needed: “IDVA posts for …” of “IDVA posts short of those recommended for …”,
    “Refuge places” of “Refuge places needed to …”.
    """
    return str(entry["name"].replace("short of those recommended ", "").partition(" needed to ")[0])


def _certainty(entry: Entry) -> str:
    if entry["status"] == "suppressed":
        return "Rests on a number that is not shown"
    base = "a population that is approximate" if entry["status"] == "approximate" else ""
    if entry["population"]:
        base = base or "an official population"
        return f"Counted, set against {base}: {entry['population']}"
    return f"Counted, set against the cases of {entry['figures']['need_period']}"


def posts_frame(indicators: dict[str, Entry]) -> pd.DataFrame:
    """IDVA and administrator posts: filled, for the cases heard, for the cases expected."""
    kinds = {
        "IDVAs": (
            "idva.posts",
            "idva.posts_recommended",
            "idva.posts_expected",
            "idva.posts_short",
        ),
        "MARAC administrators": (
            "marac.administrator_posts",
            "marac.administrators_recommended",
            "marac.administrators_expected",
            "marac.administrators_short",
        ),
    }
    rows = []
    for name, (filled, today, expected, short) in kinds.items():
        lacking = indicators[short]
        rows.append(
            {
                "Posts": name,
                "Filled": indicator_cell(indicators[filled]),
                "For the cases heard": indicator_cell(indicators[today]),
                "For the cases expected": indicator_cell(indicators[expected]),
                "Short by": _cell(lacking, "short_by", lacking["figures"]["short_by"]),
            }
        )
    return _frame("Posts", rows)


def scenario_frame(scenarios: list[Entry]) -> pd.DataFrame:
    """Refuge places on each population that is held: a row per estimate."""
    rows = [
        {
            "Population": estimate_words(each["estimate"]),
            "People": _cell(each["short"], "denominator", each["short"]["figures"]["denominator"]),
            "Recommended": _cell(
                each["short"], "recommended", each["short"]["figures"]["recommended"]
            ),
            "There are": _cell(each["short"], "numerator", each["short"]["figures"]["numerator"]),
            "Below the level": indicator_cell(each["below"]),
            "Places to reach it": _cell(
                each["short"], "short_by", each["short"]["figures"]["short_by"]
            ),
        }
        for each in scenarios
    ]
    return _frame("Population", rows)


def performance_frame(
    targets: list[Entry], indicators: dict[str, Entry], end: date
) -> pd.DataFrame:
    """Targets of the strategy against the latest figures; Met says it in words. A target that is
    due after `end`, the last day of the edition's period, can still be met.
    """
    rows = []
    for target in targets:
        entry = indicators[target["indicator"]]
        unit = entry["unit"] if entry["unit"] in ("%", "£") else ""
        number = format_number(target["target"], _places(target["target"]), unit=unit)
        rows.append(
            {
                "Measure": entry["name"],
                "Objective": target["objective"] or "Not stated",
                "Target": f"{target['direction']} {number}",
                "By": long_date(target["by"]),
                "Latest": indicator_cell(entry),
                "Met": _met(target, entry, end),
            }
        )
    return _frame("Measure", rows)


def _met(target: Entry, entry: Entry, end: date) -> str:
    if entry["value"] is None:
        return "Not known"
    reached = (
        entry["value"] >= target["target"]
        if target["direction"] == "at least"
        else entry["value"] <= target["target"]
    )
    if reached:
        return "Met"
    return "Not yet met" if date.fromisoformat(target["by"]) > end else "Not met"


def recommendations_frame(
    recommendations: list[Entry], indicators: dict[str, Entry]
) -> pd.DataFrame:
    """Recommendation, Owner (a role), By, Evidence (what the figures say)."""
    rows = [
        {
            "Recommendation": each["text"],
            "Owner": each["owner"],
            "By": long_date(each["due"]),
            "Evidence": "; ".join(
                f"{indicators[name]['name']}: {_evidence(indicators[name])}"
                for name in each["evidence"]
            )
            or "Not stated",
        }
        for each in recommendations
    ]
    return _frame("Recommendation", rows)


def _evidence(entry: Entry) -> str:
    """What an indicator says in a recommendation: of places or posts, the whole number lacking, as
    in the gap analysis.
    """
    lacking = entry["kind"] == "shortfall" and entry["unit"] != "%"
    return str(entry["figures"]["short_by"] if lacking else entry["display"])


def progress_frame(earlier: list[Entry], progress: list[Entry]) -> pd.DataFrame:
    """The recommendations of the edition before, each with how far it has come."""
    known = {each["id"]: each for each in progress}
    rows = []
    for each in earlier:
        found = known.get(each["id"])
        status = found["status"].capitalize() if found else "Not reported"
        note = f". {found['note']}" if found and found["note"] else ""
        rows.append(
            {
                "Recommendation": each["text"],
                "Owner": each["owner"],
                "By": long_date(each["due"]),
                "Progress": f"{status}{note}",
            }
        )
    return _frame("Recommendation", rows)


def _places(value: float) -> int:
    return 0 if float(value).is_integer() else 1


def _cell(entry: Entry, part: str, display: str) -> Cell:
    """A number that belongs to an indicator, such as what it is short by."""
    value = entry[part]
    return Cell(
        value,
        display,
        key=f"{entry['id']}|{part}",
        nature=entry["nature"],
        sources=entry["sources"],
        partners=entry["partners"],
    )


def _frame(index: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """A frame by `index`, without columns of words that are empty; empty without rows."""
    if not rows:
        return pd.DataFrame()
    frame = pd.DataFrame(rows, dtype=object).set_index(index)
    empty = [name for name in frame if all(str(cell) == "" for cell in frame[name])]
    return frame.drop(columns=empty)
