"""What a returned report holds, as plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["comment", "change"]
Part = Literal["text", "table", "caption", "note"]


@dataclass(frozen=True)
class Piece:
    """Text that one hand wrote: `change` says whether it was put in or taken out, "" for neither.

    `author` and `date` (ISO, "" when not recorded) are those of a tracked change.
    """

    text: str
    change: Literal["", "inserted", "deleted"] = ""
    author: str = ""
    date: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body or of a note: a footnote, or what stands in the margin of a page.

    `level` is that of a heading, 0 for other text; `headings` are those above it, outermost first.
    """

    pieces: tuple[Piece, ...]
    level: int
    headings: tuple[str, ...]
    part: Part

    @property
    def original(self) -> str:
        """The text before anything was put in or taken out."""
        return _joined(each.text for each in self.pieces if each.change != "inserted")

    @property
    def marked(self) -> str:
        """The text with its changes: `[-taken out-]` and `{+put in+}`."""
        marks = {"": "{}", "inserted": "{{+{}+}}", "deleted": "[-{}-]"}
        return _joined(marks[each.change].format(each.text) for each in self.pieces)


@dataclass(frozen=True)
class Reply:
    """An answer to a comment inside the file."""

    author: str
    date: str
    text: str


@dataclass(frozen=True)
class Remark:
    """A comment, or a tracked change, where it stands.

    `id` is the same whenever and in whatever copy it is read. `paragraph` counts those of the
    body from 0, None when it stands outside. Of a comment, `quoted` is the text it is about,
    `text` what it says, `resolved` whether it was closed in Word; of a change, `text` is its
    paragraph with `[-taken out-]` and `{+put in+}`, `quoted` the change alone.
    """

    id: str
    kind: Kind
    author: str
    date: str
    text: str
    quoted: str
    paragraph: int | None
    resolved: bool = False
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Returned:
    """A returned report: the paragraphs of its body, and the remarks in their order."""

    paragraphs: tuple[Paragraph, ...]
    remarks: tuple[Remark, ...]


def _joined(texts: Iterable[str]) -> str:
    return " ".join("".join(texts).split())
