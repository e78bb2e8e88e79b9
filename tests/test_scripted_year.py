"""A council's year, from its first dashboard to the next draft: what is said of it is true.

What must be said is worked out here from the figures of `scripted_year`, by hand.
"""

import json
import math
import re
import shutil
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup, Tag

from needs_assessment import guarding
from needs_assessment.changes.compare import Changes, compare_with_published
from needs_assessment.changes.moves import Move
from needs_assessment.changes.parts import BENCHMARK, DEFINITION, NEW, POPULATION, REVISED
from needs_assessment.changes.wording import read_chapters
from needs_assessment.checking.check import check
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import NUMBERED
from needs_assessment.project import Project
from needs_assessment.publication.publish import publish
from published import Quiet
from scripted_year import (
    ACCEPTED,
    AUTHOR,
    CASES,
    CHILDREN,
    COMMENT,
    COUNCIL,
    CUT,
    DECLINED,
    FIRST,
    LEVEL,
    LEVEL_AFTER,
    NEXT_WORDS,
    NOTE,
    OWN_WORDS,
    PLACES,
    PLACES_CORRECTED,
    PUBLISHED,
    PUT_IN,
    REFERRALS,
    REPEATS,
    REPORTS,
    REQUESTS,
    RESTATED,
    SECOND,
    Year,
    contents,
    scripted_year,
    write_cell,
)

# North Northamptonshire: females aged 16 and over at the census, people in mid-2020 and mid-2023.
WOMEN, PEOPLE, PEOPLE_AFTER = 148_620, 350_448, 367_991

FIRST_CASES, SECOND_CASES = sum(CASES[FIRST]), sum(CASES[SECOND])
REVISED_CASES = FIRST_CASES - CASES[FIRST][-1] + RESTATED


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    return scripted_year(tmp_path_factory.mktemp("year"))


@pytest.fixture(scope="module")
def changes(year: Year) -> Changes:
    """The next draft compared with version 1.1, at full precision."""
    project = Project(year.project)
    council = load_council(project, COUNCIL)
    period = choose_period(council, SECOND)
    chapters = read_chapters(project.report(COUNCIL, SECOND).chapters)
    store = build_store(project, council, period)
    found = compare_with_published(project, council, period, store, chapters)
    assert found
    return found


def indicators(changes: Changes) -> dict[str, Move]:
    return {move.id: move for move in changes.moves if not move.breakdown}


def read_indicators(year: Year, place: str) -> dict[str, dict]:
    path = year.project / REPORTS / place / "indicators.json"
    return {each["id"]: each for each in json.loads(path.read_text("utf-8"))["indicators"]}


# The first year -----------------------------------------------------------------------------------


@pytest.mark.parametrize("upto", [1, 2, 3, 4])
def test_each_dashboard_says_what_had_been_returned_by_then(year: Year, upto: int) -> None:
    part = f"{FIRST} Q1..Q{upto}" if upto > 1 else f"{FIRST} Q1"
    board = year.dashboards[part]
    cases = next(each for each in board["indicators"] if each["id"] == "marac.cases")
    quarters = {
        period: each["value"] for period, each in cases["quarters"].items() if each["value"]
    }
    wanted = {f"2023-24 Q{n}": value for n, value in enumerate(CASES["2023-24"], start=1)}
    wanted |= {f"{FIRST} Q{n}": value for n, value in enumerate(CASES[FIRST][:upto], start=1)}
    assert quarters == wanted
    assert cases["so_far"]["value"] == sum(CASES[FIRST][:upto])
    assert "Draft" in board["page"] and "Illustrative data" in board["page"]
    assert "passed" in year.said[f"dashboard {upto}"]
    if upto == 4:
        whole = read_indicators(year, f"{FIRST}/published/1.0")["marac.cases"]
        assert whole["value"] == cases["so_far"]["value"] == FIRST_CASES


def test_the_word_remarks_are_placed_answered_and_acted_on(year: Year) -> None:
    placed, _, rest = year.said["comments"].partition("Not placed:")
    assert "MARAC, cell marac-opening" in placed and COMMENT in placed and not rest
    assert f"[-{CUT}-]{{+{PUT_IN}+}}" in placed
    assert len(year.remarks) == 2
    assert "Review comments: 2 of 2 open" in year.said["check with open comments"]
    assert "2 comments and changes; 0 open." in year.said[f"answer {year.remarks[-1]}"]
    text = year.first["book/marac.qmd"].decode()
    assert PUT_IN in text and CUT not in text and OWN_WORDS in text
    for name, content in contents(year.project / PUBLISHED).items():
        assert COMMENT.encode() not in content and AUTHOR.encode() not in content, name


def test_a_correction_leaves_what_was_published_as_it_was(year: Year) -> None:
    assert contents(year.project / PUBLISHED / "1.0") == year.first
    record = json.loads((year.project / PUBLISHED / "1.1" / "version.json").read_text("utf-8"))
    assert (record["replaces"], record["correction"]) == ("1.0", NOTE)
    assert NOTE in (year.project / PUBLISHED / "1.1" / "index.html").read_text("utf-8")
    first, second = (read_indicators(year, f"{FIRST}/published/{name}") for name in ("1.0", "1.1"))
    moved = {key for key in first if first[key]["value"] != second[key]["value"]}
    assert moved == {"refuge.places", "refuge.below_recommended", "refuge.places_short"}
    assert first["refuge.places"]["value"] == PLACES
    assert second["refuge.places"]["value"] == PLACES_CORRECTED
    assert "all the same" not in year.said["verify 1.0"]
    assert re.search(
        r"Version 1\.0 of 2024-25: all \d+ files are the same, byte for byte",
        year.said["verify 1.0"],
    )


def test_the_page_of_a_correction_calls_it_one(year: Year) -> None:
    rows = table_rows(year.pages["correction"])
    places = rows["Refuge places for households"]
    assert places[:3] == [f"{PLACES}", f"{PLACES_CORRECTED}", f"+{PLACES_CORRECTED - PLACES}"]
    assert places[3].startswith("Corrected") and places[4] == REVISED
    assert (
        set(rows)
        == {
            "Refuge places for households",
            "Refuge places below the recommended level",
            "Refuge places needed to reach the recommended level (places)",
        }
        or len(rows) == 3
    )


# The next draft -----------------------------------------------------------------------------------


def steps() -> dict[str, list[tuple[str, Fraction]]]:
    """Each indicator that moves, with its causes and how much each of them moves it."""
    more, new = REVISED_CASES - FIRST_CASES, SECOND_CASES - REVISED_CASES
    repeats = sum(REPEATS[FIRST]), sum(REPEATS[SECOND])
    police = [REFERRALS[name]["police"] for name in (FIRST, "restated", SECOND)]
    cases = [FIRST_CASES, REVISED_CASES, SECOND_CASES]
    shares = [Fraction(100 * each, base) for each, base in zip(police, cases, strict=True)]
    change = [
        Fraction(100 * now, before)
        for now, before in (
            (FIRST_CASES, sum(CASES["2023-24"])),
            (REVISED_CASES, sum(CASES["2023-24"])),
            (SECOND_CASES, REVISED_CASES),
        )
    ]
    repeat_shares = [
        Fraction(100 * each, base)
        for each, base in zip((repeats[0], repeats[0], repeats[1]), cases, strict=True)
    ]
    rate = _two(*(Fraction(10_000 * each, WOMEN) for each in cases))
    expected = Fraction((LEVEL_AFTER - LEVEL) * WOMEN, 10_000)
    level, level_after = Fraction(PEOPLE, 10_000), Fraction(PEOPLE_AFTER, 10_000)
    accepted, requests = sum(ACCEPTED), sum(REQUESTS)
    decided = accepted + sum(DECLINED)
    return {
        "marac.cases": [(REVISED, Fraction(more)), (NEW, Fraction(new))],
        "marac.repeats": [(NEW, Fraction(repeats[1] - repeats[0]))],
        "marac.cases_change": _two(*change),
        "marac.rate": rate,
        "marac.rate_filled": rate,
        "marac.repeat_rate": _two(*repeat_shares),
        "marac.police_referral_share": _two(*shares),
        "marac.partner_share": _two(*(100 - each for each in shares)),
        "idva.posts_recommended": _two(*(Fraction(each, 100) for each in cases)),
        "marac.administrators_recommended": _two(*(Fraction(each, 400) for each in cases)),
        "marac.recommended": [(BENCHMARK, expected)],
        "idva.posts_expected": [(BENCHMARK, expected / 100)],
        "marac.administrators_expected": [(BENCHMARK, expected / 400)],
        "refuge.recommended": [(POPULATION, level_after - level)],
        "refuge.places_short": [(POPULATION, level_after - level)],
        "refuge.below_recommended": [
            (POPULATION, 100 * PLACES_CORRECTED * (1 / level - 1 / level_after))
        ],
        "refuge.acceptance_rate": [
            (DEFINITION, Fraction(100 * accepted, decided) - Fraction(100 * accepted, requests))
        ],
    }


def _two(first: Fraction, restated: Fraction, second: Fraction) -> list[tuple[str, Fraction]]:
    return [(REVISED, restated - first), (NEW, second - restated)]


OTHERS = {
    "marac.children_per_case": "now available",
    "children.marac_children": "now available",
    "marac.weeks_to_hearing": "no longer available",
}


def test_every_cause_moves_what_it_must_by_as_much_as_it_must_and_nothing_else(
    changes: Changes,
) -> None:
    found, wanted = indicators(changes), steps()
    assert set(found) == wanted.keys() | OTHERS
    assert {cause for parts in wanted.values() for cause, _ in parts} == {
        *(REVISED, NEW, BENCHMARK, POPULATION, DEFINITION)
    }
    for key, parts in wanted.items():
        said = found[key].parts or ()
        assert [each.causes for each in said] == [(cause,) for cause, _ in parts], key
        for each, (_, amount) in zip(said, parts, strict=True):
            assert float(each.amount) == pytest.approx(float(amount), rel=1e-9), key
        assert sum(each.amount for each in said) == found[key].change, key
    assert {key: found[key].word for key in OTHERS} == OTHERS


def test_what_is_called_higher_is_and_what_is_not_clear_is_not(changes: Changes) -> None:
    """By the difference of two counts in units of its standard error, which is another method."""
    found = indicators(changes)
    for key, (before, now) in {
        "marac.cases": (FIRST_CASES, SECOND_CASES),
        "marac.repeats": (sum(REPEATS[FIRST]), sum(REPEATS[SECOND])),
    }.items():
        clear = (now - before) / math.sqrt(now + before) > 1.96
        assert found[key].word == ("higher" if clear else "no clear change"), key
    assert found["marac.repeat_rate"].word == "no clear change", "two parts that cancel out"
    assert {found[key].word for key, parts in steps().items() if len(parts) == 1} == {
        *("not tested", "no clear change")
    }


def table_rows(page: str) -> dict[str, list[str]]:
    """The rows of the tables of indicators by name: published, draft, change, read as, put down."""
    soup = BeautifulSoup(page, "html.parser")
    section = soup.find(id=re.compile("indicators-that-moved"))
    assert isinstance(section, Tag)
    return {
        row.th.get_text(" ", strip=True): [
            cell.get_text(" ", strip=True) for cell in row.find_all("td")
        ]
        for row in section.select("tbody tr")
        if row.th
    }


def test_the_page_tells_the_same_story(year: Year) -> None:
    page = year.pages["changes"]
    rows = table_rows(page)
    assert rows["MARAC cases"][:3] == ["270", "350", "+80 (+29.6%)"]
    assert rows["MARAC cases"][4] == "revised data +6; new data +74"
    assert rows["Refuge referrals accepted"][:3] == ["40.0%", "44.4%", "+4.4 points"]
    assert rows["Refuge referrals accepted"][4] == DEFINITION
    assert rows["Recommended refuge places"][4] == POPULATION
    assert rows["MARAC cases expected at the recommended rate"][4] == BENCHMARK
    assert rows["MARAC cases that are repeats"][4] == (
        "revised data −0.7 points; new data +0.7 points"
    )
    text = " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())
    for said in (
        "quarter 4 of 2024-25: was 75, is 81",
        "SafeLives recommended volume: was 40, is 45",
        "350,448 people of all ages, mid-2020 gave way to 367,991 people of all ages, mid-2023",
        "was “Referrals to refuge that were accepted, of all referrals”, is “Referrals to refuge",
        "compares the draft with version 1.1 of 2024-25",
    ):
        assert said in text


def test_registers_and_words_are_told(year: Year) -> None:
    said = year.said["changes"]
    assert "Recommendations: 1 new, 1 closed, 1 still open" in said
    assert "new: Fund IDVA posts for the cases heard" in said
    assert "closed: Send MARAC minutes within a week" in said
    assert re.search(r"Data gaps: 1 new, 1 closed, \d+ still open", said)
    assert "new: How long does a high-risk victim wait until the MARAC hears the case?" in said
    assert "closed: How many children live in households that the MARAC hears of?" in said
    soup = BeautifulSoup(year.pages["changes"], "html.parser")
    marks = {
        name: " ".join(mark.get_text() for mark in soup.find_all(name)) for name in ("ins", "del")
    }
    assert "coordinator reported in autumn: two agencies have begun to refer." in marks["ins"]
    assert "board asked which agencies never refer" in marks["del"]
    assert NEXT_WORDS in " ".join(soup.get_text(" ").split()) or "two agencies" in marks["ins"]
    due = next(row for row in soup.find_all("tr") if "Commission more refuge" in row.get_text())
    said = due.get_text(" ")
    assert "Delayed: No site was found. Changed: when it is due (was 31 March 2026)." in said


def test_nothing_hidden_is_shown(year: Year, changes: Changes) -> None:
    """Education referred 3, then 4: its rows, and those that hide it, have no number."""
    hidden = [move for move in changes.moves if not move.shown]
    for move in hidden:
        assert move.change is None and move.interval is None and not move.parts, move.id
    store = changes.version.store
    closed = {
        cell["category"]
        for held in (store, changes.store)
        for cell in held.cells("marac.referrals")
        if cell["status"] == "suppressed"
    }
    assert "education" in closed and len(closed) > 1
    behind = "\n".join(text for each in changes.behind for text in each.said)
    for name in ("Education", "Health"):
        assert name not in behind and name not in year.said["changes"]
    for name, cells in table_rows(year.pages["changes"]).items():
        if "[c]" in cells[:2]:
            assert not re.search(r"\d", "".join(cells[2:])), name
    assert "Audit passed" in year.said["changes"]
    assert f"{CHILDREN}" in year.pages["changes"], "what is not hidden is there"


# Guards -------------------------------------------------------------------------------------------


@pytest.fixture
def again(year: Year, tmp_path: Path) -> Project:
    """A copy of the project at the end of the year, to change."""
    return Project(Path(shutil.copytree(year.project, tmp_path / "again")))


def test_a_draft_with_the_number_of_a_published_version_is_flagged(again: Project) -> None:
    def flagged() -> list[str]:
        flags = check(again, COUNCIL, FIRST).flags
        return [flag.sentence for flag in flags if flag.rule == NUMBERED]

    assert flagged() == [], "the draft in place is what was published"
    write_cell(again.root, FIRST, "marac", "marac-opening", lambda text: f"{text} More.")
    (sentence,) = flagged()
    assert "Version 1.1 of 2024-25 is published" in sentence and "other text" in sentence


def test_an_edition_that_fails_its_audit_is_not_published(
    again: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = SimpleNamespace(findings=("marac.referrals, Education: must be 4",))
    monkeypatch.setattr(guarding, "attack_reports", lambda *_: failed)
    with pytest.raises(AssessmentError, match="is not safe to publish"):
        publish(again, COUNCIL, SECOND, "builtin", Quiet())
    assert not (again.root / REPORTS / SECOND / "published").exists()


def test_numbers_of_tables_and_points_of_charts_lead_to_their_rows(year: Year) -> None:
    page = (year.project / REPORTS / SECOND / "index.html").read_text("utf-8")
    soup = BeautifulSoup(page, "html.parser")
    told = json.loads(soup.find("script", id="explanations").get_text())
    leads = {link.parent["data-id"] for link in soup.select("caption a.explained, figcaption a")}
    points, table = told["fig-marac-quarters"], told["tbl-marac-agency"]
    assert {"fig-marac-quarters", "tbl-marac-agency"} <= leads
    found = {}
    for name, text in (*points["lines"], *table["lines"]):
        if from_file := re.fullmatch(r"(\d+): (\S+\.csv), row (\d+)", text):
            lines = (year.project / "data/returns" / from_file[2]).read_text("utf-8").splitlines()
            row = lines[int(from_file[3]) - 1].split(",")
            assert row[5] == from_file[1], "the row has the number"
            found[name] = int(from_file[1])
    cases = {f"Q{number}": value for number, value in enumerate(CASES[SECOND], start=1)}
    assert found.items() >= cases.items()
    shown = {name: value for name, value in found.items() if name not in cases}
    assert shown == {"Police": 250, "IDVA service": 80}, "nothing of what is hidden"
