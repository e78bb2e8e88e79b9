"""Putting a finished run in the report folder, so that an interruption anywhere is made good.

A run works in `.work/`. When nothing is left that could go wrong, that folder is on the disk and
gets the name `.ready/` by one rename: from then on this run, or the next, puts everything in it in
place, however often it is cut off on the way.
"""

import json
import os
import shutil
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.files import sync_folder, sync_tree, write_atomically
from needs_assessment.project import ReportFolder

_LIST = "files.json"


def make_ready(report: ReportFolder) -> None:
    """Turns `.work/`, with its `book/` and `output/`, into `.ready/`: the run will be completed.

    Raises AssessmentError when something in the way of the new files cannot be replaced.
    """
    output = report.work / "output"
    _check_replaceable(report, output)
    made = sorted(path.relative_to(output).as_posix() for path in _files(output))
    (report.work / _LIST).write_text(json.dumps(made))
    sync_tree(report.work)
    report.work.rename(report.ready)
    sync_folder(report.path)


def put_in_place(report: ReportFolder) -> None:
    """Moves `book/` and everything in `output/` from `.ready/` into `report`, and ends the run.

    Each file is replaced whole. Files that an earlier run put there and this one did not make
    (the pages of another renderer) are removed; nothing else in the folder is touched.
    """
    listing = report.store.parent / _LIST
    earlier = set(json.loads(listing.read_text())) if listing.exists() else set()
    output = report.ready / "output"
    made = set(json.loads((report.ready / _LIST).read_text()))
    made |= {path.relative_to(output).as_posix() for path in _files(output)}
    write_atomically(listing, json.dumps(sorted(earlier | made)).encode())
    for path in sorted(_files(output)):
        target = report.path / path.relative_to(output)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    _replace_folder(report.book, report.ready / "book", report.ready / "old-book")
    for name in sorted(earlier - made):
        (report.path / name).unlink(missing_ok=True)
        _remove_empty(report.path / name, report.path)
    write_atomically(listing, json.dumps(sorted(made)).encode())
    sync_folder(report.path)
    # Renamed first: half a folder must never be taken for a finished run.
    shutil.rmtree(report.work, ignore_errors=True)
    report.ready.rename(report.work)
    shutil.rmtree(report.work, ignore_errors=True)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _check_replaceable(report: ReportFolder, output: Path) -> None:
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
    """Gives `new` the name `target`; done already when there is no `new` any more."""
    if not new.exists():
        return
    if target.exists():
        shutil.rmtree(aside, ignore_errors=True)
        target.rename(aside)
    new.rename(target)


def _remove_empty(path: Path, top: Path) -> None:
    for folder in path.parents:
        if folder == top or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()
