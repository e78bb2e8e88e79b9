"""The indicator catalogue, `data/reference/indicators.yml`: a new indicator is an entry."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from needs_assessment.errors import AssessmentError
from needs_assessment.reference import Benchmark
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.settings import nearest, read_yaml, validate_entries

NAME = "data/reference/indicators.yml"

Kind = Literal[
    "count",
    "proportion",
    "ratio",
    "rate",
    "change",
    "shortfall",
    "estimate",
    "cost",
    "reported",
]
_TERM = re.compile(r"([a-z_.]+)(?:\[([a-z_]+)=([^\]]+)\])?")


@dataclass(frozen=True)
class Term:
    """A statistic named in the catalogue: `idva.engaged` or `marac.referrals[agency=police]`."""

    measure: str
    dimension: str = ""
    category: str = ""


class PopulationTerm(BaseModel):
    """A population: `use` names the council's choice of estimate, then sex and age band."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: Literal["refuge", "police", "marac", "prevalence", "children"]
    sex: Literal["persons", "females", "males"] = "persons"
    ages: str = "all"


class Definition(BaseModel):
    """One entry of the catalogue.

    `numerator` and `denominator` are terms that are added up. `reported` is the measure to fall
    back on when a partner gives the result without its counts. `level` names the benchmark that
    turns `per` people into a recommended number, or cases into posts. `survey` names the survey
    measure of a prevalence estimate; `share` the measure that an approximate product multiplies by.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    name: str
    chapter: str
    kind: Kind
    definition: str
    numerator: list[str] = []
    denominator: list[str] = []
    population: PopulationTerm | None = None
    reported: str | None = None
    level: str | None = None
    survey: str | None = None
    share: str | None = None
    multiplier: int = 1
    per: int = 10_000
    unit: str
    benchmark: str | None = None
    also: list[str] = []
    polarity: Literal["higher is better", "lower is better", "none"] = "none"
    decimals: int = 0
    significant: int | None = None
    caveats: list[str] = []
    sources: list[str] = []

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Definition":
        needs = {
            "count": self.numerator,
            "proportion": self.numerator and self.denominator,
            "ratio": self.numerator and self.denominator,
            "rate": self.numerator and (self.population or self.denominator),
            "change": self.numerator,
            "shortfall": self.numerator and self.population and self.level,
            "estimate": self.survey
            or (self.level and (self.population or self.numerator))
            or self.share,
            "cost": self.reported,
            "reported": self.reported,
        }
        if not needs[self.kind]:
            raise ValueError(f"{self.id}: the entry lacks what a {self.kind} is computed from")
        return self


def read_term(text: str) -> Term:
    """The term written in the catalogue. Raises AssessmentError when it is not one."""
    found = _TERM.fullmatch(text)
    if not found:
        raise AssessmentError(
            f"{NAME}: “{text}” is not a statistic.",
            "Write a measure, or measure[dimension=category].",
        )
    return Term(found[1], found[2] or "", found[3] or "")


def load_catalogue(
    reference: Path, dictionary: Dictionary, benchmarks: dict[str, Benchmark]
) -> dict[str, Definition]:
    """The catalogue by id, in its order.

    Raises AssessmentError for an entry that does not keep to the form or that names an unknown
    measure, category or benchmark.
    """
    data = read_yaml(reference / "indicators.yml", NAME)
    entries = validate_entries(Definition, data, NAME)
    catalogue: dict[str, Definition] = {}
    for entry in entries:
        if entry.id in catalogue:
            raise AssessmentError(f"{NAME}: “{entry.id}” is defined twice.", "Remove one of them.")
        _check_names(entry, dictionary, benchmarks)
        catalogue[entry.id] = entry
    return catalogue


def _check_names(
    entry: Definition, dictionary: Dictionary, benchmarks: dict[str, Benchmark]
) -> None:
    for text in (*entry.numerator, *entry.denominator):
        term = read_term(text)
        measure = dictionary.measure(term.measure)
        if term.dimension:
            dimension = measure.dimensions.get(term.dimension)
            if dimension is None or term.category not in dimension.categories:
                raise AssessmentError(
                    f"{NAME}: “{entry.id}” names {text}, which the data dictionary does not have.",
                    "Correct the entry.",
                )
    for name in filter(None, (entry.reported, entry.share)):
        dictionary.measure(name)
    for name in filter(None, (entry.level, entry.benchmark, *entry.also)):
        if name not in benchmarks:
            raise AssessmentError(
                f"{NAME}: “{entry.id}” names the benchmark “{name}”, which there is not.",
                nearest(name, list(benchmarks)) or "Add it to data/reference/benchmarks.yml.",
            )
