"""The figures that rules look at: observations, looked up, added up, with what is known of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import pandas as pd

from needs_assessment.flags import Flag, Severity
from needs_assessment.periods import Period, parse_period
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.tokens import bound


@dataclass(frozen=True)
class Figure:
    """One observation. `value` is None where the partner gave no number."""

    measure: str
    period: Period
    area: str
    dimension: str
    category: str
    partner: str
    value: Fraction | None
    raw: str
    status: str
    nature: str
    received: str
    file: str
    sheet: str
    row: int

    @property
    def approximate(self) -> bool:
        return self.status == "approximate"

    @property
    def given(self) -> bool:
        """Whether the partner gave something: a number, a bound, or one it would not show."""
        return self.status not in ("not available", "not applicable")

    def range(self) -> tuple[Fraction, Fraction | None]:
        """The least and the most it can be (None: no limit)."""
        if self.value is not None:
            slack = printed_step(self.value) / 2 if self.approximate else Fraction(0)
            return self.value - slack, self.value + slack
        limit = bound(self.status)
        if limit is None:
            return Fraction(0), None
        if self.status.startswith("below"):
            return Fraction(0), Fraction(limit - 1)
        return Fraction(limit), None


@dataclass(frozen=True)
class Quantity:
    """A figure, or several added up: between `lower` and `upper` (None: no limit)."""

    lower: Fraction
    upper: Fraction | None
    figures: tuple[Figure, ...]

    @property
    def value(self) -> Fraction | None:
        """The value where it is known exactly."""
        return self.lower if self.lower == self.upper else None

    @property
    def nominal(self) -> Fraction:
        """The sum of the values as given, approximate ones too."""
        return sum((each.value or Fraction(0) for each in self.figures), Fraction(0))

    @property
    def first(self) -> Figure:
        return self.figures[0]

    @property
    def period(self) -> Period:
        """The stretch that its figures cover together."""
        periods = [each.period for each in self.figures]
        if len(set(periods)) == 1:
            return periods[0]
        first, last = min(each.start for each in periods), max(each.end for each in periods)
        return parse_period(f"{first:%Y-M%m}..{last:%Y-M%m}")

    def meets(self, other: "Quantity", slack: Fraction = Fraction(0)) -> bool:
        """Whether the two can be the same number, give or take `slack`."""
        below = self.upper is not None and self.upper + slack < other.lower
        above = other.upper is not None and other.upper + slack < self.lower
        return not (below or above)

    def exceeds(self, other: "Quantity") -> bool:
        """Whether this is certainly larger than the other."""
        return other.upper is not None and self.lower > other.upper


Hides = Callable[[Figure], bool]
"""Whether disclosure control hides a figure: no sentence may then give it away."""


class Figures:
    """An edition's figures, looked up by what they count."""

    def __init__(self, figures: Iterable[Figure], dictionary: Dictionary):
        self.all = tuple(figures)
        self.dictionary = dictionary
        self._held: dict[tuple[str, Period, str, str, str], list[Figure]] = {}
        self._periods: dict[tuple[str, str], set[Period]] = {}
        for figure in self.all:
            self._periods.setdefault((figure.measure, figure.area), set()).add(figure.period)
            key = (figure.measure, figure.period, figure.area, figure.dimension, figure.category)
            self._held.setdefault(key, []).append(figure)

    def get(
        self,
        measure: str,
        period: Period,
        area: str,
        dimension: str = "",
        category: str = "",
        partner: str = "",
    ) -> Figure | None:
        """The figure as reported, by `partner` if that one reported it, else by any."""
        found = self._held.get((measure, period, area, dimension, category), [])
        own = next((each for each in found if each.partner == partner), None)
        return own or next(iter(found), None)

    def quantity(
        self,
        measure: str,
        period: Period,
        area: str,
        dimension: str = "",
        category: str = "",
        partner: str = "",
    ) -> Quantity | None:
        """The figure as reported, else its quarters or months put together."""
        figure = self.get(measure, period, area, dimension, category, partner)
        if figure:
            return add([figure])
        if self.dictionary[measure].over_time != "sum":
            return None
        for parts in stretches(period):
            found = [self.get(measure, each, area, dimension, category, partner) for each in parts]
            if parts and all(found):
                return add([each for each in found if each])
        return None

    def total(self, measure: str, period: Period, area: str, partner: str = "") -> Quantity | None:
        """The total: reported, of the quarters, or of the categories when all are known."""
        found = self.quantity(measure, period, area, partner=partner)
        if found:
            return found
        for name, dimension in self.dictionary[measure].dimensions.items():
            if dimension.answers == "one" and dimension.adds_up:
                whole = self.categories(measure, period, area, name, partner)
                if whole and whole.upper is not None:
                    return whole
        return None

    def categories(
        self, measure: str, period: Period, area: str, dimension: str, partner: str = ""
    ) -> Quantity | None:
        """The categories of a breakdown added up, open upwards when one was not reported."""
        names = self.dictionary[measure].dimensions[dimension].categories
        found = [self.quantity(measure, period, area, dimension, name, partner) for name in names]
        present = [figure for each in found if each for figure in each.figures]
        if not present:
            return None
        whole = add(present)
        return whole if all(found) else replace(whole, upper=None)

    def periods(self, measure: str, area: str) -> list[Period]:
        """The periods that a measure was reported for, in any breakdown, earliest first."""
        return sorted(self._periods.get((measure, area), ()))

    @cached_property
    def places(self) -> list[tuple[str, Period, str]]:
        """Each measure, period and area that something was reported for, in order of arrival."""
        return list(dict.fromkeys((each.measure, each.period, each.area) for each in self.all))


@dataclass(frozen=True)
class Context:
    """What a rule may look at.

    `figures`: everything the edition may use; `earlier`: statements of the same statistics that a
    later one replaced. `folder`: where the edition's own returns lie, with a slash at the end.
    `caveats`: what is said wherever figures of a file are shown.
    """

    figures: Figures
    earlier: tuple[Figure, ...]
    dictionary: Dictionary
    areas: dict[str, Area]
    own_area: str
    edition: Period
    folder: str
    hides: Hides
    caveats: dict[str, str]

    def measure(self, figure: Figure) -> Measure:
        return self.dictionary[figure.measure]

    def own(self, figure: Figure) -> bool:
        """Whether the figure came with the edition's own returns."""
        return figure.file.startswith(self.folder)

    def open(self, *quantities: Quantity | Figure) -> bool:
        """Whether all these figures, and what they add up to, may be printed."""
        return all(self._open(each) for each in quantities)

    def _open(self, quantity: Quantity | Figure) -> bool:
        if isinstance(quantity, Figure):
            return quantity.value is not None and not self.hides(quantity)
        if any(not self._open(each) for each in quantity.figures):
            return False
        return len(quantity.figures) < 2 or not self.hides(
            replace(quantity.first, value=quantity.nominal)
        )

    def caveat(self, quantity: Quantity) -> str:
        """What is said wherever these figures are shown, after a blank; mostly nothing."""
        found = dict.fromkeys(self.caveats.get(each.file, "") for each in quantity.figures)
        return "".join(f" {each}" for each in found if each)

    def flag(self, severity: Severity, rule: str, figure: Figure, sentence: str) -> Flag:
        """A flag at the figure's place."""
        return Flag(severity, rule, figure.measure, sentence, figure.file, figure.sheet, figure.row)


def read_figures(observations: pd.DataFrame) -> tuple[Figure, ...]:
    """Observations (a frame with the columns of `observations.COLUMNS`) as figures."""
    return tuple(
        Figure(
            measure=row["measure"],
            period=parse_period(row["period"]),
            area=row["area"],
            dimension=row["dimension"],
            category=row["category"],
            partner=row["partner"],
            value=None if row["value"] is None else Fraction(row["value"]),
            raw=row["raw"],
            status=row["status"],
            nature=row["nature"],
            received=row["received"],
            file=row["file"],
            sheet=row["sheet"],
            row=row["row"],
        )
        for row in observations.to_dict("records")
    )


def add(figures: list[Figure]) -> Quantity:
    """Figures added up, as far as each is known."""
    ranges = [each.range() for each in figures]
    upper = None
    if all(high is not None for _, high in ranges):
        upper = sum((high or Fraction(0) for _, high in ranges), Fraction(0))
    return Quantity(sum((low for low, _ in ranges), Fraction(0)), upper, tuple(figures))


def stretches(period: Period) -> list[list[Period]]:
    """The ways to cut a period into equal parts: quarters, where it holds several; months."""
    if period.is_point or period.months < 2:
        return []
    quarters = period.quarters()
    return [*([quarters] if quarters[1:] else []), months_of(period)]


def months_of(period: Period) -> list[Period]:
    """The months of a stretch of time."""
    first = _month_number(period)
    return [parse_period(_month(number)) for number in range(first, first + period.months)]


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return one.start <= other.end and other.start <= one.end


def before(period: Period) -> Period:
    """The stretch of the same length that ends the day before this one starts."""
    first = _month_number(period)
    return parse_period(f"{_month(first - period.months)}..{_month(first - 1)}")


def _month_number(period: Period) -> int:
    return period.start.year * 12 + period.start.month - 1


def _month(number: int) -> str:
    return f"{number // 12:04d}-M{number % 12 + 1:02d}"


def printed_step(value: Fraction) -> Fraction:
    """The step that a number is printed in: 1,000 for 37,000; 10 for 4,310; 0.1 for 2.7."""
    step = Fraction(1, 10**6)
    while value and value % (step * 10) == 0:
        step *= 10
    return step if value else Fraction(1)
