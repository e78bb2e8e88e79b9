"""`indicators.csv`: the numbers of `indicators.json` as one tidy table."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

COLUMNS = (
    "council",
    "edition",
    "version",
    "edition_status",
    "id",
    "name",
    "chapter",
    "kind",
    "breakdown",
    "category",
    "period",
    "value",
    "unit",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "denominator_period",
    "population",
    "benchmark",
    "benchmark_value",
    "benchmark_lower",
    "benchmark_upper",
    "benchmark_geography",
    "benchmark_period",
    "comparison",
    "direction",
    "rating",
    "status",
    "nature",
    "display",
    "sources",
)
_NUMBERS = ("value", "lower", "upper", "numerator", "denominator")
_OF_BENCHMARK = ("value", "lower", "upper", "geography")
# What a spreadsheet would take for the beginning of a formula.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_SIGNED = re.compile(r"[+-]\d[\d,]*(\.\d+)?%?")


def indicators_csv(listed: bytes) -> bytes:
    """`indicators.csv`, from the content of `indicators.json`: a row an indicator, and one for each
    row of a breakdown, with the columns `COLUMNS`.

    A number that is hidden, or that there is not, is empty; `status` says which. Percentages run
    from 0 to 100. UTF-8 with a byte order mark, without which Excel shows other signs for £ and
    “”; lines end as RFC 4180 says. Text that a spreadsheet would run as a formula has an
    apostrophe before it.
    """
    data = json.loads(listed)
    edition = {
        "council": data["council"],
        "edition": data["period"],
        "version": data["version"],
        "edition_status": data["edition_status"],
    }
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for entry in _entries(data):
        writer.writerow({key: plain(value) for key, value in {**edition, **_row(entry)}.items()})
    return text.getvalue().encode("utf-8-sig")


def _entries(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from data["indicators"]
    for group in data["breakdowns"]:
        for row in group["rows"]:
            about = {key: group[key] for key in ("chapter", "kind")}
            yield {**row, **about, "breakdown": group["label"], "category": row["label"]}


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    held = entry["benchmark"] or {}
    same = {key: entry[key] for key in COLUMNS if key in entry and key != "benchmark"}
    return {
        **same,
        **{key: entry[key] for key in _NUMBERS},
        "period": _period(entry["numerator_period"]),
        "denominator_period": _period(entry["denominator_period"]),
        "benchmark": held.get("name"),
        **{f"benchmark_{key}": held.get(key) for key in _OF_BENCHMARK},
        "benchmark_period": _period(held.get("period")),
        "comparison": held.get("comparison"),
        "sources": "; ".join(_source(each) for each in entry["sources"]),
    }


def _period(text: str | None) -> str:
    """A period; a day without the sign that spreadsheets take for the start of a formula."""
    return (text or "").removeprefix("@")


def _source(source: dict[str, Any]) -> str:
    sheet = f", sheet {source['sheet']}" if source["sheet"] else ""
    rows = ", ".join(str(row) for row in source["rows"])
    return f"{source['file']}{sheet}, {'row' if len(source['rows']) == 1 else 'rows'} {rows}"


def plain(value: Any) -> Any:
    """`value` as no spreadsheet reads it for a formula; numbers stay numbers, None is empty."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_RISKY) and not _SIGNED.fullmatch(value):
        return f"'{value}"
    return value
