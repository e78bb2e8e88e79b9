"""No sentence gives away a figure that disclosure control hides."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from needs_assessment.returns.rules.figures import Figure
from ruling import DICTIONARY, OWN, flags_of, observation

MEASURES = [
    ("marac.cases", ""),
    ("marac.repeats", ""),
    ("marac.children", ""),
    ("marac.referrals", "agency=police"),
    ("marac.referrals", "agency=housing"),
    ("marac.characteristics", "characteristic=male"),
    ("idva.referrals", ""),
    ("idva.engaged", ""),
    ("idva.engaged_long", ""),
    ("idva.engaged_short", ""),
    ("idva.not_engaged", ""),
    ("idva.clients", "sex=female"),
    ("idva.clients", "sex=male"),
    ("idva.clients", "sex=not_known"),
    ("caseworker.referrals", ""),
    ("caseworker.engaged", ""),
    ("caseworker.outcomes", "outcome=cessation"),
    ("caseworker.outcomes", "outcome=reduction"),
    ("caseworker.outcomes", "outcome=no_change"),
    ("children.supported_refuge", ""),
    ("refuge.child_places", ""),
    ("caseworker.referrals_target", ""),
]
SHARES = [
    ("marac.repeat_share", ""),
    ("idva.engagement_share", ""),
    ("idva.recorded_share", ""),
    ("caseworker.engagement_share", ""),
    ("caseworker.outcome_share", "outcome=cessation"),
    ("caseworker.outcome_share", "outcome=reduction"),
    ("caseworker.referrals_target_attainment", ""),
]
PERIODS = ["2024-25", "2023-24", "2024", *(f"2024-25 Q{n}" for n in (1, 2, 3, 4)), "2024-M12"]
LIMIT = 1000
NUMBERS = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w.,]*\d|-\d)")


def hides(figure: Figure) -> bool:
    """Like the usual rule, with room for numbers that nothing else in a sentence can be."""
    measure = DICTIONARY[figure.measure]
    protected = measure.protect and measure.kind == "count" and figure.nature != "published"
    return protected and figure.value is not None and 0 < figure.value < LIMIT


places = st.tuples(
    st.sampled_from(MEASURES), st.sampled_from(PERIODS), st.sampled_from(["one", "two"])
)
small_numbers = st.integers(101, LIMIT - 1).filter(lambda each: each % 100)
figures = st.dictionaries(
    places, st.tuples(small_numbers, small_numbers, st.booleans()), min_size=2, max_size=14
)
shares = st.dictionaries(
    st.tuples(st.sampled_from(SHARES), st.sampled_from(PERIODS)),
    st.decimals(1, 160, places=1),
    max_size=4,
)


def rows_of(chosen, printed, which: int):
    rows = []
    for ((measure, category), period, partner), (first, second, big) in chosen.items():
        value = first * 1000 if big else first
        if not big and DICTIONARY[measure].protect:
            value = (first, second)[which]
        rows.append(observation(measure, period, str(value), category=category, partner=partner))
    for ((measure, category), period), share in printed.items():
        rows.append(observation(measure, period, str(share), category=category))
    return rows


@settings(max_examples=80, deadline=None)
@given(chosen=figures, printed=shares)
def test_a_sentence_does_not_change_with_what_is_hidden(chosen, printed) -> None:
    """Two editions that differ only in hidden counts: what is said of both is the same."""
    one, other = (
        {
            (flag.rule, flag.subject, flag.row): flag.sentence
            for flag in flags_of(rows_of(chosen, printed, which), hides=hides)
        }
        for which in (0, 1)
    )
    for key in one.keys() & other.keys():
        assert one[key] == other[key]


@settings(max_examples=80, deadline=None)
@given(chosen=figures, printed=shares)
def test_no_hidden_number_is_printed(chosen, printed) -> None:
    rows = rows_of(chosen, printed, 0)
    small = [
        DICTIONARY[row["measure"]].kind == "count"
        and DICTIONARY[row["measure"]].protect
        and row["value"] < LIMIT
        for row in rows
    ]
    hidden = {str(row["value"]) for row, each in zip(rows, small, strict=True) if each}
    # The same number may be one of places, which are shown.
    shown = {str(row["value"]) for row, each in zip(rows, small, strict=True) if not each}
    for flag in flags_of(rows, hides=hides):
        for number in NUMBERS.findall(flag.sentence):
            assert number.replace(",", "") not in hidden - shown, flag.sentence


def test_hidden_counts_are_called_hidden_counts() -> None:
    rows = [
        observation("refuge.child_places", "@2025-03-31", "56"),
        observation("children.supported_refuge", "2024-25", "3"),
    ]
    sentence = flags_of(rows)[0].sentence
    assert "a hidden count of children" in sentence and "3 children" not in sentence
    rows[1] = observation("children.supported_refuge", "2024-25", "3", nature="published")
    assert "3 children" in flags_of(rows)[0].sentence


def test_a_total_that_gives_a_small_part_away_is_withheld() -> None:
    names = ("standard", "medium", "high", "none")
    rows = [observation("police.recorded", "2024-25", "100")]
    rows += [
        observation("police.recorded", "2024-25", value, category=f"risk={name}")
        for name, value in zip(names, ("60", "30", "3", "6"), strict=True)
    ]
    sentence = flags_of(rows)[0].sentence
    assert "99" not in sentence and "100" not in sentence and "hidden count" in sentence


numbers = ["0", "1", "4", "5", "17", "250", "1,204", "49.65", "0.5", "100", "33%", "£9100000"]
others = ["<5", "5 or under", "10 or greater", "c", "x", "z", "almost 9,000"]
tokens = st.sampled_from(numbers + others)
anything = st.lists(
    st.tuples(
        st.sampled_from(sorted(DICTIONARY)),
        st.sampled_from([*PERIODS, "@2025-03-31", "2024-M05..2024-M12", "2024-25 Q1..Q2"]),
        tokens,
        st.sampled_from([OWN, "E06000062"]),
        st.sampled_from(["confidential", "published", "illustrative"]),
        st.integers(0, 9),
    ),
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(anything)
def test_rules_never_fail(chosen) -> None:
    rows = []
    for measure, period, raw, area, nature, number in chosen:
        # Categories that a council names are for that council's own test.
        dimensions = {
            name: shape
            for name, shape in DICTIONARY[measure].dimensions.items()
            if shape.categories
        }
        category = ""
        if dimensions and number:
            name = list(dimensions)[number % len(dimensions)]
            names = list(dimensions[name].categories)
            category = f"{name}={names[number % len(names)]}"
        rows.append(observation(measure, period, raw, area=area, nature=nature, category=category))
    for flag in flags_of(rows):
        assert flag.severity in ("warning", "note")
        assert flag.sentence.endswith(".") and (flag.row or 0) > 0
