import pytest

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.figures import resolve

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
