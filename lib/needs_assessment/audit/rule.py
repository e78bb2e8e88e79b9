"""The rule that a report prints: what it hides, and how well."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from needs_assessment.audit.public import Public

_HIDDEN = re.compile(r"\bfrom 1 to (\d+) are not shown\b")
_ZEROS = re.compile(r"\b(?:zeros?|zeroes|noughts?)\b[^.;]*?\b(?:is|are) (?:always )?shown\b", re.I)
_EXCEPT = re.compile(r"[^.]*\bunless\b")
_PARTS = re.compile(r"\bzeros? among its quarters, areas or categories appear\b", re.I)
_GROUP = re.compile(r"\bgroup of fewer than (\d+)\b")
_WIDTH = re.compile(r"\bat least (\d+) separates\b")
_ROUNDED = re.compile(r"\brounded to the nearest (\d+)\b")
_ALL_OF = re.compile(r"all figures on (\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """A printed rule.

    Counts from 1 to `last` are hidden; of some measures to another number (`lasts`). What is
    hidden to protect another number can be at least `width` more than its least. Groups of fewer
    than `group` are not shown to lie in one category. `zeros`: a nought is always shown, `small`:
    or else in a group that small. `parts`: no part of a count that the rule hides is shown, zeros
    neither. `rounding` is the base that counts of some measures are rounded to.
    """

    last: int = 4
    width: int = 4
    group: int = 10
    zeros: bool = False
    small: bool = False
    parts: bool = False
    lasts: dict[str, int] = field(default_factory=dict)
    rounding: dict[str, int] = field(default_factory=dict)

    def last_of(self, measure: str) -> int:
        return self.lasts.get(measure, self.last)

    def blur(self, measures: Iterable[str]) -> float:
        """How far the counts of some measures together may lie from what is printed."""
        return sum(self.rounding.get(measure, 0) / 2 for measure in measures)


def rule_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of a report's paragraphs that say which counts are not shown."""
    return tuple(text for text in texts if _HIDDEN.search(text))


def printed_rule(texts: Iterable[str], public: Public) -> Rule:
    """The rule in the paragraph that says which counts are not shown; what is usual where none
    does. Sentences that name a measure, or all figures on something, say what holds for those.
    """
    text = max(rule_texts(texts), key=len, default="")
    lasts: dict[str, int] = {}
    rounding: dict[str, int] = {}
    general = []
    for sentence in re.split(r"(?<=\.)\s+", text):
        subject, colon, said = sentence.partition(": ")
        measures = _named(subject, public) if colon else []
        if not measures:
            general.append(sentence)
        for pattern, into in ((_HIDDEN, lasts), (_ROUNDED, rounding)):
            found = pattern.search(said)
            if found:
                into.update(dict.fromkeys(measures, int(found[1])))
    usual = Rule()
    whole = " ".join(general)
    return Rule(
        last=_number(_HIDDEN, whole, usual.last),
        width=_number(_WIDTH, whole, usual.width),
        group=_number(_GROUP, whole, usual.group),
        zeros=bool(_ZEROS.search(whole)),
        small=any(_ZEROS.search(each) and _EXCEPT.match(each) for each in general),
        parts=bool(_PARTS.search(whole)),
        lasts=lasts,
        rounding=rounding,
    )


def _number(pattern: re.Pattern[str], text: str, usual: int) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else usual


def _named(subject: str, public: Public) -> list[str]:
    """The measures that a sentence is about."""
    whole = _ALL_OF.fullmatch(subject.strip())
    if whole:
        prefix = f"{whole[1].casefold()}."
        return [measure for measure in public.measures if measure.startswith(prefix)]
    found = public.measure_names.get(subject.strip().casefold())
    return [found] if found else []
