"""The whole book as one document of pandoc's.

Each file is read by itself, once; what was read of it can be kept for the next run. The document is
numbered and cited once, and each format is written from that.
"""

import gzip
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from needs_assessment.book.pandoc import ASSETS, convert
from needs_assessment.book.settings import BookSettings
from needs_assessment.files import write_atomically

# Formats are written side by side, and the first to ask makes the document for all.
_MAKING = Lock()

# What was read of the last book's files: a division for each, by what the file says.
_divisions: dict[str, dict[str, Any]] = {}


@contextmanager
def readings_kept(path: Path, made_by: str) -> Iterator[None]:
    """While this lasts, files of a book that say what they said when `path` was written are not
    read again. `path` is written at the end, for the next time.

    What another program read (`made_by`), or a damaged file, counts for nothing.
    """
    _divisions.clear()
    _divisions.update(_kept(path, made_by))
    before = set(_divisions)
    yield
    if set(_divisions) != before:
        kept = json.dumps({"made_by": made_by, "divisions": _divisions})
        write_atomically(path, gzip.compress(kept.encode(), 1, mtime=0))


def read_document(book_dir: Path, settings: BookSettings) -> dict[str, Any]:
    """The book's files as pandoc reads them (its JSON): a division for each, its tables measured.

    Raises AssessmentError with pandoc's own words when it fails.
    """
    with _MAKING:
        return json.loads(_read(book_dir, settings, _contents(book_dir, settings)))


def write_book(book_dir: Path, settings: BookSettings, arguments: Sequence[str]) -> str:
    """What pandoc makes of the whole book, numbered and cited, with `arguments` added.

    Raises AssessmentError with pandoc's own words when it fails.
    """
    with _MAKING:
        document = _numbered(book_dir, settings, _contents(book_dir, settings))
    return convert(
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
    keys = [
        hashlib.sha256(f"{file.kind} {file.name} ".encode() + content).hexdigest()
        for file, content in zip(settings.files, contents, strict=False)
    ]
    unread = [place for place, key in enumerate(keys) if key not in _divisions]
    # Two parts of about the same length, for two cores; one reads at least the settings.
    shares: tuple[list[int], list[int]] = ([], [])
    for place in sorted(unread, key=lambda place: -len(contents[place])):
        min(shares, key=lambda share: sum(len(contents[each]) for each in share)).append(place)
    with ThreadPoolExecutor(len(shares)) as readers:
        documents = list(
            readers.map(
                lambda share: _read_files(book_dir, settings, share),
                [share for share in shares if share] or [[]],
            )
        )
    found = dict(_divisions)
    for share, document in zip(shares, documents, strict=False):
        found |= {keys[place]: each for place, each in zip(share, document["blocks"], strict=True)}
    _divisions.clear()
    _divisions.update((key, found[key]) for key in keys)
    return json.dumps({**documents[0], "blocks": list(_divisions.values())})


def _read_files(book_dir: Path, settings: BookSettings, places: Sequence[int]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        book_json = Path(folder) / "book.json"
        book_json.write_text(json.dumps(settings.metadata()), encoding="utf-8")
        files = (settings.files[place].name for place in places)
        tables = f"--lua-filter={ASSETS / 'tables.lua'}"
        arguments = [f"--from={ASSETS / 'reader.lua'}", str(book_json), *files, tables, "--to=json"]
        return json.loads(convert(book_dir, settings, arguments))


@lru_cache(maxsize=1)
def _numbered(book_dir: Path, settings: BookSettings, contents: tuple[bytes, ...]) -> str:
    return convert(
        book_dir,
        settings,
        [
            "--from=json",
            f"--lua-filter={ASSETS / 'numbers.lua'}",
            "--citeproc",
            "--metadata=link-citations",
            "--to=json",
        ],
        _read(book_dir, settings, contents),
    )


def _kept(path: Path, made_by: str) -> dict[str, dict[str, Any]]:
    try:
        kept = json.loads(gzip.decompress(path.read_bytes()))
        return dict(kept["divisions"]) if kept["made_by"] == made_by else {}
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return {}
