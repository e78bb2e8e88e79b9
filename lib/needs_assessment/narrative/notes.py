"""What the analyst should know of the cells of a chapter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from needs_assessment.flags import CARRIED, CONFLICT, LEFT_OUT, NARRATIVE, Severity
from needs_assessment.narrative import asides
from needs_assessment.narrative.carrying import carried_from
from needs_assessment.narrative.cells import ORPHANED_TAG, Cell, cell_key, tags

RECOVERED = (
    "Holds text that has no place in a chapter. Take over what is needed, then delete the file."
)
UNREAD = (
    "Is no chapter of the book: the report leaves out all that is written in it. Take over what is"
    " needed, then move the file away."
)
_LONGEST = 60


@dataclass(frozen=True)
class Note:
    """Something to know of the cell named `cell`, or of the chapter when there is no name.

    `rule` is CONFLICT, CARRIED, LEFT_OUT or else NARRATIVE for what a cell shows, MERGED for what
    became of it in a run.
    """

    severity: Severity
    cell: str
    sentence: str
    rule: str = NARRATIVE

    @property
    def said(self) -> str:
        """The sentence with the cell it is about."""
        return f"Cell {self.cell}: {self.sentence}" if self.cell else self.sentence


def notes_on(cells: Sequence[Cell], given: Mapping[str, str]) -> Iterator[Note]:
    """What `cells` themselves show: conflicts, carried text, text that has no place.

    `given` is the template's text by the cell's name.
    """
    for cell in cells:
        name = cell_key(cell)
        if ORPHANED_TAG in tags(cell):
            yield Note(
                "warning",
                name,
                "edited, but no longer in the template: it stands at the end, and the report leaves"
                " it out.",
                LEFT_OUT,
            )
            continue
        if period := carried_from(cell):
            said = f"carried over from {period}, not yet edited or confirmed."
            yield Note("note", name, said, CARRIED)
        if cell["cell_type"] == "raw" and cell["source"].strip():
            yield Note(
                "warning",
                name,
                "a raw cell, which the report leaves out: make it a Markdown cell.",
                LEFT_OUT,
            )
        if cell["cell_type"] != "markdown":
            continue
        if asides.conflict_asides(cell["source"]):
            yield Note(
                "warning",
                name,
                "the template's text and yours have both changed in the same lines. The report"
                " shows yours, the cell both: choose, and delete the note.",
                CONFLICT,
            )
        for own in asides.own_asides(cell["source"]):
            if own not in given.get(name, ""):
                yield Note("note", name, f"a note that the report leaves out: “{_start(own)}”.")


def _start(aside: str) -> str:
    """The first words of what a note says."""
    words = " ".join(aside.removeprefix(asides.OPENING).replace("\n>", " ").split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()}…"
