"""The book as a Word document, for readers who comment in Word.

Everything that makes it look as it does is a style of the reference document that is made here,
so that a reader can change it in Word.
"""

import json
import os
import tempfile
from collections.abc import Container, Iterable
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from needs_assessment.book.document import write_book
from needs_assessment.book.settings import BookSettings
from needs_assessment.book.typesetting import compile_typst
from needs_assessment.book.word_reference import (
    CONTENTS,
    NOTICE,
    VERSION_LINE,
    packed,
    reference_document,
)
from needs_assessment.book.word_tables import lay_out_tables

WORD = "assessment.docx"
_PIXELS_PER_INCH = 200


def render_word(book_dir: Path, settings: BookSettings, document: Path) -> None:
    """Write the whole book as the Word file `document`; the same book gives the same bytes.

    Charts become pictures: Word before 2019, and much that opens Word files, cannot draw SVG.
    Raises AssessmentError when pandoc or Typst refuses the book.
    """
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        reference, made = Path(folder) / "reference.docx", Path(folder) / "made.docx"
        draw_pictures(book_dir, pictures)
        reference.write_bytes(reference_document(settings))
        write_book(
            book_dir,
            settings,
            [
                "--to=docx",
                f"--output={made}",
                f"--reference-doc={reference}",
                f"--resource-path=.{os.pathsep}{pictures}",
                "--toc",
                "--toc-depth=2",
                "--metadata=toc-title:Contents",
            ],
        )
        word = docx.Document(str(made))
        _finish(word, settings)
        document.write_bytes(packed(word))


def draw_pictures(book_dir: Path, folder: Path) -> None:
    """Draw each SVG in the book's `figures/` that has no picture beside it yet, as a PNG of the
    same name in `figures/` below `folder`, 200 pixels an inch.

    Raises AssessmentError when Typst refuses a drawing.
    """
    drawings = sorted((book_dir / "figures").glob("*.svg"))
    names = [path.stem for path in drawings if not path.with_suffix(".png").is_file()]
    if not names:
        return
    figures = folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    pages = [f"#image({json.dumps(f'figures/{name}.svg')})" for name in names]
    compile_typst(
        book_dir,
        "#set page(width: auto, height: auto, margin: 0pt)\n" + "\n#pagebreak()\n".join(pages),
        figures / ".page-{0p}.png",
        format="png",
        ppi=_PIXELS_PER_INCH,
    )
    for name, page in zip(names, sorted(figures.glob(".page-*.png")), strict=True):
        page.replace(figures / f"{name}.png")


def _finish(word: Document, settings: BookSettings) -> None:
    """What pandoc leaves out: the rest of the title page, the contents, the look of tables, and
    who wrote it when. What it adds of its own, a copy of all metadata, goes.
    """
    _fill_title_page(word, settings)
    _fill_contents(word)
    lay_out_tables(word)
    for name, relation in list(word.part.package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.CUSTOM_PROPERTIES:
            del word.part.package.rels[name]
    core = word.core_properties
    date = datetime.fromtimestamp(settings.timestamp, UTC).replace(tzinfo=None)
    core.title = f"{settings.title}: {settings.subtitle}"
    core.author = core.last_modified_by = settings.author
    core.language = settings.lang
    core.created = core.modified = date


def _fill_title_page(word: Document, settings: BookSettings) -> None:
    """Put the council over the title, and the notice and the version block below it."""
    front = {each.style.name: each for each in word.paragraphs[:4]}
    # The version block has the date, as a reader writes it.
    front["Date"]._p.getparent().remove(front["Date"]._p)
    front["Title"]._p.addprevious(front["Author"]._p)
    last = front.get("Subtitle", front["Title"])._p

    def add(text: str, style: str) -> Paragraph:
        nonlocal last
        paragraph = Paragraph(OxmlElement("w:p"), word._body)
        last.addnext(paragraph._p)
        last = paragraph._p
        paragraph.style = word.styles[style]
        paragraph.add_run(text)
        return paragraph

    if settings.notice:
        add(settings.notice, NOTICE)
    for place, (label, text) in enumerate(settings.version_block):
        line = add(f"{label}\t{text}", VERSION_LINE)
        if not place:
            line.paragraph_format.space_before = Pt(150)


def _fill_contents(word: Document) -> None:
    """Write the headings into the contents, each linked to its place.

    Word adds the page numbers when it opens the document; other programs show what is here.
    """
    body = word.element.body
    field = next(each for each in body.iter(qn("w:fldChar"))).getparent()
    first = field.getparent()
    end = OxmlElement("w:p")
    last = OxmlElement("w:r")
    last.append(field.findall(qn("w:fldChar"))[-1])
    end.append(last)
    first.addnext(end)
    entries = {
        word.styles[heading].style_id: word.styles[entry].style_id
        for heading, entry in zip(("Heading 1", "Heading 2"), CONTENTS, strict=True)
    }
    for heading, anchor in _headings(body, entries):
        entry = Paragraph(OxmlElement("w:p"), word._body)
        end.addprevious(entry._p)
        entry._p.style = entries[heading.style]
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), anchor)
        link.append(entry.add_run(heading.text)._r)
        entry._p.append(link)


def _headings(body: BaseOxmlElement, styles: Container[str]) -> Iterable[tuple[CT_P, str]]:
    """The headings that have one of these styles, each with the name of the bookmark before it."""
    anchor = ""
    for element in body:
        if element.tag == qn("w:bookmarkStart"):
            anchor = element.get(qn("w:name"))
        elif element.tag == qn("w:p") and element.style in styles:
            yield element, anchor
