"""Reading and replacing files that hold an analyst's words.

Notebooks are plain dictionaries here, laid out as nbformat 4.5 lays them out in memory (multi-line
text joined). Reading and writing them takes thirty lines of `json`; importing nbformat for it would
add more than a second to every run.
"""

import copy
import json
from pathlib import Path
from typing import Any

from needs_assessment.errors import AssessmentError
from needs_assessment.files import write_atomically

Notebook = dict[str, Any]


class DamagedNotebookError(AssessmentError):
    """A notebook that is cut short, or was edited into something that is none."""


_TEXT_MIMES = {"application/javascript", "image/svg+xml"}


def parse_notebook(data: bytes, name: str) -> Notebook:
    """The notebook that `data` holds, multi-line text joined; `name` is how errors call it.

    Raises DamagedNotebookError when `data` is not a whole notebook, and AssessmentError when it is
    one of another format than 4.
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        if notebook["nbformat"] != 4:
            raise AssessmentError(
                f"{name} is a notebook of format {notebook['nbformat']}, which cannot be read.",
                "Open it in JupyterLab and save it again: that writes format 4.",
            )
        if not isinstance(notebook.setdefault("metadata", {}), dict):
            raise TypeError("its metadata is not a table")
        for cell in notebook["cells"]:
            cell["source"] = _joined(cell["source"])
            _check_cell(cell)
            for attachment in cell.get("attachments", {}).values():
                _join_bundle(attachment)
            for output in cell.get("outputs", []):
                if "text" in output:
                    output["text"] = _joined(output["text"])
                _join_bundle(output.get("data", {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedNotebookError(
            f"{name} cannot be read as a notebook: it is cut short or was edited into something"
            f" else ({error}). Nothing was written over it.",
            "Bring back its last good state (`git checkout` it, or File > Revert to Checkpoint in"
            " JupyterLab). To give up its text and start from the template, move the file away.",
        ) from error
    return notebook


def read_notebook(path: Path) -> Notebook | None:
    """The notebook at `path`, or None when there is none.

    Raises DamagedNotebookError or AssessmentError when the file is there and cannot be read whole.
    """
    data = read_bytes(path)
    return None if data is None else parse_notebook(data, str(path))


def notebook_bytes(notebook: Notebook) -> bytes:
    """`notebook` as JupyterLab would save it: the same notebook always gives the same bytes."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        for attachment in cell.get("attachments", {}).values():
            _split_bundle(attachment)
        for output in cell.get("outputs", []):
            if isinstance(output.get("text"), str):
                output["text"] = output["text"].splitlines(keepends=True)
            _split_bundle(output.get("data", {}))
    text = json.dumps(
        notebook, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")
    )
    # Half an emoji, as some editors leave, has no UTF-8: its escape is what JSON writes for it.
    return (text + "\n").encode("utf-8", "backslashreplace")


def read_bytes(path: Path) -> bytes | None:
    """The content of `path`, or None when there is no such file.

    Raises AssessmentError when the file is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AssessmentError(
            f"{path} cannot be read: {error.strerror}.", "Check its permissions, and run again."
        ) from error


def replace_file(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`, whole or not at all, and on the disk when this returns.

    Raises AssessmentError when the file cannot be written; what was there is then still there.
    """
    try:
        write_atomically(path.resolve(), data)
    except OSError as error:
        raise AssessmentError(
            f"{path} could not be written: {error.strerror}. It is as it was before.",
            "Check the free space and the permissions of its folder, and run again.",
        ) from error


def _check_cell(cell: dict[str, Any]) -> None:
    """Raise TypeError unless `cell` has the shape that everything else relies on."""
    metadata = cell.setdefault("metadata", {})
    shapes = (
        (cell["cell_type"], str),
        (cell.get("id", ""), str),
        (metadata, dict),
        (metadata.get("tags", []), list),
        (metadata.get("needs_assessment", {}), dict),
    )
    for value, shape in shapes:
        if not isinstance(value, shape):
            raise TypeError(f"a cell holds {type(value).__name__} where {shape.__name__} belongs")


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)


def _join_bundle(bundle: dict[str, Any]) -> None:
    for mime, value in bundle.items():
        if isinstance(value, list) and not mime.endswith("json"):
            bundle[mime] = _joined(value)


def _split_bundle(bundle: dict[str, Any]) -> None:
    for mime, value in bundle.items():
        if isinstance(value, str) and (mime.startswith("text/") or mime in _TEXT_MIMES):
            bundle[mime] = value.splitlines(keepends=True)
