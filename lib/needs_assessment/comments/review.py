"""Taking in a returned report: its remarks beside the analyst's cells, with their answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from needs_assessment.checking.edition import Edition, open_edition
from needs_assessment.comments.listing import Texts, page
from needs_assessment.comments.passages import passages
from needs_assessment.comments.placing import Index, place
from needs_assessment.comments.reading import read_returned
from needs_assessment.comments.record import (
    PAGE,
    Kept,
    folder,
    merged,
    read_kept,
    with_answer,
    write_kept,
)
from needs_assessment.council import choose_period, load_council
from needs_assessment.project import Project


@dataclass(frozen=True)
class Reviewed:
    """The remarks kept of an edition; `added` counts those that are new with the last file.

    `texts` is what the cells say now, `page` where the readable list is, from the project's root.
    """

    title: str
    kept: tuple[Kept, ...]
    texts: Texts
    page: str
    added: int = 0

    @property
    def open(self) -> tuple[Kept, ...]:
        return tuple(each for each in self.kept if each.open)


def take_comments(
    project: Project, name: str, period: str | None, file: Path, note: Callable[[str], None]
) -> Reviewed:
    """Keeps the comments and tracked changes of the returned report `file`.

    Nothing of it is put into a notebook, the book or a result. Raises AssessmentError when the
    file cannot be read, or the edition has no chapters in place.
    """
    returned = read_returned(file)
    with open_edition(project, name, period, note) as edition:
        index = Index(passages(edition.written, edition.store))
        found = [(remark, place(remark, returned, index)) for remark in returned.remarks]
        before = read_kept(edition.report)
        kept = merged(before, found, file.name)
        return _keep(project, edition, kept, len(kept) - len(before))


def answer_comment(
    project: Project,
    name: str,
    period: str | None,
    remark: str,
    answer: str,
    note: Callable[[str], None],
) -> Reviewed:
    """Keeps the analyst's `answer` to the remark called `remark`.

    Raises AssessmentError when there is none of that name.
    """
    with open_edition(project, name, period, note) as edition:
        today = date.today().isoformat()
        kept = with_answer(read_kept(edition.report), remark, answer, today)
        return _keep(project, edition, kept)


def list_comments(
    project: Project, name: str, period: str | None, note: Callable[[str], None]
) -> Reviewed:
    """The remarks kept of an edition, beside its cells as they are now."""
    with open_edition(project, name, period, note) as edition:
        return _keep(project, edition, read_kept(edition.report))


def open_comments(project: Project, name: str, period: str | None) -> tuple[int, int]:
    """How many remarks on an edition are open, and how many there are."""
    council = load_council(project, name)
    kept = read_kept(project.report(council.id, choose_period(council, period).text))
    return sum(each.open for each in kept), len(kept)


def _keep(project: Project, edition: Edition, kept: Sequence[Kept], added: int = 0) -> Reviewed:
    data = edition.store.data
    title = f"{data['council']['name']}, {data['edition']['period']}"
    texts = {
        (chapter, each.cell): each.text
        for chapter, cells in edition.written.items()
        for each in cells
    }
    if kept:
        write_kept(edition.report, kept, page(kept, texts, title))
    where = project.relative(folder(edition.report) / PAGE)
    return Reviewed(title, tuple(kept), texts, where, added)
