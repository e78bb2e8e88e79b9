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

    They know the printed rule. Zeros are shown, but for those among the parts of a total from 1 to
    `small`, none of whose parts is shown, and for those that the rule on small groups hides. A sum
    of which a part is unstated is no breakdown: the rule says nothing of it.
    `knows`: they know besides which hidden totals are that small, as the protector takes it.
    """

    def __init__(
        self, table: Table, hidden: Iterable[Name], small: int = 4, *, knows: bool = False
    ):
        self.table = table
        self.small = small
        self.ranges = {name: (value, value) for name, value in table.truth.items()}
        loose = {*hidden, *table.unstated}
        self.wholes: dict[Name, list[Name]] = {}
        shown_in_part = set()
        for whole, parts in table.sums:
            if table.unstated.intersection(parts):
                continue
            shown_in_part |= {whole} if set(parts) - loose else set()
            maybe = whole in loose and (not knows or table.truth[whole] <= small)
            for part in parts:
                self.wholes.setdefault(part, []).extend([whole] if maybe else [])
        for name in loose:
            value = table.truth[name]
            least = 1
            if name in table.unstated or self.wholes.get(name) or not value:
                least = 0
            elif name in shown_in_part and value > small:
                least = small + 1
            self.ranges[name] = (least, value + _AHEAD)
        self.wholes = {
            part: wholes
            for part, wholes in self.wholes.items()
            if part in loose - table.unstated
            and wholes
            and (table.truth[part] or any(table.truth[whole] <= small for whole in wholes))
        }

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
        """Whether whole numbers within these ranges keep to all sums and limits, and to the rule:
        for each total that could be small there is one more number, 1 only when it is.
        """
        totals = sorted({whole for wholes in self.wholes.values() for whole in wholes})
        places = {name: number for number, name in enumerate([*ranges, *((t,) for t in totals)])}
        rows: list[dict[Name | tuple[Name], int]] = []
        least, most = [], []
        for total, parts in self.table.sums:
            rows.append({total: 1, **dict.fromkeys(parts, -1)})
            least.append(0.0)
            most.append(0.0)
        for part, whole in self.table.limits:
            rows.append({whole: 1, part: -1})
            least.append(0.0)
            most.append(np.inf)
        for part, wholes in self.wholes.items():
            rows.append({part: 1, **{(whole,): 1 for whole in wholes}})
            least.append(1.0)
            most.append(np.inf)
        for whole in totals:
            far = max(0, ranges[whole][1] - self.small)
            rows.append({whole: 1, (whole,): far})
            least.append(-np.inf)
            most.append(self.small + far)
        matrix = np.zeros((len(rows), len(places)))
        for line, row in zip(matrix, rows, strict=True):
            for name, weight in row.items():
                line[places[name]] = weight
        bounds = [*ranges.values(), *((0, 1) for _ in totals)]
        found = milp(
            np.zeros(len(places)),
            integrality=np.ones(len(places)),
            bounds=Bounds(*np.array(bounds, dtype=float).T),
            constraints=LinearConstraint(matrix, least, most),
        )
        assert found.status in (0, 2), found.message
        return found.status == 0

    def _fill(self, ranges: dict[Name, tuple[int, int]]) -> Iterator[dict[Name, int]]:
        narrowed = self._narrow(ranges)
        if narrowed is None:
            return
        loose = [name for name, (low, high) in narrowed.items() if low < high]
        if not loose:
            found = {name: low for name, (low, _) in narrowed.items()}
            if all(
                found[part] or any(found[whole] <= self.small for whole in wholes)
                for part, wholes in self.wholes.items()
            ):
                yield found
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


def opened(
    table: Table, hidden: set[Name], small: int = 4, span: int = 4, *, knows: bool = False
) -> list[str]:
    """What readers can tell too much of: counts of 1 to `small` of which one value is ruled out,
    and other hidden numbers known to within less than `span`; `knows` as for `Reader`.
    """
    reader = Reader(table, hidden, small, knows=knows)
    found = []
    for name in sorted({*hidden, *table.unstated}):
        if 0 < table.truth[name] <= small:
            found += [
                f"{name} cannot be {value}"
                for value in range(1, small + 1)
                if not reader.possible(name, value)
            ]
        elif name in hidden and reader.range(name) < span:
            found.append(f"{name} is known to within {reader.range(name)}")
    return found
