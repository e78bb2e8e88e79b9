"""Every benchmark, each against its alternative in the same run, as one table.

    python bench/run.py [--councils 1 6 24 121] [--loop 6] [--rows 5000000]

The figures are in `bench/results/`, a JSON file each.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import fleet
import one_council
import police_extract
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results"
WHOLE = 121
FASTER = {"cold": 5, "narrative edit": 30, "nothing changed": 60}

Row = tuple[str, str, str, str, str, bool]


def one_council_rows(result: dict[str, Any]) -> Iterator[Row]:
    loop = result["loop"]["seconds"]
    for case, least in FASTER.items():
        ours, ratio = result[case]["seconds"], result[case]["ratio"]
        yield (
            f"one council, {case}",
            f"{ours:.1f} s",
            f"{loop:.1f} s, papermill loop",
            f"{ratio:.1f} × faster",
            f"{least} ×",
            ratio >= least,
        )


def fleet_rows(result: dict[str, Any]) -> Iterator[Row]:
    fleets = {int(size): each for size, each in result["fleets"].items()}
    largest = max(fleets)
    seconds = fleets[largest]["seconds"] * WHOLE / largest
    scaled = "" if largest == WHOLE else f", scaled from {largest}"
    loop = result["loop_seconds_a_council"] * WHOLE
    least = result["floor_seconds_a_council"] * WHOLE / result["cores"]
    alternative = f"{loop:.0f} s, papermill loop, scaled from {result['measured_on']}"
    name, ours = f"{WHOLE} councils{scaled}", f"{seconds:.0f} s"
    yield name, ours, alternative, f"{loop / seconds:.1f} × faster", "8 ×", loop / seconds >= 8
    times = seconds / least
    yield name, ours, f"{least:.0f} s, floor", f"{times:.2f} × the floor", "1.3 ×", times <= 1.3
    first = min(fleets)
    for size, each in sorted(fleets.items()):
        before, now = fleets[first]["seconds_a_council"], each["seconds_a_council"]
        yield (
            f"{size} councils" if size > 1 else "1 council",
            f"{each['seconds']:.0f} s, {now:.1f} s each",
            f"{before:.1f} s each, of {first}",
            f"{now / before:.2f} ×",
            "1 ×",
            now <= before,
        )
    six = fleets.get(6)
    if six and six["peak_mb"] and fleets[largest]["peak_mb"]:
        more = fleets[largest]["peak_mb"] / six["peak_mb"]
        yield (
            f"{largest} councils, memory",
            f"{fleets[largest]['peak_mb']} MiB",
            f"{six['peak_mb']} MiB, 6 councils",
            f"{more:.2f} ×",
            "1.2 ×",
            more <= 1.2,
        )


def police_rows(result: dict[str, Any]) -> Iterator[Row]:
    ours, pandas = result["ours"], result["pandas"]
    name = f"police extract, {result['rows']:,} rows"
    ratio = result["time_ratio"]
    seconds = f"{ours['seconds']:.1f} s"
    yield name, seconds, f"{pandas['seconds']:.1f} s, pandas", f"{ratio:.2f} ×", "1 ×", ratio < 1
    memory, limit = ours["peak_mb"], 1024
    theirs = f"{pandas['peak_mb']} MiB, pandas"
    yield f"{name}, memory", f"{memory} MiB", theirs, "", "1 GiB", memory < limit


def main(councils: Sequence[int], looped: int, rows: int) -> None:
    """Runs every benchmark, writes its results and prints the table."""
    RESULTS.mkdir(exist_ok=True)
    table = Table("Case", "Ours", "Against", "Ratio", "Reach", "")
    for name, run, rows_of in (
        ("one_council", one_council.compare, one_council_rows),
        ("fleet", lambda: fleet.compare(councils, looped), fleet_rows),
        ("police_extract", lambda: police_extract.compare(rows), police_rows),
    ):
        result = run()
        text = json.dumps(result, indent=2) + "\n"
        (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
        for *cells, reached in rows_of(result):
            table.add_row(*cells, "reached" if reached else "not reached")
    Console(width=120).print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run every benchmark.")
    parser.add_argument("--councils", type=int, nargs="+", default=[1, 6, 24])
    parser.add_argument("--loop", type=int, default=6)
    parser.add_argument("--rows", type=int, default=5_000_000)
    given = parser.parse_args()
    main(given.councils, given.loop, given.rows)
