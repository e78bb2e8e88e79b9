"""The results of a run beside the report: indicators, tables, checks, provenance.

None holds a wall clock, a host, a user or an absolute path.
"""

import hashlib
import json
import platform
import warnings
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gptables
import pandas as pd

from needs_assessment.disclosure.store import ProtectedStore

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
    """`provenance.json`: inputs with SHA-256, parameters, versions.

    A confidential return is named without its hash, which would tell whoever has the form which of
    four values stands in a hidden cell: the protected store keeps it, for its owner to compare.
    """
    returns = {
        name: None if name in store.data["confidential"] else digest
        for name, digest in store.data["inputs"].items()
    }
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
            "inputs": dict(sorted({**files, **returns}.items())),
            "renderer": renderer,
            "versions": {
                "needs-assessment": version("needs-assessment"),
                "python": platform.python_version(),
                **{name: version(name) for name in _PACKAGES},
            },
        }
    )


def tables_xlsx(store: ProtectedStore, records: list[dict[str, Any]], scratch: Path) -> bytes:
    """`tables.xlsx`: a cover, a list of contents and a sheet for each table of the report.

    Text stays text: nothing in it is read as a formula, a number or a link. `scratch` is a file
    that may be written on the way.
    """
    edition = store.data["edition"]
    tables = [record for record in records if record["kind"] == "table"]
    sheets = {f"{number}": _sheet(record, number) for number, record in enumerate(tables, start=1)}
    cover = gptables.Cover(
        title=f"Domestic abuse needs assessment: {store.data['council']['name']}, "
        f"{edition['period']}",
        intro=[
            f"Version {edition['version']['number']} ({edition['version']['status']}).",
            *(
                ["Contains illustrative data, not real figures."]
                if store.data["nature"] == "illustrative"
                else []
            ),
            store.data["policy"],
        ],
        about=[
            "[c]: not shown, so that nobody can be identified. [x]: not available. "
            "[z]: not applicable."
        ],
    )
    with warnings.catch_warnings():
        # The cover explains the shorthand, so there is no sheet of notes to warn about.
        warnings.filterwarnings("ignore", message="No note text provided")
        workbook = gptables.produce_workbook(
            filename=str(scratch),
            sheets=sheets,
            cover=cover,
            workbook_options={
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
    workbook.set_properties(
        {
            "title": "Domestic abuse needs assessment",
            "author": store.data["council"]["council"],
            "created": datetime.fromisoformat(edition["version"]["date"]),
        }
    )
    workbook.close()
    return scratch.read_bytes()


def _sheet(record: dict[str, Any], number: int) -> gptables.GPTable:
    columns = [name or "Item" for name in record["columns"]]
    frame = pd.DataFrame(record["rows"], columns=columns).replace("", "[z]")
    illustrative = ["Illustrative data."] if record["nature"] == "illustrative" else []
    return gptables.GPTable(
        table=frame,
        table_name=f"table_{number}",
        title=record["caption"],
        subtitles=[*illustrative, *record["notes"]],
        source=record["source"] or "see the Sources annex of the report",
        index_columns={},
    )
