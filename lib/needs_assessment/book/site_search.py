"""The index of the search in Quarto's pages: what page-search.js finds in the built-in page."""

import json
from collections.abc import Iterator, Sequence

from bs4 import Tag

from needs_assessment.book.site_pages import SitePage, words

INDEX = "search-index.js"

# The script that the search runs when it is first opened gives what follows a name.
OPENING = "globalThis.searchIndex = "
_HEADINGS = ("h2", "h3", "h4", "h5")
_SEARCHED = (*_HEADINGS, "p", "li", "tr", "caption", "figcaption")


def search_index(pages: Sequence[SitePage]) -> str:
    """A script that holds every heading, paragraph, list item, table row and caption of the pages,
    each with its page, its id there (given where it has none), its place in words, its text, and
    whether it is a heading.
    """
    entries = [entry for page in pages for entry in _entries(page)]
    data = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"{OPENING}{data};\n"


def _entries(page: SitePage) -> Iterator[tuple[str, str, str, str, bool]]:
    for place, block in enumerate(page.section.find_all(_SEARCHED), start=1):
        text = _text(block)
        if not text or block.find_parent(_SEARCHED):
            continue
        section = block.find_parent("section", id=True)
        if block.name in _HEADINGS:
            label = str(section["id"])
        else:
            label = str(block.get("id") or f"at-{place}")
            block["id"] = label
        where = dict.fromkeys([page.title, words(section.find(_HEADINGS))])
        yield page.name, label, " › ".join(where), text, block.name in _HEADINGS


def _text(block: Tag) -> str:
    """The words of a block; of a row, cell by cell."""
    parts = block.find_all(["th", "td"]) if block.name == "tr" else [block]
    return " · ".join(filter(None, map(words, parts)))
