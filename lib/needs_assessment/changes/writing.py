"""The page of changes, put beside the report in place."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.audit.typed import Written
from needs_assessment.auditing import refuse_unsafe_page
from needs_assessment.changes.compare import Changes, compare_with_published
from needs_assessment.changes.page import PAGE, changes_page
from needs_assessment.changes.wording import read_chapters
from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.store import protect
from needs_assessment.execution.lock import council_lock
from needs_assessment.files import write_atomically
from needs_assessment.periods import Period
from needs_assessment.project import Project, ReportFolder


@dataclass(frozen=True)
class Reported:
    """The changes, where their page is, and what the attack on it came to."""

    changes: Changes
    path: Path
    audit: str


def write_changes(
    project: Project, name: str, period: str | None, on_wait: Callable[[str], None]
) -> Reported | None:
    """Writes `reports/<council>/<period>/changes.html`; None when nothing was published before.

    The page and the report in place are attacked together first. While a run of the edition is on,
    `on_wait` is told so and this waits. Raises AssessmentError, with no page written, when the
    attack finds something, or when there is no report yet.
    """
    council = load_council(project, name)
    chosen = choose_period(council, period)
    report = project.report(council.id, chosen.text)
    with council_lock(report.lock, council.id, on_wait):
        return _write(project, council, chosen, report)


def _write(
    project: Project, council: Council, chosen: Period, report: ReportFolder
) -> Reported | None:
    store = protect(project, council.id, chosen.text)
    changes = compare_with_published(
        project, council, chosen, store, read_chapters(report.chapters)
    )
    if changes is None:
        return None
    page = changes_page(changes)
    texts = [
        Written(
            f"chapters/{each.chapter}.ipynb, cell {each.cell}",
            each.written,
            each.chapter.replace("-", " "),
        )
        for each in changes.narrative
        if each.written
    ]
    audit = refuse_unsafe_page(project, council, store, page, texts)
    write_atomically(report.path / PAGE, page.encode())
    return Reported(changes, report.path / PAGE, audit.passed)
