"""Which numbers stand in a text, and which of them claim anything."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.narrative.numbers.exempt import exempt_spans
from needs_assessment.narrative.numbers.prose import FIGURE_SIGN, sentences
from needs_assessment.narrative.numbers.typed import Typed, read_numbers


def one(text: str) -> Typed:
    (number,) = read_numbers(text)
    return number


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("617 crimes", "count", 617),
        ("1,270 reports", "count", 1270),
        ("fifty reports", "count", 50),
        ("one hundred and five families", "count", 105),
        ("two thousand, in all", "count", 2000),
        ("1.5 million people", "count", 1_500_000),
        ("28.74% of cases", "percent", Fraction("28.74")),
        ("21 per cent of incidents", "percent", 21),
        ("forty percent", "percent", 40),
        ("7 percentage points higher", "points", 7),
        ("£1,081m a year", "money", 1_081_000_000),
        ("£4.3k each", "money", 4300),
        ("£80.3 million", "money", 80_300_000),
        ("£66bn", "money", 66_000_000_000),
        ("one in five children", "percent", 20),
        ("1 in 4 women", "percent", 25),
        ("three out of every four", "percent", 75),
        ("a third of cases", "percent", Fraction(100, 3)),
        ("two-thirds of them", "percent", Fraction(200, 3)),
        ("nearly half of all cases", "percent", 50),
        ("twice as many", "multiple", 2),
        ("three times the national rate", "multiple", 3),
        ("13 weeks", "weeks", 13),
        ("−5.0% on the year before", "percent", -5),
    ],
)
def test_a_number_is_read_in_its_kind(text, kind, value):
    number = one(text)
    assert (number.kind, number.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "a third party and the third sector",
        "the first half of the year, the second half, a half-day",
        "in the last quarter, each quarter, in a quarter",
        "they met twice and called three times",
        "code E06000061 and form R8a",
        "many hundred calls, some thousand pounds",
    ],
)
def test_words_that_only_look_like_numbers_are_none(text):
    assert [each for each in read_numbers(text) if each.kind in ("percent", "multiple")] == []


def test_a_row_of_digits_without_end_is_no_number():
    assert read_numbers("1" * 5000) == read_numbers("£" + "1" * 5000) == []


def test_both_ends_of_a_range_have_its_unit():
    for text in ("20 to 39%", "20-39%", "20–39 per cent", "between 20 and 39%"):
        assert [(each.kind, each.value) for each in read_numbers(text)] == [
            ("percent", 20),
            ("percent", 39),
        ]
    assert [each.kind for each in read_numbers("25 cases and 39%")] == ["count", "percent"]


def test_words_before_a_number_say_how_near_it_is():
    bounds = ["almost 9,000", "just over 600", "about 31,200", "more than 40", "totals add up to 7"]
    assert [one(text).bound for text in bounds] == ["under", "over", "near", "over", ""]


@pytest.mark.parametrize(
    "text",
    [
        "On 1 October 2021 and 31.03.18, in May-17, mid-2019, 2017/18 and 2020-21, in the 1990s",
        "Domestic Abuse Act 2021, sections 57 to 59, s.58(1), regulation 8 of SI 2021/990, Part 4",
        "aged 16 and over, 16+, 18-24 year olds, under-18s, before they turn 18, aged 16 to 74",
        "per 10,000 females, for every 1,000 people, with a 95% interval and 95% confidence",
        "call 0808 2000 247 or 999, day and night, 24/7, at 9.30am, dial 101",
        "Q4, quarter 3, level 2, Table 1, tables 2 and 3, priority five, the top 10, Graph 1, p. 3",
        "the 2nd of them, COVID-19, E06000061, R8a",
        "a family with four children, someone with more than three children",
        "twice a year, every two months",
    ],
)
def test_dates_laws_ages_labels_and_helplines_are_no_statistics(text):
    exempt = exempt_spans(text)
    left = [
        number.text
        for number in read_numbers(text)
        if not any(start < number.end and number.start < end for start, end in exempt)
    ]
    assert left == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("87 MARAC cases in May 2017, 25 of them repeats", ["87", "25"]),
        ("women’s 40 places", ["40"]),
        ("in 2017 617 crimes", ["617"]),
        ("2,017 people", ["2,017"]),
        ("In the busiest quarter 51 clients", ["51"]),
        ("about c. 300 calls", ["300"]),
    ],
)
def test_a_statistic_beside_a_date_or_label_is_one(text, left):
    exempt = exempt_spans(text)
    found = [
        number.text
        for number in read_numbers(text)
        if not any(start < number.end and number.start < end for start, end in exempt)
    ]
    assert found == left


def test_only_prose_is_read_and_keeps_its_place():
    source = (
        "Cases: 87.[^1] See [@home2021, p. 33] and @fig-x-12. <!-- 13 -->\n\n"
        "```\n14\n```\n\n`15` [16](https://a.org/17) [18,000]{.external} {{ marac.cases }}\n\n"
        "> **Not for the report.** Carried over from 19.\n> 20 more.\n\n"
        "## 21 Heading {#sec-22}\n\n1. one\n2. 23 cases\n\n| 24 | b |\n|----|---|\n\n[^1]: Note 25."
    )
    numbers = []
    for sentence in sentences(source):
        for number in read_numbers(sentence.text):
            at = sentence.start + number.start
            numbers.append(source[at : at + len(number.text)])
    assert numbers == ["87", "16", "one", "23", "24", "25"]


def test_a_sentence_knows_its_live_figures_and_its_source():
    first, second = sentences("Of {{ marac.cases }} cases 3.5% came back. One in five [@nspcc].")
    assert [figure.key for figure in first.figures] == ["marac.cases"]
    assert FIGURE_SIGN in first.text and not first.cited
    assert second.cited and not second.figures


@given(st.text(alphabet="0123456789,.%£ -–tohalfinkm{}[]()@#`|\n", max_size=60))
def test_any_text_can_be_read(text):
    for sentence in sentences(text):
        for number in read_numbers(sentence.text):
            assert sentence.text[number.start : number.end] == number.text
            assert number.digits >= 1 and number.rough_step >= 0
