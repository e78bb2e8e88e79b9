"""Money that few contribute to: what would tell what one of them gave or got."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from needs_assessment.council import Dominance
from needs_assessment.disclosure.cells import Cell, Key
from needs_assessment.disclosure.numbers import Numbers
from needs_assessment.disclosure.policy import PUBLISHED, Policy
from needs_assessment.disclosure.problem import Variable

_USUAL = 10.0
"""How near to an amount nobody may come, in per cent of it, when the rule does not say."""
_STEPS = 4
"""Into how many steps that is cut: amounts are counted in steps, not in pounds."""
_WORTH = 50_000


def guard_contributors(
    numbers: Numbers, stated: dict[Key, int], cells: Iterable[Cell], policy: Policy
) -> set[Key]:
    """Adds to `stated` the amounts of measures with a dominance rule. Returns those hidden: each
    contributor's, and every amount that one contributor makes too much of.

    The rules are those of Hundepool and others, Statistical Disclosure Control (2012), 4.2: the
    largest contributors' share (dominance), and the second largest's estimate of the largest (p%).
    """
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        if policy.dominance(cell.key.measure) and cell.exact is not None:
            groups.setdefault(cell.key.measure, []).append(cell)
    hidden = set()
    for measure, group in groups.items():
        rule = policy.dominance(measure)
        assert rule
        amounts = _by_amount(group, rule)
        sensitive = {
            cell.key
            for cell in group
            if cell.nature != PUBLISHED and _tells(cell.key, amounts, rule)
        }
        near = Fraction(str(rule.within or _USUAL)) / 100
        step = min(
            (near * cell.exact / _STEPS for cell in group if cell.key in sensitive and cell.exact),
            default=Fraction(1),
        )
        for cell in group:
            stated[cell.key] = numbers.add(_variable(cell, step, near, cell.key in sensitive))
        hidden |= sensitive
    return hidden


def _tells(key: Key, amounts: dict[Key, list[Fraction]], rule: Dominance) -> bool:
    return key.dimension == rule.contributors or is_dominated(amounts.get(key, []), rule)


def is_dominated(amounts: list[Fraction], rule: Dominance) -> bool:
    """Whether a sum of these amounts tells too much of the largest of them."""
    if not amounts:
        return False
    ordered = sorted(amounts, reverse=True)
    total = sum(ordered, Fraction(0))
    if rule.share is not None:
        return sum(ordered[: rule.largest], Fraction(0)) * 100 > Fraction(str(rule.share)) * total
    rest = total - ordered[0] - (ordered[1] if len(ordered) > 1 else 0)
    return rest * 100 < Fraction(str(rule.within or _USUAL)) * ordered[0]


def _by_amount(group: list[Cell], rule: Dominance) -> dict[Key, list[Fraction]]:
    """By total, what the contributors give to it."""
    amounts: dict[Key, list[Fraction]] = {}
    for cell in group:
        if cell.key.dimension == rule.contributors and cell.exact:
            whole = cell.key._replace(dimension="", category="")
            amounts.setdefault(whole, []).append(cell.exact)
    return amounts


def _variable(cell: Cell, step: Fraction, near: Fraction, sensitive: bool) -> Variable:
    exact = (cell.exact or Fraction(0)) / step
    name = ("cell", *cell.key)
    if sensitive:
        return Variable(name, exact, hidden=True, span=ceil(2 * near * exact))
    if cell.nature == PUBLISHED:
        return Variable(name, exact, shown=(exact, exact))
    return Variable(name, exact, shown=(exact, exact), cost=_WORTH, span=_STEPS)
