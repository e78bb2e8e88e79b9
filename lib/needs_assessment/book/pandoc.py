"""Running pandoc, the one that comes with the product."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pypandoc

from needs_assessment.book.settings import BookSettings
from needs_assessment.errors import AssessmentError

ASSETS = Path(__file__).with_name("assets")


def convert(
    book_dir: Path, settings: BookSettings, arguments: Sequence[str], document: str = ""
) -> str:
    """What pandoc prints with `arguments`, run in `book_dir` with `document` as its input.

    Raises AssessmentError with pandoc's own words when it fails.
    """
    with tempfile.TemporaryDirectory() as nothing:
        result = subprocess.run(
            # An empty user data folder: whatever an analyst keeps in theirs changes nothing here.
            [pypandoc.get_pandoc_path(), f"--data-dir={nothing}", *arguments],
            cwd=book_dir,
            input=document,
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
