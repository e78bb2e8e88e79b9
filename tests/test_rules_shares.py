"""Printed percentages, averages, and what they come from."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from needs_assessment.display import round_half_up
from needs_assessment.returns.rules.shares import implied_bases
from ruling import context_of, flags_of, observation, said

CUT, WRONG = "cut off, not rounded", "does not follow from its counts"
YEAR = "2024-25"


def engagement(share: str, engaged: str = "70", referrals: str = "141", period: str = YEAR):
    return [
        observation("idva.referrals", period, referrals),
        observation("idva.engaged", period, engaged),
        observation("idva.engagement_share", YEAR, share),
    ]


@pytest.mark.parametrize(
    ("printed", "rule"),
    [
        ("50", None),
        ("49.6", CUT),
        ("49.7", WRONG),
        ("49.65", "more decimals than the base supports"),
        ("49", CUT),
        ("49%", CUT),
        ("51", WRONG),
        ("about 49", None),
    ],
)
def test_rounded_cut_off_or_wrong(printed: str, rule: str | None) -> None:
    # 70 of 141 is 49.645…, so one decimal rounds to 49.6: nothing is cut off there.
    rule = None if printed == "49.6" else rule
    found = flags_of(engagement(printed))
    assert [flag.rule for flag in found] == ([rule] if rule else [])


def test_the_sentence_says_what_it_should_be() -> None:
    assert said(flags_of(engagement("51")), WRONG) == [
        "Share of IDVA referrals that engaged, 2024-25: 51% is printed, but 70 of 141 is 49.65%. "
        "The printed figure should be 50%, or one of the counts is wrong."
    ]


@given(
    top=st.integers(0, 5000),
    base=st.integers(20, 5000),
    decimals=st.integers(0, 1),
)
def test_a_rounded_share_of_its_counts_is_never_flagged(top: int, base: int, decimals: int) -> None:
    assume(top <= base)
    share = round_half_up(Fraction(100 * top, base), decimals)
    rows = engagement(f"{share:.{decimals}f}", str(top), str(base))
    rules = {flag.rule for flag in flags_of(rows)}
    assert rules.isdisjoint({CUT, WRONG, "more decimals than the base supports"})


@given(top=st.integers(1, 400), base=st.integers(20, 2000), decimals=st.integers(0, 1))
def test_the_bases_that_a_share_implies_hold_the_true_one(
    top: int, base: int, decimals: int
) -> None:
    share = round_half_up(Fraction(100 * top, base), decimals)
    assume(share > 0)
    row = observation("idva.engagement_share", YEAR, f"{share:.{decimals}f}")
    figure = context_of([row]).figures.all[0]
    bases = implied_bases(figure, Fraction(top))
    assert bases is not None and bases[0] <= base <= bases[1]
    for edge in bases:
        assert round_half_up(Fraction(100 * top, edge), decimals) == share


def test_counts_of_another_period_are_found_when_they_give_what_is_printed() -> None:
    rows = [
        observation("idva.referrals", YEAR, "141"),
        observation("police.recorded", "2024", "1270"),
        observation("police.recorded", "2023", "2000"),
        observation("idva.recorded_share", YEAR, "11.1"),
    ]
    found = flags_of(rows)
    assert [flag.rule for flag in found if flag.severity == "warning"] == ["unlike periods"]
    assert "referrals of 2024-25 divided by crimes or incidents of calendar year 2024" in (
        found[0].sentence
    )
    rows[-1] = observation("idva.recorded_share", YEAR, "13")
    assert said(flags_of(rows), "unlike periods") == []
    assert said(flags_of(rows), "no counts behind it")


def test_counts_of_another_area_are_said() -> None:
    rows = [
        observation("idva.referrals", YEAR, "200"),
        observation("idva.engaged", YEAR, "50", area="E06000062"),
        observation("idva.engagement_share", YEAR, "25"),
    ]
    sentence = said(flags_of(rows), "unlike areas")[0]
    assert "North Northamptonshire" in sentence and "West Northamptonshire" in sentence


def test_things_of_another_kind_are_a_ratio() -> None:
    rows = [
        observation("marac.cases", YEAR, "100"),
        observation("police.recorded", YEAR, "1000"),
        observation("marac.recorded_share", YEAR, "10"),
    ]
    assert [flag.rule for flag in flags_of(rows)] == ["unlike units"]
    assert flags_of(engagement("50")) == [], "referrals that engaged lie inside referrals"


@pytest.mark.parametrize(
    ("printed", "engaged", "referrals", "flagged"),
    [("28.74", "25", "87", True), ("28.7", "25", "87", False), ("28.74", "2500", "8700", False)],
)
def test_decimals(printed: str, engaged: str, referrals: str, flagged: bool) -> None:
    found = said(
        flags_of(engagement(printed, engaged, referrals)), "more decimals than the base supports"
    )
    assert bool(found) is flagged


def test_no_percentage_on_a_base_under_twenty() -> None:
    found = said(flags_of(engagement("50", "9", "18")), "more decimals than the base supports")
    assert "a base of 18" in found[0]


def risk_shares(*values: str):
    names = ("standard", "medium", "high", "none")
    return [
        observation("police.recorded_share", YEAR, value, category=f"risk={name}")
        for name, value in zip(names, values, strict=False)
    ]


@pytest.mark.parametrize(
    ("values", "flagged"),
    [
        (("59.6", "31.3", "4.6", "4.5"), False),
        (("59.6", "31.3", "4.6", "4.4"), False),  # within rounding, and no counts to tell
        (("59.6", "31.3", "4.6", "3.5"), True),
        (("59.6", "31.3", "4.6"), False),  # not every category
        (("79.6", "31.3", "4.6"), True),
    ],
)
def test_shares_of_one_answer_sum_to_100(values: tuple[str, ...], flagged: bool) -> None:
    assert bool(said(flags_of(risk_shares(*values)), "shares do not sum to 100")) is flagged


def test_shares_rounded_from_their_counts_may_miss_100() -> None:
    counts = ("1", "1", "1", "0")
    rows = [
        observation("police.recorded", YEAR, f"{value}000", category=f"risk={name}")
        for name, value in zip(("standard", "medium", "high", "none"), counts, strict=True)
    ]
    rows[-1] = observation("police.recorded", YEAR, "0", category="risk=none")
    assert flags_of([*rows, *risk_shares("33.3", "33.3", "33.3", "0.0")]) == []


def averages(public: str, each: str):
    return [
        observation("cost.total", YEAR, "1081000000"),
        observation("cost.per_victim", YEAR, "37000"),
        observation("cost.public", YEAR, public),
        observation("cost.public_per_victim", YEAR, each),
    ]


def test_averages_of_one_unit_imply_one_base() -> None:
    found = said(flags_of(averages("91000000", "around 4,300")), "averages imply different bases")
    assert "about 21,200 victims" in found[0] and "about 29,200" in found[0]
    assert flags_of(averages("91000000", "3100")) == []


def test_a_daily_figure_makes_the_year() -> None:
    def daily(recorded: str):
        return [
            observation("police.daily", YEAR, "49"),
            observation("police.recorded", YEAR, recorded),
        ]

    rule = "a daily figure that does not make the year"
    assert flags_of(daily("17885")) == []
    assert "makes 17,885" in said(flags_of(daily("18250")), rule)[0]


@pytest.mark.parametrize(
    ("printed", "flagged"), [("0.287", True), ("0.4%", False), ("0.4", False), ("28.7", False)]
)
def test_a_fraction_in_place_of_a_percentage(printed: str, flagged: bool) -> None:
    rule = "a percentage or a fraction"
    assert bool(said(flags_of([observation("marac.repeat_share", YEAR, printed)]), rule)) == flagged


def test_what_a_spreadsheet_worked_out_is_not_called_printed() -> None:
    """25 of 87 to thirteen digits: neither cut off, nor more decimals than the base supports."""
    rows = [
        observation("marac.cases", YEAR, "87"),
        observation("marac.repeats", YEAR, "25"),
        observation("marac.repeat_share", YEAR, "28.735632183908%"),
    ]
    assert flags_of(rows) == []
    rows[2] = observation("marac.repeat_share", YEAR, "29.735632183908%")
    (flag,) = flags_of(rows)
    assert flag.rule == "does not follow from its counts"
    assert "29.7356% is printed" in flag.sentence
