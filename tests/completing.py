"""Readers of tables: what they can work out, by trying every whole number, or, where these are too
many to try, by integer programming.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Name = tuple[str, ...]

_AHEAD = 9
_MOST_TRIED = 10
"""How many numbers at once are tried one value after the other."""


@dataclass(frozen=True)
class Table:
    """True numbers by name, and sums: each total with its parts. `limits`: a part is no larger than
    a whole. `costs`: what hiding a number costs. `unstated`: numbers that no table has a place for.
    """

    truth: dict[Name, int]
    sums: list[tuple[Name, tuple[Name, ...]]]
    limits: list[tuple[Name, Name]] = field(default_factory=list)
    costs: dict[Name, int] = field(default_factory=dict)
    unstated: frozenset[Name] = frozenset()


class Reader:
    """Someone who sees a table without its hidden numbers, and tries all that could stand there.

    `zeros`: allows for hidden zeros; otherwise takes it that zeros are shown.
    """

    def __init__(self, table: Table, hidden: Iterable[Name], *, zeros: bool = False):
        self.table = table
        self.ranges = {name: (value, value) for name, value in table.truth.items()}
        for name in {*hidden, *table.unstated}:
            value = table.truth[name]
            least = 0 if zeros or not value or name in table.unstated else 1
            self.ranges[name] = (least, value + _AHEAD)

    def possible(self, name: Name, value: int) -> bool:
        """Whether the number can be `value`, as far as this reader can tell."""
        low, high = self.ranges[name]
        if not low <= value <= high:
            return False
        narrowed = self._narrow({**self.ranges, name: (value, value)})
        if narrowed is None:
            return False
        if sum(least < most for least, most in narrowed.values()) > _MOST_TRIED:
            return self._solve(narrowed)
        return next(self._fill(narrowed), None) is not None

    def range(self, name: Name) -> int:
        """How far apart the least and the most are that the number can be."""
        low, high = self.ranges[name]
        found = [value for value in range(low, high + 1) if self.possible(name, value)]
        return max(found) - min(found)

    def _solve(self, ranges: Mapping[Name, tuple[int, int]]) -> bool:
        """Whether whole numbers within these ranges keep to all sums and limits."""
        places = {name: number for number, name in enumerate(ranges)}
        rows = np.zeros((len(self.table.sums) + len(self.table.limits), len(places)))
        most = np.zeros(len(rows))
        for row, (total, parts) in zip(rows, self.table.sums, strict=False):
            row[places[total]] = 1
            for part in parts:
                row[places[part]] -= 1
        first = len(self.table.sums)
        for row, (part, whole) in zip(rows[first:], self.table.limits, strict=True):
            row[places[part]], row[places[whole]] = -1, 1
        most[first:] = np.inf
        found = milp(
            np.zeros(len(places)),
            integrality=np.ones(len(places)),
            bounds=Bounds(*np.array(list(ranges.values()), dtype=float).T),
            constraints=LinearConstraint(rows, 0, most),
        )
        assert found.status in (0, 2), found.message
        return found.status == 0

    def _fill(self, ranges: dict[Name, tuple[int, int]]) -> Iterator[dict[Name, int]]:
        narrowed = self._narrow(ranges)
        if narrowed is None:
            return
        loose = [name for name, (low, high) in narrowed.items() if low < high]
        if not loose:
            yield {name: low for name, (low, _) in narrowed.items()}
            return
        name = min(loose, key=lambda each: narrowed[each][1] - narrowed[each][0])
        low, high = narrowed[name]
        truth = self.table.truth[name]
        for value in sorted(range(low, high + 1), key=lambda each: abs(each - truth)):
            yield from self._fill({**narrowed, name: (value, value)})

    def _narrow(self, ranges: dict[Name, tuple[int, int]]) -> dict[Name, tuple[int, int]] | None:
        """The ranges as far as sums and limits narrow them; None when nothing fits."""
        ranges = dict(ranges)
        changed = True
        while changed:
            changed = False
            for name, low, high in self._bounds(ranges):
                old = ranges[name]
                new = max(old[0], low), min(old[1], high)
                if new[0] > new[1]:
                    return None
                if new != old:
                    ranges[name] = new
                    changed = True
        return ranges

    def _bounds(self, ranges: Mapping[Name, tuple[int, int]]) -> Iterator[tuple[Name, int, int]]:
        for total, parts in self.table.sums:
            low, high = (sum(ranges[part][end] for part in parts) for end in (0, 1))
            yield total, low, high
            for part in parts:
                own, whole = ranges[part], ranges[total]
                yield part, whole[0] - (high - own[1]), whole[1] - (low - own[0])
        for part, whole in self.table.limits:
            yield part, 0, ranges[whole][1]
            yield whole, ranges[part][0], 10**9


def opened(table: Table, hidden: set[Name], small: int = 4, span: int = 4) -> list[str]:
    """What readers can tell too much of: counts of 1 to `small` of which one value is ruled out,
    and other hidden numbers known to within less than `span`.
    """
    strict, free = Reader(table, hidden), Reader(table, hidden, zeros=True)
    widest = Reader(table, [name for name, value in table.truth.items() if value])
    found = []
    for name in sorted({*hidden, *table.unstated}):
        if 0 < table.truth[name] <= small:
            for value in range(1, small + 1):
                # Two counts that are no zeros make 2 at least, whatever is hidden.
                reader = strict if widest.possible(name, value) else free
                if not reader.possible(name, value):
                    found.append(f"{name} cannot be {value}")
        elif name in hidden and strict.range(name) < span:
            found.append(f"{name} is known to within {strict.range(name)}")
    return found
