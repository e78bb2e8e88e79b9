"""Reading the comments and tracked changes of a returned Word file."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree

from needs_assessment.comments.opening import open_docx, parser
from needs_assessment.comments.returned import Kind, Paragraph, Part, Piece, Remark, Reply, Returned
from needs_assessment.errors import AssessmentError

_NOTES = tuple(
    getattr(RELATIONSHIP_TYPE, name) for name in ("FOOTNOTES", "ENDNOTES", "HEADER", "FOOTER")
)
_EXTENDED = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_CHANGES = {"ins": "inserted", "moveTo": "inserted", "del": "deleted", "moveFrom": "deleted"}
_SPACES = ("tab", "br", "cr")
# Pictures and text boxes: what is drawn is no text of the report.
_DRAWN = ("drawing", "pict", "object", "AlternateContent", "instrText", "pPr", "rPr")
# Control characters, and what changes the direction of writing: a terminal would obey them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MOST_REMARKS = 5_000


def read_returned(path: Path) -> Returned:
    """The comments and tracked changes of a returned report, and where each stands.

    Raises AssessmentError as `open_docx` does, and for more remarks than people write.
    """
    document = open_docx(path)
    walk = _Walk(document)
    remarks = [*_comments(document, walk), *_changes(walk.paragraphs)]
    if len(remarks) > _MOST_REMARKS:
        raise AssessmentError(
            f"{path.name} holds {len(remarks)} comments and changes, more than can be answered.",
            "Make sure that it is a returned report, and not a comparison of two files.",
        )
    remarks.sort(
        key=lambda each: len(walk.paragraphs) if each.paragraph is None else each.paragraph
    )
    return Returned(tuple(walk.paragraphs), tuple(_told_apart(remarks)))


class _Walk:
    """A walk through the body: its paragraphs, and the text that each comment is about.

    `ranges` and `places` are by the comment's number in this file: its text so far, and the
    paragraph in which it begins.
    """

    def __init__(self, document: Document) -> None:
        self.paragraphs: list[Paragraph] = []
        self.ranges: dict[str, list[str]] = {}
        self.places: dict[str, int] = {}
        self._open: set[str] = set()
        self._pieces: list[Piece] = []
        self._headings: list[tuple[int, str]] = []
        self._styles = {style.style_id: style.name or "" for style in document.styles}
        self._blocks(document.element, "text")
        self._headings = []
        for part in _parts(document, *_NOTES):
            self._blocks(part, "note")

    def _blocks(self, element: Any, part: Part) -> None:
        for child in element:
            name = _name(child)
            if name == "p":
                self._paragraph(child, part)
            elif name in ("commentRangeStart", "commentRangeEnd"):
                self._range(child, name)
            elif name not in _DRAWN:
                self._blocks(child, "table" if name == "tbl" else part)

    def _paragraph(self, element: Any, part: Part) -> None:
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        named = self._styles.get(style.get(qn("w:val")), "") if style is not None else ""
        found = _HEADING.fullmatch(named)
        level = int(found[1]) if found and part == "text" else 0
        part = "caption" if part == "text" and "caption" in named.lower() else part
        self._pieces = []
        self._runs(element, Piece(""))
        for each in self._open:
            self.ranges[each].append(" ")
        if level:
            self._headings = [each for each in self._headings if each[0] < level]
        above = tuple(text for _, text in self._headings)
        paragraph = Paragraph(tuple(self._pieces), level, above, part)
        if level:
            self._headings.append((level, paragraph.original))
        self.paragraphs.append(paragraph)

    def _runs(self, element: Any, within: Piece) -> None:
        for child in element:
            name = _name(child)
            if name in _CHANGES:
                change = _CHANGES[name]
                # Put in by one and taken out by another: it is in neither text.
                if within.change != "inserted" or change != "deleted":
                    self._runs(child, _piece(child, change))
            elif name in ("t", "delText"):
                self._take(child.text or "", within)
            elif name in _SPACES:
                self._take(" ", within)
            elif name == "noBreakHyphen":
                self._take("-", within)
            elif name in ("commentRangeStart", "commentRangeEnd"):
                self._range(child, name)
            elif name == "commentReference":
                self.places.setdefault(child.get(qn("w:id"), ""), len(self.paragraphs))
            elif name not in _DRAWN:
                self._runs(child, within)

    def _take(self, text: str, within: Piece) -> None:
        text = _UNSEEN.sub("", text)
        self._pieces.append(replace(within, text=text))
        for each in self._open:
            if text.strip():
                self.places.setdefault(each, len(self.paragraphs))
            self.ranges[each].append(text)

    def _range(self, element: Any, name: str) -> None:
        number = element.get(qn("w:id"), "")
        if name == "commentRangeStart":
            self._open.add(number)
            self.ranges.setdefault(number, [])
        else:
            self._open.discard(number)


def _comments(document: Document, walk: _Walk) -> Iterator[Remark]:
    """The comments that are no replies, each with its replies."""
    closed, parents = _extended(document)
    found = [_Comment.of(each, parents) for each in _comment_elements(document)]
    by_mark = {mark: each for each in found for mark in each.marks}
    replies: dict[int, list[Reply]] = {}
    asked = []
    for each in found:
        above = by_mark.get(each.parent)
        if above is None or above is each:
            asked.append(each)
        else:
            replies.setdefault(id(above), []).append(Reply(each.author, each.date, each.text))
    for each in asked:
        quoted = "".join(walk.ranges.get(each.number, []))
        yield Remark(
            id=_id("comment", each.author, each.date, each.text),
            kind="comment",
            author=each.author,
            date=each.date,
            text=each.text,
            quoted=" ".join(quoted.split()),
            paragraph=walk.places.get(each.number),
            resolved=bool(closed & each.marks),
            replies=tuple(replies.get(id(each), ())),
        )


@dataclass(frozen=True)
class _Comment:
    """A comment as the file has it: `marks` name its paragraphs, `parent` that it answers."""

    number: str
    marks: frozenset[str]
    parent: str
    author: str
    date: str
    text: str

    @classmethod
    def of(cls, element: Any, parents: Mapping[str, str]) -> "_Comment":
        paragraphs = list(element.iter(qn("w:p")))
        marks = {each.get(f"{_W14}paraId", "") for each in paragraphs} - {""}
        lines = ("".join(text.text or "" for text in each.iter(qn("w:t"))) for each in paragraphs)
        return cls(
            number=element.get(qn("w:id"), ""),
            marks=frozenset(marks),
            parent=next((parents[each] for each in sorted(marks) if parents.get(each)), ""),
            author=_clean(element.get(qn("w:author"), "")),
            date=_date(element.get(qn("w:date"), "")),
            text=_clean("\n".join(lines)),
        )


def _comment_elements(document: Document) -> Iterator[Any]:
    for part in _parts(document, RELATIONSHIP_TYPE.COMMENTS):
        yield from part.iter(qn("w:comment"))


def _parts(document: Document, *kinds: str) -> Iterator[Any]:
    """The roots of the parts of some kinds that belong to the document."""
    for relation in document.part.rels.values():
        if relation.reltype in kinds and not relation.is_external:
            yield etree.fromstring(relation.target_part.blob, parser())


def _extended(document: Document) -> tuple[set[str], dict[str, str]]:
    """By the mark of a comment's paragraph: which are resolved, and whose reply each is."""
    closed: set[str] = set()
    parents: dict[str, str] = {}
    for part in _parts(document, _EXTENDED):
        for each in part.iter(f"{_W15}commentEx"):
            mark = each.get(f"{_W15}paraId", "")
            parents[mark] = each.get(f"{_W15}paraIdParent", "")
            if each.get(f"{_W15}done") in ("1", "true"):
                closed.add(mark)
    return closed, parents


def _changes(paragraphs: Sequence[Paragraph]) -> Iterator[Remark]:
    """What one author changed side by side in a paragraph: a replacement is one change."""
    for number, paragraph in enumerate(paragraphs):
        for author, group in groupby(
            paragraph.pieces, key=lambda each: each.change and each.author
        ):
            pieces = tuple(group)
            if not pieces[0].change or not "".join(each.text for each in pieces).strip():
                continue
            alone = replace(paragraph, pieces=_merged(pieces)).marked
            yield Remark(
                id=_id("change", author, pieces[0].date, alone, paragraph.original),
                kind="change",
                author=author,
                date=pieces[0].date,
                text=replace(paragraph, pieces=_merged(paragraph.pieces)).marked,
                quoted=alone,
                paragraph=number,
            )


def _merged(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbouring pieces of one kind as one: Word cuts text wherever its look changes."""
    return tuple(
        Piece("".join(each.text for each in group), kind)
        for kind, group in groupby(pieces, key=lambda each: each.change)
    )


def _told_apart(remarks: Sequence[Remark]) -> Iterator[Remark]:
    """The remarks, with a number behind the id of those that say the very same."""
    seen: dict[str, int] = {}
    for each in remarks:
        seen[each.id] = seen.get(each.id, 0) + 1
        yield each if seen[each.id] == 1 else replace(each, id=f"{each.id}-{seen[each.id]}")


def _id(kind: Kind, *about: str) -> str:
    return f"{kind[:2]}-{hashlib.sha256(repr(about).encode()).hexdigest()[:8]}"


def _piece(element: Any, change: Any) -> Piece:
    author, day = (element.get(qn(f"w:{name}"), "") for name in ("author", "date"))
    return Piece("", change, _clean(author), _date(day))


def _name(element: Any) -> str:
    """The local name of an element; nothing for comments and instructions in the XML."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _date(text: str) -> str:
    """A date and time of the file, without what follows the seconds; "" for what is none."""
    try:
        return datetime.fromisoformat(text[:19]).isoformat(timespec="seconds")
    except ValueError:
        return ""


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text).strip()
