"""The text of the chapters' cells as a reader of the report sees it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypandoc

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.figures import resolve
from needs_assessment.narrative.swap import Written

_SCRIPT = Path(__file__).with_name("passages.lua")


@dataclass(frozen=True)
class Passage:
    """A paragraph or heading of a cell. `level` is that of a heading, 0 for other text; `section`
    is the heading above it; `narrative`: the cell is the analyst's.
    """

    chapter: str
    cell: str
    text: str
    level: int
    section: str
    narrative: bool


def passages(written: Mapping[str, Sequence[Written]], store: ProtectedStore) -> list[Passage]:
    """The passages of all text cells of the chapters, in order, with the live figures of now."""
    texts = {
        f"{chapter}/{number}": _resolved(each.text, store)
        for chapter, cells in written.items()
        for number, each in enumerate(cells)
    }
    read = _paragraphs(texts)
    found = []
    for chapter, cells in written.items():
        section = ""
        for number, cell in enumerate(cells):
            for each in read.get(f"{chapter}/{number}", []):
                section = each["text"] if each["level"] else section
                found.append(
                    Passage(
                        chapter, cell.cell, each["text"], each["level"], section, cell.narrative
                    )
                )
    return found


def _resolved(text: str, store: ProtectedStore) -> str:
    """A figure that the report does not have stays as typed: the text can still be found by the
    rest of it.
    """
    try:
        return resolve(text, store.figures, "")
    except AssessmentError:
        return text


def _paragraphs(texts: Mapping[str, str]) -> dict[str, list[dict]]:
    run = subprocess.run(
        [pypandoc.get_pandoc_path(), "lua", str(_SCRIPT)],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
    )
    read = json.loads(run.stdout.decode("utf-8"))
    # An empty Lua table is written as an object.
    return {name: list(each) for name, each in read.items()}
