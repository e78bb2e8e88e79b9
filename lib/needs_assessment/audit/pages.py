"""Reading HTML as a reader can: tables, charts, figures in sentences, texts that only show when
one points at them.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from bs4 import BeautifulSoup, Tag

from needs_assessment.audit.shown import (
    Pages,
    ShownChart,
    ShownFigure,
    ShownTable,
    plain,
    split_caption,
)

_TIPS = ("title", "aria-label", "data-value", "data-label", "data-tooltip")
_SVG = "data:image/svg+xml"
# lxml is quicker, but leaves out of a page that is not well formed what a browser shows: an
# unclosed title in a drawing hides all that follows.
_PARSER = "html.parser"
_PLAIN_TREE = {"multi_valued_attributes": None, "store_line_numbers": False}


def read_page(path: Path, artefact: str) -> Pages:
    """What an HTML page shows, with the drawings it holds or that lie beside it."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), _PARSER, **_PLAIN_TREE)
    pages = Pages(artefact)
    for table in _inside(soup, "table"):
        pages.tables += _tables(table, artefact)
    for image in _inside(soup, "img"):
        pages.charts.append(
            _chart(image, artefact, str(image.get("alt") or ""), _drawing(image, path.parent))
        )
    for drawing in _inside(soup, "svg"):
        tips = [str(drawing.get("aria-label") or "")]
        tips += [each.get_text(" ") for each in _inside(drawing, "title", "desc")]
        pages.charts.append(_chart(drawing, artefact, ". ".join(filter(None, tips)), str(drawing)))
    for span in _inside(soup):
        if "data-id" not in span.attrs or any(each.name == "table" for each in span.parents):
            continue
        texts = [span.get_text(" "), *(str(span.get(name) or "") for name in _TIPS)]
        pages.figures += [
            ShownFigure(artefact, str(span["data-id"]), plain(text))
            for text in texts
            if text.strip()
        ]
    for script in _inside(soup, "script"):
        # Quarto's pages hold settings as JSON too.
        if (script.get("type"), script.get("id")) == ("application/json", "explanations"):
            pages.figures += _explained(json.loads(script.get_text()), artefact)
    for block in _inside(soup, "p", "li"):
        pages.texts.append(plain(block.get_text(" ")))
    return pages


def _inside(tag: Tag, *names: str) -> list[Tag]:
    """The tags inside `tag`, of these names or all; quicker than Beautiful Soup's own search."""
    tags = [each for each in tag.descendants if isinstance(each, Tag)]
    return [each for each in tags if each.name in names] if names else tags


def _explained(explanations: dict[str, Any], artefact: str) -> Iterator[ShownFigure]:
    """What the page's data tell of each indicator: the number, and the lines that explain it."""
    for key, about in explanations.items():
        for text in (about["shown"], *(text for _, text in about["lines"])):
            if text:
                yield ShownFigure(f"the tips of {artefact}", key, plain(text))


def _tables(table: Tag, artefact: str) -> Iterator[ShownTable]:
    """The table as it stands and, where pointing at a cell tells a number, as that tells it."""
    caption = table.find("caption") or _figcaption(table)
    title, source = split_caption(caption.get_text(" ") if caption else "")
    lines = [cells for row in _inside(table, "tr") if (cells := _inside(row, "th", "td"))]
    width = max((len(line) for line in lines), default=0)
    whole = [line for line in lines if len(line) == width]
    name = _name(table, "tbl-")
    plainly = [tuple(plain(cell.get_text(" ")) for cell in line) for line in whole]
    pointed = [
        tuple(_tip(cell, text) for cell, text in zip(line, texts, strict=True))
        for line, texts in zip(whole, plainly, strict=True)
    ]
    for where, texts in ((artefact, plainly), (f"the tips of {artefact}", pointed)):
        if texts and (texts is plainly or texts != plainly):
            yield ShownTable(where, name, title, source, texts[0], tuple(texts[1:]))


def _tip(cell: Tag, text: str) -> str:
    """What pointing at a cell tells, or reading its attributes: its `text` where that is all."""
    for tag in (cell, *_inside(cell)):
        for name in _TIPS:
            tip = plain(str(tag.get(name) or ""))
            if tip != text and any(character.isdigit() for character in tip):
                return tip
    return text


def _chart(tag: Tag, artefact: str, alt: str, svg: str) -> ShownChart:
    caption = _figcaption(tag)
    title, source = split_caption(caption.get_text(" ") if caption else "")
    tip = str(tag.get("title") or "")
    words = plain(f"{alt}. {tip}" if tip else alt)
    return ShownChart(artefact, _name(tag, "fig-"), title, source, words, svg)


def _figcaption(tag: Tag) -> Tag | None:
    figure = tag.find_parent("figure")
    return figure.find("figcaption") if isinstance(figure, Tag) else None


def _name(tag: Tag, prefix: str) -> str:
    """The label of a table or chart: its own id, or that of what it stands in."""
    for each in (tag, *tag.parents):
        found = str(each.get("id") or "") if isinstance(each, Tag) else ""
        if found.startswith(prefix):
            return found
    return ""


def _drawing(image: Tag, folder: Path) -> str:
    """The SVG of an image, empty when it is a picture of another kind or lies elsewhere."""
    source = str(image.get("src") or "")
    if source.startswith(_SVG):
        head, _, body = source.partition(",")
        try:
            data = base64.b64decode(body) if "base64" in head else unquote_to_bytes(body)
        except binascii.Error:
            return ""
        return data.decode("utf-8", errors="replace")
    path = folder / source
    if source.endswith(".svg") and "://" not in source and path.is_file():
        return path.read_text(encoding="utf-8", errors="replace")
    return ""
