"""What Quarto's pages still need: to open from a folder, be in reach of all, and name alike."""

import re
from pathlib import Path

# What is put right on every page, as pattern and replacement. Browsers refuse script modules to a
# page opened from a folder or a memory stick, so those scripts (tabs, and the mark of the section
# in view) go. The others are for screen readers and keyboards: names for landmarks that have
# none, links whose name is what they show, and tables that can be scrolled by key.
_REPAIRS = (
    (r'<script src="[^"]*" type="module"></script>\n?', ""),
    (r'<nav class="quarto-secondary-nav"', r'\g<0> aria-label="This chapter"'),
    (r'<nav id="quarto-sidebar"', r'\g<0> aria-label="Chapters"'),
    (r'(<a class="sidebar-item-text[^>]*) role="navigation"', r'\1 role="button"'),
    (r'<nav id="TOC"', r'\g<0> aria-label="On this page"'),
    (r'(class="pagination-link") aria-label="[^"]*"', r"\1"),
    (
        r'<div aria-describedby="(tbl-[^"]+)">',
        r'<div class="table-scroll" role="region" tabindex="0" aria-labelledby="\1">',
    ),
)
_REFERENCE = re.compile(
    r'(<a href="([^"#]+\.html)(?:#([^"]+))?" class="quarto-xref">)<span>.*?</span>'
)
_TITLE = re.compile(r'<h1 class="title">(.*?)</h1>', re.DOTALL)
_CHAPTER = re.compile(r'<span class="chapter-number">(\w+)</span>')
_APPENDIX = re.compile(r">(Appendix \w+) —")


def finish_site(site: Path) -> None:
    """Put right, in the pages of `site`, what Quarto leaves out.

    On a page without a chapter number Quarto gives references as titles: they become
    "Chapter 4" and "Section 4.1" as on every other page.
    """
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))}
    for name, page in pages.items():
        finished = page
        for pattern, replacement in _REPAIRS:
            finished = re.sub(pattern, replacement, finished)
        if not _number(page):
            finished = _REFERENCE.sub(lambda match: _reference(match, pages), finished)
        (site / name).write_text(finished, encoding="utf-8", newline="\n")


def _reference(match: re.Match[str], pages: dict[str, str]) -> str:
    link, name, label = match.groups()
    page = pages.get(name, "")
    if label is None:
        words = _number(page)
    else:
        section = re.search(rf'<section id="{re.escape(label)}"[^>]* data-number="([^"]+)"', page)
        words = section and f"Section {section[1]}"
    return f"{link}<span>{words}</span>" if words else match[0]


def _number(page: str) -> str | None:
    """What the page's chapter is called in a reference; None for a page without a number."""
    title = _TITLE.search(page)
    if title is None:
        return None
    if match := _CHAPTER.search(title[1]):
        return f"Chapter {match[1]}"
    match = _APPENDIX.search(title[1])
    return match and match[1]
