"""What a partnership board reads first: chosen by rule, from what the report shows."""

import copy
import re
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from needs_assessment.chapter.chapter import Chapter
from needs_assessment.chapter.messages import PER_CHAPTER, choose_messages
from needs_assessment.chapter.statutory import open_items
from needs_assessment.council import Council, Edition, load_council
from needs_assessment.disclosure.computed import protect_computed
from needs_assessment.disclosure.figures import protect_indicator
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.slices import EVERYTHING, Reads
from needs_assessment.disclosure.store import Sources, assemble_store, read_sources
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.report import compute_report
from needs_assessment.indicators.result import Indicator
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.figures import resolve
from needs_assessment.narrative.generation import generate
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from running import ROOT
from stores import store_of

PERIODS = {"north": "2024-25", "three-rivers": "2017-18", "northamptonshire": "2020-21"}
RECOMMENDATION = {
    "id": "more-places",
    "text": "Commission dispersed places for larger families",
    "owner": "Head of housing",
    "due": "2026-03-31",
    "evidence": ["refuge.places_short", "refuge.not_accepted_rate"],
}
TARGETS = (
    ("marac.rate", 40, "at least"),
    ("marac.repeat_rate", 40, "at most"),
    ("asc.concerns", 10, "at least"),
)


def sources_of(name: str) -> Sources:
    project = Project(ROOT)
    return read_sources(project, load_council(project, name), parse_period(PERIODS[name]))


@pytest.fixture(scope="module")
def north() -> Sources:
    return sources_of("north")


@pytest.fixture(scope="module")
def stores() -> dict[str, ProtectedStore]:
    return {name: store_of(name, period) for name, period in PERIODS.items()}


@pytest.fixture(scope="module")
def fuller(north: Sources) -> ProtectedStore:
    """North's edition with all that a board may add to it."""
    return with_edition(
        north,
        before={"recommendations": [RECOMMENDATION, {**RECOMMENDATION, "id": "second"}]},
        recommendations=[RECOMMENDATION],
        progress=[{"id": "more-places", "status": "delayed", "note": "No site was found"}],
        strategy={
            "title": "Domestic Abuse Strategy",
            "published": "2024-01-05",
            "next_review": "2027-01-05",
            "consulted": ["the partnership board", "survivors"],
            "working": "Half of the objectives are met",
        },
        commissioning=[
            {"decision": "Ten dispersed places", "date": "2025-01-10", "evidence": ["Chapter 3"]}
        ],
        targets=[
            {"indicator": name, "target": number, "direction": direction, "by": "2026-03-31"}
            for name, number, direction in TARGETS
        ],
        cost={"index": "GDP deflator", "end": "2024-25", "factor": 1.25},
    )


def with_edition(sources: Sources, **blocks: Any) -> ProtectedStore:
    """The store of north's edition with further blocks in its parameters."""
    return assemble_store(replace(sources, council=council_with(sources.council, **blocks)))


def council_with(council: Council, before: dict[str, Any] | None = None, **now: Any) -> Council:
    data = council.model_dump(mode="json")
    data["editions"]["2023-24"].update(before or {})
    data["editions"]["2024-25"].update(now)
    return Council.model_validate(data)


def chapter(store: ProtectedStore) -> Chapter:
    return Chapter(
        store, Reads("summary", frozenset(store.measures), parts=frozenset({EVERYTHING}))
    )


@pytest.mark.parametrize("name", list(PERIODS))
def test_messages_are_few_spread_and_true(stores: dict[str, ProtectedStore], name: str) -> None:
    store = stores[name]
    messages = choose_messages(store, 10)
    assert 8 <= len(messages) <= 10
    chapters = [message.chapter for message in messages]
    assert max(chapters.count(each) for each in chapters) <= PER_CHAPTER
    for message in messages:
        text = resolve(message.text, store.figures, message.indicator)
        assert "{{" not in text and "about about" not in text and "  " not in text
        missing = store.indicators[message.indicator]["status"] == "unavailable"
        assert (("No return gives" in text) or ("not known" in text)) == missing, text
        assert "[c]" not in text


def test_the_widest_gap_leads_and_a_gap_in_the_data_is_a_finding(
    stores: dict[str, ProtectedStore],
) -> None:
    ranked = sorted(choose_messages(stores["north"], 10), key=lambda each: -each.score)
    assert ranked[0].indicator == "refuge.below_recommended"
    found = [message.indicator for message in choose_messages(stores["three-rivers"], 10)]
    assert "refuge.below_recommended" in found and "perpetrators.suspects" in found


def test_every_chapter_speaks_before_one_speaks_twice(
    stores: dict[str, ProtectedStore],
) -> None:
    chapters = [message.chapter for message in choose_messages(stores["north"], 6)]
    assert sorted(chapters) == sorted(
        ["prevalence", "refuge", "marac", "services", "children", "perpetrators"]
    )
    told = {message.indicator for message in choose_messages(stores["north"], 10)}
    assert "police.recorded_change" in told and "police.recorded" not in told


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("refuge.acceptance_rate", 100, "Requests for refuge are met"),
        ("refuge.acceptance_rate", 0, "Requests for refuge are turned away"),
        ("marac.repeat_rate", 0, "No case is recorded as a repeat"),
        ("idva.engagement_rate", 100, "Every referral became support"),
        ("idva.engagement_rate", 0, "No referral became support"),
        ("caseworker.engagement_rate", 60, "Not everyone referred"),
        ("children.supported", 0, "No child is reported to have support"),
        ("children.assessments_da_share", 0, "No assessment of a child names"),
    ],
)
def test_messages_hold_of_nothing_and_of_everything(
    stores: dict[str, ProtectedStore], name: str, value: float, said: str
) -> None:
    data = copy.deepcopy(stores["north"].data)
    entry = next(each for each in data["indicators"] if each["id"] == name)
    entry["value"] = value
    told = {
        message.indicator: message.text for message in choose_messages(ProtectedStore(data), 99)
    }
    others = [each["id"] for each in data["indicators"] if each["chapter"] == entry["chapter"]]
    text = told.get(name) or message_of(ProtectedStore(data), name, others)
    assert said in text


def message_of(store: ProtectedStore, name: str, chapter: list[str]) -> str:
    """The message of one indicator when nothing else of its chapter has one."""
    for entry in store.data["indicators"]:
        if entry["id"] in chapter and entry["id"] != name:
            entry["message"] = {}
    (found,) = [each.text for each in choose_messages(store, 99) if each.indicator == name]
    return found


def test_there_are_not_fewer_victims_than_the_police_know(
    stores: dict[str, ProtectedStore],
) -> None:
    data = copy.deepcopy(stores["north"].data)
    entry = next(each for each in data["indicators"] if each["id"] == "prevalence.reporting_gap")
    entry["value"] = -100
    told = {message.indicator for message in choose_messages(ProtectedStore(data), 99)}
    assert "prevalence.reporting_gap" not in told


def test_groups_that_are_reached_less(stores: dict[str, ProtectedStore]) -> None:
    """The group that most belong to, men, and what cannot be shown are not named."""
    less = generation_context(stores["north"])["less_than_share"]
    assert less("idva") == ["by age, 55 to 64"]
    assert less("caseworker") == ["by age, 55 to 64 and 65 and over"]
    assert generation_context(stores["three-rivers"])["less_than_share"]("idva") == []


def test_messages_reach_the_narrative_with_live_figures(stores: dict[str, ProtectedStore]) -> None:
    template = "{% for message in messages(3) %}\n- {% print message.text %}\n\n{% endfor %}"
    text = generate(template, generation_context(stores["north"]), "summary, cell summary-messages")
    assert text.count("\n- ") == 2 and "{{ refuge.places }}" in text


def test_a_scorecard_needs_no_colour(stores: dict[str, ProtectedStore]) -> None:
    frame = chapter(stores["north"]).scorecard(
        "refuge.below_recommended", "marac.rate", "police.recorded_rate", "idva.caseload"
    )
    assert list(frame.columns) == [
        "Value",
        "95% interval",
        "Compared with",
        "Result",
        "Since last year",
    ]
    assert list(frame["Result"]) == [
        "Short of the level",
        "Short of the level",
        "Not rated",
        "Above the level",
    ]
    assert frame["Since last year"].iloc[1].startswith("No clear change (was")


def test_places_are_given_on_every_population_held(stores: dict[str, ProtectedStore]) -> None:
    """The published 36 % and 37 % below the level are the same 48 places."""
    frame = chapter(stores["northamptonshire"]).scenarios()
    below = {name: str(cell) for name, cell in frame["Below the level"].items()}
    assert below == {"mid-2019": "36%", "mid-2020": "37%", "Census 2021": "39%", "mid-2023": "40%"}
    assert str(frame.loc["mid-2019", "Places to reach it"]) == "28"
    assert [float(cell) for cell in frame["There are"]] == [48.0] * 4


def test_posts_and_gaps(stores: dict[str, ProtectedStore]) -> None:
    posts = chapter(stores["north"]).posts()
    assert [str(cell) for cell in posts.loc["IDVAs"]] == ["4.5", "5.6", "about 5.9", "1.1"]
    gaps = chapter(stores["north"]).gap_analysis()
    assert [str(cell) for cell in gaps.iloc[0][:3]] == ["15", "36.8", "22"]
    assert list(gaps.index[:2]) == ["Refuge places", "IDVA posts for the cases heard"]


def test_open_items_are_said_and_met_ones_located(north: Sources, fuller: ProtectedStore) -> None:
    bare = with_edition(north, strategy=None, commissioning=[], targets=[])
    frame = chapter(bare).regulation_8()
    assert list(frame.index.str.slice(0, 3)) == [
        *("(a)", "(b)", "(c)", "(c)", "(c)", "(d)", "(d)", "(e)", "(f)")
    ]
    met = frame["Where it is met"]
    assert met["(a) The board is appointed"].startswith("Appointed")
    assert met["(e) Commissioning follows need and strategy"].startswith("Open item")
    met = chapter(fuller).regulation_8()["Where it is met"]
    assert "5 January 2024" in met["(d) The strategy is published"]
    assert met["(e) Commissioning follows need and strategy"].startswith("1 decision")
    duties = chapter(fuller).duties()["Where it is answered"]
    assert duties["57(4) Consult before publishing it"] == (
        "Consulted: the partnership board and survivors"
    )
    assert list(chapter(fuller).decisions().index) == ["Ten dispersed places"]


def test_what_regulation_8_leaves_open_is_listed(
    stores: dict[str, ProtectedStore], north: Sources
) -> None:
    assert open_items(stores["north"]) == [
        "(d) The strategy works and helps victims reach support: no evidence is stated"
    ]
    board = north.council.editions["2024-25"].board
    assert board is not None
    unmet = with_edition(north, board={**board.model_dump(mode="json"), "meets": ""})
    assert "(b) Its members and how often it meets: how often it meets is not stated" in (
        open_items(unmet)
    )


def test_a_target_that_was_due_is_not_met(north: Sources) -> None:
    late = {"indicator": "marac.rate", "target": 40, "direction": "at least", "by": "2025-03-31"}
    assert list(chapter(with_edition(north, targets=[late])).performance()["Met"]) == ["Not met"]


def test_the_seven_places_of_section_58(stores: dict[str, ProtectedStore]) -> None:
    seats = chapter(stores["north"]).board_seats()["Filled by"]
    assert len(seats) == 7
    assert seats["Local authorities within its area"] == "None: the area has no lower tier"
    assert "Vacant" not in list(seats)
    assert set(chapter(stores["three-rivers"]).board_seats()["Filled by"]) == {"Not stated"}


def test_recommendations_their_evidence_and_progress(fuller: ProtectedStore) -> None:
    now = chapter(fuller).recommendations().iloc[0]
    assert now["Owner"] == "Head of housing" and now["By"] == "31 March 2026"
    assert "Refuge places needed to reach the recommended level: 22;" in now["Evidence"]
    progress = list(chapter(fuller).progress()["Progress"])
    assert progress == ["Delayed. No site was found", "Not reported"]


def test_targets_against_the_latest_figures(fuller: ProtectedStore) -> None:
    frame = chapter(fuller).performance()
    assert list(frame["Met"]) == ["Not yet met", "Met", "Not known"], "due after the period"
    assert list(frame["Target"]) == ["at least 40", "at most 40%", "at least 10"]


def test_a_target_for_an_unknown_indicator_is_an_error(north: Sources) -> None:
    target = {"indicator": "marac.rat", "target": 1, "direction": "at most", "by": "2026-03-31"}
    with pytest.raises(AssessmentError, match=r"targets.*“marac.rat”.*did you mean “marac.rate”"):
        with_edition(north, targets=[target])


def test_progress_is_only_on_what_was_recommended(north: Sources) -> None:
    progress = [{"id": "never-made", "status": "done"}]
    with pytest.raises(ValidationError, match="makes no recommendation “never-made”"):
        council_with(north.council, progress=progress)


def test_prices_are_named(
    north: Sources, stores: dict[str, ProtectedStore], fuller: ProtectedStore
) -> None:
    """The unit cost in the prices of its publication, or raised with an index that is named."""
    plain = stores["north"].indicators["cost.estimate"]
    assert plain["value"] == pytest.approx(23_096.268 * 34_015)
    raised = fuller.indicators["cost.estimate"]
    assert raised["value"] == pytest.approx(1.25 * plain["value"])
    with pytest.raises(ValidationError, match="needs its index"):
        Edition.model_validate(
            {**north.council.editions["2024-25"].model_dump(mode="json"), "cost": {"factor": 1.2}}
        )


def test_a_published_cost_is_taken_apart(stores: dict[str, ProtectedStore]) -> None:
    """£1,081m is 541,370 people times an inferred 5.4 % times £37,000; £91m over £4.3k differs."""
    entries = stores["northamptonshire"].indicators
    assert entries["cost.total"]["status"] == "reported"
    assert entries["cost.implied_victims"]["value"] == pytest.approx(29_216, abs=1)
    assert entries["cost.implied_share"]["display"] == "5.4%"
    assert entries["cost.remade"]["value"] == pytest.approx(541_370 * 0.054 * 37_000)
    assert entries["cost.remade"]["display"] == "about £1,081.7m"
    assert entries["cost.public_implied_victims"]["value"] == pytest.approx(21_163, abs=1)


def test_no_message_names_a_figure_that_there_is_not(stores: dict[str, ProtectedStore]) -> None:
    for store in stores.values():
        for entry in store.data["indicators"]:
            for text in entry["message"].values():
                assert re.search(r"\*\*.+\.\*\*", " ".join(text.split())), entry["id"]
                resolve(text, store.figures, entry["id"])


def test_whatever_is_shown_is_known_to_disclosure_control(north: Sources) -> None:
    """No value reaches the store but through an indicator of `Computed.every`."""
    edition = north.council.editions["2024-25"]
    code = north.council.code
    basis = Basis(
        north.evidence.observations,
        north.dictionary,
        north.reference,
        (code,),
        north.period,
        edition,
    )
    computed = compute_report(north.catalogue, basis, north.council.county)
    asked: list[int] = []

    def protect(one: Indicator) -> dict[str, Any]:
        asked.append(id(one))
        return protect_indicator(one)

    data = protect_computed(computed, protect)
    assert {*asked} == {id(each) for each in computed.every()}
    rows = sum(len(each["rows"]) + len(each["missing"]) for each in data["breakdowns"])
    assert len(asked) > len(data["indicators"]) + rows
