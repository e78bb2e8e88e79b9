"""A return of one example council and year, and the draws that fill it.

Every file has its own seed, from council, year and file name: a change to one file leaves the
others alone.
"""

import csv
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

DATA = Path(__file__).resolve().parent
SETTINGS = yaml.safe_load((DATA / "illustrative.yml").read_text(encoding="utf-8"))
HEADINGS = ["measure", "period", "area", "dimension", "category", "value", "note"]


class Return:
    """The rows of one return of one council and year, and the draws that fill them.

    `rates` are the council's settings, `people` its populations (see `populations`).
    """

    def __init__(self, council: str, year: int, file: str):
        self.rates = SETTINGS["councils"][council]
        self.year = year
        self.file = file
        self.period = SETTINGS["years"][year]
        self.people = populations(self.rates["area"])
        seed = [int(self.rates["area"][1:]), year, zlib.crc32(file.encode())]
        self.random = np.random.default_rng(seed)
        self.rows: list[list[Any]] = []

    @property
    def year_end(self) -> str:
        return f"@{self.year + 1}-03-31"

    @property
    def quarters(self) -> list[str]:
        return [f"{self.period} {quarter}" for quarter in SETTINGS["quarters"]]

    @property
    def lacks(self) -> list[str]:
        return self.rates["lacks"]

    @property
    def localities(self) -> dict[str, float]:
        return self.rates.get("localities", {})

    def volume(self, expected: float) -> int:
        """A count around the expected number, at the level of the year."""
        return self.about(expected * SETTINGS["level"][self.year])

    def about(self, expected: float) -> int:
        """A count around the expected number."""
        return int(self.random.poisson(expected))

    def part(self, whole: int, share: float) -> int:
        """How many of `whole` have something that `share` of them have."""
        return int(self.random.binomial(whole, share))

    def split(self, whole: int, mix: Mapping[str, float]) -> dict[str, Any]:
        """`whole` divided among the categories of `mix`."""
        weights = np.array(list(mix.values()))
        parts = self.random.multinomial(whole, weights / weights.sum())
        return dict(zip(mix, (int(part) for part in parts), strict=True))

    def portion(self, part: int, wholes: Mapping[str, int]) -> dict[str, Any]:
        """How `part` of all divide among the categories of `wholes`, never more than there are."""
        parts = self.random.multivariate_hypergeometric(list(wholes.values()), part)
        return dict(zip(wholes, (int(each) for each in parts), strict=True))

    def by_quarter(self, whole: int) -> list[int]:
        return list(self.split(whole, SETTINGS["quarters"]).values())

    def hide_first_small(self, values: dict[str, Any]) -> None:
        """Writes the first count from 1 to 4 as `<5`, where the partner hides such counts."""
        small = [key for key, value in values.items() if 1 <= value <= 4]
        if small and self.file in self.rates["hides"]:
            values[small[0]] = "<5"

    def add(
        self, measure: str, value: object, period: str = "", *, area: str = "", note: str = ""
    ) -> None:
        self.rows.append([measure, period or self.period, area, "", "", value, note])

    def add_quarters(self, measure: str, values: Iterable[int]) -> None:
        for quarter, value in zip(self.quarters, values, strict=True):
            self.add(measure, value, quarter)

    def add_by(
        self,
        measure: str,
        dimension: str,
        values: Mapping[str, Any],
        period: str = "",
        note: str = "",
    ) -> None:
        for category, value in values.items():
            row = [measure, period or self.period, "", dimension, category, value, note]
            self.rows.append(row)

    def add_localities(self, measure: str, whole: int, period: str = "") -> None:
        """`whole` divided among the parts of the area, where the council names any."""
        if self.localities:
            self.add_by(measure, "locality", self.split(whole, self.localities), period)

    def add_clients(self, measure: str, whole: int, **own: Mapping[str, float]) -> None:
        """`whole` clients by each characteristic, with mixes of the service's `own`."""
        mixes = SETTINGS["clients"] | own
        mixes["ethnicity"] = self.rates["ethnicity"]
        mixes["sexual_orientation"] = SETTINGS["sexual_orientation"]
        for dimension, mix in mixes.items():
            self.add_by(measure, dimension, self.split(whole, mix))


@cache
def populations(area: str) -> dict[str, int]:
    """People (`all`), `children` under 18, `adults` (16 and over) and the `old` (65 and over),
    mid-2023; `females` aged 16 and over, Census 2021.
    """
    wanted = {
        ("mid-2023", "persons", "all"): "all",
        ("mid-2023", "persons", "0-17"): "children",
        ("mid-2023", "persons", "16+"): "adults",
        ("mid-2023", "persons", "65+"): "old",
        ("census-2021", "females", "16+"): "females",
    }
    found = {}
    with (DATA / "reference" / "population.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            name = wanted.get((row["estimate"], row["sex"], row["ages"]))
            if row["code"] == area and name:
                found[name] = int(row["persons"])
    return found
