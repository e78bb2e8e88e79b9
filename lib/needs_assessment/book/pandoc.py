"""Running pandoc, the one that comes with the product."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pypandoc

from needs_assessment.book.settings import BookSettings
from needs_assessment.errors import AssessmentError

ASSETS = Path(__file__).with_name("assets")
# What makes one numbered document of the book's files, in whatever format.
FILTERS = (
    f"--lua-filter={ASSETS / 'tables.lua'}",
    f"--lua-filter={ASSETS / 'book.lua'}",
    "--citeproc",
    "--metadata=link-citations",
    "--syntax-highlighting=none",
    "--wrap=none",
)


def run_pandoc(book_dir: Path, settings: BookSettings, arguments: Sequence[str]) -> str:
    """What pandoc makes of the book's files, read together, with `arguments` added.

    Raises AssessmentError with pandoc's own words when it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        book_json = Path(folder) / "book.json"
        book_json.write_text(json.dumps(settings.metadata()), encoding="utf-8")
        command = [
            pypandoc.get_pandoc_path(),
            # An empty user data folder: whatever an analyst keeps in theirs changes nothing here.
            f"--data-dir={folder}",
            f"--from={ASSETS / 'reader.lua'}",
            str(book_json),
            *(file.name for file in settings.files),
            *arguments,
        ]
        result = subprocess.run(
            command,
            cwd=book_dir,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "SOURCE_DATE_EPOCH": str(settings.timestamp)},
            check=False,
        )
    if result.returncode:
        raise AssessmentError(
            f"{book_dir}: pandoc could not convert the book: {result.stderr.strip()}",
            "The words above name the file or the text that it could not read.",
        )
    return result.stdout
