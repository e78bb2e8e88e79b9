"""The annexes: data dictionary, indicators, methods, sources, checks."""

from typing import Any

from needs_assessment.book.front import long_date
from needs_assessment.book.markdown import escape, figure_span, table
from needs_assessment.disclosure.store import ProtectedStore
from needs_assessment.display import chapter_title
from needs_assessment.flags import GAP, Finding, Flag, gather, sort_flags
from needs_assessment.periods import parse_period
from needs_assessment.reference import estimate_words

_METHODS = {
    "count": "Count, as returned.",
    "proportion": "Part divided by whole, with a Wilson interval.",
    "ratio": "One number divided by another that it is no part of; no interval.",
    "rate": "Events divided by people; exact Poisson interval below 10 events, Byar's from 10.",
    "change": "Later count divided by earlier count, less one; interval of a ratio of two counts.",
    "shortfall": "One less actual number divided by recommended number.",
    "estimate": "Estimate, as defined.",
    "cost": "Amount, as reported.",
    "reported": "As reported, without the counts behind it; no interval.",
}
_GROUPS = {
    "police": "Police",
    "court": "Courts",
    "marac": "MARAC",
    "idva": "IDVA service",
    "caseworker": "Caseworker service",
    "refuge": "Refuge and safe accommodation",
    "housing": "Housing",
    "children": "Children's services",
    "yos": "Youth offending service",
    "perpetrators": "Perpetrators",
    "asc": "Adult social care",
    "cost": "Cost",
    "funding": "Funding",
}


def pages(store: ProtectedStore) -> dict[str, str]:
    """The annexes as Markdown, by file name."""
    return {
        "data-dictionary": _data_dictionary(store),
        "indicators": _indicators(store),
        "methods": _methods(store),
        "sources": _sources(store),
        "checks": _checks(store),
    }


def _data_dictionary(store: ProtectedStore) -> str:
    used = {cell["measure"] for cell in store.data["cells"]}
    groups: dict[str, list[dict[str, Any]]] = {}
    for measure in store.data["measures"]:
        if measure["id"] in used:
            groups.setdefault(measure["id"].split(".")[0], []).append(measure)
    parts = [
        "# Data dictionary {#sec-data-dictionary}",
        "These are the measures that partners returned for this edition or earlier ones. Each "
        "says what is counted and in which unit.",
    ]
    for group, measures in groups.items():
        title = _GROUPS.get(group, group.capitalize())
        rows = [
            [escape(each["name"]), escape(each["definition"]), escape(each["unit"])]
            for each in measures
        ]
        parts += [
            f"## {title} {{#sec-measures-{group}}}",
            table(
                ["Measure", "Definition", "Unit"],
                rows,
                label=f"tbl-measures-{group}",
                caption=f"Measures: {title}.",
            ),
        ]
    return "\n\n".join(parts)


def _indicators(store: ProtectedStore) -> str:
    parts = [
        "# Indicators {#sec-indicators}",
        "Every indicator of this report: what it is, how it is worked out, and the files and rows "
        "it comes from.",
    ]
    chapters: dict[str, list[dict[str, Any]]] = {}
    for entry in store.data["indicators"]:
        chapters.setdefault(entry["chapter"], []).append(entry)
    for chapter, entries in chapters.items():
        rows = [
            [
                escape(entry["name"]),
                figure_span(entry["display"], entry["id"]),
                escape(" ".join([entry["definition"], _METHODS[entry["kind"]], *entry["caveats"]])),
                escape(_where_from(entry)),
            ]
            for entry in entries
        ]
        title = chapter_title(chapter)
        parts += [
            f"## {title} {{#sec-indicators-{chapter}}}",
            table(
                ["Indicator", "Value", "Definition, method and cautions", "From"],
                rows,
                label=f"tbl-indicators-{chapter}",
                caption=f"Indicators: {title}.",
                align=["left", "right", "left", "left"],
            ),
        ]
    return "\n\n".join(parts)


def _where_from(entry: dict[str, Any]) -> str:
    parts = [
        f"{each['file'].removeprefix('data/returns/')}"
        + (f", sheet {each['sheet']}" if each["sheet"] else "")
        + f", {'row' if len(each['rows']) == 1 else 'rows'} "
        + ", ".join(str(row) for row in each["rows"])
        for each in entry["sources"]
    ]
    if entry["population"]:
        parts.append(f"population: {entry['population']}")
    if entry["status"] == "unavailable":
        parts.append(f"not available: {entry['reason']}")
    return "; ".join(parts)


def _methods(store: ProtectedStore) -> str:
    populations = "\n".join(
        f"- {chapter_title(use)}: {estimate_words(estimate)}."
        for use, estimate in store.data["edition"]["populations"].items()
    )
    return "\n\n".join(
        [
            "# Methods {#sec-methods}",
            "## Intervals {#sec-methods-intervals}",
            "Proportions carry a 95% Wilson interval. Rates carry Byar's interval from 10 events "
            "and an exact Poisson interval below. Changes carry the interval of a ratio of two "
            "counts. These are the methods of the Office for Health Improvement and Disparities. "
            "Figures that a partner reported without their counts have no interval.",
            "## Comparisons {#sec-methods-comparisons}",
            "An indicator is called higher or lower than a national average only when the average "
            "lies outside its 95% interval; otherwise it is called similar. Recommended levels and "
            "limits are not statistical tests: the displayed numbers decide. Recorded crime is "
            "never rated good or bad, because more recorded abuse can mean better reporting.",
            "No percentage is given on a base under 20.",
            _benchmarks(store),
            "## Rounding {#sec-methods-rounding}",
            "Numbers are rounded half up, on exact values, when they are printed. Estimates are "
            "printed with “about”.",
            "## Populations {#sec-methods-populations}",
            "The population that an indicator divides by is printed beside it. This edition uses:",
            populations,
            "The number of females aged 16 and over is derived from Census 2021 totals and is "
            "good to about half a per cent.",
            "## Small numbers {#sec-methods-disclosure}",
            escape(store.data["policy"]),
        ]
    )


def _benchmarks(store: ProtectedStore) -> str:
    seen: dict[str, dict[str, Any]] = {}
    for entry in store.data["indicators"]:
        for each in (entry["benchmark"], *entry["other_benchmarks"]):
            if each:
                seen.setdefault(each["id"], each)
    if not seen:
        return "No benchmark applies to the indicators of this edition."
    rows = [
        [
            escape(each["name"]),
            escape(f"{each['value']:g}"),
            escape(each["geography"]),
            escape(parse_period(each["period"]).words() if each["period"] else "any"),
            f"[@{each['source']}]",
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


def _sources(store: ProtectedStore) -> str:
    rows = [
        [
            escape(each["partner"]),
            escape(each["file"]),
            long_date(each["received"]),
            escape(each["nature"]),
            escape(each["quality"]),
            escape(each["note"] or "None"),
        ]
        for each in store.data["returns"]
    ]
    parts = ["# Sources {#sec-sources}", "## Returns from partners {#sec-sources-returns}"]
    if rows:
        parts.append(
            table(
                ["Partner", "File", "Received", "Nature", "Data quality", "Note"],
                rows,
                label="tbl-returns-received",
                caption="Returns received for this edition.",
            )
        )
    else:
        parts.append("No partner returned data for this edition.")
    parts += [
        "## Published sources {#sec-sources-published}",
        "Populations: Office for National Statistics, mid-year estimates and Census 2021. Contains "
        "public sector information licensed under the Open Government Licence v3.0.",
        "::: {#refs}\n:::",
    ]
    return "\n\n".join(parts)


def _checks(store: ProtectedStore) -> str:
    flags = [Flag(**each) for each in store.data["flags"]]
    gaps = [flag for flag in flags if flag.rule == GAP]
    findings = gather(sort_flags(flag for flag in flags if flag.rule != GAP))
    parts = [
        "# Checks {#sec-checks}",
        "Cautions that the program found by rule. After a warning, a figure may be wrong or must "
        "not be read as printed; a note is to be borne in mind.",
    ]
    if findings:
        rows = [
            [
                escape(each.severity.capitalize()),
                escape(f"{each.rule[:1].upper()}{each.rule[1:]}"),
                escape(each.sentence),
                escape(_place(each)),
            ]
            for each in findings
        ]
        parts.append(
            table(
                ["Severity", "Rule", "What was found", "Where"],
                rows,
                label="tbl-flags",
                caption="Cautions about the figures of this edition, warnings first.",
            )
        )
    else:
        parts.append("No caution was raised.")
    if gaps:
        parts += [
            "## Gaps {#sec-checks-gaps}",
            "These indicators cannot be given for this edition:",
            "\n".join(f"- {escape(flag.sentence)}" for flag in gaps),
        ]
    return "\n\n".join(parts)


def _place(finding: Finding) -> str:
    if not finding.file:
        return "reference data"
    file = finding.file.removeprefix("data/returns/")
    return ", ".join(filter(None, [file, finding.where]))
