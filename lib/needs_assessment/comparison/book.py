"""The book of a comparison, assembled, checked, rendered and put in place."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.book.check import check_book
from needs_assessment.book.markdown import callout, escape
from needs_assessment.book.render import render
from needs_assessment.chapter.style import use_style
from needs_assessment.comparison.pages import Page, chapter_pages
from needs_assessment.comparison.reports import Report, read_reports
from needs_assessment.comparison.subjects import Subject, find_subjects
from needs_assessment.display import join_words, long_date
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project
from needs_assessment.settings import read_yaml

TITLE = "Domestic abuse needs assessments compared"
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Compared:
    """A comparison in place: its folder, what rendered it, and how many indicators it shows."""

    folder: Path
    renderer: str
    indicators: int
    charts: int


def compare(
    project: Project, names: Sequence[str], period: str | None, renderer: str = "auto"
) -> Compared:
    """Makes one book with the councils side by side, and puts it in place of the last one.

    Raises AssessmentError when the councils cannot be compared (`read_reports`), when they show
    no indicator, and when the book cannot be rendered; the last comparison then stays as it was.
    """
    reports = read_reports(project, names, period)
    subjects = find_subjects(project, reports)
    if not subjects:
        raise AssessmentError(
            "None of these reports shows an indicator.", "See the checks.json of each report."
        )
    folder = comparison_folder(project, reports)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".work-") as work:
        new = Path(work) / "new"
        pages = _write_book(project, reports, subjects, new / "book")
        check_book(new / "book")
        used = render(new / "book", new, renderer)
        if folder.exists():
            folder.rename(Path(work) / "old")
        new.rename(folder)
    return Compared(folder, used, len(subjects), sum(len(page.figures) for page in pages))


def comparison_folder(project: Project, reports: Sequence[Report]) -> Path:
    """`reports/compare/<councils>/<period>/`: the councils' ids joined by “+”, in order."""
    ids = sorted(report.council.id for report in reports)
    name = "+".join(ids)
    if len(name) > _LONGEST_NAME:
        name = f"{ids[0]}+{len(ids) - 1}-others-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return project.root / "reports" / "compare" / name / reports[0].period.text


def _write_book(
    project: Project, reports: Sequence[Report], subjects: Sequence[Subject], folder: Path
) -> list[Page]:
    use_style()
    (folder / "figures").mkdir(parents=True)
    pages = chapter_pages(subjects, reports)
    for page in pages:
        (folder / f"{page.name}.qmd").write_text(page.text + "\n", encoding="utf-8")
        for label, drawn in page.figures.items():
            (folder / "figures" / f"{label}.svg").write_text(drawn, encoding="utf-8")
    nature = _nature(subjects)
    index = _index_page(reports, nature)
    (folder / "index.qmd").write_text(index + "\n", encoding="utf-8")
    (folder / "references.bib").write_bytes((project.reference / "sources.bib").read_bytes())
    settings = _settings(project, reports, nature, [page.name for page in pages])
    (folder / "_quarto.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    return pages


def _nature(subjects: Sequence[Subject]) -> str:
    natures = {entry["nature"] for subject in subjects for entry in subject.held}
    return "illustrative" if "illustrative" in natures else "published"


def _is_draft(reports: Sequence[Report]) -> bool:
    return any(report.status == "draft" for report in reports)


def _notice(reports: Sequence[Report], nature: str) -> str | None:
    parts = [
        *(["Draft"] if _is_draft(reports) else []),
        *(["Illustrative data, not real figures"] if nature == "illustrative" else []),
    ]
    return ": ".join(parts) or None


def _settings(
    project: Project, reports: Sequence[Report], nature: str, chapters: Sequence[str]
) -> dict[str, Any]:
    """`quarto.yml` with this book's own chapters and title: what is staged as `_quarto.yml`."""
    settings = read_yaml(project.book_settings, "quarto.yml")
    names = join_words([report.name for report in reports])
    period = reports[0].period.words()
    book = {key: each for key, each in settings["book"].items() if key != "appendices"}
    settings["book"] = {
        **book,
        "title": TITLE,
        "subtitle": f"{names}, {period}",
        "author": join_words([report.council.council for report in reports]),
        "date": max(report.date for report in reports).isoformat(),
        "chapters": ["index.qmd", *(f"{name}.qmd" for name in chapters)],
    }
    settings["bibliography"] = "references.bib"
    settings["assessment"] = {
        "council": names,
        "period": reports[0].period.text,
        "version": "; ".join(f"{report.name} {report.version}" for report in reports),
        "status": "draft" if _is_draft(reports) else "final",
        "nature": nature,
        "colour": reports[0].council.colour,
        "version_block": [
            ["Period", period],
            *([report.name, _version_words(report)] for report in reports),
        ],
        "notice": _notice(reports, nature),
    }
    return settings


def _version_words(report: Report) -> str:
    return f"version {report.version} ({report.status}) of {long_date(report.date.isoformat())}"


def _index_page(reports: Sequence[Report], nature: str) -> str:
    names = join_words([escape(report.name) for report in reports])
    warnings = [
        *(["At least one of the reports is a draft."] if _is_draft(reports) else []),
        *(
            [
                "It contains illustrative data that were made up to show how a report looks. "
                "Tables and charts that use them say so."
            ]
            if nature == "illustrative"
            else []
        ),
    ]
    lines = [f"- {escape(report.name)}: {_version_words(report)}" for report in reports]
    return "\n\n".join(
        [
            "# About this comparison {.unnumbered}",
            f"This book sets the needs assessments of {names} beside each other, for "
            f"{escape(reports[0].period.words())}. Every number in it stands in the files of its "
            "council's report, which say where it comes from. Nothing is added up over councils; "
            "“all of the county” is given where their reports print it.",
            *([callout("important", "Before you use it", " ".join(warnings))] if warnings else []),
            "## Reports {.unnumbered}",
            "\n".join(lines),
            "## How to read it {.unnumbered}",
            _HOW_TO_READ,
        ]
    )


_HOW_TO_READ = "\n".join(
    [
        "- This is no league table. Councils stand in order of their names, and have no ranks.",
        "- A dot is a council's value, the line through it its 95% interval: how far the number "
        "could move by chance alone. Where two intervals overlap, the councils may not differ.",
        "- A value is called higher or lower than an average only when the average lies outside "
        "its 95% interval; otherwise it is called similar. Recommended levels, limits and bands "
        "are not statistical tests.",
        "- Most differences have more than one reason: need, services, recording, or how a "
        "partner counts. What differs between the councils' figures stands under each table.",
        r"- \[c\] stands for a number that is not shown, so that nobody can be identified.",
        r"- \[x\] stands for a number that the council's report does not have.",
        "- “About” stands before a number that is an estimate or was given roughly.",
        "- Breakdowns, trends and all sources are in the councils' own reports.",
    ]
)
