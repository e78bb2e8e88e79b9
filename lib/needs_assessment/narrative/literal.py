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

# Control characters, which no font has a letter for, and halves of characters.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SCRIPT = Path(__file__).with_name("literal.lua")


def escape_narratives(narratives: Mapping[str, str]) -> dict[str, str]:
    """Each Markdown text as Markdown in which only ordinary Markdown has any effect.

    Keys are cell ids; footnotes are named after them, so that the cells of a chapter can be put in
    one file. Paragraphs, lists, tables, links, citations, footnotes, cross-references, callouts
    and figure spans work as before. Equations are shown as typed, and numbers marked as external
    without the mark.
    """
    if not narratives:
        return {}
    readable = {name: _UNSEEN.sub("", text) for name, text in narratives.items()}
    run = subprocess.run(
        [pypandoc.get_pandoc_path(), "lua", str(_SCRIPT)],
        input=json.dumps(readable).encode(),
        capture_output=True,
        check=True,
    )
    escaped = json.loads(run.stdout.decode("utf-8"))
    return {name: escaped[name].strip("\n") for name in narratives}
