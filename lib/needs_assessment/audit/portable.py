"""Reading the tagged PDF of a report: its tables, texts and alternative texts."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from needs_assessment.audit.shown import Pages, ShownChart, ShownTable, plain, split_caption

_CHARACTER = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_GAP = 200

# Where a run of text lies: the page's number in the file and the mark around it.
_Mark = tuple[int, int]


def read_pdf(path: Path, artefact: str) -> Pages:
    """What a tagged PDF shows. Of one without tags only its texts, a page each."""
    pages = Pages(artefact)
    with pikepdf.open(path) as pdf:
        texts: dict[_Mark, str] = {}
        loose: list[str] = []
        for page in pdf.pages:
            marked, rest = _page_texts(page)
            texts |= {(page.obj.objgen[0], mark): text for mark, text in marked.items()}
            loose.append(plain(rest))
        tree = pdf.Root.get("/StructTreeRoot")
        if tree is None:
            pages.texts += loose
        else:
            for element in _children(tree):
                _walk(element, 0, texts, pages)
    return pages


def _walk(
    element: Any, page: int, texts: dict[_Mark, str], pages: Pages, caption: str = ""
) -> None:
    """Reads an element of the structure: a table, a picture, a paragraph, or what is in it.

    The caption of a table that runs over pages stands beside it: `caption` is what stands there.
    """
    if not isinstance(element, pikepdf.Dictionary):
        return
    page = _page_of(element, page)
    kind = str(element.get("/S", ""))
    if kind == "/Table":
        pages.tables.append(_table(element, page, texts, pages.artefact, caption))
        return
    for name in ("/Alt", "/ActualText"):
        if name in element and kind == "/Figure":
            words = plain(str(element[name]))
            pages.charts.append(ShownChart(pages.artefact, "", "", "", words, ""))
    if kind in ("/P", "/LBody", "/Note"):
        pages.texts.append(_words(element, page, texts))
    children = _children(element)
    for child in children:
        if isinstance(child, pikepdf.Dictionary) and str(child.get("/S", "")) == "/Caption":
            caption = _words(child, page, texts)
    for child in children:
        _walk(child, page, texts, pages, caption)


def _table(
    element: pikepdf.Dictionary, page: int, texts: dict[_Mark, str], artefact: str, caption: str
) -> ShownTable:
    title, source = split_caption(caption)
    rows: list[tuple[str, ...]] = []
    for part, where in _inside(element, page, ("/Caption", "/TR")):
        if str(part.get("/S")) == "/Caption":
            title, source = split_caption(_words(part, where, texts))
        else:
            cells = _inside(part, where, ("/TH", "/TD"))
            rows.append(tuple(_words(cell, cell_page, texts) for cell, cell_page in cells))
    return ShownTable(artefact, "", title, source, rows[0] if rows else (), tuple(rows[1:]))


def _inside(
    element: pikepdf.Dictionary, page: int, kinds: tuple[str, ...]
) -> Iterator[tuple[pikepdf.Dictionary, int]]:
    """The nearest elements of some kinds below one, each with its page."""
    for child in _children(element):
        if isinstance(child, pikepdf.Dictionary):
            where = _page_of(child, page)
            if str(child.get("/S", "")) in kinds:
                yield child, where
            else:
                yield from _inside(child, where, kinds)


def _words(element: Any, page: int, texts: dict[_Mark, str]) -> str:
    return plain(" ".join(_runs(element, page, texts)))


def _runs(element: Any, page: int, texts: dict[_Mark, str]) -> Iterator[str]:
    if isinstance(element, int):
        yield texts.get((page, element), "")
        return
    if not isinstance(element, pikepdf.Dictionary):
        return
    page = _page_of(element, page)
    if "/MCID" in element:
        yield texts.get((page, int(element["/MCID"])), "")
    for child in _children(element):
        yield from _runs(child, page, texts)


def _page_of(element: pikepdf.Dictionary, page: int) -> int:
    return element["/Pg"].objgen[0] if "/Pg" in element else page


def _children(element: pikepdf.Dictionary) -> list[Any]:
    held = element.get("/K")
    if held is None:
        return []
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def _page_texts(page: pikepdf.Page) -> tuple[dict[int, str], str]:
    """The text of a page by mark, and that outside any."""
    fonts = {str(name): _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    marked: dict[int, list[str]] = {}
    loose: list[str] = []
    stack: list[int | None] = []
    letters: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page, "BMC BDC EMC Tf Tj TJ ' \" Td TD T* Tm"):
        # Its parts by name: taking it apart as a pair costs three times as much.
        name = str(instruction.operator)
        if name in ("BMC", "BDC"):
            stack.append(_mark(instruction.operands))
        elif name == "EMC" and stack:
            stack.pop()
        elif name == "Tf":
            letters = fonts.get(str(instruction.operands[0]), {})
        else:
            mark = next((each for each in reversed(stack) if each is not None), None)
            into = loose if mark is None else marked.setdefault(mark, [])
            shows = name in ("Tj", "TJ", "'", '"')
            into.append(_shown(instruction.operands[-1], letters) if shows else " ")
    return {mark: "".join(runs) for mark, runs in marked.items()}, "".join(loose)


def _mark(operands: Any) -> int | None:
    """The number of a marked run, or None for one that only has a name."""
    properties = operands[-1] if len(operands) > 1 else None
    if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties:
        return int(properties["/MCID"])
    return None


def _shown(operand: Any, letters: dict[int, str]) -> str:
    parts = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
    text = []
    for part in parts:
        if isinstance(part, pikepdf.String):
            codes = bytes(part)
            pairs = struct.unpack(f">{len(codes) // 2}H", codes[: len(codes) // 2 * 2])
            text += [letters.get(code, "") for code in pairs]
        elif -part > _GAP:
            text.append(" ")
    return "".join(text)


def _letters(font: Any) -> dict[int, str]:
    """What each code of a font stands for."""
    found: dict[int, str] = {}
    if "/ToUnicode" not in font:
        return found
    for kind, body in _SECTION.findall(font["/ToUnicode"].read_bytes()):
        if kind == b"bfchar":
            for code, letter in _CHARACTER.findall(body):
                found[int(code, 16)] = _unicode(letter)
        else:
            for first, last, letter in _RANGE.findall(body):
                start = int(letter, 16)
                for step in range(int(last, 16) - int(first, 16) + 1):
                    found[int(first, 16) + step] = chr(start + step)
    return found


def _unicode(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be", errors="replace")
