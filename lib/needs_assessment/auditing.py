"""The audit as a run uses it: told what only the run knows, and asked before a report is replaced.

A reader's attack needs no exact number. Two things do: which hidden numbers are small themselves,
so that each small value must stay possible for them, and whether a number typed by hand is a
hidden one. Both are settled here, and neither is kept or said.
"""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from needs_assessment.assurance import AssuranceLog
from needs_assessment.audit.audit import Audit, audit_edition
from needs_assessment.audit.judging import unsafe_message
from needs_assessment.audit.keys import Cell
from needs_assessment.audit.public import Public
from needs_assessment.audit.typed import (
    Secret,
    Written,
    refuse_typed,
    secret,
    spoken_of,
    typed_numbers,
)
from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.cells import collect_cells
from needs_assessment.disclosure.protected import ProtectedStore, read_store
from needs_assessment.disclosure.sources import read_sources
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.narrative.merge import Merged
from needs_assessment.narrative.review import Chapter
from needs_assessment.narrative.swap import Finished, written_cells
from needs_assessment.narrative.swap import Written as Text
from needs_assessment.project import Project


def refuse_typed_by_hand(
    project: Project,
    council: Council,
    store: ProtectedStore,
    finished: Sequence[Finished],
    assurance: AssuranceLog,
) -> None:
    """Raises AssessmentError that names each cell of narrative, or entry of the assurance log, or
    reason in the parameters, with a number typed by hand that equals a hidden one of its subject.
    """
    texts = [
        written
        for chapter in finished
        for written in _written(
            chapter.chapter, written_cells(Merged(chapter.executed), chapter.generated)
        )
    ]
    flags = (Flag(**each) for each in store.data["flags"])
    texts += [Written(assurance.file, *each) for each in assurance.texts(flags)]
    texts += _reasons(store)
    refuse_typed(texts, _secrets(project, council, store, texts))


def refuse_unsafe_page(
    project: Project, council: Council, store: ProtectedStore, page: str, texts: Sequence[Written]
) -> Audit:
    """Audits a page that reviewers get beside the report in place: both are attacked together.

    `texts` are the analyst's own on that page. Raises AssessmentError as `refuse_unsafe` does, and
    when there is no report in place.
    """
    refuse_typed(texts, _secrets(project, council, store, texts))
    period = store.data["edition"]["period"]
    report = project.report(council.id, period)
    with tempfile.TemporaryDirectory(dir=report.store.parent, prefix="page-") as folder:
        together = Path(folder)
        # A PDF or a Word file says what the page of the report says.
        for path in [*report.path.glob("*.html"), *report.path.glob("*.json")]:
            shutil.copyfile(path, together / path.name)
        if not (together / "index.html").is_file():
            raise AssessmentError(
                f"There is no report of {council.id}/{period} to compare.",
                f"Run make assessment COUNCIL={council.id} PERIOD={period} first.",
            )
        (together / "changes.html").write_text(page, encoding="utf-8")
        audit = audit_edition(project, council, period, together, small_cells(store))
    if audit.findings:
        raise AssessmentError(
            f"The page of changes is not safe to show:\n{unsafe_message(audit.findings)}",
            "It was not written; the last one, if any, stays as it was.",
        )
    return audit


def refuse_findings(audit: Audit) -> None:
    """Raises AssessmentError that names each unsafe cell of a new report, and what gave it away."""
    if audit.findings:
        raise AssessmentError(
            f"The new report is not safe to publish:\n{unsafe_message(audit.findings)}",
            "The last report, its narrative and results stay as they were.",
        )


def typed_by_hand(
    project: Project, council: Council, store: ProtectedStore, chapters: Iterable[Chapter]
) -> list[tuple[Chapter, str]]:
    """The chapters with a number typed by hand that equals a hidden one of its subject, and a line
    for each: where and of what, never the number.
    """
    held = [(chapter, list(_written(chapter.id, chapter.written))) for chapter in chapters]
    every = [written for _, texts in held for written in texts]
    hidden = _secrets(project, council, store, every)
    return [(chapter, line) for chapter, texts in held for line in typed_numbers(texts, hidden)]


def audit_in_place(project: Project, name: str, period: str | None) -> Audit:
    """Audits the report in place of a council's edition, the latest by default.

    Raises AssessmentError when there is none.
    """
    council = load_council(project, name)
    edition = choose_period(council, period).text
    kept = project.report(council.id, edition).store
    small = small_cells(read_store(kept)) if kept.exists() else set()
    return audit_edition(project, council, edition, primary=small)


def small_cells(store: ProtectedStore) -> set[Cell]:
    """The statistics that are hidden for their own size."""
    return {
        _key(cell)
        for cell in store.data["cells"]
        if cell["why"] and cell["why"]["reason"] == "small"
    }


def _hidden(store: ProtectedStore, public: Public) -> set[Cell]:
    """The counts that are hidden, for whatever reason."""
    return {
        _key(cell)
        for cell in store.data["cells"]
        if cell["why"] and public.measures[cell["measure"]].whole
    }


def _key(cell: dict[str, str]) -> Cell:
    return Cell(*(cell[name] for name in Cell._fields[:5]))


def _written(chapter: str, cells: Iterable[Text]) -> Iterable[Written]:
    """What the analyst wrote in a chapter."""
    for cell in cells:
        if cell.edited:
            where = f"chapters/{chapter}.ipynb, cell {cell.cell}"
            yield Written(where, cell.text, chapter.replace("-", " "))


def _reasons(store: ProtectedStore) -> Iterable[Written]:
    """What the first page prints of the parameters in somebody's words."""
    edition, place = store.data["edition"], f"params/{store.data['council']['id']}.yml"
    if correction := edition["version"]["correction"]:
        yield Written(f"{place}, correction", correction["note"])
    for each in edition["accepted"]:
        yield Written(f"{place}, accepted", each["reason"])


def _secrets(
    project: Project, council: Council, store: ProtectedStore, texts: Sequence[Written]
) -> list[Secret]:
    """The exact numbers of hidden statistics that these texts speak of, to be compared with and
    not read.

    Returns are read again for it, since a run keeps no exact number anywhere.
    """
    public = Public(project, council.categories)
    keys = spoken_of(texts, _hidden(store, public), public)
    if not keys:
        return []
    period = store.data["edition"]["period"]
    sources = read_sources(project, council, choose_period(council, period))
    return [
        secret(Cell(*cell.key), int(cell.exact), public)
        for cell in collect_cells(sources.evidence.observations, sources.dictionary)
        if cell.exact is not None and cell.exact.denominator == 1 and Cell(*cell.key) in keys
    ]
