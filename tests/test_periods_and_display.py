"""Reporting periods, and how numbers are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.display import format_number, round_half_up
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import choose_for_edition, parse_period
from needs_assessment.spellings import read_period


@pytest.mark.parametrize(
    ("text", "start", "end", "words"),
    [
        ("2017", "2017-01-01", "2017-12-31", "calendar year 2017"),
        ("2017-18", "2017-04-01", "2018-03-31", "2017-18"),
        ("1999-00", "1999-04-01", "2000-03-31", "1999-00"),
        ("2017-18 Q4", "2018-01-01", "2018-03-31", "quarter 4 of 2017-18"),
        ("2025-26 Q1..Q2", "2025-04-01", "2025-09-30", "quarters 1 to 2 of 2025-26"),
        ("2017-M05", "2017-05-01", "2017-05-31", "May 2017"),
        ("2017-M05..2017-M12", "2017-05-01", "2017-12-31", "May 2017 to December 2017"),
        ("2023-M10..2024-M09", "2023-10-01", "2024-09-30", "October 2023 to September 2024"),
        ("@2024-02-29", "2024-02-29", "2024-02-29", "29 February 2024"),
    ],
)
def test_canonical_periods(text: str, start: str, end: str, words: str) -> None:
    period = parse_period(text)
    assert (period.text, period.start.isoformat(), period.end.isoformat()) == (text, start, end)
    assert period.words() == words


@pytest.mark.parametrize("text", ["", "2017-19", "2017-M13", "2017-18 Q5", "2017-18 Q3..Q1", "x"])
def test_what_is_not_a_period_is_refused(text: str) -> None:
    with pytest.raises(AssessmentError, match="not a reporting period"):
        parse_period(text)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [("Q1 2024/25", "2024-25 Q1"), ("2024/25", "2024-25"), ("May-17", "2017-M05")],
)
def test_periods_as_partners_write_them(written: str, canonical: str) -> None:
    assert read_period(written).text == canonical


@given(st.integers(1950, 2090), st.integers(1, 12), st.integers(0, 30))
def test_previous_is_the_same_stretch_a_year_earlier(year: int, month: int, length: int) -> None:
    last = month - 1 + length
    text = f"{year}-M{month:02d}..{year + last // 12}-M{last % 12 + 1:02d}"
    period = parse_period(text)
    before = period.previous()
    assert before.months == period.months
    assert before.end.month == period.end.month
    assert before.end.year == period.end.year - 1
    assert parse_period(period.text) == period


def test_calendar_year_stands_for_an_edition_but_a_later_one_never_does() -> None:
    edition = parse_period("2017-18")
    periods = [parse_period(each) for each in ("2016", "2017", "2018", "2018-19", "2017-18 Q1")]
    chosen = choose_for_edition(periods, edition)
    assert chosen is not None and chosen.text == "2017"
    assert choose_for_edition([*periods, edition], edition) == edition
    assert choose_for_edition([parse_period("2018-19")], edition) is None


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(285, 1000), 2, "0.29"),
        (Fraction(70, 141) * 100, 0, "50"),
        (Fraction(29, 132) * 100, 1, "22.0"),
        (1249, -2, "1200"),
    ],
)
def test_rounding_is_half_up_on_exact_values(value, decimals: int, rounded: str) -> None:
    assert f"{round_half_up(value, decimals):f}" == rounded


@given(st.fractions(min_value=0, max_value=10**7), st.integers(0, 4))
def test_rounding_is_never_off_by_more_than_half_a_unit(value: Fraction, decimals: int) -> None:
    assert abs(Fraction(round_half_up(value, decimals)) - value) <= Fraction(1, 2 * 10**decimals)


def test_numbers_as_the_report_writes_them() -> None:
    assert format_number(1270) == "1,270"
    assert format_number(Fraction(2500, 87), 1, unit="%") == "28.7%"
    assert format_number(1_081_000_000, unit="£") == "£1,081m"
    assert format_number(Fraction(104, 10), 1, unit="%", signed=True) == "+10.4%"
    assert format_number(Fraction(-16, 10), 1, unit="%", signed=True) == "\N{MINUS SIGN}1.6%"
    assert format_number(31_248, significant=3) == "31,200"
    assert format_number(Fraction(1999, 2), significant=3) == "1,000"
