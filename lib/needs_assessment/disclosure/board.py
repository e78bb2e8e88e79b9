"""What a board asks of an indicator: since last year, against its level, how it is rated."""

import math
from collections.abc import Callable
from typing import Any

from needs_assessment.display import SUPPRESSED, format_number, round_half_up
from needs_assessment.indicators.result import Comparison, Indicator
from needs_assessment.periods import parse_period

Protect = Callable[[Indicator], dict[str, Any]]

NO_CHANGE = "no clear change"
NOT_TESTED = "not tested"

_DIRECTIONS = {
    "higher": "higher than",
    "lower": "lower than",
    NO_CHANGE: "no clear change from",
    "the same": "the same as",
}
_SHARES = {
    "higher": "more than its share of the population",
    "lower": "less than its share of the population",
    "similar": "similar to its share of the population",
}


def complete_indicator(indicator: Indicator, protect: Protect) -> dict[str, Any]:
    """A protected indicator with all that a board asks of it.

    `protect` makes the entry of `indicators.json` of one indicator; what it hides stays hidden.
    Added are what the year before `prints`; `cites`, `message`, `optional` and `polarity` of its
    definition; `wide_lower` and `wide_upper` (99.8 %), `recommended`, `short_by` (what is lacking),
    `previous` (value, display, period of the year before), `direction` (higher, lower, the same, no
    clear change, similar for a representation ratio, or ""), `tested`, `rating`; and further texts
    in `figures`.
    """
    entry = protect(indicator)
    earlier = protect(indicator.previous) if indicator.previous else None
    hidden = entry["status"] == "suppressed"
    view = _view(indicator, earlier, hidden=hidden)
    definition = indicator.definition
    far = [not hidden and each.wide for each in indicator.comparisons]
    benchmarks = [entry["benchmark"], *entry["other_benchmarks"]] if far else []
    marked = [{**each, "far": wide} for each, wide in zip(benchmarks, far, strict=True)]
    return {
        **entry,
        "prints": [*entry["prints"], *(earlier["prints"] if earlier and view["previous"] else ())],
        "benchmark": marked[0] if marked else None,
        "other_benchmarks": marked[1:],
        "polarity": definition.polarity,
        "optional": definition.optional,
        "message": definition.message,
        "cites": definition.sources,
        **view,
        "figures": {**entry["figures"], **_figures(indicator, view, hidden=hidden)},
    }


def _view(indicator: Indicator, earlier: dict[str, Any] | None, *, hidden: bool) -> dict[str, Any]:
    """Where the year before is hidden, so is the direction."""
    lacking = None if hidden else _short_by(indicator)
    needed = None if hidden else indicator.recommended
    view: dict[str, Any] = {
        "wide_lower": None if hidden else indicator.wide_lower,
        "wide_upper": None if hidden else indicator.wide_upper,
        "recommended": None if needed is None else float(needed),
        "short_by": None if lacking is None else float(lacking),
        "previous": None,
        "direction": "" if hidden else _own_direction(indicator),
        "tested": not hidden
        and indicator.definition.kind == "change"
        and indicator.lower is not None,
        "rating": _rating(indicator, hidden=hidden),
    }
    trend = indicator.trend
    if hidden or earlier is None or trend is None or earlier["value"] is None:
        return view
    return {
        **view,
        "previous": {
            "value": earlier["value"],
            "display": earlier["display"],
            "period": earlier["numerator_period"],
        },
        "direction": trend.word,
        "tested": trend.tested,
    }


def _figures(indicator: Indicator, view: dict[str, Any], *, hidden: bool) -> dict[str, str]:
    """What live figures print of all this."""
    entry = indicator.definition
    previous, missing = view["previous"], SUPPRESSED if hidden else "not available"
    if hidden or indicator.wide_lower is None or indicator.wide_upper is None:
        wide = SUPPRESSED if hidden else "no interval"
    else:
        ends = (indicator.wide_lower, indicator.wide_upper)
        signed = entry.kind == "change"
        wide = " to ".join(
            format_number(end, entry.decimals, unit=entry.unit, signed=signed) for end in ends
        )
    figures = {
        "previous": f"{previous['display']} {when(previous['period'])}"
        if previous
        else "no figure for the year before",
        "direction": _DIRECTIONS.get(view["direction"], "not compared with"),
        "rating": view["rating"],
        "wide_interval": wide,
        "recommended": missing,
        "short_by": missing,
        "need_period": indicator.inputs[0].period.words() if indicator.inputs else "",
    }
    if entry.kind == "change" and view["direction"]:
        figures["comparison"] = view["direction"]
    if entry.kind == "representation" and view["direction"]:
        figures["comparison"] = _SHARES.get(view["direction"], NOT_TESTED)
    if not hidden and indicator.recommended is not None:
        figures["recommended"] = format_number(indicator.recommended, 1)
    if view["short_by"] is not None:
        whole = float(view["short_by"]).is_integer()
        figures["short_by"] = format_number(_short_by(indicator) or 0, 0 if whole else 1)
    return figures


def when(text: str | None) -> str:
    """A period with the word before it that a sentence needs: “on 31 March 2024”."""
    if not text:
        return "in the year before"
    period = parse_period(text)
    # On a day, from one month to another, in a year or a quarter.
    from_month = ".." in text and "Q" not in text
    return f"{'on' if period.is_point else 'from' if from_month else 'in'} {period.words()}"


def _own_direction(indicator: Indicator) -> str:
    """The direction of a change is its own: no clear change when its interval includes 0. That of
    a representation ratio is against 1, the share of the population, and of its interval as it is
    printed: one that reads “0.88 to 1.00” holds 1.
    """
    kind, decimals = indicator.definition.kind, indicator.definition.decimals
    if kind not in ("change", "representation") or indicator.value is None:
        return ""
    if indicator.lower is None or indicator.upper is None:
        return NOT_TESTED
    if kind == "change":
        middle, between = 0.0, NO_CHANGE
        lower, upper = indicator.lower, indicator.upper
    else:
        middle, between = 1.0, "similar"
        lower, upper = (
            float(round_half_up(end, decimals)) for end in (indicator.lower, indicator.upper)
        )
    if lower <= middle <= upper:
        return between
    return "higher" if lower > middle else "lower"


def _short_by(indicator: Indicator) -> Any:
    """What is lacking to reach the recommended number: whole places, or posts; not below 0."""
    entry = indicator.definition
    if entry.kind != "shortfall" or indicator.recommended is None or indicator.numerator is None:
        return None
    lacking = max(indicator.recommended - (indicator.numerator.value or 0), 0)
    return math.ceil(lacking) if "place" in entry.unit or entry.unit == "%" else lacking


def _rating(indicator: Indicator, *, hidden: bool) -> str:
    """The result in words: from the recommended level, or from polarity and the comparison."""
    entry = indicator.definition
    if hidden:
        return "Not shown"
    if indicator.status == "unavailable":
        return "Not available"
    if entry.kind == "shortfall" and indicator.value is not None:
        short = round_half_up(indicator.value, entry.decimals) > 0
        return "Short of the level" if short else "Meets the level"
    if not indicator.comparisons:
        return "Not rated"
    return _compared(indicator.comparisons[0], entry.polarity)


def _compared(comparison: Comparison, polarity: str) -> str:
    kind, word = comparison.benchmark.kind, comparison.word
    if comparison.value.value is None:
        return {"within": "Within the band", "below": "Below the band"}.get(word, "Above the band")
    if kind == "limit":
        return {"above": "Above the limit", "at": "At the limit"}.get(word, "Within the limit")
    if kind == "level":
        if polarity == "lower is better":
            return "Above the level" if word == "above" else "Within the level"
        return "Short of the level" if word == "below" else "Meets the level"
    if word == "similar":
        return "Similar to average"
    if polarity == "none" or word not in ("higher", "lower"):
        return "Not rated"
    better = (word == "higher") == (polarity == "higher is better")
    return "Better than average" if better else "Worse than average"
