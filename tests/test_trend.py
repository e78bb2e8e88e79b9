"""An indicator beside the year before, and the words that a board reads of it."""

from typing import Any

import pytest

from computed import basis, group, indicator, protecting
from needs_assessment.disclosure.board import complete_indicator, when


def shown(name: str, *rows: tuple[str, str, Any]) -> dict[str, Any]:
    one = indicator(name, *rows)
    return complete_indicator(one, protecting(basis(*rows), (one,)))


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [(617, 559, "no clear change"), (1700, 1500, "higher"), (1500, 1700, "lower")],
)
def test_counts_are_compared_by_the_interval_of_their_ratio(
    now: int, before: int, word: str
) -> None:
    entry = shown(
        "police.crimes", ("police.crimes", "2024-25", now), ("police.crimes", "2023-24", before)
    )
    assert (entry["direction"], entry["tested"]) == (word, True)
    assert entry["previous"]["value"] == before
    change = shown(
        "police.crimes_change",
        ("police.crimes", "2024-25", now),
        ("police.crimes", "2023-24", before),
    )
    assert change["direction"] == word
    assert change["figures"]["comparison"] == word


def test_proportions_are_compared_by_the_interval_of_their_difference() -> None:
    rows = [("marac.cases", "2024-25", 70), ("marac.cases", "2023-24", 80)]
    clear = shown(
        "marac.repeat_rate",
        *rows,
        ("marac.repeats", "2024-25", 56),
        ("marac.repeats", "2023-24", 48),
    )
    assert (clear["direction"], clear["tested"]) == ("higher", True)
    unclear = shown(
        "marac.repeat_rate",
        *rows,
        ("marac.repeats", "2024-25", 46),
        ("marac.repeats", "2023-24", 48),
    )
    assert unclear["direction"] == "no clear change"


def test_places_are_counted_and_not_tested() -> None:
    entry = shown(
        "refuge.places", ("refuge.places", "@2025-03-31", 16), ("refuge.places", "@2024-03-31", 15)
    )
    assert (entry["direction"], entry["tested"]) == ("higher", False)
    assert entry["figures"]["previous"] == "15 on 31 March 2024"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("2023-24", "in 2023-24"),
        ("2023-24 Q1..Q2", "in quarters 1 to 2 of 2023-24"),
        ("2016-M05..2016-M12", "from May 2016 to December 2016"),
        ("2016", "in calendar year 2016"),
    ],
)
def test_the_year_before_is_named_as_a_reader_says_it(before: str, words: str) -> None:
    assert when(before) == words


def test_a_hidden_year_before_hides_the_direction() -> None:
    entry = shown(
        "marac.repeats", ("marac.repeats", "2024-25", 20), ("marac.repeats", "2023-24", 3)
    )
    assert entry["value"] == 20
    assert (entry["previous"], entry["direction"]) == (None, "")
    assert entry["figures"]["previous"] == "no figure for the year before"


def test_survey_estimates_are_not_compared_over_years() -> None:
    entry = shown("prevalence.victims")
    assert entry["value"] and entry["previous"] is None and entry["direction"] == ""


@pytest.mark.parametrize(
    ("name", "rows", "rating"),
    [
        ("refuge.below_recommended", [("refuge.places", "@2025-03-31", 15)], "Short of the level"),
        ("refuge.below_recommended", [("refuge.places", "@2025-03-31", 40)], "Meets the level"),
        ("marac.rate", [("marac.cases", "2024-25", 560)], "Short of the level"),
        ("marac.rate", [("marac.cases", "2024-25", 700)], "Meets the level"),
        (
            "marac.repeat_rate",
            [("marac.cases", "2024-25", 100), ("marac.repeats", "2024-25", 41)],
            "Above the limit",
        ),
        (
            "refuge.not_accepted_rate",
            [("refuge.requests", "2024-25", 200), ("refuge.accepted", "2024-25", 20)],
            "Worse than average",
        ),
        (
            "refuge.not_accepted_rate",
            [("refuge.requests", "2024-25", 200), ("refuge.accepted", "2024-25", 80)],
            "Similar to average",
        ),
        ("police.crimes", [("police.crimes", "2024-25", 5000)], "Not rated"),
        ("police.crimes", [], "Not available"),
        ("police.crimes", [("police.crimes", "2024-25", 3)], "Not shown"),
    ],
)
def test_ratings_are_words(name: str, rows: list, rating: str) -> None:
    """Recorded crime is never rated; a level or limit is a band; polarity decides the rest."""
    assert shown(name, *rows)["rating"] == rating


def test_a_missing_quarter_is_filled_with_the_one_before() -> None:
    """SafeLives' rule, on a rate of its own; two missing quarters are a gap."""
    before = ("marac.cases", "2023-24 Q4", 30)
    quarters = [("marac.cases", f"2024-25 Q{number}", 10 * number) for number in (1, 2, 3, 4)]
    assert indicator("marac.rate_filled", before, *quarters).numerator.value == 100
    no_third = [each for each in quarters if each[1] != "2024-25 Q3"]
    filled = indicator("marac.rate_filled", before, *no_third)
    assert (filled.numerator.value, filled.numerator.filled) == (10 + 20 + 20 + 40, True)
    no_first = indicator("marac.rate_filled", before, *quarters[1:])
    assert no_first.numerator.value == 30 + 20 + 30 + 40
    assert indicator("marac.rate_filled", before, *quarters[:2]).status == "unavailable"
    assert indicator("marac.rate", before, *no_third).status == "unavailable"
    said = indicator(
        "marac.rate_filled", before, *no_third, ("marac.cases", "2024-25 Q3", "not available")
    )
    assert said.numerator.value == 10 + 20 + 20 + 40
    withheld = ("marac.cases", "2024-25 Q3", "confidential")
    assert indicator("marac.rate_filled", before, *no_third, withheld).status == "unavailable"


def test_posts_for_the_cases_heard_and_expected() -> None:
    rows = [("marac.cases", "2024-25", 560), ("idva.posts", "@2025-03-31", 4)]
    short = shown("idva.posts_short", *rows)
    assert short["figures"]["recommended"] == "5.6"
    assert short["figures"]["short_by"] == "1.6"
    assert short["figures"]["need_period"] == "2024-25"
    expected = shown("idva.posts_expected")
    assert expected["display"] == "about 5.9"
    assert shown("marac.administrators_expected")["display"] == "about 1.5"


def test_a_total_follows_from_categories_that_add_up() -> None:
    """Published answers of clients: 6, 97 and 29 of 132, without a total."""
    rows = [
        ("caseworker.outcomes[outcome=cessation]", "2024-25", 6),
        ("caseworker.outcomes[outcome=reduction]", "2024-25", 97),
        ("caseworker.outcomes[outcome=no_change]", "2024-25", 29),
    ]
    found = {row.category: row.indicator for row in group("caseworker.outcome_mix", *rows).rows}
    assert [
        round(float(found[key].value), 3) for key in ("cessation", "reduction", "no_change")
    ] == [
        4.545,
        73.485,
        21.97,
    ]
