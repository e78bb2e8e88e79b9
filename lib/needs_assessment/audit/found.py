"""What the search of a report of several pages finds: it may say no more than they do."""

import json
import re
from html import unescape
from pathlib import Path

_OPENING = "globalThis.searchIndex = "
_TAG = re.compile(r"<[^>]*>")


def text_elsewhere(index: Path) -> str | None:
    """The page of the first text of the index that does not stand there as one piece; None when
    every text and the headings it is found under do.

    Raises OSError and ValueError for a file that is no such index, or names a page that is not
    there.
    """
    opening, data = index.read_text(encoding="utf-8").split(_OPENING, 1)
    if opening:
        raise ValueError("not an index")
    entries = json.loads(data.rstrip(";\n"))
    folder = index.parents[1]
    pages = {page: _said(folder / Path(page).name) for page in {entry[0] for entry in entries}}
    headings = {(page, part) for page, _, place, *_ in entries for part in place.split(" › ")}
    reached = dict.fromkeys(pages, 0)
    for page, _, _, text, _ in entries:
        sought = _squeezed(text)
        # They come in the order of the page, all but a few.
        place = pages[page].find(sought, reached[page])
        if place >= 0:
            reached[page] = place
        elif sought not in pages[page]:
            return page
    return next((page for page, part in headings if _squeezed(part) not in pages[page]), None)


def _said(page: Path) -> str:
    return _squeezed(unescape(_TAG.sub("", page.read_text(encoding="utf-8"))))


def _squeezed(text: str) -> str:
    """`text` without spaces and without the dots that the index puts between cells."""
    return "".join(text.replace("·", "").split())
