"""Where the numbers of tables and charts come from, listed on the site as page.lua lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup, Tag

from needs_assessment.book.site_pages import SitePage, words

# They stand before this section of the sources.
_AFTER = "sec-sources-published"
_BEGINNING = "Tables and charts, each with the file, sheet and rows of every number in it:"


def list_origins(
    pages: Sequence[SitePage], known: Mapping[str, Any]
) -> tuple[list[SitePage], dict[str, str]]:
    """The pages with the files and rows behind each table and chart that `known` explains, for
    readers without scripts, and the id of each place by the label of the table or chart.
    """
    home = next((page for page in pages if _AFTER in page.ids), None)
    labelled = [
        (page, label, key)
        for page in pages
        for element in page.section.find_all(["figure", "table"], id=True)
        if (key := str(element["id"])) in known and (label := element.select_one(".caption-label"))
    ]
    if home is None or not labelled:
        return list(pages), {}
    new = BeautifulSoup("", "html.parser")
    listed = new.new_tag("div", attrs={"class": "origins"})
    beginning = new.new_tag("p")
    beginning.string = _BEGINNING
    listed.append(beginning)
    places = {}
    for page, label, key in labelled:
        places[key] = f"origin-{key}"
        target = f"#{key}" if page is home else f"{page.name}#{key}"
        listed.append(_origin(new, places[key], words(label).rstrip(": "), known[key], target))
    section = home.section.find("section", id=_AFTER)
    before = section.find_previous_sibling("section")
    if before:
        before.append(listed)
    else:
        section.insert_before(listed)
    grown = replace(home, ids=home.ids | set(places.values()))
    return [grown if page is home else page for page in pages], places


def _origin(
    new: BeautifulSoup, place: str, label: str, about: Mapping[str, Any], target: str
) -> Tag:
    details = new.new_tag("details", id=place)
    summary = new.new_tag("summary")
    summary.string = f"{label}: {about['name'].partition(': ')[2] or about['name']}"
    lines = new.new_tag("dl")
    for name, text in about["lines"]:
        for tag, said in (("dt", name), ("dd", text)):
            line = new.new_tag(tag)
            line.string = said
            lines.append(line)
    back = new.new_tag("p")
    link = new.new_tag("a", href=target)
    link.string = f"To {label}"
    back.append(link)
    details.extend([summary, lines, back])
    return details
