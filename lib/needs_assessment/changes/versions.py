"""Published versions as a later draft is compared with them."""

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment.council import Council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project

_HINT = "Restore the published version from version control."


@dataclass(frozen=True)
class PublishedVersion:
    """A version frozen under `published/`, with its protected store.

    `inputs` is the archive of what it was made of, which only the computer that published it has.
    """

    folder: Path
    number: str
    date: str
    period: Period
    store: ProtectedStore
    inputs: Path

    @property
    def chapters(self) -> Path:
        return self.folder / "chapters"

    @property
    def words(self) -> str:
        """For example “version 1.0 of 2023-24”."""
        return f"version {self.number} of {self.period.text}"


def last_published(project: Project, council: Council, period: Period) -> PublishedVersion | None:
    """The version that an edition is compared with: the latest of its own period, else the latest
    of the latest earlier period; None when nothing was published.

    Raises AssessmentError for a version that cannot be read.
    """
    reports = project.root / "reports" / council.id
    found = []
    for path in reports.glob("*/published/[0-9]*/version.json"):
        own = parse_period(path.parents[2].name)
        if own.end <= period.end:
            found.append((own.end, _order(path.parent.name), path.parent, own))
    if not found:
        return None
    _, _, folder, own = max(found, key=lambda each: each[:2])
    return _read(project, folder, own)


def unpack_inputs(version: PublishedVersion, folder: Path) -> bool:
    """Puts the parameters, reference data and returns of a version into `folder`, which nobody
    but its owner may read. False when this computer does not have them.

    Raises AssessmentError when the archive cannot be read.
    """
    if not version.inputs.is_file():
        return False
    try:
        with zipfile.ZipFile(version.inputs) as archive:
            wanted = [name for name in archive.namelist() if name.startswith(("params/", "data/"))]
            archive.extractall(folder, wanted)
    except (OSError, zipfile.BadZipFile) as error:
        raise AssessmentError(
            f"{version.inputs.name}, the inputs of {version.words}, cannot be read ({error}).",
            "Restore it from a backup, or move it away: causes are then said to be unknown.",
        ) from None
    return True


def _read(project: Project, folder: Path, period: Period) -> PublishedVersion:
    name = project.relative(folder)
    about, store = _json(folder / "version.json", name), _json(folder / "store.json", name)
    number = str(about.get("version", folder.name))
    return PublishedVersion(
        folder=folder,
        number=number,
        date=str(about.get("date", "")),
        period=period,
        store=ProtectedStore(store),
        inputs=folder.parents[1] / ".inputs" / f"{number}.zip",
    )


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise AssessmentError(f"{name}/{path.name} cannot be read.", _HINT) from None


def _order(number: str) -> tuple[tuple[int, ...], str]:
    """Versions in the order of their numbers: 1.10 after 1.9."""
    return tuple(int(each) for each in re.findall(r"\d+", number)), number
