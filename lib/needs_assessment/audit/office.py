"""Reading the workbook and the Word document of a report."""

import re
import zipfile
from decimal import Decimal
from pathlib import Path

from lxml import etree

from needs_assessment.audit.shown import Pages, ShownChart, ShownTable, plain, split_caption
from needs_assessment.display import MINUS

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS = (f"{_WORD}t", f"{_WORD}delText")
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_BLOCKS = (f"{_WORD}p", f"{_WORD}tbl", f"{_DRAWING}docPr")
_EMPTY = "[z]"
_NOTE = re.compile(r"\s*\[note \d+\]")
_PLACES = re.compile(r"0\.(0+)")
_MILLION = ',,"m"'
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml|docProps/\w+\.xml")


def read_workbook(path: Path, artefact: str) -> Pages:
    """The tables of a workbook, one a sheet; hidden sheets, rows and columns too.

    The first row with two texts or more is the headings. Numbers keep every digit they have.
    """
    # A check attacks no report, and the import takes a while.
    import openpyxl

    pages = Pages(artefact)
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        lines = [
            [_text(cell.value, cell.number_format) for cell in line] for line in sheet.iter_rows()
        ]
        table = _sheet(lines, artefact)
        pages.texts += [text for line in lines for text in line if " " in text]
        if table:
            pages.tables.append(table)
    return pages


def _text(value: object, form: str) -> str:
    """What a cell says: its text, or its number in its format, with no digit of it left out."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(Decimal(repr(value)), form.partition(";")[0])
    text = plain("" if value is None else str(value))
    return "" if text == _EMPTY else text


def _number(value: Decimal, form: str) -> str:
    scale, unit = (2, "%") if "%" in form else (-6, "m") if _MILLION in form else (0, "")
    number = value.scaleb(scale).normalize()
    exponent = number.as_tuple().exponent
    places = _PLACES.search(form)
    decimals = max(-exponent if isinstance(exponent, int) else 0, len(places[1]) if places else 0)
    sign = MINUS if number < 0 else "+" if form.partition("#")[0].endswith("+") and number else ""
    about = "about " if '"about "' in form else ""
    pound = "£" if "£" in form else ""
    return f"{about}{sign}{pound}{abs(number):,.{decimals}f}{unit}"


def _sheet(lines: list[list[str]], artefact: str) -> ShownTable | None:
    for number, line in enumerate(lines):
        filled = [place for place, text in enumerate(line) if text]
        if len(filled) > 1:
            width = max(filled) + 1
            rows = tuple(tuple(each[:width]) for each in lines[number + 1 :] if any(each))
            above = [text for each in lines[:number] for text in each if text]
            title, _ = split_caption(_NOTE.sub("", above[0]) if above else "")
            source = above[-1].removeprefix("Source: ") if len(above) > 1 else ""
            return ShownTable(artefact, "", title, source, tuple(line[:width]), rows)
    return None


def read_word(path: Path, artefact: str) -> Pages:
    """The tables, paragraphs and alternative texts of a Word document, and every other text in
    it: headers, footers, notes, comments, text that was struck out, properties.

    Raises ValueError or XMLSyntaxError for a part that no Word program writes.
    """
    pages = Pages(artefact)
    with zipfile.ZipFile(path) as archive:
        body = _part(archive.read("word/document.xml"))[0]
        for name in archive.namelist():
            if _BESIDE.fullmatch(name):
                pages.texts += _beside(_part(archive.read(name)))
    caption = ""
    for block in body.iter(*_BLOCKS):
        if block.tag == f"{_WORD}p":
            caption = _said(block)
            pages.texts.append(caption)
        elif block.tag == f"{_WORD}tbl":
            pages.tables.append(_word_table(block, caption, artefact))
        else:
            words = plain(f"{block.get('descr') or ''} {block.get('title') or ''}")
            pages.charts.append(ShownChart(artefact, "", "", "", words, ""))
    return pages


def _part(content: bytes) -> etree._Element:
    """The root of a part. A definition could say what stands nowhere in the part: none is read."""
    # A comment within a text would cut it in two.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("a part of a Word document holds definitions")
    return root


def _said(block: etree._Element) -> str:
    """The text of a paragraph or cell, with what was struck out."""
    return plain("".join(each.text or "" for each in block.iter(*_TEXTS)))


def _beside(part: etree._Element) -> list[str]:
    """The texts of a part that is not the body: paragraph by paragraph, or of a property each."""
    blocks = list(part.iter(f"{_WORD}p")) or list(part.iter())
    texts = [plain("".join(text for text in block.itertext())) for block in blocks]
    return [text for text in texts if text]


def _word_table(block: etree._Element, caption: str, artefact: str) -> ShownTable:
    title, source = split_caption(caption)
    lines = [
        tuple(_said(cell) for cell in row.findall(f"{_WORD}tc"))
        for row in block.findall(f"{_WORD}tr")
    ]
    return ShownTable(artefact, "", title, source, lines[0] if lines else (), tuple(lines[1:]))
