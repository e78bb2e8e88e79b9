"""Parts and wholes."""

from typing import Any

import pytest

from ruling import flags_of, observation, said

YEAR = "2024-25"
Q1, Q2, Q3, Q4 = (f"2024-25 Q{number}" for number in (1, 2, 3, 4))
SUM, PART, MANY = "parts do not add up", "part larger than whole", "more than there can be"


def risks(period: str, *values: str, **more: Any) -> list[dict[str, Any]]:
    names = ("standard", "medium", "high", "none")
    return [
        observation("police.recorded", period, value, category=f"risk={name}", **more)
        for name, value in zip(names, values, strict=False)
    ]


def test_categories_that_do_not_make_the_total() -> None:
    total = observation("police.recorded", YEAR, "100")
    sentences = said(flags_of([total, *risks(YEAR, "50", "30", "10", "9")]), SUM)
    assert sentences == [
        "Domestic abuse crimes and incidents recorded by the police, 2024-25: the "
        "categories of “Risk” add up to 99, but the total given is 100."
    ]
    assert flags_of([total, *risks(YEAR, "50", "30", "10", "10")]) == []


def test_categories_of_a_year_against_its_quarters() -> None:
    quarters = [observation("idva.referrals", each, "40") for each in (Q1, Q2, Q3, Q4)]
    sources = ["police", "marac", "self"]
    rows = [
        observation("idva.referrals", "2024-25", "60", category=f"source={name}")
        for name in sources
    ]
    found = said(flags_of([*quarters, *rows]), PART)
    assert len(found) == 1 and "already add up to 180, more than the total of 160" in found[0]


def test_categories_rounded_to_ten_need_not_add_up() -> None:
    total = observation("police.recorded", YEAR, "1000")
    assert flags_of([total, *risks(YEAR, "500", "300", "110", "100")]) == []
    assert said(flags_of([total, *risks(YEAR, "500", "300", "110", "150")]), SUM)


def test_suppressed_categories_leave_room() -> None:
    total = observation("police.recorded", YEAR, "100")
    assert flags_of([total, *risks(YEAR, "60", "30", "8", "<5")]) == []
    assert flags_of([total, *risks(YEAR, "60", "30", "c", "<5")]) == []
    assert said(flags_of([total, *risks(YEAR, "60", "30", "4", "<5")]), SUM)
    assert said(flags_of([total, *risks(YEAR, "60", "30", "c", "11")]), PART)


def test_a_category_of_many_answers_is_not_larger_than_the_total() -> None:
    rows = [
        observation("children.assessments_da", "2024-25", "50"),
        observation("children.assessments_da", "2024-25", "30", category="factor=3A"),
        observation("children.assessments_da", "2024-25", "45", category="factor=3B"),
    ]
    assert flags_of(rows) == []
    rows[2] = observation("children.assessments_da", "2024-25", "51", category="factor=3B")
    assert "51 of 50" in said(flags_of(rows), PART)[0]


def test_breakdowns_of_the_same_people_agree() -> None:
    def clients(male: str) -> list[dict[str, Any]]:
        sexes = {"female": "80", "male": male, "not_known": "6"}
        disability = {"disabled": "20", "not_disabled": "60", "not_known": "16"}
        return [
            observation("idva.clients", "2024-25", value, category=f"{dimension}={name}")
            for dimension, found in (("sex", sexes), ("disability", disability))
            for name, value in found.items()
        ]

    assert flags_of(clients("10")) == []
    assert "98 by “Sex” but 96 by “Disability”" in said(flags_of(clients("12")), SUM)[0]


def test_measures_that_others_make_up() -> None:
    def service(engaged: str, long: str, short: str, none: str) -> list[dict[str, Any]]:
        return [
            observation("idva.referrals", "2024-25", "141"),
            observation("idva.engaged", "2024-25", engaged),
            observation("idva.engaged_long", "2024-25", long),
            observation("idva.engaged_short", "2024-25", short),
            observation("idva.not_engaged", "2024-25", none),
        ]

    assert flags_of(service("70", "45", "25", "71")) == []
    found = said(flags_of(service("70", "45", "24", "72")), SUM)
    assert len(found) == 2
    assert "add up to 142, but the total given is 141" in found[1] or "142" in found[0]


def test_quarters_against_the_year() -> None:
    quarters = [observation("marac.cases", each, "20") for each in (Q1, Q2, Q3, Q4)]
    assert flags_of([*quarters, observation("marac.cases", "2024-25", "80")]) == []
    found = said(flags_of([*quarters, observation("marac.cases", "2024-25", "81")]), SUM)
    assert found == [
        "MARAC cases, 2024-25: the periods within it add up to 80, but the total given is 81."
    ]


def test_people_counted_once_need_not_add_up_over_the_year() -> None:
    rows = [observation("police.victims", each, "60") for each in (Q1, Q2, Q3, Q4)]
    assert flags_of([*rows, observation("police.victims", "2024-25", "200")]) == []
    found = said(flags_of([*rows, observation("police.victims", "2024-25", "59")]), PART)
    assert "larger than the figure for 2024-25" in found[0] and "60 against 59" in found[0]


def test_figures_that_run_on_from_quarter_to_quarter() -> None:
    """Cumulative returns: what is counted by September is no less than what was by June."""

    def so_far(*counts: str) -> list[dict[str, Any]]:
        periods = (Q1, "2024-25 Q1..Q2", "2024-25 Q1..Q3", YEAR)
        return [
            observation("marac.cases", period, count)
            for period, count in zip(periods, counts, strict=True)
        ]

    assert said(flags_of(so_far("20", "20", "31", "50")), PART) == []
    found = said(flags_of(so_far("20", "31", "30", "50")), PART)
    assert found == [
        "MARAC cases, quarters 1 to 2 of 2024-25: larger than the figure for quarters 1 to 3 of "
        "2024-25, within which it lies (31 against 30)."
    ]
    half = [observation("marac.cases", each, "20") for each in (Q1, Q2)]
    found = said(flags_of([*half, observation("marac.cases", "2024-25 Q1..Q2", "41")]), SUM)
    assert len(found) == 1 and "add up to 40, but the total given is 41" in found[0]


def test_a_part_larger_than_its_whole() -> None:
    rows = [observation("marac.cases", YEAR, "30"), observation("marac.repeats", YEAR, "31")]
    assert said(flags_of(rows), PART) == [
        "Repeat MARAC cases, 2024-25: it is part of “MARAC cases” and yet larger (31 of 30)."
    ]
    rows = [observation("marac.cases", YEAR, "30"), observation("marac.repeats", YEAR, "30")]
    assert flags_of(rows) == []


def test_more_respondents_than_clients() -> None:
    rows = [observation("caseworker.engaged", "2024-25", "118")]
    rows += [
        observation("caseworker.outcomes", "2024-25", value, category=f"outcome={name}")
        for name, value in (("cessation", "6"), ("reduction", "97"), ("no_change", "29"))
    ]
    assert "there are 132 answers, more than the 118 clients" in said(flags_of(rows), MANY)[0]
    rows[0] = observation("caseworker.engaged", "2024-25", "132")
    assert said(flags_of(rows), MANY) == []


@pytest.mark.parametrize("area", ["E06000062", "E10000015"])
def test_figures_of_different_areas_are_not_set_against_each_other(area: str) -> None:
    rows = [
        observation("marac.cases", Q1, "30", area=area),
        observation("marac.repeats", Q1, "31"),
    ]
    assert said(flags_of(rows), PART) == []
