"""What a run makes in its work folder once its chapters have run: book, pages, data files."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from needs_assessment import results
from needs_assessment.assurance import AssuranceLog, log_file
from needs_assessment.book.assemble import assemble_book
from needs_assessment.book.check import check_book
from needs_assessment.book.document import readings_kept
from needs_assessment.book.numbering import table_numbers
from needs_assessment.book.render import render
from needs_assessment.book.word import draw_pictures
from needs_assessment.changes.versions import last_published
from needs_assessment.completing import ANSWERS, FINISHED
from needs_assessment.council import Council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.progress import Listener
from needs_assessment.narrative.swap import Finished
from needs_assessment.periods import Period
from needs_assessment.project import Project, ReportFolder
from needs_assessment.provenance import provenance_json
from needs_assessment.reusing import content_key, folder_digest, reuse_or_make


def make_results(
    project: Project,
    report: ReportFolder,
    store: ProtectedStore,
    assurance: AssuranceLog,
    finished: list[Finished],
    renderer: str,
    used: str,
    log: list[str],
    on_file: Callable[[Path], None],
) -> None:
    """Assembles, checks and renders the book in the work folder of `report`, and writes all that
    goes with it; `used` names the renderer, `log` is what the chapters logged, and `on_file` is as
    `render` has it.

    Raises AssessmentError when the book is wrong or cannot be rendered.
    """
    book, output = report.work / "book", report.work / "output"
    book.mkdir()
    output.mkdir()
    records = assemble_book(project, store, assurance, finished, book)

    def make_the_rest() -> None:
        key = content_key(folder_digest(book / "figures"))
        reuse_or_make(report, "pictures", key, report.work, lambda: draw_pictures(book, book))
        _make_data_files(report, store, records, book, output)
        on_file(output / "tables.xlsx")

    # Pandoc and Typst are programs of their own: this one has time while they are at work.
    with (
        ThreadPoolExecutor(1) as beside,
        readings_kept(report.executed / "read.json.gz", content_key()),
    ):
        rest = beside.submit(make_the_rest)
        check_book(book)
        rest.result()
    key = content_key(folder_digest(book), used)
    reuse_or_make(report, "pages", key, output, lambda: render(book, output, renderer, on_file))
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
    (report.work / "store.json").write_text(json.dumps(store.data), encoding="utf-8")
    (report.work / ANSWERS).write_text(json.dumps(assurance.answers()))
    (report.work / FINISHED).write_text(json.dumps([vars(each) for each in finished]))


def _make_data_files(
    report: ReportFolder,
    store: ProtectedStore,
    records: list[dict[str, Any]],
    book: Path,
    output: Path,
) -> None:
    """The indicators as data, and the workbook of tables."""
    listed = results.indicators_json(store)
    (output / "indicators.json").write_bytes(listed)
    (output / "indicators.csv").write_bytes(results.indicators_csv(listed))
    numbers = table_numbers(book)
    shown = json.dumps([store.data["council"], store.data["edition"], store.data["policy"]])
    key = content_key(json.dumps(records), json.dumps(numbers), shown, store.data["nature"])
    reuse_or_make(
        report,
        "workbook",
        key,
        output,
        lambda: _write_workbook(store, records, numbers, report.work, output),
    )


def make_changes(
    project: Project,
    council: Council,
    edition: Period,
    store: ProtectedStore,
    finished: Sequence[Finished],
    output: Path,
    progress: Listener,
) -> None:
    """The page of changes since the last published version; a version that cannot be read is said,
    and stops no draft.
    """
    try:
        if last_published(project, council, edition) is None:
            return
    except AssessmentError as error:
        progress.note(f"No page of changes this time: {error}")
        return
    # Most runs have nothing published to compare with, and the imports take a while.
    from needs_assessment.changes.compare import compare_with_published
    from needs_assessment.changes.page import PAGE, changes_page

    try:
        progress.note("Comparing with the last published version …")
        chapters = {each.chapter: each.executed for each in finished}
        changes = compare_with_published(project, council, edition, store, chapters)
    except AssessmentError as error:
        progress.note(f"No {PAGE} this time: {error}")
        return
    if changes:
        (output / PAGE).write_text(changes_page(changes), encoding="utf-8", newline="\n")


def _write_workbook(
    store: ProtectedStore,
    records: list[dict[str, Any]],
    numbers: dict[str, str],
    work: Path,
    output: Path,
) -> None:
    # Most runs use the last workbook again, and the import takes a while.
    from needs_assessment.results.workbook import tables_xlsx

    content = tables_xlsx(store, records, numbers, work / "tables.xlsx")
    (output / "tables.xlsx").write_bytes(content)


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
