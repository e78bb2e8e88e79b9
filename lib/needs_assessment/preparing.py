"""A run's chapters before any kernel starts: their text, what they read, and whether they run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.slices import store_slice
from needs_assessment.execution.kept import (
    Executed,
    changed,
    execution_digests,
    kept_execution,
)
from needs_assessment.execution.plan import Chapter
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.files import Notebook, read_bytes, replace_file
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.merge import Merged
from needs_assessment.project import ReportFolder

FRESH, FIRST, OWN_CODE = "--fresh", "first", "own code"
_REASONS = "reasons.json"


@dataclass(frozen=True)
class Prepared:
    """A chapter about to run, with the `sliced` store that it reads.

    `kept` is what it came to last time, where nothing but text has changed since; else `reasons`
    say why it has to run: FRESH, FIRST, OWN_CODE, or the names of the digests that differ.
    """

    id: str
    generated: Notebook
    merged: Merged
    sliced: dict[str, Any]
    digests: dict[str, str]
    kept: Executed | None
    reasons: tuple[str, ...]


def edition_parameters(store: ProtectedStore) -> dict[str, str]:
    """What a chapter of this edition is run with."""
    return {"council": store.data["council"]["id"], "period": store.data["edition"]["period"]}


def prepare_chapters(
    report: ReportFolder,
    store: ProtectedStore,
    chapters: Sequence[Chapter],
    engine: str,
    fresh: bool = False,
) -> list[Prepared]:
    """The chapters of a run, merged with the analyst's words; nothing is written.

    Raises AssessmentError when a template or a chapter in place cannot be read.
    """
    context, parameters = generation_context(store), edition_parameters(store)
    prepared = []
    for chapter in chapters:
        generated = generate_chapter(chapter.notebook, context, chapter.id)
        merged = merge_in_place(report, chapter.id, generated)
        sliced = store_slice(store.data, chapter.reads)
        digests = execution_digests(merged.notebook, parameters, sliced, engine)
        held = kept_execution(report.executed, chapter.id)
        reasons = _reasons(held and held[0], digests, merged, fresh)
        kept = None if reasons or held is None else held[1]
        prepared.append(Prepared(chapter.id, generated, merged, sliced, digests, kept, reasons))
    return prepared


def write_reasons(report: ReportFolder, prepared: Sequence[Prepared]) -> None:
    """Keep why each chapter of this run has to run, for `explain`."""
    reasons = {each.id: each.reasons for each in prepared}
    replace_file(report.executed / _REASONS, json.dumps(reasons).encode())


def read_reasons(report: ReportFolder) -> dict[str, tuple[str, ...]] | None:
    """Why each chapter of the last run had to run; None when that is not known."""
    try:
        held = json.loads(read_bytes(report.executed / _REASONS) or b"")
        return {chapter: tuple(map(str, each)) for chapter, each in held.items()}
    except (ValueError, AttributeError, TypeError):
        return None


def _reasons(
    before: dict[str, str] | None, now: dict[str, str], merged: Merged, fresh: bool
) -> tuple[str, ...]:
    if fresh:
        return (FRESH,)
    # Code of the analyst's own may read anything: no digest could tell that it has changed.
    if merged.adds_code:
        return (OWN_CODE,)
    return (FIRST,) if before is None else tuple(changed(before, now))
