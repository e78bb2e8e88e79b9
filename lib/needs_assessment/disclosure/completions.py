"""Completions: other numbers that could stand where a report hides some, found with HiGHS."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

from needs_assessment.disclosure.problem import CANDIDATE, FAR, HIDDEN, OPEN, Flags, Integers, Part

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """The number at `place` is to move by `by`, which is not 0."""

    place: int
    by: int


@dataclass(frozen=True)
class Reached:
    """How far a number moves towards a step, as a linear programme sees it, and the most that
    hiding each number adds to that.
    """

    distance: float
    gain: Floats


class Completions:
    """The completions of a part that were found so far, and the search for more.

    Each is kept in whole numbers, and only when it holds exactly. `first`: what is hidden to begin
    with.
    """

    def __init__(self, part: Part):
        self.part = part
        self.first: Flags = part.kind == HIDDEN
        self._everything: Flags = part.kind != OPEN
        self._steps = np.zeros((1, part.size), dtype=np.int64)
        self._moves = np.zeros((1, part.size), dtype=np.bool_)
        self._matrix = csr_array(part.matrix.astype(float))
        self._candidates = np.flatnonzero(part.kind == CANDIDATE)
        equation = part.row_least == part.row_most
        upper = ~equation & (part.row_most < FAR)
        lower = ~equation & (part.row_least > -FAR)
        self._equations = self._matrix[equation], part.row_most[equation].astype(float)
        self._limits = (
            csr_array(vstack([self._matrix[upper], -self._matrix[lower]])),
            np.concatenate([part.row_most[upper], -part.row_least[lower]]).astype(float),
        )

    def valid(self, hidden: Flags) -> Integers:
        """The completions found that stay possible when `hidden` is hidden; one is the truth."""
        possible = ~(self._moves & ~hidden).any(axis=1)
        return self._steps[possible]

    def reach(self, hidden: Flags, steps: list[Step]) -> list[Reached]:
        """How far each step is possible when `hidden` is hidden; whole completions are kept."""
        # A report that hides nothing never comes here, and the import takes a while.
        from scipy.optimize import linprog

        part, count = self.part, len(steps)
        low, high = (np.tile(each, (count, 1)) for each in part.box(hidden))
        costs = np.zeros((count, part.size))
        for number, step in enumerate(steps):
            place = step.place
            costs[number, place] = -np.sign(step.by)
            if step.by > 0:
                high[number, place] = min(high[number, place], step.by)
            else:
                low[number, place] = max(low[number, place], step.by)
        copies = eye_array(count, format="csr")
        result = linprog(
            costs.ravel(),
            kron(copies, self._limits[0], format="csr"),
            np.tile(self._limits[1], count),
            kron(copies, self._equations[0], format="csr"),
            np.tile(self._equations[1], count),
            bounds=np.column_stack([low.ravel(), high.ravel()]),
            method="highs-ds",
        )
        if result.status != 0:
            return [Reached(0.0, np.zeros(part.size)) for _ in steps]
        shape = (count, part.size)
        self._keep(*np.rint(result.x.reshape(shape)).astype(np.int64))
        gains = -result.upper.marginals.reshape(shape) * (part.high - part.shown_high)
        gains -= result.lower.marginals.reshape(shape) * (part.low - part.shown_low)
        distances = -(costs * result.x.reshape(shape)).sum(axis=1)
        return [Reached(float(far), gain) for far, gain in zip(distances, gains, strict=True)]

    def find(self, hidden: Flags, step: Step) -> bool:
        """Whether there is a whole completion with just this step, with `hidden` hidden."""
        low, high = (each.copy() for each in self.part.box(hidden))
        if not low[step.place] <= step.by <= high[step.place]:
            return False
        low[step.place] = high[step.place] = step.by
        rows = self.part.row_least, self.part.row_most
        found = _whole(np.zeros(self.part.size), self._matrix, rows, (low, high))
        return found is not None and self._keep(found)

    def cheapest(self, hidden: Flags, place: int, by: int, span: int) -> Flags | None:
        """What else has to be hidden, at least cost, so that the number at `place` can move `by` so
        many steps, or, when `span` is given, over so many altogether.

        None when nothing makes it possible. The completions are kept.
        """
        part, chosen = self.part, self._candidates
        size, count = part.size, chosen.size
        low, high = (np.tile(each, (2, 1)) for each in part.box(self._everything))
        if not span:
            if not low[0, place] <= by <= high[0, place]:
                return None
            low[0, place] = high[0, place] = by
        already = hidden[chosen].astype(np.int64)
        matrix, least, most = self._joint(place, span)
        found = _whole(
            np.concatenate([np.zeros(2 * size), part.cost[chosen] * (1 - already)]),
            matrix,
            (least, most),
            (
                np.concatenate([low.ravel(), already]),
                np.concatenate([high.ravel(), np.ones(count, dtype=np.int64)]),
            ),
        )
        if found is None:
            return None
        both = found[:size], found[size : 2 * size]
        if not self._keep(*both):
            return None
        return (self._moved(both[0]) | self._moved(both[1])) & ~hidden

    def _keep(self, *found: Integers) -> bool:
        """Keeps completions, and those opposite, as far as they hold with all hidden; whether all
        of them do.
        """
        part, hidden = self.part, self._everything
        tried = np.unique(np.array([each for steps in found for each in (steps, -steps)]), axis=0)
        held = [each for each in tried if part.completes(each, hidden)]
        if held:
            self._steps = np.vstack([self._steps, *held])
            self._moves = np.vstack([self._moves, *(self._moved(each) for each in held)])
        return all(part.completes(each, hidden) for each in found)

    def _moved(self, steps: Integers) -> Flags:
        """What must be hidden for the completion to be possible, beside what is from the start."""
        moved = (steps < self.part.shown_low) | (steps > self.part.shown_high)
        return moved & (self.part.kind == CANDIDATE)

    def _joint(self, place: int, span: int) -> tuple[csr_array, Integers, Integers]:
        """The rows over two completions and the choice of what is hidden: a candidate moves in
        either only when it is chosen.
        """
        part, chosen = self.part, self._candidates
        size, count = part.size, chosen.size
        pick = eye_array(size, format="csr")[chosen]
        up = (part.high - part.shown_high)[chosen].astype(float)
        down = (part.low - part.shown_low)[chosen].astype(float)
        none = csr_array((part.matrix.shape[0], count))
        copies = eye_array(2, format="csr")
        rise = vstack([eye_array(count).multiply(up[:, None])] * 2)
        fall = vstack([eye_array(count).multiply(down[:, None])] * 2)
        apart = csr_array(([1.0, -1.0], ([0, 0], [place, size + place])), (1, 2 * size + count))
        matrix = vstack(
            [
                hstack([kron(copies, self._matrix), vstack([none, none])]),
                hstack([kron(copies, pick), -rise]),
                hstack([kron(copies, pick), -fall]),
                apart,
            ]
        )
        far = np.full(2 * count, FAR)
        least = [*[part.row_least] * 2, -far, *[part.shown_low[chosen]] * 2, [span]]
        most = [*[part.row_most] * 2, *[part.shown_high[chosen]] * 2, far, [FAR]]
        return csr_array(matrix), np.concatenate(least), np.concatenate(most)


def _whole(
    costs: Floats,
    matrix: csr_array,
    rows: tuple[Integers, Integers],
    box: tuple[Integers, Integers],
) -> Integers | None:
    """A cheapest solution in whole numbers, or None."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    least, most = (each.astype(float) for each in rows)
    result = milp(
        costs,
        integrality=np.ones(costs.size),
        bounds=Bounds(*box),
        constraints=LinearConstraint(
            matrix,
            np.where(least <= -FAR, -np.inf, least),
            np.where(most >= FAR, np.inf, most),
        ),
    )
    return None if result.x is None else np.rint(result.x).astype(np.int64)
