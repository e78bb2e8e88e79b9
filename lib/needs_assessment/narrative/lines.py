"""Merging an analyst's and the template's text of one cell, line by line."""

from dataclasses import dataclass

from merge3 import Merge3


@dataclass(frozen=True)
class MergedLines:
    """`text` with both sides' changes. Where both changed the same lines, `text` has the analyst's
    and `conflicts` the template's lines, place by place; a place is empty when it took them out.
    """

    text: str
    conflicts: tuple[tuple[str, ...], ...] = ()


def merge_lines(base: str, mine: str, theirs: str) -> MergedLines:
    """`mine` with what changed from `base` to `theirs`, three texts of one cell."""
    merged: list[str] = []
    conflicts: list[tuple[str, ...]] = []
    merge = Merge3(_lines(base), _lines(mine), _lines(theirs))
    for kind, *parts in merge.merge_groups():
        if kind == "conflict":
            _, kept, given = parts
            merged += kept
            conflicts.append(tuple(given))
        else:
            merged += parts[0]
    return MergedLines("\n".join(merged), tuple(conflicts))


def _lines(text: str) -> list[str]:
    # Not splitlines: a form feed or a Unicode line separator is part of an analyst's line.
    return text.replace("\r\n", "\n").split("\n")
