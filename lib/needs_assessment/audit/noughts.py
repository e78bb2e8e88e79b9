"""Which hidden numbers can be noughts, by the letter of the printed rule.

A nought is shown, unless it is a category of a small group, or a part of a count that the rule
itself hides. Of these, and of their parts, the rule shows no nought but what others tell; so a
hidden number is none of them that has another nought among its parts, or the parts of these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from needs_assessment.audit.keys import Cell, Key, Spot
from needs_assessment.audit.knowledge import Hidden
from needs_assessment.audit.public import Public
from needs_assessment.audit.rule import Rule
from needs_assessment.audit.system import Relation, System, says

# More than any count of a report; small enough for the solver to tell 1 from 0 beside it.
_FAR = 100_000.0


@dataclass(frozen=True)
class Noughts:
    """What the rule says of noughts, for the hidden numbers of a system."""

    system: System
    hidden: dict[Key, Hidden]
    rule: Rule
    public: Public

    def relations(self) -> list[Relation]:
        """That a hidden number is 1 or more, unless a whole of it is as small as the rule names.

        For each whole that may be that small there is one more unknown: 1 only when it is.
        """
        if not self.rule.zeros:
            return []
        wholes = self._wholes()
        found: list[Relation] = []
        switches: dict[Key, Spot] = {}
        for key, held in self.hidden.items():
            if not isinstance(key, Cell) or not held.wholly:
                continue
            free = wholes.get(key, {})
            if any(self.system.bounds(whole)[1] <= limit for whole, limit in free.items()):
                continue
            loose = {each: limit for each, limit in free.items() if each in self.hidden}
            for whole, limit in loose.items():
                if whole not in switches:
                    switches[whole] = Spot("", "rule", "|".join(whole), "")
                    found += self._switch(whole, switches[whole], limit)
            terms = ((key, 1.0), *((switches[whole], 1.0) for whole in loose))
            found.append(Relation(terms, 1.0, float("inf")))
        return [*found, *self._shown_in_part()]

    def _wholes(self) -> dict[Key, dict[Key, float]]:
        """For each part: its wholes, and up to which count of these the part may be a hidden
        nought.
        """
        found: dict[Key, dict[Key, float]] = {}
        for whole, parts in self._lines():
            group = self.rule.small and any(part.dimension != whole.dimension for part in parts)
            limit = self.rule.last_of(whole.measure) if self.rule.parts else 0
            if group:
                limit = max(limit, self.rule.group - 1)
            for part in parts if limit else ():
                found.setdefault(part, {})[whole] = limit
        return found

    def _lines(self) -> Iterator[tuple[Cell, list[Cell]]]:
        for relation in self.system.joint:
            whole, factor = relation.terms[0]
            parts = [key for key, weight in relation.terms[1:] if weight == 1.0]
            alone = len(parts) == 1 and relation.lower < 0.0
            if relation.doubtful and factor == -1.0 and isinstance(whole, Cell) and not alone:
                cells = [part for part in parts if isinstance(part, Cell)]
                if len(cells) == len(relation.terms) - 1:
                    yield whole, cells

    def _switch(self, whole: Key, switch: Spot, limit: float) -> Iterator[Relation]:
        yield says(switch, 0.0, 1.0, "")
        yield Relation(((whole, 1.0), (switch, _FAR)), -float("inf"), limit + _FAR)

    def _shown_in_part(self) -> Iterator[Relation]:
        """That a hidden number below which a nought is shown is no small count."""
        if not self.rule.parts:
            return
        known = self.system.known
        parts_of: dict[Key, set[Key]] = {}
        for whole, parts in self._lines():
            parts_of.setdefault(whole, set()).update(parts)
        for whole, held in self.hidden.items():
            if whole not in parts_of or not held.wholly or held.published:
                continue
            below = _below(whole, parts_of)
            empty = self._empty(below)
            if any(
                known.get(key) == 0
                and key not in empty
                and self.public.measures[key.measure].protect
                for key in below
                if isinstance(key, Cell)
            ):
                yield says(whole, self.rule.last_of(whole.measure) + 1.0, float("inf"), "")

    def _empty(self, below: set[Key]) -> set[Key]:
        """The noughts that follow from ones that are shown elsewhere than `below`: those, the
        parts of each, and wholes of which all parts are.
        """
        found = {key for key, value in self.system.known.items() if value == 0 and key not in below}
        lines = self._joins
        while (
            more := {part for whole, parts, _ in lines if whole in found for part in parts}
            | {whole for whole, parts, exact in lines if exact and found.issuperset(parts)}
        ) - found:
            found |= more
        return found

    @cached_property
    def _joins(self) -> list[tuple[Key, list[Key], bool]]:
        """Each whole with numbers that lie in it, and whether they make it up."""
        return [
            (relation.terms[0][0], [key for key, _ in relation.terms[1:]], relation.lower == 0.0)
            for relation in self.system.joint
            if relation.doubtful and relation.terms[0][1] == -1.0
        ]


def _below(whole: Key, parts_of: dict[Key, set[Key]]) -> set[Key]:
    """The parts of a number, and theirs in turn."""
    found: set[Key] = set()
    more = {whole}
    while more:
        found |= more
        more = {part for each in more for part in parts_of.get(each, ())} - found
    return found - {whole}
