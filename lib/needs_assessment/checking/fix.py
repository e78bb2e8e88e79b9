"""`check --fix`: typed numbers become live figures where it is beyond doubt which are meant."""

from collections.abc import Callable
from dataclasses import dataclass

from needs_assessment.checking.edition import open_edition, rewrite
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.narrative.cells import Cell, cell_key
from needs_assessment.narrative.files import Notebook
from needs_assessment.narrative.numbers.facts import Facts
from needs_assessment.narrative.numbers.fix import Replacement, replace_numbers, replacements
from needs_assessment.narrative.numbers.judge import judge
from needs_assessment.narrative.numbers.reading import read_facts
from needs_assessment.project import Project


@dataclass(frozen=True)
class Fixed:
    """A number that was typed, and the live figure that stands in its place."""

    chapter: str
    cell: str
    typed: str
    figure: str


def fix(
    project: Project, name: str, period: str | None, note: Callable[[str], None]
) -> list[Fixed]:
    """Puts live figures in place of typed numbers, in text that the analyst wrote or changed.

    What stood there is kept as a version (`restore`). Raises AssessmentError as a run does for
    inputs that cannot be used, and when a file cannot be written.
    """
    with open_edition(project, name, period, note) as edition:
        facts = read_facts(edition.store)
        fixed: list[Fixed] = []
        for chapter, written in edition.written.items():
            change = _Change(
                chapter, {each.cell for each in written if each.edited}, edition.store, facts
            )
            if any(change.found(each.cell, each.text) for each in written):
                rewrite(edition.report, chapter, "numbers made live", change)
                fixed += change.fixed
    return fixed


class _Change:
    """Notebook to notebook; `fixed` is what the last call replaced."""

    def __init__(self, chapter: str, own: set[str], store: ProtectedStore, facts: Facts) -> None:
        self.chapter = chapter
        self.own = own
        self.figures = store.figures
        self.facts = facts
        self.fixed: list[Fixed] = []

    def found(self, cell: str, text: str) -> list[Replacement]:
        if cell not in self.own:
            return []
        return replacements(text, judge(text, self.facts, self.chapter), self.figures)

    def __call__(self, notebook: Notebook) -> Notebook:
        self.fixed = []
        return {**notebook, "cells": [self._cell(cell) for cell in notebook["cells"]]}

    def _cell(self, cell: Cell) -> Cell:
        if cell["cell_type"] != "markdown":
            return cell
        name = cell_key(cell)
        found = self.found(name, cell["source"])
        self.fixed += [Fixed(self.chapter, name, each.typed, each.figure) for each in found]
        return {**cell, "source": replace_numbers(cell["source"], found)}
