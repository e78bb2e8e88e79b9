"""A chapter that an analyst has edited, and the template it came from."""

import copy

from needs_assessment.narrative.asides import report_text
from toy_notebooks import code, injected, narrative, notebook, parameters, sources, title


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


def place(book, cell_id):
    return [cell["id"] for cell in book["cells"]].index(cell_id)


def edit(book, cell_id, source):
    book["cells"][place(book, cell_id)]["source"] = source


def words_of(book, cell_id):
    """What the report shows of a cell."""
    return report_text(sources(book)[cell_id])
