"""A published version as files: made in a private copy of the project, the same way every time."""

import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import needs_assessment
from needs_assessment.assessment import make
from needs_assessment.book.render import RENDERERS
from needs_assessment.completing import complete
from needs_assessment.council import Council
from needs_assessment.disclosure.published import FILE as SHOWN
from needs_assessment.disclosure.published import shown_numbers
from needs_assessment.execution.kept import package_digest
from needs_assessment.execution.progress import Listener
from needs_assessment.flags import NARRATIVE
from needs_assessment.narrative.asides import report_text
from needs_assessment.narrative.cells import is_in_report
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.project import Project, ReportFolder

STORE = "store.json"
_CHECKS = "checks.json"
_LISTING = "files.json"
_LOG = "run.log"
# Which hidden numbers are small, which readers can tell already, and a digest over exact returns.
_NOT_FOR_READERS = {"why", "exposed", "input_key"}


def make_edition(
    project: Project, council: Council, period: str, renderer: str, progress: Listener
) -> tuple[dict[str, bytes], str]:
    """Makes the edition of `council` in `project`, a private copy, and all of what is published.

    Returns the files by path, without `version.json`, and the renderer used. Raises
    AssessmentError as a run does; the audit is one of its steps.
    """
    made = make(project, council.id, period, renderer, progress, fresh=True, for_review=False)
    report = project.report(council.id, period)
    complete(project, report)
    return _files(report), made.renderer


def version_record(council: Council, period: str) -> dict[str, Any]:
    """What the parameters say of a version: the first keys of `version.json`."""
    edition = council.editions[period]
    version = edition.version
    correction = version.correction
    return {
        "version": version.number,
        "council": council.id,
        "period": period,
        "status": version.status,
        "date": version.date.isoformat(),
        "approver": version.approved_by,
        "approved_on": version.approved_on.isoformat() if version.approved_on else None,
        "correction": correction.note if correction else None,
        "replaces": correction.of if correction else None,
        "accepted": [each.model_dump() for each in edition.accepted],
    }


@cache
def program() -> dict[str, Any]:
    """The program that makes an edition: `python`, `packages` and `package_digest`."""
    return {
        "python": platform.python_version(),
        "packages": {
            name.lower(): each.version
            for each in sorted(distributions(), key=lambda one: (one.name or "").lower())
            if (name := each.name)
        },
        "package_digest": package_digest(Path(needs_assessment.__path__[0])),
    }


def recorded_renderer(renderer: str) -> str:
    """The choice of renderer that gave `renderer`, such as “quarto 1.10.18”."""
    name = renderer.partition(" ")[0].replace("-", "")
    return name if name in RENDERERS else "auto"


def without_private(data: Any) -> Any:
    """A protected store's JSON without what is not for readers."""
    if isinstance(data, Mapping):
        return {
            key: without_private(value)
            for key, value in data.items()
            if key not in _NOT_FOR_READERS
        }
    return [without_private(each) for each in data] if isinstance(data, list) else data


def as_json(data: Any) -> bytes:
    """`data` as JSON: UTF-8, indented, keys in their order."""
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _files(report: ReportFolder) -> dict[str, bytes]:
    """Everything that is published of the report in place, by path."""
    listed = json.loads((report.store.parent / _LISTING).read_text(encoding="utf-8"))
    files = {name: (report.path / name).read_bytes() for name in listed if name != _LOG}
    files[_CHECKS] = _without_notes(files[_CHECKS])
    for path in sorted(each for each in report.book.rglob("*") if each.is_file()):
        files[path.relative_to(report.path).as_posix()] = path.read_bytes()
    for path in sorted(report.chapters.glob("*.ipynb")):
        files[f"chapters/{path.name}"] = _as_read(path)
    store = json.loads(report.store.read_text(encoding="utf-8"))
    # The hash of a confidential return would tell whoever can guess all of it but one number.
    known = {
        name: each for name, each in store["inputs"].items() if name not in store["confidential"]
    }
    files[STORE] = as_json(without_private({**store, "inputs": known}))
    files[SHOWN] = as_json(shown_numbers(store))
    return dict(sorted(files.items()))


def _without_notes(checks: bytes) -> bytes:
    """`checks.json` without the notes that analysts wrote for their colleagues."""
    data = json.loads(checks)
    kept = [each for each in data["flags"] if each["rule"] != NARRATIVE]
    return as_json({**data, "flags": kept})


def _as_read(path: Path) -> bytes:
    """A chapter with the text that the report reads: no notes to the analyst's colleagues."""
    notebook = read_notebook(path) or {"cells": []}
    cells = [
        {**cell, "source": report_text(cell["source"])} if cell["cell_type"] == "markdown" else cell
        for cell in notebook["cells"]
        if is_in_report(cell)
    ]
    return notebook_bytes({**notebook, "cells": cells})
