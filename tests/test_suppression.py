"""Secondary suppression on random tables, against readers who try every number."""

import random
from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from completing import Name, Table, opened
from needs_assessment.disclosure.breaking_down import hide_parts
from needs_assessment.disclosure.numbers import Numbers
from needs_assessment.disclosure.problem import Problem, Row, Variable
from needs_assessment.disclosure.suppression import ROUNDS, suppress

SMALL = (1, 2, 3, 4)
counts = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 20, 30])


def problem_of(table: Table) -> tuple[Problem, list[Name]]:
    """The table as the protector takes it, with nothing of small totals left to be seen; the names
    of its numbers, those that the table does not hold left out: they come last.
    """
    numbers = Numbers()
    for name, value in table.truth.items():
        truth = Fraction(value)
        if value in SMALL:
            variable = Variable(name, truth, Fraction(1), hidden=True, values=SMALL)
        else:
            cost = table.costs[name] if truth else 0
            shown = (truth, truth)
            variable = Variable(name, truth, Fraction(min(1, value)), None, shown, cost, span=4)
        numbers.add(variable)
    place = {name: number for number, name in enumerate(table.truth)}
    for total, parts in table.sums:
        numbers.equal([place[total]], [place[part] for part in parts])
    for part, whole in table.limits:
        numbers.not_more([place[part]], [place[whole]])
    hide_parts(numbers, dict.fromkeys(range(len(place)), max(SMALL) + 1), 4)
    return Problem(tuple(numbers.variables), tuple(numbers.rows)), list(place)


def hide(table: Table, rounds: int = ROUNDS) -> tuple[set[Name], set[Name]]:
    """What is hidden, and what of it cannot be protected."""
    problem, names = problem_of(table)
    found = suppress(problem, rounds=rounds)
    return {names[n] for n in found.hidden}, {names[n] for n in found.exposed}


@st.composite
def two_way(draw: st.DrawFn, rows: int = 4, columns: int = 4) -> Table:
    """Categories by quarter, with the totals of both."""
    height, width = draw(st.integers(2, rows)), draw(st.integers(2, columns))
    truth = {
        (str(row), str(column)): draw(counts) for row in range(height) for column in range(width)
    }
    sums: list[tuple[Name, tuple[Name, ...]]] = []
    lines, places = [str(n) for n in range(height)], [str(n) for n in range(width)]
    for row in lines:
        sums.append(((row, "all"), tuple((row, column) for column in places)))
    for column in [*places, "all"]:
        sums.append((("all", column), tuple((row, column) for row in lines)))
    sums.append((("all", "all"), tuple(("all", column) for column in places)))
    return _finished(draw, truth, sums)


@st.composite
def hierarchical(draw: st.DrawFn) -> Table:
    """Two levels of categories under one total, and the same total by a second breakdown."""
    truth = {
        (str(group), str(part)): draw(counts)
        for group in range(draw(st.integers(2, 3)))
        for part in range(draw(st.integers(2, 3)))
    }
    groups = sorted({group for group, _ in truth})
    sums: list[tuple[Name, tuple[Name, ...]]] = [
        ((group,), tuple(name for name in truth if name[0] == group)) for group in groups
    ]
    sums.append((("all",), tuple((group,) for group in groups)))
    table = _finished(draw, truth, sums)
    total = table.truth["all",]
    first = draw(st.integers(0, total))
    truth = {**table.truth, ("other", "a"): first, ("other", "b"): total - first}
    sums.append((("all",), (("other", "a"), ("other", "b"))))
    return _finished(draw, truth, sums)


@st.composite
def linked(draw: st.DrawFn) -> Table:
    """Two measures over the same two years, one a part of the other, each of two categories."""
    truth: dict[Name, int] = {}
    sums: list[tuple[Name, tuple[Name, ...]]] = []
    limits = []
    for year in "12":
        for category in "ab":
            part, rest = draw(counts), draw(counts)
            truth["part", category, year] = part
            truth["whole", category, year] = part + rest
            limits.append((("part", category, year), ("whole", category, year)))
    for measure in ("part", "whole"):
        by_year = {
            (measure, category, "both"): tuple((measure, category, year) for year in "12")
            for category in ["a", "b", "all"]
        }
        by_category = {
            (measure, "all", year): tuple((measure, category, year) for category in "ab")
            for year in ["1", "2", "both"]
        }
        both = (measure, "all", "both")
        sums += [each for each in by_category.items() if each[0] != both]
        sums += [*by_year.items(), (both, by_category[both])]
    return _finished(draw, truth, sums, limits)


def _finished(
    draw: st.DrawFn,
    truth: dict[Name, int],
    sums: list[tuple[Name, tuple[Name, ...]]],
    limits: list[tuple[Name, Name]] | None = None,
) -> Table:
    truth = dict(truth)
    for total, parts in sums:
        truth.setdefault(total, sum(truth[part] for part in parts))
    costs = {name: draw(st.integers(1, 9)) * (1 + name.count("all")) for name in truth}
    return Table(truth, sums, limits or [], costs)


def linked_table(chance: random.Random) -> Table:
    """Categories by quarter with the totals of both, zeros among them, and in every second table
    what part of each category a second measure counts.
    """
    lines, places = [f"r{n}" for n in range(chance.randint(2, 3))], ["q1", "q2"]
    truth: dict[Name, int] = {}
    limits = []
    for line in lines:
        for place in places:
            truth[line, place] = chance.choice((0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 20, 30))
    measures: list[tuple[str, ...]] = [()]
    if chance.random() < 0.5:
        measures.append(("part",))
        for name in list(truth):
            truth["part", *name] = chance.randint(0, truth[name])
            limits.append((("part", *name), name))
    sums: list[tuple[Name, tuple[Name, ...]]] = []
    for of in measures:
        for line in [*lines, "all"]:
            sums.append(((*of, line, "all"), tuple((*of, line, place) for place in places)))
        for place in [*places, "all"]:
            sums.append(((*of, "all", place), tuple((*of, line, place) for line in lines)))
    for total, parts in sorted(sums, key=lambda each: each[0].count("all")):
        truth[total] = sum(truth[part] for part in parts)
    return Table(truth, sums, limits, {name: 1 + value for name, value in truth.items()})


tables = st.one_of(two_way(), hierarchical(), linked())
usual = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@usual
@given(tables)
def test_nothing_that_is_hidden_can_be_worked_out(table: Table) -> None:
    hidden, exposed = hide(table)
    assert not exposed
    assert not opened(table, hidden)


@settings(usual, max_examples=25)
@given(tables)
def test_a_pattern_that_is_not_the_best_is_safe_too(table: Table) -> None:
    hidden, exposed = hide(table, rounds=1)
    assert not exposed
    assert not opened(table, hidden)


@settings(usual, max_examples=12)
@given(st.one_of(two_way(rows=3, columns=2), hierarchical()))
def test_no_cheaper_pattern_is_safe(table: Table) -> None:
    """Every cheaper choice of what else to hide is tried."""
    hidden, _ = hide(table)
    problem, names = problem_of(table)
    small = {name for name, each in zip(names, problem.variables, strict=False) if each.hidden}
    others = [name for name, value in table.truth.items() if value and name not in small]
    spent = sum(table.costs[name] for name in hidden - small)
    cheaper = [
        {*small, *chosen}
        for size in range(len(others) + 1)
        for chosen in combinations(others, size)
        if sum(table.costs[name] for name in chosen) < spent
    ]
    assert all(opened(table, chosen, knows=True) for chosen in cheaper)


def test_the_same_table_is_hidden_the_same_way() -> None:
    truth = {(row, column): 5 for row in "abcd" for column in "1234"} | {("a", "1"): 2}
    sums = [((row, "all"), tuple((row, column) for column in "1234")) for row in "abcd"]
    sums += [
        (("all", column), tuple((row, column) for row in "abcd")) for column in [*"1234", "all"]
    ]
    for total, parts in sums:
        truth[total] = sum(truth[part] for part in parts)
    table = Table(truth, sums, costs=dict.fromkeys(truth, 3))
    first = hide(table)
    assert len(first[0]) == 4
    assert all(hide(table) == first for _ in range(3))


def test_what_cannot_be_protected_is_said_and_takes_its_table_along() -> None:
    truth = Fraction(3)
    known = Variable(("total",), Fraction(20), shown=(Fraction(20),) * 2)
    other = Variable(("other",), Fraction(17), shown=(Fraction(17),) * 2)
    small = Variable(("small",), truth, Fraction(1), hidden=True, values=SMALL)
    beside = Variable(
        ("beside",), Fraction(9), Fraction(1), shown=(Fraction(9),) * 2, cost=5, span=4
    )
    rows = (
        Row(((0, 1), (1, -1), (2, -1)), Fraction(0), Fraction(0)),
        Row(((2, 1), (3, -1)), None, Fraction(0)),
    )
    found = suppress(Problem((known, other, small, beside), rows), {2: "table", 3: "table"})
    assert found.exposed == {2}
    assert found.hidden == {2, 3}


def test_a_total_of_zeros_that_are_shown_is_not_hidden() -> None:
    """Nobody in the first quarter, so none of them by the second measure either."""
    table = linked_table(random.Random(429))
    assert table.truth["all", "q1"] == 0
    hidden, exposed = hide(table)
    assert ("part", "all", "q1") not in hidden
    assert not exposed and not opened(table, hidden)
