"""Indicators from observations: what is given, what is refused, and why."""

from fractions import Fraction

import pytest

from computed import indicator


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
