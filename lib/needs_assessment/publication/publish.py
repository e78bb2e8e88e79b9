"""`publish`: an edition is made once more, as a final report, and frozen for good."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.assessment import held, make
from needs_assessment.audit.public import Public
from needs_assessment.checking.check import check
from needs_assessment.council import Accepted, Council, choose_period, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.progress import Listener
from needs_assessment.files import sync_folder, write_atomically, write_synced
from needs_assessment.project import Project, ReportFolder
from needs_assessment.publication.edition import (
    as_json,
    make_edition,
    program,
    version_record,
)
from needs_assessment.publication.inputs import (
    finalise,
    lay_out,
    load_final,
    private_folder,
    read_inputs,
    sealed,
)
from needs_assessment.publication.problems import (
    NOT_CURRENT,
    Problem,
    flag_problems,
    not_current,
    unaccepted,
)
from needs_assessment.publication.versions import RECORD, block_problems, published_versions

_READ_ONLY = 0o444
_OWNER_ONLY = 0o600
_MOST_PAGES = 5
_INDICATORS = "indicators.json"
_NOT_THE_REPORT = {"book", "chapters", "published"}


@dataclass(frozen=True)
class PublishedVersion:
    """A version just published: its number and period, folder, archive of inputs, and renderer.

    `accepted` counts the problems that were accepted, `replaces` is the version it corrects.
    """

    number: str
    period: str
    folder: Path
    inputs: Path
    renderer: str
    files: int
    accepted: int
    replaces: str | None


def publish(
    project: Project, name: str, period: str | None, renderer: str, progress: Listener
) -> PublishedVersion:
    """Freezes an edition under `published/<version>/`, where it is never written again.

    Raises AssessmentError that lists everything in the way; nothing is then changed. However it is
    cut off, the version is there whole or not at all.
    """
    with held(project, name, period, progress) as report, private_folder(report) as folder:
        council = load_council(project, name)
        edition = choose_period(council, period).text
        _refuse_block(council, edition, report)
        if not report.book.is_dir():
            raise AssessmentError(
                f"{council.name}, {edition} has no report in place.",
                f"Run make assessment COUNCIL={council.id} first, and have the report read.",
            )
        inputs = read_inputs(project, council, report)
        draft = _copy(project, council, edition, inputs, folder / "draft")
        progress.note("Checking …")
        problems = flag_problems(check(draft, council.id, edition).flags)
        accepted = council.editions[edition].accepted
        if all(each.acceptable for each in problems):
            problems += _current(draft, council, edition, renderer, report, progress)
        else:
            accepted = [each for each in accepted if each.problem != NOT_CURRENT]
        _refuse_problems(council, edition, problems, accepted)
        shutil.rmtree(draft.root)
        inputs = finalise(inputs, council, edition)
        final = _copy(project, council, edition, inputs, folder / "final")
        council = load_final(final, council, edition)
        progress.note("Making the final report …")
        files, used = make_edition(final, council, edition, renderer, progress)
        return freeze(council, edition, report, inputs, files, used)


def _refuse_block(council: Council, period: str, report: ReportFolder) -> None:
    wrong = block_problems(council.editions[period].version, published_versions(report))
    if wrong:
        place = f"params/{council.id}.yml, edition {period}, version"
        raise AssessmentError(
            "\n".join(f"{place}: {each}." for each in wrong),
            "Correct the version block. A name cannot be told from a role with certainty: see to it"
            " that no person is named.",
        )


def _refuse_problems(
    council: Council, period: str, problems: Sequence[Problem], accepted: Sequence[Accepted]
) -> None:
    lines = unaccepted(problems, accepted)
    if lines:
        many = f"{len(lines)} problems stand" if len(lines) > 1 else "1 problem stands"
        raise AssessmentError(
            "\n".join([f"{many} in the way of publishing:", *lines]),
            f"Put it right, or list it under accepted: in params/{council.id}.yml, edition"
            f" {period}, with problem: and reason:; the reason is printed in the edition.",
        )


def _copy(
    project: Project, council: Council, period: str, inputs: Mapping[str, bytes], folder: Path
) -> Project:
    """A project of `inputs`, beside the reports of others that readers have, for the audit."""
    copy = lay_out(dict(inputs), folder)
    for path in _read_by_others(project, council, period):
        target = folder / path.relative_to(project.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    # So that a draft of which nothing has changed is not run again.
    report = project.report(council.id, period)
    place = copy.report(council.id, period)
    for kept, target in (
        (report.executed, place.executed),
        (report.store.parent, place.store.parent),
    ):
        if kept.is_dir():
            shutil.copytree(kept, target)
    return copy


def _read_by_others(project: Project, council: Council, period: str) -> Iterator[Path]:
    """The files of all published versions of the council and its neighbours, and of the
    neighbours' reports of the same period.
    """
    for each in (council, *Public(project).neighbours(council)):
        folders = [*project.report(each.id, period).path.parent.glob("*/published")]
        for folder in folders:
            yield from (path for path in folder.rglob("*") if path.is_file())
        report = project.report(each.id, period)
        for path in report.path.rglob("*") if each is not council else ():
            inside = path.relative_to(report.path).parts
            apart = inside[0] in _NOT_THE_REPORT or any(part.startswith(".") for part in inside)
            if path.is_file() and not apart:
                yield path


def _current(
    draft: Project,
    council: Council,
    period: str,
    renderer: str,
    report: ReportFolder,
    progress: Listener,
) -> list[Problem]:
    """A problem when the report in place is not what a run would make of its inputs now."""
    progress.note("Comparing the report in place with its inputs …")
    make(draft, council.id, period, renderer, progress, for_review=False)
    ready = draft.report(council.id, period).ready
    new = {**_contents(ready / "book"), **_contents(ready / "output", _INDICATORS)}
    old = {**_contents(report.book), **_contents(report.path, _INDICATORS)}
    pages = sorted(name for name in {*new, *old} if new.get(name) != old.get(name))
    if not pages:
        return []
    shown = pages[:_MOST_PAGES] + ["others"] * (len(pages) > _MOST_PAGES)
    return [not_current(shown, _written_since(draft, report))]


def _contents(folder: Path, pattern: str = "**/*") -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.glob(pattern)
        if path.is_file()
    }


def _written_since(draft: Project, report: ReportFolder) -> list[str]:
    """The inputs that were written after the report in place, by the clock of the disk."""
    root = report.path.parents[2]
    made = (
        (report.path / _INDICATORS).stat().st_mtime if (report.path / _INDICATORS).exists() else 0
    )
    inputs = (path.relative_to(draft.root) for path in draft.root.rglob("*") if path.is_file())
    found = (each for each in inputs if not each.parts[0].startswith("."))
    return sorted(
        each.as_posix()
        for each in found
        if (root / each).is_file()
        and (each.parts[0] != "reports" or each.parent.name == "chapters")
        and (root / each).stat().st_mtime > made
    )


def freeze(
    council: Council,
    period: str,
    report: ReportFolder,
    inputs: dict[str, bytes],
    files: Mapping[str, bytes],
    renderer: str,
) -> PublishedVersion:
    """Writes `files` as a version, and `inputs` that it was made of; one rename puts it in place.

    The caller holds `report.rebuilding`, on the same disk, where the version is written first. The
    archive of inputs comes before it: alone, it is only replaced by the next attempt.
    """
    record = version_record(council, period)
    number = record["version"]
    archive = report.inputs(number)
    parcel = sealed(inputs)
    archive.parent.mkdir(0o700, exist_ok=True)
    archive.parent.chmod(0o700)
    write_atomically(archive, parcel, _OWNER_ONLY)
    record |= {
        "renderer": renderer,
        **program(),
        "inputs": {"file": f".inputs/{archive.name}", "sha256": _digest(parcel)},
        "files": {name: _digest(content) for name, content in files.items()},
    }
    stage = report.rebuilding / "version"
    for name, content in {**files, RECORD: as_json(record)}.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_synced(path, content)
        path.chmod(_READ_ONLY)
    for folder in (stage, *(path for path in stage.rglob("*") if path.is_dir())):
        sync_folder(folder)
    target = report.published / number
    target.parent.mkdir(exist_ok=True)
    stage.rename(target)
    sync_folder(target.parent)
    return PublishedVersion(
        number=number,
        period=period,
        folder=target,
        inputs=archive,
        renderer=renderer,
        files=len(files) + 1,
        accepted=len(record["accepted"]),
        replaces=record["replaces"],
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
