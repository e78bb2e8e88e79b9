"""Reading the workbook and the Word document of a report."""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from needs_assessment.audit.shown import Pages, ShownChart, ShownTable, plain, split_caption

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS = (f"{_WORD}t", f"{_WORD}delText")
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_EMPTY = "[z]"
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml|docProps/\w+\.xml")


def read_workbook(path: Path, artefact: str) -> Pages:
    """The tables of a workbook, one a sheet; hidden sheets, rows and columns too.

    The first row with two texts or more is the headings. Numbers keep every digit they have.
    """
    pages = Pages(artefact)
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        for name in book.sheet_names:
            lines = [
                [_text(cell) for cell in line]
                for line in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            table = _sheet(lines, artefact)
            pages.texts += [text for line in lines for text in line if " " in text]
            if table:
                pages.tables.append(table)
    return pages


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{int(cell)}" if cell.is_integer() else repr(cell)
    text = plain(str(cell))
    return "" if text == _EMPTY else text


def _sheet(lines: list[list[str]], artefact: str) -> ShownTable | None:
    for number, line in enumerate(lines):
        filled = [place for place, text in enumerate(line) if text]
        if len(filled) > 1:
            width = max(filled) + 1
            rows = tuple(tuple(each[:width]) for each in lines[number + 1 :] if any(each))
            above = [text for each in lines[:number] for text in each if text]
            title, _ = split_caption(above[0] if above else "")
            source = above[-1] if len(above) > 1 else ""
            return ShownTable(artefact, "", title, source, tuple(line[:width]), rows)
    return None


def read_word(path: Path, artefact: str) -> Pages:
    """The tables, paragraphs and alternative texts of a Word document, and every other text in
    it: headers, footers, notes, comments, text that was struck out, properties.
    """
    pages = Pages(artefact)
    with zipfile.ZipFile(path) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))[0]
        for name in archive.namelist():
            if _BESIDE.fullmatch(name):
                pages.texts += _beside(ElementTree.fromstring(archive.read(name)))
    caption = ""
    for block in body.iter():
        if block.tag == f"{_WORD}p":
            texts = (each.text or "" for each in block.iter() if each.tag in _TEXTS)
            caption = plain("".join(texts))
            pages.texts.append(caption)
        elif block.tag == f"{_WORD}tbl":
            pages.tables.append(_word_table(block, caption, artefact))
        elif block.tag == f"{_DRAWING}docPr":
            words = plain(f"{block.get('descr') or ''} {block.get('title') or ''}")
            pages.charts.append(ShownChart(artefact, "", "", "", words, ""))
    return pages


def _beside(part: ElementTree.Element) -> list[str]:
    """The texts of a part that is not the body: paragraph by paragraph, or of a property each."""
    blocks = list(part.iter(f"{_WORD}p")) or list(part.iter())
    texts = [plain("".join(text for text in block.itertext())) for block in blocks]
    return [text for text in texts if text]


def _word_table(block: ElementTree.Element, caption: str, artefact: str) -> ShownTable:
    title, source = split_caption(caption)
    lines = [
        tuple(
            plain("".join(each.text or "" for each in cell.iter() if each.tag in _TEXTS))
            for cell in row.findall(f"{_WORD}tc")
        )
        for row in block.findall(f"{_WORD}tr")
    ]
    return ShownTable(artefact, "", title, source, lines[0] if lines else (), tuple(lines[1:]))
