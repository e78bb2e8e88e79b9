"""Putting a finished run's files in the report folder, file by file."""

import json
import os
import shutil
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.project import ReportFolder

_LIST = "files.json"


def put_in_place(report: ReportFolder, book: Path, output: Path) -> None:
    """Moves `book` and everything in `output` into `report`; both lie on the same disk as it.

    Each file is replaced whole. Files that an earlier run put there and this one did not make
    (the pages of another renderer) are removed; nothing else in the folder is touched.
    """
    listing = report.store.parent / _LIST
    earlier = set(json.loads(listing.read_text())) if listing.exists() else set()
    made = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    listing.parent.mkdir(parents=True, exist_ok=True)
    listing.write_text(json.dumps(sorted(earlier | made)))
    for name in sorted(made):
        target = report.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (output / name).replace(target)
    _replace_folder(report.book, book, report.work / "old-book")
    for name in sorted(earlier - made):
        (report.path / name).unlink(missing_ok=True)
        _remove_empty(report.path / name, report.path)
    listing.write_text(json.dumps(sorted(made)))


def check_replaceable(report: ReportFolder, output: Path) -> None:
    """Raises AssessmentError when something in the way of the new files cannot be replaced."""
    for path in output.rglob("*"):
        target = report.path / path.relative_to(output)
        if target.exists() and target.is_dir() != path.is_dir():
            raise AssessmentError(
                f"{target.name} in the report folder stands in the way of the new report.",
                "Move it elsewhere and run again.",
            )
        if target.is_file() and not os.access(target, os.W_OK):
            raise AssessmentError(
                f"{target.name} in the report folder cannot be replaced.",
                "Close it in other programs, or make it writable, and run again.",
            )


def _replace_folder(target: Path, new: Path, aside: Path) -> None:
    if target.exists():
        target.rename(aside)
    new.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _remove_empty(path: Path, top: Path) -> None:
    for folder in path.parents:
        if folder == top or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()
