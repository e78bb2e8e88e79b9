"""What the parts of an XLSX file say beyond the values that calamine reads.

Looked at before the workbook is parsed: that it is whole, holds no macros, and unpacks to a size
that can be read. And of its cells: errors, formulas without a result, percentages, and dates shown
without their day, all of which would otherwise be lost or change their meaning.
"""

import lzma
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.opening import cannot_open, macros

# A return of some thousand statistics unpacks to a few megabytes.
MOST_BYTES = 256 * 2**20
MOST_CELLS = 10_000_000
_MOST_PARTS = 10_000
_CHUNK = 2**18

_AGAIN = "Ask the partner to send it again, or open it in Excel and save it under a new name."
# What an archive raises that is cut short, or in which some bytes are not what they were.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    NotImplementedError,
)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_BUILT_IN = {9: "percent", 10: "percent", 17: "month"}


@dataclass
class Facts:
    """Of one sheet: how many rows and columns hold something, and its remarkable cells.

    `cells` by (row, column) from 0: what they are, and their text where it is known already.
    """

    rows: int = 0
    columns: int = 0
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def inspect_workbook(path: Path, name: str) -> dict[str, Facts]:
    """The facts of each worksheet, by its name, in order.

    Raises AssessmentError when the file is damaged, too large, with macros, or no workbook.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            _check(parts, name)
            return _facts(parts, name)
    except _DAMAGE:
        reason = "it is cut short or damaged"
    except RuntimeError:
        reason = "it is protected by a password"
    except (expat.ExpatError, ElementTree.ParseError):
        reason = "it is damaged"
    raise cannot_open(name, reason, _AGAIN) from None


def _check(parts: zipfile.ZipFile, name: str) -> None:
    entries = parts.infolist()
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_large(name)
    if any(each.endswith("vbaproject.bin") for each in names):
        raise macros(name)
    if "[content_types].xml" not in names or not any(each.startswith("xl/") for each in names):
        raise cannot_open(name, "it is an archive, not an Excel workbook", _AGAIN)
    if any(each.endswith("workbook.bin") for each in names):
        raise cannot_open(name, "it is a binary Excel workbook", "Save it as .xlsx.")
    if len(set(names)) < len(names):
        raise cannot_open(name, "it holds the same part twice", _AGAIN)
    # The sizes an archive states can be untrue: reading to the end checks them.
    total = 0
    for entry in entries:
        with parts.open(entry) as content:
            while chunk := content.read(_CHUNK):
                total += len(chunk)
                if total > MOST_BYTES:
                    raise _too_large(name)


def _too_large(name: str) -> AssessmentError:
    return cannot_open(
        name,
        f"unpacked it is larger than {MOST_BYTES // 2**20} MB",
        "Ask the partner for the table alone, or for CSV.",
    )


def _facts(parts: zipfile.ZipFile, name: str) -> dict[str, Facts]:
    main = _target(parts, "", "/officeDocument") or "xl/workbook.xml"
    book = _tree(parts, main)
    if "macroenabled" in parts.read("[Content_Types].xml").decode("utf-8", "replace").lower():
        raise macros(name)
    formats = _formats(parts, _target(parts, main, "/styles"))
    # Set by programs that write formulas without working them out; Excel clears it.
    pending = any(
        _local(each.tag) == "calcPr" and each.get("fullCalcOnLoad") in ("1", "true")
        for each in book.iter()
    )
    found = {}
    for sheet in book.iter():
        if _local(sheet.tag) != "sheet":
            continue
        identity = next((value for key, value in sheet.items() if _local(key) == "id"), "")
        part = _target(parts, main, "/worksheet", identity)
        if part:
            found[sheet.get("name", "")] = _scan(parts, part, formats, pending)
    return found


def _target(parts: zipfile.ZipFile, source: str, kind: str, identity: str = "") -> str | None:
    """The part that `source` refers to, of a kind and, where given, under an identity."""
    folder, base = posixpath.split(source)
    relations = posixpath.join(folder, "_rels", f"{base}.rels")
    if relations not in parts.namelist():
        return None
    for relation in _tree(parts, relations):
        if relation.get("Type", "").endswith(kind) and identity in ("", relation.get("Id")):
            return posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))[1:]
    return None


def _tree(parts: zipfile.ZipFile, part: str) -> ElementTree.Element:
    content = parts.read(part)
    # Entities can unfold without end; no workbook has any.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError
    return ElementTree.fromstring(content)


def _formats(parts: zipfile.ZipFile, part: str | None) -> list[str]:
    """What each cell style shows: `percent`, a date as `month` or `year`, or nothing special."""
    if part is None:
        return []
    codes: dict[int, str] = {}
    styles: list[str] = []
    for element in _tree(parts, part):
        if _local(element.tag) == "numFmts":
            for each in element:
                codes[int(each.get("numFmtId", "0"))] = each.get("formatCode", "")
        elif _local(element.tag) == "cellXfs":
            for each in element:
                number = int(each.get("numFmtId", "0"))
                styles.append(
                    _shows(codes[number]) if number in codes else _BUILT_IN.get(number, "")
                )
    return styles


def _shows(code: str) -> str:
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.', "", code).split(";")[0].lower()
    if "%" in plain:
        return "percent"
    if "d" in plain or "h" in plain or "s" in plain or "general" in plain:
        return ""
    return "month" if "m" in plain else "year" if "y" in plain else ""


class _Scanner:
    """Follows the cells of a worksheet as its XML goes by."""

    def __init__(self, formats: list[str], pending: bool):
        self.facts = Facts()
        self.formats = formats
        self.pending = pending
        self.row = self.column = -1
        self.type = self.format = ""
        self.texts: dict[str, list[str]] = {}
        self.inside = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1
        elif tag == "c":
            self.column += 1
            if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                self.row, self.column = int(found[2]) - 1, _column(found[1])
            self.type = attributes.get("t", "")
            style = int(attributes.get("s", 0))
            self.format = self.formats[style] if style < len(self.formats) else ""
            self.texts = {}
        elif tag in ("f", "v", "is"):
            self.inside = tag
            self.texts.setdefault(tag, [])

    def text(self, text: str) -> None:
        if self.inside:
            self.texts[self.inside].append(text)

    def end(self, tag: str) -> None:
        tag = _local(tag)
        if tag in ("f", "v", "is"):
            self.inside = ""
        elif tag == "c" and self.texts:
            self.facts.rows = max(self.facts.rows, self.row + 1)
            self.facts.columns = max(self.facts.columns, self.column + 1)
            if special := self._special():
                self.facts.cells[self.row, self.column] = special

    def _special(self) -> tuple[str, str] | None:
        formula, value = self.texts.get("f"), "".join(self.texts.get("v", ()))
        if formula is not None and (self.pending or "v" not in self.texts):
            return "formula", f"={''.join(formula)[:60]}"
        if self.type == "e":
            return "error", value or "#REF!"
        if self.type in ("", "n") and value and self.format:
            return self.format, value
        return None


def _scan(parts: zipfile.ZipFile, part: str, formats: list[str], pending: bool) -> Facts:
    scanner = _Scanner(formats, pending)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.text
    parser.StartDoctypeDeclHandler = _no_doctype
    with parts.open(part) as content:
        parser.ParseFile(content)
    return scanner.facts


def _no_doctype(*_: object) -> None:
    raise ValueError


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]
