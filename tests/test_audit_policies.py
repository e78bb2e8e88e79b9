"""Policies broken on purpose are caught, with the exact cells; sound ones raise no alarm."""

from pathlib import Path
from typing import Any

import pytest

from attacked import (
    NORTH,
    PERIOD,
    QUARTERS,
    WEST,
    ZEROS,
    Book,
    Table,
    addresses,
    agencies,
    attack,
    indicator,
    sexes,
    small_project,
)
from needs_assessment.audit.audit import audit_edition
from needs_assessment.audit.keys import Cell
from needs_assessment.audit.shown import Shown
from needs_assessment.auditing import refuse_findings
from needs_assessment.council import load_council
from needs_assessment.errors import AssessmentError
from running import run_command


def test_no_secondary_suppression() -> None:
    """One hidden number in a line with its total is the total less the others."""
    found = attack(sexes({"Female": 353, "Male": "[c]", "Not known": 7, "Total": 363}))
    assert addresses(found) == [f"tbl-sex, row “Male”, column “{PERIOD}”"]
    assert found.findings[0].sources == ("tbl-sex",)


def test_a_year_beside_its_quarters() -> None:
    rows = {"Police": [86, 99, 95, 85, 365], "Health": [7, "[c]", 9, 8, 26]}
    found = attack(agencies(rows, [*QUARTERS, PERIOD]))
    assert addresses(found) == ["tbl-agency, row “Health”, column “Q2”"]


def test_one_cell_in_two_tables() -> None:
    """Hidden with the total in one table; the total stands in another."""
    first = sexes({"Female": 353, "Male": "[c]", "Not known": 7})
    second = Table(
        "tbl-age",
        "Clients of the IDVA service by age, North Northamptonshire",
        [["Age", PERIOD], ["16 or 17", 13], ["18 to 24", 350], ["Total", 363]],
    )
    found = attack(first, second)
    assert addresses(found) == [f"tbl-sex, row “Male”, column “{PERIOD}”"]
    assert set(found.findings[0].sources) == {"tbl-sex", "tbl-age"}


def test_two_hidden_in_each_line_are_safe() -> None:
    rows = {
        "Police": ["[c]", "[c]", 95, 85, 365],
        "Health": ["[c]", "[c]", 9, 8, 36],
        "Housing": [10, 10, 8, 7, 35],
        "Total": [100, 140, 112, 100, 452],
    }
    assert not attack(agencies(rows, [*QUARTERS, PERIOD])).findings


@pytest.mark.parametrize(
    ("total", "rule", "safe"),
    [
        (353 + 7 + 4, "may", True),
        (353 + 7 + 4, "never", False),
        (353 + 7 + 5, "never", True),
        (353 + 7 + 3, "may", False),
    ],
)
def test_two_hidden_that_leave_no_room(total: int, rule: str, safe: bool) -> None:
    """Two numbers that make 4: from 0 to 4 each; from 1 to 3 when a zero is always shown."""
    table = Table(
        "tbl-route",
        "Clare's Law by route, North Northamptonshire",
        [["Came from", PERIOD], ["A", 353], ["B", 7], ["C", "[c]"], ["D", "[c]"], ["Total", total]],
    )
    risk = Table(
        "tbl-risk",
        "Crimes and incidents by the risk recorded, North Northamptonshire",
        [
            ["Risk", PERIOD],
            ["Standard", 353],
            ["Medium", 7],
            ["High", "[c]"],
            ["No risk recorded", "[c]"],
            ["Total", total],
        ],
    )
    found = attack(risk, rule=ZEROS if rule == "never" else "Counts from 1 to 4 are not shown.")
    assert bool(found.findings) is not safe
    if rule == "may":
        assert bool(attack(table).findings) is not safe, "the same by its place in the table"


PARTS = (
    "Counts of people from 1 to 4 are not shown. Zeros are shown, unless they would show that all "
    "of a group of fewer than 10 are alike. Nor is a count so small broken down: zeros among its "
    "quarters, areas or categories appear as [c] as well, unless zeros that are shown tell them."
)


@pytest.mark.parametrize(
    ("quarters", "rule", "safe"),
    [
        (["[c]", "[c]", 0, 0], ZEROS, False),
        (["[c]", "[c]", 0, 0], PARTS, False),
        (["[c]", 0, "[c]", "[c]"], PARTS, False),
        (["[c]", "[c]", "[c]", "[c]"], ZEROS, False),
        (["[c]", "[c]", "[c]", "[c]"], PARTS, True),
    ],
)
def test_a_small_year_of_several_hidden_quarters_can_be_1(
    quarters: list[Any], rule: str, safe: bool
) -> None:
    """Two hidden quarters make 2 at least where zeros are shown; that a zero is shown beside them
    says, where small counts are not broken down, that the year is no small count.
    """
    rows = {"Police": ["[c]", "[c]", "[c]", "[c]", "[c]"], "Health": [*quarters, "[c]"]}
    rows["Total"] = [100, 140, 112, 100, 452]
    key = Cell("marac.referrals", PERIOD, NORTH, "agency", "health")
    found = attack(agencies(rows, [*QUARTERS, PERIOD]), rule=rule, primary={key})
    year = f"tbl-agency, row “Health”, column “{PERIOD}”"
    assert (year not in addresses(found)) is safe


def test_a_number_known_to_be_hidden_for_its_size_must_be_able_to_be_any_small_one() -> None:
    """From 3 to 20 hides a larger number well, but not one that is known to be under 5."""
    rows = {"Police": [86, 99, 95, 85, 365], "Health": ["[c]", "[c]", 9, 8, 40]}
    cases = Table(
        "tbl-cases",
        "MARAC cases by quarter, 2024-25, North Northamptonshire",
        [["Period", "MARAC cases"], ["Q1", 106], ["Q2", 200], ["Q3", 300], ["Q4", 300]],
    )
    table = agencies(rows, [*QUARTERS, PERIOD])
    key = Cell("marac.referrals", "2024-25 Q2", NORTH, "agency", "health")
    assert not attack(table, cases).findings
    assert addresses(attack(table, cases, primary={key})) == [
        "tbl-agency, row “Health”, column “Q2”"
    ]


@pytest.mark.parametrize("shown", ["3.57%", "3.6%", "4%"])
def test_a_percentage_of_a_known_base(shown: str) -> None:
    table = Table(
        "tbl-indicators",
        "MARAC, North Northamptonshire",
        [["Indicator", "Value"], ["MARAC cases that are repeats", shown]],
    )
    cases = Table(
        "tbl-cases",
        "MARAC cases by year, North Northamptonshire",
        [["Period", "MARAC cases", "Repeat MARAC cases"], [PERIOD, 84, "[c]"]],
    )
    found = attack(table, cases)
    assert addresses(found) == [f"tbl-cases, row “{PERIOD}”, column “Repeat MARAC cases”"]
    assert set(found.findings[0].sources) == {"tbl-indicators", "tbl-cases"}


def test_a_percentage_to_two_decimals_of_a_large_base() -> None:
    """To a whole percentage, 0.1% of 4,000 hides well; two decimals give the count."""
    cases = Table(
        "tbl-cases",
        "Children, North Northamptonshire",
        [
            ["Children", PERIOD],
            ["Assessments by children's social care", 4000],
            ["Assessments with domestic abuse as a factor", "[c]"],
        ],
    )
    name = "Share of assessments with domestic abuse as a factor"
    for value, safe in (("0%", True), ("0.1%", True), ("0.08%", False)):
        shares = Table("tbl-share", "Children", [["Indicator", "Value"], [name, value]])
        assert bool(attack(cases, shares).findings) is not safe, value


def test_digits_of_the_data_that_the_page_does_not_print() -> None:
    cases = Table(
        "tbl-cases",
        "Children, North Northamptonshire",
        [["Children", PERIOD], ["Assessments with domestic abuse as a factor", "[c]"]],
    )
    share = indicator("children.assessments_da_share", value=100 * 3 / 4000, denominator=4000)
    found = attack(cases, indicators=(share,))
    assert found.findings[0].sources == ("indicators.json",)
    rounded = indicator("children.assessments_da_share", value=None, denominator=4000)
    assert not attack(cases, indicators=(rounded,)).findings


@pytest.mark.parametrize(
    ("name", "given", "measure"),
    [
        (
            "marac.repeat_rate",
            {"lower": 100 * 0.0215437, "upper": 100 * 0.1117505, "denominator": 100},
            "Repeat MARAC cases",
        ),
        (
            "marac.rate",
            {"lower": 10000 * 1.6234864 / 148620, "upper": 10000 * 11.668332 / 148620}
            | {"denominator": 148620},
            "MARAC cases",
        ),
    ],
)
def test_an_interval_gives_the_count(name: str, given: dict[str, float], measure: str) -> None:
    """Wilson's interval of 5 in 100 and the exact interval of 5 events (reference values of
    PHEindicatormethods): no value is shown, and the count is 5.
    """
    table = Table(
        "tbl-cases",
        "MARAC cases by year, North Northamptonshire",
        [["Period", measure], [PERIOD, "[c]"]],
    )
    rounded = {part: round(number, 2) for part, number in given.items()}
    found = attack(table, indicators=(indicator(name, value=None, **rounded),))
    assert addresses(found) == [f"tbl-cases, row “{PERIOD}”, column “{measure}”"]
    assert not attack(table, indicators=(indicator(name, value=None),)).findings


def test_an_interval_without_its_base_gives_part_and_base() -> None:
    table = Table(
        "tbl-cases",
        "MARAC cases by year, North Northamptonshire",
        [["Period", "Repeat MARAC cases", "MARAC cases"], [PERIOD, "[c]", "[c]"]],
    )
    entry = indicator("marac.repeat_rate", value=None, lower=0.17674, upper=5.44862)
    assert len(attack(table, indicators=(entry,)).findings) == 2


def test_a_change_gives_the_count() -> None:
    table = Table(
        "tbl-police",
        "Recorded by the police by year, North Northamptonshire",
        [["Measure", "2023-24", "2024-25"], ["Domestic abuse crimes", 40, "[c]"]],
    )
    shares = Table(
        "tbl-share",
        "Prevalence",
        [
            ["Indicator", "Value"],
            ["Change in domestic abuse-related crimes on the year before", "−92.5%"],
        ],
    )
    assert addresses(attack(table, shares)) == [
        "tbl-police, row “Domestic abuse crimes”, column “2024-25”"
    ]


def test_that_a_percentage_is_not_given_bounds_its_base() -> None:
    """From 16 to 27 by the other tables; under 20 because no percentage is given, 20 or more
    because one is hidden.
    """
    starts = Table(
        "tbl-programme",
        "Behaviour change programmes, North Northamptonshire",
        [
            ["Stage", PERIOD],
            ["Referrals to a behaviour change programme", "[c]"],
            ["Starts of a behaviour change programme", 16],
        ],
    )
    name = "Programme referrals that started"
    reason = "The base is under 20: no percentage is given."
    gaps = Table("tbl-gaps", "Gaps", [["Indicator", "Why it is not available"], [name, reason]])
    assert not attack(starts).findings
    found = attack(starts, gaps)
    assert "Referrals to a behaviour change programme" in addresses(found)[0]
    assert set(found.findings[0].sources) == {"tbl-programme", "the gaps"}


def test_a_share_as_a_partner_printed_it() -> None:
    table = Table(
        "tbl-housing",
        "Households presenting as homeless, North Northamptonshire",
        [
            ["Homelessness", PERIOD],
            ["Households presenting as homeless", 60],
            ["Households presenting as homeless because of domestic abuse", "[c]"],
            ["Share of homeless presentations that are due to domestic abuse", "5%"],
        ],
    )
    assert "because of domestic abuse" in addresses(attack(table))[0]


def county(north: str | None, west: int, total: int) -> Table:
    rows = [["North Northamptonshire", north]] if north else []
    return Table(
        "tbl-county",
        "MARAC cases by council",
        [
            ["Area", "MARAC cases"],
            *rows,
            ["West Northamptonshire", west],
            ["All together", total],
        ],
    )


def test_a_county_total_with_one_council_hidden() -> None:
    assert addresses(attack(county("[c]", 560, 563))) == [
        "tbl-county, row “North Northamptonshire”, column “MARAC cases”"
    ]


def test_a_county_total_with_one_council_missing() -> None:
    """North stands nowhere, and is the county less West."""
    found = attack(county(None, 560, 563))
    assert addresses(found) == ["“MARAC cases”, 2024-25, North Northamptonshire"]
    assert not attack(county(None, 560, 590)).findings, "no small count follows"


def test_the_other_council_has_a_report_of_its_own() -> None:
    """The county's total in North's report, West's cases in West's."""
    cases = Table(
        "tbl-cases", "MARAC cases", [["Area", "MARAC cases"], ["North Northamptonshire", "[c]"]]
    )
    total = Table(
        "tbl-total",
        "MARAC cases, 2024-25, Northamptonshire",
        [["Period", "MARAC cases"], [PERIOD, 563]],
    )
    west = Table(
        "tbl-cases",
        "MARAC cases, West Northamptonshire",
        [["Period", "MARAC cases"], [PERIOD, 560]],
    )
    neighbour = Shown(f"west/{PERIOD}", WEST, PERIOD, tables=(west.shown(),))
    assert not attack(cases, total).findings
    found = attack(cases, total, others=(neighbour,))
    assert len(found.findings) == 1
    assert f"[west/{PERIOD}] tbl-cases" in found.findings[0].sources


def test_an_earlier_version_is_opened_by_subtraction() -> None:
    """The old version hid two quarters; the new one shows one of them."""
    old = agencies({"Health": ["[c]", 6, "[c]", 11, 30]}, [*QUARTERS, PERIOD])
    version = Shown(f"north/{PERIOD}/1.0", NORTH, PERIOD, tables=(old.shown(),))
    new = agencies({"Health": [10, 6, 11]}, ["Q1", "Q2", "Q4"])
    found = attack(new, others=(version,))
    assert addresses(found) == [f"[north/{PERIOD}/1.0] tbl-agency, row “Health”, column “Q3”"]
    assert "tbl-agency" in found.findings[0].sources
    kept = agencies({"Health": [6, 11]}, ["Q2", "Q4"])
    assert not attack(kept, others=(version,)).findings


def test_what_an_earlier_version_gave_away_alone_is_not_laid_on_this_one() -> None:
    old = agencies({"Health": ["[c]", 6, 10, 11, 30]}, [*QUARTERS, PERIOD])
    version = Shown(f"north/{PERIOD}/1.0", NORTH, PERIOD, tables=(old.shown(),))
    assert not attack(agencies({"Police": [86]}), others=(version,)).findings


def test_a_revision_is_not_set_against_what_it_replaced() -> None:
    """30 less the new quarters would be no number of anybody."""
    old = agencies({"Health": ["[c]", 6, "[c]", 11, 30]}, [*QUARTERS, PERIOD])
    version = Shown(f"north/{PERIOD}/1.0", NORTH, PERIOD, tables=(old.shown(),))
    new = agencies({"Health": [10, 7, 11]}, ["Q1", "Q2", "Q4"])
    assert not attack(new, others=(version,)).findings


def test_a_small_group_wholly_in_one_category() -> None:
    rows = {"Female": 7, "Male": 0, "Not known": 0, "Total": 7}
    found = attack(sexes(rows))
    assert addresses(found) == [
        "“Characteristics of IDVA clients”, “female”, 2024-25, North Northamptonshire"
    ]
    assert "wholly" in str(found.findings[0])
    assert not attack(sexes({**rows, "Female": 17, "Total": 17})).findings


def test_a_count_shown_although_the_rule_hides_it() -> None:
    found = attack(sexes({"Female": 353, "Male": 3, "Not known": 7, "Total": 363}))
    assert "the rule hides" in str(found.findings[0])


def test_what_a_partner_had_published_raises_no_alarm() -> None:
    """A [c] of a published source protects nobody here, nor does a small count it shows."""
    table = sexes({"Female": 353, "Male": "[c]", "Not known": 2, "Total": 358})
    returns = Table(
        "tbl-returns",
        "Returns received",
        [["Partner", "File", "Nature"], ["a partner", "idva.csv", "published"]],
    )
    assert len(attack(table).findings) == 2
    assert not attack(table, returns).findings


def test_places_and_money_are_not_people() -> None:
    table = Table(
        "tbl-places",
        "Places, North Northamptonshire",
        [["Places", "31 March 2025"], ["Places for large families", 2]],
    )
    assert not attack(table).findings


def test_the_verb_names_cells_and_never_numbers(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    table = sexes({"Female": 353, "Male": "[c]", "Not known": 7, "Total": 363})
    folder = Book([table]).write(project.report("north", PERIOD).path)
    run = run_command(tmp_path, "audit", "north")
    assert run.returncode == 1, run.stderr
    assert f"tbl-sex, row “Male”, column “{PERIOD}”" in run.stdout
    finding = run.stdout.split(f"column “{PERIOD}”")[1].splitlines()[0]
    assert not any(character.isdigit() for character in finding)
    with pytest.raises(AssessmentError) as refused:
        refuse_findings(audit_edition(project, load_council(project, "north"), PERIOD, folder))
    assert "tbl-sex" in refused.value.message and "stay" in refused.value.hint
    Book([sexes({"Female": 353, "Male": "[c]", "Total": "[c]"})]).write(folder)
    run = run_command(tmp_path, "audit", "north", "--period", PERIOD)
    assert run.returncode == 0, run.stdout


def test_there_must_be_a_report(tmp_path: Path) -> None:
    small_project(tmp_path)
    run = run_command(tmp_path, "audit", "north")
    assert run.returncode == 1
    assert "no report" in run.stderr and "make assessment" in run.stderr
