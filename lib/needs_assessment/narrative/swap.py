"""Putting executed chapters in place of the ones an analyst may be writing in.

Notebooks are replaced one at a time, each merged from what stands in the folder at that moment.
Everything that could refuse (a notebook that cannot be read) is tried before the first is replaced.
"""

import copy
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.narrative.base import (
    mark_generated,
    read_base,
    settle_base,
    stage_base,
    text_digest,
)
from needs_assessment.narrative.cells import PARAMETERS_TAG, cell_texts, is_injected, tags
from needs_assessment.narrative.files import (
    Notebook,
    notebook_bytes,
    parse_notebook,
    read_bytes,
    replace_file,
)
from needs_assessment.narrative.merge import Merged, Recovered, merge_narrative
from needs_assessment.project import ReportFolder


@dataclass(frozen=True)
class Finished:
    """A chapter that ran: as `generated` from its template, and as `executed`."""

    chapter: str
    generated: Notebook
    executed: Notebook


@dataclass(frozen=True)
class Swapped:
    """A chapter put in place: what the merge did, and where text set aside was written.

    The digests name the bytes of the notebook (SHA-256) and the text it was generated with.
    """

    chapter: str
    path: Path
    merged: Merged
    recovery: Path | None
    notebook_digest: str
    base_digest: str


@dataclass(frozen=True)
class _Ready:
    """A merged chapter, and the bytes of the notebook in place it was merged from."""

    before: bytes | None
    merged: Merged
    after: bytes


def merge_in_place(report: ReportFolder, chapter: str, generated: Notebook) -> Merged:
    """`generated` with the words of the chapter that stands in `report` now; nothing is written.

    Raises AssessmentError when that chapter's notebook or base cannot be read.
    """
    return _merge(report, chapter, generated, read_bytes(_chapter_path(report, chapter)))


def swap_chapters(report: ReportFolder, finished: Sequence[Finished]) -> tuple[Swapped, ...]:
    """Put the `finished` chapters of a run in place in `report`, with the analyst's words.

    Text typed since the chapters were read is merged in as well. Text that has no place goes to
    `.narrative/recovered/` first. `.narrative/manifest.json`, written last, names the notebooks
    that belong together. Raises AssessmentError before anything is replaced when a notebook in
    place cannot be read, and when a file cannot be written: each chapter is then whole, the old
    one or the new.
    """
    ready = [(chapter, _prepare(report, chapter)) for chapter in finished]
    swapped = tuple(_replace(report, chapter, prepared) for chapter, prepared in ready)
    _write_manifest(report, swapped)
    return swapped


def _merge(
    report: ReportFolder, chapter: str, generated: Notebook, in_place: bytes | None
) -> Merged:
    path = _chapter_path(report, chapter)
    existing = None if in_place is None else parse_notebook(in_place, str(path))
    return merge_narrative(generated, existing, read_base(report.narrative, chapter, existing))


def _prepare(report: ReportFolder, chapter: Finished) -> _Ready:
    before = read_bytes(_chapter_path(report, chapter.chapter))
    merged = _merge(report, chapter.chapter, chapter.generated, before)
    notebook = _with_outputs(merged.notebook, chapter.executed)
    notebook = mark_generated(notebook, cell_texts(chapter.generated))
    return _Ready(before, merged, notebook_bytes(notebook))


def _replace(report: ReportFolder, chapter: Finished, ready: _Ready) -> Swapped:
    name = chapter.chapter
    path = _chapter_path(report, name)
    texts = cell_texts(chapter.generated)
    while True:
        recovery = _write_recovery(report, name, ready.merged.recovered)
        if ready.before is not None:
            settle_base(report.narrative, name, parse_notebook(ready.before, str(path)))
        stage_base(report.narrative, name, texts)
        # The last look comes after everything slow: an editor may have saved in the meantime.
        if read_bytes(path) == ready.before:
            break
        ready = _prepare(report, chapter)
    # An unchanged file keeps its time, so that an open editor does not ask which one to keep.
    if ready.after != ready.before:
        replace_file(path, ready.after)
    settle_base(report.narrative, name, parse_notebook(ready.after, str(path)))
    return Swapped(
        chapter=name,
        path=path,
        merged=ready.merged,
        recovery=recovery,
        notebook_digest=hashlib.sha256(ready.after).hexdigest(),
        base_digest=text_digest(texts),
    )


def _with_outputs(merged: Notebook, executed: Notebook) -> Notebook:
    """`merged` with the outputs of `executed`, code cell by code cell, and its parameters."""
    ran = {cell["id"]: cell for cell in executed["cells"] if cell["cell_type"] == "code"}
    injected = [cell for cell in executed["cells"] if is_injected(cell)]
    cells = []
    for cell in merged["cells"]:
        if cell["cell_type"] == "code" and cell["id"] in ran:
            run = ran[cell["id"]]
            cells.append(
                {**cell, "outputs": run["outputs"], "execution_count": run["execution_count"]}
            )
        else:
            cells.append(cell)
        if PARAMETERS_TAG in tags(cell):
            cells += injected
    metadata = {**merged["metadata"], **executed["metadata"]}
    return copy.deepcopy({**merged, "cells": cells, "metadata": metadata})


def _write_recovery(
    report: ReportFolder, chapter: str, recovered: Sequence[Recovered]
) -> Path | None:
    """Write text that has no place in the chapter to a file of its own; None when there is none.

    The file is named by its content: nothing is ever written over another recovery.
    """
    if not recovered:
        return None
    parts = [f"## {text.cell} ({text.kind}): {text.reason}\n\n{text.text}" for text in recovered]
    data = "\n\n".join(parts).encode("utf-8", "backslashreplace") + b"\n"
    name = f"{chapter}-{hashlib.sha256(data).hexdigest()[:8]}.md"
    path = report.narrative / "recovered" / name
    replace_file(path, data)
    return path


def _write_manifest(report: ReportFolder, swapped: Sequence[Swapped]) -> None:
    chapters = {
        chapter.chapter: {"notebook": chapter.notebook_digest, "generated": chapter.base_digest}
        for chapter in swapped
    }
    text = json.dumps({"chapters": chapters}, indent=1, sort_keys=True) + "\n"
    replace_file(report.narrative / "manifest.json", text.encode())


def _chapter_path(report: ReportFolder, chapter: str) -> Path:
    return report.chapters / f"{chapter}.ipynb"
