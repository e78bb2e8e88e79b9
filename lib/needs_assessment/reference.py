"""Reference data: areas, populations, survey prevalence, benchmarks."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from needs_assessment.display import estimate_words
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.settings import read_yaml, validate_entries

ENGLAND = "E92000001"

Record = TypeVar("Record")

_TYPES_IN_WORDS = {
    "unitary": "a unitary authority",
    "metropolitan district": "a metropolitan district",
    "county": "a county council",
    "greater london authority": "the Greater London Authority",
    "london borough": "a London borough",
    "district": "a county district",
    "former county": "a former county council",
}


@dataclass(frozen=True)
class Area:
    """A place with a GSS code. `relevant`: a relevant local authority under section 61."""

    code: str
    name: str
    type: str
    relevant: bool
    start: date | None
    end: date | None
    successors: tuple[str, ...]
    county: str
    county_name: str
    police_force: str
    region: str

    @property
    def type_words(self) -> str:
        return _TYPES_IN_WORDS.get(self.type, self.type)


@dataclass(frozen=True)
class Population:
    """People living in an area: an estimate or census, a sex (`persons` for all), an age band.

    `basis` is `published` or `derived` (good to about half a per cent).
    """

    area: str
    area_name: str
    estimate: str
    sex: str
    ages: str
    persons: int
    basis: str
    source: str

    def words(self) -> str:
        """For example “females aged 16 and over, Census 2021”."""
        people = {"females": "females", "males": "males"}.get(self.sex, "people")
        if self.ages == "all":
            band = "people of all ages" if self.sex == "persons" else f"{people} of all ages"
        elif self.ages.endswith("+"):
            band = f"{people} aged {self.ages[:-1]} and over"
        else:
            band = f"{people} aged {self.ages.replace('-', ' to ')}"
        return f"{band}, {estimate_words(self.estimate)}"


def population_date(estimate: str) -> date:
    """The day that an estimate or census is for: 30 June, or 21 March 2021."""
    kind, _, year = estimate.partition("-")
    return date(int(year), 3, 21) if kind == "census" else date(int(year), 6, 30)


@dataclass(frozen=True)
class Survey:
    """A prevalence figure of the Crime Survey for England and Wales (year ending March)."""

    edition: int
    period: Period
    series: str
    ages: str
    sex: str
    measure: str
    percent: float | None
    victims: float | None
    percent_verified: bool
    status: str
    note: str
    source: str


class BenchmarkValue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    period: str | None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    source: str
    verified: bool = True
    note: str = ""


class Benchmark(BaseModel):
    """A level to compare with.

    `level`: a recommended level, `limit`: an upper limit (both bands, not statistical tests);
    `average`: a national figure.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    kind: Literal["level", "limit", "average"]
    unit: str
    geography: str
    verified: bool
    note: str = ""
    values: list[BenchmarkValue]

    def value_for(self, period: Period, *, unconfirmed: bool = False) -> BenchmarkValue | None:
        """The latest verified value for a period that ended by the end of `period`; with
        `unconfirmed`, of those not confirmed at a source too.
        """
        usable = []
        for value in self.values:
            if not unconfirmed and not (self.verified and value.verified):
                continue
            end = parse_period(value.period).end if value.period else date.min
            if end <= period.end:
                usable.append((end, value))
        return max(usable, key=lambda pair: pair[0])[1] if usable else None


class Reference:
    """The files of `data/reference/`, read when first asked for."""

    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Areas by GSS code."""
        return {area.code: area for area in self._read("areas.csv", _area)}

    @cached_property
    def populations(self) -> dict[tuple[str, str, str, str], Population]:
        """Populations by (code, estimate, sex, ages)."""
        return {
            (each.area, each.estimate, each.sex, each.ages): each
            for each in self._read("population.csv", _population)
        }

    @cached_property
    def surveys(self) -> list[Survey]:
        return list(self._read("prevalence.csv", _survey))

    @cached_property
    def benchmarks(self) -> dict[str, Benchmark]:
        """Benchmarks by id. Raises AssessmentError for an entry that is not one."""
        name = "data/reference/benchmarks.yml"
        data = read_yaml(self.folder / "benchmarks.yml", name)
        return {entry.id: entry for entry in validate_entries(Benchmark, data, name)}

    @cached_property
    def publishers(self) -> dict[str, str]:
        """Who published a source, by its key in the bibliography."""
        try:
            text = (self.folder / "sources.bib").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise AssessmentError(
                "data/reference/sources.bib cannot be read.", "Restore it from version control."
            ) from None
        found = re.findall(r"^@\w+\{([^,\s]+),(.*?)^\}", text, flags=re.MULTILINE | re.DOTALL)
        names = {
            key: re.search(r"(?:author|organization|publisher)\s*=\s*\{+([^{}]+)\}+", fields)
            for key, fields in found
        }
        return {key: name[1] for key, name in names.items() if name}

    def population(self, area: str, estimate: str, sex: str, ages: str) -> Population | None:
        return self.populations.get((area, estimate, sex, ages))

    def _read(self, file: str, make: Callable[[dict[str, str]], Record]) -> Iterator[Record]:
        """The rows of a file, each as `make` makes it.

        Raises AssessmentError that names the file and the row that cannot be read.
        """
        name = f"data/reference/{file}"
        hint = "Correct it, or restore it from version control."
        try:
            with (self.folder / file).open(encoding="utf-8", newline="") as lines:
                for number, row in enumerate(csv.DictReader(lines), start=2):
                    try:
                        record = make(row)
                    except (KeyError, ValueError, TypeError, AttributeError) as error:
                        raise AssessmentError(
                            f"{name}, row {number} cannot be read ({error}).", hint
                        ) from None
                    yield record
        except UnicodeDecodeError:
            raise AssessmentError(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from None
        except OSError as error:
            raise AssessmentError(f"{name} cannot be opened: {error.strerror}.", hint) from None


def _area(row: dict[str, str]) -> Area:
    return Area(
        code=row["code"],
        name=row["name"],
        type=row["type"],
        relevant=row["relevant"] == "true",
        start=date.fromisoformat(row["start"]) if row["start"] else None,
        end=date.fromisoformat(row["end"]) if row["end"] else None,
        successors=tuple(filter(None, row["successors"].split(";"))),
        county=row["county"],
        county_name=row["county_name"],
        police_force=row["police_force_name"],
        region=row["region_name"],
    )


def _population(row: dict[str, str]) -> Population:
    return Population(
        area=row["code"],
        area_name=row["name"],
        estimate=row["estimate"],
        sex=row["sex"],
        ages=row["ages"],
        persons=int(row["persons"]),
        basis=row["basis"],
        source=row["source"],
    )


def _survey(row: dict[str, str]) -> Survey:
    return Survey(
        edition=int(row["edition"]),
        period=parse_period(row["period"]),
        series=row["series"],
        ages=row["ages"],
        sex=row["sex"],
        measure=row["measure"],
        percent=float(row["percent"]) if row["percent"] else None,
        victims=float(row["victims"]) if row["victims"] else None,
        percent_verified=row["percent_verified"] == "true",
        status=row["status"],
        note=row["note"],
        source=row["source"],
    )
