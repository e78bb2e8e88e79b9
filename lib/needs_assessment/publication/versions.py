"""The published versions of an edition, and what the version block must say to make one more."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment.council import Council, Version
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.project import Project, ReportFolder

RECORD = "version.json"
_NUMBER = re.compile(r"\d+(\.\d+)*")
# A title before a name, and an address, are beyond doubt; any other name reads like a role.
_NAMED = re.compile(r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Cllr)\.? [A-Z]|@")


@dataclass(frozen=True)
class Published:
    """A published version: its folder, and what its `version.json` says."""

    folder: Path
    record: dict[str, Any]

    @property
    def number(self) -> str:
        return self.folder.name

    def altered(self) -> list[str]:
        """Files that are not as they were published, or gone, or were not there, by path."""
        listed: dict[str, str] = self.record["files"]
        found = {
            path.relative_to(self.folder).as_posix(): digest(path)
            for path in self.folder.rglob("*")
            if path.is_file() and path != self.folder / RECORD
        }
        names = sorted({*listed, *found})
        return [name for name in names if listed.get(name) != found.get(name)]


def version_order(number: str) -> tuple[int, ...]:
    """Version numbers in order: 1.2 before 1.10."""
    return tuple(map(int, number.split(".")))


def published_versions(report: ReportFolder) -> list[Published]:
    """The published versions of an edition, earliest first.

    Raises AssessmentError for one whose `version.json` cannot be read.
    """
    folders = [each for each in report.published.glob("*") if _NUMBER.fullmatch(each.name)]
    return [read_published(each) for each in sorted(folders, key=lambda f: version_order(f.name))]


def read_published(folder: Path) -> Published:
    """The published version in `folder`. Raises AssessmentError when it is not whole."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if not isinstance(record["files"], dict):
            raise TypeError
        return Published(folder, record)
    except (OSError, ValueError, KeyError, TypeError):
        raise AssessmentError(
            f"Published version {folder.name} cannot be read: its {RECORD} is missing or damaged.",
            "Restore the folder from version control.",
        ) from None


def find_version(project: Project, council: Council, period: str | None, number: str) -> Published:
    """A published version of a council: of `period`, or else of the latest edition that has it.

    Raises AssessmentError (exit code 2) when there is none.
    """
    periods = [period] if period else [each.text for each in reversed(council.edition_periods())]
    for each in periods:
        folder = project.report(council.id, each).published / number
        if _NUMBER.fullmatch(number) and folder.is_dir():
            return read_published(folder)
    known = [
        f"{number} ({each})"
        for each in periods
        for number in sorted(
            folder.name for folder in project.report(council.id, each).published.glob("*")
        )
    ]
    raise AssessmentError(
        f"{council.name} has no published version “{number}”{f' of {period}' if period else ''}.",
        f"Published: {', '.join(known)}." if known else "Nothing is published yet.",
        2,
    )


def block_problems(version: Version, earlier: list[Published]) -> list[str]:
    """What is wrong with the version block of an edition about to be published; a sentence each.

    `earlier` are the versions of the edition that are published.
    """
    return [*_number(version, earlier), *_approval(version), *_correction(version, earlier)]


def _number(version: Version, earlier: list[Published]) -> list[str]:
    number = version.number
    if not _NUMBER.fullmatch(number):
        return [f"number is “{number}”; a published version has a number such as 1.0"]
    if not earlier:
        return []
    last = earlier[-1]
    if number in {each.number for each in earlier}:
        return [f"version {number} is published already and is never written again: give the next"]
    if version_order(number) < version_order(last.number):
        return [f"version {last.number} is published: {number} cannot come after it"]
    if version.date.isoformat() < last.record["date"]:
        return [f"date is before that of version {last.number}, {last.record['date']}"]
    return []


def _approval(version: Version) -> list[str]:
    found = []
    role = (version.approved_by or "").strip()
    if not role:
        found.append("approved_by is missing: the role, not the name, of who approved this version")
    elif _NAMED.search(role):
        found.append("approved_by looks like a person's name or address: give the role alone")
    if version.approved_on is None:
        found.append("approved_on is missing: the day it was approved")
    elif version.approved_on > version.date:
        found.append(
            f"approved_on is {version.approved_on}, after the date of this version, {version.date}"
        )
    return found


def _correction(version: Version, earlier: list[Published]) -> list[str]:
    correction = version.correction
    if not earlier:
        none = "correction is given, but no version of this edition is published yet"
        return [none] if correction else []
    last = earlier[-1].number
    if correction is None:
        return [
            f"version {last} is published: correction must say what this one puts right, as"
            f' {{of: "{last}", note: …}}'
        ]
    if correction.of != last:
        return [f"correction is of “{correction.of}”, but the last published version is {last}"]
    return []
