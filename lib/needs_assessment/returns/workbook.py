"""What the parts of an XLSX file say beyond the values that calamine reads.

Looked at before the workbook is parsed: that it is whole, holds no macros, and unpacks to a size
that can be read. And of its cells: errors, formulas without a result, numbers that their format
shows as something else, comments, and what is hidden, all of which would otherwise be lost.
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
from needs_assessment.returns.number_formats import NumberFormat, number_format
from needs_assessment.returns.opening import cannot_open, macros

# A return of some thousand statistics unpacks to a few megabytes.
MOST_BYTES = 256 * 2**20
MOST_CELLS = 10_000_000
_MOST_PARTS = 10_000
_MOST_COLUMNS = 16_384
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
# The formats that have a number instead of a code, where they change what a number says.
_MONEY = dict.fromkeys((5, 6, 7, 8, 42, 44), "£#,##0.00;-£#,##0.00")
_BUILT_IN = {**_MONEY, 9: "0%", 10: "0.00%", 17: "mmm-yy"}


@dataclass
class Facts:
    """Of one sheet: how many rows and columns hold something, and its remarkable cells.

    `cells` by (row, column) from 0: what they are, and their text where it is known already.
    `hidden`: whether the sheet is; `hidden_rows` and `hidden_columns` (from 0) are in it.
    `comments`: the cells with one.
    """

    rows: int = 0
    columns: int = 0
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)


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
        _local(each.tag) == "calcPr" and _is_true(each.get("fullCalcOnLoad"))
        for each in book.iter()
    )
    found = {}
    for sheet in book.iter():
        if _local(sheet.tag) != "sheet":
            continue
        identity = next((value for key, value in sheet.items() if _local(key) == "id"), "")
        part = _target(parts, main, "/worksheet", identity)
        if part:
            facts = _scan(parts, part, formats, pending)
            facts.hidden = sheet.get("state", "visible") != "visible"
            facts.comments = _comments(parts, _target(parts, part, "/comments"))
            found[sheet.get("name", "")] = facts
    return found


def _comments(parts: zipfile.ZipFile, part: str | None) -> list[str]:
    """The cells that carry a comment, such as “B4”."""
    if part is None or part not in parts.namelist():
        return []
    elements = (each for each in _tree(parts, part).iter() if _local(each.tag) == "comment")
    return [each.get("ref", "") for each in elements]


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


def _formats(parts: zipfile.ZipFile, part: str | None) -> list[NumberFormat | None]:
    """The format of each cell style; None where a number stands there as it is."""
    if part is None:
        return []
    codes: dict[int, str] = dict(_BUILT_IN)
    styles: list[NumberFormat | None] = []
    for element in _tree(parts, part):
        if _local(element.tag) == "numFmts":
            for each in element:
                codes[int(each.get("numFmtId", "0"))] = each.get("formatCode", "")
        elif _local(element.tag) == "cellXfs":
            found = (
                number_format(codes.get(int(each.get("numFmtId", "0")), "")) for each in element
            )
            styles.extend(None if each.plain else each for each in found)
    return styles


class _Scanner:
    """Follows the cells of a worksheet as its XML goes by."""

    def __init__(self, formats: list[NumberFormat | None], pending: bool):
        self.facts = Facts()
        self.formats = formats
        self.pending = pending
        self.row = self.column = -1
        self.type = ""
        self.format: NumberFormat | None = None
        self.texts: dict[str, list[str]] = {}
        self.inside = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1
            if _is_true(attributes.get("hidden")):
                self.facts.hidden_rows.add(self.row)
        elif tag == "col" and _is_true(attributes.get("hidden")):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.facts.hidden_columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
        elif tag == "c":
            self.column += 1
            if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                self.row, self.column = int(found[2]) - 1, _column(found[1])
            self.type = attributes.get("t", "")
            style = int(attributes.get("s", 0))
            self.format = self.formats[style] if style < len(self.formats) else None
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
            return self.format.show(value)
        return None


def _scan(
    parts: zipfile.ZipFile, part: str, formats: list[NumberFormat | None], pending: bool
) -> Facts:
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


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]
