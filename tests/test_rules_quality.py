"""How good each return is, and what no partner shares."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from needs_assessment.chapter.quality import missing_frame, quality_frame, questions_frame
from needs_assessment.council import Return
from needs_assessment.errors import AssessmentError
from needs_assessment.returns.quality import Quality, rate_returns
from needs_assessment.returns.questions import find_gaps, load_questions
from needs_assessment.returns.rules import run_rules
from ruling import DICTIONARY, context_of, observation
from stores import PROJECT, store_of

YEAR = "2024-25"
QUARTERS = [f"2024-25 Q{number}" for number in (1, 2, 3, 4)]
SETTINGS = Return(
    form="standard",
    partner="the police",
    nature="confidential",
    received=date(2025, 4, 28),
    quality="sufficient",
    checked_by="Community safety analyst",
)


def rate(rows: list[dict[str, Any]]) -> Quality:
    context = context_of(rows)
    return rate_returns({"return.csv": SETTINGS}, context, run_rules(context))[0]


def test_a_whole_return() -> None:
    found = rate([observation("police.crimes", each, "120") for each in QUARTERS])
    assert (found.completeness, found.missing) == ("4 of 4 values", ())
    assert (found.rating, found.level, found.checked_by) == (
        "sufficient",
        2,
        "Community safety analyst",
    )
    assert found.periods == "2024-25 by quarter"
    assert found.areas == "North Northamptonshire"
    assert (found.days, found.timeliness) == (28, "28 days after the period ended")
    assert found.suppression == "none"
    assert (found.warnings, found.notes) == (0, 0)


def test_missing_quarters_and_categories_are_named() -> None:
    rows = [observation("police.crimes", each, "120") for each in QUARTERS[:3]]
    rows.append(observation("police.recorded", YEAR, "500"))
    rows.append(observation("police.recorded", YEAR, "400", category="risk=standard"))
    found = rate(rows)
    assert found.completeness == "5 of 9 values"
    assert found.missing == (
        "Domestic abuse crimes: quarter 4 of 2024-25",
        "Domestic abuse crimes and incidents recorded by the police, by risk: Medium, High and No "
        "risk recorded",
    )
    assert found.warnings == 1


def test_categories_left_out_because_they_are_nil_are_not_missing() -> None:
    rows = [
        observation("refuge.places", "@2025-03-31", "15"),
        observation("refuge.places", "@2025-03-31", "11", category="accommodation_type=refuge"),
        observation("refuge.places", "@2025-03-31", "4", category="accommodation_type=dispersed"),
    ]
    assert rate(rows).missing == ()


def test_one_category_that_lacks_a_quarter_is_named() -> None:
    kinds = ("risk=standard", "risk=medium", "risk=high", "risk=none")
    rows = [
        observation("police.recorded", each, "40", category=kind)
        for kind in kinds
        for each in QUARTERS
    ]
    found = rate(rows[:-1])
    assert found.completeness == "15 of 16 values"
    assert found.missing == (
        "Domestic abuse crimes and incidents recorded by the police, by risk: No risk recorded for "
        "quarter 4 of 2024-25",
    )
    yearly = [*rows[:-4], observation("police.recorded", YEAR, "160", category="risk=none")]
    found = rate(yearly)
    assert (found.completeness, found.missing) == ("13 of 13 values", ()), "a year is its quarters"


def test_suppression_by_the_partner_and_here() -> None:
    values = ["<5", "c", "3", "40"]
    rows = [
        observation("marac.cases", each, value)
        for each, value in zip(QUARTERS, values, strict=True)
    ]
    found = rate(rows)
    assert found.suppression == "2 suppressed by the partner and 1 not shown here"
    assert found.completeness == "4 of 4 values", "a suppressed value is there"


def test_nothing_in_a_return() -> None:
    found = rate([])
    assert (found.completeness, found.timeliness) == ("no values", "nothing received")


def test_the_board_report_s_rating_was_not_ticked() -> None:
    for entry in store_of("three-rivers").data["quality"]:
        assert (entry["rating"], entry["level"]) == ("not stated", None)
        assert entry["checked_by"] == "Community Safety Co-ordinator"


def gaps(rows: list[dict[str, Any]]) -> dict[str, Any]:
    questions = load_questions(PROJECT.reference, DICTIONARY)
    return {gap.question: gap for gap in find_gaps(questions, context_of(rows))}


def test_a_question_that_is_answered_is_no_gap() -> None:
    question = "How many high-risk cases does the MARAC hear, and how many of them are repeats?"
    cases = [observation("marac.cases", each, "40") for each in QUARTERS]
    repeats = [observation("marac.repeats", YEAR, "c")]
    assert question not in gaps([*cases, *repeats])
    assert gaps(cases)[question].answered == "in part"
    assert gaps(cases)[question].missing == ("No return gives: Repeat MARAC cases",)
    share = [observation("marac.repeat_share", YEAR, "40")]
    assert gaps([*cases, *share])[question].missing == ("Only as a percentage: Repeat MARAC cases",)
    part = gaps([*cases[:2], *repeats])[question]
    assert part.missing == ("Only for quarters 1 to 2 of 2024-25: MARAC cases",)
    assert part.holders == ("MARAC",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"area": "E06000062"}, "Only for West Northamptonshire"),
        ({"period": "2022-23"}, "Only for 2022-23"),
        ({"raw": "x"}, "Named without a value"),
    ],
)
def test_what_there_is_instead(row: dict[str, str], said: str) -> None:
    given = {"measure": "marac.children", "period": YEAR, "raw": "50", **row}
    found = gaps([observation(**given)])[
        "How many children live in households that the MARAC hears of?"
    ]
    assert found.answered == "no"
    assert found.missing == (f"{said}: Children in MARAC cases",)


def test_the_gap_register_of_a_district() -> None:
    register = store_of("three-rivers").data["gaps"]
    chapters = {gap["chapter"] for gap in register}
    assert {"refuge", "perpetrators", "equality", "children"} <= chapters
    places = next(gap for gap in register if "refuge places" in gap["question"])
    assert (places["answered"], places["holders"]) == ("no", ["refuge provider"])
    victims = next(gap for gap in register if "people are behind" in gap["question"])
    assert "Domestic abuse victims known to the police" in victims["missing"][0]
    risk = next(gap for gap in register if "How serious" in gap["question"])
    assert risk["missing"][0].startswith("Only for Hertfordshire")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{chapter: a, question: b, measures: [marac.casses]}", "marac.cases"),
        ('{chapter: a, question: b, measures: ["marac.cases[agency]"]}', "marac.cases[agency]"),
        ("{chapter: a, question: b}", "entry 1"),
    ],
)
def test_a_question_names_what_the_dictionary_has(tmp_path: Path, entry: str, said: str) -> None:
    (tmp_path / "questions.yml").write_text(f"- {entry}\n", encoding="utf-8")
    with pytest.raises(AssessmentError) as error:
        load_questions(tmp_path, DICTIONARY)
    assert said in str(error.value)


def test_frames_for_the_chapter() -> None:
    data = store_of("three-rivers").data
    quality = quality_frame(data["quality"])
    assert list(quality.columns)[:3] == ["Partner", "Rating", "Checked by"]
    assert quality.loc["marac.csv", "Complete"] == "4 of 4 values"
    assert "safeguarding-hub.csv" in missing_frame(data["quality"]).index
    questions = questions_frame(data["gaps"], "marac")
    assert set(questions["Chapter"]) == {"MARAC"}
    assert questions_frame([], None).empty and quality_frame([]).empty
