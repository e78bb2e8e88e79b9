"""The main job: one council's assessment, from returns to report."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment import results
from needs_assessment.assurance import AssuranceLog, log_file, read_log
from needs_assessment.auditing import refuse_unsafe
from needs_assessment.book.assemble import assemble_book
from needs_assessment.book.check import check_book
from needs_assessment.book.render import render
from needs_assessment.chapter.opening import STORE_VARIABLE
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import ProtectedStore, protect, read_store
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.crew import Crew
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.kept import (
    Executed,
    execution_key,
    keep_executed,
    kept_execution,
)
from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.outputs import forbidden_outputs
from needs_assessment.execution.plan import Chapter, plan_chapters
from needs_assessment.execution.progress import Listener
from needs_assessment.execution.run import ChapterJob, ChapterResult, execute_chapters
from needs_assessment.files import write_synced
from needs_assessment.flags import NARRATIVE, Flag
from needs_assessment.narrative import review
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.earlier import earlier_edition
from needs_assessment.narrative.files import Notebook, notebook_bytes, read_notebook
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.merge import Merged
from needs_assessment.narrative.notebook import with_outputs
from needs_assessment.narrative.notes import RECOVERED
from needs_assessment.narrative.staleness import read_records, write_records
from needs_assessment.narrative.swap import (
    Finished,
    Swapped,
    recovered_files,
    swap_chapters,
    written_cells,
)
from needs_assessment.narrative.trust import trust
from needs_assessment.project import ROOT_VARIABLE, Project, ReportFolder
from needs_assessment.provenance import provenance_json
from needs_assessment.publishing import make_ready, put_in_place

_FINISHED = "finished.json"
_ANSWERS = "answers.json"


@dataclass(frozen=True)
class Outcome:
    """What a run made: where, with which renderer, and how many flags its checks list.

    `kept` counts narrative cells with edited text, `executed` the chapters that had to run;
    `recovered` are copies of text that has no place in a chapter, `audit` what the attack on the
    report came to.
    """

    report: Path
    renderer: str
    flags: int
    kept: int
    chapters: int
    executed: int
    recovered: tuple[Path, ...]
    audit: str
    seconds: float


@dataclass(frozen=True)
class Made:
    """What a run made up to `.ready/`; the fields are those of `Outcome`."""

    renderer: str
    chapters: int
    executed: int
    audit: str


@dataclass(frozen=True)
class Completed:
    """What putting a run in place came to; `looks`: what is to be said of text at once."""

    flags: int
    kept: int
    recovered: tuple[Path, ...]
    looks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Prepared:
    """A chapter about to run: `kept` is what it came to last time, where nothing but text has
    changed since.
    """

    id: str
    generated: Notebook
    merged: Merged
    key: str
    kept: Executed | None


def assess(
    project: Project,
    name: str,
    period: str | None,
    renderer: str,
    progress: Listener,
    fresh: bool = False,
    crew: Crew | None = None,
) -> Outcome:
    """Makes the assessment of one edition and puts it in place of the last one.

    Chapters of which nothing but text has changed are not run again, unless `fresh`. The others run
    in the processes of `crew`, or else in some of their own. Raises AssessmentError when an input,
    a chapter or the book is wrong: the report, narrative and results of the last run then stay as
    they were.
    """
    started = time.monotonic()
    with held(project, name, period, progress) as report:
        made = make(project, name, period, renderer, progress, fresh, crew)
        completed = complete(project, report)
    for text in completed.looks:
        progress.note(text)
    return Outcome(
        report=report.path,
        renderer=made.renderer,
        flags=completed.flags,
        kept=completed.kept,
        chapters=made.chapters,
        executed=made.executed,
        recovered=completed.recovered,
        audit=made.audit,
        seconds=time.monotonic() - started,
    )


@contextmanager
def held(
    project: Project, name: str, period: str | None, progress: Listener
) -> Iterator[ReportFolder]:
    """The report folder of an edition, while no other run may touch it; a run that was cut short
    while it was put in place is completed first.
    """
    council = load_council(project, name)
    report = project.report(council.id, choose_period(council, period).text)
    with council_lock(report.lock, council.id, progress.note), _disk_errors():
        if report.ready.is_dir():
            progress.note("The last run was cut short while it was put in place: completing it …")
            complete(project, report)
        _refuse_unfinished(earlier_edition(report))
        yield report


def make(
    project: Project,
    name: str,
    period: str | None,
    renderer: str,
    progress: Listener,
    fresh: bool = False,
    crew: Crew | None = None,
) -> Made:
    """Makes an edition as `assess` does, up to `.ready/`: all but putting it in place."""
    council = load_council(project, name)
    edition = choose_period(council, period)
    report = project.report(council.id, edition.text)
    chapters = plan_chapters(project)
    editions = [each.text for each in council.edition_periods()]
    assurance = read_log(project, council.id, edition.text, editions)
    store = protect(project, council.id, edition.text)
    shutil.rmtree(report.work, ignore_errors=True)
    report.work.mkdir(0o700, parents=True)
    try:
        finished, log, executed = _run_chapters(
            project, report, store, chapters, progress, fresh, crew
        )
        progress.note("Making the book …")
        used = _make_book(project, report, store, assurance, finished, renderer, log)
        progress.note("Attacking the report with what its readers have …")
        audit = refuse_unsafe(project, council, store, finished, report.work / "output", assurance)
        make_ready(report)
    finally:
        shutil.rmtree(report.work, ignore_errors=True)
    return Made(renderer=used, chapters=len(chapters), executed=executed, audit=audit.passed)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """What the disk refuses, as an error that says what to do."""
    try:
        yield
    except OSError as error:
        raise AssessmentError(
            f"{error.filename or 'A file'} could not be written: {error.strerror}.",
            "Check the free space and the permissions of the report folder, and run again: the"
            " next run goes on from here.",
        ) from error


def _refuse_unfinished(earlier: ReportFolder | None) -> None:
    """A new edition starts from the one before, which only a run of its own may complete."""
    if earlier and earlier.ready.is_dir():
        period = earlier.path.name
        raise AssessmentError(
            f"The last run of {period} was cut short while it was put in place.",
            f"Run make assessment COUNCIL={earlier.path.parent.name} PERIOD={period} first.",
        )


def _run_chapters(
    project: Project,
    report: ReportFolder,
    store: ProtectedStore,
    chapters: tuple[Chapter, ...],
    progress: Listener,
    fresh: bool,
    crew: Crew | None,
) -> tuple[list[Finished], list[str], int]:
    """The chapters with their outputs, what they logged, and how many of them ran."""
    # The run's own copy: a notebook opened meanwhile may bring the shared one up to date.
    frozen = report.work / "store.json"
    frozen.write_bytes(report.store.read_bytes())
    parameters = {
        "council": store.data["council"]["id"],
        "period": store.data["edition"]["period"],
    }
    engine = choose_engine(os.environ)
    context = generation_context(store)
    prepared = []
    for chapter in chapters:
        generated = generate_chapter(chapter.notebook, context, chapter.id)
        merged = merge_in_place(report, chapter.id, generated)
        key = execution_key(merged.notebook, parameters, frozen, engine)
        # Code of the analyst's own may read anything: no key could tell that it has changed.
        kept = (
            None if fresh or merged.adds_code else kept_execution(report.executed, chapter.id, key)
        )
        prepared.append(_Prepared(chapter.id, generated, merged, key, kept))
    _refuse_text(project, report, store, prepared)
    waiting = [each for each in prepared if each.kept is None]
    if len(waiting) < len(prepared):
        progress.note(
            "Not run again, as nothing but text has changed:"
            f" {len(prepared) - len(waiting)} of {len(prepared)} chapters."
        )
    jobs = [_job(project, report, each, parameters, frozen) for each in waiting]
    keys = {each.id: each.key for each in waiting}
    outputs: dict[str, Executed] = {}

    def take(result: ChapterResult) -> None:
        """Kept at once, so that whatever stops this run, the next goes on from here."""
        if not result.failure:
            each = Executed(read_notebook(result.output) or {}, result.log)
            outputs[result.chapter] = each
            if not forbidden_outputs(result.chapter, each.notebook):
                keep_executed(report.executed, result.chapter, keys[result.chapter], each)

    ran = execute_chapters(jobs, engine, on_event=progress.event, on_result=take, crew=crew)
    _refuse_failures(ran, len(chapters))
    _refuse_outputs([(each.id, outputs[each.id].notebook) for each in waiting])
    executed = {each.id: each.kept or outputs[each.id] for each in prepared}
    # What was typed while chapters ran is in the report as well.
    finished = [
        Finished(
            each.id,
            each.generated,
            with_outputs(
                merge_in_place(report, each.id, each.generated).notebook, executed[each.id].notebook
            ),
        )
        for each in prepared
    ]
    log = [f"{name}: {line}" for name, each in executed.items() for line in each.log]
    return finished, log, len(ran)


def _refuse_text(
    project: Project, report: ReportFolder, store: ProtectedStore, prepared: list[_Prepared]
) -> None:
    """Raises AssessmentError that lists the live figures that cannot be printed, and whatever else
    in the analyst's cells no report can be made of.
    """
    problems: list[AssessmentError] = []
    for each in prepared:
        file = project.relative(report.chapters / f"{each.id}.ipynb")
        written = written_cells(each.merged, each.generated)
        problems += review.figure_problems(store, file, each.merged.notebook, written)
        problems += [
            AssessmentError(f"{file}, cell {note.cell}: {note.sentence}")
            for note in each.merged.notes
            if note.severity == "error"
        ]
    if problems and not report.chapters.exists():
        # Words carried over from the edition before need a place in which to be corrected.
        swap_chapters(
            report, [Finished(each.id, each.generated, each.merged.notebook) for each in prepared]
        )
    review.refuse_problems(problems)


def _job(
    project: Project,
    report: ReportFolder,
    prepared: _Prepared,
    parameters: dict[str, str],
    store: Path,
) -> ChapterJob:
    source = report.work / f"{prepared.id}.ipynb"
    source.write_bytes(notebook_bytes(prepared.merged.notebook))
    output = report.work / "chapters" / source.name
    output.parent.mkdir(exist_ok=True)
    return ChapterJob(
        chapter=prepared.id,
        notebook=source,
        output=output,
        root=project.root,
        parameters=parameters,
        environment={
            STORE_VARIABLE: str(store.resolve()),
            ROOT_VARIABLE: str(project.root.resolve()),
        },
    )


def _refuse_outputs(executed: Sequence[tuple[str, Notebook]]) -> None:
    """Raises AssessmentError for chapters that showed what no chapter may."""
    problems = [
        problem.text for name, notebook in executed for problem in forbidden_outputs(name, notebook)
    ]
    if problems:
        raise AssessmentError(
            "\n".join(problems),
            "Show it through chapter.table, chapter.figure or chapter.indicators, or remove it.",
        )


def _make_book(
    project: Project,
    report: ReportFolder,
    store: ProtectedStore,
    assurance: AssuranceLog,
    finished: list[Finished],
    renderer: str,
    log: list[str],
) -> str:
    """Assembles, checks and renders the book in the work folder; the renderer used."""
    book, output = report.work / "book", report.work / "output"
    book.mkdir()
    output.mkdir()
    records = assemble_book(project, store, assurance, finished, book)
    check_book(book)
    used = render(book, output, renderer)
    (output / "indicators.json").write_bytes(results.indicators_json(store))
    (output / "tables.xlsx").write_bytes(
        results.tables_xlsx(store, records, report.work / "tables.xlsx")
    )
    (output / "provenance.json").write_bytes(
        provenance_json(
            store,
            project.root,
            _inputs(project, store),
            output,
            [each.chapter for each in finished],
            used,
        )
    )
    (output / "run.log").write_text("\n".join(log) + "\n" if log else "", encoding="utf-8")
    (report.work / _ANSWERS).write_text(json.dumps(assurance.answers()))
    (report.work / _FINISHED).write_text(json.dumps([vars(each) for each in finished]))
    return used


def complete(project: Project, report: ReportFolder) -> Completed:
    """Puts the run in `.ready/` in place: chapters first, then the report and its checks.

    Raises AssessmentError when the disk refuses; the next run then takes it up again.
    """
    with _disk_errors():
        store = read_store(report.ready / "store.json")
        finished = json.loads((report.ready / _FINISHED).read_text())
        swapped = swap_chapters(report, [Finished(**each) for each in finished])
        recovered = tuple(recovered_files(report))
        texts = [
            review.Chapter(each.chapter, project.relative(each.path), each.written)
            for each in swapped
        ]
        reviewed = review.review(store, texts, read_records(report))
        write_records(report, reviewed.records)
        notes = [
            *_narrative_notes(project, swapped),
            *(flag.as_dict() for flag in reviewed.flags),
            *(_recovery_note(project.relative(path)) for path in recovered),
        ]
        answers = _answers_of(report.ready / _ANSWERS)
        checks = results.checks_json(store, notes, answers)
        write_synced(report.ready / "output" / "checks.json", checks)
        put_in_place(report)
    trust((each.path, each.notebook_digest) for each in swapped)
    kept = sum(len(each.merged.kept) for each in swapped)
    looks = tuple(
        f"{flag.subject}, {flag.rule}: {flag.sentence}"
        for flag in reviewed.flags
        if flag.rule == review.ANOTHER_LOOK
    )
    return Completed(len(store.data["flags"]) + len(notes), kept, recovered, looks)


def _answers_of(path: Path) -> dict[str, dict[str, Any]]:
    """The answers that a run found in the assurance log; none from a run of before there were."""
    return json.loads(path.read_text()) if path.exists() else {}


def _refuse_failures(ran: list[ChapterResult], chapters: int) -> None:
    failed = [result for result in ran if result.failure]
    if not failed:
        return
    lines = []
    for result in failed:
        failure = result.failure
        assert failure
        lines.append(f"{result.chapter} failed in cell {failure.cell}: {failure.exception}")
        lines += [f"    {line}" for line in failure.lines]
    raise AssessmentError(
        "\n".join(lines),
        f"Chapters that ran: {chapters - len(failed)} of {chapters}. The last report, its"
        " narrative and results stay as they were.",
    )


def _inputs(project: Project, store: ProtectedStore) -> list[Path]:
    """The files behind an edition other than its returns."""
    council = store.data["council"]["id"]
    return [
        project.params / "defaults.yml",
        project.params / f"{council}.yml",
        project.book_settings,
        *filter(Path.exists, [project.root / log_file(council)]),
        *sorted(project.mappings.glob("*.yml")),
        *sorted(path for path in project.reference.iterdir() if path.suffix != ".md"),
        *sorted(project.notebooks.glob("*.ipynb")),
    ]


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


def _recovery_note(file: str) -> dict[str, Any]:
    return Flag("warning", NARRATIVE, "recovered text", RECOVERED, file).as_dict()
