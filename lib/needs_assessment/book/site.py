"""What Quarto's pages still need: to open from a folder, and the same words for references."""

import re
from pathlib import Path

_MODULE = re.compile(r'<script src="[^"]*" type="module"></script>\n?')
_REFERENCE = re.compile(
    r'(<a href="([^"#]+\.html)(?:#([^"]+))?" class="quarto-xref">)<span>.*?</span>'
)
_CHAPTER = re.compile(r'<h1 class="title">.*?<span class="chapter-number">(\w+)</span>')
_APPENDIX = re.compile(r'<h1 class="title">[^\n]*?>(Appendix \w+) —')


def finish_site(site: Path) -> None:
    """Put right, in the pages of `site`, what Quarto leaves out.

    Browsers refuse script modules to a page opened from a folder or a memory stick, so those
    scripts (tabs, and the mark of the section in view) go. On a page without a chapter number
    Quarto gives references as titles: they become "Chapter 4" as on every other page.
    """
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))}
    for name, page in pages.items():
        finished = _MODULE.sub("", page)
        if not _number(page):
            finished = _REFERENCE.sub(lambda match: _reference(match, pages), finished)
        if finished != page:
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
    if match := _CHAPTER.search(page):
        return f"Chapter {match[1]}"
    if match := _APPENDIX.search(page):
        return match[1]
    return None
