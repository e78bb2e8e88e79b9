"""Secondary suppression: which other numbers to hide, at least cost, so that no hidden number can
be worked out.

Cutting planes, after Fischetti and Salazar (2001): a linear programme that plays the reader says of
a pattern that is not safe what every safe one must hide more of, and an integer programme finds the
cheapest pattern that keeps to all that was said so far. Where that takes too many rounds, the last
pattern is completed need by need and thinned out.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np

from needs_assessment.disclosure.completions import Completions, Floats, Reached, Step
from needs_assessment.disclosure.problem import CANDIDATE, OPEN, Flags, Part, Problem, parts

ROUNDS = 40
_NODES = 2_000
_CLOSE = 1e-6


@dataclass(frozen=True, order=True)
class Need:
    """What must stay possible: a step at a place, or a range of so many steps."""

    span: int
    place: int
    by: int = 0

    def steps(self) -> list[Step]:
        if self.span:
            return [Step(self.place, self.span), Step(self.place, -self.span)]
        return [Step(self.place, self.by)]


@dataclass(frozen=True)
class Suppressed:
    """The numbers of a problem that stay hidden, by their place in it.

    `protects`: for each number hidden to protect others, those others. `exposed`: hidden numbers
    that cannot be protected, since they follow from what readers know for good. `optimal`: whether
    it was established that no cheaper pattern is safe.
    """

    hidden: frozenset[int]
    protects: dict[int, tuple[int, ...]] = field(default_factory=dict)
    exposed: frozenset[int] = frozenset()
    optimal: bool = True


def suppress(
    problem: Problem, tables: Mapping[int, Hashable] | None = None, rounds: int = ROUNDS
) -> Suppressed:
    """What to hide of a problem beside what is hidden already.

    `tables` says which table a number stands in: where a number cannot be protected, all that can
    be hidden of its table is. After so many `rounds` a safe pattern stands for the cheapest one.
    """
    hidden = {number for number, each in enumerate(problem.variables) if each.hidden}
    protects: dict[int, tuple[int, ...]] = {}
    exposed: set[int] = set()
    optimal = True
    for part in parts(problem):
        search = _Search(part, rounds)
        places = part.places
        chosen = search.run([(tables or {}).get(place, place) for place in places])
        hidden |= {places[number] for number in np.flatnonzero(chosen)}
        exposed |= {places[number] for number in search.hopeless}
        optimal = optimal and search.optimal
        for number, others in search.protected(chosen).items():
            protects[places[number]] = tuple(places[other] for other in others)
    return Suppressed(frozenset(hidden), protects, frozenset(exposed), optimal)


class _Search:
    """The search for a pattern in one part: for each number, whether it is hidden."""

    def __init__(self, part: Part, rounds: int):
        self.part = part
        self.rounds = rounds
        self.found = Completions(part)
        self.hopeless: set[int] = set()
        self.optimal = False
        self._failed: dict[Need, list[Flags]] = {}

    def run(self, tables: list[Hashable]) -> Flags:
        first, everything = self.found.first, self.part.kind != OPEN
        best = self._best()
        if best is not None:
            return best
        self._failed.clear()
        self.hopeless = {need.place for need in self._unmet(everything) if first[need.place]}
        lost = {tables[place] for place in self._beside(self.hopeless)}
        whole = np.array([table in lost for table in tables])
        return self._complete(first | (whole & (self.part.kind == CANDIDATE)))

    def _beside(self, places: set[int]) -> set[int]:
        """The numbers that some row ties to these."""
        rows = (self.part.matrix[:, sorted(places)] != 0).any(axis=1)
        tied = np.flatnonzero((self.part.matrix[rows] != 0).any(axis=0))
        return places | {int(place) for place in tied}

    def protected(self, hidden: Flags) -> dict[int, tuple[int, ...]]:
        """For each number hidden to protect others: what could be worked out if it were shown."""
        result = {}
        for place in self._added(hidden):
            without = hidden.copy()
            without[place] = False
            loses = {need.place for need in self._unmet(without)}
            result[place] = tuple(sorted(loses))
        return result

    def _added(self, hidden: Flags) -> list[int]:
        return [int(place) for place in np.flatnonzero(hidden & ~self.found.first)]

    # What is missing ------------------------------------------------------------------------

    def _pending(self, hidden: Flags) -> list[Need]:
        """The needs of hidden numbers that no completion found so far meets."""
        part = self.part
        found = self.found.valid(hidden)
        needs: list[Need] = []
        for number in np.flatnonzero(hidden):
            place = int(number)
            if place in self.hopeless:
                continue
            base, span = int(part.base[place]), int(part.span[place])
            for value in part.values[place]:
                if (value - base) not in found[:, place]:
                    needs.append(Need(0, place, value - base))
            if span and int(np.ptp(found[:, place])) < span:
                needs.append(Need(span, place))
        return sorted(needs)

    def _unmet(self, hidden: Flags, *, one: bool = False) -> dict[Need, list[Reached]]:
        """The needs that no completion meets, each with how far its steps go; with `one`, maybe
        not all of them.
        """
        pending = self._pending(hidden)
        failed = [need for need in pending if self._fails(need, hidden)]
        if (failed and one) or not pending:
            return {need: [] for need in failed}
        steps = [step for need in pending for step in need.steps()]
        reached = dict(zip(steps, self.found.reach(hidden, steps), strict=True))
        unmet: dict[Need, list[Reached]] = {}
        for need in self._pending(hidden):
            far = [reached[step] for step in need.steps()]
            if not self._possible(hidden, need, far):
                self._failed.setdefault(need, []).append(hidden)
                unmet[need] = far
                if one:
                    break
        return unmet

    def _fails(self, need: Need, hidden: Flags) -> bool:
        """Whether the need is known not to be met: it was not when more was hidden."""
        return any(not (hidden & ~more).any() for more in self._failed.get(need, []))

    def _possible(self, hidden: Flags, need: Need, reached: list[Reached]) -> bool:
        """Whether whole numbers do what the linear programme does."""
        if not need.span:
            step = need.steps()[0]
            near = reached[0].distance >= abs(step.by) - _CLOSE
            return near and self.found.find(hidden, step)
        up, down = (int(each.distance + _CLOSE) for each in reached)
        return up + down >= need.span and any(
            self._at(hidden, need.place, top) and self._at(hidden, need.place, top - need.span)
            for top in range(min(up, need.span), need.span - down - 1, -1)
        )

    def _at(self, hidden: Flags, place: int, by: int) -> bool:
        return by == 0 or self.found.find(hidden, Step(place, by))

    # Patterns -------------------------------------------------------------------------------

    def _best(self) -> Flags | None:
        """A cheapest safe pattern; when it is not found within the limits, one that is safe and
        holds nothing that it does not need. None when there is no safe pattern.
        """
        master = _Master(self.part)
        pattern = self.found.first
        for _ in range(self.rounds):
            unmet = self._unmet(pattern)
            if not unmet:
                self.optimal = True
                return pattern
            for need, reached in unmet.items():
                master.cut(pattern, need, reached)
            better = master.solve()
            if better is None:
                break
            pattern = better
        if master.infeasible:
            return None
        completed = self._complete(pattern)
        return None if self.hopeless else self._thin(completed)

    def _complete(self, hidden: Flags) -> Flags:
        """`hidden` and what else has to be hidden, one need after the other at least cost."""
        hidden = hidden.copy()
        while unmet := self._unmet(hidden):
            for need in unmet:
                if need not in self._pending(hidden):
                    continue
                added = self._cheapest(hidden, need)
                if added is None:
                    self.hopeless.add(need.place)
                else:
                    hidden |= added
        return hidden

    def _cheapest(self, hidden: Flags, need: Need) -> Flags | None:
        return self.found.cheapest(hidden, need.place, need.by, need.span)

    def _thin(self, hidden: Flags) -> Flags:
        """`hidden` without what is not needed, the dearest first."""
        for place in sorted(self._added(hidden), key=lambda n: (-self.part.cost[n], n)):
            without = hidden.copy()
            without[place] = False
            if not self._unmet(without, one=True):
                hidden = without
        return hidden


class _Master:
    """The cheapest pattern that keeps to every cut found so far."""

    def __init__(self, part: Part):
        self.part = part
        self._free: Flags = part.kind == CANDIDATE
        self._fixed: Flags = ~self._free & (part.kind != OPEN)
        self._rows: list[Floats] = []
        self._least: list[float] = []
        self.infeasible = False

    def cut(self, pattern: Flags, need: Need, reached: list[Reached]) -> None:
        """What a pattern must hide, unlike `pattern`, to meet the need."""
        wanted = need.span or abs(need.by)
        distance = sum(each.distance for each in reached)
        if distance < wanted - _CLOSE:
            gain = np.sum([each.gain for each in reached], axis=0)
            least = wanted - distance + gain[pattern].sum()
        else:
            # Possible in fractions only: no part of this pattern will do.
            gain, least = (~pattern).astype(float), 1.0
        self._add(gain, least, need.place)

    def _add(self, gain: Floats, least: float, place: int) -> None:
        """The gains of what is hidden reach `least`, if `place` is hidden."""
        if self._free[place]:
            least -= gain[place]
        least -= gain[self._fixed].sum()
        row = np.where(self._free, np.minimum(gain, least), 0.0)
        if self._free[place]:
            row[place], bound = -least, 0.0
        else:
            bound = least
        self._rows.append(row[self._free])
        self._least.append(bound)

    def solve(self) -> Flags | None:
        """The pattern; None when it is not found within the limit."""
        pattern = self._fixed.copy()
        if not self._rows:
            return pattern
        cost = self.part.cost[self._free].astype(float)
        if not cost.size:
            self.infeasible = True
            return None
        from scipy.optimize import Bounds, LinearConstraint, milp

        result = milp(
            cost,
            integrality=np.ones(cost.size),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(
                np.array(self._rows), np.array(self._least) - _CLOSE, np.inf
            ),
            options={"node_limit": _NODES, "mip_rel_gap": 0.0},
        )
        self.infeasible = result.status == 2
        if result.status != 0 or result.x is None:
            return None
        pattern[self._free] = result.x > 0.5
        return pattern
