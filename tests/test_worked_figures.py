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
    (NORTH, "refuge.below_recommended", 59.24, "59%"),
    (NORTH, "prevalence.victims", 23_096, "about 23,100"),
    (NORTH, "marac.recommended", 594.5, "about 594"),
    (WEST, "refuge.below_recommended", 17.12, "17%"),
    (WEST, "prevalence.victims", 27_293, "about 27,300"),
]

INTERVALS = [
    (THREE_RIVERS, "police.crimes_change", -1.6, 23.8),
    (THREE_RIVERS, "police.incidents_change", -5.0, 18.3),
    (THREE_RIVERS, "police.recorded_change", -0.2, 17.0),
    (THREE_RIVERS, "marac.repeat_rate", 20.3, 39.0),
    (THREE_RIVERS, "police.recorded_rate", 12.87, 14.38),
]


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
