"""Places and cases, the course of time, and what is said twice."""

import pytest

from ruling import flags_of, observation, said

YEAR = "2024-25"
QUARTERS = [f"2024-25 Q{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(("children", "flagged"), [("31", True), ("56", False), ("80", False)])
def test_served_in_a_year_fewer_than_places(children: str, flagged: bool) -> None:
    rows = [
        observation("refuge.child_places", "@2025-03-31", "56"),
        observation("children.supported_refuge", YEAR, children),
    ]
    assert bool(said(flags_of(rows), "fewer served than places")) is flagged


def test_high_risk_cases_fewer_than_high_risk_referrals() -> None:
    rows = [observation("marac.cases", "2024", "87"), observation("idva.referrals", YEAR, "141")]
    found = [flag for flag in flags_of(rows) if flag.rule == "fewer than expected"]
    assert found[0].severity == "note"
    assert "fewer than the 141 referrals" in found[0].sentence and YEAR in found[0].sentence


@pytest.mark.parametrize(
    ("month", "flagged"),
    [("1710", True), ("1560", False), ("1640", False)],  # +9.4 %, -0.2 %, +4.9 %
)
def test_a_month_times_twelve(month: str, flagged: bool) -> None:
    rows = [
        observation("police.recorded", YEAR, "18760"),
        observation("police.recorded", "2024-M12", month),
    ]
    found = said(flags_of(rows), "a month is not the year")
    assert bool(found) is flagged
    if found:
        assert "20,520" in found[0] and "9.4% above the 18,760" in found[0]


def test_a_small_month_far_from_the_year_is_chance() -> None:
    rows = [
        observation("marac.cases", YEAR, "120"),
        observation("marac.cases", "2024-M12", "13"),
    ]
    assert flags_of(rows) == []


def test_a_missing_quarter() -> None:
    rows = [observation("marac.cases", each, "20") for each in QUARTERS[:3]]
    found = said(flags_of(rows), "a period is missing")
    assert found == [
        "MARAC cases: quarter 4 of 2024-25 is missing, so there is no figure for 2024-25."
    ]
    rows.append(observation("marac.cases", QUARTERS[3], "x"))
    assert said(flags_of(rows), "a period is missing") == found, "x is no figure"
    rows[-1] = observation("marac.cases", QUARTERS[3], "c")
    assert flags_of(rows) == [], "a suppressed figure is there"


def test_quarters_with_their_year_lack_nothing() -> None:
    rows = [observation("marac.cases", each, "20") for each in QUARTERS[:3]]
    assert (
        said(flags_of([*rows, observation("marac.cases", YEAR, "80")]), "a period is missing") == []
    )


def test_figures_of_another_year() -> None:
    rows = [observation("police.repeat_victim_share", "2022-23", "32")]
    assert "not a figure for 2024-25" in said(flags_of(rows), "outside the period")[0]
    rows.append(observation("police.repeat_victim_share", YEAR, "33"))
    assert said(flags_of(rows), "outside the period") == []


@pytest.mark.parametrize(
    ("before", "now", "flagged"),
    [
        ("357", "556", True),  # a new service
        ("710", "1083", True),
        ("2000", "2300", False),  # no chance, but no jump either
        ("24", "8", False),  # a third, but chance
        ("216", "148", False),
    ],
)
def test_a_jump_beyond_chance(before: str, now: str, flagged: bool) -> None:
    rows = [
        observation("caseworker.referrals", "2023-24", before),
        observation("caseworker.referrals", YEAR, now),
    ]
    assert bool(said(flags_of(rows), "a jump")) is flagged


def test_only_the_edition_s_own_returns_are_flagged() -> None:
    before = {"file": "data/returns/north/2023-24/return.csv"}
    rows = [
        observation("marac.cases", "2023-24", "30", **before),
        observation("marac.repeats", "2023-24", "31", **before),
    ]
    assert flags_of(rows) == []


def test_the_same_figure_from_two_partners() -> None:
    rows = [
        observation("police.crimes", YEAR, "1200", partner="the police"),
        observation("police.crimes", YEAR, "1190", partner="the press"),
    ]
    rule = "the same figure with different values"
    assert (
        "1,200 according to the police, but 1,190 according to the press"
        in (said(flags_of(rows), rule)[0])
    )
    rows[1] = observation("police.crimes", YEAR, "almost 1,200", partner="the press")
    assert said(flags_of(rows), rule) == []


def test_duplicates_and_revisions() -> None:
    new = observation("police.crimes", YEAR, "1200")
    twice = flags_of([new], earlier=[{**new, "row": 9}])
    assert [flag.rule for flag in twice] == ["given twice"]
    old = observation("police.crimes", YEAR, "1150", received="2025-04-01")
    revised = flags_of([new], earlier=[old])
    assert [flag.rule for flag in revised] == ["revised"]
    assert "revised from 1,150 to 1,200, received on 1 May 2025" in revised[0].sentence
    assert "received on 1 April 2025" in revised[0].sentence
    confirmed = flags_of([new], earlier=[{**old, "value": new["value"], "status": "provisional"}])
    assert "provisional, now final" in confirmed[0].sentence
    assert flags_of([new], earlier=[{**old, "value": new["value"], "raw": "1,200"}]) == []


def test_a_file_sent_twice_is_one_line() -> None:
    new = [observation("police.crimes", f"{YEAR} Q{number}", "300") for number in (1, 2, 3, 4)]
    again = [{**row, "file": "returns/again.csv", "row": number} for number, row in enumerate(new)]
    (flag,) = (each for each in flags_of(new, earlier=again) if each.rule == "given twice")
    assert "and 3 more of this sheet" in flag.sentence and "rows 0, 1, 2, 3" in flag.sentence


def test_a_column_copied_from_the_one_before() -> None:
    sources = ["police", "marac", "health", "housing", "self", "other"]

    def quarters(extra: int) -> list[dict[str, object]]:
        return [
            observation(
                "idva.referrals", each, str(20 + number + extra * shift), category=f"source={name}"
            )
            for shift, each in enumerate(QUARTERS)
            for number, name in enumerate(sources)
        ]

    rule = "one period repeats another"
    assert len(said(flags_of(quarters(0)), rule)) == 3
    assert said(flags_of(quarters(1)), rule) == []


@pytest.mark.parametrize(("volume", "flagged"), [("357", True), ("356", True), ("340", False)])
def test_a_target_that_is_last_year_s_volume(volume: str, flagged: bool) -> None:
    rule = "target equals last year's volume"
    rows = [
        observation("caseworker.referrals", "2023-24", volume),
        observation("caseworker.referrals", YEAR, "556"),
        observation("caseworker.referrals_target_attainment", YEAR, "156"),
    ]
    assert bool(said(flags_of(rows), rule)) is flagged
    rows[-1] = observation("caseworker.referrals_target", YEAR, "357")
    assert bool(said(flags_of(rows), rule)) is (volume == "357")


def test_a_figure_without_a_value() -> None:
    found = said(flags_of([observation("asc.concerns", QUARTERS[1], "x")]), "no value given")
    assert "quarter 2 of 2024-25" in found[0]
    assert flags_of([observation("asc.concerns", QUARTERS[1], "z")]) == []
