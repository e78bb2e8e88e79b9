"""Indicators from observations: what is given, what is refused, and why."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from needs_assessment.council import load_council
from needs_assessment.indicators.catalogue import load_catalogue
from needs_assessment.indicators.compute import Basis, compute_indicators
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.observations import COLUMNS
from running import ROOT

REFERENCE = Reference(ROOT / "data" / "reference")
DICTIONARY = load_dictionary(ROOT / "data" / "reference")
CATALOGUE = load_catalogue(ROOT / "data" / "reference", DICTIONARY, REFERENCE.benchmarks)
EDITION = load_council(Project(ROOT), "north").editions["2024-25"]


def indicator(name: str, *rows: tuple[str, str, Any], period: str = "2024-25") -> Indicator:
    """One indicator from rows of measure, period and value (a number, or a status)."""
    observations = pd.DataFrame(
        [
            {
                **dict.fromkeys(COLUMNS, ""),
                "measure": measure,
                "period": when,
                "area": "E06000061",
                "value": None if isinstance(value, str) else Decimal(value),
                "status": value if isinstance(value, str) else "final",
                "nature": "confidential",
                "row": number,
            }
            for number, (measure, when, value) in enumerate(rows, start=2)
        ],
        columns=COLUMNS,
        dtype=object,
    )
    basis = Basis(
        observations, DICTIONARY, REFERENCE, ("E06000061",), parse_period(period), EDITION
    )
    return compute_indicators({name: CATALOGUE[name]}, basis)[0]


def test_four_quarters_make_a_year() -> None:
    rows = [("marac.cases", f"2024-25 Q{number}", 10 * number) for number in (1, 2, 3, 4)]
    assert indicator("marac.cases", *rows).value == 100


def test_a_missing_quarter_is_no_year() -> None:
    rows = [("marac.cases", f"2024-25 Q{number}", 10) for number in (1, 2, 4)]
    found = indicator("marac.cases", *rows)
    assert (found.status, found.value) == ("unavailable", None)
    assert "only 3 of 4 quarters" in found.reason


@pytest.mark.parametrize(
    ("status", "said"), [("confidential", "withheld"), ("not available", "could not give")]
)
def test_why_a_figure_is_missing(status: str, said: str) -> None:
    found = indicator("marac.cases", ("marac.cases", "2024-25", status))
    assert found.status == "unavailable" and said in found.reason


def test_a_bound_gives_bounds_and_never_a_midpoint() -> None:
    found = indicator(
        "marac.repeat_rate", ("marac.cases", "2024-25", 50), ("marac.repeats", "2024-25", "below:5")
    )
    assert (found.status, found.value, found.lower, found.upper) == ("bounded", None, 0.0, 8.0)


def test_no_percentage_on_a_base_under_twenty() -> None:
    found = indicator(
        "marac.repeat_rate", ("marac.cases", "2024-25", 19), ("marac.repeats", "2024-25", 9)
    )
    assert found.status == "unavailable" and "under 20" in found.reason
    change = indicator(
        "police.crimes_change", ("police.crimes", "2024-25", 9), ("police.crimes", "2023-24", 6)
    )
    assert change.status == "unavailable" and "under 20" in change.reason


def test_a_part_larger_than_its_whole_is_refused() -> None:
    found = indicator(
        "marac.repeat_rate", ("marac.cases", "2024-25", 50), ("marac.repeats", "2024-25", 51)
    )
    assert found.status == "unavailable" and "larger than the whole" in found.reason


def test_places_above_the_level_are_negative() -> None:
    found = indicator("refuge.below_recommended", ("refuge.places", "@2025-03-31", 46))
    assert found.value is not None and found.value < 0
    assert float(found.value) == pytest.approx(100 * (1 - 46 / 36.7991))


@pytest.mark.parametrize(
    ("repeats", "words"),
    [(10, ["below", "lower"]), (31, ["below", "similar"]), (45, ["above", "higher"])],
)
def test_comparison_words(repeats: int, words: list[str]) -> None:
    """Against the limit the numbers decide; against the average (31%) the interval."""
    found = indicator(
        "marac.repeat_rate", ("marac.cases", "2024-25", 100), ("marac.repeats", "2024-25", repeats)
    )
    assert [each.word for each in found.comparisons] == words


def test_counts_are_preferred_to_a_printed_share() -> None:
    found = indicator(
        "marac.repeat_rate",
        ("marac.cases", "2024-25", 87),
        ("marac.repeats", "2024-25", 25),
        ("marac.repeat_share", "2024-25", 40),
    )
    assert found.status == "ok" and found.value == Fraction(2500, 87)


def test_an_estimate_by_sex_only_where_the_population_is_held_by_sex() -> None:
    found = indicator("prevalence.victims", period="2023-24")
    assert [survey.sex for survey in found.surveys] == ["persons"]
    assert found.surveys[0].percent == 8.0
    assert round(float(found.value or 0)) == round(296_106 * 0.08)
