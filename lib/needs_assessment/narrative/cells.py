"""What the cells of a chapter are: which are narrative, and how a cell is known again."""

from typing import Any

from needs_assessment.narrative.files import Notebook

NARRATIVE_TAG = "narrative"
ORPHANED_TAG = "needs-assessment-orphaned"
METADATA = "needs_assessment"
PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
INJECTED_ID = "injected-parameters"

Cell = dict[str, Any]


def tags(cell: Cell) -> list[str]:
    """The tags of `cell`, in their order."""
    return list(cell["metadata"].get("tags", []))


def stored_id(cell: Cell) -> str | None:
    """The id in the cell's metadata, which survives tools that give cells new ids."""
    return cell["metadata"].get(METADATA, {}).get("id")


def cell_key(cell: Cell) -> str:
    """The name a cell is known by: the id in its metadata, else its own id, else "" ."""
    return stored_id(cell) or cell.get("id", "")


def is_narrative(cell: Cell) -> bool:
    """Whether `cell` is a markdown cell that belongs to the analyst."""
    return cell["cell_type"] == "markdown" and NARRATIVE_TAG in tags(cell)


def is_injected(cell: Cell) -> bool:
    """Whether Papermill put `cell` there."""
    return INJECTED_TAG in tags(cell)


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for line endings and white space around them."""
    return _plain(one) == _plain(other)


def cell_texts(notebook: Notebook) -> dict[str, str]:
    """The text of every cell by its name: what a chapter was generated with."""
    return {cell_key(cell): cell["source"] for cell in notebook["cells"]}


def narrative_texts(notebook: Notebook) -> dict[str, str]:
    """The text of every narrative cell by its name, in the notebook's order."""
    return {cell_key(cell): cell["source"] for cell in notebook["cells"] if is_narrative(cell)}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
