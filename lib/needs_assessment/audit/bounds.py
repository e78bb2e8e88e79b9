"""How far each unknown number is bounded: linear and integer programming with HiGHS."""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from needs_assessment.audit.keys import Key
from needs_assessment.audit.numerals import ANY
from needs_assessment.audit.system import SLACK, Component, Relation, System

_PROBES = 16


@dataclass
class Attack:
    """One component laid out for the solver.

    `without` are sources that are left out of account. `seen` are the values of each number in the
    solutions found so far: each is possible. Relations that a reader only supposes are given up
    until the others can hold; `given_up` counts them.
    """

    system: System
    component: Component
    without: frozenset[str] = frozenset()
    seen: dict[Key, set[int]] = field(default_factory=dict)
    given_up: int = 0
    solved: int = 0
    extremes: dict[tuple[Key, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        relations = [each for each in self.component.relations if each.source not in self.without]
        self.keys = sorted(
            {key for relation in relations for key in relation.keys} | set(self.component.unknown)
        )
        self.place = {key: number for number, key in enumerate(self.keys)}
        spans = [self._span(key) for key in self.keys]
        self.lower = np.array([low for low, _ in spans])
        self.upper = np.array([high for _, high in spans])
        self.integrality = np.array([int(self.system.whole(key)) for key in self.keys])
        self.relations = self._consistent(relations)
        self._lay_out()

    def _span(self, key: Key) -> tuple[float, float]:
        lower, upper = self.system.bounds(key, self.without)
        if self.system.whole(key):
            lower, upper = float(np.ceil(lower - SLACK)), float(np.floor(upper + SLACK))
        return lower, max(lower, upper)

    def _lay_out(self) -> None:
        self.matrix, self.low, self.high = self._rows(self.relations)

    def _rows(self, relations: list[Relation]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        matrix = np.zeros((len(relations), len(self.keys)))
        for row, relation in enumerate(relations):
            for key, factor in relation.terms:
                matrix[row, self.place[key]] += factor
        low = np.array([each.lower - SLACK for each in relations])
        high = np.array([each.upper + SLACK for each in relations])
        return matrix, low, high

    def _consistent(self, relations: list[Relation]) -> list[Relation]:
        """The relations, less supposed ones that contradict the others: as few as needed, found
        by letting each give way at a price.
        """
        if not relations:
            return relations
        matrix, low, high = self._rows(relations)
        if self._feasible(matrix, low, high):
            return relations
        doubtful = [row for row, relation in enumerate(relations) if relation.doubtful]
        give = np.zeros((len(relations), 2 * len(doubtful)))
        for number, row in enumerate(doubtful):
            give[row, 2 * number], give[row, 2 * number + 1] = 1.0, -1.0
        width = give.shape[1]
        found = milp(
            np.concatenate([np.zeros(len(self.keys)), np.ones(width)]),
            constraints=LinearConstraint(np.hstack([matrix, give]), low, high),
            bounds=Bounds(
                np.concatenate([self.lower, np.zeros(width)]),
                np.concatenate([self.upper, np.full(width, ANY)]),
            ),
            integrality=np.concatenate([self.integrality, np.zeros(width)]),
        )
        if found.x is None:
            # What is printed contradicts itself: only what a reader supposes can be given up.
            self.given_up += len(doubtful)
            return [relation for relation in relations if not relation.doubtful]
        price = found.x[len(self.keys) :].reshape(-1, 2).sum(axis=1)
        dropped = {row for row, paid in zip(doubtful, price, strict=True) if paid > SLACK}
        self.given_up += len(dropped)
        return [relation for row, relation in enumerate(relations) if row not in dropped]

    def _feasible(self, matrix: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
        found = milp(
            np.zeros(len(self.keys)),
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(self.lower, self.upper),
            integrality=self.integrality,
        )
        self._remember(found.x)
        return found.x is not None

    def extreme(self, key: Key, sense: int) -> float:
        """The least (`sense` 1) or greatest (-1) value a number can have."""
        if (key, sense) not in self.extremes:
            self.extremes[key, sense] = self._extreme(key, sense)
        return self.extremes[key, sense]

    def _extreme(self, key: Key, sense: int) -> float:
        goal = np.zeros(len(self.keys))
        goal[self.place[key]] = float(sense)
        found = self._solve(goal, self.lower, self.upper)
        if found is None:
            at = self.lower if sense > 0 else self.upper
            return float(at[self.place[key]])
        return float(found[self.place[key]])

    def possible(self, key: Key, value: int) -> bool:
        """Whether a number can have this value."""
        if value in self.seen.get(key, set()):
            return True
        place = self.place[key]
        if not self.lower[place] <= value <= self.upper[place]:
            return False
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[place] = upper[place] = value
        return self._solve(np.zeros(len(self.keys)), lower, upper) is not None

    def has_values(self, key: Key, count: int, lowest: float) -> bool:
        """Whether a number has at least `count` possible values."""
        for value in range(int(lowest), int(lowest) + _PROBES):
            if len(self.seen.get(key, ())) >= count:
                return True
            self.possible(key, value)
        return len(self.seen.get(key, ())) >= count

    def _solve(self, goal: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray | None:
        constraints = [LinearConstraint(self.matrix, self.low, self.high)] if self.relations else []
        self.solved += 1
        found = milp(
            goal,
            constraints=constraints,
            bounds=Bounds(lower, upper),
            integrality=self.integrality,
        )
        self._remember(found.x)
        return found.x

    def _remember(self, solution: np.ndarray | None) -> None:
        if solution is None:
            return
        for key, number in zip(self.keys, solution, strict=True):
            nearest = round(number)
            if abs(number - nearest) < 1e-4:
                self.seen.setdefault(key, set()).add(nearest)
