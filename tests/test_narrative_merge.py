import copy

import nbformat
import pytest

from merging import edit, executed, place, template, words_of
from needs_assessment.flags import LEFT_OUT
from needs_assessment.narrative.cells import ORPHANED_TAG, cell_texts, tags
from needs_assessment.narrative.files import notebook_bytes
from needs_assessment.narrative.merge import merge_narrative
from toy_notebooks import code, markdown, narrative, parameters, sources


@pytest.fixture
def base():
    return cell_texts(template())


@pytest.fixture
def mine():
    return executed(template())


def test_an_edited_cell_wins_and_an_untouched_one_follows_the_template(mine, base):
    edit(mine, "cases", "Mine.")
    new = template(repeat="Repeats rose.")
    merged = merge_narrative(new, mine, base)
    assert sources(merged.notebook) == {**sources(new), "cases": "Mine."}
    assert merged.kept == ("cases",)
    assert merged.notes == ()


def test_the_first_run_takes_the_template(base):
    assert merge_narrative(template(), None, None).notebook == template()


def test_without_a_base_everything_that_differs_counts_as_edited(mine):
    edit(mine, "cases", "Mine.")
    del mine["cells"][place(mine, "repeat")]
    merged = merge_narrative(template(), mine, None)
    assert sources(merged.notebook) == {**sources(template()), "cases": "Mine."}


def test_metadata_names_a_cell_whose_id_a_tool_has_changed(mine, base):
    edit(mine, "cases", "Mine.")
    for number, cell in enumerate(mine["cells"]):
        cell["id"] = f"random-{number}"
    merged = merge_narrative(template(), mine, base)
    assert sources(merged.notebook) == {**sources(template()), "cases": "Mine."}
    assert merged.added == merged.recovered == ()


def test_a_deleted_cell_stays_deleted_until_its_text_changes(mine, base):
    del mine["cells"][place(mine, "cases")]
    merged = merge_narrative(template(), mine, base)
    assert "cases" not in sources(merged.notebook)
    again = merge_narrative(template(), executed(merged.notebook), base)
    assert "cases" not in sources(again.notebook)
    changed = merge_narrative(template(cases="Cases fell."), mine, base)
    assert sources(changed.notebook)["cases"] == "Cases fell."


def test_added_markdown_stays_behind_the_cell_it_followed(mine, base):
    mine["cells"].insert(place(mine, "table") + 1, markdown("own", "My paragraph."))
    mine["cells"].insert(0, markdown("top", "Above the title."))
    mine["cells"].insert(place(mine, "injected-parameters") + 1, markdown("low", "Deep."))
    merged = merge_narrative(template(), mine, base)
    order = list(sources(merged.notebook))
    assert order[:2] == ["title", "top"]
    assert order.index("low") == order.index("parameters") + 1
    assert order.index("own") == order.index("table") + 1
    assert set(merged.added) == {"own", "top", "low"}


@pytest.mark.parametrize(
    "ids",
    [("aaaa", "bbbb"), ("cases", "bbbb"), ("aaaa", "cases")],
    ids=["both new", "the second new", "the first new, as in JupyterLab"],
)
def test_both_halves_of_a_split_cell_stay_in_order(mine, base, ids):
    at = place(mine, "cases")
    halves = [narrative("cases", "First half."), narrative("cases", "Second half.")]
    halves[0]["id"], halves[1]["id"] = ids
    mine["cells"][at : at + 1] = halves
    merged = merge_narrative(template(), mine, base)
    texts = list(sources(merged.notebook).values())
    assert texts.index("Second half.") == texts.index("First half.") + 1
    again = merge_narrative(template(), executed(merged.notebook), base)
    assert again.notebook["cells"] == merged.notebook["cells"]


def test_edited_text_whose_cell_left_the_template_is_kept_and_listed(mine, base):
    edit(mine, "repeat", "Mine.")
    new = template()
    new["cells"] = [cell for cell in new["cells"] if cell["id"] not in ("repeat", "cases")]
    merged = merge_narrative(new, mine, base)
    last = merged.notebook["cells"][-1]
    assert (last["source"], merged.orphaned) == ("Mine.", ("repeat",))
    assert ORPHANED_TAG in tags(last)
    assert "Cases rose." not in sources(merged.notebook).values()
    # It stays there at the next run, and takes its place again when the template has it again.
    again = merge_narrative(new, executed(merged.notebook), cell_texts(new))
    assert again.notebook["cells"] == merged.notebook["cells"]
    back = merge_narrative(template(), executed(merged.notebook), cell_texts(new))
    assert sources(back.notebook)["repeat"] == "Mine."
    assert all(ORPHANED_TAG not in tags(cell) for cell in back.notebook["cells"])


def test_the_templates_own_cells_win_and_what_was_typed_there_is_recovered(mine, base):
    edit(mine, "title", "# MARAC {#sec-marac}\n\nTyped under the title.")
    edit(mine, "table", "chapter.table(y)")
    edit(mine, "injected-parameters", 'council = "west"\nmine = 1\n')
    mine["cells"].append({**parameters('council = "east"'), "id": "own-parameters"})
    mine["cells"].append(code("blank", ""))
    mine["cells"].append({**code("copy", "chapter.table(x)")})
    merged = merge_narrative(template(), mine, base)
    assert merged.notebook == template()
    assert {(text.cell, text.kind) for text in merged.recovered} == {
        ("title", "markdown"),
        ("table", "code"),
        ("injected-parameters", "code"),
        ("own-parameters", "code"),
    }
    assert [note.severity for note in merged.notes] == ["warning"] * 4


def test_code_the_analyst_added_stays_in_place_to_be_run_anew(mine, base):
    own = {**code("own", "chapter.gap('mine')"), "outputs": [{"output_type": "stream"}]}
    mine["cells"].insert(place(mine, "cases") + 1, own)
    merged = merge_narrative(template(), mine, base)
    at = place(merged.notebook, "own")
    assert at == place(merged.notebook, "cases") + 1
    assert merged.notebook["cells"][at] == code("own", "chapter.gap('mine')")
    # Where no base says which code is the template's, none is run that the template does not have.
    unknown = merge_narrative(template(), mine, None)
    assert unknown.notebook == template()
    assert [text.text for text in unknown.recovered] == ["chapter.gap('mine')"]


def test_code_that_left_the_template_is_not_taken_for_the_analysts(mine, base):
    new = template()
    del new["cells"][place(new, "table")]
    merged = merge_narrative(new, mine, base)
    assert merged.notebook == new
    assert merged.recovered == merged.notes == ()


def test_moved_text_stays_moved_and_follows_the_template(mine, base):
    cell = mine["cells"].pop(place(mine, "cases"))
    mine["cells"].append(cell)
    new = template(narrative("new", "New."), cases="Cases fell.")
    merged = merge_narrative(new, mine, base).notebook
    order = list(sources(merged))
    assert order == ["title", "parameters", "load", "table", "repeat", "cases", "new"]
    assert sources(merged)["cases"] == "Cases fell."
    again = merge_narrative(new, executed(merged), cell_texts(new)).notebook
    assert again == merged


def test_a_template_that_moves_its_cells_moves_the_edited_ones_too(mine, base):
    edit(mine, "cases", "Mine.")
    mine["cells"].insert(place(mine, "cases") + 1, markdown("own", "Own."))
    new = template()
    new["cells"].append(new["cells"].pop(place(new, "cases")))
    merged = merge_narrative(new, mine, base).notebook
    assert list(sources(merged)) == [
        "title",
        "parameters",
        "load",
        "table",
        "repeat",
        "cases",
        "own",
    ]
    assert sources(merged)["cases"] == "Mine."


def test_code_moved_by_hand_goes_back_and_is_named(mine, base):
    mine["cells"].append(mine["cells"].pop(place(mine, "load")))
    merged = merge_narrative(template(), mine, base)
    assert merged.notebook == template()
    assert [note.cell for note in merged.notes] == ["load"]


def test_a_cell_that_the_template_renames_keeps_its_edited_text(mine, base):
    edit(mine, "cases", "Mine.")
    new = template()
    new["cells"][place(new, "cases")] = narrative("volume", "Cases rose.")
    merged = merge_narrative(new, mine, base)
    assert sources(merged.notebook)["volume"] == "Mine."
    assert merged.orphaned == ()
    assert [note.cell for note in merged.notes] == ["volume"]


def test_cells_without_ids_as_older_editors_write_them(mine, base):
    edit(mine, "cases", "Mine.")
    mine["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "Added."})
    for cell in mine["cells"]:
        cell.pop("id", None)
    mine["nbformat_minor"] = 4
    merged = merge_narrative(template(repeat="Repeats rose."), mine, base)
    expected = {**sources(template(repeat="Repeats rose.")), "cases": "Mine."}
    (own,) = merged.added
    assert sources(merged.notebook) == {**expected, own: "Added."}
    assert merged.recovered == ()


def test_a_copy_with_the_same_id_is_a_cell_of_its_own(mine, base):
    edit(mine, "cases", "Mine.")
    at = place(mine, "cases")
    mine["cells"].insert(at + 1, {**copy.deepcopy(mine["cells"][at]), "source": "Copy."})
    merged = merge_narrative(template(), mine, base)
    assert sources(merged.notebook)["cases"] == "Mine."
    (own,) = merged.added
    assert own != "cases" and sources(merged.notebook)[own] == "Copy."
    nbformat.validate(nbformat.from_dict(merged.notebook))


def test_a_changed_template_is_not_taken_for_an_analysts_change(mine, base):
    new = template()
    edit(new, "table", "chapter.table(other)")
    edit(new, "title", "# Repeat victims {#sec-marac}")
    merged = merge_narrative(new, mine, base)
    assert merged.recovered == merged.notes == ()


def test_a_pasted_picture_and_the_analysts_tags_stay_with_their_text(mine, base):
    cell = mine["cells"][place(mine, "cases")]
    cell["source"] = "![x](attachment:x.png)"
    cell["attachments"] = {"x.png": {"image/png": "AAAA"}}
    cell["metadata"]["tags"] = ["mine"]
    merged = merge_narrative(template(), mine, base).notebook
    cell = merged["cells"][place(merged, "cases")]
    assert cell["attachments"] == {"x.png": {"image/png": "AAAA"}}
    assert tags(cell) == ["narrative", "mine"]


@pytest.mark.parametrize("tag", ["injected-parameters", "parameters", "needs-assessment-how-to"])
def test_a_tag_of_the_runs_own_makes_no_other_cell_of_narrative(mine, base, tag):
    edit(mine, "cases", "Mine.")
    mine["cells"][place(mine, "cases")]["metadata"]["tags"].append(tag)
    merged = merge_narrative(template(), mine, base).notebook
    cell = merged["cells"][place(merged, "cases")]
    assert (cell["source"], tags(cell)) == ("Mine.", ["narrative"])


def test_a_raw_cell_is_named_as_left_out_of_the_report(mine, base):
    mine["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {}, "source": "Typed."})
    merged = merge_narrative(template(), mine, base)
    assert merged.added == ("raw",)
    assert [(note.cell, note.rule) for note in merged.notes] == [("raw", LEFT_OUT)]


def test_a_narrative_cell_turned_into_code_keeps_its_text(mine, base):
    mine["cells"][place(mine, "cases")] = {
        **code("cases", "Mine."),
        "metadata": narrative("cases", "")["metadata"],
    }
    merged = merge_narrative(template(), mine, base).notebook
    assert merged["cells"][place(merged, "cases")]["cell_type"] == "markdown"
    assert sources(merged)["cases"] == "Mine."


def inserted(book):
    book["cells"].insert(place(book, "cases"), narrative("new", "New."))


def moved(book):
    book["cells"].append(book["cells"].pop(place(book, "cases")))


# The five in which no strategy of nbdime's was safe throughout: text lost without a conflict
# named, conflicts where there are none, a cell twice under one id.
@pytest.mark.parametrize(
    ("generated_now", "change", "conflicts"),
    [
        (template(), None, 0),
        (template(cases="Cases fell."), None, 1),
        (template(), inserted, 0),
        (template(cases="Cases fell."), inserted, 1),
        (template(), moved, 0),
    ],
    ids=["outputs alone", "same cell", "cell inserted", "inserted and same cell", "cell moved"],
)
def test_the_five_scenarios_that_no_strategy_of_nbdime_got_right(
    mine, base, generated_now, change, conflicts
):
    new = copy.deepcopy(generated_now)
    if change:
        change(new)
    edit(mine, "cases", "Mine.")
    for cell in mine["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    merged = merge_narrative(new, mine, base)
    assert [cell["id"] for cell in merged.notebook["cells"]] == [
        each["id"] for each in new["cells"]
    ]
    assert words_of(merged.notebook, "cases") == "Mine."
    assert sum(note.severity == "warning" for note in merged.notes) == conflicts
    text = notebook_bytes(merged.notebook).decode()
    assert text.count("Mine.") == 1
    assert text.count("Cases fell.") == conflicts
    assert "old" not in text
