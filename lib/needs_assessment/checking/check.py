"""Everything that a run would stumble over, and everything its checks annex would say."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from needs_assessment.assurance import answered, read_log, review_log
from needs_assessment.checking.numbered import same_number
from needs_assessment.checking.places import flag_error
from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.explain import explain, summarise
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.sources import read_sources
from needs_assessment.disclosure.store import assemble_store
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.plan import Chapter, plan_chapters
from needs_assessment.files import write_atomically
from needs_assessment.flags import LEFT_OUT, MERGED, NARRATIVE, RECOVERED_TEXT, Flag, sort_flags
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.notes import RECOVERED, UNREAD
from needs_assessment.narrative.review import Chapter as Text
from needs_assessment.narrative.review import figure_problems, review
from needs_assessment.narrative.staleness import read_records
from needs_assessment.narrative.swap import recovered_files, unread_notebooks, written_cells
from needs_assessment.periods import Period
from needs_assessment.project import Project, ReportFolder
from needs_assessment.returns.rules.statements import DIFFERENT

Found = TypeVar("Found")


@dataclass(frozen=True)
class Checked:
    """What a check found: `flags`, errors first; `gaps`, questions that no return answers.

    `hidden` says of each table what of it is hidden and why, `hidden_in_all` how much there is:
    for the analyst only, so neither is written to a file. `file` is where the flags were written,
    from the project's root; empty when the parameters do not say which edition it would be.
    """

    council: str
    period: str
    flags: tuple[Flag, ...]
    gaps: tuple[dict[str, Any], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    hidden_in_all: str = ""
    file: str = ""

    def count(self, severity: str) -> int:
        return sum(flag.severity == severity for flag in self.flags)


def check(project: Project, name: str, period: str | None = None) -> Checked:
    """Checks parameters, reference data, returns, templates and narrative of an edition.

    Every problem is listed; one never hides another that can still be found. Writes
    `checks.json` and nothing else. Raises AssessmentError (exit code 2) for a council or period
    that there is not.
    """
    found = _Findings(project)
    council = found.attempt("parameters", lambda: load_council(project, name))
    chapters = found.attempt("template", lambda: plan_chapters(project)) or ()
    if council is None:
        return Checked(name, period or "", tuple(sort_flags(found.flags)))
    edition = choose_period(council, period)
    store = _check_returns(project, council, edition, found)
    report = project.report(council.id, edition.text)
    if store:
        # That two partners give one figure is an error already.
        flags = (Flag(**flag) for flag in store.data["flags"])
        found.flags += [flag for flag in flags if flag.rule != DIFFERENT]
        texts = [_check_chapter(project, report, chapter, store, found) for chapter in chapters]
        held = [each for each in texts if each]
        found.flags += [
            Flag("error", NARRATIVE, chapter.id, line, chapter.file)
            for chapter, line in _typed(project, council, store, held, found)
        ]
        reviewed = review(store, held, read_records(report))
        found.flags += reviewed.flags
        found.flags += [
            Flag("warning", RECOVERED_TEXT, path.name, RECOVERED, project.relative(path))
            for path in recovered_files(report)
        ]
    if chapters:
        found.flags += [
            Flag("warning", LEFT_OUT, path.name, UNREAD, project.relative(path))
            for path in unread_notebooks(report, (each.id for each in chapters))
        ]
    version = council.editions[edition.text].version
    found.flags += (
        found.attempt(
            "version", lambda: same_number(project, council.id, edition.text, report, version)
        )
        or []
    )
    path = report.path / "checks.json"
    found.flags += _of_last_run(path)
    editions = [each.text for each in council.edition_periods()]
    log = found.attempt(
        "assurance log", lambda: read_log(project, council.id, edition.text, editions)
    )
    if log and store:
        found.flags += review_log(log, found.flags)
    flags = tuple(sort_flags(found.flags))
    _write(path, council.id, edition.text, flags, log.answers() if log else {})
    return Checked(
        council.name,
        edition.text,
        flags,
        tuple(store.data["gaps"]) if store else (),
        tuple(explain(store.data)) if store else (),
        summarise(store.data).words() if store else "",
        project.relative(path),
    )


class _Findings:
    """The flags found so far."""

    def __init__(self, project: Project):
        self.project = project
        self.flags: list[Flag] = []

    def attempt(self, subject: str, work: Callable[[], Found]) -> Found | None:
        """The result of `work`, or None and a flag when it raises AssessmentError."""
        try:
            return work()
        except AssessmentError as error:
            if error.status == 2:
                raise
            self.add(subject, error)
            return None

    def add(self, subject: str, error: AssessmentError) -> None:
        """Flags for an error: one for each line, the hint with the last."""
        lines = error.message.split("\n")
        for line in lines:
            hint = error.hint if line is lines[-1] else ""
            flag = flag_error(self.project, subject, AssessmentError(line, hint))
            if flag not in self.flags:
                self.flags.append(flag)


def _check_returns(
    project: Project, council: Council, period: Period, found: _Findings
) -> ProtectedStore | None:
    """The store of what can be read; every problem in the returns is flagged."""
    sources = found.attempt("reference data", lambda: read_sources(project, council, period))
    if sources is None:
        return None
    for problem in sources.evidence.problems:
        found.add("return", problem)
    return found.attempt("return", lambda: assemble_store(sources))


def _typed(
    project: Project,
    council: Council,
    store: ProtectedStore,
    chapters: Sequence[Text],
    found: _Findings,
) -> Sequence[tuple[Text, str]]:
    """The typed numbers that equal hidden ones; nothing is read where nobody has written."""
    if not any(cell.edited for each in chapters for cell in each.written):
        return ()
    # The audit takes longer to import than a check of a council in order.
    from needs_assessment.auditing import typed_by_hand

    typed = found.attempt("narrative", lambda: typed_by_hand(project, council, store, chapters))
    return typed or ()


def _check_chapter(
    project: Project,
    report: ReportFolder,
    chapter: Chapter,
    store: ProtectedStore,
    found: _Findings,
) -> Text | None:
    """The template's variants, and every live figure of the text as a run would print it.

    Returns the chapter's text cells as a run would put them in place.
    """
    context = generation_context(store)
    generated = found.attempt(
        chapter.id, lambda: generate_chapter(chapter.notebook, context, chapter.id)
    )
    if generated is None:
        return None
    merged = found.attempt(chapter.id, lambda: merge_in_place(report, chapter.id, generated))
    if merged is None:
        return None
    path = report.chapters / f"{chapter.id}.ipynb"
    file = project.relative(path if path.exists() else chapter.path)
    found.flags += [
        Flag(note.severity, note.rule, chapter.id, note.said, file) for note in merged.notes
    ]
    written = written_cells(merged, generated)
    for problem in figure_problems(store, file, merged.notebook, written):
        found.add(chapter.id, problem)
    return Text(chapter.id, file, written, begun=path.exists())


def _of_last_run(path: Path) -> list[Flag]:
    """What the last run did with the analyst's text."""
    try:
        flags = json.loads(path.read_text(encoding="utf-8"))["flags"]
        fields = Flag.__dataclass_fields__
        return [
            Flag(**{name: each[name] for name in fields})
            for each in flags
            if each["rule"] == MERGED
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write(
    path: Path,
    council: str,
    period: str,
    flags: tuple[Flag, ...],
    answers: dict[str, dict[str, Any]],
) -> None:
    listed = answered([flag.as_dict() for flag in flags], answers)
    data = {"council": council, "period": period, "flags": listed}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())
