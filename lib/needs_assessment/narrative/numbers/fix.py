"""Typed numbers written as live figures, where it is beyond doubt which figure is meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from needs_assessment.narrative.figures import DISPLAY
from needs_assessment.narrative.numbers.facts import Fact
from needs_assessment.narrative.numbers.judge import KNOWN, Match, Verdict

# How much better a figure must fit the sentence than another one of the same value.
_MARGIN = 1.0


@dataclass(frozen=True)
class Replacement:
    """A number in `source[start:end]` and the live figure that prints the same."""

    start: int
    end: int
    typed: str
    figure: str


def replacements(
    source: str, verdicts: list[Verdict], figures: Mapping[str, Mapping[str, str]]
) -> list[Replacement]:
    """The numbers of a cell that can be live figures: each prints what was typed, and no other
    figure of that value fits its sentence nearly as well. Numbers in words stay.
    """
    found = []
    for verdict in verdicts:
        if verdict.outcome != KNOWN or verdict.typed.in_words:
            continue
        for start in dict.fromkeys((verdict.opening, verdict.start)):
            typed = source[start : verdict.end]
            figure = _figure(typed, verdict.matches, figures)
            if figure:
                found.append(Replacement(start, verdict.end, typed, figure))
                break
    return found


def replace_numbers(source: str, found: list[Replacement]) -> str:
    """`source` with each replacement in place."""
    parts = []
    end = 0
    for each in sorted(found, key=lambda each: each.start):
        parts += [source[end : each.start], each.figure]
        end = each.end
    return "".join([*parts, source[end:]])


def _figure(
    typed: str, matches: tuple[Match, ...], figures: Mapping[str, Mapping[str, str]]
) -> str:
    """The live figure that prints `typed`, or nothing when there is none or more than one."""
    printed = {
        match: name
        for match in matches
        if match.named and (name := _printed_by(typed, match.fact, figures))
    }
    if not printed:
        return ""
    best = next(iter(printed))
    alike = [
        match
        for match in printed
        if _same_quantity(match.fact, best.fact) and _covers(match.fact, best.fact)
    ]
    # The plainest of them: an indicator of its own before one's numerator, or a breakdown's row.
    chosen = min(alike, key=lambda match: (match.fact.role != "value", match.fact.key.count(".")))
    rivals = [
        match
        for match in matches
        if match.strength == chosen.strength
        and match.rank > best.rank - _MARGIN
        and not any(_same_quantity(match.fact, one.fact) for one in (best, chosen))
    ]
    if rivals:
        return ""
    name = printed[chosen]
    return f"{{{{ {chosen.fact.key}{'' if name == DISPLAY else f' | {name}'} }}}}"


def _printed_by(typed: str, fact: Fact, figures: Mapping[str, Mapping[str, str]]) -> str | None:
    """The filter with which the live figure of a fact prints `typed`."""
    if fact.filter is None:
        return None
    names = (DISPLAY, "size") if fact.role == "value" else (fact.filter,)
    texts = figures[fact.key]
    return next((name for name in names if _plain(texts[name]) == _plain(typed)), None)


def _same_quantity(one: Fact, other: Fact) -> bool:
    """Whether two facts of one value are one statistic: one is made of the other's rows."""
    if one.key.partition("|")[0] == other.key.partition("|")[0] and one.role == other.role:
        return one.period == other.period and one.qualifiers == other.qualifiers
    if one.role == "benchmark" or other.role == "benchmark" or not (one.sources and other.sources):
        return False
    return one.sources <= other.sources or other.sources <= one.sources


def _covers(one: Fact, other: Fact) -> bool:
    """Whether a fact is as particular as another: it speaks of the same category."""
    return all(group in one.qualifiers or group & one.subject for group in other.qualifiers)


def _plain(text: str) -> str:
    """The text in one form: 1270 and 1,270, 21 per cent and 21%."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.strip())
    return re.sub(r"\s?(?:per cent|percent)$", "%", text)
