"""Running Typst, the one that comes with the product."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import font_source_sans_pro

from needs_assessment.errors import AssessmentError

FONTS = tuple(
    f"SourceSansPro-{style}.otf"
    for style in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
)
# Typst keeps what it compiled for as long as its process lives, hundreds of megabytes a report, and
# gains nothing by it: each report has a process of its own.
_COMPILE = """
import json, sys, typst
job = json.load(sys.stdin)
try:
    typst.compile(job.pop("document").encode(), **job)
except typst.TypstError as error:
    print(json.dumps({"message": error.message, "hints": error.hints}))
"""
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


def compile_typst(book_dir: Path, document: str, output: Path, **options: Any) -> None:
    """Write what Typst makes of `document` to `output`; figures are found in `book_dir`.

    `options` are those of `typst.compile`, such as its format. Only the fonts of the product are
    used, so every machine gives the same pages. Raises AssessmentError in Typst's own words when
    it refuses the document.
    """
    with tempfile.TemporaryDirectory() as fonts:
        copy_fonts(Path(fonts))
        job = {
            "document": document,
            "output": str(output),
            "root": str(book_dir),
            "font_paths": [fonts],
            "ignore_system_fonts": True,
            **options,
        }
        compiled = subprocess.run(
            [sys.executable, "-P", "-c", _COMPILE],
            input=json.dumps(job),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if compiled.stdout:
        raise _refusal(book_dir, **json.loads(compiled.stdout))
    if compiled.returncode:
        words = compiled.stderr.strip().splitlines()[-1:]
        raise _refusal(book_dir, "".join(words) or "Typst ended too early", ())


def copy_fonts(folder: Path) -> None:
    """Put the six faces of the report into `folder`: Typst takes whole folders of fonts only."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = Path(font_source_sans_pro.__path__[0]) / "files"
    for name in FONTS:
        (folder / name).write_bytes((origin / name).read_bytes())


def _refusal(book_dir: Path, message: str, hints: Sequence[str]) -> AssessmentError:
    if match := _NO_GLYPH.search(message):
        sign = match[1]
        names = [
            path.name
            for path in sorted(book_dir.glob("*.qmd"))
            if sign in path.read_text(encoding="utf-8")
        ]
        return AssessmentError(
            f"{', '.join(names) or book_dir}: the PDF has no letter for “{sign}”.",
            "Take it out, or write it in words.",
        )
    return AssessmentError(f"{book_dir}: the PDF could not be made: {message}", " ".join(hints))
