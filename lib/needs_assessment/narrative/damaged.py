"""Text out of a notebook that is cut short, or that something turned into no notebook at all.

Cells that are still whole are read from the file. Those that are missing come from the copy that
JupyterLab leaves when a save is cut off, else from the newest version in the history, else from the
template.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.base import in_force, read_base
from needs_assessment.narrative.cells import Cell, cell_key
from needs_assessment.narrative.files import Notebook, parse_notebook, read_bytes
from needs_assessment.narrative.history import versions


@dataclass(frozen=True)
class Mended:
    """A notebook put together again out of `damaged`: `whole` cells come from there, the others
    from what `source` says; `base` is what they were generated with.
    """

    damaged: bytes
    notebook: Notebook
    base: dict[str, str] | None
    whole: int
    source: str


def mend_notebook(
    folder: Path, chapter: str, path: Path, data: bytes, generated: Notebook
) -> Mended:
    """The notebook that the damaged `data` of `path` was; `folder` is the report's `.narrative/`.

    `generated` is the chapter as the template gives it now.
    """
    cells = _whole_cells(data)
    rest, base, source = _last_known(folder, chapter, path, generated)
    notebook = {**rest, "cells": _with_missing(cells, rest["cells"])}
    return Mended(data, notebook, base, len(cells), source)


def jupyter_copy(path: Path) -> Path:
    """The copy that JupyterLab makes of a notebook while it saves; a save cut off leaves it."""
    return path.with_name(f".~{path.name}")


def _last_known(
    folder: Path, chapter: str, path: Path, generated: Notebook
) -> tuple[Notebook, dict[str, str] | None, str]:
    copy = jupyter_copy(path)
    data = read_bytes(copy)
    try:
        notebook = None if data is None else parse_notebook(data, str(copy))
    except AssessmentError:
        notebook = None
    if notebook:
        return notebook, read_base(folder, chapter, notebook), f"JupyterLab's copy {copy.name}"
    for version in versions(folder, chapter):
        return version.notebook, version.base, f"version {version.number} of {version.saved}"
    return generated, in_force(folder, chapter), "the template"


def _with_missing(cells: Sequence[Cell], known: Sequence[Cell]) -> list[Cell]:
    """`cells`, with those of `known` that are not among them behind what they followed there.

    One may be missing because it was deleted, or because it stood, moved perhaps, where the file
    was cut: it is better back than lost.
    """
    names = {_name(cell) for cell in known}
    found = list(cells)
    at = 0
    for cell in known:
        places = [n for n, each in enumerate(found) if _name(each) == _name(cell)]
        if places:
            at = places[0] + 1
            continue
        while at < len(found) and _name(found[at]) not in names:
            at += 1  # what was added behind it since stays there
        found.insert(at, cell)
        at += 1
    return found


def _name(cell: Cell) -> str:
    """What a cell is known by; one without an id, as older editors write them, by its text."""
    return cell_key(cell) or cell["source"]


def _whole_cells(data: bytes) -> list[Cell]:
    """The cells at the beginning of a damaged notebook that are still whole."""
    text = data.decode("utf-8-sig", "replace")
    start = text.find('"cells"')
    start = text.find("[", start) + 1 if start >= 0 else 0
    cells: list[Cell] = []
    while start > 0:
        while start < len(text) and text[start] in " \t\r\n,":
            start += 1
        try:
            cell, start = json.JSONDecoder().raw_decode(text, start)
            alone = {"cells": [cell], "metadata": {}, "nbformat": 4}
            cells += parse_notebook(json.dumps(alone).encode(), "")["cells"]
        except (ValueError, AssessmentError):
            break
    return cells
