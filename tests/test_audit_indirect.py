"""Numbers that say something of a count without naming it, in a report whose policy lets them."""

import pytest

from attacked import PERIOD, QUARTERS, Table, addresses, attack, indicator


def years(heading: str, *rows: tuple[str, object]) -> Table:
    """One measure by period."""
    lines = [["Period", heading], *([period, cell] for period, cell in rows)]
    return Table("tbl-counts", f"{heading} by period, North Northamptonshire", lines)


def test_an_estimate_less_a_count_beside_the_estimate() -> None:
    """23,096.268 adults by the survey, 23,089.268 of them unknown to the police: they know 7."""
    known = years("Domestic abuse victims known to the police", (PERIOD, "[c]"))
    whole = indicator("prevalence.victims", value=23_096.268, status="approximate")
    gap = indicator("prevalence.reporting_gap", value=23_089.268, status="approximate")
    found = attack(known, indicators=(whole, gap))
    assert addresses(found) == [
        f"tbl-counts, row “{PERIOD}”, column “Domestic abuse victims known to the police”"
    ]
    assert found.findings[0].sources == ("indicators.json",)
    assert not attack(known, indicators=(whole, {**gap, "value": None})).findings
    assert not attack(known, indicators=(gap,)).findings


def test_an_estimate_as_a_sentence_rounds_it_tells_nothing() -> None:
    known = years("Domestic abuse victims known to the police", (PERIOD, "[c]"))
    names = {
        "Adults who experienced domestic abuse in the last year (estimate)": "about 23,100",
        "Estimated victims beyond those the police know": "about 23,000",
    }
    lines = [["Indicator", "Value"], *([name, text] for name, text in names.items())]
    assert not attack(known, Table("tbl-indicators", "Prevalence", lines)).findings


@pytest.mark.parametrize(("missing", "before"), [(3, 2), (0, None)])
def test_a_rate_with_a_quarter_filled_in(missing: int, before: int | None) -> None:
    """The third quarter counted twice; or, where the first is missing, the last of the year
    before.
    """
    cells: list[object] = [120, 130, 140, 150]
    cells[missing] = "[x]"
    cells[1] = "[c]"
    last = 110
    rows = [(f"2024-25 {quarter}", cell) for quarter, cell in zip(QUARTERS, cells, strict=True)]
    table = years("MARAC cases", ("2023-24 Q4", last), *rows)
    used = [120, 130, 140, 150]
    used[missing] = last if before is None else used[before]
    rate = indicator(
        "marac.rate_filled",
        value=10_000 * sum(used) / 148_620,
        denominator=148_620,
        status="approximate",
    )
    found = attack(table, indicators=(rate,))
    assert addresses(found) == ["tbl-counts, row “2024-25 Q2”, column “MARAC cases”"]
    assert set(found.findings[0].sources) == {"tbl-counts", "indicators.json"}
    assert not attack(table, indicators=({**rate, "value": None},)).findings


def test_a_rate_with_two_quarters_missing_cannot_be_filled() -> None:
    rows = [(f"2024-25 {quarter}", "[x]") for quarter in QUARTERS[2:]]
    table = years("MARAC cases", ("2024-25 Q1", 120), ("2024-25 Q2", "[c]"), *rows)
    rate = indicator("marac.rate_filled", value=37.68, denominator=148_620)
    assert not attack(table, indicators=(rate,)).findings


def test_the_ends_of_a_rate_that_is_only_bounded() -> None:
    """One quarter is under 5: at the low end the other three stand by themselves."""
    cells = [120, "[c]", "<5", 150]
    rows = [(f"2024-25 {quarter}", cell) for quarter, cell in zip(QUARTERS, cells, strict=True)]
    table = years("MARAC cases", *rows)
    ends = {"lower": 10_000 * 400 / 148_620, "upper": 10_000 * 404 / 148_620}
    rate = indicator("marac.rate", value=None, status="bounded", denominator=148_620, **ends)
    assert "tbl-counts, row “2024-25 Q2”, column “MARAC cases”" in addresses(
        attack(table, indicators=(rate,))
    )
    assert not attack(table).findings


def test_a_ratio_to_a_share_of_the_population_that_stands_beside_another() -> None:
    """The share of men in the population is given with the clients of another service."""
    cases = Table(
        "tbl-cases",
        "MARAC cases, North Northamptonshire",
        [["Period", "MARAC cases"], [PERIOD, 560]],
    )
    who = Table(
        "tbl-marac-characteristics",
        "MARAC cases by characteristic, North Northamptonshire",
        [["Characteristic", PERIOD], ["Disabled", 68], ["Male", "[c]"]],
    )
    expected = 49.0138
    ratio = indicator("marac.male_representation", value=100 * 33 / 560 / expected)
    row = {**indicator("idva.sex_representation", value=None), "expected": expected}
    men = {**row, "id": "idva.sex_representation.male", "status": "suppressed"}
    found = attack(cases, who, indicators=(ratio, men))
    assert addresses(found) == [f"tbl-marac-characteristics, row “Male”, column “{PERIOD}”"]
    assert not attack(cases, who, indicators=(ratio,)).findings
    other = {**men, "expected": 51.7}
    assert not attack(cases, who, indicators=(ratio, other)).findings, "divided another way"


def dashboard(second: str) -> dict[str, object]:
    """A dashboard's entry of MARAC cases: 120 in the first quarter, 123 in both."""
    quarter = {"status": "ok", "value": 120, "numerator": 120}
    hidden = {"status": "suppressed", "value": None, "numerator": None}
    return {
        "id": "marac.cases",
        "kind": "count",
        "quarters": {"2024-25 Q1": quarter, "2024-25 Q2": hidden},
        "so_far": {"status": "ok", "value": 123, "numerator": 123} if second else hidden,
    }


def test_a_quarter_of_a_dashboard_beside_its_part_year() -> None:
    """In its table, or in its file for programs."""
    columns = ["Indicator", "Q2 2024-25", "Q2 2023-24", "Change", "Q1–Q2 2024-25", "Q1–Q2 2023-24"]
    told = Table(
        "tbl-dashboard",
        "Indicators of the latest quarter",
        [columns, ["MARAC cases", "[c]", "130", "[c]", "123", "252"]],
    )
    first = years("MARAC cases", ("2024-25 Q1", 120), ("2024-25 Q2", "[c]"))
    found = attack(first, told)
    assert addresses(found) == ["tbl-counts, row “2024-25 Q2”, column “MARAC cases”"]
    assert set(found.findings[0].sources) == {"tbl-counts", "tbl-dashboard"}
    part = "2024-25 Q1..Q2"
    found = attack(indicators=(dashboard("123"),), period=part)
    assert addresses(found) == ["“MARAC cases”, quarter 2 of 2024-25, North Northamptonshire"]
    assert not attack(indicators=(dashboard(""),), period=part).findings


@pytest.mark.parametrize(
    ("change", "causes"),
    [("+80 (+29.6%)", "new data"), ("–", "revised data +6; new data +74"), ("–", "Not shown")],
)
def test_what_a_page_of_changes_says_of_a_hidden_draft(change: str, causes: str) -> None:
    columns = ["Indicator", "Published, 2023-24", "Draft, 2024-25", "Change", "Read as"]
    moved = Table(
        "tbl-marac",
        "MARAC: indicators",
        [[*columns, "Put down to"], ["MARAC cases", "270", "[c]", change, "Higher", causes]],
    )
    found = attack(years("MARAC cases", (PERIOD, "[c]")), moved)
    told = any(character.isdigit() for character in change + causes)
    assert bool(found.findings) is told
    if told:
        assert addresses(found) == [f"tbl-counts, row “{PERIOD}”, column “MARAC cases”"]
        assert found.findings[0].sources == ("tbl-marac",)
