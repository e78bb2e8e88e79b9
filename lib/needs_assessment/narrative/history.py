"""The last versions of each chapter's narrative, and the text each was generated with.

`.narrative/history/<chapter>/0007.json` holds one: the notebook without outputs, the text its cells
were generated with, when it was kept and why. A run keeps what it found and what it made; the
newest `VERSIONS` stay. Git ignores them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from needs_assessment.narrative.cells import METADATA, is_untouched_addition
from needs_assessment.narrative.files import Notebook, parse_notebook, read_bytes, replace_file

VERSIONS = 20
GENERATED = "generated"


@dataclass(frozen=True)
class Version:
    """One version of a chapter: its number, local time and reason, its notebook without outputs,
    and the text its cells were generated with (None when that was not known).
    """

    number: int
    saved: str
    why: str
    notebook: Notebook
    base: dict[str, str] | None


def text_alone(notebook: Notebook) -> Notebook:
    """The text of `notebook`, which is all that a version is compared and kept by."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
        if not is_untouched_addition(cell)
    ]
    own = notebook["metadata"].get(METADATA, {})
    return {
        "cells": cells,
        "metadata": {METADATA: own},
        "nbformat": notebook["nbformat"],
        "nbformat_minor": notebook.get("nbformat_minor", 5),
    }


def keep_version(
    folder: Path, chapter: str, notebook: Notebook, base: Mapping[str, str] | None, why: str
) -> int:
    """Keep the text of `notebook` as a version, unless the newest one is the same.

    `folder` is the report's `.narrative/`. Returns the version's number.
    """
    versions = _paths(folder, chapter)
    text = text_alone(notebook)
    newest = _read(versions[-1]) if versions else None
    if newest and newest.notebook == text:
        return newest.number
    number = int(versions[-1].stem) + 1 if versions else 1
    content = {
        "saved": datetime.now().astimezone().isoformat(timespec="seconds"),
        "why": why,
        GENERATED: None if base is None else dict(base),
        "notebook": text,
    }
    data = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    replace_file(_folder(folder, chapter) / f"{number:04}.json", data + b"\n")
    for path in versions[: max(0, len(versions) + 1 - VERSIONS)]:
        path.unlink(missing_ok=True)
    return number


def versions(folder: Path, chapter: str) -> Iterator[Version]:
    """The versions kept of `chapter`, newest first. A file that cannot be read is passed over."""
    for path in reversed(_paths(folder, chapter)):
        version = _read(path)
        if version:
            yield version


def chapters_with_versions(folder: Path) -> list[str]:
    """The chapters of which versions are kept."""
    history = folder / "history"
    return sorted(path.name for path in history.iterdir()) if history.is_dir() else []


def _read(path: Path) -> Version | None:
    data = read_bytes(path)
    try:
        content: dict[str, Any] = json.loads(data or b"")
        base = content[GENERATED]
        notebook = parse_notebook(json.dumps(content["notebook"]).encode(), str(path))
        return Version(int(path.stem), content["saved"], content["why"], notebook, base)
    except (ValueError, KeyError, TypeError):
        return None


def _paths(folder: Path, chapter: str) -> list[Path]:
    return sorted(_folder(folder, chapter).glob("[0-9]*.json"))


def _folder(folder: Path, chapter: str) -> Path:
    return folder / "history" / chapter
