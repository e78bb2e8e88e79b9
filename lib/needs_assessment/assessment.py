"""The main job: one council's assessment, from returns to report."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from needs_assessment.assurance import AssuranceLog, read_log
from needs_assessment.audit.public import Public
from needs_assessment.audit.report import Readings
from needs_assessment.book.render import choose_renderer
from needs_assessment.completing import complete, disk_errors, review_ahead
from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.slices import slice_bytes
from needs_assessment.disclosure.store import protect
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.crew import Crew
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.kept import Executed, keep_executed
from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.outputs import forbidden_outputs
from needs_assessment.execution.plan import Chapter, plan_chapters
from needs_assessment.execution.progress import Listener
from needs_assessment.execution.run import (
    ChapterJob,
    ChapterResult,
    chapter_crew,
    execute_chapters,
)
from needs_assessment.narrative import review
from needs_assessment.narrative.earlier import earlier_edition
from needs_assessment.narrative.files import Notebook, read_notebook
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.notebook import with_outputs
from needs_assessment.narrative.swap import Finished, swap_chapters, written_cells
from needs_assessment.preparing import (
    Prepared,
    edition_parameters,
    prepare_chapters,
    write_reasons,
)
from needs_assessment.producing import make_changes, make_results
from needs_assessment.project import ROOT_VARIABLE, STORE_VARIABLE, Project, ReportFolder
from needs_assessment.publishing import make_ready
from needs_assessment.unchanged import Outcome, Sight, forget, look, remember, unchanged


@dataclass(frozen=True)
class Made:
    """What a run made up to `.ready/`; the fields are those of `Outcome`, `ahead` of `complete`."""

    renderer: str
    chapters: int
    executed: int
    audit: str
    ahead: review.Ahead | None = None


@dataclass(frozen=True)
class Run:
    """An edition that no other run may touch, with what it is made of, as seen before anything was
    read: what changes from then on is seen by the next run.
    """

    project: Project
    council: str
    edition: str
    latest: bool
    report: ReportFolder
    renderer: str
    sight: Sight
    started: float


def assess(
    project: Project,
    name: str,
    period: str | None,
    renderer: str,
    progress: Listener,
    fresh: bool = False,
    crew: Crew | None = None,
) -> Outcome:
    """Makes the assessment of one edition and puts it in place of the last one, unless that is the
    one that would be made.

    Chapters of which nothing but text has changed are not run again, unless `fresh`. The others run
    in the processes of `crew`, or else in some of their own. Raises AssessmentError when an input,
    a chapter or the book is wrong: the report, narrative and results of the last run then stay as
    they were.
    """
    held = None if fresh else unchanged(project, name, period, renderer)
    if held:
        return held
    with begun(project, name, period, renderer, progress) as run:
        outcome = place(run, make(project, name, period, renderer, progress, fresh, crew))
    for text in outcome.looks:
        progress.note(text)
    return outcome


@contextmanager
def held(
    project: Project, name: str, period: str | None, progress: Listener
) -> Iterator[ReportFolder]:
    """The report folder of an edition, while no other run may touch it; a run that was cut short
    while it was put in place is completed first.
    """
    council = load_council(project, name)
    edition = choose_period(council, period)
    _refuse_final(council, edition.text)
    report = project.report(council.id, edition.text)
    with council_lock(report.lock, council.id, progress.note), disk_errors():
        if report.ready.is_dir():
            progress.note("The last run was cut short while it was put in place: completing it …")
            complete(project, report)
        _refuse_unfinished(earlier_edition(report))
        yield report


@contextmanager
def begun(
    project: Project, name: str, period: str | None, renderer: str, progress: Listener
) -> Iterator[Run]:
    """A run of an edition that is `held`, with what it is made of."""
    started = time.monotonic()
    council = load_council(project, name)
    edition = choose_period(council, period)
    _, used = choose_renderer(renderer)
    with held(project, name, period, progress) as report:
        public = Public(project, council.categories)
        neighbours = [each.id for each in public.neighbours(council)]
        sight = look(project, report, used, neighbours)
        forget(report)
        latest = edition == choose_period(council, None)
        yield Run(project, council.id, edition.text, latest, report, used, sight, started)


def make(
    project: Project,
    name: str,
    period: str | None,
    renderer: str,
    progress: Listener,
    fresh: bool = False,
    crew: Crew | None = None,
    for_review: bool = True,
) -> Made:
    """Makes an edition as `assess` does, up to `.ready/`: all but putting it in place.

    `for_review`: with the page of what changed since the last published version, where there is
    one; it is for reviewers of a draft, and no part of what is published.
    """
    council = load_council(project, name)
    edition = choose_period(council, period)
    _, used = choose_renderer(renderer)
    report = project.report(council.id, edition.text)
    chapters = plan_chapters(project)
    editions = [each.text for each in council.edition_periods()]
    assurance = read_log(project, council.id, edition.text, editions)
    try:
        with _crew_at_hand(report, crew, fresh) as hands:
            store = protect(project, council.id, edition.text)
            shutil.rmtree(report.work, ignore_errors=True)
            report.work.mkdir(0o700, parents=True)
            finished, log, executed = _run_chapters(
                project, report, store, chapters, progress, fresh, hands
            )
        progress.note("Making the book …")
        readings = Readings()
        # Pandoc and Typst are programs of their own: this one has time while they are at work.
        with ThreadPoolExecutor(1) as beside:
            looked = beside.submit(
                _look_ahead, project, council, store, report, finished, assurance, readings
            )
            make_results(
                project, report, store, assurance, finished, renderer, used, log, readings.ahead
            )
            ahead = looked.result()
        output = report.work / "output"
        if for_review:
            make_changes(project, council, edition, store, finished, output, progress)
        progress.note("Attacking the report with what its readers have …")
        from needs_assessment.guarding import refuse_unsafe

        passed = refuse_unsafe(project, council, store, report, readings, fresh)
        make_ready(report)
    finally:
        shutil.rmtree(report.work, ignore_errors=True)
    return Made(used, len(chapters), executed, passed, ahead)


def place(run: Run, made: Made) -> Outcome:
    """Puts what was made in place, and keeps what it was made of."""
    completed = complete(run.project, run.report, made.ahead)
    outcome = Outcome(
        report=run.report.path,
        renderer=made.renderer,
        flags=completed.flags,
        kept=completed.kept,
        chapters=made.chapters,
        executed=made.executed,
        recovered=completed.recovered,
        audit=made.audit,
        looks=completed.looks,
        seconds=time.monotonic() - run.started,
    )
    if completed.settled:
        remember(run.project, run.sight, completed.placed, run.latest, outcome)
    return outcome


def _refuse_final(council: Council, period: str) -> None:
    """What is not yet published must say that it is a draft, whatever the parameters say."""
    if council.editions[period].version.status == "final":
        raise AssessmentError(
            f"params/{council.id}.yml, edition {period}: the version's status is final.",
            f"Leave it draft: make publish COUNCIL={council.id} makes the final report of it.",
        )


def _refuse_unfinished(earlier: ReportFolder | None) -> None:
    """A new edition starts from the one before, which only a run of its own may complete."""
    if earlier and earlier.ready.is_dir():
        period = earlier.path.name
        raise AssessmentError(
            f"The last run of {period} was cut short while it was put in place.",
            f"Run make assessment COUNCIL={earlier.path.parent.name} PERIOD={period} first.",
        )


@contextmanager
def _crew_at_hand(report: ReportFolder, crew: Crew | None, fresh: bool) -> Iterator[Crew]:
    """`crew`, or else processes of this run's own, which end with it. Where chapters are sure to
    run they import their libraries already, while returns are read.
    """
    if crew:
        yield crew
        return
    with chapter_crew(choose_engine(os.environ)) as own:
        if fresh or not report.executed.is_dir():
            own.stand_by()
        yield own


def _look_ahead(
    project: Project,
    council: Council,
    store: ProtectedStore,
    report: ReportFolder,
    finished: Sequence[Finished],
    assurance: AssuranceLog,
    readings: Readings,
) -> review.Ahead:
    """What an attack needs of other reports is read, and the text is reviewed, while this one is
    made. Raises AssessmentError for hidden numbers that were typed by hand.
    """
    # The import takes a second, in which the first page is being made.
    from needs_assessment.auditing import refuse_typed_by_hand
    from needs_assessment.guarding import read_others_ahead

    refuse_typed_by_hand(project, council, store, finished, assurance)
    read_others_ahead(project, council, store, report, readings)
    return review_ahead(project, report, store, finished)


def _run_chapters(
    project: Project,
    report: ReportFolder,
    store: ProtectedStore,
    chapters: tuple[Chapter, ...],
    progress: Listener,
    fresh: bool,
    crew: Crew,
) -> tuple[list[Finished], list[str], int]:
    """The chapters with their outputs, what they logged, and how many of them ran."""
    engine = choose_engine(os.environ)
    prepared = prepare_chapters(report, store, chapters, engine, fresh)
    _refuse_text(project, report, store, prepared)
    waiting = [each for each in prepared if each.kept is None]
    if len(waiting) < len(prepared):
        progress.note(
            "Not run again, as nothing but text has changed:"
            f" {len(prepared) - len(waiting)} of {len(prepared)} chapters."
        )
    write_reasons(report, prepared)
    jobs = [_job(project, report, each, edition_parameters(store)) for each in waiting]
    made_of = {each.id: each.digests for each in waiting}
    outputs: dict[str, Executed] = {}

    def take(result: ChapterResult) -> None:
        """Kept at once, so that whatever stops this run, the next goes on from here."""
        if not result.failure:
            each = Executed(read_notebook(result.output) or {}, result.log)
            outputs[result.chapter] = each
            if not forbidden_outputs(result.chapter, each.notebook):
                keep_executed(report.executed, result.chapter, made_of[result.chapter], each)

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
    project: Project, report: ReportFolder, store: ProtectedStore, prepared: list[Prepared]
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
    prepared: Prepared,
    parameters: dict[str, str],
) -> ChapterJob:
    source = report.work / f"{prepared.id}.ipynb"
    source.write_text(json.dumps(prepared.merged.notebook), encoding="ascii")
    # The run's own copy, and no more than the chapter reads.
    store = report.work / f"{prepared.id}-store.json"
    store.write_bytes(slice_bytes(prepared.sliced))
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
