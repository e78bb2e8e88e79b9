"""Readers of tables: what they can work out, by trying every whole number, or, where these are too
many to try, by integer programming.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Name = tuple[str, ...]
Ranges = Mapping[Name, tuple[int, int]]

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
    `small`, and among the parts of these, and for those that the rule on small groups hides. So a
    hidden total with a zero shown among its parts is larger than `small`, unless zeros elsewhere
    tell that one. A sum of which a part is unstated is no breakdown: the rule says nothing of it.
    `knows`: they know besides which hidden totals are that small, as the protector takes it.

    `seen`: the values that each number has in the completions found so far, of which the truth is
    one.
    """

    def __init__(
        self, table: Table, hidden: Iterable[Name], small: int = 4, *, knows: bool = False
    ):
        truth = table.truth
        assert all(
            truth[total] == sum(truth[part] for part in parts) for total, parts in table.sums
        )
        assert all(truth[part] <= truth[whole] for part, whole in table.limits)
        self.table = table
        self.small = small
        self.ranges = {name: (value, value) for name, value in table.truth.items()}
        self.seen = {name: {value} for name, value in table.truth.items()}
        loose = {*hidden, *table.unstated}
        breakdowns = [each for each in table.sums if not table.unstated.intersection(each[1])]
        self.wholes: dict[Name, list[Name]] = {}
        for whole, parts in breakdowns:
            maybe = whole in loose and (not knows or table.truth[whole] <= small)
            for part in parts:
                self.wholes.setdefault(part, []).extend([whole] if maybe else [])
        zeros = {name for name, value in table.truth.items() if not value and name not in loose}
        for name in loose:
            value = table.truth[name]
            least = 1
            if name in table.unstated or self.wholes.get(name) or not value:
                least = 0
            elif value > small and _broken_down(name, zeros, breakdowns, table.limits):
                least = small + 1
            self.ranges[name] = (least, value + _AHEAD)
        self.wholes = {
            part: wholes
            for part, wholes in self.wholes.items()
            if part in loose - table.unstated
            and wholes
            and (table.truth[part] or any(table.truth[whole] <= small for whole in wholes))
        }
        self._lay_out()

    def possible(self, name: Name, value: int) -> bool:
        """Whether the number can be `value`, as far as this reader can tell."""
        low, high = self.ranges[name]
        if value in self.seen[name]:
            return True
        if not low <= value <= high:
            return False
        narrowed = self._narrow({**self.ranges, name: (value, value)})
        if narrowed is None:
            return False
        if sum(least < most for least, most in narrowed.values()) > _MOST_TRIED:
            found = self._solve(narrowed)
        else:
            found = next(self._fill(narrowed), None)
        for each, number in (found or {}).items():
            self.seen[each].add(number)
        return found is not None

    def range(self, name: Name) -> int:
        """How far apart the least and the most are that the number can be."""
        low, high = self.ranges[name]
        least = next(value for value in range(low, high + 1) if self.possible(name, value))
        most = next(value for value in range(high, low - 1, -1) if self.possible(name, value))
        return most - least

    def spans(self, name: Name, width: int) -> bool:
        """Whether the least and the most that the number can be are so far apart."""
        apart = max(self.seen[name]) - min(self.seen[name])
        return apart >= width or self.range(name) >= width

    def _lay_out(self) -> None:
        """The sums and limits, and the rule, for the solver: for each total that could be small
        there is one more number, 1 only when it is.
        """
        totals = sorted({whole for wholes in self.wholes.values() for whole in wholes})
        self.names = list(self.ranges)
        self.switches = len(totals)
        places = {name: number for number, name in enumerate(self.names)}
        switch = {total: len(places) + number for number, total in enumerate(totals)}
        rows: list[tuple[dict[int, int], float, float]] = []
        for total, parts in self.table.sums:
            terms = {places[total]: 1, **{places[part]: -1 for part in parts}}
            rows.append((terms, 0.0, 0.0))
        for part, whole in self.table.limits:
            rows.append(({places[whole]: 1, places[part]: -1}, 0.0, np.inf))
        for part, wholes in self.wholes.items():
            terms = {places[part]: 1, **{switch[whole]: 1 for whole in wholes}}
            rows.append((terms, 1.0, np.inf))
        for whole in totals:
            far = max(0, self.ranges[whole][1] - self.small)
            terms = {places[whole]: 1, switch[whole]: far}
            rows.append((terms, -np.inf, float(self.small + far)))
        entries = [
            (number, place, float(weight))
            for number, (terms, _, _) in enumerate(rows)
            for place, weight in terms.items()
        ]
        lines, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
        self.matrix = csr_array(
            (weights, (lines, columns)), shape=(len(rows), len(places) + len(totals))
        )
        self.least = np.array([least for _, least, _ in rows])
        self.most = np.array([most for _, _, most in rows])

    def _solve(self, ranges: Ranges) -> dict[Name, int] | None:
        """Whole numbers within these ranges that keep to all sums and limits, and to the rule."""
        bounds = np.array(
            [*(ranges[name] for name in self.names), *[(0, 1)] * self.switches], dtype=float
        )
        found = milp(
            np.zeros(len(bounds)),
            integrality=np.ones(len(bounds)),
            bounds=Bounds(*bounds.T),
            constraints=LinearConstraint(self.matrix, self.least, self.most),
        )
        assert found.status in (0, 2), found.message
        if found.status == 2:
            return None
        numbers = np.round(found.x)
        sums = self.matrix @ numbers
        # What the solver finds is no proof; what adds up to the last digit is.
        assert ((bounds[:, 0] <= numbers) & (numbers <= bounds[:, 1])).all()
        assert ((self.least <= sums) & (sums <= self.most)).all()
        return dict(zip(self.names, numbers.astype(int).tolist(), strict=False))

    def _fill(self, ranges: Ranges) -> Iterator[dict[Name, int]]:
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

    def _narrow(self, ranges: Ranges) -> dict[Name, tuple[int, int]] | None:
        """The ranges as far as sums and limits narrow them; None when nothing fits."""
        narrowed = dict(ranges)
        changed = True
        while changed:
            changed = False
            for name, low, high in self._bounds(narrowed):
                old = narrowed[name]
                new = max(old[0], low), min(old[1], high)
                if new[0] > new[1]:
                    return None
                if new != old:
                    narrowed[name] = new
                    changed = True
        return narrowed

    def _bounds(self, ranges: Ranges) -> Iterator[tuple[Name, int, int]]:
        for total, parts in self.table.sums:
            low, high = (sum(ranges[part][end] for part in parts) for end in (0, 1))
            yield total, low, high
            for part in parts:
                own, whole = ranges[part], ranges[total]
                yield part, whole[0] - (high - own[1]), whole[1] - (low - own[0])
        for part, whole in self.table.limits:
            yield part, 0, ranges[whole][1]
            yield whole, ranges[part][0], 10**9


def _broken_down(
    name: Name,
    zeros: set[Name],
    sums: list[tuple[Name, tuple[Name, ...]]],
    limits: list[tuple[Name, Name]],
) -> bool:
    """Whether a zero is shown among the parts of a total, or of its parts, that no zeros elsewhere
    tell: of a small total none would be.
    """
    below, more = set[Name](), {name}
    while more:
        below |= more
        more = {part for whole, parts in sums if whole in more for part in parts} - below
    told = zeros - below
    over = [(part, whole) for whole, parts in sums for part in parts] + limits
    while more := (zeros - told) & (
        {part for part, whole in over if whole in told}
        | {whole for whole, parts in sums if told.issuperset(parts)}
    ):
        told |= more
    return bool((zeros & below) - told)


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
        elif name in hidden and not reader.spans(name, span):
            found.append(f"{name} is known to within {reader.range(name)}")
    return found
