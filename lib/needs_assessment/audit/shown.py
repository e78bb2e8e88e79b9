"""What a report shows: tables, charts, figures in sentences, whatever file they stand in."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

_NUMBER = re.compile(r"^(?:Table|Figure)\s+[A-Z]?[\d.]+\s*[:.–-]?\s*")
_ILLUSTRATIVE = re.compile(r"\s*Illustrative data\.?\s*$")
_SOURCE = re.compile(r"\.\s+Source:\s+(.*)$", re.DOTALL)


@dataclass(frozen=True)
class ShownTable:
    """A table as one file shows it.

    `name` is its label (`tbl-…`) where the file gives one, else empty; `title` its caption without
    number and source; `source` the partners that the caption names. `columns` are the headings,
    the first one over the row labels; `rows` hold as many texts.
    """

    artefact: str
    name: str
    title: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ShownChart:
    """A chart: its alternative text and tooltips, and its drawing where it is SVG."""

    artefact: str
    name: str
    title: str
    source: str
    alt: str
    svg: str


@dataclass(frozen=True)
class ShownFigure:
    """A text marked as a figure of an indicator in a sentence."""

    artefact: str
    indicator: str
    text: str


@dataclass(frozen=True)
class Shown:
    """All that one report shows. `name` is the report: council, period, and version if any.

    `indicators` are the entries of `indicators.json`; `texts` are paragraphs, among them the
    printed rule.
    """

    name: str
    area: str
    period: str
    tables: tuple[ShownTable, ...] = ()
    charts: tuple[ShownChart, ...] = ()
    figures: tuple[ShownFigure, ...] = ()
    indicators: tuple[dict[str, Any], ...] = ()
    texts: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()


@dataclass
class Pages:
    """What is read from one file, collected piece by piece."""

    artefact: str
    tables: list[ShownTable] = field(default_factory=list)
    charts: list[ShownChart] = field(default_factory=list)
    figures: list[ShownFigure] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


# The files of a report, and the lines of its tables, say the same again and again.
@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """`text` on one line, with plain apostrophes, dashes and spaces."""
    swapped = text.replace("’", "'").replace("‘", "'").replace("\u00ad", "")
    return " ".join(swapped.replace("–", "-").replace("\u2011", "-").split())


def split_caption(text: str) -> tuple[str, str]:
    """The title and the partners of a caption, without its number and marks."""
    caption = _ILLUSTRATIVE.sub("", _NUMBER.sub("", plain(text)))
    found = _SOURCE.search(caption)
    title = caption[: found.start()] if found else caption
    return title.rstrip(". "), found[1].rstrip(". ") if found else ""


def merged_tables(tables: tuple[ShownTable, ...]) -> dict[str, list[ShownTable]]:
    """The tables by name, each with all the files that show it.

    Files that give no label (a workbook, a PDF) are known by title and headings. Row labels and
    headings are those of the first file that shows the table, so that a label that is broken
    over two lines in a PDF stays the same row.
    """
    merged: dict[str, list[ShownTable]] = {}
    known: dict[tuple[str, int, int], str] = {}
    for table in sorted(tables, key=lambda each: not each.name):
        shape = (table.title.casefold(), len(table.columns), len(table.rows))
        name = table.name or known.get(shape) or f"“{table.title}”"
        known.setdefault(shape, name)
        held = merged.setdefault(name, [])
        held.append(_labelled_as(held[0] if held else table, replace(table, name=name)))
    return merged


def _labelled_as(first: ShownTable, table: ShownTable) -> ShownTable:
    """`table` with the labels and headings of `first`, when they have the same shape."""
    if (len(first.columns), len(first.rows)) != (len(table.columns), len(table.rows)):
        return table
    rows = tuple(
        (ours[0], *theirs[1:]) for ours, theirs in zip(first.rows, table.rows, strict=True)
    )
    return replace(table, columns=first.columns, rows=rows)
