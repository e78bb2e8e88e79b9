"""Bringing back an earlier version of a chapter's narrative."""

from dataclasses import dataclass

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.cells import METADATA, Cell, cell_key, is_how_to
from needs_assessment.narrative.files import DamagedNotebookError, Notebook, read_notebook
from needs_assessment.narrative.history import (
    Version,
    chapters_with_versions,
    text_alone,
    versions,
)
from needs_assessment.narrative.notebook import how_to, with_outputs
from needs_assessment.narrative.swap import rewrite_chapter
from needs_assessment.project import ReportFolder
from needs_assessment.settings import nearest


@dataclass(frozen=True)
class Listed:
    """A version of `chapter`; `differing` counts the text cells that are not as in place now."""

    chapter: str
    number: int
    saved: str
    why: str
    differing: int


def list_versions(report: ReportFolder, chapter: str | None = None) -> list[Listed]:
    """The versions kept of one chapter, or of all: by chapter, newest first.

    Raises AssessmentError for a chapter that has none.
    """
    chapters = [_known(report, chapter)] if chapter else chapters_with_versions(report.narrative)
    listed = []
    for name in chapters:
        now = _texts(_in_place(report, name))
        for version in versions(report.narrative, name):
            then = _texts(version.notebook)
            differing = sum(now.get(key) != then.get(key) for key in now.keys() | then.keys())
            listed.append(Listed(name, version.number, version.saved, version.why, differing))
    return listed


def restore_version(report: ReportFolder, chapter: str, number: int | None = None) -> Version:
    """Put version `number` of `chapter` in place; the newest that differs when none is named.

    What stands there is kept as a version first. Returns the version brought back. Raises
    AssessmentError when there is no such chapter or version, or a file cannot be written.
    """
    kept = list(versions(report.narrative, _known(report, chapter)))
    now = _in_place(report, chapter)
    if number is None:
        differing = [each for each in kept if _texts(each.notebook) != _texts(now)]
        if not differing:
            raise AssessmentError(f"{chapter} stands as it did in every version kept.")
        version = differing[0]
    else:
        found = [each for each in kept if each.number == number]
        if not found:
            known = ", ".join(str(each.number) for each in reversed(kept))
            raise AssessmentError(
                f"There is no version {number} of {chapter}.", f"Versions kept: {known}.", 2
            )
        version = found[0]

    def brought_back(current: Notebook | None) -> Notebook:
        notebook = with_outputs(version.notebook, current or version.notebook)
        own = version.notebook["metadata"].get(METADATA, {})
        # One that was typed into is the analyst's, and stands in the version.
        own_how_to = any(is_how_to(cell) for cell in notebook["cells"])
        cells = notebook["cells"] if own_how_to else [how_to(), *notebook["cells"]]
        return {**notebook, "cells": cells, "metadata": {**notebook["metadata"], METADATA: own}}

    rewrite_chapter(report, chapter, "before a restore", brought_back)
    return version


def _known(report: ReportFolder, chapter: str) -> str:
    chapters = chapters_with_versions(report.narrative)
    if chapter not in chapters:
        raise AssessmentError(
            f"No versions are kept of a chapter “{chapter}”.",
            nearest(chapter, chapters) or "The first run keeps one of each chapter.",
            2,
        )
    return chapter


def _in_place(report: ReportFolder, chapter: str) -> Notebook | None:
    try:
        return read_notebook(report.chapters / f"{chapter}.ipynb")
    except DamagedNotebookError:
        return None


def _texts(notebook: Notebook | None) -> dict[str, str]:
    """The text of every cell that a version holds, by name."""
    cells: list[Cell] = text_alone(notebook)["cells"] if notebook else []
    return {cell_key(cell) or f"cell {n}": cell["source"] for n, cell in enumerate(cells)}
