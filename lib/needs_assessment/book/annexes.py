"""The annexes: data dictionary, indicators, methods, sources, checks, assurance, accessibility."""

from typing import Any

from needs_assessment.assurance import AssuranceLog
from needs_assessment.book.accessibility import accessibility_page
from needs_assessment.book.annex_assurance import assurance_page, checks_page
from needs_assessment.book.annex_indicators import indicators_page, methods_page
from needs_assessment.book.markdown import escape, table
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import long_date
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


def pages(store: ProtectedStore, assurance: AssuranceLog) -> dict[str, str]:
    """The annexes as Markdown, by file name."""
    return {
        "data-dictionary": _data_dictionary(store),
        "indicators": indicators_page(store),
        "methods": methods_page(store),
        "sources": _sources(store),
        "checks": checks_page(store, assurance),
        "assurance": assurance_page(store, assurance),
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
