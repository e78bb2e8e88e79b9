"""Notes to the analyst inside a cell: shown in Jupyter, never in the report.

A note is a block quote that begins with `OPENING`. A run writes three kinds: guidance in a cell
where nothing is written, the template's text where it conflicts with the analyst's, and a reminder
on text carried over from an earlier edition. Analysts may write notes of their own the same way.
"""

import re
from collections.abc import Sequence

OPENING = "> **Not for the report.**"
GUIDANCE = (
    f"{OPENING} Nothing is written here yet, and the report leaves this cell out. Double-click and"
    " type over this note: what the figures beside it mean for your area, what has changed and why,"
    " what will be done."
)

_CONFLICT = (
    f"{OPENING} The template's text has changed where yours has. The report shows yours. Take what"
    " you want from the lines below, then delete this note."
)
_CARRIED_FROM = f"{OPENING} Carried over from "
_CARRIED_END = (
    ". Change the text, or delete this note when it is true for this edition as it stands."
)
_CARRIED = re.compile(
    rf"^{re.escape(_CARRIED_FROM)}(?P<period>[\w-]+){re.escape(_CARRIED_END)}[ ]*\n*", re.MULTILINE
)
_BLOCK = re.compile(rf"^{re.escape(OPENING)}[^\n]*(?:\n>[^\n]*)*", re.MULTILINE)
_CONFLICT_BLOCK = re.compile(rf"\n*^{re.escape(_CONFLICT)}[^\n]*(?:\n>[^\n]*)*", re.MULTILINE)


def report_text(source: str) -> str:
    """`source` as the report reads it: without notes to the analyst."""
    return _BLOCK.sub("", source).strip("\n") if OPENING in source else source


def own_asides(source: str) -> list[str]:
    """The notes in `source` that no run wrote: an analyst's own, or ones they typed into."""
    return _BLOCK.findall(without_run_asides(source))


def without_run_asides(source: str) -> str:
    """`source` without the notes that runs write: what the analyst and the template wrote.

    What was typed behind guidance, in its line, is kept as text.
    """
    if OPENING not in source:
        return source
    return without_guidance(_CONFLICT_BLOCK.sub("", _CARRIED.sub("", source))).strip("\n")


def without_guidance(source: str) -> str:
    """`source` without the guidance for a cell in which nothing is written."""
    return source.replace(GUIDANCE, "").strip("\n") if GUIDANCE in source else source


def conflict_asides(source: str) -> list[str]:
    """The unresolved conflicts in `source`, as they stand there."""
    return [block.strip("\n") for block in _CONFLICT_BLOCK.findall(source)]


def conflict_aside(parts: Sequence[Sequence[str]]) -> str:
    """The note on a conflict: for each place, the template's lines (none: it took them out)."""
    lines = [_CONFLICT]
    for part in parts:
        lines += [">", *(f"> {line}".rstrip() for line in part or ["(Nothing: taken out.)"])]
    return "\n".join(lines)


def carried_aside(period: str) -> str:
    """The reminder on text carried over from the edition `period`."""
    return f"{_CARRIED_FROM}{period}{_CARRIED_END}"


def carried_from(source: str) -> str:
    """The edition that the reminder in `source` names; "" when there is none."""
    found = _CARRIED.search(source)
    return found["period"] if found else ""


def without_carried(source: str) -> str:
    """`source` without the reminder that it was carried over."""
    return _CARRIED.sub("", source)


def with_asides(text: str, *asides: str, above: str = "") -> str:
    """`text` with notes under it, and one `above` it."""
    return "\n\n".join(part for part in (above, text, *asides) if part)
