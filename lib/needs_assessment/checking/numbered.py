"""A draft that carries the number of a version that readers already have."""

import json
from pathlib import Path
from typing import Any

from needs_assessment.council import Version
from needs_assessment.flags import NUMBERED, Flag
from needs_assessment.narrative.cells import cell_key, is_narrative
from needs_assessment.narrative.files import read_notebook
from needs_assessment.project import Project, ReportFolder

_DATA = "indicators.json"


def same_number(
    project: Project, council: str, period: str, report: ReportFolder, version: Version
) -> list[Flag]:
    """A warning when the report in place is another one than the version published under its
    number: other figures, or other words in its chapters.

    Raises AssessmentError for a chapter that cannot be read.
    """
    published = report.published / version.number
    if not published.is_dir() or not (report.path / _DATA).is_file():
        return []
    parts = [
        words
        for words, differ in (
            ("figures", _figures(report.path) != _figures(published)),
            ("text", _narrative(report.chapters) != _narrative(published / "chapters")),
        )
        if differ
    ]
    if not parts:
        return []
    return [
        Flag(
            "warning",
            NUMBERED,
            "version",
            f"Version {version.number} of {period} is published, and the draft in place has its "
            f"number with other {' and '.join(parts)}: readers could take one for the other. Give "
            "the draft a number of its own.",
            project.relative(project.params / f"{council}.yml"),
        )
    ]


def _figures(folder: Path) -> list[Any]:
    try:
        held = json.loads((folder / _DATA).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [held.get("indicators"), held.get("breakdowns")]


def _narrative(folder: Path) -> dict[tuple[str, str], str]:
    return {
        (path.stem, cell_key(cell)): cell["source"]
        for path in sorted(folder.glob("*.ipynb"))
        for cell in (read_notebook(path) or {"cells": []})["cells"]
        if is_narrative(cell)
    }
