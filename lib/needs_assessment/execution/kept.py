"""Executed chapters kept with the key of all that they were made of, so as not to run them again.

A chapter runs again when its key changes: the protected store (and with it returns, parameters and
reference data), its code, its parameters, the engine, this package, or any installed version. Text
cells are not in the key: they have no part in execution.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.narrative.cells import METADATA, tags
from needs_assessment.narrative.files import Notebook, parse_notebook, read_bytes, replace_file


@dataclass(frozen=True)
class Executed:
    """An executed notebook, and what its cells logged."""

    notebook: Notebook
    log: tuple[str, ...]


def execution_key(
    notebook: Notebook, parameters: Mapping[str, str], store: Path, engine: str
) -> str:
    """SHA-256 over everything that the outputs of `notebook` follow from.

    `notebook` is the chapter about to run, `store` its protected store.
    """
    code = [
        (cell["id"], tags(cell), cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    parts = {
        "code": code,
        "metadata": notebook["metadata"].get(METADATA, {}),
        "parameters": dict(parameters),
        "store": digest(store),
        "engine": engine,
        "package": package_digest(Path(__file__).resolve().parents[1]),
        "versions": installed_versions(tuple(sys.path)),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def keep_executed(folder: Path, chapter: str, key: str, executed: Executed) -> None:
    """Keep what a chapter came to in `folder` under `key`; an older one goes."""
    content = {"key": key, "log": executed.log, "notebook": executed.notebook}
    data = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    replace_file(folder / f"{chapter}.json", data)


def kept_execution(folder: Path, chapter: str, key: str) -> Executed | None:
    """What is kept of a chapter under `key`; None when there is nothing, or it cannot be read."""
    path = folder / f"{chapter}.json"
    try:
        content = json.loads(read_bytes(path) or b"")
        if content["key"] != key:
            return None
        notebook = parse_notebook(json.dumps(content["notebook"]).encode(), path.name)
        return Executed(notebook, tuple(content["log"]))
    except (ValueError, KeyError, TypeError, AssessmentError):
        return None


@cache
def package_digest(package: Path) -> str:
    """SHA-256 over every file of `package`, names and contents."""
    key = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            key.update(path.relative_to(package).as_posix().encode() + b"\0")
            key.update(digest(path).encode())
    return key.hexdigest()


@cache
def installed_versions(places: tuple[str, ...]) -> list[str]:
    """This Python and system, and the name and version of everything installed in `places`."""
    found = {
        path.name
        for place in places
        for pattern in ("*.dist-info", "*.egg-info")
        for path in Path(place).glob(pattern)
    }
    return [platform.python_version(), platform.platform(), *sorted(found)]
