"""Carrying an analyst's words from the chapter in place into the one generated now.

Three texts meet in every cell: `base`, what the cell was generated with at the last run; mine,
what stands in the notebook now; theirs, what the template gives today. Cells are matched by id,
never by position, and no text an analyst typed is dropped: what cannot stay in the chapter is
handed back in `Merged.recovered`.
"""

import copy
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from needs_assessment.narrative.cells import (
    INJECTED_ID,
    METADATA,
    ORPHANED_TAG,
    Cell,
    cell_key,
    is_injected,
    is_narrative,
    same_text,
    stored_id,
    tags,
)
from needs_assessment.narrative.files import Notebook

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PARAMETER_LINE = re.compile(r"(# Parameters|(council|period) = \"[^\"]*\")?\s*")


@dataclass(frozen=True)
class Recovered:
    """Text from a cell that the chapter has no place for, kept aside in a file of its own."""

    cell: str
    kind: str
    text: str
    reason: str


@dataclass(frozen=True)
class Merged:
    """A chapter with the analyst's words in it, and what became of each of them.

    `kept`: narrative cells whose edited text stands. `added`: cells the analyst added, in place.
    `orphaned`: edited cells the template no longer has, at the end of the notebook. `notes`: what
    the analyst should be told. `recovered`: text that has to be written to a recovery file.
    """

    notebook: Notebook
    kept: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    recovered: tuple[Recovered, ...] = ()


def merge_narrative(
    generated: Notebook, existing: Notebook | None, base: Mapping[str, str] | None
) -> Merged:
    """The chapter `generated` from the template, with the words of the `existing` one in it.

    `base` is the text each cell of `existing` was generated with, by cell id; None when it is not
    known: then every narrative cell that differs from its generated text counts as edited.
    An edited narrative cell wins over the template; one the analyst deleted stays deleted while
    its generated text is the one they deleted; markdown they added follows the cell it followed.
    """
    if existing is None or not existing["cells"]:
        return Merged(copy.deepcopy(generated))
    return _Merge(generated, existing, base).result()


class _Merge:
    """One merge in progress: what is collected while walking through the cells."""

    def __init__(
        self, generated: Notebook, existing: Notebook, base: Mapping[str, str] | None
    ) -> None:
        self.generated = generated
        self.theirs = {cell_key(cell): cell for cell in generated["cells"]}
        self.base = base
        self.mine = [cell for cell in existing["cells"] if not _is_untouched_injection(cell)]
        self.claimed = _claims(self.mine, self.theirs, base or {})
        self.used_ids = set(self.theirs) | {INJECTED_ID}
        self.kept: list[str] = []
        self.added: list[str] = []
        self.orphans: list[Cell] = []
        self.notes: list[str] = []
        self.recovered: list[Recovered] = []

    def result(self) -> Merged:
        followers = self._followers()
        cells: list[Cell] = []
        for key, theirs in self.theirs.items():
            mine = self.claimed.get(key)
            merge = self._narrative if is_narrative(theirs) else self._fixed
            cell = merge(key, theirs, mine)
            if cell is not None:
                cells.append(cell)
            cells += followers.get(key, [])
        notebook = copy.deepcopy({**self.generated, "cells": cells + self.orphans})
        return Merged(
            notebook=notebook,
            kept=tuple(self.kept),
            added=tuple(self.added),
            orphaned=tuple(cell_key(cell) for cell in self.orphans),
            notes=tuple(self.notes),
            recovered=tuple(self.recovered),
        )

    def _narrative(self, key: str, theirs: Cell, mine: Cell | None) -> Cell | None:
        """The narrative cell `key`: the analyst's when edited, none when they deleted it."""
        unchanged = self._base_is(key, theirs["source"])
        if mine is None:
            return None if unchanged else theirs
        if same_text(mine["source"], theirs["source"]) or self._base_is(key, mine["source"]):
            return theirs
        self.kept.append(key)
        if self.base is not None and key in self.base and not unchanged:
            self.notes.append(
                f"{key}: the template's text has changed as well; yours stands. See whether it"
                " still says what it should."
            )
        return _with_words_of(mine, theirs)

    def _fixed(self, key: str, theirs: Cell, mine: Cell | None) -> Cell:
        """A cell that is the template's; text an analyst typed into theirs is put aside."""
        if mine is not None and not same_text(mine["source"], theirs["source"]):
            self._put_aside_if_typed(
                mine, "belongs to the template, whose text stands: your change was put aside"
            )
        return theirs

    def _followers(self) -> dict[str, list[Cell]]:
        """The cells the analyst added, by the template cell each stands behind.

        Cells no template cell stands for any more are sorted out on the way.
        """
        places = {id(cell): key for key, cell in self.claimed.items()}
        followers: dict[str, list[Cell]] = {}
        # What stands above a chapter's title goes below it: a chapter starts with its title.
        place = next(iter(self.theirs))
        for cell in self.mine:
            if id(cell) in places:
                place = places[id(cell)]
            elif self._is_orphan(cell):
                self._keep_orphan(cell)
            elif cell["cell_type"] == "code" or self._from_template(cell):
                self._put_aside_if_typed(
                    cell,
                    "is not in the template: put aside"
                    if cell["cell_type"] == "code"
                    else "was changed by hand and has left the template: put aside",
                )
            else:
                followers.setdefault(place, []).append(self._as_added(cell))
        return followers

    def _from_template(self, cell: Cell) -> bool:
        """Whether `cell` came from an earlier state of the template, and is not a copy of one."""
        key = cell_key(cell)
        return self.base is not None and key in self.base and key not in self.theirs

    def _is_orphan(self, cell: Cell) -> bool:
        if ORPHANED_TAG in tags(cell):
            return True
        if cell["cell_type"] == "code" or cell_key(cell) in self.theirs:
            return False
        if self.base is None:
            return stored_id(cell) is not None
        return self._from_template(cell) and (is_narrative(cell) or stored_id(cell) is not None)

    def _keep_orphan(self, cell: Cell) -> None:
        """Keep a narrative cell the template no longer has, unless nobody ever edited it."""
        key = cell_key(cell)
        if not cell["source"].strip() or self._base_is(key, cell["source"]):
            return
        orphan = copy.deepcopy(cell)
        orphan["id"] = self._free_id(cell)
        if ORPHANED_TAG not in tags(cell):
            orphan["metadata"]["tags"] = [*tags(cell), ORPHANED_TAG]
        self.orphans.append(orphan)

    def _as_added(self, cell: Cell) -> Cell:
        """`cell` as one of the analyst's own: a copy or a split half sheds its origin's id."""
        added = copy.deepcopy(cell)
        added["metadata"].get(METADATA, {}).pop("id", None)
        if not added["metadata"].get(METADATA, True):
            del added["metadata"][METADATA]
        added["id"] = self._free_id(cell)
        self.added.append(added["id"])
        return added

    def _put_aside_if_typed(self, cell: Cell, what: str) -> None:
        """Recover the text of `cell` unless a template gave it, now or at the last run."""
        text = cell["source"]
        given = [theirs["source"] for theirs in self.theirs.values()]
        given += (self.base or {}).values()
        if not text.strip() or any(same_text(text, known) for known in given):
            return
        name = cell_key(cell) or "a cell without an id"
        self.notes.append(f"{name}: this {cell['cell_type']} cell {what}.")
        self.recovered.append(Recovered(name, cell["cell_type"], text, what))

    def _base_is(self, key: str, text: str) -> bool:
        return self.base is not None and key in self.base and same_text(self.base[key], text)

    def _free_id(self, cell: Cell) -> str:
        """The cell's own id, or one made from its text when that is missing or taken."""
        wanted = cell.get("id", "")
        if not _CELL_ID.fullmatch(wanted) or wanted in self.used_ids:
            stem = f"added-{_digest(cell['source'])}"
            wanted = _first_free(stem, lambda name: name not in self.used_ids)
        self.used_ids.add(wanted)
        return wanted


def _claims(
    mine: list[Cell], theirs: Mapping[str, Cell], base: Mapping[str, str]
) -> dict[str, Cell]:
    """Which cell of the notebook in place stands for which template cell.

    A copied or split cell leaves several with one name: the one that also has it as its own id
    stands for the template's, else the first. Cells whose ids a tool has changed are known by
    their text while that is the template's.
    """
    claims: dict[str, Cell] = {}
    for cell in mine:
        key = cell_key(cell)
        if key in theirs and (key not in claims or _has_own_id(cell) > _has_own_id(claims[key])):
            claims[key] = cell
    strangers = [cell for cell in mine if cell_key(cell) not in theirs and cell["source"].strip()]
    for cell in strangers:
        for key in theirs:
            given = (theirs[key]["source"], base.get(key, ""))
            if key not in claims and any(same_text(cell["source"], text) for text in given):
                claims[key] = cell
                break
    return claims


def _has_own_id(cell: Cell) -> bool:
    return cell.get("id") == cell_key(cell)


def _with_words_of(mine: Cell, theirs: Cell) -> Cell:
    """The template's cell with the analyst's text, tags, pasted pictures and own metadata."""
    metadata = {**mine["metadata"], **theirs["metadata"]}
    mine_tags = [tag for tag in tags(mine) if tag != ORPHANED_TAG]
    metadata["tags"] = tags(theirs) + [tag for tag in mine_tags if tag not in tags(theirs)]
    cell = {**theirs, "source": mine["source"], "metadata": metadata}
    if "attachments" in mine:
        cell["attachments"] = mine["attachments"]
    return cell


def _is_untouched_injection(cell: Cell) -> bool:
    """Whether `cell` is Papermill's parameters cell, with nothing typed into it."""
    return is_injected(cell) and all(
        _PARAMETER_LINE.fullmatch(line) for line in cell["source"].splitlines()
    )


def _first_free(stem: str, free: Callable[[str], bool]) -> str:
    number = 1
    while not free(f"{stem}-{number}"):
        number += 1
    return f"{stem}-{number}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
