"""Text carried over from an earlier edition, marked until it is edited or confirmed.

The mark is in the cell's metadata (the edition, and the digest of the text); text cells also show a
reminder. Editing the text or deleting the reminder takes the mark away.
"""

from needs_assessment.narrative import asides
from needs_assessment.narrative.cells import Cell, own_metadata, short_digest, with_own_metadata

_MARK = "carried"


def carried_from(cell: Cell) -> str:
    """The edition the text of `cell` was carried over from; "" once edited or confirmed."""
    mark = own_metadata(cell).get(_MARK, {})
    reminded = cell["cell_type"] == "code" or asides.carried_from(cell["source"])
    text = asides.without_run_asides(cell["source"])
    return mark.get("from", "") if reminded and mark.get("text") == short_digest(text) else ""


def carry(cell: Cell, mine: Cell, period: str) -> Cell:
    """`cell`, made of the analyst's `mine`, marked when it comes from an earlier edition.

    `period` is the edition that `mine` stood in when that is an earlier one, else "".
    """
    text = asides.without_run_asides(cell["source"])
    origin = carried_from(mine) or period
    source = asides.without_carried(cell["source"])
    if not origin or not text.strip():
        return with_own_metadata({**cell, "source": source}, **{_MARK: None})
    if cell["cell_type"] != "code":
        source = asides.with_asides(source, above=asides.carried_aside(origin))
    mark = {"from": origin, "text": short_digest(text)}
    return with_own_metadata({**cell, "source": source}, **{_MARK: mark})


def confirm(cell: Cell) -> Cell:
    """`cell` without the mark: its text is true for this edition as it stands."""
    return with_own_metadata(
        {**cell, "source": asides.without_carried(cell["source"])}, **{_MARK: None}
    )
