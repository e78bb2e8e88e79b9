import pytest

from figured import shown
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.figures import (
    code_texts,
    live_figures,
    resolve,
    resolve_record,
    wrong_figures,
)

FIGURES = {
    "marac.repeat_rate": {"display": "28.7%", "interval": "20.3% to 39.0%"},
    "marac.cases": {"display": "87"},
    "edition.period": {"display": "2017-18"},
}
WHERE = "marac, cell marac-repeat"


def test_figures_and_filters_become_what_the_report_shows():
    text = "Of {{marac.cases}} cases {{ marac.repeat_rate }} ({{ marac.repeat_rate|interval }})."
    assert resolve(text, FIGURES, WHERE) == "Of 87 cases 28.7% (20.3% to 39.0%)."


def test_wrap_gets_key_filter_and_text():
    seen = []

    def wrap(*arguments):
        seen.append(arguments)
        return "*"

    assert resolve("{{ marac.repeat_rate | interval }}", FIGURES, WHERE, wrap) == "*"
    assert seen == [("marac.repeat_rate", "interval", "20.3% to 39.0%")]


@pytest.mark.parametrize(
    "text",
    [
        "`{{ marac.cases }}`",
        "a ``x ` {{ nothing.such }}`` b",
        "```\n{{ nothing.such }}\n```",
        "~~~~ text\n{{ nothing.such }}\n~~~\n~~~~",
        "{{< meta title >}}",
        "{{ 1 + 1 }}",
        "{{ some words }}",
        "{ marac.cases }",
        "$\\frac{1}{2}$",
    ],
)
def test_code_and_other_braces_stay_as_typed(text):
    assert resolve(text, FIGURES, WHERE) == text


def test_a_lone_backtick_hides_no_figure_in_a_later_paragraph():
    text = "A ` here.\n\n{{ marac.cases }} and ` there."
    assert "87" in resolve(text, FIGURES, WHERE)


@pytest.mark.parametrize(
    ("text", "said", "nearest"),
    [
        ("{{ marac.repeat_rat }}", "marac.repeat_rat", "marac.repeat_rate"),
        ("{{ repeat_rate }}", "repeat_rate", "marac.repeat_rate"),
        ("{{ marac.repeat_rate | intervals }}", "intervals", "interval"),
        ("{{ marac.cases | interval }}", "marac.cases", "no filters"),
        ("{{ marac.cases | a | b }}", "cannot be read", "one filter"),
        ("{{ marac.cases + 1 }}", "cannot be read", "one filter"),
    ],
)
def test_a_wrong_figure_names_cell_key_and_nearest(text, said, nearest):
    with pytest.raises(AssessmentError) as caught:
        resolve(text, FIGURES, WHERE)
    assert caught.value.message.startswith(WHERE)
    assert said in caught.value.message
    assert nearest in caught.value.hint


# What figures print -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("council", "written", "printed"),
    [
        (
            "three-rivers",
            "Crimes {{ police.crimes_change | change }}.",
            "Crimes showed no clear change (+10.4%, 95% interval −1.6% to +23.8%).",
        ),
        (
            "north",
            "Crimes {{ police.crimes | change }}.",
            "Crimes rose by 4.2% (95% interval +0.3% to +8.3%).",
        ),
        (
            "three-rivers",
            "In {{ marac.repeat_rate | year }}, {{ marac.repeat_rate | period }}",
            "In 2017, calendar year 2017",
        ),
        ("three-rivers", "{{ marac.repeat_rate | base }}", "25 of 87"),
        ("northamptonshire", "{{ refuge.places | year }}", "2021"),
        ("northamptonshire", "{{ marac.repeat_rate | year }}", "2020-21"),
        ("northamptonshire", "{{ marac.repeat_rate | also_comparison }}", "7 points above"),
    ],
)
def test_figures_print_changes_years_and_comparisons_in_words(council, written, printed):
    assert resolve(written, shown(council).figures, WHERE) == printed


def test_a_share_as_printed_is_no_count():
    # “40% of almost 9,000”: neither 40 cases nor 40 assessments were counted.
    store = shown("northamptonshire")
    for key in ("marac.repeat_rate", "children.assessments_da"):
        assert store.figures[key]["numerator"] == store.figures[key]["base"] == "not available"
        assert store.indicators[key]["numerator"] is None


def test_what_is_suppressed_stays_so_with_every_filter_that_could_tell():
    for council in ("north", "three-rivers"):
        for entry in shown(council).data["indicators"]:
            if entry["status"] == "suppressed":
                figures = entry["figures"]
                told = {"display", "size", "interval", "numerator", "denominator", "base"}
                told |= {"comparison", "also_comparison", *({"change"} & figures.keys())}
                assert {figures[name] for name in told} == {"[c]"}


# What would stop a run ----------------------------------------------------------------------------


def test_every_wrong_figure_is_told_of_at_once():
    text = "{{ marac.casse }} and {{ marac.cases | interval }} and {{ marac.cases }}."
    found = list(wrong_figures(text, FIGURES, WHERE, defined=True))
    assert [error.hint for error in found] == [
        "The nearest figure is marac.cases.",
        "It has no filters.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{ marac.cases }",
        "{ marac.cases }}",
        "{marac.cases}",
        "{{marac.cases and",
        "{{ marac.cases |",
    ],
)
def test_a_figure_that_lacks_a_brace_is_told_of(text):
    said = [
        error.message for error in wrong_figures(f"There were {text}", FIGURES, WHERE, defined=True)
    ]
    assert len(said) == 1
    assert said[0].startswith(f"{WHERE}: {text}") and "printed as typed" in said[0]


@pytest.mark.parametrize(
    "text",
    [
        "`{{ marac.cases }`",
        "[87]{.figure data-id=marac.cases}",
        "{#sec-marac}",
        "{some words}",
        "{{ marac.cases }} and {marac}",
        "{{ marac.cases }}{{ marac.cases }}",
    ],
)
def test_other_braces_are_nothing_to_tell_of(text):
    assert list(wrong_figures(text, FIGURES, WHERE, defined=True)) == []


def test_an_analyst_may_not_print_words_in_place_of_a_value():
    figures = {"a.b": {"display": "not available", "interval": "no interval", "year": "2017"}}
    text = "{{ a.b }}, {{ a.b | interval }}, {{ a.b | year }}"
    assert list(wrong_figures(text, figures, WHERE, defined=False)) == []
    said = [error.message for error in wrong_figures(text, figures, WHERE, defined=True)]
    assert ["no interval" in each for each in said] == [False, True]


# Captions ---------------------------------------------------------------------------------------


def test_captions_notes_and_descriptions_hold_live_figures():
    record = {
        "kind": "figure",
        "label": "fig-a",
        "caption": "{{ marac.cases }} cases",
        "alt": "Bar chart: {{ marac.repeat_rate }}.",
        "notes": ["Of {{ marac.cases }}."],
    }
    resolved = resolve_record(record, FIGURES, WHERE)
    assert resolved["caption"] == "87 cases"
    assert resolved["alt"] == "Bar chart: 28.7%."
    assert resolved["notes"] == ["Of 87."]
    with pytest.raises(AssessmentError, match=r"fig-a: .* names the figure marac\.casse"):
        resolve_record({**record, "caption": "{{ marac.casse }}"}, FIGURES, WHERE)


def test_the_captions_of_a_code_cell_are_read_without_running_it():
    source = (
        'chapter.table(frame, caption="{{ marac.cases }} cases", label=f"tbl-{1}")\n# {{ x.y }}'
    )
    assert code_texts(source) == ["{{ marac.cases }} cases"]
    assert code_texts("%magic {{ marac.cases }}") == []


# Attacks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ 7 * 7 }}",
        "{% for x in [].__class__.__base__.__subclasses__() %}x{% endfor %}",
        "{{ [].append(1) }}",
        "{{ {}.items() }}",
        "${7*7} #{7*7} <%= 7*7 %> {7*7}",
        "{# comment #}{{ '{{' }}",
        "{{ 'marac.cases' | upper }}",
    ],
)
def test_template_language_is_only_text(text):
    assert resolve(text, FIGURES, WHERE) == text


@pytest.mark.parametrize(
    "text",
    [
        "{{ marac.cases.__class__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ config.items }}",
        "{{ marac.cases | attr('__class__') }}",
        "{{ marac.cases | __class__ }}",
        "{{ marac.cases() }}",
        "{{ marac.cases[0] }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ marac.cases | display | display }}",
    ],
)
def test_reaching_beyond_the_figures_is_an_error_in_a_cell(text):
    with pytest.raises(AssessmentError) as caught:
        resolve(text, FIGURES, WHERE)
    assert caught.value.message.startswith(WHERE)


def test_what_a_figure_prints_is_not_read_again():
    figures = {"a.b": {"display": "{{ marac.cases }}"}, **FIGURES}
    assert resolve("{{ a.b }}", figures, WHERE) == "{{ marac.cases }}"


def test_no_text_takes_long_to_read():
    for text in ("{{" * 20_000, "{{ a" + " " * 20_000, "{{ a.b | " * 5_000, "`" * 20_000):
        assert live_figures(text) == []
