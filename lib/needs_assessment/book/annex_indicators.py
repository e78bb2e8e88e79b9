"""The annexes on indicators and on methods."""

from typing import Any

from needs_assessment.book.explanations import METHODS, anchor, rests_on, source_words
from needs_assessment.book.markdown import escape, figure_span, table
from needs_assessment.chapter.records import reason_words
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import chapter_title, estimate_words, format_number
from needs_assessment.periods import parse_period

Entry = dict[str, Any]

_INTERVALS = (
    "Proportions carry a Wilson interval. Rates carry Byar's interval from 10 events and an exact "
    "Poisson interval below. Changes carry the interval of a ratio of two counts. These are the "
    "methods of the Office for Health Improvement and Disparities "
    "[@ohid-phe-indicator-methods]. Tables show 95% intervals; the indicators file holds 99.8% "
    "intervals too.",
    "Figures that a partner reported without their counts have no interval. Ratios of unlike "
    "things, estimates, costs, and numbers of places and posts have none either.",
)
_COMPARISONS = (
    "An indicator is called higher or lower than a national average only when the average lies "
    "outside its 95% interval; otherwise it is called similar. A change whose interval includes 0 "
    "is called no clear change. Recommended levels, limits and bands are not statistical tests: "
    "the displayed numbers decide. Recorded crime is never rated good or bad, because more "
    "recorded abuse can mean better reporting.",
    "The year before is compared by the interval of the ratio of the two counts, for proportions "
    "by that of their difference (Newcombe's hybrid score method). Places, posts and reported "
    "figures are compared as printed.",
    "No percentage is given on a base under 20.",
)
_GROUPS = (
    "Where groups such as parts of the area each have a base, each is compared with all groups "
    "together. It is called higher or lower only outside the 99.8% control limits, because with "
    "many groups some lie outside the 95% limits by chance; a funnel plot draws both. So a group "
    "can be similar although its 95% interval leaves out the value of all groups. Groups are "
    "never put in order of their values, because "
    "small groups vary most by chance. The smoothed value draws each group towards the overall "
    "one, small groups the most (empirical Bayes, after Marshall 1991). Groups that are not shown "
    "take no part in it.",
    "A representation ratio divides a group's share of the clients whose group is known by its "
    "share of residents. Those not known are left out of it and are shown first.",
)
_MESSAGES = (
    "The main messages are chosen by a rule, from what the report shows. Each indicator scores by "
    "the size of its gap: how many times its benchmark it is, or what is lacking. The score counts "
    "less when the figure is approximate or only reported, or when its interval includes the "
    "benchmark, and more when it clearly changed since last year. What is not known is a finding "
    "too. At most two messages of a chapter are taken.",
)


def indicators_page(store: ProtectedStore) -> str:
    """Every indicator and breakdown: value, definition and method, benchmark, source."""
    parts = [
        "# Indicators {#sec-indicators}",
        "Every indicator of this report: what it is, how it is worked out, what it is compared "
        "with, and the files and rows it comes from. Breakdowns follow the indicators of their "
        "chapter.",
    ]
    groups = _by_chapter(store.data["breakdowns"])
    for chapter, entries in _by_chapter(store.data["indicators"], *groups).items():
        title = chapter_title(chapter)
        given = [entry for entry in entries if entry["status"] != "unavailable"]
        shown = [group for group in groups.get(chapter, []) if group["rows"]]
        absent = [
            *(entry for entry in entries if entry["status"] == "unavailable"),
            *(group for group in groups.get(chapter, []) if not group["rows"]),
        ]
        parts.append(f"## {title} {{#sec-indicators-{chapter}}}")
        if given:
            parts.append(_table(given, chapter, title))
        if shown:
            parts.append(_breakdowns(shown, chapter, title))
        if absent:
            parts.append(_absent(absent, chapter, title))
    return "\n\n".join(parts)


def methods_page(store: ProtectedStore) -> str:
    """How figures are worked out, compared, rounded and protected."""
    populations = "\n".join(
        f"- {chapter_title(use)}: {estimate_words(estimate)}."
        for use, estimate in store.data["edition"]["populations"].items()
    )
    return "\n\n".join(
        [
            "# Methods {#sec-methods}",
            "## Intervals {#sec-methods-intervals}",
            *_INTERVALS,
            "## Comparisons {#sec-methods-comparisons}",
            *_COMPARISONS,
            _benchmarks(store),
            "## Groups beside each other {#sec-methods-groups}",
            *_GROUPS,
            "## Main messages {#sec-methods-messages}",
            *_MESSAGES,
            "## Rounding {#sec-methods-rounding}",
            "Numbers are rounded half up, on exact values, when they are printed. Estimates are "
            "printed with “about”, those from the national survey to three significant figures.",
            "## Populations {#sec-methods-populations}",
            "The population that an indicator divides by is printed beside it. This edition uses:",
            populations,
            "The number of females aged 16 and over is derived from Census 2021 totals and is "
            "good to about half a per cent.",
            "## Cost {#sec-methods-cost}",
            escape(_prices(store.data["edition"]["cost"])),
            "## Small numbers {#sec-methods-disclosure}",
            escape(store.data["policy"]),
        ]
    )


def _by_chapter(entries: list[Entry], *further: str) -> dict[str, list[Entry]]:
    """Entries by chapter, in their order; chapters in `further` that have none come last."""
    chapters: dict[str, list[Entry]] = {}
    for entry in entries:
        chapters.setdefault(entry["chapter"], []).append(entry)
    for chapter in further:
        chapters.setdefault(chapter, [])
    return chapters


def _table(entries: list[Entry], chapter: str, title: str) -> str:
    rows = [
        [
            _anchored(entry["name"], entry["id"]),
            figure_span(entry["display"], entry["id"]),
            f"{_defined(entry)}{_rests_on(entry)}{_compared(entry)}",
            _where_from(entry),
        ]
        for entry in entries
    ]
    return table(
        ["Indicator", "Value", "Definition, method, cautions, base and benchmark", "Source"],
        rows,
        label=f"tbl-indicators-{chapter}",
        caption=f"Indicators: {title}.",
        align=["left", "right", "left", "left"],
    )


def _absent(entries: list[Entry], chapter: str, title: str) -> str:
    rows = [
        [
            _anchored(entry["name"], entry["id"]),
            _defined(entry),
            escape(_sentence(reason_words(entry))),
        ]
        for entry in entries
    ]
    return table(
        ["Indicator", "Definition, method and cautions", "Why it is not available"],
        rows,
        label=f"tbl-indicators-{chapter}-absent",
        caption=f"Indicators that cannot be given for this edition: {title}.",
    )


def _anchored(text: str, key: str) -> str:
    """`text` as the place that links to the indicator `key` lead to."""
    return f"[{escape(text)}]{{#{anchor(key)}}}"


def _rests_on(entry: Entry) -> str:
    # What it is compared with follows as its benchmarks, with their sources.
    lines = [each for each in rests_on(entry) if each[0] != "Compared with"]
    return "".join(f" {escape(f'{label}: {text}.')}" for label, text in lines)


def _group_row(row: Entry) -> str:
    """All that the page tells beside a number of a breakdown, so that it stands here as well: a
    line of its own in the cell (tables.lua).
    """
    told = "; ".join(
        text if label in ("Period", "Based on") else f"{label[:1].lower()}{label[1:]}: {text}"
        for label, text in rests_on(row)
    )
    beside = f" {escape(told)}" if told else ""
    named = f"{row['label']}: {row['display']}."
    return f"[[**{escape(named)}**]{{#{anchor(row['id'])}}}{beside}]{{.line}}"


def _defined(entry: Entry) -> str:
    return escape(" ".join([entry["definition"], METHODS[entry["kind"]], *entry["caveats"]]))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _breakdowns(groups: list[Entry], chapter: str, title: str) -> str:
    rows = [
        [
            _anchored(group["name"], group["id"]),
            " ".join(map(_group_row, group["rows"])),
            _defined(group),
            _group_source(group),
        ]
        for group in groups
    ]
    return table(
        ["Breakdown", "Groups", "Definition, method and cautions", "Source"],
        rows,
        label=f"tbl-breakdowns-{chapter}",
        caption=f"Breakdowns: {title}.",
    )


def _compared(entry: Entry) -> str:
    """The benchmarks of an indicator, each with its value, geography and source."""
    parts = []
    for each in (entry["benchmark"], *entry["other_benchmarks"]):
        if each:
            cited = f" [@{each['source']}]" if each["source"] else ""
            parts.append(f"{escape(each['name'])}: {escape(_level(each))}{cited}")
    return f" Benchmark: {'; '.join(parts)}." if parts else " No benchmark."


def _level(benchmark: Entry) -> str:
    ends = (benchmark["lower"], benchmark["upper"])
    number = f"{benchmark['value']:g}" if benchmark["value"] is not None else ""
    number = number or " to ".join(f"{end:g}" for end in ends)
    marked = "" if benchmark["verified"] else ", not confirmed at a source"
    return f"{number} ({benchmark['geography']}{marked})"


def _where_from(entry: Entry) -> str:
    parts = [escape(words) for words in source_words(entry["sources"])]
    if entry["population"]:
        parts.append(escape(f"population: {entry['population']}"))
    parts += [f"[@{key}]" for key in entry["cites"]]
    return "; ".join(parts)


def _group_source(group: Entry) -> str:
    rows: dict[tuple[str, str], set[int]] = {}
    for row in group["rows"]:
        for each in row["sources"]:
            rows.setdefault((each["file"], each["sheet"]), set()).update(each["rows"])
    merged = [
        {"file": file, "sheet": sheet, "rows": sorted(found)}
        for (file, sheet), found in sorted(rows.items())
    ]
    return "; ".join(escape(words) for words in source_words(merged))


def _prices(cost: Entry) -> str:
    if cost["factor"] is None:
        return (
            "The Home Office unit cost is used in the prices it was published in, those of the "
            "year ending March 2017; no price index is set for this edition."
        )
    factor = format_number(cost["factor"], 4).rstrip("0").rstrip(".")
    return (
        f"The Home Office unit cost is raised from the prices of {cost['start']} to those of "
        f"{cost['end']} with the {cost['index']}: it is multiplied by {factor}. It was not "
        "estimated again."
    )


def _benchmarks(store: ProtectedStore) -> str:
    rows_of = [row for group in store.data["breakdowns"] for row in group["rows"]]
    seen: dict[str, Entry] = {}
    for entry in (*store.data["indicators"], *rows_of):
        for each in (entry["benchmark"], *entry["other_benchmarks"]):
            if each:
                seen.setdefault(each["id"], each)
    if not seen:
        return "No benchmark applies to the indicators of this edition."
    rows = [
        [
            escape(each["name"]),
            escape(_level(each).rpartition(" (")[0]),
            escape(each["geography"]),
            escape(parse_period(each["period"]).words() if each["period"] else "any"),
            f"[@{each['source']}]" if each["source"] else "not confirmed at a source",
        ]
        for each in seen.values()
    ]
    return table(
        ["Benchmark", "Value", "Geography", "Period", "Source"],
        rows,
        label="tbl-benchmarks",
        caption="Benchmarks used in this edition.",
        align=["left", "right", "left", "left", "left"],
    )
