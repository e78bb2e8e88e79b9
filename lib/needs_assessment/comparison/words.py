"""What is said of one council's indicator, in the words of its own report."""

from fractions import Fraction
from typing import Any

from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chart import decimals_of
from needs_assessment.display import NOT_AVAILABLE, decimal_places, format_number
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.results.numbers import written

Entry = dict[str, Any]

_WITHOUT_NUMBERS = ("suppressed", "unavailable")
_PHRASES = {
    "average": {
        "higher": "higher than",
        "lower": "lower than",
        "similar": "similar to",
        "above": "above (not a test)",
        "below": "below (not a test)",
        "at": "the same as",
    },
    "level": {
        "above": "above the recommended level of",
        "below": "below the recommended level of",
        "at": "at the recommended level of",
    },
    "limit": {
        "above": "above the upper limit of",
        "below": "within the upper limit of",
        "at": "at the upper limit of",
    },
    "band": {
        "above": "above the band of",
        "below": "below the band of",
        "within": "within the band of",
    },
}
_GAPS = {"above": "a wider gap than", "below": "a narrower gap than", "at": "the same gap as"}


def value_cell(entry: Entry | None, partners: list[str]) -> Cell:
    """The value as the report shows it: [x] where its report does not have it."""
    if entry is None or entry["status"] == "unavailable":
        return Cell(None, NOT_AVAILABLE)
    shown = entry["status"] not in _WITHOUT_NUMBERS and entry["value"] is not None
    return Cell(
        entry["value"] if shown else None,
        entry["display"],
        key=entry["id"],
        nature=entry["nature"],
        partners=partners,
        interval=(entry["lower"], entry["upper"]) if shown else (None, None),
    )


def printed_cell(text: str, unit: str) -> Cell:
    """A figure as a table prints it, with the number that its text says; [c] and the like have
    none.
    """
    found = written(text)
    if found is None:
        return Cell(None, text)
    return Cell(found.number * 100 if unit == "%" else found.number, text)


def interval_words(entry: Entry | None) -> str:
    """“20.3% to 39.0%”, or nothing where there is no interval."""
    if entry is None or entry["value"] is None or entry["lower"] is None or entry["upper"] is None:
        return ""
    decimals = decimals_of(Cell(entry["value"], entry["display"]))
    signed = entry["kind"] == "change"
    ends = (entry["lower"], entry["upper"])
    return " to ".join(
        format_number(end, decimals, unit=entry["unit"], signed=signed) for end in ends
    )


def base_words(entry: Entry | None) -> str:
    """Numerator, denominator and period, as far as the report shows them."""
    if entry is None or entry["status"] in _WITHOUT_NUMBERS:
        return ""
    period = period_words(entry["numerator_period"])
    if entry["status"] == "reported":
        return f"as reported, {period}"
    # A rough number is not told from an exact one here: its own report says which it is.
    exact = entry["status"] not in ("approximate", "bounded")
    top, bottom = (_count(entry[part]) if exact else "" for part in ("numerator", "denominator"))
    if entry["kind"] in ("proportion", "representation") and top and bottom:
        return f"{top} of {bottom}, {period}"
    if entry["kind"] == "change" and top and bottom:
        return f"{top} against {bottom}"
    if entry["kind"] == "ratio" and top and bottom:
        return f"{top} divided by {bottom}, {period}"
    if entry["population"]:
        counted = ", ".join(filter(None, [top, period]))
        return "; ".join(filter(None, [counted, entry["population"]]))
    return period


def comparison_words(entry: Entry | None) -> str:
    """How the indicator stands to its benchmarks, each with its geography and period.

    The word is the report's own: higher or lower only when the benchmark lies outside the 95 %
    interval.
    """
    if entry is None:
        return ""
    parts = []
    for each in (entry["benchmark"], *entry["other_benchmarks"]):
        if each and each["comparison"]:
            phrase = _PHRASES[each["kind"]][each["comparison"]]
            if entry["kind"] == "shortfall":
                phrase = _GAPS[each["comparison"]]
            parts.append(f"{phrase} {level_words(each, entry['unit'])}")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def level_words(benchmark: Entry, unit: str) -> str:
    """“61% (England, 2022-23)”."""
    ends = [benchmark["value"]]
    if benchmark["value"] is None:
        ends = [benchmark["lower"], benchmark["upper"]]
    numbers = " to ".join(_printed(end, unit) for end in ends)
    where = [benchmark["geography"], period_words(benchmark["period"])]
    doubt = [] if benchmark["verified"] else ["not confirmed at a source"]
    return f"{numbers} ({', '.join(filter(None, [*where, *doubt]))})"


def period_words(text: str | None) -> str:
    """A period as a reader says it; the name of an estimate, such as mid-2023, as it is."""
    if not text:
        return ""
    try:
        return parse_period(text).words()
    except AssessmentError:
        return text


def _count(number: float | None) -> str:
    return "" if number is None else _printed(number)


def _printed(number: float, unit: str = "") -> str:
    exact = Fraction(str(number))
    return format_number(exact, decimal_places(exact), unit=unit)
