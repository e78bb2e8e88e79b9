"""What a run finds: the chapter in the report folder, or what stands for it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from needs_assessment.flags import MERGED
from needs_assessment.narrative.base import has_base, read_base
from needs_assessment.narrative.damaged import Mended, mend_notebook
from needs_assessment.narrative.earlier import earlier_edition
from needs_assessment.narrative.files import DamagedNotebookError, Notebook, parse_notebook
from needs_assessment.narrative.merge import Merged, merge_narrative
from needs_assessment.narrative.notes import Note
from needs_assessment.narrative.own_code import changed_names
from needs_assessment.narrative.placing import interrupted, read_whole
from needs_assessment.project import ReportFolder


@dataclass(frozen=True)
class InPlace:
    """The chapter that a run merges from: the bytes of its file (None without one), its notebook,
    and what that was generated with. `carried_from` is the edition it belongs to when that is an
    earlier one, `mended` says how a damaged file was made whole, `gone` that the file was there
    after the last run, and is not any more.
    """

    data: bytes | None
    notebook: Notebook | None
    base: dict[str, str] | None
    carried_from: str = ""
    mended: Mended | None = None
    gone: bool = False


def read_in_place(report: ReportFolder, chapter: str, generated: Notebook) -> InPlace:
    """The chapter in `report`; when it was never there, the one of the edition before.

    Raises AssessmentError when its notebook is of another format, or its base is damaged.
    """
    path = report.chapters / f"{chapter}.ipynb"
    data = read_whole(interrupted(path))
    if data is not None or has_base(report.narrative, chapter):
        return found_in_place(report, chapter, generated, data)
    earlier = earlier_edition(report)
    if earlier is None:
        return InPlace(None, None, None)
    data = read_whole(interrupted(earlier.chapters / f"{chapter}.ipynb"))
    found = found_in_place(earlier, chapter, generated, data)
    return replace(found, data=None, carried_from=earlier.path.name, gone=False)


def found_in_place(
    report: ReportFolder, chapter: str, generated: Notebook, data: bytes | None
) -> InPlace:
    """`data`, the content of the chapter's file in `report`, as a chapter to merge from."""
    if data is None:
        return InPlace(None, None, None, gone=has_base(report.narrative, chapter))
    path = report.chapters / f"{chapter}.ipynb"
    with contextlib.suppress(DamagedNotebookError):
        notebook = parse_notebook(data, str(path))
        return InPlace(data, notebook, read_base(report.narrative, chapter, notebook))
    mended = mend_notebook(report.narrative, chapter, path, data, generated)
    return InPlace(data, mended.notebook, mended.base, mended=mended)


def merge_found(generated: Notebook, found: InPlace) -> Merged:
    """`generated` with the words of what was found in it; notes also say when that was damaged,
    and, as errors, where code of the analyst's own would change what the template's shows.
    """
    merged = merge_narrative(generated, found.notebook, found.base, found.carried_from)
    changed = changed_names(merged.notebook["cells"], set(merged.added))
    return replace(merged, notes=(*_harm(found), *merged.notes, *changed))


def merge_in_place(report: ReportFolder, chapter: str, generated: Notebook) -> Merged:
    """`generated` with the words of the chapter that stands in `report` now; nothing is written.

    Raises AssessmentError as `read_in_place` does.
    """
    return merge_found(generated, read_in_place(report, chapter, generated))


def _harm(found: InPlace) -> Sequence[Note]:
    if found.gone:
        return [
            Note(
                "warning",
                "",
                "The notebook was deleted since the last run, and is made anew from the template."
                " needs-assessment restore brings its text back.",
                MERGED,
            )
        ]
    if not found.mended:
        return ()
    return [
        Note(
            "warning",
            "",
            "The notebook was cut short, or was edited into something that is none. Its first"
            f" {found.mended.whole} cells could be read; the others are from"
            f" {found.mended.source}. The damaged file is kept in .narrative/recovered/: look there"
            " for what is missing.",
            MERGED,
        )
    ]
