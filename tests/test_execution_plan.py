import json

import pytest

from needs_assessment.errors import AssessmentError
from needs_assessment.execution.plan import plan_chapters
from needs_assessment.narrative.files import notebook_bytes
from needs_assessment.project import Project
from toy_notebooks import code, narrative, notebook, parameters, title

SETTINGS = """
book:
  title: Assessment
  chapters: [index.qmd, refuge.qmd, marac.qmd]
  appendices: [methods.qmd]
"""


def template(chapter="marac", cells=None):
    cells = cells or [title(), parameters(), narrative("intro", "Text.")]
    return notebook(*cells, chapter=chapter)


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "quarto.yml").write_text(SETTINGS)
    for chapter in ("marac", "refuge"):
        put(tmp_path, chapter, template(chapter))
    return Project(tmp_path)


def put(root, chapter, book):
    path = root / "notebooks" / f"{chapter}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(notebook_bytes(book))


def complaint(checkout):
    with pytest.raises(AssessmentError) as caught:
        plan_chapters(checkout)
    return caught.value.message


def test_chapters_come_in_the_order_of_the_book_with_their_measures(checkout):
    plan = plan_chapters(checkout)
    assert [chapter.id for chapter in plan] == ["refuge", "marac"]
    assert plan[1].reads.measures == {"marac.cases"}
    assert plan[1].path == checkout.notebooks / "marac.ipynb"


def test_a_templates_own_outputs_are_dropped(checkout):
    ran = {**code("ran", "1"), "outputs": [{"output_type": "stream"}], "execution_count": 3}
    put(checkout.root, "marac", template(cells=[title(), parameters(), ran]))
    assert plan_chapters(checkout)[1].notebook["cells"][2] == code("ran", "1")


def test_book_and_notebooks_must_hold_the_same_chapters(checkout):
    put(checkout.root, "extra", template("extra"))
    (checkout.notebooks / "refuge.ipynb").unlink()
    said = complaint(checkout)
    assert "notebooks/extra.ipynb is not among the chapters in quarto.yml" in said
    assert "quarto.yml names refuge.qmd" in said


@pytest.mark.parametrize("text", ["", "book: {}", "book: {chapters: [{part: x}]}", "a: [", "- 1"])
def test_unreadable_settings_are_an_error(checkout, text):
    checkout.book_settings.write_text(text)
    assert complaint(checkout).startswith(("quarto.yml cannot be read", "quarto.yml, line 1:"))


def test_an_unreadable_template_is_an_error_naming_it(checkout):
    (checkout.notebooks / "marac.ipynb").write_text("{")
    assert "marac.ipynb cannot be read" in complaint(checkout)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('counicl = "north"\nperiod = "2024-25"', "counicl is not a parameter of a chapter"),
        ('counicl = "north"\nperiod = "2024-25"', "the parameter council must be set once"),
        ('council = "north"', "the parameter period must be set once"),
        ('council = "a"\ncouncil = "b"\nperiod = "c"', "the parameter council must be set once"),
        ("council = 3\nperiod = 4", "line 1 is not a parameter set to a text"),
        ('council = "a"\nimport os\nperiod = "b"', "line 2 is not a parameter"),
        ('council = "a', "line 1 is not a parameter"),
    ],
)
def test_wrong_parameters_are_errors_before_any_kernel(checkout, source, said):
    put(checkout.root, "marac", template(cells=[title(), parameters(source)]))
    message = complaint(checkout)
    assert f"notebooks/marac.ipynb, cell parameters: {said}" in message


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([parameters()], "first cell: it must be a title"),
        ([title(section="x"), parameters()], "first cell: it must be a title"),
        ([title()], "exactly one code cell must be tagged parameters; there are 0"),
        ([title(), parameters(), parameters()], "cell parameters: 2 cells have this id"),
        ([title(), parameters(), code("", "x")], "cell 3: it has no readable id"),
        (
            [title(), parameters(), code("i", "", "injected-parameters")],
            "a cell is tagged injected-parameters",
        ),
        (
            [title(), parameters(), {**narrative("a", ""), "id": "b"}],
            "cell b: narrative needs its id in the metadata as well",
        ),
        (
            [title(), parameters(), code("a", "x", "narrative")],
            "cell a: narrative must be a markdown cell",
        ),
    ],
)
def test_a_template_that_breaks_the_contract_is_named_with_its_cell(checkout, cells, said):
    put(checkout.root, "marac", template(cells=cells))
    assert f"notebooks/marac.ipynb, {said}" in complaint(checkout)


@pytest.mark.parametrize("own", [None, {"chapter": "refuge", "measures": []}, {"chapter": "marac"}])
def test_metadata_must_name_chapter_and_measures(checkout, own):
    book = template()
    book["metadata"] = {} if own is None else {"needs_assessment": own}
    put(checkout.root, "marac", book)
    assert "notebooks/marac.ipynb, metadata: needs_assessment." in complaint(checkout)


def test_every_problem_is_listed_at_once(checkout):
    put(checkout.root, "marac", template(cells=[title(), code("", "x")]))
    book = json.loads((checkout.notebooks / "refuge.ipynb").read_text())
    book["cells"][0]["source"] = ["No title"]
    (checkout.notebooks / "refuge.ipynb").write_text(json.dumps(book))
    assert len(complaint(checkout).splitlines()) == 3
