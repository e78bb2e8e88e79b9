"""What a report shows, as the number check knows it: numbers with what they are about."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from needs_assessment.periods import Period

RATE = "rate"


@dataclass(frozen=True)
class Fact:
    """A number that the report shows.

    `key` is an indicator's id or a cell's key; `filter` the filter of a live figure that prints
    exactly `text`, or None. `exact` is what it was rounded from, where that may be known; in
    percent (0 to 100) or pounds. `subject` are the terms of its name, `qualifiers` groups of terms
    one of each of which a sentence must hold to speak of it (a category, a partner). `period` is
    None for what holds at any time. `own`: of the council itself. `sources`: the files, sheets and
    rows it comes from.
    """

    key: str
    name: str
    role: str
    kind: str
    text: str
    shown: Fraction
    exact: Fraction
    subject: frozenset[str]
    qualifiers: tuple[frozenset[str], ...] = ()
    filter: str | None = None
    period: Period | None = None
    own: bool = True
    sources: frozenset[tuple[str, str, int]] = frozenset()

    @cached_property
    def size(self) -> float:
        """The displayed value without its sign."""
        return abs(float(self.shown))


@dataclass(frozen=True)
class Facts:
    """All facts of a store; `names` are those of areas, whose numbers are no statistics."""

    facts: tuple[Fact, ...]
    edition: Period
    names: tuple[str, ...] = ()

    @cached_property
    def weights(self) -> dict[str, float]:
        """How much each term tells: the fewer subjects share it, the more."""
        subjects = {fact.subject for fact in self.facts}
        counts = Counter(term for subject in subjects for term in subject)
        return {term: math.log(1 + len(subjects) / count) for term, count in counts.items()}

    def weight(self, found: Iterable[str]) -> float:
        return sum(self.weights.get(term, 0.0) for term in found)
