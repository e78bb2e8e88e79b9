"""What the cells of a chapter are: which are narrative, and how a cell is known again."""

import hashlib
import re
from typing import Any

from needs_assessment.narrative.files import Notebook

NARRATIVE_TAG = "narrative"
ORPHANED_TAG = "needs-assessment-orphaned"
HOW_TO_TAG = "needs-assessment-how-to"
HOW_TO_ID = "how-to-edit"
METADATA = "needs_assessment"
PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
INJECTED_ID = "injected-parameters"
# What a run marks its own cells with: no mark of an analyst's.
RUNS_TAGS = frozenset({ORPHANED_TAG, HOW_TO_TAG, PARAMETERS_TAG, INJECTED_TAG})

Cell = dict[str, Any]

_PARAMETER_LINE = re.compile(r"(# Parameters|(council|period) = \"[^\"]*\")?\s*")


def tags(cell: Cell) -> list[str]:
    """The tags of `cell`, in their order."""
    return list(cell["metadata"].get("tags", []))


def own_metadata(cell: Cell) -> dict[str, Any]:
    """What this product keeps in the metadata of `cell`."""
    return dict(cell["metadata"].get(METADATA, {}))


def with_own_metadata(cell: Cell, **entries: Any) -> Cell:
    """`cell` with `entries` in what this product keeps in its metadata; None takes one out."""
    own = {key: value for key, value in (own_metadata(cell) | entries).items() if value is not None}
    metadata = {key: value for key, value in cell["metadata"].items() if key != METADATA}
    return {**cell, "metadata": {**metadata, METADATA: own} if own else metadata}


def stored_id(cell: Cell) -> str | None:
    """The id in the cell's metadata, which survives tools that give cells new ids."""
    return own_metadata(cell).get("id")


def cell_key(cell: Cell) -> str:
    """The name a cell is known by: the id in its metadata, else its own id, else "" ."""
    return stored_id(cell) or cell.get("id", "")


def is_narrative(cell: Cell) -> bool:
    """Whether `cell` is a markdown cell that belongs to the analyst."""
    return cell["cell_type"] == "markdown" and NARRATIVE_TAG in tags(cell)


def is_injected(cell: Cell) -> bool:
    """Whether Papermill put `cell` there."""
    return INJECTED_TAG in tags(cell)


def is_how_to(cell: Cell) -> bool:
    """Whether `cell` is the one that says how editing works."""
    return HOW_TO_TAG in tags(cell)


def is_untouched_addition(cell: Cell) -> bool:
    """Whether a run put `cell` there, and nothing was typed into it."""
    if is_how_to(cell):
        return own_metadata(cell).get("text") == short_digest(cell["source"])
    return is_injected(cell) and all(
        _PARAMETER_LINE.fullmatch(line) for line in cell["source"].splitlines()
    )


def is_in_report(cell: Cell) -> bool:
    """Whether `cell` has a place in the report, for all that is not a note to the analyst."""
    return ORPHANED_TAG not in tags(cell) and not is_how_to(cell)


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for line endings and white space around them."""
    return _plain(one) == _plain(other)


def short_digest(text: str) -> str:
    """A short name for `text` that changes with it, whatever the line endings."""
    return hashlib.sha256(_plain(text).encode("utf-8", "backslashreplace")).hexdigest()[:8]


def cell_texts(notebook: Notebook) -> dict[str, str]:
    """The text of every cell by its name, in order: what a chapter was generated with."""
    return {cell_key(cell): cell["source"] for cell in notebook["cells"]}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
