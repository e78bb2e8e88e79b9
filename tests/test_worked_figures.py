"""The published figures come out of real runs, read from their indicators.json."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from running import Report, run_command

Assessed = Callable[[str, str], Report]

NORTHAMPTONSHIRE = ("northamptonshire", "2020-21")
THREE_RIVERS = ("three-rivers", "2017-18")
NORTH = ("north", "2024-25")
WEST = ("west", "2024-25")

VALUES = [
    (NORTHAMPTONSHIRE, "refuge.places", 48, "48"),
    (NORTHAMPTONSHIRE, "refuge.below_recommended", 36.28, "36%"),
    (NORTHAMPTONSHIRE, "marac.repeat_rate", 40, "40%"),
    (NORTHAMPTONSHIRE, "children.assessments_da", 3600, "about 3,600"),
    (NORTHAMPTONSHIRE, "children.assessments_da_share", 40, "40%"),
    (NORTHAMPTONSHIRE, "children.supported", 71, "71"),
    (NORTHAMPTONSHIRE, "cost.total", 1_081_000_000, "£1,081m"),
    (NORTHAMPTONSHIRE, "prevalence.victims", 31_248, "about 31,200"),
    (NORTHAMPTONSHIRE, "refuge.recommended", 75.33, "75.3"),
    (NORTHAMPTONSHIRE, "refuge.acceptance_rate", 12.636, "12.6%"),
    (NORTHAMPTONSHIRE, "marac.weeks_to_referral", 13, "about 13"),
    (NORTHAMPTONSHIRE, "marac.recommended", 1297.4, "about 1,297"),
    (NORTHAMPTONSHIRE, "idva.posts_expected", 12.974, "about 13.0"),
    (NORTHAMPTONSHIRE, "marac.administrators_expected", 3.2435, "about 3.2"),
    (NORTHAMPTONSHIRE, "police.daily", 50, "50"),
    (NORTHAMPTONSHIRE, "police.crimes_rate", 16.357, "about 16.4"),
    (NORTHAMPTONSHIRE, "cost.implied_victims", 29_216, "29,216"),
    (NORTHAMPTONSHIRE, "cost.implied_share", 5.3967, "5.4%"),
    (NORTHAMPTONSHIRE, "cost.remade", 541_370 * 0.054 * 37_000, "about £1,081.7m"),
    (NORTHAMPTONSHIRE, "cost.implied_uprating", 1.0878, "1.09"),
    (NORTHAMPTONSHIRE, "cost.public_implied_victims", 21_163, "about 21,200"),
    (THREE_RIVERS, "police.crimes", 617, "617"),
    (THREE_RIVERS, "police.crimes_change", 10.376, "+10.4%"),
    (THREE_RIVERS, "police.incidents_change", 6.006, "+6.0%"),
    (THREE_RIVERS, "police.recorded", 1270, "1,270"),
    (THREE_RIVERS, "police.recorded_rate", 13.61, "13.6"),
    (THREE_RIVERS, "marac.cases", 87, "87"),
    (THREE_RIVERS, "marac.repeat_rate", 28.74, "28.7%"),
    (THREE_RIVERS, "marac.share_of_recorded", 6.85, "6.9%"),
    (THREE_RIVERS, "marac.rate", 22.24, "about 22.2"),
    (THREE_RIVERS, "marac.recommended", 156.48, "about 156"),
    (THREE_RIVERS, "idva.referrals", 141, "141"),
    (THREE_RIVERS, "idva.engagement_rate", 49.645, "49.6%"),
    (THREE_RIVERS, "caseworker.referrals", 556, "556"),
    (THREE_RIVERS, "caseworker.police_share", 89.21, "89%"),
    (THREE_RIVERS, "caseworker.engagement_rate", 21.22, "21.2%"),
    (THREE_RIVERS, "prevalence.victims", 3790, "about 3,790"),
    (THREE_RIVERS, "police.recorded_change", 8.085, "+8.1%"),
    (THREE_RIVERS, "police.crimes_rate", 6.611, "6.6"),
    (THREE_RIVERS, "police.crimes_rate_adults", 17.12, "17.1"),
    (THREE_RIVERS, "police.county_recorded", 18_760, "18,760"),
    (THREE_RIVERS, "court.county_share_of_recorded", 7.324, "7.3%"),
    (THREE_RIVERS, "court.county_successful_share_of_recorded", 4.211, "4.2%"),
    (THREE_RIVERS, "court.county_success_rate", 57.496, "57.5%"),
    (THREE_RIVERS, "idva.share_of_recorded", 11.102, "11.1%"),
    (THREE_RIVERS, "idva.engaged_share_of_recorded", 5.512, "5.5%"),
    (THREE_RIVERS, "caseworker.share_of_recorded", 43.78, "43.8%"),
    (THREE_RIVERS, "caseworker.engaged_share_of_recorded", 9.291, "9.3%"),
    (THREE_RIVERS, "caseworker.target_referrals", 156, "156%"),
    (THREE_RIVERS, "caseworker.target_engaged", 122, "122%"),
    (THREE_RIVERS, "children.families_first_share", 56.19, "56.2%"),
    (THREE_RIVERS, "idva.engaged", 70, "70"),
    (NORTH, "refuge.below_recommended", 59.24, "59%"),
    (NORTH, "prevalence.victims", 23_096, "about 23,100"),
    (NORTH, "marac.recommended", 594.5, "about 594"),
    (NORTH, "refuge.recommended", 36.8, "36.8"),
    (NORTH, "idva.posts_expected", 5.945, "about 5.9"),
    (NORTH, "marac.administrators_expected", 1.486, "about 1.5"),
    (WEST, "refuge.below_recommended", 17.12, "17%"),
    (WEST, "refuge.recommended", 43.43, "43.4"),
    (WEST, "marac.recommended", 702.9, "about 703"),
    (WEST, "idva.posts_expected", 7.029, "about 7.0"),
    (WEST, "marac.administrators_expected", 1.757, "about 1.8"),
    (WEST, "prevalence.victims", 27_293, "about 27,300"),
]

INTERVALS = [
    (THREE_RIVERS, "police.crimes_change", -1.6, 23.8),
    (THREE_RIVERS, "police.incidents_change", -5.0, 18.3),
    (THREE_RIVERS, "police.recorded_change", -0.2, 17.0),
    (THREE_RIVERS, "marac.repeat_rate", 20.3, 39.0),
    (THREE_RIVERS, "police.recorded_rate", 12.87, 14.38),
    (THREE_RIVERS, "police.crimes_rate", 6.10, 7.15),
    (THREE_RIVERS, "children.families_first_share", 46.65, 65.3),
]

# Published breakdowns: the base, then number, value and display of each row.
BREAKDOWNS = {
    "police.county_risk_mix": (
        1710,
        [
            ("standard", 1019, 59.591, "59.6%"),
            ("medium", 536, 31.345, "31.3%"),
            ("high", 78, 4.561, "4.6%"),
            ("none", 77, 4.503, "4.5%"),
        ],
    ),
    "caseworker.levels": (
        156,
        [
            ("level_1", 57, 36.538, "36.5%"),
            ("level_2", 54, 34.615, "34.6%"),
            ("level_3", 45, 28.846, "28.8%"),
        ],
    ),
    # Published as 21.9%: cut off, where rounding gives 22.0%.
    "caseworker.outcome_mix": (
        132,
        [
            ("cessation", 6, 4.545, "4.5%"),
            ("reduction", 97, 73.485, "73.5%"),
            ("no_change", 29, 21.970, "22.0%"),
        ],
    ),
}


@pytest.mark.parametrize(("edition", "indicator", "value", "display"), VALUES)
def test_value(
    assessed: Assessed, edition: tuple[str, str], indicator: str, value: float, display: str
) -> None:
    entry = assessed(*edition).indicators()[indicator]
    assert entry["value"] == pytest.approx(value, rel=5e-4)
    assert entry["display"] == display


@pytest.mark.parametrize(("edition", "indicator", "lower", "upper"), INTERVALS)
def test_interval(
    assessed: Assessed, edition: tuple[str, str], indicator: str, lower: float, upper: float
) -> None:
    entry = assessed(*edition).indicators()[indicator]
    assert entry["lower"] == pytest.approx(lower, abs=0.05)
    assert entry["upper"] == pytest.approx(upper, abs=0.05)


@pytest.mark.parametrize("name", list(BREAKDOWNS))
def test_breakdown(assessed: Assessed, name: str) -> None:
    base, expected = BREAKDOWNS[name]
    found = assessed(*THREE_RIVERS).breakdowns()[name]["rows"]
    assert [
        (row["category"], row["numerator"], round(row["value"], 3), row["display"]) for row in found
    ] == expected
    assert {row["denominator"] for row in found} == {base}


def test_no_clear_change_in_any_published_count(assessed: Assessed) -> None:
    entries = assessed(*THREE_RIVERS).indicators()
    for name in ("police.crimes_change", "police.incidents_change", "police.recorded_change"):
        assert entries[name]["direction"] == "no clear change"


def test_engagement_beside_the_previous_service(assessed: Assessed) -> None:
    """Published as “consistent”: 77 of 357 before, 118 of 556 now."""
    entry = assessed(*THREE_RIVERS).indicators()["caseworker.engagement_rate"]
    assert entry["previous"]["value"] == pytest.approx(21.569, abs=0.001)
    assert entry["direction"] == "no clear change"


def test_what_is_reported_is_not_worked_out_again(assessed: Assessed) -> None:
    entries = assessed(*NORTHAMPTONSHIRE).indicators()
    for name in ("cost.total", "cost.public", "cost.per_victim", "marac.repeat_rate"):
        assert (entries[name]["status"], entries[name]["lower"]) == ("reported", None)
    weeks = entries["marac.weeks_to_referral"]
    assert (weeks["benchmark"]["value"], weeks["benchmark"]["comparison"]) == (2, "above")
    assert weeks["value"] / weeks["benchmark"]["value"] == 6.5


def test_refuge_level_on_another_population(project: Path) -> None:
    """The published 36% becomes 37% when params choose the mid-2020 population."""
    params = project / "params" / "northamptonshire.yml"
    text = params.read_text(encoding="utf-8")
    assert "refuge: mid-2019" in text
    params.write_text(text.replace("refuge: mid-2019", "refuge: mid-2020"), encoding="utf-8")
    assert run_command(project, "protect", "northamptonshire").returncode == 0
    entry = _stored(project, "northamptonshire", "2020-21", "refuge.below_recommended")
    assert entry["value"] == pytest.approx(36.61, abs=0.005)
    assert entry["display"] == "37%"


def test_repeat_rate_reported_at_the_limit(assessed: Assessed) -> None:
    entry = assessed(*NORTHAMPTONSHIRE).indicators()["marac.repeat_rate"]
    assert entry["status"] == "reported"
    assert entry["lower"] is entry["upper"] is entry["numerator"] is None
    assert (entry["benchmark"]["value"], entry["benchmark"]["comparison"]) == (40, "at")
    national = entry["other_benchmarks"][0]
    assert (national["value"], national["comparison"]) == (33, "above")
    page = (assessed(*NORTHAMPTONSHIRE).path / "index.html").read_text(encoding="utf-8")
    assert "7 points above" in page
    assert "28%" not in page, "the unverified lower limit must not be printed"


def test_marac_rate_is_a_band_and_approximate(assessed: Assessed) -> None:
    entry = assessed(*THREE_RIVERS).indicators()["marac.rate"]
    assert entry["status"] == "approximate"
    assert entry["denominator_period"] == "census-2021"
    assert (entry["benchmark"]["value"], entry["benchmark"]["comparison"]) == (40, "below")


def test_ratio_has_no_interval(assessed: Assessed) -> None:
    entry = assessed(*THREE_RIVERS).indicators()["marac.share_of_recorded"]
    assert entry["kind"] == "ratio"
    assert entry["lower"] is entry["upper"] is None


def test_county_stands_behind_its_councils(assessed: Assessed) -> None:
    page = (assessed(*NORTH).path / "book" / "refuge.qmd").read_text(encoding="utf-8")
    for name in ("North Northamptonshire", "West Northamptonshire", "All together"):
        assert name in page
    for shown in ("59%", "17%", "36%"):
        assert shown in page


def test_missing_returns_are_gaps(assessed: Assessed) -> None:
    """three-rivers has no refuge or perpetrator return: the chapters say so."""
    report = assessed(*THREE_RIVERS)
    for indicator in ("refuge.places", "refuge.below_recommended", "perpetrators.suspects"):
        entry = report.indicators()[indicator]
        assert (entry["status"], entry["value"]) == ("unavailable", None)
    for chapter in ("refuge", "perpetrators"):
        text = (report.path / "book" / f"{chapter}.qmd").read_text(encoding="utf-8")
        assert "Data not available" in text


def test_district_is_not_a_relevant_authority(assessed: Assessed) -> None:
    report = assessed(*THREE_RIVERS)
    text = (report.path / "book" / "statutory.qmd").read_text(encoding="utf-8")
    assert "not a relevant local authority" in text
    assert "1 October 2021" in text


def test_period_other_than_the_edition_is_flagged(assessed: Assessed) -> None:
    flags = assessed(*THREE_RIVERS).flags()
    assert any(
        flag["rule"] == "other period"
        and flag["subject"] == "police.crimes"
        and "calendar year 2017" in flag["sentence"]
        for flag in flags
    )


def _stored(project: Path, council: str, period: str, indicator: str) -> dict[str, Any]:
    path = project / "reports" / council / period / ".protected" / "store.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["indicators"]
    return next(entry for entry in entries if entry["id"] == indicator)
