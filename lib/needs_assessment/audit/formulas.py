"""How indicators are worked out, as the catalogue of `data/reference/indicators.yml` says."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from needs_assessment.audit.shown import plain

AREAS = "areas"
"""What stands for a breakdown where each lower-tier area has a figure: `measure[areas]`."""

_TERM = re.compile(r"([a-z_.]+)(?:\[([a-z_]+)(?:=([^\]]+))?\])?")


@dataclass(frozen=True)
class Term:
    """A statistic of an indicator: a measure, one category of it, or (`each`) all of them."""

    measure: str
    dimension: str = ""
    category: str = ""

    @property
    def each(self) -> bool:
        return bool(self.dimension) and not self.category


@dataclass(frozen=True)
class Formula:
    """How an indicator is worked out: numerator less what is taken off, over the denominator.

    `against` are the groups of the population that a representation ratio is set against, `unknown`
    the category taken off its denominator; `survey` is the survey of an estimate of victims, and
    whom it asked. `need` are the counts that a `level` turns into posts, `stages` the counts of a
    breakdown by stage. `area` is empty for the report's own, `county` for the upper-tier area, or a
    code.
    """

    id: str
    name: str
    kind: str
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    less: tuple[Term, ...]
    need: tuple[Term, ...]
    stages: tuple[Term, ...]
    against: tuple[Term, ...]
    unknown: str
    survey: tuple[str, str]
    population: bool
    multiplier: float
    level: str
    percent: bool
    filled: bool
    area: str

    @property
    def breakdown(self) -> bool:
        """Whether it has a result for each category, area or stage."""
        return bool(self.stages) or any(term.each for term in self.numerator)

    def of(self, category: str) -> "Formula":
        """The formula of one row of a breakdown, as its id names it."""
        named = f"{self.id}.{category}"
        if self.stages:
            stage = [term for term in self.stages if term.measure.partition(".")[2] == category]
            return replace(
                self,
                id=named,
                numerator=tuple(stage[:1]),
                denominator=self.stages[:1],
                stages=(),
            )
        areas = any(term.dimension == AREAS for term in self.numerator)

        def narrowed(terms: tuple[Term, ...]) -> tuple[Term, ...]:
            return tuple(
                Term(term.measure)
                if term.dimension == AREAS
                else replace(term, category=category)
                if term.each
                else term
                for term in terms
            )

        return replace(
            self,
            id=named,
            numerator=narrowed(self.numerator),
            denominator=narrowed(self.denominator),
            area=category if areas else self.area,
        )


def read_term(text: str) -> Term:
    """`marac.cases`, `marac.referrals[agency=police]`, or `marac.referrals[agency]` for each."""
    found = _TERM.fullmatch(text)
    assert found, text
    return Term(found[1], found[2] or "", found[3] or "")


def read_formula(entry: dict[str, Any]) -> Formula:
    """An entry of the catalogue."""

    def terms(name: str) -> tuple[Term, ...]:
        return tuple(read_term(each) for each in entry.get(name, []))

    return Formula(
        id=entry["id"],
        name=plain(entry["name"]),
        kind=entry["kind"],
        numerator=terms("numerator"),
        denominator=terms("denominator"),
        less=terms("less"),
        need=terms("need"),
        stages=terms("stages"),
        against=terms("against"),
        unknown=entry.get("unknown") or "",
        survey=(entry.get("survey") or "", entry.get("survey_sex") or "any"),
        population="population" in entry,
        multiplier=float(Fraction(entry.get("multiplier", 1))),
        level=entry.get("level") or "",
        percent=entry["unit"] == "%",
        filled=bool(entry.get("fill")),
        area="" if entry.get("area", "own") == "own" else entry["area"],
    )
