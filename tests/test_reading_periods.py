"""Periods as partners write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.spellings import read_period, written_period


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("2017", "2017"),
        ("2024/2025", "2024-25"),
        ("24/25", "2024-25"),
        ("FY24/25", "2024-25"),
        ("Financial year 2024-25", "2024-25"),
        ("Q1 24/25", "2024-25 Q1"),
        ("2024/25 – Q4", "2024-25 Q4"),
        ("Quarter 2, 2024-25", "2024-25 Q2"),
        ("Q1 (Apr-Jun) 2024/25", "2024-25 Q1"),
        ("2024-25 Q1 (April to June 2024)", "2024-25 Q1"),
        ("Q1-Q3 2024/25", "2024-25 Q1..Q3"),
        ("Apr-Jun 24", "2024-25 Q1"),
        ("Jan–Mar 2025", "2024-25 Q4"),
        ("Jan to Mar 2024/25", "2024-25 Q4"),
        ("May-Dec17", "2017-M05..2017-M12"),
        ("May '17", "2017-M05"),
        ("SEPT 2017", "2017-M09"),
        ("2017 May", "2017-M05"),
        ("Jul 2021 to Jun 2022", "2021-M07..2022-M06"),
        ("Oct-23 - Mar-24", "2023-24 Q3..Q4"),
        ("1 April 2024 to 31 March 2025", "2024-25"),
        ("01/04/2024-30/06/2024", "2024-25 Q1"),
        ("2024-04-01 to 2024-04-30", "2024-M04"),
        ("year ending 31 March 2025", "2024-25"),
        ("12 months to Jun 2024", "2023-M07..2024-M06"),
        ("May-99", "1999-M05"),
        ("99/00", "1999-00"),
        ("Rolling 12 months to June 2024", "2023-M07..2024-M06"),
        ("YE Dec 2024", "2024"),
        ("quarter ending June 2024", "2024-25 Q1"),
        ("QE Jun-24", "2024-25 Q1"),
        ("Q/E 30 June 2024", "2024-25 Q1"),
        ("3 mths to Mar 25", "2024-25 Q4"),
        ("2024 - 2025", "2024-25"),
        ("2024 / 25", "2024-25"),
        ("2024_25", "2024-25"),
        ("Q2_2024-25", "2024-25 Q2"),
        ("Q1-2024/25", "2024-25 Q1"),
        ("Q1 Apr-Jun 2024", "2024-25 Q1"),
        ("Q1 Apr-Jun 2024/25", "2024-25 Q1"),
        ("Q1 (Apr–Jun 2024)", "2024-25 Q1"),
        ("Q4: January to March 2025", "2024-25 Q4"),
        ("First quarter 2024/25", "2024-25 Q1"),
        ("4th Qtr 24/25", "2024-25 Q4"),
        ("H1 2024/25", "2024-25 Q1..Q2"),
        ("2024/25 H2", "2024-25 Q3..Q4"),
        ("Calendar year 2024", "2024"),
        ("31/03/2024", "@2024-03-31"),
        ("as at 31st March 2024", "@2024-03-31"),
        ("31-Mar-24", "@2024-03-31"),
        ("2024-03-31 00:00:00", "@2024-03-31"),
    ],
)
def test_the_usual_forms(written: str, canonical: str) -> None:
    found = written_period(written)
    assert (found.period.text, found.exact) == (canonical, True)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("31.03.18 to 01.04.19", "2018-19"),
        ("31/03/2018 - 31/03/2019", "2018-19"),
        ("Jul 2021 to 1 Jul 2022", "2021-M07..2022-M06"),
        ("1 Jan 2024 to 1 January 2025", "2024"),
    ],
)
def test_a_day_too_many_is_read_and_told(written: str, canonical: str) -> None:
    found = written_period(written)
    assert (found.period.text, found.exact) == (canonical, False)


@pytest.mark.parametrize(
    "written",
    [
        "Q1 2024",
        "Q1",
        "May",
        "11/12",
        "2024-04",
        "2024/26",
        "Nov-Jan 24",
        "Q2 (Apr-Jun) 2024/25",
        "Q1 Jan-Mar 2025",
        "Q1 (Jan-Mar 2025)",
        "Q1 24",
        "2024Q1",
        "H1 2024",
        "Jun 24 to May 24",
        "15 May 2024 to 20 June 2024",
        "31/02/2024",
        "13/13/2024",
        "04/2024",
        "last year",
        "2017 to 2018",
        "1234",
        "9999",
        "FY24",
        "YTD",
        "2024/25 to date",
    ],
)
def test_what_is_not_clear_is_refused(written: str) -> None:
    with pytest.raises(AssessmentError, match="is not a reporting period"):
        read_period(written)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Q1 2024", "Q1 2024/25"),
        ("2024-Q1", "Q1 2024/25"),
        ("Q1", "lacks the year"),
        ("May", "lacks the year"),
        ("FY24", "2024-25"),
        ("11/12", "2024-25"),
        ("YTD", "first and last month"),
    ],
)
def test_a_refusal_says_how_to_write_it(written: str, hint: str) -> None:
    with pytest.raises(AssessmentError) as refused:
        read_period(written)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("written", "base", "canonical"),
    [
        ("Q4", "2017-18", "2017-18 Q4"),
        ("Quarter 1", "2017-18", "2017-18 Q1"),
        ("Q1 Apr-Jun", "2017-18", "2017-18 Q1"),
        ("Q4 (Jan-Mar)", "2017-18", "2017-18 Q4"),
        ("H2", "2017-18", "2017-18 Q3..Q4"),
        ("March", "2017-18", "2018-M03"),
        ("Oct to Feb", "2017-18", "2017-M10..2018-M02"),
        ("March", "2017", "2017-M03"),
        ("May-16", "2017-18", "2016-M05"),
    ],
)
def test_a_year_known_from_elsewhere_completes_it(written: str, base: str, canonical: str) -> None:
    assert read_period(written, parse_period(base)).text == canonical


@pytest.mark.parametrize(
    ("written", "base"), [("Q1", "2017"), ("Mar-Apr", "2017-18"), ("Q5", "2017-18")]
)
def test_a_year_does_not_complete_what_does_not_lie_in_it(written: str, base: str) -> None:
    with pytest.raises(AssessmentError):
        read_period(written, parse_period(base))


@given(st.integers(2000, 2090), st.integers(1, 12), st.integers(0, 30))
def test_every_canonical_period_reads_as_itself(year: int, month: int, length: int) -> None:
    last = month - 1 + length
    text = f"{year}-M{month:02d}..{year + last // 12}-M{last % 12 + 1:02d}"
    period = parse_period(text)
    assert read_period(text) == read_period(period.text.lower()) == period
    days = f"{period.start:%d/%m/%Y} to {period.end:%d.%m.%y}"
    assert read_period(days) == period
    assert read_period(f"{period.start:%B %Y} - {period.end:%b-%y}") == period


@given(st.text(alphabet="0123456789/-. QqAprMyJunto()", max_size=14))
def test_whatever_is_read_is_a_period(text: str) -> None:
    try:
        found = read_period(text)
    except AssessmentError:
        return
    assert parse_period(found.text) == found
