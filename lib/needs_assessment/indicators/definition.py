"""One entry of the indicator catalogue: what it says, by kind."""

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from needs_assessment.errors import AssessmentError

NAME = "data/reference/indicators.yml"

AREAS = "areas"
"""The breakdown by the lower-tier areas of a council, written `measure[areas]`."""

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
    "representation",
]
Occasion = Literal[
    "higher",
    "lower",
    "similar",
    "above",
    "below",
    "at",
    "within",
    "no clear change",
    "none",
    "all",
    "not applicable",
    "shown",
    "missing",
]
_TERM = re.compile(r"([a-z_.]+)(?:\[([a-z_]+)(?:=([^\]]+))?\])?")


@dataclass(frozen=True)
class Term:
    """A statistic named in the catalogue: `idva.engaged`, `marac.referrals[agency=police]`, or
    each category of a breakdown: `marac.referrals[agency]`.
    """

    measure: str
    dimension: str = ""
    category: str = ""

    @property
    def each(self) -> bool:
        return bool(self.dimension) and not self.category


def read_term(text: str) -> Term:
    """The term written in the catalogue. Raises AssessmentError when it is not one."""
    found = _TERM.fullmatch(text)
    if not found:
        raise AssessmentError(
            f"{NAME}: “{text}” is not a statistic.",
            "Write a measure, measure[dimension=category], or measure[dimension] for each.",
        )
    return Term(found[1], found[2] or "", found[3] or "")


class PopulationTerm(BaseModel):
    """A population: `use` names the council's choice of estimate, then sex and age band."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: Literal["refuge", "police", "marac", "prevalence", "children", "cost"]
    sex: Literal["persons", "females", "males"] = "persons"
    ages: str = "all"


class Definition(BaseModel):
    """One entry of the catalogue.

    `numerator` and `denominator` are terms that are added up, `less` terms that are taken off the
    numerator; `apart` those taken off where they are returned as a part of it. With
    `measure[dimension]` or `measure[areas]` in the numerator, or with `stages`,
    the entry is a breakdown: one result for each category, area or stage. `against` are the
    groups of a population whose share a representation ratio divides by; `unknown` the category
    left out of both shares; `benchmarks` names a benchmark for single categories.

    `reported` is the measure to fall back on when a partner gives the result without its counts.
    `level` names the benchmark that turns `per` people into a recommended number, or cases into
    posts, and `then` the one that turns that number into posts. `need` are the terms that a
    level applies to instead of a population. `survey` names the survey measure of a prevalence
    estimate; `share` the measure that an approximate product multiplies by; `unit_cost` the
    measure of the cost of one victim in a published total.

    `area: county` works it out for the upper-tier area; `latest` for the latest period within the
    edition, whatever its length. `fill` puts the quarter before in the
    place of one missing quarter. `optional`: absent without being a gap. `message` says the
    result for the summary, by the comparison it gives; `none` and `all` where it is 0 or 100 %,
    `not applicable` where the return says that there is nothing to count.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z_]+\.[a-z_0-9]+$")
    name: str
    chapter: str
    kind: Kind
    definition: str
    numerator: list[str] = []
    denominator: list[str] = []
    less: list[str] = []
    apart: list[str] = []
    stages: list[str] = []
    against: list[str] = []
    unknown: str | None = None
    benchmarks: dict[str, str] = {}
    population: PopulationTerm | None = None
    reported: str | None = None
    level: str | None = None
    then: str | None = None
    need: list[str] = []
    survey: str | None = None
    survey_sex: Literal["any", "females", "males"] = "any"
    share: str | None = None
    unit_cost: str | None = None
    area: Literal["own", "county"] = "own"
    fill: bool = False
    latest: bool = False
    optional: bool = False
    multiplier: int = 1
    per: int = 10_000
    unit: str
    benchmark: str | None = None
    also: list[str] = []
    polarity: Literal["higher is better", "lower is better", "none"] = "none"
    decimals: int = 0
    significant: int | None = None
    message: dict[Occasion, str] = {}
    caveats: list[str] = []
    sources: list[str] = []

    @property
    def by(self) -> str:
        """The dimension it is broken down by, `areas`, `stages`, or nothing."""
        if self.stages:
            return "stages"
        return next((term.dimension for term in map(read_term, self.numerator) if term.each), "")

    def for_category(self, category: str, label: str) -> "Definition":
        """The entry of one category of this breakdown."""

        def narrowed(terms: list[str]) -> list[str]:
            return [
                f"{term.measure}[{term.dimension}={category}]"
                if term.each and term.dimension != AREAS
                else term.measure
                if term.each
                else text
                for text, term in ((text, read_term(text)) for text in terms)
            ]

        return self.model_copy(
            update={
                "id": f"{self.id}.{category}",
                "name": f"{self.name}: {label}",
                "numerator": narrowed(self.numerator),
                "denominator": narrowed(self.denominator),
                "against": [
                    f"{term.measure}[{term.dimension}={category}]"
                    for term in map(read_term, self.against)
                ],
                "benchmark": self.benchmarks.get(category, self.benchmark),
            }
        )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Definition":
        needs = {
            "count": self.numerator or self.stages,
            "proportion": (self.numerator and self.denominator) or self.stages,
            "ratio": self.numerator and self.denominator,
            "rate": self.numerator and (self.population or self.denominator),
            "change": self.numerator,
            "shortfall": self.numerator and self.level and (self.population or self.need),
            "estimate": self.survey
            or (self.level and (self.population or self.numerator))
            or self.share,
            "cost": self.reported
            or (self.survey and self.level)
            or (self.numerator and self.unit_cost and self.population),
            "reported": self.reported,
            "representation": self.numerator and self.denominator and self.against,
        }
        if not needs[self.kind]:
            raise ValueError(f"{self.id}: the entry lacks what a {self.kind} is computed from")
        if self.by and self.kind not in ("count", "proportion", "rate", "ratio", "representation"):
            raise ValueError(f"{self.id}: a {self.kind} cannot be broken down")
        return self
