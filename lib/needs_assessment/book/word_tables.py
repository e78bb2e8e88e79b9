"""The tables of the Word document: columns as wide as what they hold, rows that stay together.

Word and the other programs that open its files each fit columns in their own way, or not at all:
here the widths are worked out once and written down.
"""

import math
import re
from collections.abc import Sequence
from itertools import permutations

import numpy as np
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row, CT_Tbl
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Twips
from docx.table import Table

from needs_assessment.book.arial import BOLD, text_width
from needs_assessment.book.word_reference import (
    LINE_WIDTH,
    TABLE_NOTES,
    TABLE_SIZE,
    TABLE_TEXT,
    border,
)

_RULE = "C9D0D6"
_LINE = LINE_WIDTH.twips
_CELL_MARGINS = 2 * 108  # left and right, in twips
_MARGINS = _CELL_MARGINS + 40  # with some room: no program sets a line exactly as another
_SHORT = 2000  # a column of a few words, best on one line
_SHORT_PART = 0.85  # of the line, the most that goes to such columns
_STEPS = (600, 200)
_FULL = 0.02  # of a line
_RAGGED = 1.05  # lines end before the margin
_ROW_LINE = TABLE_SIZE * 20 * 1.2
_ROW_SPACE = 80
_WHOLE_ROW = 3400  # twips: six centimetres
_WHOLE_TABLE = 6800
# Lines break at spaces, and after a hyphen or stroke that no digit follows.
_BREAK = re.compile(r"\s+|(?<=[-/])(?=\D)")
_P, _T, _VAL = qn("w:p"), qn("w:t"), qn("w:val")
_P_PR, _P_STYLE, _KEEP_NEXT = qn("w:pPr"), qn("w:pStyle"), qn("w:keepNext")
_TC_PR, _TC_W, _TYPE, _W = qn("w:tcPr"), qn("w:tcW"), qn("w:type"), qn("w:w")


def lay_out_tables(word: Document) -> None:
    """Give each table of the document its widths, its rules and the rows that stay together."""
    text_style = word.styles[TABLE_TEXT].style_id
    for table in word.tables:
        properties = table._tbl.tblPr
        properties.insert_element_before(
            border("w:tblBorders", {"bottom": (4, _RULE), "insideH": (4, _RULE)}),
            *("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption"),
        )
        look = properties.find(qn("w:tblLook"))
        look.set(qn("w:firstColumn"), "1")
        look.set(_VAL, "00A0")
        for paragraph in table._tbl.iter(_P):
            _child(_child(paragraph, _P_PR), _P_STYLE).set(_VAL, text_style)
        for run in table._tbl.tr_lst[0].iter(qn("w:r")):
            run.get_or_add_rPr().get_or_add_b()
        rows = [[_text(cell) for cell in row.tc_lst] for row in table._tbl.tr_lst]
        widths = column_widths(rows)
        _set_widths(table, widths)
        _keep_together(table._tbl, _heights(rows, widths), word)


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The widths of a table's columns in twips, from the texts of its cells, headings first.

    Each column is as wide as its longest text where all go on a line of the page. Where they do
    not, the line is shared out so that the table is as low as it can be; no column gets less than
    its longest word, nor a column of a few words less than its longest text, if that goes in.
    """
    columns = list(zip(*rows, strict=True))
    lengths = np.array([[_width(text) for text in row] for row in rows])
    lengths[0] *= BOLD
    whole = lengths.max(axis=0) + _MARGINS
    if whole.sum() <= _LINE:
        return [math.ceil(width) for width in whole]
    words = np.array([_longest_word(column) for column in columns]) + _MARGINS
    least = words if words.sum() <= _LINE else words * _LINE / words.sum()
    for place in np.argsort(whole):
        raised = least.copy()
        raised[place] = whole[place]
        if whole[place] <= _SHORT and raised.sum() <= _SHORT_PART * _LINE:
            least = raised
    return [math.floor(width) for width in _lowest(lengths, least)]


def _lowest(lengths: np.ndarray, least: np.ndarray) -> np.ndarray:
    """The widths, none under its `least`, that share out the line so that the table is low.

    Begins with what each column needs for all its text, and moves width from one column to
    another as long as that saves lines.
    """
    needs = np.cbrt((lengths**2).sum(axis=0))
    widths = least + (_LINE - least.sum()) * needs / needs.sum()
    cost = _cost(lengths, widths)
    for step in _STEPS:
        better = True
        while better:
            better = False
            for origin, target in permutations(range(len(least)), 2):
                moved = widths.copy()
                moved[origin] -= step
                moved[target] += step
                if moved[origin] >= least[origin] and _cost(lengths, moved) < cost:
                    widths, cost, better = moved, _cost(lengths, moved), True
    return widths


def _cost(lengths: np.ndarray, widths: np.ndarray) -> float:
    """The lines that a table takes, and a little for how full they are: so that width which saves
    no line yet still goes to where it is short.
    """
    parts = lengths / (widths - _CELL_MARGINS)
    return _lines(lengths, widths).sum() + _FULL * (parts**2).sum()


def _lines(lengths: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """How many lines each row of a table takes."""
    return np.ceil(_RAGGED * lengths / (widths - _CELL_MARGINS)).max(axis=1)


def _set_widths(table: Table, widths: Sequence[int]) -> None:
    table.autofit = False
    whole = table._tbl.tblPr.find(qn("w:tblW"))
    whole.set(_TYPE, "dxa")
    whole.set(_W, str(sum(widths)))
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Twips(width)
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            own = _child(_child(cell, _TC_PR), _TC_W)
            own.set(_TYPE, "dxa")
            own.set(_W, str(width))


def _keep_together(table: CT_Tbl, heights: Sequence[float], word: Document) -> None:
    """Keep a short table on one page, and of a long one its headings with the first rows, and the
    last rows with each other and the notes below; no row is split but one that is very high.
    """
    rows = table.tr_lst
    after = table.getnext()
    notes = (
        after is not None and after.tag == _P and after.style == word.styles[TABLE_NOTES].style_id
    )
    last = len(rows) - 1
    for place, (row, height) in enumerate(zip(rows, heights, strict=True)):
        if height <= _WHOLE_ROW:
            row.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        near_an_end = place < 2 or place == last - 1
        kept = sum(heights) <= _WHOLE_TABLE or (near_an_end and height <= _WHOLE_ROW)
        if kept and (place < last or notes):
            _keep_with_next(row)


def _keep_with_next(row: CT_Row) -> None:
    for paragraph in row.iter(_P):
        _child(paragraph.find(_P_PR), _KEEP_NEXT, after=1)


def _child(parent: BaseOxmlElement, tag: str, after: int = 0) -> BaseOxmlElement:
    """The child of this tag, made `after` so many others where `parent` has none.

    A report has thousands of cells: python-docx's own properties look for each child that may
    follow, which is most of the time that a document takes.
    """
    found = parent.find(tag)
    if found is None:
        found = parent.makeelement(tag)
        parent.insert(after, found)
    return found


def _heights(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> list[float]:
    """About how high each row is, in twips."""
    lengths = np.array([[_width(text) for text in row] for row in rows])
    lines = np.maximum(1, _lines(lengths, np.array(widths)))
    return list(lines * _ROW_LINE + _ROW_SPACE)


def _text(cell: BaseOxmlElement) -> str:
    return "".join(text.text or "" for text in cell.iter(_T))


def _longest_word(texts: Sequence[str]) -> float:
    heading = max((BOLD * _width(word) for word in _BREAK.split(texts[0])), default=0)
    return max(heading, *(_width(word) for text in texts for word in _BREAK.split(text)))


def _width(text: str) -> float:
    """How long a text is on one line in a table, in twips."""
    return text_width(text) * TABLE_SIZE * 20
