"""Reading a finished report: every file of it that a reader gets."""

import json
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from needs_assessment.audit.found import text_elsewhere
from needs_assessment.audit.office import read_word, read_workbook
from needs_assessment.audit.pages import read_page
from needs_assessment.audit.portable import read_pdf
from needs_assessment.audit.shown import Pages, Shown
from needs_assessment.audit.tidy import differing_row
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest

_READERS = {
    ".html": read_page,
    ".pdf": read_pdf,
    ".xlsx": read_workbook,
    ".docx": read_word,
}
# What lies beside a report and is no part of it: Markdown before rendering, notebooks, versions.
_NOT_PUBLISHED = frozenset({"book", "chapters", "published"})


class Readings:
    """What has been read of files, each known by what is in it.

    While other programs are still making a report, what is finished of it can be read ahead. What
    was read counts only for a file with the same content.
    """

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], Pages] = {}
        self._reading = Lock()

    def ahead(self, path: Path) -> None:
        """Read a file that will lie in the top folder of a report, if it can be read."""
        if path.suffix in _READERS:
            with suppress(AssessmentError):
                self.read(path, path.name, "the report")

    def read(self, path: Path, artefact: str, report: str) -> Pages:
        """What the file at `path` shows. Raises AssessmentError when it cannot be read."""
        with self._reading:
            key = (artefact, digest(path))
            if key not in self._pages:
                self._pages[key] = _read(path, artefact, report)
            return self._pages[key]


def read_report(
    folder: Path,
    name: str,
    area: str,
    period: str,
    *,
    but: tuple[str, ...] = (),
    readings: Readings | None = None,
) -> Shown:
    """All that a report in `folder` shows; files with the endings in `but` are left out, and those
    in `readings` are not read once more.

    Raises AssessmentError when there is no report, or when one of its files cannot be read.
    """
    readings = readings or Readings()
    pages = [
        readings.read(path, path.relative_to(folder).as_posix(), name)
        for path in published_files(folder)
        if path.suffix in _READERS and path.suffix not in but
    ]
    if not any(page.artefact.endswith(".html") for page in pages):
        raise AssessmentError(
            f"There is no report of {name} to audit.", "Run make assessment for it first."
        )
    listed = _json(folder / "indicators.json", name)
    figures = [
        *listed.get("indicators", []),
        *(
            {**row, "kind": group["kind"]}
            for group in listed.get("breakdowns", [])
            for row in group["rows"]
        ),
    ]
    _refuse_other_csv(folder / "indicators.csv", figures, name)
    _refuse_other_index(folder / "assets" / "search-index.js", name)
    flags = _json(folder / "checks.json", name).get("flags", [])
    return Shown(
        name=name,
        area=area,
        period=period,
        tables=tuple(table for page in pages for table in page.tables),
        charts=tuple(chart for page in pages for chart in page.charts),
        figures=tuple(figure for page in pages for figure in page.figures),
        indicators=tuple(figures),
        texts=(
            *(text for page in pages for text in page.texts),
            *(str(flag.get("sentence", "")) for flag in flags),
        ),
        artefacts=tuple(page.artefact for page in pages),
    )


def published_files(folder: Path) -> list[Path]:
    """The files of a report in `folder` that a reader gets, by name."""
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in inside)
        if not hidden and inside[0] not in _NOT_PUBLISHED and path.is_file():
            found.append(path)
    return found


def _read(path: Path, artefact: str, report: str) -> Pages:
    try:
        return _READERS[path.suffix](path, artefact)
    except Exception as error:
        # The libraries that read these files raise errors of many kinds, and some repeat what
        # they read.
        raise AssessmentError(
            f"{artefact} of {report} cannot be read ({type(error).__name__}).",
            "Make the report again.",
        ) from None


def _refuse_other_csv(path: Path, entries: list[dict[str, Any]], name: str) -> None:
    """Raises AssessmentError when the table of indicators is not what `entries` say. Reports of
    before there was one have none.
    """
    if not path.is_file():
        return
    try:
        row = differing_row(path, entries)
    except (KeyError, ValueError):
        raise AssessmentError(
            f"{path.name} of {name} cannot be read.", "Make the report again."
        ) from None
    if row is not None:
        raise AssessmentError(
            f"{path.name} of {name} says something else of “{row}” than indicators.json.",
            "Make the report again.",
        )


def _refuse_other_index(path: Path, name: str) -> None:
    """Raises AssessmentError when the search of a report finds what stands on none of its pages,
    which are attacked. A report of one page has no such file.
    """
    if not path.is_file():
        return
    try:
        page = text_elsewhere(path)
    except (OSError, TypeError, ValueError):
        raise AssessmentError(
            f"{path.name} of {name} cannot be read.", "Make the report again."
        ) from None
    if page is not None:
        raise AssessmentError(
            f"{path.name} of {name} holds a text that {page} does not show.",
            "Make the report again.",
        )


def _json(path: Path, name: str) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise AssessmentError(
            f"{path.name} of {name} is not JSON.", "Make the report again."
        ) from None
