"""The rules on the example councils: what a careful reader found in the published documents comes
out with no special case, and returns that are in order raise next to nothing.
"""

from functools import cache
from typing import Any

import pytest

from needs_assessment.assurance import AssuranceLog
from needs_assessment.book.annexes import pages
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import build_store
from stores import PROJECT, store_of

THREE_RIVERS = "three-rivers"
NORTHAMPTONSHIRE = "northamptonshire"


@cache
def flags(council: str, period: str | None = None) -> tuple[dict[str, Any], ...]:
    return tuple(store_of(council, period).data["flags"])


@pytest.mark.parametrize(
    ("council", "rule", "subject", "words"),
    [
        # Court cases to the end of November 2017 over incidents of 2017-18 (3R4, 3R5).
        (
            THREE_RIVERS,
            "unlike periods",
            "court.cases_share",
            ["counted at 30 November 2017", "of 2017-18", "a ratio"],
        ),
        (
            THREE_RIVERS,
            "unlike periods",
            "court.successful_share",
            ["counted at 30 November 2017", "of 2017-18", "a ratio"],
        ),
        # 70 of 141 (3R6).
        (
            THREE_RIVERS,
            "cut off, not rounded",
            "idva.engagement_share",
            ["49% is printed", "70 of 141 is 49.65%", "rounds to 50%"],
        ),
        # Financial year over calendar year (3R7, 3R8, 3R14).
        (
            THREE_RIVERS,
            "unlike periods",
            "idva.recorded_share",
            ["referrals of 2017-18", "of calendar year 2017"],
        ),
        (
            THREE_RIVERS,
            "unlike periods",
            "idva.engaged_recorded_share",
            ["referrals of 2017-18", "of calendar year 2017"],
        ),
        (
            THREE_RIVERS,
            "unlike periods",
            "caseworker.recorded_share",
            ["referrals of 2017-18", "of calendar year 2017"],
        ),
        (
            THREE_RIVERS,
            "unlike periods",
            "caseworker.engaged_recorded_share",
            ["clients of 2017-18", "of calendar year 2017"],
        ),
        # December times twelve (3R9).
        (
            THREE_RIVERS,
            "a month is not the year",
            "police.recorded",
            ["December 2017", "20,520", "9.4% above the 18,760 of 2017-18"],
        ),
        # Two decimals on 87 (3R10).
        (
            THREE_RIVERS,
            "more decimals than the base supports",
            "marac.repeat_share",
            ["28.74%", "two decimals", "a base of 87", "1.1 percentage points"],
        ),
        # MARAC below IDVA (3R11).
        (THREE_RIVERS, "fewer than expected", "marac.cases", ["87 cases", "141 referrals"]),
        # The target and the previous provider's volume (3R15).
        (
            THREE_RIVERS,
            "target equals last year's volume",
            "caseworker.referrals_target_attainment",
            ["356 or 357", "was 357 in 2016-17"],
        ),
        # 21.9, 99.9 and 132 answers from 118 clients (3R19).
        (
            THREE_RIVERS,
            "cut off, not rounded",
            "caseworker.outcome_share",
            ["No change", "21.9% is printed", "29 of 132 is 21.97%", "22.0%"],
        ),
        (THREE_RIVERS, "shares do not sum to 100", "caseworker.outcome_share", ["99.9%"]),
        (
            THREE_RIVERS,
            "more than there can be",
            "caseworker.outcomes",
            ["132 answers", "118 clients"],
        ),
        # Eight months only (3R22, 3R23), and a quarter that has not come yet.
        (
            THREE_RIVERS,
            "a period is missing",
            "children.mash_referrals",
            ["April 2017 and January to March 2018"],
        ),
        (
            THREE_RIVERS,
            "a period is missing",
            "children.fft_referrals",
            ["April 2017 and January to March 2018"],
        ),
        (THREE_RIVERS, "a period is missing", "idva.engagement_share", ["quarter 4 of 2017-18"]),
        # A chart without its values (3R26).
        (THREE_RIVERS, "no value given", "asc.concerns", ["cannot be reproduced"]),
        (THREE_RIVERS, "no value given", "asc.enquiries", ["cannot be reproduced"]),
        # £91m at £4.3k (N5).
        (
            NORTHAMPTONSHIRE,
            "averages imply different bases",
            "cost.public_per_victim",
            ["£91m", "about 21,200 victims", "£1,081m", "about 29,200", "about £3,100 each"],
        ),
        # Family concerns are no prevalence, and have no base (N9).
        (
            NORTHAMPTONSHIRE,
            "easily misread",
            "yos.family_concern_share",
            ["can include domestic abuse", "must not be printed"],
        ),
        (NORTHAMPTONSHIRE, "no counts behind it", "yos.family_concern_share", ["no interval"]),
        (NORTHAMPTONSHIRE, "no counts behind it", "yos.gang_share", ["no interval"]),
        # 31 children, 56 places (N10).
        (
            NORTHAMPTONSHIRE,
            "fewer served than places",
            "children.supported_refuge",
            ["31 children", "56 child places"],
        ),
        # Another year, and another definition of repeat (N12).
        (
            NORTHAMPTONSHIRE,
            "outside the period",
            "police.repeat_victim_share",
            ["2019-20", "not a figure for 2020-21"],
        ),
        (
            NORTHAMPTONSHIRE,
            "unlike definitions",
            "police.repeat_victim_share",
            ["Share of MARAC cases that are repeats", "must not be compared"],
        ),
        # Shares without their counts (N6, N13).
        (NORTHAMPTONSHIRE, "no counts behind it", "marac.repeat_share", ["cannot be checked"]),
        (NORTHAMPTONSHIRE, "no counts behind it", "housing.da_share", ["cannot be checked"]),
    ],
)
def test_what_a_careful_reader_found(
    council: str, rule: str, subject: str, words: list[str]
) -> None:
    found = [flag for flag in flags(council) if (flag["rule"], flag["subject"]) == (rule, subject)]
    assert len(found) == 1
    for each in words:
        assert each in found[0]["sentence"]
    assert found[0]["file"].startswith(f"data/returns/{council}/")
    assert found[0]["row"] > 1


def test_what_reproduces_is_not_called_wrong() -> None:
    """Three Rivers prints a score of percentages: two are cut off, the others follow."""
    rules = [flag["rule"] for flag in flags(THREE_RIVERS)]
    assert rules.count("cut off, not rounded") == 2
    assert "does not follow from its counts" not in rules
    assert "parts do not add up" not in rules
    assert "part larger than whole" not in rules
    assert rules.count("shares do not sum to 100") == 1
    assert rules.count("more decimals than the base supports") == 1


@pytest.mark.parametrize("council", ["north", "west"])
@pytest.mark.parametrize("period", ["2023-24", "2024-25"])
def test_returns_in_order_raise_next_to_nothing(council: str, period: str) -> None:
    found = [flag for flag in flags(council, period) if flag["rule"] != "gap"]
    assert [flag for flag in found if flag["severity"] != "note"] == []
    others = (
        "ratio",
        "derived population",
        "reference figures of another period",
        "records",
        "text below the table",
    )
    assert len([flag for flag in found if flag["rule"] not in others]) <= 3


@pytest.mark.parametrize("council", [THREE_RIVERS, NORTHAMPTONSHIRE, "north", "west"])
def test_every_sentence_is_fit_for_an_annex(council: str) -> None:
    for flag in flags(council):
        sentence = flag["sentence"]
        assert sentence.endswith("."), sentence
        assert "  " not in sentence and ".." not in sentence and " ," not in sentence
        assert "None" not in sentence and "Fraction" not in sentence


@pytest.mark.parametrize("council", [THREE_RIVERS, "north"])
def test_the_annex_begins_with_warnings(council: str) -> None:
    text = pages(store_of(council), AssuranceLog("2024-25", {}, ""))["checks"]
    rows = [line for line in text.splitlines() if "| Warning |" in line or "| Note |" in line]
    assert rows and rows == sorted(rows, key=lambda row: "| Note |" in row)
    assert "None" not in text
    assert len(rows) <= len([flag for flag in flags(council) if flag["rule"] != "gap"])


def test_a_printed_shortfall_follows_from_one_population_only() -> None:
    """36 % below is right on mid-2019 and 37 % on mid-2020 (N1)."""
    council = load_council(PROJECT, NORTHAMPTONSHIRE)
    rule = "printed otherwise"
    assert [flag for flag in flags(NORTHAMPTONSHIRE) if flag["rule"] == rule] == []
    edition = council.editions["2020-21"]
    populations = edition.populations.model_copy(update={"refuge": "mid-2020"})
    other = edition.model_copy(update={"populations": populations})
    changed = council.model_copy(update={"editions": {"2020-21": other}})
    store = build_store(PROJECT, changed, choose_period(changed, None))
    (found,) = [flag for flag in store.data["flags"] if flag["rule"] == rule]
    assert "36% is printed" in found["sentence"] and "37%" in found["sentence"]
    assert "mid-2020" in found["sentence"]
