"""Breakdowns as they may be shown."""

from typing import Any

from needs_assessment.disclosure.board import Protect, complete_indicator
from needs_assessment.display import SUPPRESSED, format_number, join_words
from needs_assessment.indicators import funnel
from needs_assessment.indicators.groups import Group, GroupRow

_NONE = "none"


def protect_group(group: Group, protect: Protect) -> dict[str, Any]:
    """One breakdown of the store, each row an indicator that `protect` makes the entry of.

    Keys: `id`, `name`, `chapter`, `kind`, `unit`, `definition`, `caveats`, `label`, `base`,
    `unknown`, `status` (ok or unavailable), `reason`, `rows` (indicator entries with `category`,
    `label`, `position`, `far`, `smoothed`, `expected`), `missing` (rows that no return gives),
    `overall`, `figures`. What compares rows with one another is worked out from the rows that are
    shown, never from hidden ones.
    """
    entry = group.definition
    entries = [_row(row, complete_indicator(row.indicator, protect), group) for row in group.rows]
    rows = [row for row in entries if row["status"] != "unavailable"]
    average = _compare_rows(rows, group)
    unit = entry.unit
    shown = None if average is None else format_number(average, entry.decimals, unit=unit)
    return {
        "id": entry.id,
        "name": entry.name,
        "chapter": entry.chapter,
        "kind": entry.kind,
        "unit": unit,
        "multiplier": entry.multiplier,
        "decimals": entry.decimals,
        "definition": entry.definition,
        "caveats": entry.caveats,
        "label": group.label,
        "base": group.base,
        "unknown": entry.unknown,
        "optional": entry.optional,
        "status": "ok" if rows else "unavailable",
        "reason": "" if rows else group.reason,
        "rows": rows,
        "missing": [row for row in entries if row["status"] == "unavailable"],
        "overall": average,
        "overall_display": shown,
        "figures": _figures(rows, shown, entry.unknown),
    }


def _row(row: GroupRow, entry: dict[str, Any], group: Group) -> dict[str, Any]:
    benchmark = entry["benchmark"]
    expected = benchmark["value"] if benchmark else None
    position, far = "", False
    if group.definition.kind == "representation":
        share = row.indicator.recommended
        # A share of the population is public, whatever is hidden beside it.
        expected = None if share is None else float(share)
        if entry["lower"] is not None and entry["upper"] is not None:
            position = entry["direction"]
            far = position != "similar" and not entry["wide_lower"] <= 1 <= entry["wide_upper"]
    elif benchmark and benchmark["comparison"]:
        position, far = benchmark["comparison"], benchmark["far"]
    expected_text = "" if expected is None else format_number(expected, 1, unit="%")
    if benchmark and expected is None and benchmark["lower"] is not None:
        expected_text = f"{benchmark['lower']:g}% to {benchmark['upper']:g}%"
    if benchmark and not benchmark["verified"]:
        expected_text += " (not confirmed)"
    return {
        **entry,
        "category": row.category,
        "label": row.label,
        "position": position,
        "far": far,
        "smoothed": None,
        "smoothed_display": "",
        "expected": expected,
        "expected_display": expected_text,
        "figures": {
            **entry["figures"],
            "expected": expected_text or _NONE,
            "position": position,
            "label": row.label,
        },
    }


def _compare_rows(rows: list[dict[str, Any]], group: Group) -> float | None:
    """Fills in `position`, `far` and `smoothed` where each row has a base of its own; higher and
    lower mean beyond the 99.8 % control limits.

    Returns the value over all rows shown, in the unit of the breakdown.
    """
    kind = group.definition.kind
    if group.base != "each" or kind not in ("proportion", "rate"):
        return None
    usable = [
        row
        for row in rows
        if row["value"] is not None and row["numerator"] is not None and row["denominator"]
    ]
    if len(usable) < 2:
        return None
    observed = [funnel.Observed(row["numerator"], row["denominator"]) for row in usable]
    average = funnel.overall(observed)
    scale = group.definition.multiplier
    for row, one, smooth in zip(usable, observed, funnel.shrink(observed, kind), strict=True):
        word, far = funnel.position(one, average, kind)
        # Many groups are compared at once: only the wide limits call one of them out.
        row["position"], row["far"] = (word, True) if far else ("similar", False)
        row["smoothed"] = smooth * scale
        row["smoothed_display"] = format_number(
            smooth * scale, group.definition.decimals, unit=group.definition.unit
        )
        row["figures"]["position"] = row["position"]
    return average * scale


def _figures(
    rows: list[dict[str, Any]], overall: str | None, unknown: str | None
) -> dict[str, str]:
    """What `{{ id | … }}` prints for the whole breakdown."""

    def named(*words: str) -> str:
        found = [row["label"] for row in rows if row["position"] in words]
        return join_words(found) or _NONE

    not_known = next((row for row in rows if row["category"] == unknown), None)
    shown = [row for row in rows if row["display"] != SUPPRESSED]
    return {
        "display": overall or (f"{len(shown)}" if shown else "not available"),
        "overall": overall or "not available",
        "categories": f"{len(rows)}",
        "higher": named("higher", "above"),
        "lower": named("lower", "below"),
        "similar": named("similar", "within", "at"),
        "unknown": not_known["display"] if not_known else "not stated",
    }
