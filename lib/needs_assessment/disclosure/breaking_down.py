"""Small counts are not broken down: how many of their parts are no zeros would bound them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from needs_assessment.disclosure.cells import Cell, Key
from needs_assessment.disclosure.numbers import Numbers
from needs_assessment.disclosure.policy import Policy


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
    of those zeros; returns their places.

    Two hidden parts that are no zeros make a total of 2 at least. Where no part of a small total
    is shown, zeros are among the hidden ones, and a reader cannot tell how many. Who sees a zero
    that is a part of a hidden total knows that this is not small. Zeros that follow from one that
    is shown stay. Readers are taken to know which totals are small: a part can be a hidden zero
    only while its whole is. `limits` are the least counts that may be shown, by place, of the
    numbers that can be hidden.
    """
    lines: dict[int, list[int]] = {}
    above: dict[int, list[int]] = {}
    for whole, parts, makes in _lines(numbers):
        lines.setdefault(whole, []).extend(parts if makes else [])
        for part in parts:
            above.setdefault(part, []).append(whole)
    waiting = sorted(place for place in limits if numbers.variables[place].values)
    small = set(waiting)
    inside: set[int] = set()
    while waiting:
        for part in lines.get(waiting.pop(), []):
            inside.add(part)
            if part not in small:
                small.add(part)
                waiting.append(part)
    zeros = {place for place, each in enumerate(numbers.variables) if each.truth == 0}
    hidden = inside & zeros & limits.keys()
    while told := {
        each for each in hidden if any(whole in zeros - hidden for whole in above.get(each, []))
    }:
        hidden -= told
    for place in lines.keys() & limits.keys() - small:
        truth = numbers.variables[place].truth
        if truth is not None and (zeros - hidden).intersection(lines[place]):
            numbers.change(place, least=min(Fraction(limits[place]), truth))
    for place in small & lines.keys() & limits.keys():
        if numbers.variables[place].most is None:
            numbers.change(place, most=Fraction(limits[place] - 1))
    for place in inside & limits.keys():
        numbers.change(place, least=Fraction(0))
    for place in hidden:
        numbers.change(place, hidden=True, cost=0, span=span)
    return hidden


def _lines(numbers: Numbers) -> Iterator[tuple[int, list[int], bool]]:
    """Each number with others that it is never less than together, and whether these make it up, or
    lie in it side by side.
    """
    for row in numbers.rows:
        wholes = [place for place, weight in row.terms if weight == 1]
        parts = [place for place, weight in row.terms if weight == -1]
        if row.least == 0 and len(wholes) == 1 and len(parts) == len(row.terms) - 1:
            yield wholes[0], parts, len(parts) > 1 or row.most == 0
