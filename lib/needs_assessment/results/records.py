"""The JSON files of a run: indicators and checks."""

import json
from collections.abc import Mapping
from typing import Any

from needs_assessment.assurance import answered
from needs_assessment.disclosure.protected import ProtectedStore

_FIELDS = [
    "id",
    "name",
    "chapter",
    "kind",
    "value",
    "unit",
    "lower",
    "upper",
    "wide_lower",
    "wide_upper",
    "numerator",
    "denominator",
    "numerator_period",
    "denominator_period",
    "population",
    "benchmark",
    "other_benchmarks",
    "previous",
    "direction",
    "rating",
    "status",
    "nature",
    "display",
    "sources",
]


def as_json(data: Any) -> bytes:
    """`data` as JSON for people and programs: UTF-8, indented, keys in their order."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def indicators_json(store: ProtectedStore) -> bytes:
    """`indicators.json`: every indicator as the report may show it."""
    edition = store.data["edition"]
    return as_json(
        {
            "council": store.data["council"]["id"],
            "period": edition["period"],
            "version": edition["version"]["number"],
            "edition_status": edition["version"]["status"],
            "indicators": [
                {field: entry[field] for field in _FIELDS} for entry in store.data["indicators"]
            ],
            "breakdowns": [_breakdown(group) for group in store.data["breakdowns"]],
        }
    )


def _breakdown(group: dict[str, Any]) -> dict[str, Any]:
    """A breakdown: what it is, and an entry like an indicator's for each row."""
    about = ("id", "name", "chapter", "kind", "unit", "label", "status")
    return {
        **{key: group[key] for key in about},
        "overall": group["overall"],
        "rows": [
            {
                "category": row["category"],
                "label": row["label"],
                **{field: row[field] for field in _FIELDS if field not in ("chapter", "kind")},
                "position": row["position"],
                "smoothed": row["smoothed"],
                "expected": row["expected"],
            }
            for row in group["rows"]
        ],
    }


def checks_json(
    store: ProtectedStore, notes: list[dict[str, Any]], answers: Mapping[str, dict[str, Any]]
) -> bytes:
    """`checks.json`: every flag, with its indicator or file and row, its id, and the answer to it.

    `notes` are the run's own flags, `answers` those of the assurance log by the flag's id.
    """
    return as_json(
        {
            "council": store.data["council"]["id"],
            "period": store.data["edition"]["period"],
            "flags": answered([*store.data["flags"], *notes], answers),
        }
    )
