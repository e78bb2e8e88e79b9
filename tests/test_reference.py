"""Reference data and the settings that choose from it."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from needs_assessment.council import choose_period, council_names, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.catalogue import load_catalogue
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import ENGLAND, Reference
from needs_assessment.returns.dictionary import load_dictionary
from running import ROOT

REFERENCE = Reference(ROOT / "data" / "reference")
BIBLIOGRAPHY = (ROOT / "data" / "reference" / "sources.bib").read_text(encoding="utf-8")
KEYS = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY, flags=re.MULTILINE))


def test_all_relevant_authorities_have_a_population() -> None:
    relevant = [area for area in REFERENCE.areas.values() if area.relevant]
    assert Counter(area.type for area in relevant) == {
        "unitary": 63,
        "metropolitan district": 36,
        "county": 21,
        "greater london authority": 1,
    }
    for area in relevant:
        for estimate, sex, ages in (
            ("mid-2023", "persons", "all"),
            ("census-2021", "females", "16+"),
        ):
            assert REFERENCE.population(area.code, estimate, sex, ages), area.name


def test_england_equals_the_published_totals() -> None:
    for estimate, persons in (
        ("mid-2019", 56_286_961),
        ("mid-2020", 56_550_138),
        ("census-2021", 56_490_040),
        ("mid-2023", 57_690_323),
    ):
        held = REFERENCE.population(ENGLAND, estimate, "persons", "all")
        assert held is not None and held.persons == persons


def test_the_former_county_ended_and_has_successors() -> None:
    county = REFERENCE.areas["E10000021"]
    assert county.end is not None and county.end.isoformat() == "2021-03-31"
    assert county.successors == ("E06000061", "E06000062")
    assert not REFERENCE.areas["E07000102"].relevant


def test_every_figure_names_a_source_of_the_bibliography() -> None:
    for population in REFERENCE.populations.values():
        assert population.source in KEYS
    for survey in REFERENCE.surveys:
        assert survey.source in KEYS
    for benchmark in REFERENCE.benchmarks.values():
        for value in benchmark.values:
            if benchmark.verified and value.verified:
                assert value.source in KEYS, benchmark.id


def test_unverified_benchmarks_are_never_used() -> None:
    lower = REFERENCE.benchmarks["marac.repeat_band_lower"]
    assert lower.value_for(parse_period("2024-25")) is None


def test_a_benchmark_is_never_from_the_future() -> None:
    national = REFERENCE.benchmarks["marac.national_repeat"]
    for edition in ("2020-21", "2023-24", "2024-25"):
        period = parse_period(edition)
        value = national.value_for(period)
        assert value is not None and value.period is not None
        assert parse_period(value.period).end <= period.end


def test_the_catalogue_names_only_what_exists() -> None:
    dictionary = load_dictionary(ROOT / "data" / "reference")
    catalogue = load_catalogue(ROOT / "data" / "reference", dictionary, REFERENCE.benchmarks)
    chapters = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {entry.chapter for entry in catalogue.values()} <= chapters
    for entry in catalogue.values():
        assert set(entry.sources) <= KEYS, entry.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "status: draft",
            "status: drafty",
            ["editions.2023-24.version.status", "“drafty”", "draft"],
        ),
        ("colour:", "color:", ["color is not a known field", "“colour”"]),
        ("partner: the police force", "partnr: x", ["partnr", "did you mean “partner”"]),
        ("code: E06000061", "code: E0600", ["code", "“E0600”"]),
        ("received: 2024-04-28", "received: someday", ["received", "“someday”"]),
        ('"2023-24":', '"2023-25":', ["2023-25"]),
        ("council: North", "name: North", ["line", "“name” is given twice"]),
    ],
)
def test_a_bad_parameter_names_file_field_and_what_is_allowed(
    project: Path, old: str, new: str, said: list[str]
) -> None:
    path = project / "params" / "north.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AssessmentError) as caught:
        load_council(Project(project), "north")
    assert "params/north.yml" in caught.value.message
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize("name", ["../../etc", "norht", "", "North", "defaults"])
def test_an_unknown_council_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(AssessmentError) as caught:
        load_council(Project(ROOT), name)
    assert caught.value.status == 2
    for known in council_names(Project(ROOT)):
        assert known in str(caught.value)


def test_the_period_defaults_to_the_latest_edition() -> None:
    council = load_council(Project(ROOT), "north")
    assert choose_period(council, None).text == "2024-25"
    with pytest.raises(AssessmentError, match="no edition “1999-00”") as caught:
        choose_period(council, "1999-00")
    assert caught.value.status == 2 and "2023-24" in caught.value.hint


def test_every_example_says_what_nature_its_returns_have() -> None:
    for name in ("north", "west"):
        content = yaml.safe_load((ROOT / "params" / f"{name}.yml").read_text(encoding="utf-8"))
        for edition in content["editions"].values():
            natures = {each["nature"] for each in edition["returns"].values()}
            assert natures <= {"illustrative", "published"}
