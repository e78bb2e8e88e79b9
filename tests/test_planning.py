"""Expected numbers from populations alone, for councils of every kind."""

from dataclasses import replace

import pytest

from computed import CATALOGUE, basis
from needs_assessment.indicators.compute import compute

NAMES = ["marac.recommended", "idva.posts_expected", "marac.administrators_expected"]


@pytest.mark.parametrize(
    ("areas", "females", "cases", "idvas", "administrators", "places"),
    [
        (("E06000061",), 148_620, 594, 5.9, 1.5, 36.8),
        (("E06000062",), 175_730, 703, 7.0, 1.8, 43.4),
        (("E06000061", "E06000062"), 324_350, 1297, 13.0, 3.2, 80.2),
        (("E06000057",), 139_500, 558, 5.6, 1.4, 32.7),
        (("E10000015",), 497_430, 1990, 19.9, 5.0, 121.5),
        (("E10000012",), 637_600, 2550, 25.5, 6.4, 153.6),
    ],
)
def test_planning_numbers(
    areas: tuple[str, ...],
    females: int,
    cases: int,
    idvas: float,
    administrators: float,
    places: float,
) -> None:
    """40 cases per 10,000 females aged 16 and over, an IDVA for 100 of them, an administrator for
    400, and a refuge place for 10,000 people.
    """
    there = replace(basis(), areas=areas)
    found = [compute(CATALOGUE[name], there) for name in NAMES]
    assert found[0].persons == pytest.approx(females, abs=10)
    assert round(float(found[0].value or 0)) == pytest.approx(cases, abs=1)
    assert round(float(found[1].value or 0), 1) == idvas
    assert round(float(found[2].value or 0), 1) == administrators
    level = compute(CATALOGUE["refuge.recommended"], there)
    assert round(float(level.value or 0), 1) == places


@pytest.mark.parametrize(("estimate", "children"), [("mid-2019", 62_833), ("mid-2020", 63_409)])
def test_one_in_five_children_of_essex(estimate: str, children: int) -> None:
    """Published as 60,000: a fifth of those aged 0 to 17 is more on either population."""
    there = basis()
    populations = there.edition.populations.model_copy(update={"children": estimate})
    edition = there.edition.model_copy(update={"populations": populations})
    found = compute(
        CATALOGUE["children.exposed_lifetime"],
        replace(there, edition=edition, areas=("E10000012",)),
    )
    assert round(float(found.value or 0)) == children
    assert "before the age of 18" in " ".join(found.definition.caveats)
