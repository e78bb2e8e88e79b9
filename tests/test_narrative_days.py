import copy
import itertools

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st

from merging import executed, template
from needs_assessment.narrative.cells import cell_key, cell_texts, tags
from needs_assessment.narrative.merge import merge_narrative
from toy_notebooks import code, markdown, narrative


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
