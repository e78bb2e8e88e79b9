"""Delimited text: which encoding, which delimiter, and its rows."""

import csv
import io
import re
from collections.abc import Collection
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.opening import wide_encoding
from needs_assessment.returns.tokens import tidy

_DELIMITERS = ",;\t|"
# Enough of a file to tell its delimiter by.
_BEGINNING = 2**18
_SAVE = "Open it in Excel and save it as “CSV UTF-8”."
# Left by broken exports; a file of an old system may end with the last of these.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_END_OF_FILE = "\x1a"
# Two or three bytes that make one character of UTF-8: no accident in a file of another encoding.
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def read_delimited(path: Path, name: str, expected: Collection[str] = ()) -> list[list[str]]:
    """The rows of a text file, from the first on, every cell as text.

    UTF-8 and UTF-16, with and without their marks, and Windows-1252; the delimiter is the one of
    comma, semicolon, tab and bar with which most of the `expected` headings stand in one row, or
    else most rows fall into columns. Raises AssessmentError when it is not such text.
    """
    text = _decode(path.read_bytes(), name)
    lines = io.StringIO(text, newline="")
    if found := re.match(r"sep=([,;\t|])\r?\n?", text, re.IGNORECASE):
        lines.seek(found.end())
        rows, failure = _split(lines, found[1])
        rows.insert(0, [])
    else:
        wanted = {plain(heading) for heading in expected}
        beginning = text[:_BEGINNING]
        chosen = max(
            _DELIMITERS,
            key=lambda each: _fit(_split(io.StringIO(beginning, newline=""), each)[0], wanted),
        )
        rows, failure = _split(lines, chosen)
    if failure:
        raise AssessmentError(
            f"{name}, row {len(rows) + 1}: cannot be read as CSV ({failure}).",
            "A quotation mark is missing or too many: correct it, or save the file as CSV again.",
        )
    return rows


def _decode(content: bytes, name: str) -> str:
    encoding = _encoding(content)
    try:
        if encoding:
            text = content.decode(encoding)
        else:
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError as error:
                if found := _UTF_8.search(content):
                    rows = sorted(
                        content.count(b"\n", 0, at) + 1 for at in (found.start(), error.start)
                    )
                    raise AssessmentError(
                        f"{name} mixes two encodings (lines {rows[0]} and {rows[1]}).", _SAVE
                    ) from None
                text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise AssessmentError(f"{name} is not text.", _SAVE) from None
    text = text.rstrip(_END_OF_FILE)
    if "\0" in text:
        raise AssessmentError(f"{name} is not text.", _SAVE)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise AssessmentError(f"{name}, line {line}: holds what is not text.", _SAVE)
    return text


def _encoding(content: bytes) -> str:
    """The encoding that a file's first bytes tell, or nothing."""
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return wide_encoding(content)


def _split(lines: io.StringIO, delimiter: str) -> tuple[list[list[str]], str]:
    """The rows up to what cannot be read, and why it cannot."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            rows.append([tidy(cell) for cell in row])
    except csv.Error as error:
        return rows, str(error)
    return rows, ""


def _fit(rows: list[list[str]], wanted: set[str]) -> tuple[int, int]:
    headings = max((len(wanted & {plain(cell) for cell in row}) for row in rows), default=0)
    return headings, sum(1 for row in rows if sum(map(bool, row)) > 1)
