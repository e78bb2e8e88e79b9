"""What stands behind each number: shown beside it on the page, and in the annex on indicators."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from needs_assessment.chapter.records import base_words, comparison_words, interval_words
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import SUPPRESSED, join_words

Entry = dict[str, Any]

METHODS = {
    "count": "Count, as returned.",
    "proportion": "Part divided by whole, with a Wilson interval.",
    "ratio": "One number divided by another that it is no part of; no interval.",
    "rate": "Events divided by people; exact Poisson interval below 10 events, Byar's from 10.",
    "change": "Later count divided by earlier count, less one; interval of a ratio of two counts.",
    "shortfall": "Actual number set against the recommended number.",
    "estimate": "Estimate, as defined; no interval.",
    "cost": "Amount, as defined; no interval.",
    "reported": "As reported, without the counts behind it; no interval.",
    "representation": "Share of those known divided by share of the population; Wilson interval.",
}


@dataclass(frozen=True)
class Explanation:
    """What stands behind a number: `lines` are labels with their texts, in order.

    `shown` is the number as the report prints it; `anchor` is its place in the annex.
    """

    name: str
    shown: str
    anchor: str
    lines: tuple[tuple[str, str], ...]


def explanations(store: ProtectedStore) -> dict[str, Explanation]:
    """What stands behind every indicator, breakdown and row of a breakdown, by id.

    It is what the annex on indicators and the tables of the chapters print; nothing is told of a
    hidden number.
    """
    publishers = store.data["publishers"]
    found = {
        key: Explanation(
            entry["name"], entry["display"], anchor(key), tuple(_lines(entry, publishers))
        )
        for key, entry in store.indicators.items()
    }
    for key, group in store.breakdowns.items():
        about = tuple(_about(group))
        found[key] = Explanation(group["name"], "", anchor(key), about)
        for rows, listed in ((group["rows"], True), (group["missing"], False)):
            for row in rows:
                place = anchor(row["id"] if listed else key)
                lines = tuple(_lines(row, publishers))
                found[row["id"]] = Explanation(row["name"], row["display"], place, lines)
    return found


def origins(store: ProtectedStore, records: Iterable[dict[str, Any]]) -> dict[str, Explanation]:
    """Where the numbers of each table and chart come from, by its label: what they are, then a
    line for each number with its files, sheets and rows. A breakdown is defined once for its rows.
    """
    known = explanations(store)
    groups = {
        row["id"]: key
        for key, group in store.breakdowns.items()
        for row in (*group["rows"], *group["missing"])
    }
    found = {}
    for record in records:
        given = record.get("origins")
        if not given:
            continue
        keys = dict.fromkeys(groups.get(each["of"], each["of"]) for each in given)
        lines = [_defined(store, known, key) for key in keys if key in {**store.measures, **known}]
        lines += [
            (each["name"], f"{each['shown']}: {'; '.join(source_words(each['sources']))}")
            for each in given
        ]
        name = f"Where the numbers come from: {record['caption'].rstrip('.')}"
        found[record["label"]] = Explanation(name, "", "sec-data-dictionary", tuple(lines))
    return found


def _defined(store: ProtectedStore, known: dict[str, Explanation], key: str) -> tuple[str, str]:
    """The name and definition of a measure, indicator or row of a breakdown."""
    if key in store.measures:
        measure = store.measures[key]
        return measure["name"], measure["definition"]
    return known[key].name, dict(known[key].lines)["Definition"]


def explanations_json(store: ProtectedStore, records: Iterable[dict[str, Any]]) -> str:
    """The explanations as the page reads them, by id of an indicator or label of a record."""
    found = {
        key: {"name": each.name, "shown": each.shown, "anchor": each.anchor, "lines": each.lines}
        for key, each in {**explanations(store), **origins(store, records)}.items()
    }
    return json.dumps(found, ensure_ascii=False) + "\n"


def anchor(key: str) -> str:
    """The label of an indicator's place in the annex."""
    return f"indicator-{key.replace('.', '-')}"


def rests_on(entry: Entry) -> list[tuple[str, str]]:
    """Base, interval, comparison and year before of an indicator or row, as label and text."""
    figures = entry["figures"]
    base = base_words(entry)
    lines = [("Period" if base == figures["period"] else "Based on", base)]
    lines.append(("95% interval", interval_words(entry)))
    lines.append(("Compared with", comparison_words(entry)))
    if entry["previous"]:
        direction = figures["direction"]
        words = f"{direction[:1].upper()}{direction[1:]} {figures['previous']}"
        lines.append(("Year before", words))
    return [(label, text) for label, text in lines if text]


def source_words(sources: Iterable[Entry]) -> list[str]:
    """Files with their sheets and rows, as the report names them."""
    return [
        each["file"].removeprefix("data/returns/")
        + (f", sheet {each['sheet']}" if each["sheet"] else "")
        + f", {'row' if len(each['rows']) == 1 else 'rows'} "
        + ", ".join(str(row) for row in each["rows"])
        for each in sources
    ]


def _lines(entry: Entry, publishers: dict[str, str]) -> Iterable[tuple[str, str]]:
    if entry["status"] == "suppressed":
        yield "Not shown", f"{SUPPRESSED} stands for a number that could identify somebody."
    if entry["status"] == "unavailable":
        yield "Not available", f"{entry['reason'][:1].upper()}{entry['reason'][1:]}."
    yield from rests_on(entry)
    yield from _about(entry)
    partners = join_words(entry["partners"])
    files = "; ".join(source_words(entry["sources"]))
    published = join_words(
        list(dict.fromkeys(publishers[key] for key in entry["cites"] if key in publishers))
    )
    told = [f"{partners}: {files}" if partners and files else files or partners, published]
    if any(told):
        source = "; ".join(filter(None, told))
        yield "Source", source[:1].upper() + source[1:]
    if entry["nature"] == "illustrative":
        yield "Nature", "Illustrative data, not real figures."


def _about(entry: Entry) -> Iterable[tuple[str, str]]:
    yield "Definition", entry["definition"]
    yield "Method", METHODS[entry["kind"]]
    if entry["caveats"]:
        yield "Caution", " ".join(entry["caveats"])
