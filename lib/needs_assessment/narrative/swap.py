"""Putting executed chapters in place of the ones an analyst may be writing in.

Notebooks are replaced one at a time, each merged from what stands in the folder at that moment.
Everything that could refuse (a notebook that cannot be read) is tried before the first is replaced.
What was found and what was made are both kept as versions first.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import asides
from needs_assessment.narrative.base import (
    in_force,
    mark_generated,
    read_base,
    settle_base,
    stage_base,
    text_digest,
)
from needs_assessment.narrative.carrying import carried_from
from needs_assessment.narrative.cells import (
    cell_key,
    cell_texts,
    is_in_report,
    is_narrative,
    same_text,
)
from needs_assessment.narrative.damaged import jupyter_copy
from needs_assessment.narrative.files import (
    DamagedNotebookError,
    Notebook,
    notebook_bytes,
    parse_notebook,
    read_bytes,
    replace_file,
)
from needs_assessment.narrative.history import keep_version
from needs_assessment.narrative.in_place import (
    InPlace,
    found_in_place,
    merge_found,
    read_in_place,
)
from needs_assessment.narrative.merge import Merged, Recovered
from needs_assessment.narrative.notebook import for_analysts, with_outputs
from needs_assessment.narrative.placing import (
    complete_placing,
    place_made,
    read_whole,
    release,
)
from needs_assessment.project import ReportFolder


@dataclass(frozen=True)
class Finished:
    """A chapter that ran: as `generated` from its template, and as `executed`."""

    chapter: str
    generated: Notebook
    executed: Notebook


@dataclass(frozen=True)
class Written:
    """A text cell of a chapter in place, in the notebook's order.

    `text` is what the report reads. `edited`: it is not what the template gave; the analyst wrote
    or changed it. `carried_from`: the earlier edition it was carried over from, "" once it was
    edited or confirmed in this one. `narrative`: the cell is tagged as narrative.
    """

    cell: str
    text: str
    edited: bool
    carried_from: str
    narrative: bool


@dataclass(frozen=True)
class Swapped:
    """A chapter put in place: what the merge did, and its text cells as they stand now.

    The digests name the bytes of the notebook (SHA-256) and the text it was generated with.
    """

    chapter: str
    path: Path
    merged: Merged
    written: tuple[Written, ...]
    notebook_digest: str
    base_digest: str


@dataclass(frozen=True)
class _Ready:
    """A merged chapter, what it was merged from, and the bytes of its notebook."""

    found: InPlace
    merged: Merged
    after: bytes


def swap_chapters(report: ReportFolder, finished: Sequence[Finished]) -> tuple[Swapped, ...]:
    """Put the `finished` chapters of a run in place in `report`, with the analyst's words.

    Text typed since the chapters were read is merged in as well. Text that has no place goes to
    `.narrative/recovered/` first. `.narrative/manifest.json`, written last, names the notebooks
    that belong together. Raises AssessmentError before anything is replaced when a notebook in
    place cannot be read, and when a file cannot be written: each chapter is then whole, the old
    one or the new.
    """
    with _reporting(report):
        tidy(report)
        ready = [
            (chapter, _prepare(chapter, read_in_place(report, chapter.chapter, chapter.generated)))
            for chapter in finished
        ]
        swapped = tuple(_replace(report, chapter, prepared) for chapter, prepared in ready)
        _write_manifest(report, swapped)
    return swapped


def is_settled(
    report: ReportFolder, finished: Sequence[Finished], swapped: Sequence[Swapped]
) -> bool:
    """Whether putting the same chapters in place again would change nothing, say the same, and
    give the report the text that it has: nothing was typed while the run went on.
    """
    for chapter, placed in zip(finished, swapped, strict=True):
        found = read_in_place(report, chapter.chapter, chapter.generated)
        again = _prepare(chapter, found)
        read = written_cells(Merged(chapter.executed), chapter.generated)
        if (
            again.after != found.data
            or again.merged.adds_code
            or again.merged.notes != placed.merged.notes
            or again.merged.recovered
            or written_cells(again.merged, chapter.generated) != read
            or placed.written != read
        ):
            return False
    return True


def rewrite_chapter(
    report: ReportFolder, chapter: str, why: str, change: Callable[[Notebook | None], Notebook]
) -> None:
    """Replace the notebook of `chapter` by what `change` makes of it.

    `change` gets None when there is no notebook, or a damaged one. What stood there is kept as a
    version, for the reason `why`; so is what an editor saves meanwhile, and `change` is called
    again with it. Raises AssessmentError when a notebook has another format or a file cannot be
    written.
    """
    path = report.chapters / f"{chapter}.ipynb"

    was_damaged = False

    def make(data: bytes | None) -> bytes:
        nonlocal was_damaged
        found = _kept_first(report, chapter, data, why)
        was_damaged |= data is not None and found is None
        return notebook_bytes(change(found))

    with _reporting(report):
        tidy(report)
        place_made(path, read_whole(path), make)
        if was_damaged:
            jupyter_copy(path).unlink(missing_ok=True)


def _kept_first(
    report: ReportFolder, chapter: str, data: bytes | None, why: str
) -> Notebook | None:
    """The notebook that `data` holds, kept as a version; None for none, or a damaged one."""
    if data is None:
        return None
    try:
        notebook = parse_notebook(data, f"{chapter}.ipynb")
    except DamagedNotebookError:
        _keep_damaged(report, chapter, data)
        return None
    base = read_base(report.narrative, chapter, notebook)
    keep_version(report.narrative, chapter, notebook, base, why)
    return notebook


def tidy(report: ReportFolder) -> None:
    """Complete what a run that was cut off left half done in the folders of the narrative."""
    complete_placing(report.chapters)
    for path in filter(Path.is_file, report.narrative.rglob(".*")):
        path.unlink()
    for path in report.chapters.glob("*.ipynb"):
        release(path, lambda aside, name=path.stem: _keep_late(report, name, aside))


def recovered_files(report: ReportFolder) -> list[Path]:
    """The recovery copies of earlier runs that nobody has removed yet."""
    return sorted(filter(Path.is_file, (report.narrative / "recovered").glob("[!.]*")))


def unread_notebooks(report: ReportFolder, chapters: Iterable[str]) -> list[Path]:
    """The notebooks beside those of the `chapters` of the book, which no report is made of."""
    known = set(chapters)
    return [path for path in sorted(report.chapters.glob("[!.]*.ipynb")) if path.stem not in known]


def _prepare(chapter: Finished, found: InPlace) -> _Ready:
    merged = merge_found(chapter.generated, found)
    notebook = for_analysts(with_outputs(merged.notebook, chapter.executed), chapter.generated)
    return _Ready(
        found, merged, notebook_bytes(mark_generated(notebook, cell_texts(chapter.generated)))
    )


def _replace(report: ReportFolder, chapter: Finished, ready: _Ready) -> Swapped:
    name = chapter.chapter
    path = report.chapters / f"{name}.ipynb"
    texts = cell_texts(chapter.generated)

    def make(data: bytes | None) -> bytes:
        nonlocal ready
        if data != ready.found.data:
            ready = _prepare(chapter, found_in_place(report, name, chapter.generated, data))
        _keep_texts(report, name, ready, texts)
        if ready.after != ready.found.data or in_force(report.narrative, name) != texts:
            if ready.found.notebook is not None:
                settle_base(report.narrative, name, ready.found.notebook)
            stage_base(report.narrative, name, texts)
        return ready.after

    made = place_made(path, ready.found.data, make)
    settle_base(report.narrative, name, parse_notebook(made, str(path)))
    if ready.found.mended:
        jupyter_copy(path).unlink(missing_ok=True)
    return Swapped(
        chapter=name,
        path=path,
        merged=ready.merged,
        written=written_cells(ready.merged, chapter.generated),
        notebook_digest=hashlib.sha256(made).hexdigest(),
        base_digest=text_digest(texts),
    )


def _keep_texts(report: ReportFolder, name: str, ready: _Ready, texts: dict[str, str]) -> None:
    """Keep, before anything is replaced, what was found and what takes its place."""
    found = ready.found
    if found.mended:
        _keep_damaged(report, name, found.mended.damaged)
    _write_recovered(report, name, ready.merged.recovered)
    if found.notebook is not None and not found.carried_from:
        keep_version(report.narrative, name, found.notebook, found.base, "found by a run")
    made = parse_notebook(ready.after, name)
    keep_version(report.narrative, name, made, texts, "made by a run")


def written_cells(merged: Merged, generated: Notebook) -> tuple[Written, ...]:
    """The text cells of a merged chapter that the report reads, in order."""
    given = cell_texts(generated)
    return tuple(
        Written(
            cell=cell_key(cell),
            text=asides.report_text(cell["source"]),
            edited=not same_text(
                asides.without_run_asides(cell["source"]), given.get(cell_key(cell), "")
            ),
            carried_from=carried_from(cell),
            narrative=is_narrative(cell),
        )
        for cell in merged.notebook["cells"]
        if cell["cell_type"] == "markdown" and is_in_report(cell)
    )


def _write_recovered(report: ReportFolder, name: str, recovered: Sequence[Recovered]) -> None:
    """Write text that has no place in the chapter to a file of its own."""
    if recovered:
        parts = [
            f"## {each.cell} ({each.kind}): {each.reason}\n\n{each.text}" for each in recovered
        ]
        data = "\n\n".join(parts).encode("utf-8", "backslashreplace") + b"\n"
        _keep_recovery(report, name, ".md", data)


def _keep_damaged(report: ReportFolder, name: str, data: bytes) -> None:
    """Keep a damaged notebook, and the copy that an editor left when its save was cut off."""
    _keep_recovery(report, f"{name}-damaged", ".ipynb", data)
    copy = read_bytes(jupyter_copy(report.chapters / f"{name}.ipynb"))
    if copy is not None:
        _keep_recovery(report, f"{name}-copy-by-jupyter", ".ipynb", copy)


def _keep_late(report: ReportFolder, name: str, aside: Path) -> None:
    _keep_recovery(report, f"{name}-saved-late", ".ipynb", aside.read_bytes())


def _keep_recovery(report: ReportFolder, stem: str, suffix: str, data: bytes) -> None:
    """Write a recovery copy, named by its content: none is ever written over another."""
    path = report.narrative / "recovered" / f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}{suffix}"
    if not path.exists():
        replace_file(path, data)


def _write_manifest(report: ReportFolder, swapped: Sequence[Swapped]) -> None:
    chapters = {
        chapter.chapter: {"notebook": chapter.notebook_digest, "generated": chapter.base_digest}
        for chapter in swapped
    }
    text = json.dumps({"chapters": chapters}, indent=1, sort_keys=True) + "\n"
    replace_file(report.narrative / "manifest.json", text.encode())


@contextmanager
def _reporting(report: ReportFolder) -> Iterator[None]:
    """What the disk refuses, as an error that says what to do."""
    try:
        yield
    except OSError as error:
        name = Path(error.filename).name if error.filename else "A file"
        raise AssessmentError(
            f"{name} in {report.path.name} could not be written: {error.strerror}. Every chapter is"
            " whole, as it was or as this run made it.",
            "Check the free space and the permissions of the report folder, and run again.",
        ) from error
