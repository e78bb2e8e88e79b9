"""The suppression rule."""

from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Cell
from needs_assessment.returns.dictionary import Dictionary


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

    def hides_cell(self, cell: Cell) -> bool:
        return self.hides(cell.measure, cell.value, cell.nature)

    def hides_indicator(self, indicator: Indicator) -> bool:
        """Whether an indicator is built on a value that may not be shown, or is one itself."""
        if any(self.hides_cell(cell) for cell in indicator.cells):
            return True
        for statistic in (indicator.numerator, indicator.denominator):
            if statistic and any(
                self.hides(cell.measure, statistic.value, cell.nature) for cell in statistic.cells
            ):
                return True
        return False

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
