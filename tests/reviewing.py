"""Word files as reviewers send them back: comments, replies, tracked changes."""

import copy
import io
import re
import subprocess
import zipfile
from pathlib import Path

import docx
import pypandoc
import yaml
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

WHEN = "2026-02-03T10:20:00Z"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_EXTENDED = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
_TYPE = CONTENT_TYPE.WML_COMMENTS.replace("comments+xml", "commentsExtended+xml")


def book_as_docx(book: Path, target: Path) -> Path:
    """The chapters of an assembled book as one Word file, as pandoc writes it."""
    settings = yaml.safe_load((book / "_quarto.yml").read_text(encoding="utf-8"))
    names = [name for name in settings["book"]["chapters"] if name != "index.qmd"]
    text = "\n\n".join((book / name).read_text(encoding="utf-8") for name in names)
    # Pictures and tables of figures are no matter here.
    text = re.sub(r"^!\[.*$", "", text, flags=re.MULTILINE)
    return markdown_as_docx(text, target, "--citeproc", f"--bibliography={book}/references.bib")


def markdown_as_docx(text: str, target: Path, *options: str) -> Path:
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "docx", "--number-sections"]
    subprocess.run(
        [*command, *options, "-o", str(target)], input=text.encode(), check=True, timeout=120
    )
    return target


def find(document: Document, start: str) -> Paragraph:
    """The first paragraph of the body that begins so, after its number if it is a heading."""
    found = (
        each
        for each in document.paragraphs
        if re.sub(r"^[\d.]+\s+", "", each.text).startswith(start)
    )
    return next(found)


def comment(document: Document, paragraph: Paragraph, text: str, author: str) -> int:
    """A comment on the whole of a paragraph; its number in this file."""
    added = document.add_comment(paragraph.runs, text=text, author=author, initials="X")
    added._comment_elm.set(qn("w:date"), WHEN)
    mark = f"{added.comment_id + 1:08X}"
    added.paragraphs[-1]._p.set(f"{{{W14}}}paraId", mark)
    return added.comment_id


def thread(document: Document, entries: list[tuple[int, int | None, bool]]) -> None:
    """Says of comments, by number, whose reply each is and whether it is resolved."""
    lines = "".join(
        f'<w15:commentEx w15:paraId="{number + 1:08X}"'
        + (f' w15:paraIdParent="{parent + 1:08X}"' if parent is not None else "")
        + f' w15:done="{int(done)}"/>'
        for number, parent, done in entries
    )
    blob = f'<w15:commentsEx xmlns:w15="{W15}">{lines}</w15:commentsEx>'.encode()
    part = Part(PackURI("/word/commentsExtended.xml"), _TYPE, blob, document.part.package)
    document.part.relate_to(part, _EXTENDED)


def change(paragraph: Paragraph, old: str, new: str, author: str) -> None:
    """Replaces the words `old` by `new` as Word does when changes are tracked."""
    runs = [run for run in paragraph.runs if run.text]
    text = "".join(run.text for run in runs)
    start = text.index(old)
    first = runs[0]._r
    pieces = [text[:start], old, new, text[start + len(old) :]]
    made = []
    for kind, words in zip(("", "del", "ins", ""), pieces, strict=True):
        if not words:
            continue
        run = OxmlElement("w:r")
        inner = OxmlElement("w:delText" if kind == "del" else "w:t")
        inner.set(qn("xml:space"), "preserve")
        inner.text = words
        run.append(inner)
        made.append(_tracked(kind, run, author) if kind else run)
    parent = first.getparent()
    at = parent.index(first)
    for child in list(parent):
        if child.tag != qn("w:pPr"):
            parent.remove(child)
    for element in made:
        parent.insert(min(at, len(parent)), element)
        at = parent.index(element) + 1


def put_in_after(paragraph: Paragraph, text: str, author: str) -> None:
    """A new paragraph, tracked, after this one."""
    new = OxmlElement("w:p")
    run = OxmlElement("w:r")
    inner = OxmlElement("w:t")
    inner.text = text
    run.append(inner)
    new.append(_tracked("ins", run, author))
    paragraph._p.addnext(new)


def repacked(source: Path, target: Path, **parts: bytes) -> Path:
    """A copy of a Word file with other parts: `document=…` is `word/document.xml`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            stem = Path(each.filename).stem
            given = parts.get(stem) if each.filename == f"word/{stem}.xml" else None
            new.writestr(each.filename, old.read(each) if given is None else given)
    return target


def part_of(source: Path, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(source.read_bytes())) as archive:
        return archive.read(name)


def _tracked(kind: str, run, author: str):
    element = OxmlElement(f"w:{kind}")
    element.set(qn("w:id"), "900")
    element.set(qn("w:author"), author)
    element.set(qn("w:date"), WHEN)
    element.append(copy.copy(run))
    return element


def open_file(path: Path) -> Document:
    return docx.Document(str(path))
