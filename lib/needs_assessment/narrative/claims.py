"""Which cell of an analyst's notebook stands for which cell of the template."""

from collections.abc import Mapping, Sequence

from needs_assessment.narrative import asides
from needs_assessment.narrative.cells import Cell, cell_key, same_text


def renamed_cells(generated: Sequence[Cell], base: Mapping[str, str]) -> dict[str, str]:
    """Cells that the template gave a new name since the last run: new name by old name.

    A cell counts as renamed when the template's text under the new name is what it was under the
    old one, and no other cell has that text.
    """
    texts = {cell_key(cell): cell["source"] for cell in generated}
    gone = {name: text for name, text in base.items() if name not in texts and text.strip()}
    new = {name: text for name, text in texts.items() if name not in base}
    renamed = {}
    for old, text in gone.items():
        same_old = [name for name, other in gone.items() if same_text(text, other)]
        same_new = [name for name, other in new.items() if same_text(text, other)]
        if len(same_old) == len(same_new) == 1:
            renamed[old] = same_new[0]
    return renamed


def claim_cells(
    mine: Sequence[Cell],
    theirs: Mapping[str, Cell],
    base: Mapping[str, str],
    renamed: Mapping[str, str],
) -> dict[str, Cell]:
    """The cell of `mine` that stands for each cell of `theirs`, by the template's name for it.

    A copied or split cell leaves several with one name: the one that also has it as its own id
    stands for the template's, else the first. Cells whose ids a tool has changed are known by
    their text while that is the template's.
    """
    claims: dict[str, Cell] = {}
    for cell in mine:
        key = renamed.get(cell_key(cell), cell_key(cell))
        if key in theirs and (key not in claims or _has_own_id(cell) > _has_own_id(claims[key])):
            claims[key] = cell
    known = {*theirs, *renamed}
    for cell in mine:
        text = asides.without_run_asides(cell["source"])
        if cell_key(cell) in known or not text.strip():
            continue
        for key in theirs:
            given = (theirs[key]["source"], base.get(key, ""))
            if key not in claims and any(same_text(text, known_text) for known_text in given):
                claims[key] = cell
                break
    return claims


def _has_own_id(cell: Cell) -> bool:
    return cell.get("id") == cell_key(cell)
