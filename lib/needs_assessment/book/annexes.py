"""The annexes: data dictionary, indicators, methods, sources, checks, accessibility."""

from typing import Any

from needs_assessment.book.accessibility import accessibility_page
from needs_assessment.book.annex_indicators import indicators_page, methods_page
from needs_assessment.book.markdown import escape, table
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import long_date
from needs_assessment.flags import GAP, Finding, Flag, gather, sort_flags
from needs_assessment.returns.statistic import AND

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
    "health": "Health services",
    "voice": "Survivors' voice",
    "population": "Populations",
    "cost": "Cost",
    "funding": "Funding",
}


def pages(store: ProtectedStore) -> dict[str, str]:
    """The annexes as Markdown, by file name."""
    return {
        "data-dictionary": _data_dictionary(store),
        "indicators": indicators_page(store),
        "methods": methods_page(store),
        "sources": _sources(store),
        "checks": _checks(store),
        "accessibility": accessibility_page(store),
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
            [
                escape(each["name"]),
                escape(" ".join(filter(None, [each["definition"], each["caution"]]))),
                escape(each["unit"]),
                escape(_breakdowns(each, store) or "Not broken down"),
            ]
            for each in measures
        ]
        parts += [
            f"## {title} {{#sec-measures-{group}}}",
            table(
                ["Measure", "Definition", "Unit", "Broken down by"],
                rows,
                label=f"tbl-measures-{group}",
                caption=f"Measures: {title}.",
            ),
        ]
    return "\n\n".join(parts)


def _breakdowns(measure: dict[str, Any], store: ProtectedStore) -> str:
    """The breakdowns that were returned; what falls into several categories is said to."""
    returned = {
        name
        for cell in store.data["cells"]
        if cell["measure"] == measure["id"]
        for name in cell["dimension"].split(AND)
    }
    return "; ".join(
        each["label"] + (" (one can fall under several)" if each["answers"] == "many" else "")
        for name, each in measure["dimensions"].items()
        if name in returned
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
                escape(f"{each.rule[:1].upper()}{each.rule[1:]}"),
                each.severity.capitalize(),
                escape(each.sentence),
                escape(_place(each)),
            ]
            for each in findings
        ]
        parts.append(
            table(
                ["Rule", "Severity", "What was found", "Where"],
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
