"""Refuge places needed, on each population of the area that is held."""

from dataclasses import dataclass, replace

from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.compute import compute
from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.result import Indicator

_IN_PLACES, _IN_PERCENT = "refuge.places_short", "refuge.below_recommended"


@dataclass(frozen=True)
class Scenario:
    """One population estimate, and how far the places fall short of the level on it."""

    estimate: str
    in_places: Indicator
    in_percent: Indicator


def compute_scenarios(catalogue: dict[str, Definition], basis: Basis) -> list[Scenario]:
    """A scenario for each estimate that is held for all areas of `basis`, earliest first.

    Empty when the catalogue lacks either indicator.
    """
    if not {_IN_PLACES, _IN_PERCENT} <= set(catalogue):
        return []
    held = [
        {
            estimate
            for area, estimate, sex, ages in basis.reference.populations
            if (area, sex, ages) == (code, "persons", "all")
        }
        for code in basis.areas
    ]
    scenarios = []
    for estimate in sorted(set.intersection(*held), key=lambda name: name.rpartition("-")[2]):
        populations = basis.edition.populations.model_copy(update={"refuge": estimate})
        edition = basis.edition.model_copy(update={"populations": populations})
        there = replace(basis, edition=edition)
        scenarios.append(
            Scenario(
                estimate,
                compute(catalogue[_IN_PLACES], there),
                compute(catalogue[_IN_PERCENT], there),
            )
        )
    return scenarios
