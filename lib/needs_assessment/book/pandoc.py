"""Running pandoc, the one that comes with the product.

The files of a book are read once, and numbered and cited once; each format is written from that.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import pypandoc

from needs_assessment.book.settings import BookSettings
from needs_assessment.errors import AssessmentError

ASSETS = Path(__file__).with_name("assets")

# Formats are written side by side, and the first to ask makes the document for all.
_MAKING = Lock()


def read_document(book_dir: Path, settings: BookSettings) -> str:
    """The book's files as pandoc reads them together, as its JSON: a division for each.

    Raises AssessmentError with pandoc's own words when it fails.
    """
    with _MAKING:
        return _read(book_dir, settings, _contents(book_dir, settings))


def write_book(book_dir: Path, settings: BookSettings, arguments: Sequence[str]) -> str:
    """What pandoc makes of the whole book, numbered and cited, with `arguments` added.

    Raises AssessmentError with pandoc's own words when it fails.
    """
    with _MAKING:
        document = _numbered(book_dir, settings, _contents(book_dir, settings))
    return _pandoc(
        book_dir,
        settings,
        [
            "--from=json",
            f"--lua-filter={ASSETS / 'notes.lua'}",
            f"--lua-filter={ASSETS / 'book.lua'}",
            "--syntax-highlighting=none",
            "--wrap=none",
            *arguments,
        ],
        document,
    )


def _contents(book_dir: Path, settings: BookSettings) -> tuple[bytes, ...]:
    """All that a document is made of besides its settings, so that a changed file is read again."""
    names = (*(file.name for file in settings.files), settings.bibliography)
    paths = (book_dir / name for name in names)
    return tuple(path.read_bytes() if path.is_file() else b"" for path in paths)


@lru_cache(maxsize=1)
def _read(book_dir: Path, settings: BookSettings, contents: tuple[bytes, ...]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        book_json = Path(folder) / "book.json"
        book_json.write_text(json.dumps(settings.metadata()), encoding="utf-8")
        files = (file.name for file in settings.files)
        arguments = [f"--from={ASSETS / 'reader.lua'}", str(book_json), *files, "--to=json"]
        return _pandoc(book_dir, settings, arguments)


@lru_cache(maxsize=1)
def _numbered(book_dir: Path, settings: BookSettings, contents: tuple[bytes, ...]) -> str:
    return _pandoc(
        book_dir,
        settings,
        [
            "--from=json",
            f"--lua-filter={ASSETS / 'tables.lua'}",
            f"--lua-filter={ASSETS / 'numbers.lua'}",
            "--citeproc",
            "--metadata=link-citations",
            "--to=json",
        ],
        _read(book_dir, settings, contents),
    )


def _pandoc(
    book_dir: Path, settings: BookSettings, arguments: Sequence[str], document: str = ""
) -> str:
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
