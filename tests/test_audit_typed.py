"""A number typed by hand that equals a hidden one near its subject is found, and never echoed."""

import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attacked import NORTH, PERIOD, public
from needs_assessment.audit.keys import Cell
from needs_assessment.audit.typed import Secret, Written, refuse_typed, secret, typed_numbers
from needs_assessment.errors import AssessmentError

HEALTH = Cell("marac.referrals", "2024-25 Q3", NORTH, "agency", "health")
SOCIAL_CARE = Cell("marac.referrals", PERIOD, NORTH, "agency", "childrens_social_care")
REPEATS = Cell("marac.repeats", PERIOD, NORTH)


RIVERS = Cell("marac.referrals", "2024-25 Q3", "E07000102", "agency", "health")
YOUNG = Cell("idva.clients", PERIOD, NORTH, "age", "aged_16_17")


def found(text: str, key: Cell = HEALTH, number: int = 3, around: str = "MARAC") -> list[str]:
    written = Written("chapters/marac.ipynb, cell marac-agency", text, around)
    return typed_numbers([written], [secret(key, number, public())])


@pytest.mark.parametrize(
    "text",
    [
        "Health referred 3 cases.",
        "Only three cases came from health services.",
        "First a sentence. Then: health sent 3, and police 86.",
        "| Agency | Cases |\n|---|---|\n| Health | 3 |",
        "Health (3) is low.",
        "In 3 cases health came first.",
        "Health sent a total of 3.",
        "From health, **3** cases were heard in the autumn.",
    ],
)
def test_a_typed_number_is_found(text: str) -> None:
    (line,) = found(text)
    assert line.startswith("chapters/marac.ipynb, cell marac-agency, sentence ")
    assert "“health”" in line


@pytest.mark.parametrize(
    "text",
    [
        "Health referred few cases.",
        "Police referred 3 cases more.",
        "Health referred 4 cases.",
        "Health referred {{ marac.cases }} cases, see @tbl-3-health.",
        "Health referred 3% of cases.",
        "In Q3 health referred fewer cases than in Q2.",
        "Health has a duty under section 3.",
        "Health waits 3 weeks.",
        "On 3 March health joined.",
        "Health cost £3.",
        "Health is one of the agencies.",
    ],
)
def test_other_numbers_and_other_subjects_are_not(text: str) -> None:
    assert not found(text, number=1 if "one of" in text else 3)


def test_subjects_of_several_words_and_of_whole_measures() -> None:
    assert found("Children's social care sent 1,204 cases.", SOCIAL_CARE, 1204)
    assert not found("Adult social care sent 1,204 cases.", SOCIAL_CARE, 1204)
    assert found("There were 12 repeats.", REPEATS, 12)
    assert not found("There were 12 meetings.", REPEATS, 12)


@pytest.mark.parametrize(
    ("text", "number", "told"),
    [
        ("In Three Rivers health sent few.", 3, False),
        ("Health sent few: Three Rivers, 2024-25.", 3, False),
        ("In Three Rivers health sent 3.", 3, True),
        ("Health sent three, Three Rivers says.", 3, True),
        ("Health sent 3.", 3, True),
        ("In 2024-25 health sent few.", 25, False),
        ("Health sent 25.", 25, True),
        ("In 2024-25 health sent 25.", 25, True),
    ],
)
@pytest.mark.parametrize("key", [HEALTH, RIVERS])
def test_a_number_in_the_name_of_an_area_or_year(
    text: str, number: int, told: bool, key: Cell
) -> None:
    """It is no count, and lets no count pass."""
    assert bool(found(text, key, number)) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Of those aged 16 or 17 there were few.", False),
        ("Of those aged 16 to 17 there were few.", False),
        ("Of clients, 16 or 17: 17.", True),
        ("Of those aged 16 or 17 there were 17.", True),
    ],
)
def test_a_number_in_the_name_of_a_category(text: str, told: bool) -> None:
    assert bool(found(text, YOUNG, 17, "idva")) is told


def test_a_typed_number_stops_a_run() -> None:
    hidden = [secret(HEALTH, 3, public())]
    refuse_typed([Written("chapters/marac.ipynb, cell a", "Health sent few.")], hidden)
    with pytest.raises(AssessmentError) as refused:
        refuse_typed([Written("chapters/marac.ipynb, cell a", "Health sent 3.")], hidden)
    assert "chapters/marac.ipynb, cell a, sentence 1" in refused.value.message
    assert "3" not in refused.value.message.replace("Q3", "").replace("quarter 3", "")


def test_a_secret_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    number = 739_184
    hidden = secret(HEALTH, number, public())
    again = secret(HEALTH, number, public())
    assert hidden.is_number(number) and not hidden.is_number(number - 1)
    told = f"{hidden!r} {hidden} {[getattr(hidden, name) for name in Secret.__slots__]}"
    assert str(number) not in told
    assert hidden._digest != again._digest, "the same number looks different each time"
    assert str(number).encode() not in pickle.dumps([hidden._digest, hidden.address])


@given(st.integers(100, 99_999), st.integers(1, 3))
def test_no_line_ever_holds_the_number(number: int, before: int) -> None:
    text = "Nothing here. " * before + f"Health sent {number:,} cases and {number} more."
    lines = found(text, number=number)
    assert len(lines) == 1
    # The period that a line names holds digits as well.
    assume(str(number) not in "2024-25")
    assert str(number) not in lines[0] and f"{number:,}" not in lines[0]
    assert f"sentence {before + 1}" in lines[0]
