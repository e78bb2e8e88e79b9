"""Categories that only a council can name: its localities, programmes, objectives and themes."""

from pathlib import Path

import openpyxl
import pytest

from founded import (
    DICTIONARY,
    FORMS,
    TODAY,
    complete,
    empty_project,
    evidence_of,
    fill,
    found,
)
from needs_assessment.council import Council, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.founding import renew_forms
from needs_assessment.project import Project
from needs_assessment.returns.standard import LISTS
from needs_assessment.returns.templates import return_forms


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    return empty_project(tmp_path / "project")


def council(empty: Project, categories: str) -> Council:
    """A council whose parameters name these."""
    path = empty.params / "rutland.yml"
    if not path.exists():
        found(empty)
    text = path.read_text(encoding="utf-8").replace(
        "\neditions:", f"\ncategories: {categories}\neditions:", 1
    )
    path.write_text(text, encoding="utf-8")
    return load_council(empty, "rutland")


def test_a_councils_own_categories_come_before_the_common_ones(empty: Project) -> None:
    named = council(empty, "{locality: {east: East, west: West}, theme: {rural: Living far out}}")
    dictionary = DICTIONARY.for_council(named)
    for measure in ("police.recorded", "idva.referrals", "population.persons"):
        held = dictionary[measure].dimensions["locality"].categories
        assert held == {"east": "East", "west": "West", "not_known": "Not known"}
    themes = list(dictionary["voice.themes"].dimensions["theme"].categories)
    assert themes[0] == "rural"
    assert themes[1:] == list(DICTIONARY["voice.themes"].dimensions["theme"].categories)
    assert not dictionary["perpetrators.programme_starts"].dimensions["programme"].categories
    assert dictionary["idva.clients"] == DICTIONARY["idva.clients"]


@pytest.mark.parametrize(
    ("categories", "said"),
    [
        ("{sex: {other: Other}}", ["“sex”", "locality", "programme"]),
        ("{locallity: {east: East}}", ["“locallity”", "did you mean “locality”"]),
        ("{locality: {not_known: Somewhere}}", ["not_known", "already"]),
        ("{locality: {east: Not  Known}}", ["east", "already"]),
        ("{locality: {east: East, west: east}}", ["west: east", "already"]),
    ],
)
def test_what_cannot_be_named_is_said_with_its_place(
    empty: Project, categories: str, said: list[str]
) -> None:
    named = council(empty, categories)
    with pytest.raises(AssessmentError) as caught:
        DICTIONARY.for_council(named)
    assert "params/rutland.yml: categories" in str(caught.value)
    for words in said:
        assert words in str(caught.value)


def test_a_category_needs_a_plain_id(empty: Project) -> None:
    with pytest.raises(AssessmentError, match="categories"):
        council(empty, '{locality: {"east × west": East}}')


def test_forms_are_renewed_with_what_the_council_names_and_filled_ones_left(
    empty: Project,
) -> None:
    named = council(empty, "{locality: {east: East}}")
    folder = empty.returns("rutland") / "2024-25"
    fill(folder / "idva.xlsx", [("idva.referrals", "2024-25", "", "", "", "7", "")])
    (folder / "health.xlsx").unlink()
    kept = (folder / "idva.xlsx").read_bytes()
    written, left = renew_forms(empty, "rutland", TODAY, "2024-25")
    assert left == ["data/returns/rutland/2024-25/idva.xlsx"]
    assert (folder / "idva.xlsx").read_bytes() == kept
    assert {Path(each).name for each in written} == {
        each.name for each in folder.iterdir() if each.name != "idva.xlsx"
    }
    lists = openpyxl.load_workbook(folder / "police.xlsx")[LISTS]
    offered = {
        (key.value, category.value) for key, category in zip(lists["F"], lists["G"], strict=True)
    }
    assert ("police.recorded|locality", "east") in offered
    rows = [("police.recorded", "2024-25", "", "locality", "East", "12", "")]
    fill(folder / "police.xlsx", rows)
    complete(empty, "police.xlsx", "idva.xlsx")
    evidence = evidence_of(empty)
    assert evidence.problems == []
    assert {*evidence.observations["category"]} == {"", "east"}
    with pytest.raises(AssessmentError, match="no edition"):
        renew_forms(empty, named.id, TODAY, "1999-00")


def test_forms_offer_only_breakdowns_with_something_to_choose(empty: Project) -> None:
    def offered(forms: list) -> set[str]:
        return {name for form in forms for each in form.measures for name in each.dimensions}

    assert not offered(FORMS) & {"locality", "programme", "objective"}
    assert "theme" in offered(FORMS)
    named = council(empty, "{locality: {east: East}, programme: {a: One, b: Two}}")
    forms = return_forms(DICTIONARY.for_council(named))
    assert offered(forms) - offered(FORMS) == {"locality", "programme"}
