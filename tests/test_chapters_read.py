"""Chapters as a board reads them: true in every variant, whole without data, safe when hidden."""

import copy
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from chapter_reading import Reading, read_chapter, without
from needs_assessment.disclosure.protected import ProtectedStore, read_store
from needs_assessment.display import NONE_OF
from running import Report, copy_project
from stores import build

REFERRED = "perpetrators.programme_referrals"
CHAPTERS = (
    *("prevalence", "refuge", "marac", "services", "children", "perpetrators", "equality"),
    *("summary", "statutory"),
)
EDITIONS = {
    "north": "2024-25",
    "west": "2024-25",
    "three-rivers": "2017-18",
    "northamptonshire": "2020-21",
}
COUNCILS = tuple(EDITIONS)
LONGEST_SENTENCE = 25


@pytest.fixture(scope="module")
def stores(assessed: Callable[[str, str], Report]) -> dict[str, ProtectedStore]:
    """What a real run of each council may show."""
    return {
        council: read_store(assessed(council, period).path / ".protected" / "store.json")
        for council, period in EDITIONS.items()
    }


@pytest.fixture(scope="module")
def readings(stores: dict[str, ProtectedStore]) -> dict[tuple[str, str], Reading]:
    return {
        (council, name): read_chapter(name, stores[council])
        for council in COUNCILS
        for name in CHAPTERS
    }


@pytest.mark.parametrize("name", CHAPTERS)
@pytest.mark.parametrize("council", COUNCILS)
def test_text_tables_and_charts_belong_together(
    readings: dict[tuple[str, str], Reading], council: str, name: str
) -> None:
    reading = readings[council, name]
    mine = {label for label in reading.labels if label.split("-")[1] == name}
    assert {ref for ref in reading.references if ref.split("-")[1] == name} == mine
    assert "[c]" not in reading.text and "not available" not in reading.text
    assert "no interval (" not in reading.text and "(no interval" not in reading.text


@pytest.mark.parametrize("name", CHAPTERS)
@pytest.mark.parametrize("council", COUNCILS)
def test_sentences_can_be_read_aloud(
    readings: dict[tuple[str, str], Reading], council: str, name: str
) -> None:
    for line in readings[council, name].text.splitlines():
        plain = re.sub(r"\s*\[@[^]]*\]|\*\*[^*]*\*\*|^- ", "", line)
        for sentence in re.split(r"(?<=[.?])\s+", plain):
            assert len(sentence.split()) <= LONGEST_SENTENCE, sentence
            assert not sentence or not sentence[0].islower(), sentence


@pytest.mark.parametrize("status", ["suppressed", "bounded", "unavailable"])
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_whole_whatever_may_be_shown(
    stores: dict[str, ProtectedStore], name: str, status: str
) -> None:
    reading = read_chapter(name, without(stores["north"], status))
    assert reading.references <= reading.labels
    assert "not available" not in reading.text
    assert "[c]" not in reading.text
    assert not re.search(r"\b(None|nan)\b", reading.text)
    if status == "suppressed":
        assert "no return gave it" not in reading.narrative.get(f"{name}-opening", "")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_whole_whichever_parts_are_missing(
    stores: dict[str, ProtectedStore], name: str, seed: int
) -> None:
    """Returns arrive in parts: any measure can be missing beside any other."""
    chance = random.Random(f"{name} {seed}")
    measures = {cell["measure"] for cell in stores["north"].data["cells"]}
    gone = {measure for measure in sorted(measures) if chance.random() < 0.4}
    by_id = {measure: measure in gone for measure in measures}
    store = without(
        stores["north"],
        "unavailable",
        lambda each: by_id.get(each, False) or (each not in by_id and chance.random() < 0.4),
    )
    reading = read_chapter(name, store)
    assert reading.references <= reading.labels


def test_small_cells_leave_tables_and_charts_that_can_be_read(
    stores: dict[str, ProtectedStore],
) -> None:
    """Most categories hidden: what is left is drawn, and the chart says what is absent."""
    kept = {"marac.referral_mix.police", "marac.referral_mix.idva"}
    store = without(
        stores["north"],
        "suppressed",
        lambda each: each.startswith(("marac.referral", "marac.partner")) and each not in kept,
    )
    reading = read_chapter("marac", store)
    chart = reading.record("fig-marac-agency")
    assert "[c]" in chart["alt"] and "Police: 65" in chart["alt"]
    assert "not shown, to protect the people" in reading.narrative["marac-referrals"]


def _places(tmp_path: Path, north: int, west: int) -> ProtectedStore:
    """North with nothing but refuge returns, and other numbers of places."""
    project = copy_project(tmp_path / "project")
    params = project / "params" / "north.yml"
    settings = yaml.safe_load(params.read_text(encoding="utf-8"))
    edition = settings["editions"]["2024-25"]
    files = ("refuge.csv", "refuge-places.csv")
    edition["returns"] = {name: edition["returns"][name] for name in files}
    settings["editions"] = {"2024-25": {**edition, "progress": []}}
    params.write_text(yaml.safe_dump(settings), encoding="utf-8")
    returns = project / "data" / "returns" / "north" / "2024-25"
    for path in returns.iterdir():
        if path.name not in files:
            path.unlink()
    changes = {
        "refuge-places.csv": {"E06000061,,,15": north, "E06000062,,,36": west},
        "refuge.csv": {"accommodation_type,refuge,11": north - 4},
    }
    for name, numbers in changes.items():
        text = (returns / name).read_text(encoding="utf-8")
        for old, number in numbers.items():
            assert old in text
            text = text.replace(old, f"{old.rpartition(',')[0]},{number}")
        (returns / name).write_text(text, encoding="utf-8")
    return build("north", root=project)


@pytest.mark.parametrize(
    ("north", "west", "said", "title"),
    [
        (15, 36, "59% below the recommended level of 36.8", "fall short of"),
        (40, 36, "9% above the recommended level of 36.8", "Some areas fall short"),
        (40, 60, "9% above the recommended level of 36.8", "reach the recommended level"),
    ],
)
def test_the_refuge_headline_follows_the_places(
    tmp_path: Path, north: int, west: int, said: str, title: str
) -> None:
    reading = read_chapter("refuge", _places(tmp_path, north, west))
    opening = reading.narrative["refuge-opening"]
    assert said in opening
    assert ("would take" in opening) == (north < 36.8)
    assert title in reading.record("fig-refuge-places")["alt"]
    short = "places short of the recommended level" in reading.narrative["refuge-meaning"]
    assert short == (north < 36.8)


def test_a_programme_that_is_not_commissioned_is_said_to_be_none(
    stores: dict[str, ProtectedStore],
) -> None:
    """The return says “z”: nothing is missing, and nobody is asked for it."""
    store = without(
        stores["north"], "unavailable", lambda each: each.startswith("perpetrators.programme")
    )
    missing = read_chapter("perpetrators", store)
    assert "No return speaks of a programme" in missing.text
    assert any("If none is commissioned" in each.get("text", "") for each in missing.records)
    data = copy.deepcopy(store.data)
    cell = next(each for each in stores["north"].data["cells"] if each["measure"] == REFERRED)
    data["cells"].append({**cell, "period": "2024-25", "value": None, "display": "[z]"})
    entry = next(each for each in data["indicators"] if each["id"] == REFERRED)
    entry["reason"] = f"{NONE_OF}: Referrals"
    reading = read_chapter("perpetrators", ProtectedStore(data))
    assert "The return says that there was no programme" in reading.text
    assert "has to decide whether to commission one" in reading.text
    assert not any(each["kind"] == "gap" for each in reading.records)
    summary = read_chapter("summary", ProtectedStore(data))
    assert "No programme works with people who cause harm" in summary.text
    assert "No return says whether a programme" not in summary.text


def test_the_groups_that_are_missing_are_named_service_by_service(
    readings: dict[tuple[str, str], Reading],
) -> None:
    north = readings["north", "equality"]
    assert "- Clients of the caseworker service: by age, 55 to 64 and 65 and over." in north.text
    assert "Heterosexual" not in north.text and "Male" not in north.narrative["equality-opening"]
    assert {f"tbl-equality-ratios-{each}" for each in ("idva", "caseworker", "refuge")} <= (
        north.labels
    )
    themes = [row[1] for row in north.record("tbl-equality-voice")["rows"]]
    assert themes == sorted(themes, key=int, reverse=True)
    title = readings["west", "equality"].record("fig-equality-ethnicity")["alt"]
    assert "Only the largest group has less than its share" in title


def test_a_district_is_told_who_has_the_duty(readings: dict[tuple[str, str], Reading]) -> None:
    opening = readings["three-rivers", "refuge"].narrative["refuge-opening"]
    assert "upper-tier authority for Hertfordshire" in opening
    assert "upper-tier" not in readings["north", "refuge"].text


def test_changes_that_are_not_clear_are_not_told_as_changes(
    readings: dict[tuple[str, str], Reading],
) -> None:
    """DOMAIN: 617 against 559 is +10.4 % with an interval from -1.6 % to +23.8 %."""
    police = readings["three-rivers", "prevalence"].narrative["prevalence-police"]
    assert "there is no clear change in crimes" in police
    assert "rose" not in police and "fell" not in police
    assert "rose by 4.2%" in readings["north", "prevalence"].narrative["prevalence-police"]


def test_marac_words_follow_level_and_limit(readings: dict[tuple[str, str], Reading]) -> None:
    openings = {
        council: readings[council, "marac"].narrative["marac-opening"] for council in COUNCILS
    }
    assert "below the recommended level of 40" in openings["north"]
    assert "above the recommended level of 40" in openings["west"]
    assert "40% of all cases, at the upper limit of 40%" in openings["northamptonshire"]
    titles = {
        council: readings[council, "marac"].record("fig-marac-repeats")["alt"]
        for council in COUNCILS
    }
    assert "within SafeLives' limit" in titles["three-rivers"]
    assert "at SafeLives' limit" in titles["northamptonshire"]


def test_a_published_cost_is_shown_with_what_it_implies(
    readings: dict[tuple[str, str], Reading],
) -> None:
    text = readings["northamptonshire", "prevalence"].narrative["prevalence-cost"]
    assert "£1,081m" in text and "5.4% of 541,370 people aged 16 to 74" in text
    assert "do not agree with each other" in text
    assert "inferred" in text
    table = readings["northamptonshire", "prevalence"].record("tbl-prevalence-cost")
    made_of = next(row[-1] for row in table["rows"] if row[1] == "about £1,081.7m")
    assert made_of == "541,370 people aged 16 to 74, mid-2020, times 5.4%, times £37,000"


def test_figures_that_are_easily_misread_say_what_they_are(
    readings: dict[tuple[str, str], Reading],
) -> None:
    county = readings["northamptonshire", "children"]
    assert "44%" not in county.text, "family concerns are not a measure of domestic abuse"
    assert "not a measure of it" in county.narrative["children-notice"]
    for council in COUNCILS:
        children = readings[council, "children"].narrative["children-exposed"]
        assert "exposure over a whole childhood" in children
        refuge = readings[council, "refuge"].narrative["refuge-level"]
        assert "Beds for children are not places for households" in refuge


def test_stages_of_justice_are_never_shares_of_one_another(
    readings: dict[tuple[str, str], Reading],
) -> None:
    for council in ("north", "west"):
        table = readings[council, "prevalence"].record("tbl-prevalence-court")
        assert len(table["rows"]) >= 5
        assert not any("%" in row[1] for row in table["rows"])


@pytest.mark.parametrize(
    ("name", "local", "district"),
    [
        ("prevalence", "police.recorded_by_area", "police.recorded_by_district"),
        ("marac", "police.recorded_by_area", "marac.rate_by_district"),
    ],
)
def test_a_county_is_read_by_district(
    stores: dict[str, ProtectedStore], name: str, local: str, district: str
) -> None:
    """A county council has districts where a unitary authority has parts that it names."""
    data = copy.deepcopy(stores["north"].data)
    groups = {group["id"]: group for group in data["breakdowns"]}
    groups[district].update(
        {key: groups[local][key] for key in ("status", "overall", "overall_display")},
        rows=[
            {**row, "id": row["id"].replace(local, district), "position": "lower"}
            for row in groups[local]["rows"]
        ],
        figures={**groups[local]["figures"], "lower": "Area A and Area B"},
    )
    groups[local].update(rows=[], status="unavailable")
    reading = read_chapter(name, ProtectedStore(data))
    assert f"fig-{name}-areas" in reading.labels & reading.references
    assert "Area A and Area B" in reading.text
