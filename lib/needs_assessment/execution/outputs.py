"""Executed notebooks made the same for the same inputs, and held to the rule on outputs."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from needs_assessment.narrative.cells import (
    INJECTED_ID,
    METADATA,
    Cell,
    cell_key,
    is_injected,
    tags,
)
from needs_assessment.narrative.files import Notebook

RECORD_MIME = "application/vnd.needs-assessment+json"

_BANNER_TAG = "papermill-error-cell-tag"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class ForbiddenOutput:
    """Output of a cell that went past table, figure and indicators."""

    chapter: str
    cell: str
    text: str


def normalise(notebook: Notebook) -> tuple[Notebook, tuple[str, ...]]:
    """`notebook` without what differs between two runs of it, and its log.

    Removed: times, durations, paths, Papermill's banner and random id, versions of the kernel,
    and what cells wrote to stderr, which comes back as lines that begin with the cell's id.
    """
    notebook = copy.deepcopy(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if _BANNER_TAG not in tags(cell)]
    log: list[str] = []
    for cell in notebook["cells"]:
        if is_injected(cell):
            cell["id"] = INJECTED_ID
        metadata = cell["metadata"]
        for key in ("papermill", "execution"):
            metadata.pop(key, None)
        if not metadata.get("tags", True):
            del metadata["tags"]
        if cell["cell_type"] == "code":
            log += _log_lines(cell)
            cell["outputs"] = [output for output in cell["outputs"] if not _is_stderr(output)]
    own = notebook["metadata"].get(METADATA, {})
    notebook["metadata"] = {
        METADATA: own,
        "kernelspec": _KERNEL,
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
    }
    return notebook, tuple(log)


def forbidden_outputs(chapter: str, notebook: Notebook) -> tuple[ForbiddenOutput, ...]:
    """The outputs of an executed chapter that are not a record of table, figure or indicators.

    What cells wrote to stderr is not counted: it goes to the log.
    """
    return tuple(
        ForbiddenOutput(
            chapter,
            cell_key(cell),
            f"{chapter}, cell {cell_key(cell)}: prints output that bypasses table, figure or"
            f" indicators ({_kind(output)}).",
        )
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if not _is_stderr(output) and RECORD_MIME not in output.get("data", {})
    )


def plain_text(text: str) -> str:
    """`text` without the colours of a terminal."""
    return _ANSI.sub("", text)


def _log_lines(cell: Cell) -> Iterator[str]:
    for output in filter(_is_stderr, cell["outputs"]):
        for line in plain_text(output["text"]).splitlines():
            if line.strip():
                yield f"{cell_key(cell)}: {line.rstrip()}"


def _is_stderr(output: dict) -> bool:
    return output["output_type"] == "stream" and output["name"] == "stderr"


def _kind(output: dict) -> str:
    if output["output_type"] == "stream":
        return "printed text"
    return ", ".join(sorted(output.get("data", {}))) or output["output_type"]
