"""The number check on the example councils: what it knows, warns of, lists, and leaves alone."""

import re
from fractions import Fraction
from typing import Any

import pytest

from figured import EXAMPLES, facts, narratives, shown, verdicts
from needs_assessment.narrative.figures import live_figures, resolve
from needs_assessment.narrative.numbers.directions import contradictions
from needs_assessment.narrative.numbers.fix import replace_numbers, replacements
from needs_assessment.narrative.numbers.judge import DIFFERS, KNOWN, UNTRACED, judge


def flat(council: str) -> list[tuple[str, str, str]]:
    """The narratives of a council with every live figure as the number it prints."""
    figures = shown(council).figures
    return [
        (chapter, text, resolve(text, figures, cell))
        for chapter, cell, text in narratives(council)
        if live_figures(text)
    ]


# The report's own figures ---------------------------------------------------------------------


@pytest.mark.parametrize("council", EXAMPLES)
def test_what_a_report_prints_is_known_when_typed(council: str):
    numbers = [
        each
        for chapter, _, typed in flat(council)
        for each in judge(typed, facts(council), chapter)
    ]
    assert len(numbers) > 40
    assert {each.outcome for each in numbers} == {KNOWN}


@pytest.mark.parametrize("council", EXAMPLES)
def test_templates_raise_no_alarm(council: str):
    for chapter, _, text in narratives(council):
        assert {each.outcome for each in judge(text, facts(council), chapter)} <= {KNOWN}
        assert contradictions(text, shown(council)) == []


def same_rows(council: str, one: str, other: str) -> bool:
    """Whether one indicator rests on rows that another rests on too."""
    store = shown(council)
    held = {**store.indicators, **store.rows}

    def entries(key: str) -> list[dict[str, Any]]:
        return (
            store.breakdowns[key]["rows"]
            if key in store.breakdowns
            else [held.get(key, {"sources": []})]
        )

    rows = [
        {
            (source["file"], row)
            for entry in entries(key)
            for source in entry["sources"]
            for row in source["rows"]
        }
        for key in (one, other)
    ]
    return bool(rows[0] & rows[1])


@pytest.mark.parametrize("council", EXAMPLES)
def test_live_figures_in_place_of_typed_ones_print_the_same(council: str):
    figures = shown(council).figures
    made = 0
    for chapter, written, typed in flat(council):
        found = replacements(typed, judge(typed, facts(council), chapter), figures)
        fixed = replace_numbers(typed, found)
        assert resolve(fixed, figures, chapter) == typed
        made += len(found)
        wrote = {figure.key for figure in live_figures(written)}
        for figure in live_figures(fixed):
            assert figure.key in wrote or any(
                same_rows(council, figure.key, key) for key in wrote
            ), (figure.written, typed)
    assert made > 20


def other(number: str, by: Fraction) -> str:
    """A typed number changed by a share, written as it was."""
    digits = re.search(r"[\d,]+(?:\.\d+)?", number)
    assert digits
    places = len(digits[0].partition(".")[2])
    value = Fraction(digits[0].replace(",", "")) * (1 + by)
    return f"{number[: digits.start()]}{float(value):,.{places}f}{number[digits.end() :]}"


def test_a_number_changed_by_a_fourteenth_is_no_longer_known():
    council = "three-rivers"
    changed = noticed = 0
    for chapter, _, typed in flat(council):
        for each in judge(typed, facts(council), chapter):
            number = typed[each.start : each.end]
            if (
                each.typed.in_words
                or each.typed.value <= 12
                or each.typed.kind in ("money", "time")
            ):
                continue
            wrong = other(number, Fraction(1, 14))
            text = f"{typed[: each.start]}{wrong}{typed[each.end :]}"
            outcomes = {
                found.outcome
                for found in judge(text, facts(council), chapter)
                if found.start == each.start
            }
            changed += 1
            noticed += bool(outcomes & {DIFFERS, UNTRACED})
    assert changed > 50
    assert noticed / changed > 0.85


# Sentences of an analyst's own ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "In 2017 the police recorded 617 domestic abuse crimes, up from 559 the year before.",
        "The rise was 10.4%, or about 10%.",
        "The police recorded almost 1,300 crimes and incidents.",
        "28.74% of MARAC cases were repeats; that is 25 of 87, about 29%.",
        "More than a quarter of MARAC cases are repeats.",
        "Three out of ten MARAC cases are repeats.",
        "The IDVA service had 141 referrals. Half of them engaged.",
        "The rest, 71, did not engage with the IDVA service.",
        "In December 2017, 1,019 of Hertfordshire's crimes and incidents were of standard risk.",
        "Referrals to the caseworker rose by 56%, from 357 in 2016-17 to 556.",
        "MARAC heard 22.2 cases for every 10,000 females, below the recommended level of 40.",
    ],
)
def test_the_same_number_in_another_form_is_known(text: str):
    assert set(verdicts(text, "three-rivers").values()) == {KNOWN}


@pytest.mark.parametrize(
    ("text", "typed", "shows"),
    [
        ("There were 95 MARAC cases in the year.", "95", "87"),
        ("Repeats were 31% of MARAC cases.", "31%", "28.7%"),
        ("The police recorded 1,720 crimes and incidents.", "1,720", "1,270"),
        ("Just 59% of IDVA referrals engaged.", "59%", "49.6%"),
        ("MARAC cases came to 24.2 per 10,000 females.", "24.2", "about 22.2"),
    ],
)
def test_another_value_for_a_figure_of_the_report_is_warned_of(text: str, typed: str, shows: str):
    (found,) = judge(text, facts("three-rivers"), "marac")
    assert (found.outcome, found.typed.text) == (DIFFERS, typed)
    assert found.fact and found.fact.text == shows


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("The helpline answered 2,345 calls.", ["2,345"]),
        ("We heard from 14 survivors in 3 groups.", ["14"]),
        ("Four in ten residents know where to go.", ["Four in ten"]),
        ("Women were heard twice as often as men, twice as many in all.", ["twice"]),
        ("We will see two more children and five victims.", ["two", "five"]),
    ],
)
def test_a_number_of_unknown_origin_is_listed(text: str, listed: list[str]):
    assert verdicts(text, "three-rivers") == dict.fromkeys(listed, UNTRACED)


@pytest.mark.parametrize(
    "text",
    [
        "The helpline answered 2,345 calls [@ons-da-services-2023].",
        "The helpline answered [2,345]{.external} calls.",
        "Section 57 of the Domestic Abuse Act 2021 names five duties.",
        "We set five priorities for three years, with two services and one board.",
        "The Three Rivers partnership met every two months.",
        "Call 0808 2000 247, day or night.",
        "A grant of £12,000 paid for it, for 18 months.",
    ],
)
def test_a_source_a_mark_or_no_claim_is_left_alone(text: str):
    assert set(verdicts(text, "three-rivers").values()) <= {KNOWN}


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Of declined refuge referrals, 50.4% were for no space, up from 38.3% the year before.",
         ["50.4%", "38.3%"]),
        ("All areas together had 21.3 recorded reports for every 1,000 people.", ["21.3"]),
        ("On the mid-2020 population, the shortfall of refuge places is 21.", ["21"]),
        ("The strategy sets a target of 75% of IDVA referrals engaged by 2027.", ["75%"]),
        ("Of clients of the IDVA service, 20.2% have no known ethnicity.", ["20.2%"]),
    ],
)  # fmt: skip
def test_breakdowns_scenarios_and_targets_are_known(text: str, known: list[str]):
    assert verdicts(text, "north") == dict.fromkeys(known, KNOWN)
    # Another number in its place is none of them.
    for number in known:
        wrong = text.replace(number, other(number, Fraction(1, 4)))
        assert KNOWN not in {verdicts(wrong, "north").get(other(number, Fraction(1, 4)))}


def test_another_value_for_a_row_of_a_breakdown_is_warned_of():
    text = "Lack of space was the reason for 60.4% of declined refuge referrals."
    (found,) = judge(text, facts("north"), "refuge")
    assert (found.outcome, found.typed.text) == (DIFFERS, "60.4%")
    assert found.fact and found.fact.key == "refuge.declined_by_reason.capacity"
    # The same number of another category is not this one's.
    assert verdicts("Of IDVA clients, 68 were aged 55 to 64.", "north")["68"] != KNOWN


def test_a_multiple_is_held_against_the_numbers_beside_it():
    # 1,270 reports beside 617 crimes.
    text = "Reports, {{ police.recorded }}, were twice as many as the {{ police.crimes }} crimes."
    assert verdicts(text, "three-rivers") == {}
    text = "Reports, 1,270, were three times as many as the 617 crimes."
    assert verdicts(text, "three-rivers")["three times"] == UNTRACED


def test_a_figure_of_another_year_or_place_is_no_other_value():
    for text in (
        "In 2012 there were 95 MARAC cases.",
        "Nationally 31% of MARAC cases are repeats.",
        "The year before, 31% of MARAC cases were repeats.",
    ):
        assert DIFFERS not in verdicts(text, "three-rivers").values()


def test_what_is_hidden_is_neither_confirmed_nor_denied():
    store = shown("north")
    cells = [cell for cell in store.data["cells"] if cell["status"] == "suppressed"]
    assert cells, "the example has hidden cells"
    known = {fact.key for fact in facts("north").facts}
    for cell in cells:
        parts = ("measure", "period", "area", "dimension", "category")
        assert "|".join(cell[part] for part in parts) not in known
    hidden = [key for key, row in store.rows.items() if row["status"] == "suppressed"]
    assert hidden and known.isdisjoint(hidden)
    # Whatever is typed for a hidden cell, the answer is the same.
    text = "In quarter 3, {} cases were referred to MARAC by adult social care."
    answers = {tuple(verdicts(text.format(number), "north").values()) for number in range(2, 20)}
    assert len(answers) == 1
    # Nor does a shown quarter of a category answer for its year.
    text = "In 2024-25, {} cases were referred to MARAC by adult social care."
    answers = {tuple(verdicts(text.format(number), "north").values()) for number in range(2, 20)}
    assert len(answers) == 1


# Live figures for typed ones ------------------------------------------------------------------


def fixed(text: str, council: str = "three-rivers", chapter: str = "marac") -> str:
    found = judge(text, facts(council), chapter)
    return replace_numbers(text, replacements(text, found, shown(council).figures))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "Of 87 MARAC cases, 25 were repeats (28.7%).",
            "Of {{ marac.cases }} MARAC cases, {{ marac.repeats }} were repeats"
            " ({{ marac.repeat_rate }}).",
        ),
        (
            "The police recorded 1270 crimes and incidents.",
            "The police recorded {{ police.recorded }} crimes and incidents.",
        ),
        (
            "About 156 MARAC cases would be expected at the recommended rate.",
            "About 156 MARAC cases would be expected at the recommended rate.",
        ),
        (
            "MARAC would expect about 156 cases at the recommended rate.",
            "MARAC would expect {{ marac.recommended }} cases at the recommended rate.",
        ),
        ("About 29% of MARAC cases were repeats.", "About 29% of MARAC cases were repeats."),
        ("Over a quarter of MARAC cases were repeats.",) * 2,
        ("`87` MARAC cases and [87]{.external} others.",) * 2,
        ("> **Not for the report.** 87 MARAC cases?",) * 2,
    ],
)
def test_only_what_prints_the_same_is_replaced(text: str, after: str):
    assert fixed(text) == after


def test_a_number_that_may_be_two_figures_stays():
    # 40% is the share of repeats, its upper limit, and a share of assessments.
    assert fixed("It was 40%.", "northamptonshire") == "It was 40%."
    text = "MARAC repeat cases are at the limit of 40%."
    assert "marac.repeat_rate }}" not in fixed(text, "northamptonshire")


# Words of direction ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word", "says"),
    [
        ("Crimes fell by {{ police.crimes_change | size }}.", "fell", "rose by 4.2%"),
        ("Recorded crimes ({{ police.crimes }}) have doubled.", "doubled", "rose by 4.2%"),
        ("Incidents rose to {{ police.incidents }}.", "rose", "no clear change"),
        ("Cases fell to {{ marac.cases }}.", "fell", "no clear change (+5.1%"),
        ("Victims fell to {{ police.victims }}.", "fell", "went from 5,444 to 5,686"),
        ("Referrals rose to {{ caseworker.referrals }}.", None, None),
        ("The share fell to {{ idva.engagement_rate }}.", "fell", "no clear change"),
        ("{{ refuge.declined_by_reason.capacity | base }} declined requests.", None, None),
        ("At {{ refuge.declined_by_reason.capacity }}, lack of space fell.", "fell", "from 38.3%"),
        (
            "At {{ marac.repeat_rate }}, repeats are above the national average.",
            "above the national average",
            "similar to 31%",
        ),
        (
            "The rate is {{ marac.rate }}, higher than the recommended level.",
            "higher than the recommended",
            "below the recommended level of 40",
        ),
        ("Repeats ({{ marac.repeat_rate }}) exceed what is normal.", None, None),
        ("Crimes rose by {{ police.crimes_change | size }}.", None, None),
        ("Crimes did not fall: {{ police.crimes_change }}.", None, None),
        ("Referrals fell, while {{ police.crimes }} crimes were recorded.", None, None),
        ("Incidents rose by {{ police.incidents_change | size }} "
         "({{ police.incidents_change | interval }}).", None, None),
        ("The rate of {{ marac.rate }} is lower than the national rate.", None, None),
        ("Repeats, {{ marac.repeat_rate }}, stay below the upper limit.", None, None),
        ("If crimes fell, {{ police.crimes }} would be fewer.", None, None),
    ],
)  # fmt: skip
def test_a_word_that_the_figure_beside_it_contradicts(text: str, word: str, says: str):
    found = contradictions(text, shown("north"))
    assert [each.word for each in found] == ([word] if word else [])
    if word:
        assert says in found[0].says
        assert text[found[0].start : found[0].end] == word
