"""The book as one document: what was read of a file counts while the file says the same."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from book_sample import add, stage_sample
from needs_assessment.book.document import read_document, readings_kept, write_book
from needs_assessment.book.settings import read_settings

MARK = "taken from what was kept"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return stage_sample(tmp_path / "book")


def files_of(book: Path, kept: Path, made_by: str = "this") -> dict[str, Any]:
    """What is read of each file of the book, by its name."""
    with readings_kept(kept, made_by):
        document = read_document(book, read_settings(book))
    return {dict(each["c"][0][2])["data-file"]: each for each in document["blocks"]}


def marked(kept: Path) -> set[str]:
    """Marks every file in `kept`, so that what is taken from there can be seen."""
    held = json.loads(gzip.decompress(kept.read_bytes()))
    for division in held["divisions"].values():
        division["c"][1].append({"t": "Para", "c": [{"t": "Str", "c": MARK}]})
    kept.write_bytes(gzip.compress(json.dumps(held).encode()))
    return {dict(each["c"][0][2])["data-file"] for each in held["divisions"].values()}


def taken(files: dict[str, Any]) -> set[str]:
    return {name for name, division in files.items() if MARK in json.dumps(division)}


def test_only_files_that_changed_are_read_again(book: Path, tmp_path: Path) -> None:
    kept = tmp_path / "read.json.gz"
    whole = files_of(book, kept)
    assert list(whole) == [file.name for file in read_settings(book).files]
    assert marked(kept) == set(whole)
    add(book, "marac.qmd", "Another sentence.")
    again = files_of(book, kept)
    assert taken(again) == set(whole) - {"marac.qmd"}
    assert list(again) == list(whole)
    assert "sentence" in json.dumps(again["marac.qmd"])


def test_what_was_kept_by_another_program_or_is_damaged_is_read_anew(
    book: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "read.json.gz"
    whole = files_of(book, kept)
    marked(kept)
    add(book, "marac.qmd", "A sentence.")
    assert not taken(files_of(book, kept, "another"))
    kept.write_bytes(kept.read_bytes()[:100])
    add(book, "marac.qmd", "One more.")
    assert list(files_of(book, kept)) == list(whole)


def test_a_book_read_in_parts_is_written_as_one(book: Path, tmp_path: Path) -> None:
    """Numbers and references run through the whole book, however it was read."""
    kept = tmp_path / "read.json.gz"

    def written() -> str:
        with readings_kept(kept, "this"):
            page = write_book(book, read_settings(book), ["--to=html5"])
        return " ".join(BeautifulSoup(page, "html.parser").get_text().split())

    first = written()
    summary = book / "summary.qmd"
    text = summary.read_text(encoding="utf-8")
    add(book, "summary.qmd", "Compare @sec-refuge-places.")
    second = written()
    assert "Compare Section 2.1." in second and "Compare Section 2.1." not in first
    summary.write_text(text, encoding="utf-8")
    assert written() == first
