"""What travels to another computer for one council's assessment, and what comes back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from needs_assessment.archives import pack, unpack
from needs_assessment.council import Council, council_names, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project, ReportFolder

_OF_A_RUN = {".lock", ".work", ".ready", ".rebuilding", ".inputs"}
# What reviewers said, with their names: no run reads it.
_OF_THE_ANALYST = {"comments"}


def pack_inputs(project: Project, council: Council) -> bytes:
    """A ZIP archive of all that a run of `council` may read, named from the project's root.

    That is its own returns and reports, those of its county's other councils, and what every
    council shares. It holds exact numbers: whoever unpacks it has to delete it.
    """
    files = _inputs(project, council)
    return pack({path.relative_to(project.root).as_posix(): path for path in files})


def pack_results(report: ReportFolder) -> bytes:
    """A ZIP archive of what a run in `report` came to: `ready/`, where it got so far, and the
    private folders that the next run goes on from.
    """
    folders = {"ready": report.ready, **_private(report)}
    files = {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for name, folder in folders.items()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return pack(files)


def take_results(parcel: bytes, report: ReportFolder) -> bool:
    """Puts what `pack_results` packed where the same run here would have it: `.work/`, ready to be
    put in place, and the private folders. Whether the run got that far.

    Raises AssessmentError, with nothing changed, when a name leads out of the folder.
    """
    shutil.rmtree(report.work, ignore_errors=True)
    arrived = report.work / "arrived"
    unpack(parcel, arrived)
    for name, folder in _private(report).items():
        for path in (path for path in (arrived / name).rglob("*") if path.is_file()):
            target = folder / path.relative_to(arrived / name)
            target.parent.mkdir(0o700, parents=True, exist_ok=True)
            path.replace(target)
    ready = (arrived / "ready").is_dir()
    if ready:
        for path in (arrived / "ready").iterdir():
            path.rename(report.work / path.name)
    shutil.rmtree(arrived)
    return ready


def _inputs(project: Project, council: Council) -> Iterator[Path]:
    shared = [project.params, project.reference, project.notebooks]
    yield project.book_settings
    for folder in shared:
        yield from _files(folder)
    reports = project.root / "reports"
    for each in (council.id, *_neighbours(project, council)):
        yield from _files(project.returns(each))
        yield from _files(reports / each)
    yield from (path for path in reports.glob("*/*/published/**/*") if path.is_file())


def _neighbours(project: Project, council: Council) -> list[str]:
    """The other councils of the county. One whose parameters cannot be read has no report here."""
    found = []
    for name in council_names(project):
        try:
            code = load_council(project, name).code
        except AssessmentError:
            continue
        if name != council.id and code in council.county:
            found.append(name)
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        left_out = (_OF_A_RUN | _OF_THE_ANALYST) & set(path.relative_to(folder).parts)
        if path.is_file() and not left_out and "__pycache__" not in path.parts:
            yield path


def _private(report: ReportFolder) -> dict[str, Path]:
    return {"executed": report.executed, "protected": report.store.parent}
