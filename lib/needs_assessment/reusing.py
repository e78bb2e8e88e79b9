"""Files of the report in place, used again when what they are made of has not changed."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from needs_assessment.execution.kept import PACKAGE, installed_versions, package_digest
from needs_assessment.files import digest
from needs_assessment.narrative.files import read_bytes, replace_file
from needs_assessment.project import ReportFolder

_FILE = "formats.json"


def content_key(*parts: str) -> str:
    """SHA-256 over what files are made of: `parts`, this package, and all that is installed."""
    whole = [*parts, package_digest(PACKAGE), *installed_versions(tuple(sys.path))]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """SHA-256 over every file in `folder`, names and contents."""
    found = {path.relative_to(folder).as_posix(): digest(path) for path in _files(folder)}
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def reuse_or_make(
    report: ReportFolder, name: str, key: str, output: Path, make: Callable[[], None]
) -> None:
    """Puts the files called `name` into `output`: those in place in `report`, where they were made
    of the same (`key`) and nobody has touched them since, and otherwise those that `make` puts
    there.
    """
    path = report.executed / _FILE
    held = _held(path)
    key_then, files = held.get(name, ("", {}))
    if key_then == key and files and all(_is(report.path / file, files[file]) for file in files):
        for file in files:
            (output / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(report.path / file, output / file)
        return
    there = set(_files(output))
    make()
    made = {
        each.relative_to(output).as_posix(): digest(each)
        for each in _files(output)
        if each not in there
    }
    replace_file(path, json.dumps({**held, name: (key, made)}).encode())


def _is(path: Path, expected: str) -> bool:
    return path.is_file() and digest(path) == expected


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _held(path: Path) -> dict[str, tuple[str, dict[str, str]]]:
    try:
        held = json.loads(read_bytes(path) or b"{}")
        return {name: (str(key), dict(files)) for name, (key, files) in held.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
