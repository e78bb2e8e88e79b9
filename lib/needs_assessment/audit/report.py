"""Reading a finished report: every file of it that a reader gets."""

import json
from pathlib import Path
from typing import Any

from needs_assessment.audit.found import text_elsewhere
from needs_assessment.audit.office import read_word, read_workbook
from needs_assessment.audit.pages import read_page
from needs_assessment.audit.portable import read_pdf
from needs_assessment.audit.shown import Pages, Shown
from needs_assessment.audit.tidy import differing_row
from needs_assessment.errors import AssessmentError

_READERS = {
    ".html": read_page,
    ".pdf": read_pdf,
    ".xlsx": read_workbook,
    ".docx": read_word,
}
# What lies beside a report and is no part of it: Markdown before rendering, notebooks, versions.
_NOT_PUBLISHED = frozenset({"book", "chapters", "published"})


def read_report(
    folder: Path, name: str, area: str, period: str, *, but: tuple[str, ...] = ()
) -> Shown:
    """All that a report in `folder` shows; files with the endings in `but` are left out.

    Raises AssessmentError when there is no report, or when one of its files cannot be read.
    """
    pages = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in inside)
        published = not hidden and inside[0] not in _NOT_PUBLISHED
        if path.suffix in _READERS and path.suffix not in but and published:
            pages.append(_read(path, "/".join(inside), name))
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
