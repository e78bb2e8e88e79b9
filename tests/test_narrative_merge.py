import copy
import itertools

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_assessment.narrative.cells import ORPHANED_TAG, cell_key, cell_texts, tags
from needs_assessment.narrative.merge import merge_narrative
from toy_notebooks import code, injected, markdown, narrative, notebook, parameters, sources, title


def template(*extra, cases="Cases rose.", repeat="Repeats fell."):
    return notebook(
        title(),
        parameters(),
        code("load", "chapter = open_chapter()"),
        narrative("cases", cases),
        code("table", "chapter.table(x)"),
        narrative("repeat", repeat),
        *extra,
    )


def executed(generated):
    """The chapter as a run leaves it: with Papermill's parameters and outputs."""
    book = copy.deepcopy(generated)
    book["cells"].insert(2, injected())
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1
    return book


@pytest.fixture
def base():
    return cell_texts(template())


@pytest.fixture
def mine():
    return executed(template())


def place(book, cell_id):
    return [cell["id"] for cell in book["cells"]].index(cell_id)


def edit(book, cell_id, source):
    book["cells"][place(book, cell_id)]["source"] = source


def test_an_edited_cell_wins_and_an_untouched_one_follows_the_template(mine, base):
    edit(mine, "cases", "Mine.")
    new = template(cases="Cases fell.", repeat="Repeats rose.")
    merged = merge_narrative(new, mine, base)
    assert sources(merged.notebook) == {**sources(new), "cases": "Mine."}
    assert merged.kept == ("cases",)
    assert any(note.startswith("cases:") for note in merged.notes)


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


def test_both_halves_of_a_split_cell_stay_in_order(mine, base):
    at = place(mine, "cases")
    halves = [narrative("cases", "First half."), narrative("cases", "Second half.")]
    halves[0]["id"], halves[1]["id"] = "aaaa", "bbbb"
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
    mine["cells"].append(code("own", "1 + 1"))
    mine["cells"].append(code("blank", ""))
    merged = merge_narrative(template(), mine, base)
    assert merged.notebook == template()
    assert {(text.cell, text.kind) for text in merged.recovered} == {
        ("title", "markdown"),
        ("table", "code"),
        ("injected-parameters", "code"),
        ("own", "code"),
    }
    assert len(merged.notes) == 4


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


def test_a_narrative_cell_turned_into_code_keeps_its_text(mine, base):
    mine["cells"][place(mine, "cases")] = {
        **code("cases", "Mine."),
        "metadata": narrative("cases", "")["metadata"],
    }
    merged = merge_narrative(template(), mine, base).notebook
    assert merged["cells"][place(merged, "cases")]["cell_type"] == "markdown"
    assert sources(merged)["cases"] == "Mine."


def insert(cells, at, to, words):
    cells.insert(at, markdown(f"own-{next(words)}", f"typed {next(words)}."))


def insert_code(cells, at, to, words):
    cells.insert(at, code(f"own-{next(words)}", f"typed {next(words)}."))


def type_over(cells, at, to, words):
    cells[at]["source"] = f"typed {next(words)}."


def type_below(cells, at, to, words):
    cells[at]["source"] += f"\ntyped {next(words)}."


def delete(cells, at, to, words):
    del cells[at]


def move(cells, at, to, words):
    cells.insert(to, cells.pop(at))


def copy_cell(cells, at, to, words):
    cells.insert(to, {**copy.deepcopy(cells[at]), "id": f"copy-{next(words)}"})


def retag(cells, at, to, words):
    cells[at]["metadata"]["tags"] = [] if tags(cells[at]) else ["narrative"]


def retype(cells, at, to, words):
    plain = {key: cells[at][key] for key in ("id", "metadata", "source") if key in cells[at]}
    cells[at] = {**plain, "cell_type": "markdown" if cells[at]["cell_type"] == "raw" else "raw"}


def new_ids(cells, at, to, words):
    for cell in cells:
        cell["id"] = f"new-{next(words)}"


def no_ids(cells, at, to, words):
    for cell in cells:
        cell.pop("id", None)


def same_id(cells, at, to, words):
    cells[at]["id"] = cells[to].get("id", "same")


def strip_metadata(cells, at, to, words):
    cells[at]["metadata"] = {}


# One day of an analyst and of the template, drawn at random.
ACTIONS = [
    insert, insert_code, type_over, type_below, delete, move, copy_cell, retag, retype, new_ids,
    no_ids, same_id, strip_metadata,
]  # fmt: skip
INDEX = st.integers(0, 30)
EDITS = st.lists(st.tuples(st.sampled_from(ACTIONS), INDEX, INDEX), max_size=8)
TEMPLATE_CHANGES = st.lists(
    st.tuples(st.sampled_from(["reword", "drop", "add", "move"]), INDEX, INDEX), max_size=4
)


def work(book, edits, words):
    """Carry out an analyst's `edits`; the lines typed that still stand in the notebook."""
    cells = book["cells"]
    for act, at, to in edits:
        if cells:
            act(cells, at % len(cells), to % len(cells), words)
    text = "\n".join(cell["source"] for cell in cells)
    return {line for line in text.splitlines() if line.startswith("typed")}


def rework(book, changes, words):
    """Carry out the template's `changes`."""
    cells = book["cells"]
    for kind, first, second in changes:
        at, to = 2 + first % (len(cells) - 1), 2 + second % (len(cells) - 1)
        if kind == "add":
            cells.insert(at, narrative(f"new-cell-{next(words)}", f"given {next(words)}."))
        elif at >= len(cells):
            continue
        elif kind == "reword":
            cells[at]["source"] = f"given {next(words)}."
        elif kind == "drop":
            del cells[at]
        elif kind == "move":
            cells.insert(to, cells.pop(at))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(EDITS, TEMPLATE_CHANGES), min_size=1, max_size=4), st.booleans())
def test_every_sentence_typed_is_in_the_chapter_or_recovered(days, base_known):
    words = itertools.count()
    generated = template(markdown("notes", "Given notes."))
    book = executed(generated)
    for edits, changes in days:
        base = cell_texts(generated) if base_known else None
        typed = work(book, edits, words)
        rework(generated, changes, words)
        merged = merge_narrative(copy.deepcopy(generated), copy.deepcopy(book), base)

        found = [cell["source"] for cell in merged.notebook["cells"]]
        found += [text.text for text in merged.recovered]
        lines = "\n".join(found).splitlines()
        assert typed <= set(lines)

        nbformat.validate(nbformat.from_dict(merged.notebook))
        assert merged.notebook["cells"][0]["id"] == "title"
        fixed = [cell for cell in generated["cells"] if cell["cell_type"] == "code"]
        assert [cell for cell in merged.notebook["cells"] if cell in fixed] == fixed

        # A run without edits changes nothing and recovers nothing.
        again = merge_narrative(
            copy.deepcopy(generated), executed(merged.notebook), cell_texts(generated)
        )
        assert again.notebook == merged.notebook
        assert again.recovered == ()
        assert {cell_key(cell) for cell in again.notebook["cells"]}
        book = executed(merged.notebook)
