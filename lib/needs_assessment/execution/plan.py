"""The chapters of a run, each template checked before any kernel starts."""

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.disclosure.slices import PARTS, Reads, reads_of
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.cells import (
    INJECTED_TAG,
    METADATA,
    NARRATIVE_TAG,
    PARAMETERS_TAG,
    Cell,
    stored_id,
    tags,
)
from needs_assessment.narrative.files import Notebook, read_notebook
from needs_assessment.project import Project
from needs_assessment.settings import read_yaml

PARAMETERS = ("council", "period")

_LISTED = {
    "measures": "ids of the measures it reads",
    "indicators": "ids of the indicators and breakdowns of other chapters that it reads",
    "benchmarks": "ids of the benchmarks that it draws",
    "reads": "further parts of the store that it reads",
}
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TITLE = re.compile(r"# .+ \{#sec-[\w-]+\}")


@dataclass(frozen=True)
class Chapter:
    """A chapter of the book: its id, its template's path and notebook, and what it reads."""

    id: str
    path: Path
    notebook: Notebook
    reads: Reads


def plan_chapters(project: Project) -> tuple[Chapter, ...]:
    """The chapters of the book, in its order: templates in `notebooks/`, as quarto.yml names them.

    Templates' own outputs are dropped. Raises AssessmentError, one line for each thing wrong with
    file and cell, when quarto.yml and `notebooks/` do not hold the same chapters, or a template
    does not keep to the contract of a chapter.
    """
    named = _named_chapters(project.book_settings)
    present = {path.stem: path for path in sorted(project.notebooks.glob("*.ipynb"))}
    problems = [
        f"quarto.yml names {name}.qmd, but there is no notebooks/{name}.ipynb."
        for name in named
        if name not in present
    ]
    problems += [
        f"notebooks/{name}.ipynb is not among the chapters in quarto.yml."
        for name in present
        if name not in named
    ]
    chapters = []
    for name in named:
        if name in present:
            notebook = read_notebook(present[name]) or {}
            file = project.relative(present[name])
            problems += [f"{file}, {problem}" for problem in _problems(name, notebook)]
            chapters.append((name, present[name], notebook))
    if problems:
        raise AssessmentError("\n".join(problems), "Correct the templates or quarto.yml.")
    return tuple(
        Chapter(name, path, _without_outputs(notebook), reads_of(name, _own(notebook)))
        for name, path, notebook in chapters
    )


def _named_chapters(path: Path) -> list[str]:
    """The chapters that quarto.yml names, in order, without the front page."""
    try:
        settings = read_yaml(path, path.name)
        files = settings["book"]["chapters"]
        names = [Path(file).stem for file in files if Path(file).suffix == ".qmd"]
    except (KeyError, TypeError) as error:
        raise AssessmentError(
            f"{path.name} cannot be read as the settings of a book: {error}.",
            "It must list the files of the book under book: chapters:, such as marac.qmd.",
        ) from error
    return [name for name in names if name != "index"]


def _problems(name: str, notebook: Notebook) -> Iterator[str]:
    """What is wrong with the template of chapter `name`, each with its cell."""
    own = notebook["metadata"].get(METADATA, {})
    if own.get("chapter") != name:
        yield f"metadata: needs_assessment.chapter is {own.get('chapter')!r}, not {name!r}."
    for entry, listing in _LISTED.items():
        listed = own.get(entry, None if entry == "measures" else [])
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            yield f"metadata: needs_assessment.{entry} must list the {listing}."
    for part in own.get("reads", []):
        if part not in PARTS:
            known = ", ".join(PARTS)
            yield f"metadata: needs_assessment.reads names {part!r}; it can name {known}."
    cells = notebook["cells"]
    if not cells or not _TITLE.match(cells[0]["source"]) or NARRATIVE_TAG in tags(cells[0]):
        yield "first cell: it must be a title such as `# MARAC {#sec-marac}`, not narrative."
    yield from _id_problems(cells)
    yield from _parameter_problems(cells)


def _id_problems(cells: list[Cell]) -> Iterator[str]:
    counts = Counter(cell.get("id", "") for cell in cells)
    for number, cell in enumerate(cells, start=1):
        cell_id = cell.get("id", "")
        if not _CELL_ID.fullmatch(cell_id):
            yield f"cell {number}: it has no readable id, such as marac-repeat."
        elif counts[cell_id] > 1:
            yield f"cell {cell_id}: {counts[cell_id]} cells have this id."
        if NARRATIVE_TAG in tags(cell):
            if cell["cell_type"] != "markdown":
                yield f"cell {cell_id}: narrative must be a markdown cell."
            if stored_id(cell) != cell_id:
                yield (
                    f"cell {cell_id}: narrative needs its id in the metadata as well:"
                    f' {{"needs_assessment": {{"id": "{cell_id}"}}}}.'
                )


def _parameter_problems(cells: list[Cell]) -> Iterator[str]:
    """Papermill passes over a parameter it does not know: another council's report would come."""
    if any(INJECTED_TAG in tags(cell) for cell in cells):
        yield f"a cell is tagged {INJECTED_TAG}: it belongs to an executed chapter. Delete it."
    tagged = [cell for cell in cells if PARAMETERS_TAG in tags(cell)]
    if len(tagged) != 1 or tagged[0]["cell_type"] != "code":
        yield f"exactly one code cell must be tagged {PARAMETERS_TAG}; there are {len(tagged)}."
        return
    where = f"cell {tagged[0].get('id', PARAMETERS_TAG)}"
    try:
        names = list(_assigned(tagged[0]["source"]))
    except SyntaxError as error:
        yield f"{where}: line {error.lineno} is not a parameter set to a text."
        return
    for name in names:
        if name not in PARAMETERS:
            near = difflib.get_close_matches(name, PARAMETERS, n=1, cutoff=0.0)[0]
            yield f"{where}: {name} is not a parameter of a chapter; the nearest is {near}."
    for name in PARAMETERS:
        if names.count(name) != 1:
            yield f"{where}: the parameter {name} must be set once."


def _assigned(source: str) -> Iterable[str]:
    """The names that `source`, nothing but lines such as `council = "north"`, gives texts to.

    Raises SyntaxError when it holds anything else.
    """
    for line in ast.parse(source).body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str())):
                yield name
            case _:
                raise SyntaxError("not a parameter", ("", line.lineno, 0, ""))


def _own(notebook: Notebook) -> dict:
    return notebook["metadata"][METADATA]


def _without_outputs(notebook: Notebook) -> Notebook:
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}
