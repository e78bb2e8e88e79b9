"""Writing the book's Markdown: escaped text, tables, figures, notes."""

import re
from typing import Any

_SPECIAL = re.compile(r"([\\`*_\[\]{}<>|$@#~^\"'])")


def escape(text: str) -> str:
    """`text` as literal text in Pandoc's Markdown, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def figure_span(display: str, key: str) -> str:
    """A live figure as the book marks it."""
    return f'[{escape(display)}]{{.figure data-id="{key}"}}'


def table(
    columns: list[str],
    rows: list[list[str]],
    *,
    label: str,
    caption: str,
    align: list[str] | None = None,
) -> str:
    """A pipe table with caption and label. Cells are Markdown already."""
    align = align or ["left"] * len(columns)
    rule = ["--:" if side == "right" else ":--" for side in align]
    lines = [_row(columns), f"|{'|'.join(rule)}|", *(_row(row) for row in rows)]
    return "\n".join([*lines, "", f": {caption} {{#{label}}}"])


def notes(lines: list[str]) -> str:
    """Notes under a table."""
    body = "\n\n".join(escape(line) for line in lines)
    return f"::: {{.table-notes}}\n{body}\n:::"


def callout(kind: str, title: str, text: str) -> str:
    """A callout: `kind` is note, warning or important."""
    return f'::: {{.callout-{kind} title="{title}"}}\n{text}\n:::'


def from_record(record: dict[str, Any]) -> str:
    """A table, figure, gap or quotes that a chapter left, in the book's syntax."""
    if record["kind"] == "gap":
        return callout("note", "Data not available", escape(record["text"]))
    if record["kind"] == "quotes":
        return "\n\n".join(_quote(each) for each in record["quotes"])
    caption = _caption(record)
    if record["kind"] == "figure":
        alt = " ".join(record["alt"].split()).replace("\\", "\\\\").replace('"', '\\"')
        path = f"figures/{record['label']}.svg"
        return f'![{caption}]({path}){{#{record["label"]} fig-alt="{alt}"}}'
    rows = [
        [
            figure_span(cell, key) if key else escape(cell)
            for cell, key in zip(row, keys, strict=True)
        ]
        for row, keys in zip(record["rows"], record["figures"], strict=True)
    ]
    columns = [escape(name) for name in record["columns"]]
    parts = [table(columns, rows, label=record["label"], caption=caption, align=record["align"])]
    if record["notes"]:
        parts.append(notes(record["notes"]))
    return "\n\n".join(parts)


def _quote(quote: dict[str, str]) -> str:
    return f"> “{escape(quote['quote'])}”\n>\n> A survivor, through {escape(quote['partner'])}"


def _caption(record: dict[str, Any]) -> str:
    """The caption; its source leads on to where each number comes from."""
    parts = [escape(record["caption"].rstrip(".") + ".")]
    if record["source"]:
        source = f"Source: {record['source']}."
        known = record.get("origins")
        parts.append(figure_span(source, record["label"]) if known else escape(source))
    if record["nature"] == "illustrative":
        parts.append("Illustrative data.")
    return " ".join(parts)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
