"""What can be worked out from one table with the help of others, a year, an area or a rate."""

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from completing import Table, opened
from needs_assessment.council import Disclosure, load_council
from needs_assessment.disclosure.policy import read_policy
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project
from protecting import AREAS, DICTIONARY, observation, policy_of, protect
from running import ROOT


def quarters(measure: str, *values: int, category: str = "") -> list[dict]:
    return [
        observation(measure, value, period=f"2024-25 Q{number}", category=category)
        for number, value in enumerate(values, start=1)
    ]


counts = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 8, 11, 15])
agencies = st.lists(st.lists(counts, min_size=2, max_size=2), min_size=4, max_size=4)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(agencies, st.lists(st.sampled_from([0.0, 0.3, 0.6, 1.0]), min_size=4, max_size=4))
@example([[1, 5], [11, 8], [15, 15], [2, 4]], [1.0, 1.0, 1.0, 0.0])
@example([[6, 15], [5, 2], [0, 4], [3, 0]], [0.6, 0.6, 0.0, 0.6])
@example([[0, 15], [0, 0], [0, 5], [0, 2]], [1.0, 0.3, 0.3, 0.6])
@example([[2, 2], [0, 0], [15, 1], [1, 0]], [0.3, 0.6, 0.0, 0.6])
def test_cases_by_agency_and_quarter_with_their_repeats(
    referred: list[list[int]], shares: list[float]
) -> None:
    """Two agencies over four quarters, cases, repeats among them, and the year of all."""
    names = ("police", "health")
    cases = [sum(quarter) for quarter in referred]
    repeats = [int(share * total) for share, total in zip(shares, cases, strict=True)]
    rows = quarters("marac.cases", *cases) + quarters("marac.repeats", *repeats)
    truth, sums = {}, []
    for number, name in enumerate(names):
        values = [quarter[number] for quarter in referred]
        rows += quarters("marac.referrals", *values, category=f"agency={name}")
        truth.update({(name, f"Q{n}"): value for n, value in enumerate(values, start=1)})
    for n, (total, again) in enumerate(zip(cases, repeats, strict=True), start=1):
        quarter = f"Q{n}"
        truth["cases", quarter], truth["repeats", quarter] = total, again
        truth["rest", quarter] = total - again
        sums.append((("cases", quarter), tuple((name, quarter) for name in names)))
    truth["rest", ""] = sum(cases) - sum(repeats)
    for name in (*names, "cases", "repeats"):
        parts = tuple((name, f"Q{n}") for n in (1, 2, 3, 4))
        truth[name, ""] = sum(truth[part] for part in parts)
        sums.append(((name, ""), parts))
    for quarter in ("Q1", "Q2", "Q3", "Q4", ""):
        sums.append((("cases", quarter), (("repeats", quarter), ("rest", quarter))))
    shown = protect(*rows)
    hidden = {
        (cell.key.category or cell.key.measure.removeprefix("marac."), cell.key.period[8:])
        for cell in shown.cells
        if cell.hidden
    }
    rest = frozenset(name for name in truth if name[0] == "rest")
    assert not opened(Table(truth, sums, unstated=rest), hidden)


def test_a_small_year_is_not_shown_by_quarter_zeros_neither() -> None:
    """Two quarters of 1 to 4 beside two zeros would make a year of 2 at least."""
    rows = quarters("marac.referrals", 40, 41, 42, 43, category="agency=police")
    rows += quarters("marac.referrals", 20, 30, 25, 30, category="agency=health")
    rows += quarters("marac.referrals", 1, 2, 0, 0, category="agency=housing")
    rows += quarters("marac.referrals", 8, 0, 7, 6, category="agency=education")
    shown = protect(*rows)
    year = ["", " Q1", " Q2", " Q3", " Q4"]
    housing = [shown.cell(f"marac.referrals agency=housing 2024-25{each}") for each in year]
    assert {cell.display for cell in housing} == {"[c]"}
    assert [cell.why.reason for cell in housing[3:] if cell.why] == ["part", "part"]
    assert shown["marac.referrals agency=education 2024-25 Q2"] == "0"


def test_a_small_year_is_not_shown_by_a_category_of_which_it_holds_none() -> None:
    """Two categories with somebody in them would make a year of 2 at least."""
    rows = quarters("idva.referrals", 0, 0, 1, 1)
    rows += quarters("idva.referrals", 0, 0, 0, 1, category="source=police")
    rows += quarters("idva.referrals", 0, 0, 1, 0, category="source=self")
    rows += quarters("idva.referrals", 0, 0, 0, 0, category="source=health")
    shown = protect(*rows)
    assert {cell.display for cell in shown.cells} == {"[c]"}
    assert not shown.protection.exposed


def test_a_year_that_holds_a_partner_s_bound_is_confidential_not_unavailable() -> None:
    rows = quarters("marac.cases", 20, 30, 25)
    rows.append(observation("marac.cases", None, period="2024-25 Q4", status="below:5"))
    shown = protect(*rows)
    assert shown["marac.cases 2024-25 Q4"] == "<5"
    assert shown["marac.cases"] == "[c]" and not shown.cell("marac.cases").value
    rows[-1] = observation("marac.cases", None, period="2024-25 Q4", status="not available")
    assert all(cell.key.period != "2024-25" for cell in protect(*rows).cells)


def test_zeros_that_a_shown_zero_tells_stay() -> None:
    """Nobody was referred in the third quarter: that says of each agency that it referred none."""
    rows = quarters("marac.cases", 41, 43, 0, 45)
    rows += quarters("marac.referrals", 40, 41, 0, 43, category="agency=police")
    rows += quarters("marac.referrals", 1, 2, 0, 2, category="agency=housing")
    shown = protect(*rows)
    assert shown["marac.cases 2024-25 Q3"] == "0"
    assert shown["marac.referrals agency=housing 2024-25 Q3"] == "0"


def test_a_total_given_under_another_name_counts_too() -> None:
    """No total of referrals is reported, but every case was referred by someone."""
    rows = quarters("marac.cases", 40, 40, 40, 40)
    for agency, values in {"police": (30, 31, 32, 30), "health": (7, 9, 8, 8)}.items():
        rows += quarters("marac.referrals", *values, category=f"agency={agency}")
    rows += quarters("marac.referrals", 3, 0, 0, 2, category="agency=housing")
    shown = protect(*rows)
    assert shown["marac.referrals agency=housing 2024-25 Q1"] == "[c]"
    beside = {shown[f"marac.referrals agency={name} 2024-25 Q1"] for name in ("police", "health")}
    assert "[c]" in beside
    assert shown["marac.cases 2024-25 Q1"] == "40"
    assert shown.indicators["marac.cases"]["value"] == 160


def test_parts_that_make_up_a_measure() -> None:
    rows = [
        observation("idva.referrals", 60),
        observation("idva.engaged", 56),
        observation("idva.not_engaged", 4),
    ]
    shown = protect(*rows)
    assert shown["idva.not_engaged"] == "[c]"
    assert "[c]" in (shown["idva.engaged"], shown["idva.referrals"])
    assert shown.indicators["idva.engagement_rate"]["status"] == "suppressed"


def test_what_is_left_of_a_whole_may_be_small() -> None:
    """Of 50 cases 48 were repeats: the other 2 are people too."""
    shown = protect(observation("marac.cases", 50), observation("marac.repeats", 48))
    assert "[c]" in (shown["marac.cases"], shown["marac.repeats"])
    rate = shown.indicators["marac.repeat_rate"]
    assert rate["display"] == rate["figures"]["numerator"] == "[c]"


def test_a_rate_goes_with_its_count_and_comes_with_its_total() -> None:
    """A rate per head tells its count; a year may be shown when a quarter may not."""
    hidden = protect(observation("marac.cases", 3)).indicators["marac.rate"]
    assert hidden["status"] == "suppressed" and hidden["numerator"] is None
    shown = protect(*quarters("marac.cases", 3, 20, 4, 25))
    assert shown["marac.cases 2024-25 Q1"] == shown["marac.cases 2024-25 Q3"] == "[c]"
    assert shown["marac.cases"] == "52"
    assert shown.indicators["marac.rate"]["numerator"] == 52


def test_an_indicator_that_adds_up_counts_gives_none_away() -> None:
    """Children supported are those in refuge and those in the community: the sum is printed."""
    shown = protect(
        observation("children.supported_refuge", 3), observation("children.supported_community", 40)
    )
    assert shown["children.supported_refuge"] == "[c]"
    total = shown.indicators["children.supported"]["display"]
    assert "[c]" in (total, shown["children.supported_community"])


def test_half_years_months_and_other_years_are_sums_as_well() -> None:
    rows = [
        observation("marac.cases", 3, period="2024-25 Q1"),
        observation("marac.cases", 30, period="2024-25 Q2"),
        observation("marac.cases", 33, period="2024-25 Q1..Q2"),
        observation("marac.cases", 12, period="2024-M07"),
        observation("marac.cases", 10, period="2024-M08"),
        observation("marac.cases", 8, period="2024-M09"),
    ]
    shown = protect(*rows)
    names = ["2024-25 Q1", "2024-25 Q2", "2024-25 Q1..Q2", "2024-M07", "2024-M08", "2024-M09"]
    truth = {(name,): int(row["value"]) for name, row in zip(names, rows, strict=True)}
    first, second, half, *months = truth
    table = Table(truth, [(half, (first, second)), (second, tuple(months))])
    hidden = {(cell.key.period,) for cell in shown.cells if cell.hidden}
    assert first in hidden and not opened(table, hidden)


def test_two_breakdowns_at_once() -> None:
    """Ages by sex, ages, sexes and all, of which only some are reported."""
    truth = {("16", "f"): 30, ("16", "m"): 2, ("25", "f"): 40, ("25", "m"): 9}
    ages, sexes = {"16": "aged_16_17", "25": "aged_25_34"}, {"f": "female", "m": "male"}
    rows = [
        observation(
            "idva.clients",
            value,
            dimension="age × sex",
            category=f"{ages[age]} × {sexes[sex]}",
        )
        for (age, sex), value in truth.items()
    ]
    rows += [observation("idva.clients", 32, category="age=aged_16_17")]
    rows += [observation("idva.clients", 49, category="age=aged_25_34")]
    rows += [observation("idva.clients", 70, category="sex=female")]
    rows += [observation("idva.clients", 11, category="sex=male")]
    shown = protect(*rows)
    hidden = {cell.key.category for cell in shown.cells if cell.hidden}
    names = {
        **{f"{ages[age]} × {sexes[sex]}": (age, sex) for age, sex in truth},
        **{"aged_16_17": ("16",), "aged_25_34": ("25",), "female": ("f",), "male": ("m",)},
    }
    table = Table(
        {**truth, ("16",): 32, ("25",): 49, ("f",): 70, ("m",): 11},
        [
            *(((age,), ((age, "f"), (age, "m"))) for age in ages),
            *(((sex,), (("16", sex), ("25", sex))) for sex in sexes),
        ],
    )
    assert ("16", "m") in {names[each] for each in hidden}
    assert not opened(table, {names[each] for each in hidden})


def test_a_published_share_of_a_known_base_tells_its_count() -> None:
    """A partner printed 10%: with a base of 30, the count is 3, although no table shows it."""
    rows = [
        observation("marac.cases", 30),
        observation("marac.repeats", 3),
        observation("marac.repeat_share", 10, nature="published"),
    ]
    shown = protect(*rows)
    assert shown["marac.repeat_share"] == "10%"
    assert shown["marac.repeats"] == shown["marac.cases"] == "[c]"


def test_a_share_that_says_a_small_count_nobody_returned_is_hidden() -> None:
    rows = [observation("marac.cases", 40), observation("marac.repeat_share", 5)]
    shown = protect(*rows)
    assert shown["marac.repeat_share"] == "[c]"
    assert shown.indicators["marac.repeat_rate"]["status"] == "suppressed"
    rows[0] = observation("marac.cases", 400)
    assert protect(*rows)["marac.repeat_share"] == "5%"


def test_a_small_group_is_not_shown_to_be_all_alike() -> None:
    names = ("female", "male", "not_known")
    rows = [
        observation("idva.clients", value, category=f"sex={name}")
        for name, value in zip(names, (8, 0, 0), strict=True)
    ]
    shown = protect(*rows)
    assert shown["idva.clients sex=female"] == "[c]"
    hidden = {name for name in names if shown[f"idva.clients sex={name}"] == "[c]"}
    assert len(hidden) > 1 or shown["idva.clients"] == "[c]"
    rows[0] = observation("idva.clients", 12, category="sex=female")
    assert not protect(*rows).hidden


def test_a_small_group_of_a_finer_breakdown_is_not_shown_to_be_all_alike() -> None:
    """All seven who are 16 or 17 are women: no row of ages by sex may show it."""
    people = {
        "aged_16_17 × female": 7,
        "aged_16_17 × male": 0,
        "aged_18_24 × female": 40,
        "aged_18_24 × male": 30,
    }
    rows = [
        observation("idva.clients", value, category=f"age × sex={name}")
        for name, value in people.items()
    ]
    young = {cell.key.category: cell.hidden for cell in protect(*rows).cells}
    assert young["aged_16_17 × female"]


def test_what_is_left_when_a_part_is_taken_off_is_a_count_too() -> None:
    """Cases that agencies other than the police referred: a percentage prints their number."""
    rows = [
        observation("marac.cases", 40),
        observation("marac.referrals", 37, category="agency=police"),
    ]
    shown = protect(*rows)
    assert shown.indicators["marac.partner_share"]["status"] == "suppressed"
    assert "[c]" in (shown["marac.cases"], shown["marac.referrals agency=police"])
    rows[1] = observation("marac.referrals", 25, category="agency=police")
    entry = protect(*rows).indicators["marac.partner_share"]
    (taken_off,) = [known for known in entry["prints"] if known["less"]]
    assert (entry["numerator"], taken_off["least"], taken_off["most"]) == (15, 15, 15)


def test_why_there_is_no_percentage_says_nothing_of_a_hidden_base() -> None:
    """That the base is under 20 would narrow down a count that is hidden to protect another."""
    rows = [
        observation("marac.repeats", 6),
        *quarters("marac.cases", 3, 4, 5, 4),
    ]
    shown = protect(*rows)
    entry = shown.indicators["marac.repeat_rate"]
    assert shown["marac.cases"] != "[c]" and "under 20" in entry["reason"]
    rows[0] = observation("marac.repeats", 14)
    shown = protect(*rows)
    entry = shown.indicators["marac.repeat_rate"]
    assert shown["marac.cases"] == "[c]" or shown["marac.repeats"] == "[c]"
    if shown["marac.cases"] == "[c]":
        assert (entry["status"], entry["reason"]) == ("suppressed", "")


def test_figures_that_contradict_each_other_protect_nobody() -> None:
    """The total is wrong by one; a reader who guesses that must not learn the small count."""
    names = dict(standard=60, medium=30, high=3, none=6)
    rows = [observation("police.recorded", 100)]
    rows += [
        observation("police.recorded", value, category=f"risk={name}")
        for name, value in names.items()
    ]
    shown = protect(*rows)
    assert shown["police.recorded risk=high"] == "[c]"
    assert len(shown.hidden) == 2


def test_a_county_and_its_councils() -> None:
    """All councils of a county but one are shown, and the county: the last one follows."""
    district, county = "E07000102", "E10000015"
    others = [
        area.code
        for area in AREAS.values()
        if area.county == county and area.code not in (district, county)
    ]
    rows = [observation("marac.cases", 3, area=district)]
    rows += [observation("marac.cases", 50, area=code) for code in others]
    rows += [observation("marac.cases", 3 + 50 * len(others), area=county)]
    shown = protect(*rows, policy=policy_of(district))
    hidden = {cell.key.area for cell in shown.cells if cell.hidden}
    assert district in hidden and len(hidden) == 2


def test_where_refuges_are_is_not_shown() -> None:
    county, district = "E10000015", "E07000102"
    rows = [
        observation("refuge.places", 40, area=county, period="@2025-03-31"),
        observation("refuge.places", 12, area=district, period="@2025-03-31"),
    ]
    usual = {"measures": {"refuge.*": {"never_below": "council"}}}
    shown = protect(*rows, policy=policy_of(county, **usual))
    assert [cell.display for cell in shown.cells] == ["40", "[c]"]
    assert shown.cells[1].why and shown.cells[1].why.reason == "area"
    own = protect(rows[1], policy=policy_of(district, **usual))
    assert [cell.display for cell in own.cells] == ["12"]


def test_rounding_is_a_source_s_own_rule() -> None:
    """Counts to the nearest 5, each by itself, and rates from rounded counts."""
    rounding = {"marac.*": {"rounding": 5}}
    rows = quarters("marac.cases", 12, 23, 33, 41)
    rows += [observation("marac.repeats", 28), observation("marac.repeat_share", 25.7)]
    shown = protect(*rows, policy=policy_of(measures=rounding))
    assert [shown[f"marac.cases 2024-25 Q{n}"] for n in (1, 2, 3, 4)] == ["10", "25", "35", "40"]
    assert shown["marac.cases"] == "110", "109, rounded by itself; its rounded parts make 110 too"
    assert shown["marac.repeats"] == "30"
    rate = shown.indicators["marac.repeat_rate"]
    assert (rate["numerator"], rate["denominator"]) == (30, 110)
    assert rate["value"] == pytest.approx(100 * 30 / 110)
    assert shown["marac.repeat_share"] == "[c]", "it was worked out from counts nobody sees"
    assert shown.indicators["marac.rate"]["numerator"] == 110


def test_without_secondary_suppression_only_the_rule_hides() -> None:
    rows = [
        observation("idva.referrals", 60),
        observation("idva.engaged", 56),
        observation("idva.not_engaged", 4),
    ]
    policy = policy_of(secondary=False)
    assert protect(*rows, policy=policy).hidden == {"idva.not_engaged"}
    assert "no secondary suppression" in policy.statement()


def test_money_that_one_contributor_makes_most_of() -> None:
    """Funding by strand, taken as contributors for the test: the largest gives 90%."""
    rule = {"dominance": {"contributors": "strand", "share": 80}}
    names = list(DICTIONARY["funding.total"].dimensions["strand"].categories)[:3]
    policy = policy_of(measures={"funding.total": rule})

    def funding(*amounts: int) -> list[dict]:
        return [
            observation("funding.total", sum(amounts)),
            *(
                observation("funding.total", amount, category=f"strand={name}")
                for name, amount in zip(names, amounts, strict=True)
            ),
        ]

    shown = protect(*funding(90_000, 6_000, 4_000), policy=policy)
    assert {cell.display for cell in shown.cells} == {"[c]"}
    shown = protect(*funding(30_000, 30_000, 30_000), policy=policy)
    assert [cell.display for cell in shown.cells] == ["£90,000", "[c]", "[c]", "[c]"]


def test_limits_differ_by_measure() -> None:
    policy = policy_of(
        measures={"marac.*": {"suppress_below": 8}, "marac.children": {"suppress_below": 1}}
    )
    shown = protect(
        observation("marac.cases", 7),
        observation("marac.children", 2),
        observation("idva.referrals", 7),
        policy=policy,
    )
    assert [cell.display for cell in shown.cells] == ["[c]", "2", "7"]
    assert "from 1 to 7" in policy.statement()


def test_a_misspelt_exception_is_refused() -> None:
    council = load_council(Project(ROOT), "north").model_copy(
        update={
            "disclosure": Disclosure.model_validate({"measures": {"marac.case": {"rounding": 5}}})
        }
    )
    with pytest.raises(AssessmentError) as error:
        read_policy(council, DICTIONARY, AREAS)
    assert "marac.case" in error.value.message and "marac.cases" in error.value.hint
