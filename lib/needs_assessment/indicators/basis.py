"""What the indicators of an edition are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import pandas as pd

from needs_assessment.council import Edition
from needs_assessment.indicators.definition import Definition, PopulationTerm, Term, read_term
from needs_assessment.indicators.statistics import (
    AreaStatistics,
    Statistic,
    add,
    rounded,
    subtract,
)
from needs_assessment.periods import Period
from needs_assessment.reference import BenchmarkValue, Population, Reference
from needs_assessment.returns.dictionary import Dictionary


class UnavailableError(Exception):
    """Why an indicator cannot be computed, in words fit for the report.

    `about`: the statistic that these words say something of, such as that it is under 20.
    """

    def __init__(self, reason: str, about: Statistic | None = None):
        super().__init__(reason)
        self.about = about


@dataclass(frozen=True)
class Basis:
    """What the indicators of an edition are computed from.

    Usually one area; several (the councils of a former county) are added up. `fill`: the quarter
    before stands for one missing quarter. `latest`: the latest period within the edition is used,
    whatever its length. `rounding`: what the counts of a measure are rounded to before anything is
    worked out from them.
    """

    observations: pd.DataFrame
    dictionary: Dictionary
    reference: Reference
    areas: tuple[str, ...]
    period: Period
    edition: Edition
    fill: bool = False
    latest: bool = False
    rounding: Mapping[str, int] = field(default_factory=dict)
    held: dict[str, AreaStatistics] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def statistics(self) -> tuple[AreaStatistics, ...]:
        """The observations of each area. Shared by every basis made from this one by `replace`."""
        for area in self.areas:
            if area not in self.held:
                self.held[area] = AreaStatistics(self.observations, area, self.dictionary)
        return tuple(self.held[area] for area in self.areas)

    def of(self, entry: Definition) -> "Basis":
        """The basis that an entry asks for: the upper-tier area, or quarters filled.

        Raises UnavailableError when the area is its own upper-tier area.
        """
        basis = self
        if entry.fill or entry.latest:
            basis = replace(self, fill=entry.fill, latest=entry.latest)
        if entry.area == "own":
            return basis
        counties = {self.reference.areas[code].county for code in self.areas}
        if len(counties) != 1 or not counties - {"", *self.areas}:
            raise UnavailableError("the area is not part of a wider upper-tier area")
        return replace(basis, areas=tuple(counties))

    def population(self, term: PopulationTerm) -> Population:
        estimate = getattr(self.edition.populations, term.use)
        found = [
            self.reference.population(area, estimate, term.sex, term.ages) for area in self.areas
        ]
        held = [each for each in found if each is not None]
        if len(held) != len(self.areas):
            raise UnavailableError(
                f"no population of {term.sex} ({term.ages}) is held for this area on {estimate}"
            )
        return replace(held[0], persons=sum(each.persons for each in held))

    def level(self, benchmark: str) -> BenchmarkValue:
        found = self.reference.benchmarks[benchmark].value_for(self.period)
        if found is None or found.value is None:
            raise UnavailableError(f"no verified value of {benchmark} is held for this period")
        return found

    def statistic(
        self, terms: list[str], less: list[str] | None = None, apart: list[str] | None = None
    ) -> Statistic:
        """The terms added up for the edition, those of `less` taken off, and those of `apart` where
        the sum contains them.

        Raises UnavailableError when a term is missing that is not one of `apart`.
        """
        found = add([self._for_edition(read_term(text)) for text in terms])
        if found is None:
            raise UnavailableError(self._missing(terms))
        for term in map(read_term, apart or []):
            found = self._without(found, term)
        return self.less(rounded(found, self.rounding), less or [])

    def _without(self, statistic: Statistic, term: Term) -> Statistic:
        """`statistic` less one category of a breakdown of it, if it was returned and lies inside: a
        partner may have left it out of the total already.
        """
        off = self._returned(term, statistic.period)
        if off is None:
            return statistic
        categories = self.dictionary.measure(term.measure).dimensions[term.dimension].categories
        others = [
            self._returned(Term(term.measure, term.dimension, name), statistic.period)
            for name in categories
            if name != term.category
        ]
        rest = sum((each.lower for each in others if each), Fraction(0))
        found = subtract(statistic, off)
        return found if found and found.lower >= rest else statistic

    def _returned(self, term: Term, period: Period) -> Statistic | None:
        """A statistic of exactly `period`, over the areas that returned it."""
        held = [area.statistic(term, period) for area in self.statistics]
        return add([each for each in held if each]) if any(held) else None

    def whole(self, terms: list[str], part: Statistic) -> Statistic:
        """The terms added up for the period of `part`, which lies inside them.

        Raises UnavailableError when they were not returned for that period.
        """
        found = add(
            [
                area.statistic(read_term(text), part.period)
                for text in terms
                for area in self.statistics
            ]
        )
        if found:
            return rounded(found, self.rounding)
        self.statistic(terms)
        raise UnavailableError("its parts were reported for different periods")

    def less(self, statistic: Statistic, terms: list[str]) -> Statistic:
        """A statistic less terms of the same period. UnavailableError when one is missing."""
        if not terms:
            return statistic
        off = add([self._for_edition(read_term(text)) for text in terms])
        if off is None:
            raise UnavailableError(self._missing(terms))
        found = subtract(statistic, rounded(off, self.rounding))
        if found is None:
            raise UnavailableError("its parts were reported for different periods")
        return found

    def before(self, terms: list[str], now: Period) -> Statistic:
        found = add(
            [
                area.statistic(term, now.previous())
                for term in map(read_term, terms)
                for area in self.statistics
            ]
        )
        if found is None:
            raise UnavailableError(f"no figure for {now.previous().words()} to compare with")
        return rounded(found, self.rounding)

    def reported(self, measure: str) -> Statistic | None:
        return self._for_edition(Term(measure))

    def known_share(self, groups: list[Term], unknown: str) -> Fraction:
        """The share of some categories of one dimension among those that are known.

        Raises UnavailableError when the population was not returned by that dimension.
        """
        measure, dimension = groups[0].measure, groups[0].dimension
        categories = self.dictionary.measure(measure).dimensions[dimension].categories
        numbers = {}
        for name in categories:
            part = self._for_edition(Term(measure, dimension, name))
            if name != unknown and part is not None and part.value is not None:
                numbers[name] = part.value
        asked = [numbers.get(group.category) for group in groups]
        if any(not number for number in asked):
            raise UnavailableError("no return gives this group's share of the population")
        return sum((number or Fraction(0) for number in asked), Fraction(0)) / sum(numbers.values())

    def _for_edition(self, term: Term) -> Statistic | None:
        choose = {"fill": self.fill, "latest": self.latest}
        return add([area.for_edition(term, self.period, **choose) for area in self.statistics])

    def _missing(self, terms: list[str]) -> str:
        absent = [term for term in map(read_term, terms) if self._for_edition(term) is None]
        if not absent:
            return "its parts were reported for different periods"
        reasons: dict[str, list[str]] = {}
        for term in absent:
            how = self.statistics[0].why_missing(term, self.period)
            reasons.setdefault(how, []).append(self.dictionary[term.measure].name)
        return "; ".join(
            f"{how}: {', '.join(dict.fromkeys(names))}" for how, names in reasons.items()
        )
