"""The notebook that analysts open: their words, the outputs of the run, and help with editing."""

import copy

from needs_assessment.narrative import asides
from needs_assessment.narrative.cells import (
    HOW_TO_ID,
    HOW_TO_TAG,
    PARAMETERS_TAG,
    Cell,
    cell_key,
    is_injected,
    is_narrative,
    short_digest,
    tags,
    with_own_metadata,
)
from needs_assessment.narrative.files import Notebook

_HOW_TO = (
    f"{asides.OPENING} Write in the text cells, add cells, move or delete them: every run of `make"
    " assessment` keeps your words. Headings, tables and charts come from the template.  \n"
    "> `{{ marac.rate }}` prints a figure of this report. When JupyterLab says that the file has"
    " changed on disk, choose Overwrite: the next run puts both together."
)


def with_outputs(merged: Notebook, executed: Notebook) -> Notebook:
    """`merged` with the outputs of `executed`, code cell by code cell, and its parameters."""
    # Cells without ids, as older editors write them, are nobody's to match.
    ran = {
        cell["id"]: cell
        for cell in executed["cells"]
        if cell["cell_type"] == "code" and "id" in cell
    }
    injected = [cell for cell in executed["cells"] if is_injected(cell)]
    cells = []
    for cell in merged["cells"]:
        if cell["cell_type"] == "code" and cell.get("id") in ran:
            run = ran[cell["id"]]
            cells.append(
                {**cell, "outputs": run["outputs"], "execution_count": run["execution_count"]}
            )
        else:
            cells.append(cell)
        if PARAMETERS_TAG in tags(cell):
            cells += injected
            injected = []
    metadata = {**merged["metadata"], **executed["metadata"]}
    return copy.deepcopy({**merged, "cells": cells, "metadata": metadata})


def for_analysts(notebook: Notebook, generated: Notebook) -> Notebook:
    """`notebook`, with outputs, as analysts open it.

    First stands how editing works. Code of the template is folded, and what the template alone
    decides cannot be typed into by accident.
    """
    fixed = {cell_key(cell) for cell in generated["cells"] if not is_narrative(cell)}
    cells = [
        _locked(cell) if cell_key(cell) in fixed or is_injected(cell) else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": [how_to(), *cells]}


def how_to() -> Cell:
    """The cell that says how editing works; it never reaches the report."""
    cell = {
        "cell_type": "markdown",
        "id": HOW_TO_ID,
        "metadata": {"deletable": False, "editable": False, "tags": [HOW_TO_TAG]},
        "source": _HOW_TO,
    }
    return with_own_metadata(cell, text=short_digest(_HOW_TO))


def _locked(cell: Cell) -> Cell:
    locked = with_own_metadata(cell, id=cell_key(cell))
    metadata = {**locked["metadata"], "deletable": False, "editable": False}
    if cell["cell_type"] == "code":
        metadata["jupyter"] = {"source_hidden": True}
    return {**locked, "metadata": metadata}
