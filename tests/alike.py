"""What readers meet in a report's HTML, whichever renderer made it, in a form that compares."""

import json
import re
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from needs_assessment.book.settings import BookSettings

_LINK = re.compile(r"^(?P<page>[^/:#?]+\.html)?(?:#(?P<id>.+))?$")


def one_page(text: str) -> list[BeautifulSoup]:
    """The built-in page, as the only page of its report."""
    return [BeautifulSoup(text, "html.parser")]


def site_pages(site: Path, settings: BookSettings) -> list[BeautifulSoup]:
    """The pages of a site in reading order."""
    names = (file.name.replace(".qmd", ".html") for file in settings.files)
    return [BeautifulSoup((site / name).read_text("utf-8"), "html.parser") for name in names]


def read_views(pages: list[BeautifulSoup], settings: BookSettings) -> dict[str, Any]:
    """All that two reports of one book have in common, in reading order, by what it is."""
    mains = [page.main for page in pages]
    names = [file.name.replace(".qmd", ".html") for file in settings.files]
    opened = dict(zip(names, (main.section["id"] for main in mains), strict=False))

    def found(selector: str) -> list[Tag]:
        return [tag for main in mains for tag in main.select(selector)]

    def target(link: Tag) -> str:
        place = _LINK.match(link["href"])
        return f"#{place['id'] or opened[place['page']]}" if place else link["href"]

    links = [link for link in found("a[href]") if not link.find_parent(class_="turn")]
    told: dict[str, Any] = {}
    for page in pages:
        if data := page.find(id="explanations"):
            told |= json.loads(data.get_text())
    explained = [
        (link.parent["data-id"], target(link), _words(link)) for link in found("a.explained")
    ]
    return {
        "headings": [(tag.name, tag.parent["id"], _words(tag)) for tag in found("h2, h3, h4, h5")],
        "texts": [_words(tag) for tag in found("p, li")],
        "captions": [
            (_words(tag.select_one(".caption-label")), _words(tag))
            for tag in found("caption, figcaption")
        ],
        "labels": [tag["id"] for tag in found("figure[id], table[id]")],
        "cells": [(tag.name, tag.get("scope"), _words(tag)) for tag in found("th, td")],
        "alternatives": [tag["alt"] for tag in found("img")],
        "references": [(target(link), _words(link)) for link in found("a.xref")],
        "links": [(target(link), _words(link)) for link in links],
        "callouts": [(tag["class"], _words(tag)) for tag in found(".callout")],
        "notes": [_words(tag) for tag in found(".table-notes, .footnotes li")],
        "sources": [_words(tag) for tag in found(".csl-entry")],
        "numbers": explained,
        "explanations": {key: told[key] for key, _, _ in explained},
        "regions": [_named(tag, page) for page in pages for tag in page.select("[role=region]")],
    }


def _named(region: Tag, page: BeautifulSoup) -> str:
    label = region.get("aria-labelledby")
    return _words(page.find(id=label)) if label else region["aria-label"]


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text().split())
