"""The attack bounds hidden numbers exactly: against every assignment, tried one by one."""

from collections.abc import Iterator
from math import comb

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from attacked import NORTH, PERIOD, Table, addresses, attack, public
from needs_assessment.audit.bounds import Attack
from needs_assessment.audit.counting import Counting
from needs_assessment.audit.keys import Cell, Key, Spot
from needs_assessment.audit.system import Relation, System, adds_up, no_more_than, says

LAST = 4
MANY = 700


def at(row: int, column: int) -> Spot:
    return Spot("r", "t", str(row), str(column))


Place = tuple[int, int]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[int]], set[Place]]:
    """A table with its totals in the last row and column, and the places that are hidden: the
    small counts, and some others. The total of all is shown, so that nothing is without bounds.
    """
    height, width = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    cells = [[draw(st.integers(0, 7)) for _ in range(width)] for _ in range(height)]
    cells[0][0] += 5
    whole = [[*row, sum(row)] for row in cells]
    whole.append([sum(column) for column in zip(*whole, strict=True)])
    places = [(row, column) for row in range(height + 1) for column in range(width + 1)][:-1]
    small = {place for place in places if 0 < whole[place[0]][place[1]] <= LAST}
    more = draw(st.sets(st.sampled_from(places), max_size=4))
    hidden = sorted(small | more)
    while _ways(whole, hidden) > MANY:
        hidden.pop()
    return whole, set(hidden)


def _ways(whole: list[list[int]], hidden: list[Place]) -> int:
    """How many tables have to be tried."""
    height, width = len(whole) - 1, len(whole[0]) - 1
    inner = [whole[r][c] for r, c in hidden if r < height and c < width]
    return comb(sum(inner) + len(inner), len(inner))


def parts_of(total: int, count: int) -> Iterator[tuple[int, ...]]:
    """Every way to write a number as a sum of so many others."""
    if count == 0:
        if total == 0:
            yield ()
        return
    for first in range(total + 1):
        for rest in parts_of(total - first, count - 1):
            yield (first, *rest)


def assignments(whole: list[list[int]], hidden: set[Place]) -> dict[Place, set[int]]:
    """The values that each hidden place takes in some table with the same shown numbers."""
    height, width = len(whole) - 1, len(whole[0]) - 1
    inner = [(row, column) for row, column in sorted(hidden) if row < height and column < width]
    places = [(row, column) for row in range(height + 1) for column in range(width + 1)]
    found: dict[Place, set[int]] = {place: set() for place in hidden}
    for values in parts_of(sum(whole[row][column] for row, column in inner), len(inner)):
        tried = [list(row) for row in whole]
        for (row, column), value in zip(inner, values, strict=True):
            tried[row][column] = value
        for row in range(height):
            tried[row][width] = sum(tried[row][:width])
        for column in range(width + 1):
            tried[height][column] = sum(tried[row][column] for row in range(height))
        if all(tried[r][c] == whole[r][c] for r, c in places if (r, c) not in hidden):
            for row, column in hidden:
                found[row, column].add(tried[row][column])
    return found


def system_of(whole: list[list[int]], hidden: set[Place]) -> System:
    height, width = len(whole) - 1, len(whole[0]) - 1
    relations: list[Relation] = []
    for row in range(height + 1):
        for column in range(width + 1):
            if (row, column) in hidden:
                relations.append(says(at(row, column), 0, float("inf"), "t"))
            else:
                value = whole[row][column]
                relations.append(says(at(row, column), value, value, "t"))
    for row in range(height + 1):
        relations.append(adds_up(at(row, width), [at(row, each) for each in range(width)], "t"))
    for column in range(width + 1):
        relations.append(adds_up(at(height, column), [at(each, column) for each in range(height)]))
    return System(relations, lambda key: True)


few = settings(max_examples=80, deadline=None)


@given(tables())
@few
def test_bounds_are_those_of_every_possible_table(
    drawn: tuple[list[list[int]], set[Place]],
) -> None:
    whole, hidden = drawn
    possible = assignments(whole, hidden)
    system = system_of(whole, hidden)
    seen: dict[Key, tuple[float, float]] = {}
    for component in system.components():
        tried = Attack(system, component)
        assert not tried.given_up
        for key in component.unknown:
            seen[key] = tried.extreme(key, 1), tried.extreme(key, -1)
            values = possible[int(key[2]), int(key[3])]
            for value in range(8):
                assert tried.possible(key, value) == (value in values)
    for place, values in possible.items():
        assert seen[at(*place)] == (min(values), max(values))


def as_table(whole: list[list[int]], hidden: set[Place]) -> Table:
    """The table as a report shows it: rows that the dictionary does not know."""
    last, width = len(whole) - 1, len(whole[0]) - 1
    headings = [f"Column {each}" for each in range(width)]
    lines = [["Kind", *headings, "Total"]]
    for row, cells in enumerate(whole):
        shown = ["[c]" if (row, each) in hidden else cell for each, cell in enumerate(cells)]
        lines.append(["Total" if row == last else f"Row {row}", *shown])
    return Table("tbl-any", "Anything", lines)


@given(tables())
@few
def test_the_verdict_is_that_of_every_possible_table(
    drawn: tuple[list[list[int]], set[Place]],
) -> None:
    """No unsafe cell is missed and no safe one is called unsafe, cell by cell."""
    whole, hidden = drawn
    possible = assignments(whole, hidden)
    table = as_table(whole, hidden)
    expected = set()
    for (row, column), values in possible.items():
        every = set(range(1, LAST + 1)) <= values
        blurred = max(values) - min(values) >= LAST and len(values) >= LAST
        if not (every or blurred):
            label, heading = table.lines[row + 1][0], table.lines[0][column + 1]
            expected.add(f"tbl-any, row “{label}”, column “{heading}”")
    assert set(addresses(attack(table))) == expected


@given(
    st.lists(st.integers(0, 12), min_size=3, max_size=3),
    st.integers(0, 2),
    st.sampled_from([0, 1, 2]),
)
@few
def test_a_rounded_share_leaves_just_the_counts_that_round_to_it(
    parts: list[int], place: int, decimals: int
) -> None:
    """A part over a hidden part, both unknown: every pair is tried."""
    top, bottom = at(0, 0), at(0, 1)
    base = sum(parts) + 1
    share = round(100 * parts[place] / base, decimals)
    half = 0.5 * 10**-decimals
    spread = 3
    system = System(
        [
            says(top, 0, base + spread, "t"),
            says(bottom, base, base + spread, "t"),
            no_more_than(bottom, [top]),
            Relation(((top, 100.0), (bottom, -(share - half))), 0.0, float("inf"), "s"),
            Relation(((top, 100.0), (bottom, -(share + half))), -float("inf"), 0.0, "s"),
        ],
        lambda key: True,
    )
    pairs = [
        (count, whole)
        for whole in range(base, base + spread + 1)
        for count in range(whole + 1)
        if abs(100 * count / whole - share) <= half + 1e-9
    ]
    (component,) = system.components()
    tried = Attack(system, component)
    assert tried.extreme(top, 1) == min(count for count, _ in pairs)
    assert tried.extreme(top, -1) == max(count for count, _ in pairs)
    assert tried.extreme(bottom, 1) == min(whole for _, whole in pairs)


@st.composite
def linked(draw: st.DrawFn) -> tuple[dict[Cell, int], set[Cell]]:
    """Clients by sex and by disability with their total, and referrals made of those that engaged
    and those that did not; and what is hidden of them.
    """
    breakdowns = public().measures["idva.clients"].breakdowns
    sexes = [draw(st.integers(0, 6)) for _ in range(3)]
    total = sum(sexes)
    first = draw(st.integers(0, total))
    second = draw(st.integers(0, total - first))
    clients = Cell("idva.clients", PERIOD, NORTH)
    cells = {clients: total}
    for name, parts in (("sex", sexes), ("disability", [first, second, total - first - second])):
        categories = list(breakdowns[name].categories.values())
        for category, value in zip(categories, parts, strict=True):
            cells[clients._replace(dimension=name, category=category)] = value
    engaged = total + draw(st.integers(0, 3))
    others = draw(st.integers(0, 6))
    cells |= {
        clients._replace(measure="idva.engaged"): engaged,
        clients._replace(measure="idva.not_engaged"): others,
        clients._replace(measure="idva.referrals"): engaged + others,
    }
    small = [key for key, value in cells.items() if 0 < value <= LAST]
    more = draw(st.lists(st.sampled_from(sorted(cells)), min_size=1, max_size=3))
    return cells, set([*small, *more][:3])


def consistent(cells: dict[Cell, np.ndarray]) -> np.ndarray:
    """Which numbers keep to what the data dictionary says of these measures."""
    whole = Cell("idva.clients", PERIOD, NORTH)
    sexes, disability = (
        sum(value for key, value in cells.items() if key.dimension == name)
        for name in ("sex", "disability")
    )
    engaged = cells[whole._replace(measure="idva.engaged")]
    not_engaged = cells[whole._replace(measure="idva.not_engaged")]
    return (
        (sexes == cells[whole])
        & (disability == cells[whole])
        & (cells[whole] <= engaged)
        & (engaged + not_engaged == cells[whole._replace(measure="idva.referrals")])
    )


@given(linked())
@few
def test_tables_linked_by_the_dictionary_are_bounded_together(
    drawn: tuple[dict[Cell, int], set[Cell]],
) -> None:
    """Against every assignment of the hidden numbers up to a limit, which a number without bounds
    comes near: to within what engaged at most, where the referrals reach it.
    """
    cells, hidden = drawn
    order, limit = sorted(hidden), 42
    shown = [says(key, value, value, "t") for key, value in cells.items() if key not in hidden]
    system = System(
        [*shown, *Counting(cells, public(), ()).relations], lambda key: isinstance(key, Cell)
    )
    every = np.indices((limit + 1,) * len(order)).reshape(len(order), -1)
    same = {key: np.full(every.shape[1], value) for key, value in cells.items()}
    holds = consistent(same | dict(zip(order, every, strict=True)))
    values = {key: numbers[holds] for key, numbers in zip(order, every, strict=True)}
    for component in system.components():
        tried = Attack(system, component)
        for key in component.unknown:
            assert isinstance(key, Cell)
            highest = tried.extreme(key, -1)
            assert tried.extreme(key, 1) == min(values[key])
            assert highest == max(values[key]) if highest < 25 else max(values[key]) >= 20


def test_a_gap_in_the_possible_values_counts() -> None:
    """0, 5 or 10 and nothing between: wide, and no blur."""
    table = Table(
        "tbl-gap",
        "Anything",
        [["Kind", "One", "Two"], ["Row 1", "[c]", "[c]"], ["Row 2", 5, 5], ["Total", 7, 7]],
    )
    assert len(addresses(attack(table))) == 2
    system = System(
        [
            says(at(0, 0), 0, 10, "t"),
            says(at(0, 1), 0, 2, "t"),
            Relation(((at(0, 0), 1.0), (at(0, 1), -5.0)), 0.0, 0.0, "t"),
        ],
        lambda key: True,
    )
    (component,) = system.components()
    tried = Attack(system, component)
    assert (tried.extreme(at(0, 0), 1), tried.extreme(at(0, 0), -1)) == (0, 10)
    assert not tried.has_values(at(0, 0), 4, 0)


def test_what_is_only_supposed_is_given_up_when_it_cannot_be() -> None:
    """Rows that do not make their total: an error of the partner, and no reason to fail."""
    table = Table(
        "tbl-wrong",
        "Anything",
        [["Kind", PERIOD], ["Row 1", 50], ["Row 2", "[c]"], ["Total", 40]],
    )
    found = attack(table)
    assert not found.findings
    assert found.given_up == 1
