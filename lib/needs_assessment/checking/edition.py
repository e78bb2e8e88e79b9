"""An edition whose text is to be worked on: its report, its figures, its chapters in place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.store import protect
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.plan import plan_chapters
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.files import Notebook
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.swap import Written, rewrite_chapter, written_cells
from needs_assessment.project import Project, ReportFolder
from needs_assessment.settings import nearest


@dataclass(frozen=True)
class Edition:
    """An edition that was run before; `written` are the text cells of each chapter in place."""

    report: ReportFolder
    store: ProtectedStore
    written: dict[str, tuple[Written, ...]]

    def chapters(self, name: str | None) -> list[str]:
        """The chapter called `name`, or all. Raises AssessmentError when there is none."""
        if name is None:
            return list(self.written)
        if name not in self.written:
            raise AssessmentError(
                f"There is no chapter “{name}” to work on.", nearest(name, list(self.written)), 2
            )
        return [name]


@contextmanager
def open_edition(
    project: Project, name: str, period: str | None, note: Callable[[str], None]
) -> Iterator[Edition]:
    """The edition of a council with its lock held, so that no run is on meanwhile.

    Raises AssessmentError when the edition has not been run, its last run was cut short, or its
    inputs cannot be used. `note` is told when another program holds the lock.
    """
    council = load_council(project, name)
    edition = choose_period(council, period)
    report = project.report(council.id, edition.text)
    run = f"Run make assessment COUNCIL={council.id} PERIOD={edition.text}."
    if not report.chapters.is_dir():
        raise AssessmentError(f"{council.name}, {edition.text} has no chapters yet.", run)
    with council_lock(report.lock, council.id, note):
        if report.ready.is_dir():
            raise AssessmentError("The last run was cut short while it was put in place.", run)
        store = protect(project, council.id, edition.text)
        context = generation_context(store)
        written = {}
        for chapter in plan_chapters(project):
            if (report.chapters / f"{chapter.id}.ipynb").exists():
                generated = generate_chapter(chapter.notebook, context, chapter.id)
                merged = merge_in_place(report, chapter.id, generated)
                written[chapter.id] = written_cells(merged, generated)
        yield Edition(report, store, written)


def rewrite(
    report: ReportFolder, chapter: str, why: str, change: Callable[[Notebook], Notebook]
) -> None:
    """Replace the notebook of `chapter` by what `change` makes of it; see `rewrite_chapter`.

    Raises AssessmentError when it is damaged: the next run mends it.
    """

    def whole(notebook: Notebook | None) -> Notebook:
        if notebook is None:
            raise AssessmentError(
                f"{chapter}.ipynb cannot be read whole.", "Run make assessment: it mends it."
            )
        return change(notebook)

    rewrite_chapter(report, chapter, why, whole)
