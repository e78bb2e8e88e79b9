"""Quarto's chapters as a site: each in the frame of the built-in page, with its reading aids.

Pages open from a folder or a memory stick, where a browser lets none read another: what a page
needs of the rest of the report (the index of the search, the words on how to read) lies in it or
is a script beside it.
"""

import copy
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from needs_assessment.book.document import write_book
from needs_assessment.book.page import (
    OPTIONAL_STYLES,
    explanations_element,
    page_files,
    read_explanations,
)
from needs_assessment.book.pandoc import ASSETS
from needs_assessment.book.settings import BookSettings
from needs_assessment.book.site_origins import list_origins
from needs_assessment.book.site_pages import SitePage, figure_spans, read_pages
from needs_assessment.book.site_search import INDEX, search_index

FOLDER = "assets"
_HOW_TO_READ = "how-to-read"
_EXPLANATIONS = "<!-- explanations -->"


def finish_site(site: Path, book_dir: Path, settings: BookSettings) -> None:
    """Write the pages that Quarto made in `site` again, as readers get them, with the styles, the
    scripts and the index of the search beside them.

    Raises AssessmentError for a page that Quarto made with a theme.
    """
    names = [f"{file.name.removesuffix('.qmd')}.html" for file in settings.files]
    pages = read_pages({name: (site / name).read_text(encoding="utf-8") for name in names})
    known = read_explanations(book_dir)
    pages, origins = list_origins(pages, known)
    places = {label: page for page in pages for label in page.ids}
    told = {page.name: _link_numbers(page, known, origins, places) for page in pages}
    files = {**page_files(settings), INDEX: search_index(pages)}
    files["page.css"] += (ASSETS / "site.css").read_text(encoding="utf-8")
    # Quarto's own index, which nothing reads.
    (site / "search.json").unlink(missing_ok=True)
    (site / FOLDER).mkdir(exist_ok=True)
    for name, text in files.items():
        (site / FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    reading = _how_to_read(pages)
    shell = _shell(book_dir, settings, reading[1]["id"] if reading else "")
    for place, page in enumerate(pages):
        frame = BeautifulSoup(shell, "html.parser")
        _fill(frame, pages, place)
        if reading:
            _tell_how_to_read(frame, reading, page)
        element = explanations_element(known, told[page.name]) if told[page.name] else ""
        text = str(frame).replace(_EXPLANATIONS, element, 1)
        (site / page.name).write_text(text, encoding="utf-8", newline="\n")


def _link_numbers(
    page: SitePage,
    known: Mapping[str, Any],
    origins: Mapping[str, str],
    places: Mapping[str, SitePage],
) -> list[str]:
    """Make each number that the book explains a link to its place in the annex, as page.lua does;
    returns what is explained, each once.
    """
    used: dict[str, None] = {}
    for span in figure_spans(page.section):
        key = str(span["data-id"])
        if key not in known:
            continue
        label = origins.get(key, known[key]["anchor"])
        there = places.get(label)
        if there:
            used[key] = None
            file = "" if there is page else there.name
            link = BeautifulSoup("", "html.parser").new_tag(
                "a", href=f"{file}#{label}", attrs={"class": "explained"}
            )
            link.extend(list(span.contents))
            span.append(link)
    return list(used)


def _shell(book_dir: Path, settings: BookSettings, reading: str) -> str:
    """The built-in page with no chapter in it, its styles and scripts in files beside it."""
    styles = [f'<link rel="stylesheet" href="{FOLDER}/page.css">']
    styles += [
        f'<link rel="stylesheet" id="style-{name}" media="{media}" href="{FOLDER}/page-{name}.css">'
        for name, media in OPTIONAL_STYLES.items()
    ]
    head = "\n".join([*styles, f'<script src="{FOLDER}/page-display.js"></script>'])
    tail = f'{_EXPLANATIONS}<script src="{FOLDER}/page.js"></script>'
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "head.html").write_text(head, encoding="utf-8")
        (Path(folder) / "tail.html").write_text(tail, encoding="utf-8")
        return write_book(
            book_dir,
            replace(settings, files=()),
            [
                "--to=html5",
                f"--template={ASSETS / 'page.html'}",
                f"--include-in-header={folder}/head.html",
                f"--include-after-body={folder}/tail.html",
                *([f"--metadata=reading:{reading}"] if reading else []),
            ],
        )


def _fill(frame: BeautifulSoup, pages: Sequence[SitePage], place: int) -> None:
    """Put a chapter into its frame: its title, its place among the others, its text."""
    page, first = pages[place], place == 0
    frame.html["data-search-index"] = f"{FOLDER}/{INDEX}"
    if not first:
        frame.html["class"] = "chapter-page"
        frame.title.string = f"{page.title} – {frame.title.get_text()}"
        frame.select_one(".version-block").decompose()
        frame.select_one(".bar-title a")["href"] = pages[0].name
    frame.select_one("#contents ul").decompose()
    contents = frame.new_tag("ul")
    frame.select_one("#contents").append(contents)
    for each in pages:
        contents.append(_entry(frame, each, here=each is page))
    page.section.append(_turn(frame, pages, place))
    frame.main.append(page.section)


def _entry(frame: BeautifulSoup, page: SitePage, *, here: bool) -> Tag:
    """A chapter in the contents; the one that is open lists its sections."""
    item = frame.new_tag("li")
    item.append(_link(frame, f"#{page.label}" if here else page.name, page.heading))
    sections = page.section.find_all("section", class_="level3", recursive=False) if here else []
    if sections:
        inner = frame.new_tag("ul")
        for section in sections:
            inner_item = frame.new_tag("li")
            inner_item.append(_link(frame, f"#{section['id']}", section.find("h3")))
            inner.append(inner_item)
        item.append(inner)
    return item


def _link(frame: BeautifulSoup, target: str, heading: Tag) -> Tag:
    """A link that says what a heading says, its notes left out."""
    link = frame.new_tag("a", href=target)
    said = copy.copy(heading)
    for note in said.select(".footnote-ref"):
        note.decompose()
    for inner in said.find_all(["a", "span"], class_=lambda name: name != "header-section-number"):
        inner.unwrap()
    link.extend(list(said.contents))
    return link


def _turn(frame: BeautifulSoup, pages: Sequence[SitePage], place: int) -> Tag:
    """The links to the chapters before and after, as page.lua writes them."""
    turn = frame.new_tag("div", attrs={"class": "turn"})
    for word, at in (("Previous", place - 1), ("Next", place + 1)):
        if 0 <= at < len(pages):
            part = frame.new_tag("div", attrs={"class": f"turn-{word.lower()}"})
            link = frame.new_tag("a", href=pages[at].name)
            link.string = pages[at].title
            part.extend([f"{word}: ", link])
            turn.append(part)
    return turn


def _how_to_read(pages: Sequence[SitePage]) -> tuple[SitePage, Tag] | None:
    """The section on how to read the report, and the page that it is on."""
    for page in pages:
        for section in page.section.find_all("section", id=True):
            if _HOW_TO_READ in str(section["id"]):
                return page, section
    return None


def _tell_how_to_read(frame: BeautifulSoup, reading: tuple[SitePage, Tag], page: SitePage) -> None:
    """The panel on how to read, on the pages that do not say it themselves."""
    home, section = reading
    if home is page:
        return
    frame.select_one('[data-opens="reading"]')["href"] = f"{home.name}#{section['id']}"
    panel = frame.select_one(".reading-text")
    for part in section.find_all(True, recursive=False):
        if part.name not in ("h3", "section") and "turn" not in part.get("class", []):
            panel.append(copy.copy(part))
    for each in panel.find_all(id=True):
        del each["id"]
    for link in panel.find_all("a", href=True):
        if link["href"].startswith("#"):
            link["href"] = f"{home.name}{link['href']}"
