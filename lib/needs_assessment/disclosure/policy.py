"""The suppression rule."""

from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Cell
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.tokens import bound

CellKey = tuple[str, str, str, str]


def cell_key(cell: Cell) -> CellKey:
    """Measure, period, dimension and category of a cell."""
    return cell.measure, cell.period, cell.dimension, cell.category


@dataclass(frozen=True)
class Policy:
    """Primary suppression: counts from 1 up to `suppress_below` less one are not shown.

    It applies to measures that the data dictionary protects (people and events about people),
    unless the return they come from is published already.
    """

    suppress_below: int
    dictionary: Dictionary

    def hides(self, measure: str, value: Fraction | None, nature: str) -> bool:
        """Whether one value of a measure may not be shown."""
        if value is None or nature == "published":
            return False
        held = self.dictionary[measure]
        return held.protect and held.kind == "count" and 0 < value < self.suppress_below

    def hides_bound(self, measure: str, status: str, nature: str) -> bool:
        """Whether a bound says more than the rule does: “<2”, where the rule hides 1 to 4."""
        limit = bound(status)
        held = self.dictionary[measure]
        return (
            nature != "published"
            and held.protect
            and status.startswith("below")
            and limit is not None
            and limit < self.suppress_below
        )

    def hides_cell(self, cell: Cell) -> bool:
        return self.hides(cell.measure, cell.value, cell.nature) or self.hides_bound(
            cell.measure, cell.status, cell.nature
        )

    def hides_indicator(self, indicator: Indicator, hidden: frozenset[CellKey]) -> bool:
        """Whether an indicator is built on a value that may not be shown, or is one itself.

        `hidden` are the cells of the edition that are hidden for any reason.
        """
        cells = indicator.cells
        if any(self.hides_cell(cell) or cell_key(cell) in hidden for cell in cells):
            return True
        for statistic in (indicator.numerator, indicator.denominator):
            if statistic and any(
                self.hides(cell.measure, statistic.value, cell.nature) for cell in statistic.cells
            ):
                return True
        entry = indicator.definition
        # An estimate at a level is a number of posts or places, not of people.
        counts = entry.kind == "count" or (entry.kind == "estimate" and entry.level is None)
        counts = counts and not indicator.populations
        small = indicator.value is not None and 0 < indicator.value < self.suppress_below
        return (
            counts
            and small
            and any(
                cell.nature != "published" and self.dictionary[cell.measure].protect
                for cell in cells
            )
        )

    def statement(self) -> str:
        """The rule as the report prints it."""
        last = self.suppress_below - 1
        return (
            f"Counts of people, and of events about people, from 1 to {last} are not shown; "
            "neither is any total, rate or percentage that this report builds on one. They "
            "appear as [c]. Figures that a partner has already published are shown as "
            "published. This version of the report applies no secondary suppression: a hidden "
            "count may follow from a total shown beside it, so it must be checked by hand before "
            "it is published."
        )
