"""What a report shows, as the number check knows it: numbers with what they are about."""

import math
from bisect import bisect_left, bisect_right
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
class Topic:
    """What a figure is about whose value is not shown; `subject`, `qualifiers` as of a Fact."""

    subject: frozenset[str]
    qualifiers: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Facts:
    """All facts of a store. `names` are those of areas and `bands` the labels of categories,
    whose numbers are no statistics. `hidden`: what the figures are about that are not shown.
    """

    facts: tuple[Fact, ...]
    edition: Period
    names: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    hidden: tuple[Topic, ...] = ()

    def between(self, kinds: Iterable[str], low: float, high: float) -> list[Fact]:
        """The facts of some kinds whose displayed value, sign apart, lies from low to high."""
        found: list[Fact] = []
        for kind in kinds:
            sizes, facts = self._by_size.get(kind, ([], []))
            found += facts[bisect_left(sizes, low) : bisect_right(sizes, high)]
        return found

    @cached_property
    def by_key(self) -> dict[str, list[Fact]]:
        """The facts by their key."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.key, []).append(fact)
        return found

    @cached_property
    def _by_size(self) -> dict[str, tuple[list[float], list[Fact]]]:
        kinds: dict[str, list[Fact]] = {}
        for fact in self.facts:
            kinds.setdefault(fact.kind, []).append(fact)
        ordered = {kind: sorted(facts, key=lambda fact: fact.size) for kind, facts in kinds.items()}
        return {kind: ([fact.size for fact in facts], facts) for kind, facts in ordered.items()}

    @cached_property
    def weights(self) -> dict[str, float]:
        """How much each term tells: the fewer subjects share it, the more."""
        subjects = {fact.subject for fact in self.facts}
        counts = Counter(term for subject in subjects for term in subject)
        return {term: math.log(1 + len(subjects) / count) for term, count in counts.items()}

    @cached_property
    def whole(self) -> dict[frozenset[str], float]:
        """The weight of each subject."""
        subjects = {each.subject for each in (*self.facts, *self.hidden)}
        return {subject: self.weight(subject) for subject in subjects}

    def weight(self, found: Iterable[str]) -> float:
        """How much some terms tell together."""
        return sum(self.weights.get(term, 0.0) for term in found)
