"""How counts hang together by what they count: the relations of the data dictionary."""

from collections.abc import Iterable

from needs_assessment.audit.keys import Cell, Key, whole_of
from needs_assessment.audit.public import Counted, Public
from needs_assessment.audit.system import Relation, adds_up, no_more_than
from needs_assessment.periods import Period, parse_period


class Counting:
    """The relations among the statistics that reports show or hide.

    `keys` are those statistics. `implied` are numbers shown nowhere that a reader can name all the
    same: the one category, quarter, part or council that is missing from a whole.
    """

    def __init__(self, keys: Iterable[Key], public: Public, county: tuple[str, ...]):
        self.public = public
        self.county = county
        self.keys = {
            key for key in keys if isinstance(key, Cell) and public.measures[key.measure].whole
        }
        self.implied: set[Cell] = set()
        self.relations: list[Relation] = []
        self._build()

    def _build(self) -> None:
        for key in sorted(self._wholes()):
            self._categories(key)
        for key in sorted(self._wholes()):
            measure = self.public.measures[key.measure]
            self._parts(key, measure)
        for key in sorted(self.keys):
            self._inside(key, self.public.measures[key.measure])
        for key in sorted(self.keys):
            self._part_year(key, self.public.measures[key.measure])
        for key in sorted({key._replace(period=self._year(key)) for key in self.keys}):
            self._time(key, self.public.measures[key.measure])
        if len(self.county) > 1:
            for key in sorted({key._replace(area=whole_of(self.county)) for key in self.keys}):
                self._areas(key)

    def _wholes(self) -> set[Cell]:
        return {key._replace(dimension="", category="") for key in self.keys}

    def _make(self, whole: Cell, parts: list[Cell]) -> None:
        """The whole is made of the parts: as far as they are shown or hidden somewhere."""
        there = [part for part in parts if part in self.keys]
        missing = [part for part in parts if part not in self.keys]
        if not there or whole not in self.keys:
            return
        if len(missing) > 1:
            self.relations.append(no_more_than(whole, there))
        else:
            self.implied |= set(missing)
            self.relations.append(adds_up(whole, parts))

    def _categories(self, whole: Cell) -> None:
        """Categories make their total; where a unit can have several, each lies inside it."""
        for name, breakdown in self.public.measures[whole.measure].breakdowns.items():
            parts = [
                whole._replace(dimension=name, category=category)
                for category in breakdown.categories.values()
            ]
            if breakdown.one_answer and breakdown.adds_up:
                if any(part in self.keys for part in parts):
                    # A total that no table gives can still be held against another measure.
                    self.keys.add(whole)
                self._make(whole, parts)
            elif whole in self.keys:
                self.relations += [
                    no_more_than(whole, [part]) for part in parts if part in self.keys
                ]

    def _parts(self, whole: Cell, measure: Counted) -> None:
        if measure.made_of:
            self._make(whole, [whole._replace(measure=part) for part in measure.made_of])

    def _inside(self, key: Cell, measure: Counted) -> None:
        """What lies inside another measure, or is never more: the whole, and each category that
        the other has too.
        """
        for name in (*measure.part_of, *measure.never_more_than):
            larger = key._replace(measure=name)
            if larger in self.keys:
                self.relations.append(no_more_than(larger, [key]))

    def _year(self, key: Cell) -> str:
        period = parse_period(key.period)
        if period.is_point or period.months >= 12:
            return key.period
        first = period.start.year - (period.start.month < 4)
        return f"{first}-{(first + 1) % 100:02d}"

    def _time(self, year: Cell, measure: Counted) -> None:
        """Quarters make the year; of people counted once each, the year lies between the largest
        quarter and all together.
        """
        period: Period = parse_period(year.period)
        if not period.is_financial_year:
            return
        quarters = [year._replace(period=str(each)) for each in period.quarters()]
        if measure.over_time == "sum":
            self._make(year, quarters)
        elif measure.over_time == "none" and year in self.keys:
            there = [each for each in quarters if each in self.keys]
            self.relations += [no_more_than(year, [each]) for each in there]
            if len(there) == 4:
                terms = ((year, 1.0), *((each, -1.0) for each in there))
                self.relations.append(Relation(terms, -float("inf"), 0.0, doubtful=True))

    def _part_year(self, part: Cell, measure: Counted) -> None:
        """Its quarters make a part of a year."""
        period = parse_period(part.period)
        quarters = [part._replace(period=str(each)) for each in period.quarters()]
        if len(quarters) > 1 and not period.is_financial_year and measure.over_time == "sum":
            self._make(part, quarters)

    def _areas(self, whole: Cell) -> None:
        """A county is its councils together."""
        self._make(whole, [whole._replace(area=area) for area in self.county])
