"""What readers know from published versions, this council's and its neighbours'."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from completing import Table, opened
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.cells import Key
from needs_assessment.disclosure.published import (
    FILE,
    Version,
    cells_by_edition,
    read_versions,
    shown_numbers,
)
from needs_assessment.disclosure.store import build_store, input_key
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from protecting import AREAS, DICTIONARY, OWN, frame, observation, protect
from stores import store_of

WEST, COUNTY = "E06000062", "E10000021"
YEAR = "2023-24"


def version(
    shown: dict[Key, int], hidden: list[Key], code: str = OWN, period: str = YEAR
) -> Version:
    bounds = {key: (Fraction(value), Fraction(value)) for key, value in shown.items()}
    return Version(f"{code} {period} 1.0", code, parse_period(period), bounds, tuple(hidden), ())


def source(name: str = "") -> Key:
    return Key("idva.referrals", YEAR, OWN, "source" if name else "", name)


def referrals(total: int, **sources: int) -> list[dict]:
    rows = [observation("idva.referrals", total, period=YEAR)]
    return rows + [
        observation("idva.referrals", value, period=YEAR, category=f"source={name}")
        for name, value in sources.items()
    ]


def test_a_revised_count_does_not_open_what_was_hidden() -> None:
    """24 were 12, 3 and 9 with the last two hidden. Now the 3 is a 6: with 6, 9 and 27 shown, the
    old total would give the old 3 away.
    """
    published = version({source(): 24, source("police"): 12}, [source("self"), source("health")])
    then = {
        source(): Fraction(24),
        source("police"): Fraction(12),
        source("self"): Fraction(3),
        source("health"): Fraction(9),
    }
    rows = referrals(27, police=12, self=6, health=9)
    assert not protect(*rows).protection.problem.variables[0].hidden
    shown = protect(*rows, versions=[published], then={YEAR: then})
    names = ("all", "police", "self", "health")
    now = {(name,): value for name, value in zip(names, (27, 12, 6, 9), strict=True)}
    table = Table(
        {**now, ("all then",): 24, ("self then",): 3},
        [
            (("all",), (("police",), ("self",), ("health",))),
            (("all then",), (("police",), ("self then",), ("health",))),
        ],
    )
    hidden = {(cell.key.category or "all",) for cell in shown.cells if cell.hidden}
    assert hidden
    assert not opened(table, {*hidden, ("self then",)})


def test_what_an_earlier_version_showed_is_known() -> None:
    """The total was published; now the partner withholds it, and a small count beside it."""
    rows = referrals(20, police=17, self=3)[1:]
    assert len([cell for cell in protect(*rows).cells if cell.hidden]) == 1
    shown = protect(*rows, versions=[version({source(): 20}, [])], then={})
    assert all(cell.hidden for cell in shown.cells if cell.key.category in ("police", "self"))


def test_what_was_hidden_stays_hidden() -> None:
    rows = referrals(40, police=17, self=11, health=12)
    assert not any(cell.hidden for cell in protect(*rows).cells)
    hidden = [source("self"), source("health")]
    shown = protect(*rows, versions=[version({source(): 40, source("police"): 17}, hidden)])
    assert {cell.key.category for cell in shown.cells if cell.hidden} == {"self", "health"}


def test_a_county_s_total_does_not_open_a_neighbour() -> None:
    """West's published report hides its cases; a countywide figure less ours would be theirs."""
    cases = Key("marac.cases", "2024-25", WEST)
    rows = [
        observation("marac.cases", 50),
        observation("marac.cases", 53, area=COUNTY, nature="published"),
    ]
    assert not any(cell.hidden for cell in protect(*rows).cells)
    shown = protect(*rows, versions=[version({}, [cases], code=WEST, period="2024-25")])
    assert [cell.display for cell in shown.cells] == ["[c]", "53"]
    assert shown.indicators["marac.cases"]["status"] == "suppressed"


def test_what_cannot_be_helped_is_said() -> None:
    """Someone published total and parts: hiding the rest is of no use, and the analyst is told."""
    rows = referrals(20, police=17, self=3)
    published = version({source(): 20, source("police"): 17}, [source("self")])
    shown = protect(*rows, versions=[published], then={YEAR: {source("self"): Fraction(3)}})
    assert "idva.referrals|2023-24|E06000061|source|self" in shown.protection.exposed


def test_what_returns_said_at_the_time() -> None:
    rows = [
        observation("marac.cases", 30, period=YEAR, file=f"data/returns/north/{YEAR}/a.csv"),
        observation(
            "marac.cases",
            33,
            period=YEAR,
            file="data/returns/north/2024-25/b.csv",
            received="2025-06-01",
        ),
    ]
    found = cells_by_edition(
        frame(rows[1:]),
        frame(rows[:1]),
        [parse_period(YEAR), parse_period("2024-25")],
        DICTIONARY,
    )
    key = Key("marac.cases", YEAR, OWN)
    assert (found[YEAR][key], found["2024-25"][key]) == (30, 33)


def test_a_published_version_of_an_example(project: Path) -> None:
    """What it keeps holds nothing hidden, and hides nothing more in the report after it."""
    place = Project(project)
    north = load_council(place, "north")
    edition = choose_period(north, YEAR)
    first = store_of("north", YEAR)
    kept = shown_numbers(first.data)
    hidden = {tuple(key) for key in kept["hidden"]}
    assert len(hidden) == sum(cell["status"] == "suppressed" for cell in first.data["cells"])
    assert not hidden & {tuple(entry["key"]) for entry in kept["shown"]}
    before = input_key(place, north)
    path = place.report("north", YEAR).path / "published" / "1.0" / FILE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert input_key(place, north) != before
    again = build_store(place, north, edition)
    assert [cell["display"] for cell in again.data["cells"]] == [
        cell["display"] for cell in first.data["cells"]
    ]
    (version,) = read_versions(place, WEST, AREAS, [OWN, WEST])
    assert (version.code, len(version.shown)) == (OWN, len(kept["shown"]))
    path.write_text("{", encoding="utf-8")
    with pytest.raises(AssessmentError) as error:
        build_store(place, north, edition)
    assert "published/1.0/shown.json" in error.value.message
