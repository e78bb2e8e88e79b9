"""The JSON files of a run: indicators, checks, provenance."""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

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
_PACKAGES = [
    "matplotlib",
    "nbclient",
    "nbconvert",
    "pandas",
    "papermill",
    "pypandoc_binary",
    "scipy",
    "seaborn",
    "typst",
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


def checks_json(store: ProtectedStore, notes: list[dict[str, Any]]) -> bytes:
    """`checks.json`: every flag, with its indicator or file and row; `notes` are the run's own."""
    return as_json(
        {
            "council": store.data["council"]["id"],
            "period": store.data["edition"]["period"],
            "flags": [*store.data["flags"], *notes],
        }
    )


def provenance_json(store: ProtectedStore, root: Path, inputs: list[Path], renderer: str) -> bytes:
    """`provenance.json`: inputs with SHA-256, parameters, versions."""
    files = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in inputs
    }
    edition = store.data["edition"]
    return as_json(
        {
            "council": store.data["council"]["id"],
            "period": edition["period"],
            "version": edition["version"],
            "populations": edition["populations"],
            "inputs": dict(sorted({**files, **store.data["inputs"]}.items())),
            "renderer": renderer,
            "versions": {
                "needs-assessment": version("needs-assessment"),
                "python": platform.python_version(),
                **{name: version(name) for name in _PACKAGES},
            },
        }
    )
