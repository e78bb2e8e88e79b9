"""The numbers of a report, what ties them together, and what a reader may not work out."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Terms = tuple[tuple[int, int], ...]

REACH = 8
"""How far a completion may lie from the truth, in each number. A shorter reach finds fewer
completions, so what is safe within it is safe; a longer one is seldom needed, since no number
has to move by more than a few steps."""
FAR_REACH = 2000
"""The same where a share ties numbers together: when a count moves by one, its base moves by many.
"""
FAR = 2**40
"""Stands for no limit."""

OPEN = 0
"""Never shown exactly: it moves between `low` and `high`, whatever is hidden."""
HIDDEN = 1
"""Hidden to begin with."""
CANDIDATE = 2
"""Shown, unless it is hidden to protect others."""


@dataclass(frozen=True)
class Variable:
    """One number: a cell of the report, a sum that it prints, or one that a reader can name
    although no table shows it.

    `truth` is None when nobody here knows it; `likely` is then where it probably lies. `least` and
    `most` (None: no limit) are what a reader knows of it while it is hidden. `shown` is what a
    reader knows once it is shown (None: it never is). `cost` is what hiding it costs, 0 for a
    number that is never hidden to protect others. `hidden`: hidden to begin with. While it is
    hidden, each of `values` must stay possible, and its possible range must span at least `span`.
    """

    name: tuple[str, ...]
    truth: Fraction | None
    least: Fraction = Fraction(0)
    most: Fraction | None = None
    shown: tuple[Fraction, Fraction] | None = None
    cost: int = 0
    hidden: bool = False
    values: tuple[int, ...] = ()
    span: int = 0
    likely: tuple[int, int] = (REACH, FAR)


@dataclass(frozen=True)
class Row:
    """The weighted sum of some variables lies from `least` to `most` (None: no limit).

    `terms` are (variable, whole coefficient), each variable once.
    """

    terms: Terms
    least: Fraction | None
    most: Fraction | None


@dataclass(frozen=True)
class Problem:
    """Variables that all have a truth, and rows that all hold for it."""

    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Part:
    """A part of a problem that shares nothing with the rest, in steps from the truth.

    `places` are its variables' numbers in the problem. A completion is a vector of steps z, one a
    variable, with `row_least` <= `matrix` z <= `row_most`; z lies between `low` and `high` where
    the number is hidden, between `shown_low` and `shown_high` where it is shown. `base` is the
    truth without its fraction. `kind` is OPEN, HIDDEN or CANDIDATE.
    """

    places: tuple[int, ...]
    matrix: Integers
    row_least: Integers
    row_most: Integers
    low: Integers
    high: Integers
    shown_low: Integers
    shown_high: Integers
    base: Integers
    kind: Integers
    cost: Integers
    values: tuple[tuple[int, ...], ...]
    span: Integers

    @property
    def size(self) -> int:
        return len(self.places)

    def box(self, hidden: Flags) -> tuple[Integers, Integers]:
        """Between what each step lies when the numbers in `hidden` are not shown."""
        moves = hidden | (self.kind == OPEN)
        return (
            np.where(moves, self.low, self.shown_low),
            np.where(moves, self.high, self.shown_high),
        )

    def completes(self, steps: Integers, hidden: Flags) -> bool:
        """Whether a reader who sees all but the `hidden` numbers must hold `steps` for possible.

        Worked out in whole numbers, so without rounding.
        """
        low, high = self.box(hidden)
        sums = self.matrix @ steps
        return bool(
            (low <= steps).all()
            and (steps <= high).all()
            and (self.row_least <= sums).all()
            and (sums <= self.row_most).all()
        )


def parts(problem: Problem) -> list[Part]:
    """The parts of a problem in which something has to stay hidden.

    Rows that no completion within reach can break are left out: they tie nothing together.
    """
    variables = problem.variables
    reaches = _reaches(problem)
    boxes = [_box(each, reach) for each, reach in zip(variables, reaches, strict=True)]
    loose = [low < high for low, high in boxes]
    rows = []
    for row in problem.rows:
        terms = tuple((place, weight) for place, weight in row.terms if loose[place])
        least, most = _room(row, variables)
        lowest = sum(min(w * boxes[p][0], w * boxes[p][1]) for p, w in terms)
        highest = sum(max(w * boxes[p][0], w * boxes[p][1]) for p, w in terms)
        if lowest < least or highest > most:
            rows.append((terms, least, most))
    groups = _Groups(len(variables))
    for terms, _, _ in rows:
        groups.join([place for place, _ in terms])
    members: dict[int, list[int]] = {}
    for place, moves in enumerate(loose):
        if moves:
            members.setdefault(groups.find(place), []).append(place)
    held: dict[int, list[tuple[Terms, int, int]]] = {}
    for row in rows:
        held.setdefault(groups.find(row[0][0][0]), []).append(row)
    return [
        _part(variables, places, held.get(group, []), reaches)
        for group, places in members.items()
        if any(variables[place].hidden for place in places)
    ]


def _reaches(problem: Problem) -> list[int]:
    """How far each number may lie from the truth, the same for all that equations tie together."""
    variables = problem.variables
    wide = [high - low for low, high in (_box(each, REACH) for each in variables)]
    own = [max(REACH, *(2 * need for need in (*each.values, each.span))) for each in variables]
    groups = _Groups(len(variables))
    for row in problem.rows:
        places = [place for place, _ in row.terms if wide[place] > 0]
        # What is 0 or 1 moves nothing far, whatever its weight.
        share = any(abs(weight) > 1 and wide[place] != 1 for place, weight in row.terms)
        if places and (share or row.least == row.most):
            groups.join(places)
        for place in places if share else ():
            own[place] = max(own[place], FAR_REACH)
    widest: dict[int, int] = {}
    for place, reach in enumerate(own):
        group = groups.find(place)
        widest[group] = max(reach, widest.get(group, REACH))
    return [widest[groups.find(place)] for place in range(len(variables))]


def _part(
    variables: tuple[Variable, ...],
    places: list[int],
    rows: list[tuple[Terms, int, int]],
    reaches: list[int],
) -> Part:
    local = {place: number for number, place in enumerate(places)}
    matrix = np.zeros((len(rows), len(places)), dtype=np.int64)
    for number, (terms, _, _) in enumerate(rows):
        for place, weight in terms:
            matrix[number, local[place]] = weight
    chosen = [variables[place] for place in places]
    own = [reaches[place] for place in places]
    hidden = [_hidden_box(*each) for each in zip(chosen, own, strict=True)]
    shown = [_shown_box(*each) for each in zip(chosen, own, strict=True)]
    return Part(
        places=tuple(places),
        matrix=matrix,
        row_least=_integers(least for _, least, _ in rows),
        row_most=_integers(most for _, _, most in rows),
        low=_integers(each for each, _ in hidden),
        high=_integers(each for _, each in hidden),
        shown_low=_integers(each for each, _ in shown),
        shown_high=_integers(each for _, each in shown),
        base=_integers(floor(_truth(each)) for each in chosen),
        kind=_integers(_kind(each) for each in chosen),
        cost=_integers(each.cost for each in chosen),
        values=tuple(each.values for each in chosen),
        span=_integers(each.span for each in chosen),
    )


def _kind(variable: Variable) -> int:
    if variable.hidden:
        return HIDDEN
    return CANDIDATE if variable.cost and variable.shown else OPEN


def _truth(variable: Variable) -> Fraction:
    assert variable.truth is not None, "a problem is settled before it is taken apart"
    return variable.truth


def _room(row: Row, variables: tuple[Variable, ...]) -> tuple[int, int]:
    """By how much the sum may fall and rise, in whole steps."""
    now = sum((weight * _truth(variables[place]) for place, weight in row.terms), Fraction(0))
    return (
        -FAR if row.least is None else ceil(row.least - now),
        FAR if row.most is None else floor(row.most - now),
    )


def _box(variable: Variable, reach: int) -> tuple[int, int]:
    """Between what the number can lie at all, in steps from the truth."""
    if _kind(variable) == OPEN and variable.shown:
        return _shown_box(variable, reach)
    return _hidden_box(variable, reach)


def _hidden_box(variable: Variable, reach: int) -> tuple[int, int]:
    truth = _truth(variable)
    if _kind(variable) == OPEN and variable.shown:
        return _shown_box(variable, reach)
    high = reach if variable.most is None else floor(max(variable.most, truth) - truth)
    return max(-reach, ceil(min(variable.least, truth) - truth)), min(reach, high)


def _shown_box(variable: Variable, reach: int) -> tuple[int, int]:
    truth = _truth(variable)
    if variable.shown is None:
        return _hidden_box(variable, reach)
    low, high = variable.shown
    return max(-reach, ceil(low - truth)), min(reach, floor(high - truth))


def _integers(numbers: object) -> Integers:
    return np.fromiter(numbers, dtype=np.int64)  # type: ignore[call-overload]


class _Groups:
    """Which variables hang together."""

    def __init__(self, size: int):
        self._parent = list(range(size))

    def find(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place

    def join(self, places: list[int]) -> None:
        first = self.find(places[0])
        for place in places[1:]:
            other = self.find(place)
            first, other = min(first, other), max(first, other)
            self._parent[other] = first
