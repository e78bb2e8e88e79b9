"""The statistic that an indicator uses: which observations, of which period, added up how."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import pandas as pd

from needs_assessment.display import NONE_OF, round_half_up
from needs_assessment.indicators.definition import Term
from needs_assessment.periods import Period, choose_for_edition, parse_period
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.tokens import bound

_STRENGTH = ["final", "provisional", "revised", "approximate", "bounded"]


@dataclass(frozen=True)
class Source:
    """Where a value came from: file and sheet from the project's root, row counted from 1."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Cell:
    """One observation as a statistic uses it. `measure` decides whether it is protected."""

    measure: str
    period: str
    area: str
    dimension: str
    category: str
    value: Fraction | None
    status: str
    nature: str
    partner: str
    source: Source


@dataclass(frozen=True)
class Statistic:
    """A value of one period, with the observations it is made of.

    `value` is None when it is only bounded (`lower` to `upper`, `upper` None when open).
    `status`: final, provisional, revised, approximate or bounded. `filled`: a quarter that is
    missing was taken to be like the one before. `less`: those of the cells that are taken off.
    """

    value: Fraction | None
    lower: Fraction
    upper: Fraction | None
    status: str
    period: Period
    cells: tuple[Cell, ...]
    filled: bool = False
    less: tuple[Cell, ...] = ()


class AreaStatistics:
    """An edition's observations of one area, looked up by statistic."""

    def __init__(self, observations: pd.DataFrame, area: str, dictionary: Dictionary):
        self.dictionary = dictionary
        self._cells: dict[tuple[str, str, str], dict[Period, Cell]] = {}
        self._periods: dict[str, set[Period]] = {}
        for row in observations[observations["area"] == area].to_dict("records"):
            key = (row["measure"], row["dimension"], row["category"])
            value = None if row["value"] is None else Fraction(row["value"])
            period = parse_period(row["period"])
            self._periods.setdefault(row["measure"], set()).add(period)
            self._cells.setdefault(key, {})[period] = Cell(
                measure=row["measure"],
                period=row["period"],
                area=area,
                dimension=row["dimension"],
                category=row["category"],
                value=value,
                status=row["status"],
                nature=row["nature"],
                partner=row["partner"],
                source=Source(row["file"], row["sheet"], row["row"]),
            )

    def periods(self, term: Term) -> list[Period]:
        """The periods for which the statistic was reported, earliest first."""
        return sorted(self._cells.get((term.measure, term.dimension, term.category), {}))

    def cell(self, term: Term, period: Period) -> Cell | None:
        return self._cells.get((term.measure, term.dimension, term.category), {}).get(period)

    def statistic(self, term: Term, period: Period) -> Statistic | None:
        """The statistic for exactly `period`: as reported, its quarters put together, or the
        categories that add up to it.
        """
        cell = self.cell(term, period)
        if cell:
            return _combine([cell], period)
        quarters = [self.cell(term, quarter) for quarter in period.quarters()]
        if len(quarters) > 1:
            over_time = self.dictionary.measure(term.measure).over_time
            if over_time == "sum" and all(quarters):
                return _combine([each for each in quarters if each], period)
            if over_time == "last" and quarters[-1]:
                return _combine([quarters[-1]], period)
        return None if term.dimension else self._total(term.measure, period)

    def _total(self, measure: str, period: Period) -> Statistic | None:
        """A total that was not returned, from the categories of a breakdown that adds up."""
        for name, dimension in self.dictionary.measure(measure).dimensions.items():
            if not dimension.adds_up:
                continue
            parts = [
                self.statistic(Term(measure, name, category), period)
                for category in dimension.categories
            ]
            if parts and all(parts):
                return add(parts)
        return None

    def why_missing(self, term: Term, edition: Period) -> str:
        """Why there is no statistic for an edition, in words that end before its name."""
        within = [period for period in self.periods(term) if period.within(edition)]
        cells = [cell for period in within if (cell := self.cell(term, period))]
        if any(cell.status == "confidential" for cell in cells):
            return "the partner withheld"
        if cells and all(cell.status == "not applicable" for cell in cells):
            return NONE_OF
        if any(cell.status in ("not available", "not applicable") for cell in cells):
            return "the partner could not give"
        quarters = sum(period.months == 3 for period in within)
        if 0 < quarters < 4:
            return f"only {quarters} of 4 quarters were returned of"
        return "no return gives"

    def for_edition(
        self, term: Term, edition: Period, *, fill: bool = False, latest: bool = False
    ) -> Statistic | None:
        """The statistic for an edition, as reported, put together from quarters, or of the period
        that stands for the edition (`choose_for_edition`). With `fill`, one missing quarter is
        taken to be like the quarter before (SafeLives' rule); two missing quarters are a gap.
        With `latest`, the latest period within the edition, whatever its length.
        """
        if latest:
            within = [each for each in self._reported_for(term) if each.within(edition)]
            return self.statistic(term, max(within)) if within else None
        exact = self.statistic(term, edition)
        if exact is None and fill:
            exact = self._filled(term, edition)
        if exact:
            return exact
        over_time = self.dictionary.measure(term.measure).over_time
        chosen = choose_for_edition(self._reported_for(term), edition, over_time)
        return self.statistic(term, chosen) if chosen else None

    def _reported_for(self, term: Term) -> list[Period]:
        """The periods of a statistic, and of its breakdowns where no total was returned."""
        periods = self.periods(term)
        if periods or term.dimension:
            return periods
        return sorted(self._periods.get(term.measure, ()))

    def _filled(self, term: Term, year: Period) -> Statistic | None:
        quarters = year.quarters()
        sums = self.dictionary.measure(term.measure).over_time == "sum"
        if not sums or not year.is_financial_year:
            return None
        before = year.previous().quarters()[-1]
        # A partner may write that a quarter is not available instead of leaving it out.
        cells = [
            None if cell and cell.status == "not available" else cell
            for cell in (self.cell(term, quarter) for quarter in (before, *quarters))
        ]
        used = [now or earlier for earlier, now in pairwise(cells)]
        missing = sum(cell is None for cell in cells[1:])
        if missing != 1 or not all(used):
            return None
        found = _combine([cell for cell in used if cell], year)
        return found and replace(found, filled=True)


def rounded(statistic: Statistic, rounding: Mapping[str, int]) -> Statistic:
    """The statistic as one count, rounded to what the measures of its cells are rounded to.

    Its cells stay as they are: a total is rounded by itself. Figures published already are not.
    """
    base = max(
        (rounding.get(each.measure, 1) for each in statistic.cells if each.nature != "published"),
        default=1,
    )
    if base == 1 or statistic.value is None:
        return statistic
    value = round_to(statistic.value, base)
    return replace(statistic, value=value, lower=value, upper=value)


def round_to(value: Fraction, base: int) -> Fraction:
    """The multiple of `base` next to `value`, the upper one of two."""
    return value if base == 1 else Fraction(round_half_up(value / base)) * base


def add(statistics: list[Statistic | None]) -> Statistic | None:
    """The sum of statistics of one period, or None when one is missing or periods differ."""
    present = [each for each in statistics if each is not None]
    if len(present) != len(statistics) or len({each.period for each in present}) != 1:
        return None
    total = _combine([cell for each in present for cell in each.cells], present[0].period)
    filled = any(each.filled for each in present)
    return replace(total, filled=True) if total and filled else total


def subtract(whole: Statistic, part: Statistic) -> Statistic | None:
    """`whole` less `part`, or None when their periods differ."""
    if whole.period != part.period:
        return None
    exact = whole.value is not None and part.value is not None
    upper = None if whole.upper is None else whole.upper - part.lower
    return Statistic(
        value=(whole.value or Fraction(0)) - (part.value or Fraction(0)) if exact else None,
        lower=whole.lower - (whole.lower if part.upper is None else part.upper),
        upper=upper,
        status=max(whole.status, part.status, key=_STRENGTH.index),
        period=whole.period,
        cells=(*whole.cells, *part.cells),
        less=part.cells,
    )


def _combine(cells: list[Cell], period: Period) -> Statistic | None:
    """Cells added up; None when one of them holds no number and no bound."""
    lower, upper, status = Fraction(0), Fraction(0), "final"
    open_ended = False
    for cell in cells:
        limit = bound(cell.status)
        if cell.value is not None:
            low = high = cell.value
        elif limit is None:
            return None
        elif cell.status.startswith("below"):
            low, high = Fraction(0), Fraction(limit - 1)
        else:
            low = high = Fraction(limit)
            open_ended = True
        lower, upper = lower + low, upper + high
        cell_status = "bounded" if limit is not None else cell.status
        status = max(status, cell_status, key=_STRENGTH.index)
    bounded = status == "bounded"
    return Statistic(
        value=None if bounded else lower,
        lower=lower,
        upper=None if open_ended else upper,
        status=status,
        period=period,
        cells=tuple(cells),
    )
