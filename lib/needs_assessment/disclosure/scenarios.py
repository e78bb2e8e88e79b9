"""Refuge places needed, on each population of the area that is held."""

from dataclasses import replace
from typing import Any

from needs_assessment.disclosure.figures import protect_indicator
from needs_assessment.disclosure.policy import Policy
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.compute import compute
from needs_assessment.indicators.definition import Definition

_IN_PLACES, _IN_PERCENT = "refuge.places_short", "refuge.below_recommended"


def refuge_scenarios(
    catalogue: dict[str, Definition], basis: Basis, policy: Policy
) -> list[dict[str, Any]]:
    """For each estimate held for all areas of `basis`, in order: `estimate`, and the protected
    indicators `short` (in places) and `below` (in %). Empty when the catalogue lacks either.
    """
    if not {_IN_PLACES, _IN_PERCENT} <= set(catalogue):
        return []
    held = [
        {
            estimate
            for area, estimate, sex, ages in basis.reference.populations
            if area == code and sex == "persons" and ages == "all"
        }
        for code in basis.areas
    ]
    scenarios = []
    for estimate in sorted(set.intersection(*held), key=_year):
        populations = basis.edition.populations.model_copy(update={"refuge": estimate})
        edition = basis.edition.model_copy(update={"populations": populations})
        there = replace(basis, edition=edition)
        scenarios.append(
            {
                "estimate": estimate,
                "short": protect_indicator(compute(catalogue[_IN_PLACES], there), policy),
                "below": protect_indicator(compute(catalogue[_IN_PERCENT], there), policy),
            }
        )
    return scenarios


def _year(estimate: str) -> str:
    return estimate.rpartition("-")[2]
