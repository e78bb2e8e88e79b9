"""Carrying an analyst's words from the chapter in place into the one generated now.

Three texts meet in every cell: `base`, what the cell was generated with at the last run; mine,
what stands in the notebook now; theirs, what the template gives today. Cells are matched by id,
never by position, and no text an analyst typed is dropped: what cannot stay in the chapter is
handed back in `Merged.recovered`.
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from needs_assessment.flags import MERGED, Severity
from needs_assessment.narrative import asides
from needs_assessment.narrative.carrying import carry
from needs_assessment.narrative.cells import (
    HOW_TO_ID,
    INJECTED_ID,
    INJECTED_TAG,
    ORPHANED_TAG,
    PARAMETERS_TAG,
    RUNS_TAGS,
    Cell,
    cell_key,
    is_how_to,
    is_narrative,
    is_untouched_addition,
    own_metadata,
    same_text,
    short_digest,
    stored_id,
    tags,
    with_own_metadata,
)
from needs_assessment.narrative.claims import claim_cells, renamed_cells
from needs_assessment.narrative.files import Notebook
from needs_assessment.narrative.lines import merge_lines
from needs_assessment.narrative.notes import Note, notes_on
from needs_assessment.narrative.order import moved_cells, place_cells

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONFLICT = "conflict"


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

    `kept`: narrative cells whose edited text stands. `added`: cells the analyst added, in place;
    `adds_code` when one of them is code.
    `orphaned`: edited cells the template no longer has, at the end of the notebook. `notes`: what
    the analyst should be told. `recovered`: text that has to be written to a recovery file.
    """

    notebook: Notebook
    kept: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    recovered: tuple[Recovered, ...] = ()

    @property
    def adds_code(self) -> bool:
        own = set(self.added)
        return any(
            cell["cell_type"] == "code" and cell["id"] in own for cell in self.notebook["cells"]
        )


def merge_narrative(
    generated: Notebook,
    existing: Notebook | None,
    base: Mapping[str, str] | None,
    carried_from: str = "",
) -> Merged:
    """The chapter `generated` from the template, with the words of the `existing` one in it.

    `base` is the text each cell of `existing` was generated with, by cell id, in the order of its
    cells; None when it is not known: then every narrative cell that differs from its generated
    text counts as edited. `carried_from` is the edition that `existing` belongs to when that is
    an earlier one: the analyst's text is then marked as carried over.

    An edited narrative cell wins over the template; when both changed, their lines are merged, and
    where they changed the same lines the analyst's stand and a note shows the template's. A cell
    the analyst deleted stays deleted while its generated text is the one they deleted; cells they
    added, and text they moved, stand behind the cell they followed.
    """
    if existing is None or not existing["cells"]:
        existing = {**generated, "cells": []}
        base = None
    return _Merge(generated, existing, base, carried_from).result()


class _Merge:
    """One merge in progress: what is collected while walking through the cells."""

    def __init__(
        self,
        generated: Notebook,
        existing: Notebook,
        base: Mapping[str, str] | None,
        carried_from: str,
    ) -> None:
        self.generated = generated
        self.theirs = {cell_key(cell): cell for cell in generated["cells"]}
        self.renamed = renamed_cells(generated["cells"], base or {})
        self.base = (
            None
            if base is None
            else {self.renamed.get(name, name): text for name, text in base.items()}
        )
        self.carried_from = carried_from
        self.mine = [cell for cell in existing["cells"] if not is_untouched_addition(cell)]
        self.claimed = claim_cells(self.mine, self.theirs, self.base or {}, self.renamed)
        self.used_ids = set(self.theirs) | {INJECTED_ID, HOW_TO_ID}
        self.kept: list[str] = []
        self.added: dict[str, Cell] = {}
        self.orphans: list[Cell] = []
        self.notes: list[Note] = []
        self.recovered: list[Recovered] = []

    def result(self) -> Merged:
        cells = {}
        for key, theirs in self.theirs.items():
            merge = self._narrative if is_narrative(theirs) else self._fixed
            cell = merge(key, theirs, self.claimed.get(key))
            if cell is not None:
                cells[key] = cell
        order = self._in_order(list(cells))
        cells |= self.added
        notebook = {**self.generated, "cells": [*(cells[name] for name in order), *self.orphans]}
        given = {name: theirs["source"] for name, theirs in self.theirs.items()}
        for old, new in self.renamed.items():
            if new in self.kept:
                self._note("note", new, f"called {old} in the last template; its text came along.")
        return Merged(
            notebook=copy.deepcopy(notebook),
            kept=tuple(self.kept),
            added=tuple(name for name in order if name in self.added),
            orphaned=tuple(cell_key(cell) for cell in self.orphans),
            notes=(*self.notes, *notes_on(notebook["cells"], given)),
            recovered=tuple(self.recovered),
        )

    def _narrative(self, key: str, theirs: Cell, mine: Cell | None) -> Cell | None:
        """The narrative cell `key`: the analyst's when edited, none when they deleted it."""
        unchanged = self._base_is(key, theirs["source"])
        if mine is None:
            if self.base is not None and key in self.base and not unchanged:
                self._note("note", key, "deleted, but back: the template's text is new.")
            return None if unchanged else _fresh(theirs)
        text = asides.without_run_asides(mine["source"])
        if same_text(text, theirs["source"]) or self._base_is(key, text):
            return _fresh(theirs, _typed_conflicts(mine))
        if not text.strip() and self.base is not None and not unchanged:
            self._note("note", key, "emptied, but filled again: the template's text is new.")
            return _fresh(theirs, _typed_conflicts(mine))
        self.kept.append(key)
        if unchanged or self.base is None or key not in self.base:
            return self._with_words(mine, theirs, text, asides.conflict_asides(mine["source"]))
        return self._both_changed(key, theirs, mine, text)

    def _both_changed(self, key: str, theirs: Cell, mine: Cell, text: str) -> Cell:
        """The lines of both; where they clash the analyst's, and a note with the template's."""
        assert self.base is not None
        merged = merge_lines(self.base[key], text, theirs["source"])
        if not merged.conflicts:
            self._note(
                "note",
                key,
                "the template's text has changed in other lines than yours: both are in. See"
                " whether it still says what it should.",
            )
            blocks = asides.conflict_asides(mine["source"])
            return self._with_words(mine, theirs, merged.text, blocks)
        block = asides.conflict_aside(merged.conflicts)
        return self._with_words(
            mine, theirs, merged.text, [*_typed_conflicts(mine), block], short_digest(block)
        )

    def _with_words(
        self, mine: Cell, theirs: Cell, text: str, blocks: Sequence[str], conflict: str = ""
    ) -> Cell:
        """The template's cell with the analyst's text, tags, pasted pictures and own metadata.

        `blocks` are notes on conflicts; `conflict` names the one that is new.
        """
        metadata = {**mine["metadata"], **theirs["metadata"]}
        mine_tags = [tag for tag in tags(mine) if tag not in RUNS_TAGS]
        metadata["tags"] = tags(theirs) + [tag for tag in mine_tags if tag not in tags(theirs)]
        cell = {**theirs, "source": text if text.strip() else asides.GUIDANCE, "metadata": metadata}
        if "attachments" in mine:
            cell["attachments"] = mine["attachments"]
        known = conflict or own_metadata(mine).get(_CONFLICT)
        if blocks:
            cell["source"] = asides.with_asides(cell["source"], *blocks)
            cell = with_own_metadata(cell, **{_CONFLICT: known}) if known else cell
        return carry(cell, mine, self.carried_from)

    def _fixed(self, key: str, theirs: Cell, mine: Cell | None) -> Cell:
        """A cell that is the template's; text an analyst typed into theirs is put aside."""
        if mine is not None and not same_text(mine["source"], theirs["source"]):
            self._put_aside_if_typed(
                mine, "belongs to the template, whose text stands: your change was put aside"
            )
        return theirs

    def _in_order(self, present: list[str]) -> list[str]:
        """The names of the cells in their order; cells that the analyst added are collected, and
        those no template cell stands for any more are sorted out, on the way.
        """
        names = {id(cell): key for key, cell in self.claimed.items()}
        notebook: list[str] = []
        for cell in self.mine:
            if id(cell) in names:
                notebook.append(names[id(cell)])
            elif self._is_orphan(cell):
                self._keep_orphan(cell)
            elif self._is_added(cell):
                notebook.append(self._add(cell))
            else:
                self._put_aside_if_typed(
                    cell,
                    "is not in the template: put aside"
                    if cell["cell_type"] == "code"
                    else "was changed by hand and has left the template: put aside",
                )
        first = next(iter(self.theirs))
        # A chapter starts with its title, and its code keeps the template's order.
        fixed = {name for name, cell in self.theirs.items() if cell["cell_type"] == "code"}
        was = list(self.theirs if self.base is None else self.base)
        moved = moved_cells(
            was, [name for name in notebook if name in self.theirs], fixed | {first}
        )
        for name in sorted(moved & fixed):
            self._note(
                "note", name, "moved by hand, but back: code stays where the template has it."
            )
        return place_cells(
            [name for name in present if name in fixed | {first} or name not in moved],
            notebook,
            set(self.claimed) - moved,
            first,
        )

    def _is_added(self, cell: Cell) -> bool:
        """Whether `cell` is the analyst's own. A copy of a template's cell is theirs when its text
        is; what an earlier state of the template gave is not.
        """
        if {PARAMETERS_TAG, INJECTED_TAG} & set(tags(cell)):
            return False  # the parameters are the run's
        if cell["cell_type"] != "code":
            return not self._from_template(cell)
        if self.base is None or self._from_template(cell) or not cell["source"].strip():
            return False
        return not self._is_given(cell["source"])

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
        text = asides.without_run_asides(cell["source"])
        written = text.strip() and not self._base_is(cell_key(cell), text)
        if not written and not _typed_conflicts(cell):
            return
        orphan = copy.deepcopy(cell)
        orphan["id"] = self._free_id(cell)
        if ORPHANED_TAG not in tags(cell):
            orphan["metadata"]["tags"] = [*tags(cell), ORPHANED_TAG]
        self.orphans.append(carry(orphan, cell, self.carried_from))

    def _add(self, cell: Cell) -> str:
        """Take `cell` in as one of the analyst's own, under the name that is returned: a copy or
        a split half sheds what made its origin the template's.
        """
        added = with_own_metadata(copy.deepcopy(cell), id=None, text=None)
        added["id"] = self._free_id(cell)
        for key in ("editable", "deletable", "jupyter"):
            added["metadata"].pop(key, None)
        if is_how_to(cell):
            del added["metadata"]["tags"]
        if added["cell_type"] == "code":
            added |= {"outputs": [], "execution_count": None}
        else:
            # What is typed behind guidance is text; a note would keep it out of the report.
            added["source"] = asides.without_guidance(added["source"]) or added["source"]
        self.added[added["id"]] = carry(added, cell, self.carried_from)
        return added["id"]

    def _put_aside_if_typed(self, cell: Cell, what: str) -> None:
        """Recover the text of `cell` unless a template gave it, now or at the last run."""
        text = cell["source"]
        if not text.strip() or self._is_given(text):
            return
        name = cell_key(cell) or "a cell without an id"
        self._note("warning", name, f"this {cell['cell_type']} cell {what}.")
        self.recovered.append(Recovered(name, cell["cell_type"], text, what))

    def _note(self, severity: Severity, cell: str, sentence: str) -> None:
        self.notes.append(Note(severity, cell, sentence, MERGED))

    def _is_given(self, text: str) -> bool:
        """Whether `text` is a template's, now or at the last run."""
        given = [theirs["source"] for theirs in self.theirs.values()]
        given += (self.base or {}).values()
        return any(same_text(text, known) for known in given)

    def _base_is(self, key: str, text: str) -> bool:
        return self.base is not None and key in self.base and same_text(self.base[key], text)

    def _free_id(self, cell: Cell) -> str:
        """The cell's own id, or one made from its text when that is missing or taken."""
        wanted = cell.get("id", "")
        if not _CELL_ID.fullmatch(wanted) or wanted in self.used_ids:
            stem = f"added-{short_digest(cell['source'])}"
            wanted = _first_free(stem, lambda name: name not in self.used_ids)
        self.used_ids.add(wanted)
        return wanted


def _fresh(theirs: Cell, blocks: Sequence[str] = ()) -> Cell:
    """The template's cell as it is; where it has no text, with guidance for the analyst."""
    source = theirs["source"] if theirs["source"].strip() else asides.GUIDANCE
    return {**theirs, "source": asides.with_asides(source, *blocks)}


def _typed_conflicts(cell: Cell) -> list[str]:
    """The notes on conflicts in `cell` that somebody has typed into."""
    blocks = asides.conflict_asides(cell["source"])
    return [block for block in blocks if short_digest(block) != own_metadata(cell).get(_CONFLICT)]


def _first_free(stem: str, free: Callable[[str], bool]) -> str:
    number = 1
    while not free(f"{stem}-{number}"):
        number += 1
    return f"{stem}-{number}"
