"""Making narrative safe to put in a book that two renderers read.

Pandoc itself reads each narrative and writes it anew (`literal.lua`): what it would not treat as
plain text (raw HTML or TeX, shortcodes, executable cells, metadata blocks, pictures, links to
files, event handlers) comes out as the characters that were typed. HTML comments, which JupyterLab
hides, are left out.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pypandoc

from needs_assessment.errors import AssessmentError

# Control characters, which no font has a letter for, and halves of characters.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SCRIPT = Path(__file__).with_name("literal.lua")
# Pandoc reads the text of a whole book in a second or two; the time that some nonsense takes, such
# as twenty brackets that open and never close, doubles with every sign.
_LONGEST_SECONDS = 60.0


def escape_narratives(narratives: Mapping[str, str]) -> dict[str, str]:
    """Each Markdown text as Markdown in which only ordinary Markdown has any effect.

    Keys are cell ids; footnotes are named after them, so that the cells of a chapter can be put in
    one file. Paragraphs, lists, tables, links, citations, footnotes, cross-references, callouts
    and figure spans work as before. Equations are shown as typed, and numbers marked as external
    without the mark. Raises AssessmentError that names the cell for a text that cannot be read in
    reasonable time.
    """
    if not narratives:
        return {}
    readable = {name: _UNSEEN.sub("", text) for name, text in narratives.items()}
    try:
        return _escape(readable, _LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        return {name: _escape_alone(name, text) for name, text in readable.items()}


def _escape_alone(name: str, text: str) -> str:
    try:
        return _escape({name: text}, _LONGEST_SECONDS / 4)[name]
    except subprocess.TimeoutExpired as error:
        raise AssessmentError(
            f"Cell {name}: its text cannot be read as Markdown in reasonable time.",
            "Look for brackets, quotes or lists that open many times inside each other, and take"
            " them out.",
        ) from error


def _escape(texts: Mapping[str, str], seconds: float) -> dict[str, str]:
    run = subprocess.run(
        [pypandoc.get_pandoc_path(), "lua", str(_SCRIPT)],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
        timeout=seconds,
    )
    escaped = json.loads(run.stdout.decode("utf-8"))
    return {name: escaped[name].strip("\n") for name in texts}
