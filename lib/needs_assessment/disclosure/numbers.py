"""The numbers of reports as variables, gathered series by series, and what ties them together."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from needs_assessment.disclosure.cells import Key
from needs_assessment.disclosure.problem import Row, Variable
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.statistic import AND

Stretch = tuple[int, int]
"""First day, and the day after the last, as ordinal numbers."""


class Series(NamedTuple):
    """A statistic over time."""

    measure: str
    area: str
    dimension: str = ""
    category: str = ""


class Numbers:
    """Variables by name, and the rows between them."""

    def __init__(self) -> None:
        self.variables: list[Variable] = []
        self.rows: list[Row] = []
        self._places: dict[tuple[str, ...], int] = {}
        self._seen: set[Row] = set()
        self._sums: dict[tuple[int, ...], int] = {}
        self._made_of: dict[int, tuple[int, ...]] = {}

    def add(self, variable: Variable) -> int:
        """The place of a variable; one of the same name keeps what was said first."""
        if variable.name not in self._places:
            self._places[variable.name] = len(self.variables)
            self.variables.append(variable)
        return self._places[variable.name]

    def change(self, place: int, **more: object) -> None:
        """Says something else of a variable."""
        self.variables[place] = replace(self.variables[place], **more)  # type: ignore[arg-type]

    def truth(self, places: Iterable[int]) -> Fraction | None:
        """What these add up to, or None when that of one is not known."""
        total = Fraction(0)
        for place in places:
            truth = self.variables[place].truth
            if truth is None:
                return None
            total += truth
        return total

    def equal(self, whole: Iterable[int], parts: Iterable[int]) -> None:
        """Both add up to the same."""
        self.tie([*((place, 1) for place in whole), *((place, -1) for place in parts)], 0, 0)

    def not_more(self, part: Iterable[int], whole: Iterable[int]) -> None:
        """The first adds up to no more than the second."""
        self.tie([*((place, -1) for place in part), *((place, 1) for place in whole)], 0, None)

    def tie(
        self, terms: Iterable[tuple[int, int]], least: Fraction | int, most: Fraction | int | None
    ) -> None:
        """The weighted sum of some variables lies from `least` to `most` (None: no limit)."""
        weights: dict[int, int] = {}
        for place, weight in terms:
            weights[place] = weights.get(place, 0) + weight
        kept = tuple(sorted((place, weight) for place, weight in weights.items() if weight))
        row = Row(kept, Fraction(least), None if most is None else Fraction(most))
        if kept and row not in self._seen:
            self._seen.add(row)
            self.rows.append(row)

    def made_of(self, place: int, parts: Iterable[int]) -> None:
        """A variable that is the sum of others: `summed` will find it."""
        self.equal([place], parts)
        self._made_of[place] = tuple(parts)
        self._sums.setdefault(self._parts(place), place)

    def summed(self, places: Iterable[int]) -> int | None:
        """The variable that is the sum of these, if there is one."""
        places = tuple(places)
        if len(places) == 1:
            return places[0]
        return self._sums.get(
            tuple(sorted(part for place in places for part in self._parts(place)))
        )

    def _parts(self, place: int) -> tuple[int, ...]:
        parts = self._made_of.get(place)
        if parts is None:
            return (place,)
        return tuple(sorted(each for part in parts for each in self._parts(part)))


class Report:
    """What one report states: this one, an earlier version, or a neighbouring council's.

    Series are put together from stretches of time (`stretches`), so that quarters, half-years,
    years and months all say the same. `revised` are measures and areas whose figures were others
    then: of those it has variables of its own, marked with its `name`.
    """

    def __init__(
        self,
        numbers: Numbers,
        dictionary: Dictionary,
        stated: dict[Key, int],
        name: str = "",
        revised: frozenset[tuple[str, str]] = frozenset(),
    ):
        self.numbers = numbers
        self.dictionary = dictionary
        self.stated = stated
        self.name = name
        self.revised = revised
        self.series: dict[Series, dict[Period, int]] = {}
        for key, place in stated.items():
            series = Series(key.measure, key.area, key.dimension, key.category)
            self.series.setdefault(series, {})[parse_period(key.period)] = place

    @cached_property
    def wanted(self) -> dict[Series, set[Period]]:
        """The periods of each breakdown (a series without its category): those stated, and those
        of finer breakdowns, which add up to it.
        """
        wanted: dict[Series, set[Period]] = {}
        for series, periods in self.series.items():
            wanted.setdefault(series._replace(category=""), set()).update(periods)
        for breakdown in sorted(wanted, key=lambda each: -each.dimension.count(AND)):
            for margin in self._margins(breakdown):
                wanted.setdefault(margin, set()).update(wanted[breakdown])
        return wanted

    @cached_property
    def stretches(self) -> dict[Series, list[Stretch]]:
        """The stretches of time that the periods of a breakdown are put together from."""
        found = {}
        for breakdown, periods in self.wanted.items():
            spans = [_stretch(each) for each in periods if not each.is_point]
            cuts = sorted({day for span in spans for day in span})
            found[breakdown] = [
                (start, end)
                for start, end in pairwise(cuts)
                if any(first <= start and end <= last for first, last in spans)
            ]
        return found

    def sums_over_time(self, series: Series) -> bool:
        return self.dictionary[series.measure].over_time == "sum"

    def has(self, series: Series, period: Period) -> bool:
        """Whether the report states something of the series that falls into the period."""
        return bool(self.touching(series, period))

    def touching(self, series: Series, period: Period) -> list[int]:
        """The variables of what the report states of the series for times that share a day with
        the period.
        """
        first, last = _stretch(period)
        return [
            place
            for (start, end), place in (
                (_stretch(when), place) for when, place in self.series.get(series, {}).items()
            )
            if start < last and first < end
        ]

    def when(self, series: Series) -> list[Period | Stretch]:
        """The stretches and periods at which the series can be named, the finest first."""
        breakdown = series._replace(category="")
        periods = sorted(self.wanted.get(breakdown, ()))
        if not self.sums_over_time(series):
            return list(periods)
        return [*self.stretches.get(breakdown, []), *periods]

    def places(self, series: Series, when: Period | Stretch) -> list[int] | None:
        """The variables that add up to the series for a period or stretch, or None."""
        if isinstance(when, Period):
            stated = self.series.get(series, {}).get(when)
            if stated is not None:
                return [stated]
            if not self.sums_over_time(series) or when.is_point:
                wanted = self.wanted.get(series._replace(category=""), ())
                return [self._latent(series, when.text)] if when in wanted else None
            when = _stretch(when)
        if not self.sums_over_time(series):
            return None
        inside = self.inside(series, when)
        covered = sum(end - start for start, end in inside)
        if covered != when[1] - when[0]:
            return None
        return [self._piece(series, each) for each in inside]

    def inside(self, series: Series, when: Stretch) -> list[Stretch]:
        """The series' stretches within another."""
        return [
            (start, end)
            for start, end in self.stretches.get(series._replace(category=""), [])
            if when[0] <= start and end <= when[1]
        ]

    def within(self, series: Series, when: Period | Stretch) -> list[list[int]]:
        """All that can be named of a series within a period: of one that adds up over time the sum
        of its stretches, else each of its periods.
        """
        first, last = _stretch(when) if isinstance(when, Period) else when
        if self.sums_over_time(series):
            pieces = [self._piece(series, each) for each in self.inside(series, (first, last))]
            found = [pieces] if pieces else []
        else:
            found = []
        for period, place in self.series.get(series, {}).items():
            start, end = _stretch(period)
            if first <= start and end <= last and (period.is_point or not found):
                found.append([place])
        return found

    def _piece(self, series: Series, when: Stretch) -> int:
        for period, place in self.series.get(series, {}).items():
            if not period.is_point and _stretch(period) == when:
                return place
        return self._latent(series, f"{when[0]}..{when[1]}")

    def _latent(self, series: Series, when: str) -> int:
        """A number that the report does not state but that a reader can name."""
        own = self.name if (series.measure, series.area) in self.revised else ""
        return self.numbers.add(Variable(("unstated", own, *series, when), None))

    def _margins(self, breakdown: Series) -> list[Series]:
        """What the categories of a breakdown add up to: the breakdowns without one dimension."""
        names = breakdown.dimension.split(AND) if breakdown.dimension else []
        dimensions = self.dictionary[breakdown.measure].dimensions
        return [
            breakdown._replace(dimension=AND.join(each for each in names if each != name))
            for name in names
            if name in dimensions and dimensions[name].adds_up
        ]


def _stretch(period: Period) -> Stretch:
    return period.start.toordinal(), period.end.toordinal() + 1
