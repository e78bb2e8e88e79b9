"""Which mixtures of old and new figures may be printed.

A mixture is printed only when a reader could work it out from what the published edition and the
draft show already: it then tells nothing new. Each count behind it must be

- a number that the indicator itself prints, in the published edition (while the mixture still uses
  that edition's figures) or in the draft (once they are revised), or
- a cell, or made of cells, that the protected store of that edition shows, and that the other one
  does not hide.

Whether two values happen to be equal decides nothing, so what is left out tells nothing either.
"""

from fractions import Fraction
from typing import Any

from needs_assessment.changes.parts import REVISED
from needs_assessment.disclosure.cells import Key
from needs_assessment.disclosure.figures import as_number
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.indicators.definition import read_term
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Cell, Statistic

Entry = dict[str, Any]


class Shown:
    """What the published store and that of the draft show and hide."""

    def __init__(self, published: ProtectedStore, draft: ProtectedStore):
        self._published, self._draft = _Cells(published), _Cells(draft)

    def value(
        self,
        cause: str,
        mixture: Indicator | None,
        ends: tuple[Indicator | None, Indicator | None],
        entries: tuple[Entry, Entry],
    ) -> Fraction | None:
        """The value of a mixture after `cause` was put in, None when it may not be printed.

        `ends` is the indicator from the inputs of the published edition alone and from today's,
        `entries` what the two protected stores say of it.
        """
        if mixture is None or mixture.value is None:
            return None
        if any(entry["status"] == "suppressed" for entry in entries):
            return None
        late = cause == REVISED
        cells, other = (self._draft, self._published) if late else (self._published, self._draft)
        end, entry = ends[late], entries[late]
        for role in ("numerator", "denominator"):
            statistic = getattr(mixture, role)
            if statistic is None or _printed(statistic, end, entry, role):
                continue
            terms = getattr(mixture.definition, role)
            if not _follows(statistic, terms, cells, other):
                return None
        if not all(_follows(each, [], cells, other) for each in mixture.inputs):
            return None
        return exact(mixture.value)


def exact(value: Fraction | float) -> Fraction:
    """A value as the store holds it: what is left of it after JSON."""
    return Fraction(as_number(Fraction(value)))


class _Cells:
    def __init__(self, store: ProtectedStore):
        self.values: dict[Key, float] = {}
        self.hidden: set[Key] = set()
        for cell in store.data["cells"]:
            key = Key(*(cell[name] for name in Key._fields))
            if cell["status"] == "suppressed":
                self.hidden.add(key)
            elif cell["value"] is not None:
                self.values[key] = cell["value"]


def _printed(statistic: Statistic, end: Indicator | None, entry: Entry, role: str) -> bool:
    """Whether a count is the one that an edition prints for the indicator."""
    held = getattr(end, role) if end else None
    if held is None or entry[role] is None or held.value is None:
        return False
    same = _made_of(statistic) == _made_of(held)
    return same and as_number(held.value) == entry[role]


def _made_of(statistic: Statistic) -> tuple[list[Key], list[Key], bool]:
    cells, less = (sorted(map(_key, each)) for each in (statistic.cells, statistic.less))
    return cells, less, statistic.filled


def _follows(statistic: Statistic, terms: list[str], cells: _Cells, other: _Cells) -> bool:
    """Whether a count follows from cells that one store shows and the other does not hide."""
    places = [(_key(cell), cell.value) for cell in statistic.cells]
    if all(_is_shown(key, value, cells, other) for key, value in places):
        return True
    areas = {cell.area for cell in statistic.cells}
    if len(terms) != 1 or len(areas) != 1 or statistic.less:
        return False
    term = read_term(terms[0])
    key = Key(term.measure, str(statistic.period), *areas, term.dimension, term.category)
    return _is_shown(key, statistic.value, cells, other)


def _is_shown(key: Key, value: Fraction | None, cells: _Cells, other: _Cells) -> bool:
    return (
        value is not None
        and key not in cells.hidden
        and key not in other.hidden
        and cells.values.get(key) == float(value)
    )


def _key(cell: Cell) -> Key:
    return Key(cell.measure, cell.period, cell.area, cell.dimension, cell.category)
