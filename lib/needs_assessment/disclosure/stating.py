"""The cells of this report as variables: what a reader knows of each, and what may not be known."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.disclosure.cells import Cell, Key
from needs_assessment.disclosure.numbers import Numbers, Report, Series
from needs_assessment.disclosure.policy import PUBLISHED, Policy
from needs_assessment.disclosure.problem import Variable
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.tokens import bound

_COUNTED = ("count",)
_OF_NO_USE = 3


@dataclass(frozen=True)
class Worth:
    """What a number is worth to the reader of an edition, in the cost of hiding it.

    Totals are worth more than categories, the edition's year more than its quarters and earlier
    years, large numbers a little more than small ones.
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
        return (level[0] if own else level[1]) + int(exact).bit_length()


def state(numbers: Numbers, cells: Iterable[Cell], policy: Policy, worth: Worth) -> dict[Key, int]:
    """The cells that are counts or money as variables, by key; a number given twice alike is one."""
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
    if policy.hides_area(measure, cell.key.area):
        return Variable(name, cell.exact, hidden=True, span=span)
    if cell.exact is None:
        return _without_number(cell, policy, name, small)
    exact = cell.exact
    if policy.hides(measure, exact, cell.nature):
        return Variable(name, exact, Fraction(1), hidden=True, values=small)
    if not policy.protects(measure, cell.nature):
        return Variable(name, exact, shown=(exact, exact))
    shown = _as_shown(policy, measure, exact)
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


def _as_shown(policy: Policy, measure: str, exact: Fraction) -> tuple[Fraction, Fraction]:
    """Between what a reader knows a count to lie that is shown: rounded, it can be others."""
    base = policy.rounding(measure)
    if base == 1:
        return exact, exact
    middle = policy.rounded(measure, exact)
    least = -((base - 2 * middle) // 2) if middle else Fraction(0)
    least = Fraction(max(least, policy.suppress_below(measure) if exact else 0))
    most = Fraction((2 * middle + base - 1) // 2)
    return min(least, exact), max(most, exact)


def guard_groups(report: Report, policy: Policy, cells: dict[Key, Cell]) -> set[Key]:
    """Hides the one category in which all of a small group lie; its empty categories may be hidden
    as well. Returns the cells hidden so.

    Groups too small to be shown are hidden anyway.
    """
    groups: dict[Key, list[Cell]] = {}
    for cell in cells.values():
        dimension = policy.dictionary[cell.key.measure].dimensions.get(cell.key.dimension)
        if dimension and dimension.answers == "one" and cell.exact is not None:
            groups.setdefault(cell.key._replace(category=""), []).append(cell)
    for cell in cells.values():
        for name in policy.dictionary[cell.key.measure].rules.part_of:
            whole = cells.get(cell.key._replace(measure=name))
            if whole and whole.exact == cell.exact and cell.key.measure != name:
                groups[cell.key] = [cell]
    hidden = set()
    for group in groups.values():
        filled = [cell for cell in group if cell.exact]
        if len(filled) == 1 and _guards(policy, filled[0]):
            hidden.add(filled[0].key)
            place = report.stated[filled[0].key]
            report.numbers.change(place, hidden=True, cost=0)
            for cell in group:
                if not cell.exact and policy.protects(cell.key.measure, cell.nature):
                    report.numbers.change(report.stated[cell.key], cost=_OF_NO_USE)
    return hidden


def _guards(policy: Policy, cell: Cell) -> bool:
    size, measure = cell.exact or Fraction(0), cell.key.measure
    small = policy.suppress_below(measure) <= size < policy.settings.group_below
    return small and policy.protects(measure, cell.nature)


def guard_rest(report: Report, policy: Policy, cells: dict[Key, Cell]) -> None:
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
            place = report.numbers.add(
                Variable(("rest", name, *cell.key), rest, Fraction(0), hidden=True, values=values)
            )
            report.numbers.equal(
                [report.stated[whole.key]], [report.stated[cell.key], place]
            )


def series_of(key: Key) -> Series:
    return Series(key.measure, key.area, key.dimension, key.category)
