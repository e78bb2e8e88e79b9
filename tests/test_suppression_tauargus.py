"""Secondary suppression of single tables beside that of τ-Argus, which statistical offices use."""

import random
from contextlib import chdir
from pathlib import Path

import pytauargus as tauargus
import pytest

from completing import Name, Table, opened
from test_suppression import hide

COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 20, 30)


def two_way(height: int, width: int, chance: random.Random) -> Table:
    """Counts with the totals of rows and columns; hiding one costs what it counts."""
    lines, places = [f"r{n}" for n in range(height)], [f"c{n}" for n in range(width)]
    truth = {(line, place): chance.choice(COUNTS) for line in lines for place in places}
    sums: list[tuple[Name, tuple[Name, ...]]] = [
        ((line, "all"), tuple((line, place) for place in places)) for line in lines
    ]
    sums += [(("all", place), tuple((line, place) for line in lines)) for place in [*places, "all"]]
    for total, parts in sums:
        truth[total] = sum(truth[part] for part in parts)
    return Table(truth, sums, costs=dict(truth))


def hidden_by_tauargus(table: Table, folder: Path) -> set[Name]:
    """Counts under 5 and what its optimal method hides beside them, with a protection of 100%.

    It writes logs to where it runs: into `folder`.
    """
    people: dict[str, list[object]] = {"row": [], "column": [], "one": []}
    for (line, place), value in table.truth.items():
        if "all" not in (line, place):
            people["row"] += [line] * value
            people["column"] += [place] * value
            people["one"] += [1.0] * value
    with chdir(folder):
        result = tauargus.protect(
            people,
            ["row", "column"],
            response="one",
            safety_rules="FREQ(5,100)",
            suppress="OPT(1)",
            workdir=str(folder),
        )
    return {
        tuple("all" if code == "Total" else code for code in (cell["row"], cell["column"]))
        for cell in result.tables[0].rows
        if cell["status"] in ("U", "M")
    }


@pytest.mark.parametrize("seed", range(8))
def test_no_more_is_lost_than_by_tauargus(seed: int, tmp_path: Path) -> None:
    """Its rule asks for less: where its pattern keeps ours too, ours costs no more."""
    table = two_way(4, 3 + seed % 2, random.Random(seed))
    ours, _ = hide(table)
    theirs = hidden_by_tauargus(table, tmp_path)
    small = {name for name, value in table.truth.items() if value < 5}
    assert small <= theirs and small <= ours
    assert not opened(table, ours)
    if not opened(table, theirs, knows=True):
        spent, needed = (sum(table.costs[name] for name in each) for each in (theirs, ours))
        assert needed <= spent
