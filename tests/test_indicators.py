"""Indicators from observations: what is given, what is refused, and why."""

from dataclasses import replace
from fractions import Fraction

import pytest

from computed import CATALOGUE, EDITION, basis, indicator
from needs_assessment.indicators.compute import compute


def test_four_quarters_make_a_year() -> None:
    rows = [("marac.cases", f"2024-25 Q{number}", 10 * number) for number in (1, 2, 3, 4)]
    assert indicator("marac.cases", *rows).value == 100


def test_a_missing_quarter_is_no_year() -> None:
    rows = [("marac.cases", f"2024-25 Q{number}", 10) for number in (1, 2, 4)]
    found = indicator("marac.cases", *rows)
    assert (found.status, found.value) == ("unavailable", None)
    assert "only 3 of 4 quarters" in found.reason


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("confidential", "withheld"),
        ("not available", "could not give"),
        ("not applicable", "says that there is none of"),
    ],
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


def test_a_share_is_never_taken_of_another_period() -> None:
    rows = [("marac.cases", "2024-25", 560), ("marac.repeats", "2024", 180)]
    found = indicator("marac.repeat_rate", *rows)
    assert (found.status, found.value) == ("unavailable", None)
    assert "different periods" in found.reason
    both = indicator("marac.repeat_rate", *rows, ("marac.cases", "2024", 540))
    assert both.value == Fraction(18_000, 540)


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


SANCTUARY = "refuge.places[accommodation_type=sanctuary]"


@pytest.mark.parametrize(
    ("total", "counted"),
    [(75, 15), (15, 15), (None, 15)],
    ids=["inside the total", "left out of the total", "no total"],
)
def test_homes_in_sanctuary_schemes_are_no_refuge_places(total: int | None, counted: int) -> None:
    """11 and 4 places, and 60 homes made safe: 15 places against the level, whatever the total."""
    types = {"refuge": 11, "dispersed": 4, "sanctuary": 60, "specialist": 0, "other": 0}
    rows = [
        (f"refuge.places[accommodation_type={name}]", "@2025-03-31", number)
        for name, number in {**types, "second_stage": 0}.items()
    ]
    rows += [("refuge.places", "@2025-03-31", total)] if total else []
    assert indicator("refuge.places", *rows).value == counted
    below = indicator("refuge.below_recommended", *rows)
    assert float(below.value or 0) == pytest.approx(100 * (1 - 15 / 36.7991))
    assert float(indicator("refuge.places_short", *rows).value or 0) == pytest.approx(21.7991)


def test_sanctuary_homes_of_one_council_leave_those_of_another_alone() -> None:
    rows = [
        ("refuge.places", "@2025-03-31", 45),
        (SANCTUARY, "@2025-03-31", 30),
        ("refuge.places", "@2025-03-31", 36),
    ]
    found = basis(*rows)
    found.observations["area"] = ["E06000061", "E06000061", "E06000062"]
    both = replace(found, areas=("E06000061", "E06000062"))
    assert compute(CATALOGUE["refuge.places"], both).value == 15 + 36


def test_the_survey_is_the_latest_verified_one_for_the_period_or_before() -> None:
    """By year: 2023-24 has the new questions, 2022-23 the reduced collection, 2019-20 a verified
    percentage for each sex but no population by sex on mid-2023, and 2020-21 no survey.
    """
    chosen = {
        period: indicator("prevalence.victims", period=period).surveys
        for period in ("2024-25", "2023-24", "2022-23", "2021-22", "2018-19")
    }
    assert {
        period: [(each.edition, each.sex) for each in found] for period, found in chosen.items()
    } == {
        "2024-25": [(2025, "persons")],
        "2023-24": [(2024, "persons")],
        "2022-23": [(2023, "persons")],
        "2021-22": [(2022, "persons")],
        "2018-19": [(2019, "persons")],
    }
    assert all(each.percent_verified for found in chosen.values() for each in found)
    assert [each.ages for each in chosen["2018-19"]] == ["16-74"]


def test_by_sex_where_both_percentages_are_verified_and_the_population_is_held() -> None:
    """The percentages for each sex of 2025 are not confirmed: all persons, though the population is
    held by sex. Those of 2024 are.
    """
    census = {"populations": EDITION.populations.model_copy(update={"prevalence": "census-2021"})}
    found = indicator("prevalence.victims", period="2023-24", **census)
    assert [(each.sex, each.percent) for each in found.surveys] == [
        ("females", 9.5),
        ("males", 6.5),
    ]
    women = found.populations[0].persons
    assert women == 148_620
    later = indicator("prevalence.victims", **census)
    assert {each.sex for each in later.surveys} <= {"persons"}
    assert indicator("prevalence.females", **census).status == "unavailable"


def test_no_population_in_the_ages_of_the_survey_is_a_gap() -> None:
    census = {"populations": EDITION.populations.model_copy(update={"prevalence": "mid-1999"})}
    found = indicator("prevalence.victims", **census)
    assert found.status == "unavailable" and "age band" in found.reason
