"""No step between two versions gives away what either of them hides."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from frozen import bare_project, publish
from needs_assessment.changes.page import changes_page
from needs_assessment.changes.parts import BENCHMARK, DEFINITION, NEW, POPULATION, REVISED
from needs_assessment.changes.shown import Shown
from needs_assessment.changes.summary import summary_lines
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Cell, Source, Statistic
from needs_assessment.periods import parse_period
from test_changes_causes import (
    COUNCIL,
    NEXT,
    PERIOD,
    RETURNS,
    compared,
    indicators,
    next_year,
    replaced,
)

YEAR = parse_period("2023-24")
DEFINITION_OF = Definition(
    id="marac.cases",
    name="Cases",
    chapter="marac",
    kind="count",
    definition="Cases heard.",
    numerator=["marac.cases"],
    unit="cases",
)
CELLS = 4


def cell(place: int, value: int) -> Cell:
    return Cell(
        measure="marac.cases",
        period="2023-24",
        area="E06000061",
        dimension="agency",
        category=f"c{place}",
        value=Fraction(value),
        status="final",
        nature="confidential",
        partner="MARAC",
        source=Source("f.csv", "", place + 2),
    )


def indicator(values: list[int], places: frozenset[int]) -> Indicator:
    cells = tuple(cell(place, values[place]) for place in sorted(places))
    total = Fraction(sum(values[place] for place in places))
    statistic = Statistic(total, total, total, "final", YEAR, cells)
    definition = DEFINITION_OF.model_copy(
        update={"numerator": [f"marac.cases[agency=c{place}]" for place in sorted(places)]}
    )
    return Indicator(definition, "ok", total, numerator=statistic)


def store(values: list[int], hidden: frozenset[int]) -> ProtectedStore:
    cells = [
        {
            "measure": each.measure,
            "period": each.period,
            "area": each.area,
            "dimension": each.dimension,
            "category": each.category,
            "status": "suppressed" if place in hidden else "final",
            "value": None if place in hidden else float(values[place]),
        }
        for place, each in enumerate(cell(place, value) for place, value in enumerate(values))
    ]
    return ProtectedStore({"cells": cells})


def entry(shown: Indicator) -> dict[str, Any]:
    assert shown.value is not None
    return {"status": "ok", "numerator": int(shown.value), "denominator": None}


def worlds(values: list[int], hidden: frozenset[int], sums: frozenset[int]) -> Iterator[list[int]]:
    """All that the hidden cells can be, given the cells and the sum that are shown."""
    open_places = sorted(hidden)
    for chosen in product(range(5), repeat=len(open_places)):
        world = list(values)
        for place, value in zip(open_places, chosen, strict=True):
            world[place] = value
        if sum(world[place] for place in sums) == sum(values[place] for place in sums):
            yield world


places = st.frozensets(st.integers(0, CELLS - 1), min_size=1)
table = st.lists(st.integers(0, 4), min_size=CELLS, max_size=CELLS)
some = st.frozensets(st.integers(0, CELLS - 1), max_size=2)


@settings(max_examples=100, deadline=None)
@given(table, table, some, some, places, places, places, st.data())
def test_a_printed_step_is_the_same_in_every_world_that_readers_think_possible(
    before: list[int],
    now: list[int],
    hidden_then: frozenset[int],
    hidden_now: frozenset[int],
    printed_then: frozenset[int],
    printed_now: frozenset[int],
    mixed: frozenset[int],
    data: st.DataObject,
) -> None:
    """Brute force: whatever the hidden cells may be, given both stores, the step says the same."""
    cause = data.draw(st.sampled_from([DEFINITION, BENCHMARK, POPULATION, REVISED]))
    late = cause == REVISED
    said = set()
    both = product(worlds(before, hidden_then, printed_then), worlds(now, hidden_now, printed_now))
    for then, today in both:
        ends = indicator(then, printed_then), indicator(today, printed_now)
        said.add(
            Shown(store(then, hidden_then), store(today, hidden_now)).value(
                cause,
                indicator(today if late else then, mixed),
                ends,
                (entry(ends[0]), entry(ends[1])),
            )
        )
    assert len(said) == 1


def test_steps_are_printed_where_all_is_shown() -> None:
    then, today = [10, 20, 30, 2], [11, 20, 30, 2]
    ends = indicator(then, frozenset({0, 1, 3})), indicator(today, frozenset({0, 1, 3}))
    shown = Shown(store(then, frozenset({3})), store(today, frozenset({3})))
    entries = entry(ends[0]), entry(ends[1])

    def step(cause: str, values: list[int], *mixed: int) -> Fraction | None:
        return shown.value(cause, indicator(values, frozenset(mixed)), ends, entries)

    assert step(DEFINITION, then, 0, 1) == 30
    assert step(POPULATION, then, 0, 1, 3) == 32, "what the published edition prints"
    assert step(REVISED, today, 0, 1, 3) == 33, "what the draft prints"
    assert step(DEFINITION, then, 0, 3) is None
    assert step(DEFINITION, then, 3) is None


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said when an indicator turns from a total to a part of it, which the published
    version hides and the draft of the year after shows; once for each of two values that the part
    may have had.
    """
    said = []
    for hidden in (2, 3):
        project = bare_project(tmp_path_factory.mktemp("hidden") / "project", COUNCIL)
        path = project.params / f"{COUNCIL}.yml"
        params = yaml.safe_load(path.read_text(encoding="utf-8"))
        params["editions"][PERIOD]["returns"]["caseworker.csv"]["nature"] = "confidential"
        path.write_text(yaml.safe_dump(params, allow_unicode=True), encoding="utf-8")
        file = f"{RETURNS}/caseworker.csv"
        replaced(file, "source,police,496,", f"source,police,{hidden},")(project)
        store = publish(project, COUNCIL, PERIOD)
        assert "caseworker.referrals" in {
            each["measure"] for each in store.data["cells"] if each["status"] == "suppressed"
        }
        next_year(
            "caseworker.referrals,2018-19,,,,560,",
            "caseworker.referrals,2018-19,,source,police,300,",
        )(project)
        replaced(
            "data/reference/indicators.yml",
            "numerator: [caseworker.referrals]\n",
            'numerator: ["caseworker.referrals[source=police]"]\n',
        )(project)
        changes = compared(project, COUNCIL, NEXT)
        move = indicators(changes)["caseworker.referrals"]
        assert move.published and move.published["value"] == 556
        assert move.draft and move.draft["value"] == 300
        assert [part.causes for part in move.parts or ()] == [(DEFINITION, NEW)]
        assert move.interval is None, "not the same thing as before"
        said.append("\n".join(summary_lines(changes)) + changes_page(changes))
    return said


def test_a_part_that_was_hidden_is_not_told_by_a_step(told: list[str]) -> None:
    assert told[0] == told[1]
    assert "not told apart" in told[0]
