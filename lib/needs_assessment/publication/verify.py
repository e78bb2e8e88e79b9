"""`verify`: a published version is rebuilt from what it was made of, and compared byte for byte."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment.council import choose_period, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.progress import Listener
from needs_assessment.project import Project, ReportFolder
from needs_assessment.publication.differences import (
    Difference,
    differences,
    first_difference,
    program_differences,
)
from needs_assessment.publication.edition import (
    as_json,
    make_edition,
    program,
    recorded_renderer,
    version_record,
)
from needs_assessment.publication.inputs import lay_out, private_folder
from needs_assessment.publication.versions import RECORD, Published, find_version


@dataclass(frozen=True)
class Verified:
    """What rebuilding a published version came to.

    `altered` are files that are not as they were published; `different` those that the rebuild
    gives otherwise; `program` is how the program of now differs from the one that made it.
    """

    period: str
    files: int
    altered: tuple[str, ...]
    different: tuple[Difference, ...]
    program: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.altered or self.different)


def verify(
    project: Project, name: str, number: str, period: str | None, progress: Listener
) -> Verified:
    """Rebuilds a published version, in a private folder that is removed again, and compares it.

    Raises AssessmentError when there is no such version, when what it was made of is not on this
    computer or has been altered, and when it cannot be made any more.
    """
    council = load_council(project, name)
    chosen = choose_period(council, period).text if period else None
    published = find_version(project, council, chosen, number)
    report = ReportFolder(published.folder.parents[1])
    edition = report.path.name
    record = published.record
    parcel = _recorded_inputs(project, report, published)
    with council_lock(report.lock, council.id, progress.note), private_folder(report) as folder:
        copy = lay_out(parcel, folder / "project")
        council = load_council(copy, name)
        renderer = recorded_renderer(record["renderer"])
        files, used = make_edition(copy, council, edition, renderer, progress)
        told = version_record(council, edition)
    different = differences(_contents(published), files)
    said = {key: record.get(key) for key in told}
    if said != told:
        words = first_difference(as_json(said), as_json(told))
        different.append(Difference(RECORD, words))
    return Verified(
        period=edition,
        files=len(files) + 1,
        altered=tuple(published.altered()),
        different=tuple(different),
        program=tuple(program_differences(record, {**program(), "renderer": used})),
    )


def _recorded_inputs(project: Project, report: ReportFolder, published: Published) -> bytes:
    """The archive of what a version was made of, as `version.json` names it."""
    path = report.inputs(published.number)
    recorded: Mapping[str, Any] = published.record["inputs"]
    place = project.relative(path)
    try:
        parcel = path.read_bytes()
    except FileNotFoundError:
        raise AssessmentError(
            f"{place} is not here: version {published.number} was made of what it holds.",
            "It is on the computer that published the version, and with whoever the council"
            " entrusted it to: it is not in version control, because it holds exact numbers.",
        ) from None
    found = hashlib.sha256(parcel).hexdigest()
    if found != recorded["sha256"]:
        raise AssessmentError(
            f"{place} is not the archive that version {published.number} was made of: its SHA-256"
            f" is {found[:12]}…, the version's {RECORD} says {recorded['sha256'][:12]}….",
            "Put the archive back as it was when the version was published.",
        )
    return parcel


def _contents(published: Published) -> dict[str, bytes]:
    folder: Path = published.folder
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / RECORD
    }
