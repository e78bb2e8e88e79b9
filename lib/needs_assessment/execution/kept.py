"""Executed chapters kept with digests of all that they were made of, so as not to run them again.

A chapter runs again when one of them changes: its code cells, its parameters, what it reads of the
protected store (of parameters, reference data and returns), the engine, those parts of this package
that a kernel can load, or any installed version. Text cells have no part in execution.
"""

import hashlib
import json
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from needs_assessment.disclosure.slices import slice_digests
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.narrative.cells import METADATA, tags
from needs_assessment.narrative.files import Notebook, parse_notebook, read_bytes, replace_file

PACKAGE = Path(__file__).resolve().parents[1]
CODE, SETTINGS, ENGINE, SOURCE, VERSIONS = "code cells", "council", "engine", "package", "versions"
# A package imports only what stands to its left (pyproject.toml), so that no kernel comes to these.
_NOT_IN_KERNELS = frozenset(
    {"assessment.py", "audit", "auditing.py", "book", "changes", "checking", "cli.py", "comments"}
    | {"comparison", "completing.py", "dashboard", "explaining.py", "fleet", "founding.py"}
    | {"guarding.py", "preparing.py", "producing.py", "provenance.py", "publication"}
    | {"publishing.py", "results", "reusing.py", "spellings.py", "unchanged.py", "verbs"}
)
_USUAL_IMPORT = re.compile(r"^from needs_assessment import [\w, ]+$", re.MULTILINE)


@dataclass(frozen=True)
class Executed:
    """An executed notebook, and what its cells logged."""

    notebook: Notebook
    log: tuple[str, ...]


def execution_digests(
    notebook: Notebook, parameters: Mapping[str, str], sliced: Mapping[str, Any], engine: str
) -> dict[str, str]:
    """SHA-256 over each thing that the outputs of `notebook` follow from, by its name.

    `notebook` is the chapter about to run, `sliced` what it reads of its protected store.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code = [(cell["id"], tags(cell), cell["source"]) for cell in cells]
    text = "\n".join(cell["source"] for cell in cells)
    usual = text.count("needs_assessment") == len(_USUAL_IMPORT.findall(text))
    return {
        CODE: _digest([code, notebook["metadata"].get(METADATA, {})]),
        SETTINGS: _digest(dict(parameters)),
        **slice_digests(sliced),
        ENGINE: engine,
        SOURCE: package_digest(PACKAGE, _NOT_IN_KERNELS if usual else frozenset()),
        VERSIONS: _digest(installed_versions(tuple(sys.path))),
    }


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of the digests that differ."""
    return [name for name in now if before.get(name) != now[name]]


def keep_executed(
    folder: Path, chapter: str, digests: Mapping[str, str], executed: Executed
) -> None:
    """Keep what a chapter came to in `folder`, with what it was made of; an older one goes."""
    content = {"made_of": dict(digests), "log": executed.log, "notebook": executed.notebook}
    data = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    replace_file(folder / f"{chapter}.json", data)


def kept_execution(folder: Path, chapter: str) -> tuple[dict[str, str], Executed] | None:
    """What a kept chapter was made of, and what it came to; None when there is none, or it cannot
    be read.
    """
    path = folder / f"{chapter}.json"
    try:
        content = json.loads(read_bytes(path) or b"")
        notebook = parse_notebook(json.dumps(content["notebook"]).encode(), path.name)
        return dict(content["made_of"]), Executed(notebook, tuple(content["log"]))
    except (ValueError, KeyError, TypeError, AssessmentError):
        return None


@cache
def package_digest(package: Path, without: frozenset[str] = frozenset()) -> str:
    """SHA-256 over every file of `package`, names and contents, but those at its top `without`."""
    key = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.is_file() and "__pycache__" not in inside.parts and inside.parts[0] not in without:
            key.update(inside.as_posix().encode() + b"\0")
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


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
