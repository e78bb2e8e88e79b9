"""What protection costs: how much is hidden, how well, and how long it takes.

    python bench/protection.py [--tables 40] [--attacked 2000] [--json FILE]

For the latest edition of each example council: tables, cells and indicators, how many are hidden
and why, the size of the problem, between what a reader can bound each hidden count (by integer
programming, over everything that is tied together), and seconds of processor time. Then thousands
of random tables, every third of them categories by quarter that may be linked with another table,
attacked by a reader who tries every number; on those small enough to try every pattern, what is
spent beyond the cheapest safe one; and what τ-Argus spends.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.assembling import basis_of, protect_sources, store_data
from needs_assessment.disclosure.explain import summarise
from needs_assessment.disclosure.policy import read_policy
from needs_assessment.disclosure.problem import Problem
from needs_assessment.disclosure.sources import read_sources
from needs_assessment.indicators.report import compute_report
from needs_assessment.project import Project

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from completing import Table, opened  # noqa: E402
from test_suppression import SMALL, hide, linked_table, problem_of  # noqa: E402
from test_suppression_tauargus import hidden_by_tauargus  # noqa: E402

COUNCILS = ("northamptonshire", "three-rivers", "north", "west")
FAR = 500
"""Numbers are tried up to so much above the truth."""


def measure_council(name: str) -> dict[str, Any]:
    """How much of a council's latest edition is hidden, how well, and how long that takes."""
    project = Project(ROOT)
    council = load_council(project, name)
    sources = read_sources(project, council, choose_period(council, None))
    policy = read_policy(council, sources.dictionary, sources.reference.areas)
    computed = compute_report(sources.catalogue, basis_of(sources, policy), council.county)
    started = time.process_time()
    protection = protect_sources(sources, computed, policy)
    seconds = time.process_time() - started
    found = summarise(store_data(sources))
    problem, hidden = protection.problem, protection.suppressed.hidden
    widths = [most - least for least, most in possible(problem, hidden).values()]
    return {
        "council": name,
        "tables": found.tables,
        "cells": found.cells,
        "primary": found.small,
        "secondary": found.secondary,
        "computed": len(protection.indicators),
        "computed hidden": sum(why is not None for why in protection.indicators),
        "exposed": len(protection.exposed),
        "variables": len(problem.variables),
        "constraints": len(problem.rows),
        "hidden variables": len(hidden),
        "least width": min(widths, default=None),
        "median width": statistics.median(widths) if widths else None,
        "optimal": protection.suppressed.optimal,
        "seconds": round(seconds, 2),
    }


def possible(problem: Problem, hidden: frozenset[int]) -> dict[int, tuple[int, int]]:
    """Between what a reader can bound each hidden number, who knows all that ties numbers
    together; at most `FAR` above the truth.
    """
    low, high = [], []
    for place, each in enumerate(problem.variables):
        truth = each.truth or 0
        if place in hidden or each.shown is None:
            ends = each.least, truth + FAR if each.most is None else each.most
        else:
            ends = each.shown
        low.append(float(min(ends[0], truth)))
        high.append(float(max(ends[1], truth)))
    entries = [
        (number, place, float(weight))
        for number, row in enumerate(problem.rows)
        for place, weight in row.terms
    ]
    lines, columns, weights = zip(*entries, strict=True)
    matrix = csr_array((weights, (lines, columns)), (len(problem.rows), len(low)))
    limits = LinearConstraint(
        matrix,
        [-np.inf if row.least is None else float(row.least) for row in problem.rows],
        [np.inf if row.most is None else float(row.most) for row in problem.rows],
    )
    whole = np.array([float(each.truth or 0).is_integer() for each in problem.variables])
    found = {}
    for place in sorted(hidden):
        ends = []
        for sign in (1.0, -1.0):
            costs = np.zeros(len(low))
            costs[place] = sign
            result = milp(costs, integrality=whole, bounds=Bounds(low, high), constraints=limits)
            ends.append(round(sign * result.fun))
        found[place] = ends[0], ends[1]
    return found


def random_table(
    height: int, width: int, chance: random.Random, zeros: tuple[int, ...] = ()
) -> Table:
    """Counts with the totals of rows and columns; hiding one costs what it counts."""
    lines, places = [f"r{n}" for n in range(height)], [f"c{n}" for n in range(width)]
    counts = (*zeros, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 20, 30)
    truth = {(line, place): chance.choice(counts) for line in lines for place in places}
    sums = [((line, "all"), tuple((line, place) for place in places)) for line in lines]
    sums += [(("all", place), tuple((line, place) for line in lines)) for place in [*places, "all"]]
    sums.append((("all", "all"), tuple(("all", place) for place in places)))
    for total, parts in sums:
        truth[total] = sum(truth[part] for part in parts)
    return Table(truth, sums, costs=dict(truth))


def spent(table: Table, hidden: set[tuple[str, ...]]) -> int:
    return sum(table.costs[name] for name in hidden if table.truth[name] not in SMALL)


def attack(tables: int) -> dict[str, int]:
    """How many counts of random tables a reader can tell too much of who tries every number, and
    in how many tables the protector gave a count up and hid all beside it.
    """
    cells = found = given_up = 0
    for seed in range(tables):
        chance = random.Random(seed)
        if seed % 3:
            table = random_table(chance.randint(2, 3), chance.randint(2, 3), chance, (0, 0))
        else:
            table = linked_table(chance)
        hidden, exposed = hide(table)
        cells += len(hidden)
        found += len(opened(table, hidden))
        given_up += bool(exposed)
    return {"tables": tables, "hidden": cells, "told": found, "given up": given_up}


def beside_the_best(tables: int) -> dict[str, Any]:
    """What is spent on tables of two by three, and by the cheapest safe pattern of all."""
    ours = best = cells = 0
    for seed in range(tables):
        table = random_table(2, 3, random.Random(seed), (0, 0))
        problem, names = problem_of(table)
        small = {name for name, each in zip(names, problem.variables, strict=False) if each.hidden}
        others = [name for name, value in table.truth.items() if value and name not in small]
        patterns = [
            {*small, *chosen}
            for size in range(len(others) + 1)
            for chosen in combinations(others, size)
        ]
        patterns.sort(key=lambda each: spent(table, each))
        hidden, _ = hide(table)
        cells += len(hidden - small)
        ours += spent(table, hidden)
        safe = (each for each in patterns if not opened(table, each, knows=True))
        best += spent(table, next(safe))
    return {"tables": tables, "hidden beside": cells, "spent": ours, "least possible": best}


def beside_tauargus(tables: int) -> dict[str, Any]:
    """What is spent on tables of four by three and four, and by τ-Argus; how many patterns of
    either would tell a count under 5.
    """
    found = {"tables": tables, "spent": 0, "open": 0, "by τ-Argus": 0, "open by τ-Argus": 0}
    for seed in range(tables):
        table = random_table(4, 3 + seed % 2, random.Random(seed))
        ours, _ = hide(table)
        with tempfile.TemporaryDirectory() as folder:
            theirs = hidden_by_tauargus(table, Path(folder))
        found["spent"] += spent(table, ours)
        found["by τ-Argus"] += spent(table, theirs)
        found["open"] += bool(opened(table, ours))
        found["open by τ-Argus"] += bool(opened(table, theirs))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=int, default=40)
    parser.add_argument("--attacked", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    results: dict[str, Any] = {"councils": []}
    for name in COUNCILS:
        results["councils"].append(measure_council(name))
        print(json.dumps(results["councils"][-1]), flush=True)
    results["attacked"] = attack(chosen.attacked)
    print("Attacked:", json.dumps(results["attacked"]), flush=True)
    results["best"] = beside_the_best(chosen.tables)
    print("Beside the cheapest safe pattern:", json.dumps(results["best"]), flush=True)
    results["tauargus"] = beside_tauargus(chosen.tables)
    print("Beside τ-Argus:", json.dumps(results["tauargus"], ensure_ascii=False))
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
