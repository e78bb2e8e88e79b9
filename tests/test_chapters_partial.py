"""What chapters say where a return lacks a part, or gives more than the examples do."""

import copy

import openpyxl
import pytest
import yaml

from chapter_reading import Reading, read_chapter
from needs_assessment.disclosure.protected import ProtectedStore
from running import copy_project
from stores import build, store_of

CHAPTERS = ("refuge", "marac", "services", "children")
SITES = {"site_a": (61, 90_000), "site_b": (54, 70_000), "site_c": (12, 80_000)}


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    """North without MARAC cases of a quarter, with homes in a sanctuary scheme, referrals by
    emergency department, and no ages of children.
    """
    project = copy_project(tmp_path_factory.mktemp("partial") / "project")
    params = project / "params" / "north.yml"
    settings = yaml.safe_load(params.read_text(encoding="utf-8"))
    settings["categories"]["site"] = {
        name: name.replace("_", " ").replace("s", "S", 1).replace(" c", " C") for name in SITES
    }
    params.write_text(yaml.safe_dump(settings), encoding="utf-8")
    returns = project / "data" / "returns" / "north" / "2024-25"

    book = openpyxl.load_workbook(returns / "marac.xlsx")
    for row in book["Marac data"].iter_rows():
        if row[0].value == "Number of cases discussed":
            row[3].value = None
    book.save(returns / "marac.xlsx")
    with (returns / "refuge.csv").open("a", encoding="utf-8") as lines:
        lines.write("refuge.places,@2025-03-31,,accommodation_type,sanctuary,60,\n")
    with (returns / "health.csv").open("a", encoding="utf-8") as lines:
        for site, (referred, attended) in SITES.items():
            lines.write(f"health.referrals,2024-25,,site,{site},{referred},\n")
            lines.write(f"health.attendances,2024-25,,site,{site},{attended},\n")
    children = returns / "children.csv"
    kept = [
        line for line in children.read_text(encoding="utf-8").splitlines() if ",age," not in line
    ]
    children.write_text("\n".join(kept) + "\n", encoding="utf-8")
    store = build("north", root=project)
    return {name: read_chapter(name, store) for name in CHAPTERS}


def test_a_missing_quarter_is_said_and_filled_by_the_rule(readings: dict[str, Reading]) -> None:
    """130, 153 and 140 cases; with the second quarter in place of the third, 576 of 148,620."""
    opening = readings["marac"].narrative["marac-opening"]
    assert "were not returned for every quarter" in opening
    assert "no return gave it" not in opening
    assert "about 38.8 cases would be heard" in opening
    volume = readings["marac"].narrative["marac-volume"]
    assert "One quarter is missing from the return" in volume and "about 38.8" in volume
    (gap,) = [each for each in readings["marac"].records if each["kind"] == "gap"]
    assert "Not every quarter of MARAC cases was returned" in str(gap)
    table = readings["marac"].record("tbl-marac-indicators")
    assert any("a missing quarter filled" in row[0] for row in table["rows"])


def test_homes_in_sanctuary_schemes_are_not_set_against_the_level(
    readings: dict[str, Reading],
) -> None:
    refuge = readings["refuge"]
    assert "had 15 refuge places" in refuge.narrative["refuge-opening"]
    assert "59% below the recommended level" in refuge.narrative["refuge-opening"]
    assert "sanctuary schemes are left out too" in refuge.narrative["refuge-level"]
    assert "not set against" in refuge.record("tbl-refuge-types")["notes"][0]


def test_a_site_that_refers_less_than_chance_allows_is_named(readings: dict[str, Reading]) -> None:
    said = readings["services"].narrative["services-sources"]
    assert "Fewer referrals than chance would explain come from Site C." in said
    assert "fig-services-sites" in readings["services"].labels
    assert "attendances" in readings["services"].record("fig-services-sites")["caption"]
    assert "Site C" in readings["services"].narrative["services-meaning"]


def test_an_unconfirmed_mix_says_so_where_it_is_used() -> None:
    data = copy.deepcopy(store_of("north").data)
    mix = next(each for each in data["breakdowns"] if each["id"] == "marac.referral_mix")
    mix["rows"][0]["position"], mix["figures"]["lower"] = "below", mix["rows"][0]["label"]
    said = read_chapter("marac", ProtectedStore(data)).narrative["marac-referrals"]
    assert "Below the expected share, which is not confirmed at a source: Police." in said


@pytest.mark.parametrize("returned", [True, False])
def test_ages_of_children_are_shown_where_they_are_returned(
    readings: dict[str, Reading], returned: bool
) -> None:
    reading = read_chapter("children", store_of("north")) if returned else readings["children"]
    said = reading.narrative["children-assessments"]
    assert ("ages were not reported" in said) is not returned
    assert ({"fig-children-ages", "tbl-children-refuge"} <= reading.labels) is returned
    assert reading.references <= reading.labels
