import pytest

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.generation import generate, generate_chapter
from toy_notebooks import narrative, notebook, title

CONTEXT = {"available": lambda name: name == "marac.repeat_rate", "value": lambda name: None}


def test_variants_are_chosen_and_figures_are_left_for_the_book():
    source = (
        '{% if available("marac.repeat_rate") %}\n'
        "Repeats were {{ marac.repeat_rate | interval }}.\n"
        "{% else %}\n"
        "No figure.\n"
        "{% endif %}\n"
    )
    assert generate(source, CONTEXT, "x") == "Repeats were {{ marac.repeat_rate | interval }}."


def test_headings_with_ids_and_shortcodes_are_not_template_logic():
    source = "## Repeat cases {#sec-repeat}\n\n{{< meta title >}} {# not a comment #}"
    assert generate(source, CONTEXT, "x") == source


def test_gaps_left_by_logic_close_and_surrounding_blank_lines_go():
    source = "\n\nOne.\n\n{% if false %}\nno\n{% endif %}\n\n\n  \nTwo.\n\n"
    assert generate(source, CONTEXT, "x") == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a\n{% if %}", "line 2"),
        ("{% if nothing_such %}x{% endif %}", "nothing_such"),
        ('{% if value("a") > 3 %}x{% endif %}', "TypeError"),
        ("{% if available.__globals__ %}x{% endif %}", "unsafe"),
        ("{% include 'x' %}", "loader"),
    ],
)
def test_a_fault_in_a_template_names_chapter_and_cell(source, said):
    template = notebook(title(), narrative("marac-repeat", source))
    with pytest.raises(AssessmentError) as caught:
        generate_chapter(template, CONTEXT, "marac")
    assert "marac, cell marac-repeat" in caught.value.message
    assert said in caught.value.message


def test_an_error_of_the_product_keeps_its_hint():
    def fail(name):
        raise AssessmentError(f"There is no indicator {name}.", "The nearest is marac.cases.")

    with pytest.raises(AssessmentError) as caught:
        generate('{% if f("x") %}{% endif %}', {"f": fail}, "marac, cell a")
    assert caught.value.message == "marac, cell a: There is no indicator x."
    assert caught.value.hint == "The nearest is marac.cases."


def test_only_narrative_cells_are_generated():
    logic = "{% if true %}yes{% endif %}"
    template = notebook({**title(), "source": logic}, narrative("a", logic))
    generated = generate_chapter(template, CONTEXT, "marac")
    assert [cell["source"] for cell in generated["cells"]] == [logic, "yes"]
    assert template["cells"][1]["source"] == logic
