"""The narrative of two editions, compared word by word."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from needs_assessment.changes.versions import PublishedVersion
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.asides import report_text
from needs_assessment.narrative.cells import cell_key, is_in_report, is_narrative
from needs_assessment.narrative.figures import Figures, resolve
from needs_assessment.narrative.files import Notebook, read_notebook

Kind = Literal["same", "inserted", "deleted"]

# The end of a paragraph or of an item of a list, else a word.
_TOKEN = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\S+")
PARAGRAPH = "\n\n"
"""What stands between the paragraphs of a run, and between the items of a list."""

FIGURES_MOVED = "other figures only"
BECAME = ("rewritten", "new", "taken out", FIGURES_MOVED)
"""What became of a narrative cell, in the order in which it is told."""

_SHORT = 2
"""So few words that stay the same between two changes are read as part of one change."""


@dataclass(frozen=True)
class Run:
    """Words that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Text:
    """What a narrative cell says: as written, and as the report prints it."""

    written: str
    printed: str


@dataclass(frozen=True)
class Worded:
    """A narrative cell whose text is not what was published.

    `became`: one of `BECAME`; with other figures only, the words are the same. `runs` are
    its words in order; `written` is what the draft's cell holds, for checks.
    """

    chapter: str
    cell: str
    became: str
    runs: tuple[Run, ...]
    written: str


def read_chapters(folder: Path) -> dict[str, Notebook]:
    """The notebooks of a folder by chapter. Raises AssessmentError for one that cannot be read."""
    paths = sorted(folder.glob("*.ipynb"))
    return {path.stem: held for path in paths if (held := read_notebook(path))}


def compare_narratives(
    version: PublishedVersion, chapters: Mapping[str, Notebook], draft: ProtectedStore
) -> list[Worded]:
    """The narrative cells, by chapter and id, that say something else than was published.

    `chapters` are the draft's. Live figures stand as each edition prints them; cells in which
    nothing is written are left out.
    """
    before = _texts(read_chapters(version.chapters), version.store.figures)
    now = _texts(chapters, draft.figures)
    found = []
    for key in sorted(before.keys() | now.keys()):
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        if old is None or new is None:
            became = "new" if old is None else "taken out"
        else:
            became = FIGURES_MOVED if old.written == new.written else "rewritten"
        runs = compare_words(old.printed if old else "", new.printed if new else "")
        if any(run.kind != "same" for run in runs):
            found.append(Worded(*key, became, tuple(runs), new.written if new else ""))
    return found


def compare_words(before: str, now: str) -> list[Run]:
    """The words of both texts in order, as runs; those that stayed give the text of either.

    Without the inserted runs stands `before`, without the deleted ones `now`, but for white space.
    """
    old, new = _tokens(before), _tokens(now)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    runs: list[Run] = []
    for tag, start, end, other, stop in _coarse(matcher.get_opcodes()):
        if tag == "equal":
            runs.append(Run("same", _joined(new[other:stop])))
            continue
        if start < end:
            runs.append(Run("deleted", _joined(old[start:end])))
        if other < stop:
            runs.append(Run("inserted", _joined(new[other:stop])))
    return runs


def _tokens(text: str) -> list[str]:
    """The words of a text, and the ends of its paragraphs."""
    return [token.strip() or PARAGRAPH for token in _TOKEN.findall(text.strip())]


def _joined(tokens: list[str]) -> str:
    return re.sub(rf" ?{PARAGRAPH} ?", PARAGRAPH, " ".join(tokens))


_Opcode = tuple[str, int, int, int, int]


def _coarse(opcodes: list[_Opcode]) -> Iterator[_Opcode]:
    """The differences, with a word or two between two of them taken into one."""
    pending: _Opcode | None = None
    last = len(opcodes) - 1
    for place, (tag, start, end, other, stop) in enumerate(opcodes):
        between = tag == "equal" and pending and place < last
        if tag == "equal" and not (between and end - start <= _SHORT):
            if pending:
                yield pending
                pending = None
            yield tag, start, end, other, stop
        elif pending:
            pending = ("replace", pending[1], end, pending[3], stop)
        else:
            pending = ("replace", start, end, other, stop)
    if pending:
        yield pending


def _texts(chapters: Mapping[str, Notebook], figures: Figures) -> dict[tuple[str, str], Text]:
    found = {}
    for chapter, notebook in chapters.items():
        for cell in notebook["cells"]:
            if not (is_narrative(cell) and is_in_report(cell)):
                continue
            written = report_text(cell["source"]).strip()
            if written:
                where = f"{chapter}.ipynb, cell {cell_key(cell)}"
                found[chapter, cell_key(cell)] = Text(written, _print(written, figures, where))
    return found


def _print(text: str, figures: Figures, where: str) -> str:
    """The text with its live figures and without marks of emphasis; as written where the edition
    does not have one of the figures.
    """
    try:
        return resolve(text, figures, where).replace("**", "")
    except AssessmentError:
        return text
