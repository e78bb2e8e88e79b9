"""A chapter as Quarto writes it, turned into what the built-in page holds of the same chapter.

Quarto without a theme gives plain pages: what is in them is numbered, cited and cross-referenced,
but headings, figures and tables are marked up in its own way. Turned here, they have the look and
the reading aids of the built-in page, and the audit and the tests read both alike.
"""

import copy
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag

from needs_assessment.errors import AssessmentError

_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_LABEL = re.compile(r"^\s*((?:Figure|Table)\s[A-Z\d.]+):\s*")
_LEVEL = re.compile(r"^level(\d)$")
_LINK = re.compile(r"^(?:\./)?(?P<page>[^/:#?]+\.html)?(?:#(?P<id>.+))?$")


@dataclass(frozen=True)
class SitePage:
    """A page of the site: `section` is its chapter, with everything in it, `ids` all that a link
    can lead to; `number` is what a reference calls the chapter ("Chapter 4"), empty for one without
    a number.
    """

    name: str
    number: str
    section: Tag
    ids: frozenset[str]

    @property
    def label(self) -> str:
        """The id of the chapter's section."""
        return str(self.section["id"])

    @property
    def heading(self) -> Tag:
        """The chapter's heading, with its number."""
        return self.section.find("h2")

    @property
    def title(self) -> str:
        """The words of the chapter's heading."""
        return words(self.heading)


def read_pages(texts: Mapping[str, str]) -> list[SitePage]:
    """The chapters of Quarto's pages, given by file name in reading order, with their links put
    right: every link to a place in another page names that page, none to its own does.

    Raises AssessmentError for a page that Quarto made with a theme.
    """
    soups = {name: BeautifulSoup(text, "html.parser") for name, text in texts.items()}
    _list_works(soups.values())
    pages = [_read(name, soup) for name, soup in soups.items()]
    by_name = {page.name: page for page in pages}
    notes = 0
    for page in pages:
        for link in page.section.find_all("a", href=True):
            _put_right(link, page, by_name)
        notes += _number_notes(page.section, notes)
    return pages


def words(tag: Tag) -> str:
    """The text of an element on one line."""
    return " ".join(tag.get_text().split())


def _list_works(soups: Collection[BeautifulSoup]) -> None:
    """Show the works that the book cites where they are listed, and nowhere else. Every page holds
    them all, hidden; only in the list, which Quarto sets without the book's language, are they
    punctuated as in America.
    """
    held = {bool(works.get("style")): works for soup in soups for works in soup.select("#refs")}
    if len(held) == 2:
        held[False].clear()
        held[False].extend([copy.copy(each) for each in held[True].contents])
    for soup in soups:
        for hidden in soup.select("#refs[style]"):
            hidden.decompose()


def _read(name: str, soup: BeautifulSoup) -> SitePage:
    body = soup.body
    header = body.find(id="title-block-header", recursive=False)
    if header is None:
        raise AssessmentError(
            f"quarto.yml: Quarto's {name} came in a theme of its own.",
            "Under format: html: write what the quarto.yml that came with the product has there, "
            "such as theme: none and minimal: true; the report's own look is put around that.",
        )
    title = header.extract().find("h1")
    prefix = name.removesuffix(".html")
    section = body.find("section", class_="level1", recursive=False)
    number = ""
    if section is None:
        section, number = _chapter(soup, title, prefix)
        section.extend(list(body.children))
    _shift_headings(section, prefix)
    for div in section.select("div.quarto-float"):
        _turn_float(soup, div)
    for table in section.find_all("table"):
        _turn_table(soup, table)
    for notes in section.select("[role=doc-footnote]"):
        # A page may have several, each at the end of its section.
        del notes["id"]
    ids = frozenset(str(each["id"]) for each in (section, *section.find_all(id=True)))
    return SitePage(name, number, section.extract(), ids)


def _chapter(soup: BeautifulSoup, title: Tag, prefix: str) -> tuple[Tag, str]:
    """A section with the heading that Quarto puts above the page, and what references call it."""
    named = title.find(id=True)
    section = soup.new_tag("section", id=named["id"] if named else prefix)
    section["class"] = ["level1"]
    heading = soup.new_tag("h1")
    section.append(heading)
    chapter, name = title.find(class_="chapter-number"), title.find(class_="chapter-title")
    if chapter and name:
        number = f"Chapter {words(chapter)}"
        mark = soup.new_tag("span")
        mark["class"] = ["header-section-number"]
        mark.string = words(chapter)
        heading.extend([mark, " ", *list(name.contents)])
    else:
        found = re.match(r"Appendix\s\w+(?= — )", words(title))
        number = found[0] if found else ""
        heading.extend(list((named or title).contents))
    return section, number


def _shift_headings(section: Tag, prefix: str) -> None:
    """The report's title is the first heading of every page, and a chapter's the second. Places
    without a label of their own are named after their page, as in the built-in page.
    """
    for part in (section, *section.find_all("section", class_=_LEVEL)):
        levels = [found[1] for each in part["class"] if (found := _LEVEL.match(each))]
        others = [each for each in part["class"] if not _LEVEL.match(each)]
        part["class"] = [f"level{int(levels[0]) + 1}", *others]
        del part["data-number"]
    for heading in section.find_all(_HEADINGS):
        heading.name = f"h{int(heading.name[1]) + 1}"
        del heading["data-number"]
        place = heading if heading.get("id") else heading.parent
        label = str(place.get("id", ""))
        if label and not label.startswith("sec-"):
            place["id"] = f"{prefix}-{label}"


def _turn_float(soup: BeautifulSoup, div: Tag) -> None:
    label = str(div["id"])
    caption = div.find("figcaption")
    inside = _captioned(soup, caption)
    named = inside[0].get_text().rstrip(": ") if isinstance(inside[0], Tag) else ""
    table = div.find("table")
    if table:
        table["id"] = label
        span = soup.new_tag("span", id=f"{label}-caption")
        span.extend(inside)
        new = soup.new_tag("caption")
        new.append(span)
        table.insert(0, new)
        div.replace_with(table.extract())
        return
    frame = soup.new_tag("div")
    frame.attrs = {
        "class": "figure-scroll",
        "role": "region",
        "tabindex": "0",
        "aria-label": named or "Figure",
    }
    frame.extend([image.extract() for image in div.find_all("img")])
    new = soup.new_tag("figcaption")
    new.extend(inside)
    figure = soup.new_tag("figure", id=label)
    figure.extend([frame, new])
    div.replace_with(figure)


def _captioned(soup: BeautifulSoup, caption: Tag) -> list[Tag | NavigableString]:
    """What a caption holds, its label in an element of its own."""
    children = list(caption.extract().contents)
    if isinstance(children[-1], NavigableString):
        children[-1] = NavigableString(children[-1].rstrip())
    first = children[0]
    found = isinstance(first, NavigableString) and _LABEL.match(first)
    if not found:
        return children
    label = soup.new_tag("span")
    label["class"] = "caption-label"
    label.string = f"{found[1]}: "
    return [label, NavigableString(first[found.end() :]), *children[1:]]


def _turn_table(soup: BeautifulSoup, table: Tag) -> None:
    del table["class"]
    for row in table.find_all("tr"):
        del row["class"]
    region = soup.new_tag("div")
    region.attrs = {"class": "table-scroll", "role": "region", "tabindex": "0"}
    caption = table.caption and table.caption.find(id=True)
    if caption:
        region["aria-labelledby"] = caption["id"]
    else:
        region["aria-label"] = "Table"
    table.wrap(region)


def _number_notes(section: Tag, before: int) -> int:
    """Number a chapter's notes on from those `before` it; returns how many there are."""
    marks = section.select("a[role=doc-noteref]")
    for link in (*marks, *section.select("a[role=doc-backlink]")):
        kind, number = re.fullmatch(r"#(fn|fnref)(\d+)", link["href"]).groups()
        link["href"] = f"#{kind}{int(number) + before}"
    for link in marks:
        number = re.fullmatch(r"fnref(\d+)", link["id"])[1]
        link["id"] = f"fnref{int(number) + before}"
        link.sup.string = str(int(number) + before)
    for listed in section.select("[role=doc-footnote] > ol"):
        for note in listed.find_all("li", id=True, recursive=False):
            note["id"] = f"fn{int(note['id'].removeprefix('fn')) + before}"
        first = listed.find("li", id=True)["id"].removeprefix("fn")
        if first != "1":
            listed["start"] = first
    return len(marks)


def _put_right(link: Tag, page: SitePage, pages: Mapping[str, SitePage]) -> None:
    found = _LINK.match(str(link["href"]))
    if not found or not (found["page"] or found["id"]):
        return
    there = pages.get(found["page"] or page.name)
    if not there:
        return
    label = found["id"] or ""
    prefixed = f"{there.name.removesuffix('.html')}-{label}"
    if prefixed in there.ids:
        label = prefixed
    if "quarto-xref" in link.get("class", []):
        _name_reference(link, there, label)
    if there is page:
        link["href"] = f"#{label or there.label}"
    else:
        link["href"] = f"{there.name}#{label}" if label else there.name


def _name_reference(link: Tag, there: SitePage, label: str) -> None:
    """The words of a reference. On a page without a chapter number, Quarto gives those to chapters
    and sections as titles: they become "Chapter 4" and "Section 4.1" as on every other page.
    """
    text = words(link)
    if not label:
        text = there.number or text
    elif section := there.section.find("section", id=label):
        number = section.find(_HEADINGS).find(class_="header-section-number")
        text = f"Section {words(number)}" if number else text
    # No line ends between "Table" and its number.
    kind, _, number = text.rpartition(" ")
    link.string = f"{kind}\xa0{number}" if kind else text
    link["class"] = "xref"


def figure_spans(section: Tag) -> Iterator[Tag]:
    """The numbers of a chapter that may explain themselves. In the annex of indicators they stand
    beside what explains them.
    """
    for span in section.select("span.figure[data-id]"):
        table = span.find_parent("table")
        if not (table and str(table.get("id", "")).startswith("tbl-indicators-")):
            yield span
