"""What a file really is, whatever it is called: refusals in one clear line."""

from pathlib import Path
from typing import Literal

from needs_assessment.errors import AssessmentError

TEXT_ENDINGS = (".csv", ".txt", ".tsv")
WORKBOOK_ENDING = ".xlsx"

_AGAIN = "Ask the partner to send it again."
_AS_XLSX = "Open it, and save it as .xlsx."
_RENAME = "Give it its right ending, here and in params/."
_FIGURES = "Ask the partner for the figures as .xlsx or .csv."
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BLANK = b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"
_OTHER = {
    ".xls": ("an old Excel workbook (.xls)", "Open it in Excel and save it as .xlsx."),
    ".xlsb": ("a binary Excel workbook (.xlsb)", "Open it in Excel and save it as .xlsx."),
    ".ods": ("an OpenDocument spreadsheet (.ods)", _AS_XLSX),
    ".numbers": ("an Apple Numbers file", "Export it as .xlsx."),
    ".pdf": ("a PDF", _FIGURES),
    ".doc": ("a Word document", _FIGURES),
    ".docx": ("a Word document", _FIGURES),
}
# What a file is by its content, where its ending says something else.
_CONTENT = {
    "old": ("an old Excel workbook (.xls)", "Open it in Excel and save it as .xlsx."),
    "zip": ("a workbook or another archive", _RENAME),
    "pdf": ("a PDF", _FIGURES),
    "markup": ("a web page or XML", _AS_XLSX),
    "text": ("text, such as CSV,", _RENAME),
}
_EXPECTED = {".xls": "old", ".xlsb": "zip", ".ods": "zip", ".numbers": "zip", ".docx": "zip"}


def file_kind(path: Path, name: str) -> Literal["text", "workbook"]:
    """Whether a return is delimited text or a workbook, by its ending and by its content.

    `name` is how errors call it. Raises AssessmentError for everything that cannot be a return:
    empty, protected by a password, with macros, of another kind, or called what it is not.
    """
    ending = path.suffix.lower()
    if ending == ".xlsm":
        raise macros(name)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise cannot_open(name, f"{(error.strerror or 'it cannot be read').lower()}", "") from None
    if not head.strip(_BLANK):
        raise cannot_open(name, "it is empty", _AGAIN)
    content = _content(head)
    if content == "old" and _ENCRYPTED in path.read_bytes():
        raise cannot_open(
            name, "it is protected by a password", "Ask the partner to send it without one."
        )
    if ending == WORKBOOK_ENDING and content == "zip":
        return "workbook"
    if ending in TEXT_ENDINGS and content in ("text", "unknown"):
        return "text"
    if ending == WORKBOOK_ENDING and content == "unknown":
        raise cannot_open(name, "it is damaged", _AGAIN)
    if ending == WORKBOOK_ENDING or ending in TEXT_ENDINGS:
        what, hint = _CONTENT[content]
        called = "" if content == "old" else f" called {ending}"
        raise cannot_open(name, f"it is {what}{called}", hint)
    if ending in _OTHER:
        what, hint = _OTHER[ending]
        if content in _CONTENT and content not in (_EXPECTED.get(ending, content), "unknown"):
            what, hint = f"{_CONTENT[content][0]} called {ending}", _CONTENT[content][1]
        raise AssessmentError(f"{name} is neither CSV nor XLSX: it is {what}.", hint)
    raise AssessmentError(f"{name} is neither CSV nor XLSX.", "Save it as .xlsx or .csv.")


def cannot_open(name: str, reason: str, hint: str) -> AssessmentError:
    """The line for a workbook, or for any file with nothing in it, that cannot be opened."""
    return AssessmentError(f"{name} cannot be opened: {reason}.", hint)


def macros(name: str) -> AssessmentError:
    """The line for a workbook with macros."""
    return AssessmentError(
        f"{name} is a workbook with macros, which is not accepted.",
        "Open it in Excel without running them, and save it as .xlsx.",
    )


def _content(head: bytes) -> str:
    """zip, old (Excel before 2007, or encrypted), pdf, markup, text or unknown."""
    for start, kind in ((b"PK", "zip"), (b"\xd0\xcf\x11\xe0", "old"), (b"%PDF", "pdf")):
        if head.startswith(start):
            return kind
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    plain = head.replace(b"\0", b"") if wide else head
    first = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if first.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta")):
        return "markup"
    if b"\0" in plain and not wide_encoding(plain):
        return "unknown"
    return "text"


def wide_encoding(content: bytes) -> str:
    """UTF-16, low or high byte first, by the noughts that English text has in it, or nothing."""
    head = content[:4096]
    for encoding, noughts in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if noughts.count(0) > 0.6 * len(head) / 2:
            return encoding
    return ""
