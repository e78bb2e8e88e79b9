"""Makes the illustrative police extracts of the example councils `north` and `west`.

    python data/make_illustrative_extract.py [FOLDER]

writes `<council>/2024-25/police-extract.csv` under FOLDER (`data/returns/` by default): a row for
each crime or incident and suspect, as a force's system exports it. Counted by the form
`police-extract`, the rows give exactly what `make_illustrative_returns.py` draws for the police.

Around those rows lie what real extracts have: rows sent twice, a row for each of two suspects,
rows of the neighbouring council, from outside the force area and not flagged as domestic abuse,
victims who are not identified, ages and sexes that are not known. Nobody exists behind them.
References, names and addresses hold the word CANARY, and every date of birth lies in the 1890s
whatever the age: a test finds them wherever they should not be. The same script gives the same
bytes.
"""

import argparse
import csv
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
from illustrative_return import DATA, SETTINGS, Return
from make_illustrative_returns import police

YEAR = 2024
FILE = "police-extract.csv"
HEADINGS = [
    "Crime reference",
    "Recorded date",
    "Record type",
    "Offence",
    "DA flag",
    "DASH risk",
    "Local authority",
    "Policing area",
    "Victim reference",
    "Victim name",
    "Victim date of birth",
    "Victim age",
    "Victim sex",
    "Victim ethnicity",
    "Victim address",
    "Suspect reference",
    "Outcome",
]
AREAS = {"north": "North Northamptonshire", "west": "West Northamptonshire"}
OUTSIDE = "Outside the force area"
TYPES = {"police.crimes": "Crime", "police.incidents": "Non-crime incident"}
RISKS = {
    "high": ["High"],
    "medium": ["Medium"],
    "standard": ["Standard"],
    "none": ["", "Not assessed"],
}
OFFENCES = [
    "Assault with injury",
    "Assault without injury",
    "Criminal damage",
    "Controlling or coercive behaviour",
    "Harassment",
    "Public order",
    "Stalking",
    "Threats to kill",
]
OUTCOMES = {
    "charged": ["Charged or summonsed"],
    "out_of_court": ["Caution", "Community resolution"],
    "evidence_victim_supports": ["Evidential difficulties: victim supports"],
    "victim_does_not_support": ["Victim does not support"],
    "other": ["Taken no further by another body"],
    "not_yet": ["Under investigation", ""],
}
# The policing areas of the force in each council. The second names no parts of its area, so that
# what stands there counts for nothing.
LOCALITIES = {
    "north": {f"area_{each}": f"Area {each.upper()}" for each in "abcd"},
    "west": {f"area_{each}": f"Area {each.upper()}" for each in "efgh"},
}
SEXES = {"F": 0.68, "M": 0.26, "U": 0.02, "": 0.04}
ETHNICITIES = {"White": 0.6, "Asian": 0.06, "Black": 0.05, "Mixed": 0.03, "Other": 0.01, "": 0.25}

# How many more rows there are than records, as shares of these.
SENT_TWICE, TWO_SUSPECTS, NEIGHBOUR, ELSEWHERE, NOT_FLAGGED = 0.02, 0.03, 0.015, 0.005, 0.01
UNIDENTIFIED = 0.02


class Drawing:
    """The random draws of one council's extract."""

    def __init__(self, council: str):
        self.council = council
        area = int(SETTINGS["councils"][council]["area"][1:])
        self.random = np.random.default_rng([area, YEAR, zlib.crc32(FILE.encode())])

    def one_of(self, choices: list[str]) -> str:
        return choices[int(self.random.integers(len(choices)))]

    def by_share(self, shares: dict[str, float]) -> str:
        weights = np.array(list(shares.values()))
        return list(shares)[int(self.random.choice(len(shares), p=weights / weights.sum()))]

    def number(self, whole: int) -> int:
        return int(self.random.integers(whole))


@dataclass(frozen=True)
class Wanted:
    """What a record must be counted as. `outcome` is empty for what is no crime, `locality` where
    the council names none.
    """

    quarter: int
    kind: str
    risk: str
    outcome: str
    locality: str


def wanted(council: str) -> tuple[list[Wanted], int, int]:
    """What must come out: the records, the victims, and the repeat victims."""
    out = Return(council, YEAR, "police.csv")
    police(out)
    held = {(row[0], row[1], row[3], row[4]): row[5] for row in out.rows}
    records: list[Wanted] = []
    for number, quarter in enumerate(out.quarters, start=1):

        def shuffled(measure: str, by: str, categories: Iterable[str], when: str = quarter) -> Any:
            """Each category as often as it is counted in a quarter, in any order."""
            counted = [[each] * held[measure, when, by, each] for each in categories]
            return map(str, out.random.permutation([*chain.from_iterable(counted)]))

        kinds = [kind for name, kind in TYPES.items() for _ in range(held[name, quarter, "", ""])]
        columns = [
            shuffled("police.recorded", "risk", RISKS),
            chain(shuffled("police.crimes", "outcome", OUTCOMES), repeat("")),
            chain(shuffled("police.recorded", "locality", out.localities), repeat("")),
        ]
        records += [Wanted(number, kind, *map(next, columns)) for kind in kinds]
    victims, repeats = (
        held[measure, out.period, "", ""] for measure in ("police.victims", "police.repeat_victims")
    )
    return records, victims, repeats


def rows_of(council: str) -> list[list[Any]]:
    """The rows of one council's extract, in the order of their dates."""
    draw = Drawing(council)
    records, victims, repeats = wanted(council)
    people = assigned(draw, len(records), victims, repeats)
    rows = [
        record(draw, number, each, council, person)
        for number, (each, person) in enumerate(zip(records, people, strict=True))
    ]
    again = [list(row) for row in rows if draw.random.random() < SENT_TWICE]
    for row in rows:
        if draw.random.random() < TWO_SUSPECTS:
            again.append([*row[:15], suspect(draw), row[16]])
    others = ["west" if council == "north" else "north", "", council]
    shares = [NEIGHBOUR, ELSEWHERE, NOT_FLAGGED]
    number = len(records)
    for area, share in zip(others, shares, strict=True):
        for _ in range(round(share * len(records))):
            kind, risk = draw.one_of(list(TYPES.values())), draw.one_of(list(RISKS))
            outcome = draw.one_of(list(OUTCOMES)) if kind == "Crime" else ""
            each = Wanted(draw.number(4) + 1, kind, risk, outcome, "")
            row = record(draw, number, each, area, number + 1)
            row[4] = "N" if area == council else "Y"
            again.append(row)
            number += 1
    return sorted(rows + again, key=lambda row: (row[1][6:10], row[1][3:5], row[1][:2], row[0]))


def assigned(draw: Drawing, records: int, victims: int, repeats: int) -> list[int | None]:
    """The victim of each record: `repeats` of the `victims` have two or more, the others one."""
    unidentified = round(UNIDENTIFIED * records)
    more = records - unidentified - (victims - repeats) - 2 * repeats
    extra = draw.random.multinomial(more, np.full(repeats, 1 / repeats))
    slots: list[int | None] = [*range(repeats, victims), *([None] * unidentified)]
    for person, times in enumerate(extra):
        slots += [person] * (2 + int(times))
    return [slots[place] for place in draw.random.permutation(records)]


def record(draw: Drawing, number: int, wanted: Wanted, area: str, person: int | None) -> list[Any]:
    """One row, of the council `area` or from outside the force area."""
    start = date(YEAR, 1, 1) if wanted.quarter < 4 else date(YEAR + 1, 1, 1)
    first = start.replace(month=(3 * wanted.quarter) % 12 + 1)
    after = (first + timedelta(days=95)).replace(day=1)
    day = first + timedelta(days=draw.number((after - first).days))
    return [
        f"CANARY/{YEAR % 100}/{number:06d}",
        f"{day:%d/%m/%Y} {draw.number(24):02d}:{draw.number(60):02d}",
        wanted.kind,
        draw.one_of(OFFENCES) if wanted.kind == "Crime" else "",
        "Y",
        draw.one_of(RISKS[wanted.risk]),
        AREAS.get(area, OUTSIDE),
        policing_area(draw, area, wanted.locality),
        *victim(draw.council, person),
        suspect(draw),
        draw.one_of(OUTCOMES[wanted.outcome]) if wanted.outcome else "",
    ]


def policing_area(draw: Drawing, area: str, locality: str) -> str:
    """Where a record lies: in the part of the council that is wanted, or in any."""
    if locality:
        return LOCALITIES[area].get(locality, "")
    return draw.one_of(list(LOCALITIES[area].values())) if area in LOCALITIES else ""


def victim(council: str, person: int | None) -> list[Any]:
    """Reference, name, date of birth, age, sex, ethnicity and address: the same each time."""
    if person is None:
        return [""] * 7
    draw = Drawing(council)
    draw.random = np.random.default_rng([person, zlib.crc32(council.encode())])
    age = int(np.clip(draw.random.normal(37, 14), 12, 94))
    return [
        f"CANARY-V{council[0].upper()}{person:05d}",
        f"Given{person} CANARYNAME",
        f"{draw.number(28) + 1:02d}/{draw.number(12) + 1:02d}/{1890 + draw.number(10)}",
        "" if draw.random.random() < 0.03 else age,
        draw.by_share(SEXES),
        draw.by_share(ETHNICITIES),
        f"{draw.number(90) + 1} CANARY Row, Area {draw.one_of(list('ABCDEF'))}, ZZ99 9ZZ",
    ]


def suspect(draw: Drawing) -> str:
    return f"CANARY-S{draw.number(99_999):05d}"


def main(folder: Path) -> None:
    """Writes the extract of each council under `folder`."""
    for council in AREAS:
        target = folder / council / SETTINGS["years"][YEAR]
        target.mkdir(parents=True, exist_ok=True)
        with (target / FILE).open("w", encoding="utf-8-sig", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows([HEADINGS, *rows_of(council)])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make the illustrative police extracts.")
    arguments.add_argument("folder", nargs="?", type=Path, default=DATA / "returns")
    main(arguments.parse_args().folder)
