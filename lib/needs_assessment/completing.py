"""Putting a finished run in place: its chapters, then the report and its checks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from needs_assessment import results
from needs_assessment.disclosure.protected import ProtectedStore, read_store
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest, write_synced
from needs_assessment.flags import LEFT_OUT, RECOVERED_TEXT, Flag
from needs_assessment.narrative import review
from needs_assessment.narrative.merge import Merged
from needs_assessment.narrative.notes import RECOVERED, UNREAD
from needs_assessment.narrative.staleness import read_records, write_records
from needs_assessment.narrative.swap import (
    Finished,
    Swapped,
    is_settled,
    recovered_files,
    swap_chapters,
    unread_notebooks,
    written_cells,
)
from needs_assessment.narrative.trust import trust
from needs_assessment.project import Project, ReportFolder
from needs_assessment.publishing import put_in_place

FINISHED, ANSWERS = "finished.json", "answers.json"


@dataclass(frozen=True)
class Completed:
    """What putting a run in place came to; `looks`: what is to be said of text at once.

    `placed` are the SHA-256 of the files put in place, by their path in the report folder.
    `settled`: with the same inputs, another run would find, make and say the same.
    """

    flags: int
    kept: int
    recovered: tuple[Path, ...]
    looks: tuple[str, ...] = ()
    placed: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False


def review_ahead(
    project: Project, report: ReportFolder, store: ProtectedStore, finished: Sequence[Finished]
) -> review.Ahead:
    """The review of chapters that are not yet in place, while other programs make the report."""
    texts = tuple(
        review.Chapter(
            each.chapter,
            project.relative(report.chapters / f"{each.chapter}.ipynb"),
            written_cells(Merged(each.executed), each.generated),
        )
        for each in finished
    )
    records = read_records(report)
    return review.Ahead(texts, records, review.review(store, texts, records))


def complete(
    project: Project, report: ReportFolder, ahead: review.Ahead | None = None
) -> Completed:
    """Puts the run in `.ready/` in place: chapters first, then the report and its checks.

    `ahead` is the review of the same run, which counts where nothing has been typed since. Raises
    AssessmentError when the disk refuses; the next run then takes it up again.
    """
    with disk_errors():
        store = read_store(report.ready / "store.json")
        listed = json.loads((report.ready / FINISHED).read_text())
        finished = [Finished(**each) for each in listed]
        swapped = swap_chapters(report, finished)
        recovered = tuple(recovered_files(report))
        texts = tuple(
            review.Chapter(each.chapter, project.relative(each.path), each.written)
            for each in swapped
        )
        records = read_records(report)
        if ahead and (ahead.chapters, ahead.records) == (texts, records):
            reviewed = ahead.reviewed
        else:
            reviewed = review.review(store, texts, records)
        write_records(report, reviewed.records)
        settled = is_settled(report, finished, swapped)
        notes = [
            *_narrative_notes(project, swapped),
            *(flag.as_dict() for flag in reviewed.flags),
            *(_recovery_note(project, path) for path in recovered),
            *(
                Flag("warning", LEFT_OUT, path.name, UNREAD, project.relative(path)).as_dict()
                for path in unread_notebooks(report, (each.chapter for each in finished))
            ),
        ]
        answers = _answers_of(report.ready / ANSWERS)
        checks = results.checks_json(store, notes, answers)
        write_synced(report.ready / "output" / "checks.json", checks)
        placed = _digests(report, swapped)
        put_in_place(report)
    trust((each.path, each.notebook_digest) for each in swapped)
    kept = sum(len(each.merged.kept) for each in swapped)
    looks = tuple(
        f"{flag.subject}, {flag.rule}: {flag.sentence}"
        for flag in reviewed.flags
        if flag.rule == review.ANOTHER_LOOK
    )
    flags = len(store.data["flags"]) + len(notes)
    return Completed(flags, kept, recovered, looks, placed, settled)


def _answers_of(path: Path) -> dict[str, dict[str, Any]]:
    """The answers that a run found in the assurance log; none from a run of before there were."""
    return json.loads(path.read_text()) if path.exists() else {}


def _digests(report: ReportFolder, swapped: Sequence[Swapped]) -> dict[str, str]:
    """SHA-256 of the files that are put in place, by their path in the report folder."""
    found = {f"chapters/{each.path.name}": each.notebook_digest for each in swapped}
    for top, name in ((report.ready / "output", ""), (report.ready / "book", "book/")):
        for path in top.rglob("*"):
            if path.is_file():
                found[f"{name}{path.relative_to(top).as_posix()}"] = digest(path)
    return found


@contextmanager
def disk_errors() -> Iterator[None]:
    """What the disk refuses, as an error that says what to do."""
    try:
        yield
    except OSError as error:
        raise AssessmentError(
            f"{error.filename or 'A file'} could not be written: {error.strerror}.",
            "Check the free space and the permissions of the report folder, and run again: the"
            " next run goes on from here.",
        ) from error


def _narrative_notes(project: Project, swapped: Sequence[Swapped]) -> list[dict[str, Any]]:
    """What the analyst should know of the merge, as flags."""
    return [
        Flag(
            note.severity,
            note.rule,
            each.chapter,
            note.said,
            project.relative(each.path),
        ).as_dict()
        for each in swapped
        for note in each.merged.notes
    ]


def _recovery_note(project: Project, path: Path) -> dict[str, Any]:
    return Flag("warning", RECOVERED_TEXT, path.name, RECOVERED, project.relative(path)).as_dict()
