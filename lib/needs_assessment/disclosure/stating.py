"""The cells of this report as variables: what a reader knows of each, and what may not be known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from zlib import crc32

from needs_assessment.disclosure.cells import Cell, Key
from needs_assessment.disclosure.numbers import Numbers
from needs_assessment.disclosure.policy import PUBLISHED, Policy
from needs_assessment.disclosure.problem import Variable
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.statistic import AND
from needs_assessment.returns.tokens import bound

_COUNTED = ("count",)
_FINE = 1000
_SAYS_LITTLE = ("not_known", "other", "other_or_unknown", "none")
_ZERO = 3 * _FINE


@dataclass(frozen=True)
class Worth:
    """What a number is worth to the reader of an edition, in the cost of hiding it.

    Totals are worth more than categories, the edition's year more than its quarters and earlier
    years, large numbers a little more than small ones; “not known” is worth least.
    """

    edition: Period

    def cost(self, key: Key, exact: Fraction) -> int:
        period = parse_period(key.period)
        own = period.within(self.edition)
        year = period.months == self.edition.months or period.is_point
        if not key.dimension:
            level = (60, 35) if year else (24, 16)
        else:
            level = (14, 9) if year else (6, 4)
        worth = (level[0] if own else level[1]) + int(exact).bit_length()
        if key.category in _SAYS_LITTLE:
            worth = worth * 2 // 3
        # Among patterns that cost the same, the same one is chosen on every machine.
        return worth * _FINE + crc32(str(key).encode()) % _FINE


def state(numbers: Numbers, cells: Iterable[Cell], policy: Policy, worth: Worth) -> dict[Key, int]:
    """The cells that are counts as variables, by key; a count given twice is one."""
    stated: dict[Key, int] = {}
    for cell in cells:
        if policy.dictionary[cell.key.measure].kind not in _COUNTED:
            continue
        if cell.key not in stated:
            stated[cell.key] = numbers.add(_variable(cell, policy, worth))
    return stated


def _variable(cell: Cell, policy: Policy, worth: Worth) -> Variable:
    measure, name = cell.key.measure, ("cell", *cell.key)
    limit, span = policy.suppress_below(measure), policy.settings.secondary_range
    small = tuple(range(1, limit))
    if policy.hides_area(measure, cell.key.area, cell.key.dimension):
        return Variable(name, cell.exact, hidden=True, span=span)
    if cell.exact is None and cell.derived:
        # Nobody protects it: its parts are, and a reader may know of it what follows from them.
        return Variable(name, None)
    if cell.exact is None:
        return _without_number(cell, policy, name, small)
    exact = cell.exact
    if policy.hides(measure, exact, cell.nature):
        return Variable(name, exact, Fraction(1), hidden=True, values=small)
    if not policy.protects(measure, cell.nature):
        return Variable(name, exact, shown=(exact, exact))
    shown = policy.known([measure], exact)
    if not exact:
        return Variable(name, exact, shown=shown, span=span)
    return Variable(
        name, exact, Fraction(1), shown=shown, cost=worth.cost(cell.key, exact), span=span
    )


def _without_number(
    cell: Cell, policy: Policy, name: tuple[str, ...], small: tuple[int, ...]
) -> Variable:
    """What is known of a cell that a partner withheld, or gave as a bound."""
    protected = policy.protects(cell.key.measure, cell.nature)
    limit = bound(cell.status)
    if limit is not None and cell.status.startswith("below"):
        least, most = Fraction(0), Fraction(limit - 1)
    else:
        least, most = Fraction(limit or 0), None
    guarded = protected and small and cell.status.startswith(("below", "confidential"))
    if not guarded:
        return Variable(name, None, least, most)
    values = tuple(value for value in small if most is None or value <= most)
    return Variable(
        name, None, least, most, hidden=True, values=values, likely=(values[0], values[-1])
    )


def guard_groups(
    numbers: Numbers, stated: Mapping[Key, int], policy: Policy, cells: Mapping[Key, Cell]
) -> set[Key]:
    """Hides the one category in which all of a small group lie; its empty categories may be hidden
    as well. Returns the cells hidden so.

    Groups too small to be shown are hidden anyway.
    """
    groups: dict[tuple[Key, str], list[Cell]] = {}
    for cell in cells.values():
        for name, group in _groups(cell, policy):
            groups.setdefault((group, name), []).append(cell)
    for cell in cells.values():
        for name in policy.dictionary[cell.key.measure].rules.part_of:
            whole = cells.get(cell.key._replace(measure=name))
            if whole and whole.exact == cell.exact and cell.key.measure != name:
                groups[cell.key, name] = [cell]
    hidden = set()
    for group in groups.values():
        filled = [cell for cell in group if cell.exact]
        if len(filled) == 1 and _guards(policy, filled[0]):
            hidden.add(filled[0].key)
            numbers.change(stated[filled[0].key], hidden=True, cost=0)
            for cell in group:
                if not cell.exact and policy.protects(cell.key.measure, cell.nature):
                    numbers.change(stated[cell.key], cost=_ZERO)
    return hidden


def _groups(cell: Cell, policy: Policy) -> Iterator[tuple[str, Key]]:
    """The groups that a cell is a category of, by the dimension that divides each: of ages by sex,
    an age divided by sex, and a sex divided by age.
    """
    names, values = (text.split(AND) for text in (cell.key.dimension, cell.key.category))
    dimensions = policy.dictionary[cell.key.measure].dimensions
    for place, name in enumerate(names if cell.exact is not None else ()):
        if name in dimensions and dimensions[name].answers == "one":
            rest = [*values[:place], "", *values[place + 1 :]]
            yield name, cell.key._replace(category=AND.join(rest))


def _guards(policy: Policy, cell: Cell) -> bool:
    size, measure = cell.exact or Fraction(0), cell.key.measure
    small = policy.suppress_below(measure) <= size < policy.settings.group_below
    return small and policy.protects(measure, cell.nature)


def guard_rest(
    numbers: Numbers, stated: Mapping[Key, int], policy: Policy, cells: Mapping[Key, Cell]
) -> None:
    """What is left of a whole when a part is taken off may be small too: cases that were no repeat
    are people just as those that were. No table shows it, but nobody may work it out.
    """
    for cell in cells.values():
        measure = policy.dictionary[cell.key.measure]
        for name in measure.rules.part_of:
            whole = cells.get(cell.key._replace(measure=name))
            if whole is None or whole.exact is None or cell.exact is None:
                continue
            rest = whole.exact - cell.exact
            natures = {cell.nature, whole.nature}
            if natures == {PUBLISHED} or not policy.hides(cell.key.measure, rest, "confidential"):
                continue
            values = tuple(range(1, policy.suppress_below(cell.key.measure)))
            place = numbers.add(
                Variable(("rest", name, *cell.key), rest, Fraction(0), hidden=True, values=values)
            )
            numbers.equal([stated[whole.key]], [stated[cell.key], place])
