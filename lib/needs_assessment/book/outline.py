"""What a book's chapters hold, as far as a check needs to know, read through pandoc."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from needs_assessment.book.document import read_document
from needs_assessment.book.settings import BookSettings

LABEL = re.compile(r"^(sec|fig|tbl)-")
# ```{python} and `{python} x`: Quarto would run them, pandoc reads either as words in code type.
_WORDS = frozenset({"Str", "Space", "SoftBreak"})
_CHUNK = re.compile(r"^\{\w+[ ,}]")


@dataclass(frozen=True)
class Heading:
    """A heading: its level, 1 for a chapter's title, and its plain words."""

    level: int
    text: str


@dataclass(frozen=True)
class Image:
    """A picture: `label` may be empty; `captioned` pictures get a number."""

    label: str
    source: str
    alt: str
    captioned: bool


@dataclass(frozen=True)
class CitationGroup:
    """The keys of one bracket, or of one @key in the text, under the heading `under`."""

    keys: tuple[str, ...]
    has_suffix: bool
    under: str


@dataclass(frozen=True)
class Link:
    """A link to `target`, under the heading `under`."""

    target: str
    under: str


@dataclass(frozen=True)
class Raw:
    """Something that is not Markdown: `kind` is its language, `code` or `style`."""

    kind: str
    text: str
    under: str


@dataclass
class Chapter:
    """What one file of the book holds, each list in reading order."""

    name: str
    kind: str
    opens_with_heading: bool
    headings: list[Heading] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    numbered: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    images: list[Image] = field(default_factory=list)
    citations: list[CitationGroup] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    raw: list[Raw] = field(default_factory=list)
    source_lists: int = 0


def read_chapters(book_dir: Path, settings: BookSettings) -> list[Chapter]:
    """The chapters of the book in reading order."""
    document = read_document(book_dir, settings)
    return [_chapter(division) for division in document["blocks"]]


def cited_works(book_dir: Path, settings: BookSettings) -> tuple[str, ...]:
    """The keys of the works that the book cites, each once, sorted."""
    chapters = read_chapters(book_dir, settings)
    keys = {key for chapter in chapters for group in chapter.citations for key in group.keys}
    return tuple(sorted(key for key in keys if not LABEL.match(key)))


def _chapter(division: dict) -> Chapter:
    attributes = dict(division["c"][0][2])
    blocks = division["c"][1]
    chapter = Chapter(
        name=attributes["data-file"],
        kind=attributes["data-kind"],
        opens_with_heading=bool(blocks) and blocks[0]["t"] == "Header",
    )
    for element in _elements(blocks):
        _note(chapter, element)
    return chapter


def _note(chapter: Chapter, element: dict) -> None:
    identifier, classes, attributes = _attributes(element)
    under = chapter.headings[-1].text if chapter.headings else ""
    if identifier:
        chapter.anchors.add(identifier)
        if LABEL.match(identifier):
            chapter.labels.append(identifier)
    if "url(" in attributes.get("style", ""):
        chapter.raw.append(Raw("style", attributes["style"], under))
    if element["t"] in ("Header", "Figure", "Table", "Image"):
        _note_labelled(chapter, element, identifier, classes)
    else:
        _note_text(chapter, element, under)


def _note_labelled(chapter: Chapter, element: dict, label: str, classes: list[str]) -> None:
    content = element["c"]
    match element["t"]:
        case "Header":
            chapter.headings.append(Heading(content[0], plain_text(content[2]).strip()))
            if chapter.kind != "index" and "unnumbered" not in classes:
                chapter.numbered.append(label)
        case "Figure":
            chapter.numbered.append(label)
            captioned = bool(plain_text(content[1]).strip())
            chapter.images.extend(
                _image(image, label, captioned, in_figure=True)
                for image in _elements(content[2])
                if image["t"] == "Image"
            )
        case "Table":
            chapter.numbered.append(label)
        case "Image":
            chapter.images.append(_image(element, label, captioned=False, in_figure=False))


def _note_text(chapter: Chapter, element: dict, under: str) -> None:
    content = element.get("c")
    match element["t"]:
        case "Cite":
            keys = tuple(citation["citationId"] for citation in content[0])
            has_suffix = any(citation["citationSuffix"] for citation in content[0])
            chapter.citations.append(CitationGroup(keys, has_suffix, under))
        case "Link":
            chapter.links.append(Link(content[2][0], under))
        case "RawInline" | "RawBlock":
            chapter.raw.append(Raw(content[0], content[1], under))
        case "Code" if _CHUNK.match(content[1]):
            chapter.raw.append(Raw("code", content[1], under))
        case "Div" if content[0][0] == "refs":
            chapter.source_lists += 1


def _image(image: dict, label: str, captioned: bool, in_figure: bool) -> Image:
    _, _, attributes = _attributes(image)
    alt = attributes.get("fig-alt") or attributes.get("alt") or ""
    if not in_figure:
        alt = alt or plain_text(image["c"][1])
    return Image(label, image["c"][2][0], alt.strip(), captioned)


def _attributes(element: dict) -> tuple[str, list[str], dict[str, str]]:
    content = element.get("c")
    if element["t"] == "Header":
        content = content[1:]
    if element["t"] in (
        "Header",
        "Figure",
        "Table",
        "Image",
        "Link",
        "Div",
        "Span",
        "Code",
        "CodeBlock",
    ):
        identifier, classes, pairs = content[0]
        return identifier, classes, dict(pairs)
    return "", [], {}


def _elements(node: object) -> Iterator[dict]:
    """Every element inside `node` in reading order, words left out; a figure's picture comes with
    its figure.
    """
    if isinstance(node, list):
        for item in node:
            yield from _elements(item)
    elif isinstance(node, dict):
        if "t" not in node:
            for item in node.values():
                yield from _elements(item)
            return
        if node["t"] == "Figure":
            yield node
            yield from _elements(node["c"][1])
            return
        if node["t"] in _WORDS:
            return
        yield node
        inside = node.get("c")
        if node["t"] == "Div" and _is_titled_callout(node):
            heading, *rest = inside[1]
            yield from _elements(heading["c"][2])
            yield from _elements(rest)
        else:
            yield from _elements(inside)


def _is_titled_callout(div: dict) -> bool:
    """Whether a heading opens this callout: it is the callout's title, not a section."""
    (_, classes, _), blocks = div["c"]
    is_callout = any(name.startswith("callout-") for name in classes)
    return is_callout and bool(blocks) and blocks[0]["t"] == "Header"


def plain_text(node: object) -> str:
    """The words inside a piece of pandoc's document, spaces between them, notes left out."""
    if isinstance(node, list):
        return "".join(plain_text(item) for item in node)
    if not isinstance(node, dict):
        return ""
    match node.get("t"):
        case "Str":
            return node["c"]
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math":
            return node["c"][1]
        case "Note":
            return ""
    return plain_text(node.get("c"))
