"""Breakdowns: what is given for each group, what is hidden, and what compares groups."""

from dataclasses import replace
from typing import Any

import pytest

from computed import CATALOGUE, COUNCIL, Row, basis, group, indicator, protecting
from needs_assessment.chapter.breakdowns import breakdown_frame, overall_cell
from needs_assessment.chapter.records import base_words
from needs_assessment.disclosure.board import complete_indicator
from needs_assessment.disclosure.groups import protect_group
from needs_assessment.indicators.groups import compute_groups
from needs_assessment.returns.dictionary import load_dictionary
from running import ROOT

NOW = "2024-25"


def shown(name: str, *rows: Row, **settings: Any) -> dict[str, Any]:
    found = group(name, *rows, **settings)
    return protect_group(found, protecting(basis(*rows, **settings), (), found))


def sex(female: Any, male: Any, unknown: Any) -> list[Row]:
    counts = {"female": female, "male": male, "not_known": unknown}
    return [(f"idva.clients[sex={key}]", NOW, value) for key, value in counts.items()]


def areas(counts: dict[str, int], people: int = 50_000) -> list[Row]:
    rows: list[Row] = []
    for area, count in counts.items():
        rows += [
            (f"idva.referrals[locality={area}]", NOW, count),
            (f"population.persons[locality={area}]", "@2023-06-30", people),
        ]
    return rows


def test_rows_stand_in_the_order_of_the_dictionary_and_unknown_first() -> None:
    entry = shown("idva.sex", ("idva.engaged", NOW, 400), *sex(300, 60, 40))
    assert [row["category"] for row in entry["rows"]] == ["not_known", "female", "male"]
    assert [row["value"] for row in entry["rows"]] == [10.0, 75.0, 15.0]
    assert entry["figures"]["unknown"] == "10.0%"
    assert (entry["rows"][1]["lower"], entry["rows"][1]["upper"]) == pytest.approx(
        (70.54, 79.00), abs=0.01
    )


def test_a_small_count_is_hidden_with_all_that_follows_from_it() -> None:
    entry = shown("idva.sex", ("idva.engaged", NOW, 400), *sex(357, 3, 40))
    row = next(row for row in entry["rows"] if row["category"] == "male")
    hidden = ("value", "lower", "upper", "wide_lower", "wide_upper", "numerator", "smoothed")
    assert [row[key] for key in hidden] == [None] * len(hidden)
    assert row["figures"]["base"] == row["figures"]["interval"] == row["display"] == "[c]"
    frame = breakdown_frame(entry)
    assert str(frame.loc["Male", "Number"]) == str(frame.loc["Male", "Value"]) == "[c]"
    assert frame.loc["Male", "Value"].lower is None


def test_groups_are_compared_only_through_what_is_shown() -> None:
    """Whatever a hidden group's number is, the others' limits and smoothed values are the same."""
    seen = []
    for hidden in (1, 4):
        entry = shown(
            "idva.referrals_by_area",
            *areas({"area_a": 90, "area_b": 60, "area_c": 95, "area_d": hidden}),
        )
        rows = [
            {key: row[key] for key in ("category", "position", "smoothed", "display")}
            for row in entry["rows"]
        ]
        seen.append((rows, entry["overall"], entry["figures"]))
    assert seen[0] == seen[1]
    assert seen[0][0][3]["display"] == "[c]"


def test_an_area_that_refers_less_than_chance_allows_is_found() -> None:
    entry = shown(
        "idva.referrals_by_area",
        *areas({"area_a": 90, "area_b": 94, "area_c": 86, "area_d": 40}),
    )
    assert [row["position"] for row in entry["rows"]] == ["similar", "similar", "similar", "lower"]
    assert entry["figures"]["lower"] == "Area D"
    assert entry["overall"] == pytest.approx(10_000 * 310 / 200_000)
    cell = overall_cell(entry)
    assert float(cell) == entry["overall"]
    smoothed = entry["rows"][3]["smoothed"]
    assert entry["rows"][3]["value"] < smoothed < entry["overall"]


def test_districts_of_a_county_stand_beside_each_other() -> None:
    """Only areas inside the council's own are its districts."""
    cases = {"E07000102": 40, "E07000095": 60, "E06000062": 700}
    found = basis(*(("marac.cases", NOW, count) for count in cases.values()))
    found.observations["area"] = list(cases)
    county = replace(found, areas=("E10000015",))
    entry = compute_groups({"x": CATALOGUE["marac.rate_by_district"]}, county)[0]
    assert [row.label for row in entry.rows] == ["Broxbourne", "Three Rivers"]
    rates = [row.indicator for row in entry.rows]
    assert [rate.numerator.value for rate in rates] == [60, 40]
    assert float(rates[1].value) == pytest.approx(10_000 * 40 / rates[1].persons)


def test_parts_of_one_whole_are_not_compared_with_one_another() -> None:
    entry = shown(
        "idva.referral_mix",
        ("idva.referrals", NOW, 500),
        ("idva.referrals[source=police]", NOW, 400),
        ("idva.referrals[source=health]", NOW, 100),
    )
    assert [row["position"] for row in entry["rows"]] == ["", ""]
    assert entry["overall"] is None


def representation(asian: Any, unknown: int = 50) -> dict[str, Any]:
    clients = {"asian": asian, "black": 30, "mixed": 20, "white": 250, "other": 10}
    people = {"asian": 4000, "black": 3000, "mixed": 2000, "white": 90_000, "other": 1000}
    return shown(
        "idva.ethnicity_representation",
        ("idva.engaged", NOW, 400),
        ("idva.clients[ethnicity=not_known]", NOW, unknown),
        *((f"idva.clients[ethnicity={key}]", NOW, value) for key, value in clients.items()),
        *(
            (f"population.adults[ethnicity={key}]", "@2023-06-30", value)
            for key, value in people.items()
        ),
    )


def test_representation_is_among_those_known() -> None:
    """40 of 350 known is 11.4 %; 4,000 of 100,000 residents is 4 %: 2.86 times."""
    entry = representation(40)
    rows = {row["category"]: row for row in entry["rows"]}
    assert "not_known" not in rows
    assert rows["asian"]["value"] == pytest.approx(40 / 350 / 0.04)
    assert rows["asian"]["expected"] == pytest.approx(4.0)
    assert rows["asian"]["denominator"] == 350
    assert rows["asian"]["position"] == "higher"
    assert rows["white"]["position"] == "lower"
    assert rows["asian"]["lower"] == pytest.approx(0.08508 / 0.04, abs=0.01)


@pytest.mark.parametrize(("asian", "unknown"), [(8, 9), (7, 42), (22, 34), (20, 110)])
def test_the_word_of_a_ratio_is_that_of_the_interval_beside_it(asian: int, unknown: int) -> None:
    """What prints as “0.26 to 1.00” is not called lower, though 0.996 is below 1."""
    edges = 0
    for row in representation(asian, unknown)["rows"]:
        low, high = (float(end) for end in row["figures"]["interval"].split(" to "))
        edges += high == 1 > row["upper"] or low == 1 < row["lower"]
        assert row["position"] == ("higher" if low > 1 else "lower" if high < 1 else "similar")
    assert edges


def test_representation_hides_a_small_group() -> None:
    row = next(row for row in representation(3)["rows"] if row["category"] == "asian")
    assert (row["value"], row["display"], row["position"]) == (None, "[c]", "")


def test_without_a_population_return_there_is_no_representation() -> None:
    entry = shown("idva.sex_representation", ("idva.engaged", NOW, 400), *sex(300, 60, 40))
    assert entry["status"] == "unavailable"
    assert "share of the population" in entry["reason"]
    assert breakdown_frame(entry).empty


def test_stages_are_shares_of_the_first() -> None:
    entry = shown(
        "idva.stages",
        ("idva.referrals", NOW, 200),
        ("idva.contacted", NOW, 150),
        ("idva.engaged", NOW, 100),
    )
    assert [row["value"] for row in entry["rows"]] == [100.0, 75.0, 50.0]
    assert all(row["lower"] is not None for row in entry["rows"])


def test_a_national_share_is_the_benchmark_of_its_row() -> None:
    entry = shown(
        "marac.characteristics_share",
        ("marac.cases", NOW, 500),
        ("marac.characteristics[characteristic=disabled]", NOW, 30),
        ("marac.characteristics[characteristic=male]", NOW, 33),
    )
    rows = {row["category"]: row for row in entry["rows"]}
    assert (rows["disabled"]["position"], rows["disabled"]["expected"]) == ("lower", 10.1)
    assert rows["male"]["position"] == "similar"
    assert rows["male"]["benchmark"]["geography"] == "United Kingdom"


def test_an_unconfirmed_mix_is_shown_only_when_switched_on_and_marked() -> None:
    rows = [("marac.cases", NOW, 500), ("marac.referrals[agency=police]", NOW, 250)]
    police = shown("marac.referral_mix", *rows)["rows"][0]
    assert police["benchmark"] is None and police["expected_display"] == ""
    on = shown("marac.referral_mix", *rows, unconfirmed_benchmarks=["marac.police_referral_share"])
    police = on["rows"][0]
    assert police["position"] == "below"
    assert police["expected_display"] == "60% to 75% (not confirmed)"
    assert "not confirmed at a source" in police["figures"]["benchmark"]


def test_what_lies_between_the_two_control_limits_is_called_similar() -> None:
    """Outside the 95 % limits lies one group in twenty by chance: only the 99.8 % limits count."""
    entry = shown(
        "idva.referrals_by_area",
        *areas({"area_a": 90, "area_b": 94, "area_c": 86, "area_d": 62}),
    )
    row = entry["rows"][3]
    average = entry["overall"]
    assert row["upper"] < average < row["wide_upper"]
    assert (row["position"], row["far"]) == ("similar", False)
    assert entry["figures"]["lower"] == "none"


def test_health_sites_are_compared_on_their_attendances() -> None:
    """How an emergency department that refers less than the others is found."""
    sites = {"site_a": (60, 90_000), "site_b": (48, 70_000), "site_c": (9, 80_000)}
    label = {name: name.replace("_", " ").capitalize() for name in sites}
    council = COUNCIL.model_copy(update={"categories": {**COUNCIL.categories, "site": label}})
    dictionary = load_dictionary(ROOT / "data" / "reference").for_council(council)
    rows: list[Row] = []
    for site, (referred, attended) in sites.items():
        rows += [
            (f"health.referrals[site={site}]", NOW, referred),
            (f"health.attendances[site={site}]", NOW, attended),
        ]
    found = replace(basis(*rows), dictionary=dictionary)
    group = compute_groups({"x": CATALOGUE["health.referrals_by_site"]}, found)[0]
    entry = protect_group(group, protecting(found, (), group))
    assert [row["position"] for row in entry["rows"]] == ["similar", "similar", "lower"]
    assert entry["figures"]["lower"] == "Site c"
    assert entry["overall"] == pytest.approx(10_000 * 117 / 240_000)
    assert [row["display"] for row in entry["rows"]] == ["6.7", "6.9", "1.1"]


def test_engagement_is_compared_by_source_where_the_base_is_large_enough() -> None:
    rows = [("idva.referrals", NOW, 500), ("idva.engaged", NOW, 250)]
    for source, referred, engaged in (("police", 400, 180), ("self", 80, 62), ("housing", 19, 8)):
        rows += [
            (f"idva.referrals[source={source}]", NOW, referred),
            (f"idva.engaged[source={source}]", NOW, engaged),
        ]
    entry = shown("idva.engagement_by_source", *rows)
    assert [(row["category"], row["display"]) for row in entry["rows"]] == [
        ("police", "45.0%"),
        ("self", "77.5%"),
    ]
    assert [row["position"] for row in entry["rows"]] == ["similar", "higher"]
    assert "under 20" in next(
        row["reason"] for row in entry["missing"] if row["category"] == "housing"
    )


def test_a_ratio_alone_is_worded_as_one_of_a_breakdown() -> None:
    """An interval that prints as “0.86 to 1.00” holds 1, for a ratio of its own too."""
    rows = [("marac.cases", NOW, 1000), ("marac.characteristics[characteristic=male]", NOW, 462)]
    rows += [("population.adults[sex=male]", "@2023-06-30", 493)]
    rows += [("population.adults[sex=female]", "@2023-06-30", 507)]
    one = indicator("marac.male_representation", *rows)
    entry = complete_indicator(one, protecting(basis(*rows), (one,)))
    assert entry["figures"]["interval"].endswith("to 1.00") and entry["upper"] < 1
    assert entry["direction"] == "similar"
    assert base_words(entry) == "462 of 1,000, 2024-25; 49.3% of residents"
