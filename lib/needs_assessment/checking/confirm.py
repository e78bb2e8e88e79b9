"""`confirm`: the text of a cell is true as it stands, whatever its figures have become."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from needs_assessment.checking.edition import Edition, open_edition, rewrite
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.carrying import carried_from
from needs_assessment.narrative.carrying import confirm as without_mark
from needs_assessment.narrative.cells import cell_key
from needs_assessment.narrative.files import Notebook
from needs_assessment.narrative.numbers.judge import judge
from needs_assessment.narrative.numbers.reading import read_facts
from needs_assessment.narrative.review import names_used
from needs_assessment.narrative.staleness import (
    Moved,
    moved,
    read_records,
    see_now,
    write_records,
)
from needs_assessment.narrative.swap import Written
from needs_assessment.project import Project
from needs_assessment.settings import nearest


@dataclass(frozen=True)
class Confirmed:
    """A cell confirmed, with the figures that had moved and the edition it was carried from."""

    chapter: str
    cell: str
    moved: tuple[Moved, ...]
    carried_from: str


def confirm(
    project: Project,
    name: str,
    period: str | None,
    chapter: str | None,
    cell: str | None,
    note: Callable[[str], None],
) -> list[Confirmed]:
    """Takes the text of one cell, of one chapter or (both None) of all as true as it stands.

    The figures of today become those it was written with, and the mark of text carried over from
    an earlier edition goes. Returns the cells that awaited it. Raises AssessmentError for an
    unknown chapter or cell, and when a file cannot be written.
    """
    with open_edition(project, name, period, note) as edition:
        facts = read_facts(edition.store)
        records = read_records(edition.report)
        cells = {name: dict(seen) for name, seen in records.cells.items()}
        confirmed = []
        for each in edition.chapters(chapter):
            chosen = _chosen(edition, each, cell)
            carried = {text.cell for text in chosen if text.carried_from}
            if carried:
                rewrite(edition.report, each, "confirmed", lambda book, c=carried: _marked(book, c))
            for text in chosen:
                seen = cells.get(each, {}).get(text.cell)
                changes = tuple(moved(seen, edition.store)) if seen else ()
                if changes or text.carried_from:
                    confirmed.append(Confirmed(each, text.cell, changes, text.carried_from))
                names = names_used(text.text, judge(text.text, facts, each), edition.store)
                cells.setdefault(each, {})[text.cell] = see_now(text.text, names, edition.store)
        write_records(edition.report, replace(records, cells=cells))
    return confirmed


def _chosen(edition: Edition, chapter: str, cell: str | None) -> list[Written]:
    """The cells of a chapter that hold the analyst's text: all, or the one called `cell`."""
    own = [each for each in edition.written[chapter] if each.edited]
    if cell is None:
        return own
    if cell not in {each.cell for each in edition.written[chapter]}:
        names = [each.cell for each in edition.written[chapter]]
        raise AssessmentError(f"{chapter} has no cell “{cell}”.", nearest(cell, names), 2)
    if cell not in {each.cell for each in own}:
        raise AssessmentError(
            f"Cell {cell} reads as the template gave it: there is nothing to confirm.", "", 2
        )
    return [each for each in own if each.cell == cell]


def _marked(notebook: Notebook, cells: set[str]) -> Notebook:
    """`notebook` without the marks of `cells` that they were carried over."""
    confirmed = [
        without_mark(each) if cell_key(each) in cells and carried_from(each) else each
        for each in notebook["cells"]
    ]
    return {**notebook, "cells": confirmed}
