"""Small counts are not broken down: how many of their parts are no zeros would bound them."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.disclosure.cells import Cell, Key
from needs_assessment.disclosure.numbers import Numbers
from needs_assessment.disclosure.policy import Policy
from needs_assessment.disclosure.problem import REACH, Variable


def guard_parts(
    numbers: Numbers, stated: Mapping[Key, int], policy: Policy, cells: Mapping[Key, Cell]
) -> set[Key]:
    """Hides the zeros among the parts of small counts (`hide_parts`), as far as the policy
    protects them; returns the cells hidden so.
    """
    limits = {
        stated[key]: policy.suppress_below(key.measure)
        for key, cell in cells.items()
        if policy.protects(key.measure, cell.nature)
        and not policy.hides_area(key.measure, key.area, key.dimension)
    }
    hidden = hide_parts(numbers, limits, policy.settings.secondary_range)
    return {key for key, place in stated.items() if place in hidden}


def hide_parts(numbers: Numbers, limits: Mapping[int, int], span: int) -> set[int]:
    """Hides the zeros among the parts of counts that the rule hides, and in turn among the parts
    of those zeros; returns their places. Parts are quarters, areas, categories and measures that
    make up another: of repeats among cases, which leave the other cases unsaid, the rule says
    nothing, and the audit reads it so.

    Two hidden parts that are no zeros make a total of 2 at least. Where no part of a small total
    is shown, zeros are among the hidden ones, and a reader cannot tell how many. Zeros that follow
    from ones that are shown stay. Who sees another zero among the parts of a hidden total, or
    among the parts of these, knows that it is not small (`_broken_down`). A part can be a hidden
    zero only while a whole of it is small (`_switch`).
    `limits` are the least counts that may be shown, by place, of the numbers that can be hidden.
    """
    lines: dict[int, list[int]] = {}
    sums: dict[int, list[list[int]]] = {}
    above: dict[int, list[int]] = {}
    for whole, parts, makes, exact in _lines(numbers):
        lines.setdefault(whole, []).extend(parts if makes else [])
        sums.setdefault(whole, []).extend([parts] if exact else [])
        for part in parts:
            above.setdefault(part, []).append(whole)
    waiting = sorted(
        place
        for place in limits
        if numbers.variables[place].values and numbers.variables[place].truth is not None
    )
    small = set(waiting)
    inside: set[int] = set()
    while waiting:
        for part in lines.get(waiting.pop(), []):
            inside.add(part)
            if part not in small:
                small.add(part)
                waiting.append(part)
    zeros = {place for place, each in enumerate(numbers.variables) if each.truth == 0}
    stated = {place for place in zeros if numbers.variables[place].shown}
    hidden = inside & zeros & limits.keys()
    maybe = {place for place, each in enumerate(numbers.variables) if each.truth is None}
    over = _Over(frozenset(zeros | maybe), lines, sums, above)
    hidden -= over.told(stated - hidden)
    for place in sorted(lines.keys() & limits.keys() - small):
        truth = numbers.variables[place].truth
        if truth is not None and over.broken_down(place, stated - hidden):
            numbers.change(place, least=min(Fraction(limits[place]), truth))
    switches = {
        whole: _switch(numbers, whole, limits[whole] - 1)
        for whole in sorted(small & lines.keys() & limits.keys())
        if lines[whole]
    }
    for place in sorted((inside & limits.keys()) - (zeros - hidden)):
        numbers.change(place, least=Fraction(0))
        own = [(switch, 1) for whole, switch in switches.items() if place in lines[whole]]
        numbers.tie([(place, 1), *own], 1, None)
    for place in hidden:
        numbers.change(place, hidden=True, cost=0, span=span)
    return hidden


@dataclass(frozen=True)
class _Over:
    """Which numbers lie over which. `zeros` are those that are zeros, or may be since no return
    gives them; `lines` the parts of each number, `sums` the parts that make it up, `above` the
    wholes of each.
    """

    zeros: frozenset[int]
    lines: Mapping[int, list[int]]
    sums: Mapping[int, list[list[int]]]
    above: Mapping[int, list[int]]

    def told(self, shown: Set[int]) -> set[int]:
        """The zeros that follow from some: these, the parts of each, and sums of them alone."""
        known = set(shown)
        while more := {
            each
            for each in self.zeros - known
            if known.intersection(self.above.get(each, []))
            or any(known.issuperset(parts) for parts in self.sums.get(each, []))
        }:
            known |= more
        return known

    def broken_down(self, whole: int, shown: Set[int]) -> bool:
        """Whether a zero is shown below a number that zeros shown elsewhere do not tell."""
        below: set[int] = set()
        more = {whole}
        while more:
            below |= more
            more = {part for each in more for part in self.lines.get(each, [])} - below
        inside = shown & below
        return bool(inside) and not inside <= self.told(shown - inside)


def _switch(numbers: Numbers, whole: int, last: int) -> int:
    """A number that is 1 only while `whole`, which is so small now, is no more than `last`."""
    name = numbers.variables[whole].name
    switch = numbers.add(Variable(("small", *name), Fraction(1), most=Fraction(1)))
    far = max(REACH, 2 * last)
    numbers.tie([(whole, -1), (switch, -far)], -last - far, None)
    return switch


def _lines(numbers: Numbers) -> Iterator[tuple[int, list[int], bool, bool]]:
    """Each number with others that it is never less than together; whether these make it up, or
    lie in it side by side; and whether they make it up.
    """
    for row in numbers.rows:
        wholes = [place for place, weight in row.terms if weight == 1]
        parts = [place for place, weight in row.terms if weight == -1]
        if row.least == 0 and len(wholes) == 1 and len(parts) == len(row.terms) - 1:
            yield wholes[0], parts, len(parts) > 1 or row.most == 0, row.most == 0
