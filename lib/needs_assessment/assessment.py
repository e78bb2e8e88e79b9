"""The main job: one council's assessment, from returns to report."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment import results
from needs_assessment.book.assemble import assemble_book
from needs_assessment.book.check import check_book
from needs_assessment.book.render import render
from needs_assessment.chapter.opening import STORE_VARIABLE
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import ProtectedStore, protect
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.outputs import forbidden_outputs
from needs_assessment.execution.plan import Chapter, plan_chapters
from needs_assessment.execution.progress import Progress
from needs_assessment.execution.run import ChapterJob, ChapterResult, execute_chapters
from needs_assessment.flags import NARRATIVE
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.files import Notebook, notebook_bytes, read_notebook
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.swap import Finished, Swapped, merge_in_place, swap_chapters
from needs_assessment.project import ROOT_VARIABLE, Project, ReportFolder
from needs_assessment.publishing import check_replaceable, put_in_place


@dataclass(frozen=True)
class Outcome:
    """What a run made: where, with which renderer, and how many flags its checks list."""

    report: Path
    renderer: str
    flags: int
    kept: int
    seconds: float


def assess(
    project: Project, name: str, period: str | None, renderer: str, progress: Progress
) -> Outcome:
    """Makes the assessment of one edition and puts it in place of the last one.

    Raises AssessmentError when an input, a chapter or the book is wrong: the report, narrative
    and results of the last run then stay as they were.
    """
    started = time.monotonic()
    council = load_council(project, name)
    edition = choose_period(council, period)
    report = project.report(council.id, edition.text)
    with council_lock(report.lock, council.id, progress.note):
        chapters = plan_chapters(project)
        store = protect(project, council.id, edition.text)
        shutil.rmtree(report.work, ignore_errors=True)
        report.work.mkdir(parents=True)
        try:
            finished, log = _run_chapters(project, report, store, chapters, progress)
            progress.note("Making the book …")
            outcome = _make_book(project, report, store, finished, renderer, log)
        finally:
            shutil.rmtree(report.work, ignore_errors=True)
    flags, kept, used = outcome
    return Outcome(report.path, used, flags, kept, time.monotonic() - started)


def _run_chapters(
    project: Project,
    report: ReportFolder,
    store: ProtectedStore,
    chapters: tuple[Chapter, ...],
    progress: Progress,
) -> tuple[list[Finished], list[str]]:
    context = generation_context(store)
    # The run's own copy: a notebook opened meanwhile may bring the shared one up to date.
    frozen = report.work / "store.json"
    frozen.write_bytes(report.store.read_bytes())
    engine = choose_engine(os.environ)
    generated: dict[str, Notebook] = {}
    jobs = []
    for chapter in chapters:
        generated[chapter.id] = generate_chapter(chapter.notebook, context, chapter.id)
        merged = merge_in_place(report, chapter.id, generated[chapter.id])
        source = report.work / f"{chapter.id}.ipynb"
        source.write_bytes(notebook_bytes(merged.notebook))
        jobs.append(
            ChapterJob(
                chapter=chapter.id,
                notebook=source,
                output=report.work / "chapters" / f"{chapter.id}.ipynb",
                root=project.root,
                parameters={
                    "council": store.data["council"]["id"],
                    "period": store.data["edition"]["period"],
                },
                environment={
                    STORE_VARIABLE: str(frozen.resolve()),
                    ROOT_VARIABLE: str(project.root.resolve()),
                },
            )
        )
    (report.work / "chapters").mkdir()
    ran = execute_chapters(jobs, engine, on_event=progress.event)
    _refuse_failures(ran)
    executed = {result.chapter: read_notebook(result.output) or {} for result in ran}
    _refuse_outputs(executed)
    finished = [Finished(name, generated[name], notebook) for name, notebook in executed.items()]
    return finished, [f"{result.chapter}: {line}" for result in ran for line in result.log]


def _make_book(
    project: Project,
    report: ReportFolder,
    store: ProtectedStore,
    finished: list[Finished],
    renderer: str,
    log: list[str],
) -> tuple[int, int, str]:
    """Assembles, checks and renders the book, then puts everything in place."""
    book, output = report.work / "book", report.work / "output"
    book.mkdir()
    output.mkdir()
    records = assemble_book(project, store, finished, book)
    check_book(book)
    used = render(book, output, renderer)
    (output / "indicators.json").write_bytes(results.indicators_json(store))
    (output / "tables.xlsx").write_bytes(
        results.tables_xlsx(store, records, report.work / "tables.xlsx")
    )
    (output / "provenance.json").write_bytes(
        results.provenance_json(store, project.root, _inputs(project, store), used)
    )
    check_replaceable(report, output)
    swapped = swap_chapters(report, finished)
    notes = _narrative_notes(swapped)
    (output / "checks.json").write_bytes(results.checks_json(store, notes))
    put_in_place(report, book, output)
    (report.path / "run.log").write_text("\n".join(log) + "\n" if log else "", encoding="utf-8")
    kept = sum(len(each.merged.kept) for each in swapped)
    return len(store.data["flags"]) + len(notes), kept, used


def _refuse_failures(ran: list[ChapterResult]) -> None:
    failed = [result for result in ran if result.failure]
    if not failed:
        return
    lines = []
    for result in failed:
        failure = result.failure
        assert failure
        lines.append(f"{result.chapter} failed in cell {failure.cell}: {failure.exception}")
        lines += [f"    {line}" for line in failure.lines]
    done = len(ran) - len(failed)
    raise AssessmentError(
        "\n".join(lines),
        f"The other {done} chapters ran. The last report, its narrative and results stay as they "
        "were.",
    )


def _refuse_outputs(executed: dict[str, Notebook]) -> None:
    problems = [
        problem.text
        for name, notebook in executed.items()
        for problem in forbidden_outputs(name, notebook)
    ]
    if problems:
        raise AssessmentError(
            "\n".join(problems),
            "Show it through chapter.table, chapter.figure or chapter.indicators, or remove it.",
        )


def _inputs(project: Project, store: ProtectedStore) -> list[Path]:
    """The files behind an edition other than its returns."""
    council = store.data["council"]["id"]
    return [
        project.params / "defaults.yml",
        project.params / f"{council}.yml",
        project.book_settings,
        *sorted(project.mappings.glob("*.yml")),
        *sorted(path for path in project.reference.iterdir() if path.suffix != ".md"),
        *sorted(project.notebooks.glob("*.ipynb")),
    ]


def _narrative_notes(swapped: tuple[Swapped, ...]) -> list[dict[str, Any]]:
    """What the analyst should know of the merge, as flags."""
    notes = []
    for each in swapped:
        sentences = [*each.merged.notes]
        sentences += [
            f"Cell {cell} was edited but is no longer in the template: it stands at the end."
            for cell in each.merged.orphaned
        ]
        if each.recovery:
            sentences.append(f"Text set aside is in {each.recovery.name}.")
        notes += [
            {
                "severity": "warning",
                "rule": NARRATIVE,
                "subject": each.chapter,
                "sentence": sentence,
                "file": f"chapters/{each.chapter}.ipynb",
                "sheet": "",
                "row": None,
            }
            for sentence in sentences
        ]
    return notes
