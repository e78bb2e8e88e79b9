"""Everything a reader knows of a report's counts, as linear relations among unknown numbers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from needs_assessment.audit.keys import Key
from needs_assessment.audit.numerals import ANY

# How far a sum may be off for want of exact arithmetic.
SLACK = 1e-6


@dataclass(frozen=True)
class Relation:
    """`lower` ≤ the sum of the terms ≤ `upper`; each term is a key and its factor.

    `source` is the table, chart or indicator that shows it, empty for what follows from what is
    counted. A `doubtful` relation is one that a reader supposes and gives up when the rest of the
    report contradicts it.
    """

    terms: tuple[tuple[Key, float], ...]
    lower: float
    upper: float
    source: str = ""
    doubtful: bool = False

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(key for key, _ in self.terms)


def says(key: Key, lower: float, upper: float, source: str) -> Relation:
    """One number, or a span of it, that something shows."""
    return Relation(((key, 1.0),), lower, upper, source)


def adds_up(whole: Key, parts: Iterable[Key], source: str = "") -> Relation:
    """The parts together are the whole, as far as a reader can suppose."""
    terms = ((whole, -1.0), *((part, 1.0) for part in parts))
    return Relation(terms, 0.0, 0.0, source, doubtful=True)


def no_more_than(whole: Key, parts: Iterable[Key]) -> Relation:
    """The parts together are at most the whole, as far as a reader can suppose."""
    terms = ((whole, -1.0), *((part, 1.0) for part in parts))
    return Relation(terms, -float("inf"), 0.0, doubtful=True)


@dataclass(frozen=True)
class Component:
    """Unknown numbers that depend on one another, and all relations that they stand in.

    `known` are the bounds of every other number in those relations.
    """

    unknown: tuple[Key, ...]
    relations: tuple[Relation, ...]


@dataclass
class System:
    """The relations of a report and of all else that its readers know.

    `whole(key)` says whether a number is a whole one. Numbers are never negative.
    """

    relations: list[Relation]
    whole: Callable[[Key], bool]
    conflicts: list[Key] = field(default_factory=list)

    @cached_property
    def statements(self) -> dict[Key, list[Relation]]:
        """What is said of each number by itself."""
        found: dict[Key, list[Relation]] = {}
        for relation in self.relations:
            if len(relation.terms) == 1:
                found.setdefault(relation.terms[0][0], []).append(relation)
        return found

    @cached_property
    def joint(self) -> list[Relation]:
        """The relations between numbers."""
        return [relation for relation in self.relations if len(relation.terms) > 1]

    def bounds(self, key: Key, without: frozenset[str] = frozenset()) -> tuple[float, float]:
        """What the statements about a number leave it, less those of some sources.

        Of statements that contradict one another the first ones count.
        """
        lower, upper = 0.0, ANY
        for relation in self.statements.get(key, []):
            if relation.source in without:
                continue
            factor = relation.terms[0][1]
            low, high = max(lower, relation.lower / factor), min(upper, relation.upper / factor)
            if low > high + SLACK:
                if key not in self.conflicts:
                    self.conflicts.append(key)
                continue
            lower, upper = low, max(low, high)
        return lower, upper

    @cached_property
    def known(self) -> dict[Key, float]:
        """The numbers that a statement gives outright."""
        keys = {key for relation in self.relations for key in relation.keys}
        spans = {key: self.bounds(key) for key in keys}
        return {key: lower for key, (lower, upper) in spans.items() if upper - lower <= SLACK}

    def components(self) -> list[Component]:
        """The unknown numbers, grouped by the relations that join them."""
        root: dict[Key, Key] = {}

        def find(key: Key) -> Key:
            while root.setdefault(key, key) != key:
                root[key] = root[root[key]]
                key = root[key]
            return key

        open_in = [
            (relation, [key for key in relation.keys if key not in self.known])
            for relation in self.joint
        ]
        for _, unknown in open_in:
            for key in unknown:
                root[find(key)] = find(unknown[0])
        for key in self.statements:
            if key not in self.known:
                find(key)
        members: dict[Key, list[Key]] = {}
        for key in root:
            members.setdefault(find(key), []).append(key)
        relations: dict[Key, list[Relation]] = {}
        for relation, unknown in open_in:
            if unknown:
                relations.setdefault(find(unknown[0]), []).append(relation)
        return [
            Component(tuple(sorted(keys)), tuple(relations.get(top, [])))
            for top, keys in members.items()
        ]
