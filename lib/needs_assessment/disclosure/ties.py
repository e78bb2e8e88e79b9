"""What ties the numbers of a report together: time, categories, areas, and the data dictionary."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from needs_assessment.disclosure.numbers import Report, Series, Stretch
from needs_assessment.periods import Period
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dimension
from needs_assessment.returns.statistic import AND

When = Period | Stretch


def tie_report(report: Report, areas: Mapping[str, Area]) -> None:
    """All rows between the numbers of one report.

    What only may hold, such as that referrals by agency are all cases, is taken to be known to
    readers when it does hold: that hides more, never less.
    """
    for series in list(report.series):
        _tie_time(report, series)
    for breakdown in list(report.wanted):
        _tie_categories(report, breakdown)
    for measure, area in sorted({(each.measure, each.area) for each in report.series}):
        _tie_measures(report, measure, area)
    _tie_areas(report, areas)


def _tie_time(report: Report, series: Series) -> None:
    """Shorter periods and longer ones of the same series."""
    over_time = report.dictionary[series.measure].over_time
    stated = {period: place for period, place in report.series[series].items()}
    if over_time == "sum":
        for period, place in stated.items():
            if period.is_point:
                continue
            stretch = (period.start.toordinal(), period.end.toordinal() + 1)
            pieces = report.places(series, stretch)
            if pieces and pieces != [place]:
                report.numbers.made_of(place, pieces)
        return
    for period, place in stated.items():
        inside = [other for other in stated if other != period and other.within(period)]
        for other in inside:
            if over_time == "last" and other.end == period.end:
                _equal_if_so(report, [place], [stated[other]])
            elif over_time == "none":
                _not_more_if_so(report, [stated[other]], [place])
        days = sum((each.end - each.start).days + 1 for each in inside)
        if over_time == "none" and inside and days == (period.end - period.start).days + 1:
            _not_more_if_so(report, [place], [stated[other] for other in inside])


def _tie_categories(report: Report, breakdown: Series) -> None:
    """The categories of a breakdown and what they add up to, one dimension at a time."""
    dimensions = report.dictionary[breakdown.measure].dimensions
    names = breakdown.dimension.split(AND) if breakdown.dimension else []
    for name in names:
        dimension = dimensions.get(name)
        if dimension is None:
            continue
        rest = AND.join(each for each in names if each != name)
        for others in _others(report, breakdown, name):
            margin = breakdown._replace(dimension=rest, category=AND.join(others.values()))

            def category(value: str, others: dict[str, str] = others, name: str = name) -> Series:
                parts = {**others, name: value}
                return breakdown._replace(category=AND.join(parts[each] for each in names))

            values = dict.fromkeys(
                [*dimension.categories, *_stated_values(report, breakdown, name)]
            )
            for when in report.when(breakdown):
                _tie_dimension(report, margin, dimension, values, category, when)


def _stated_values(report: Report, breakdown: Series, name: str) -> Iterator[str]:
    """The categories of one dimension that a report states; other councils name their own."""
    place = breakdown.dimension.split(AND).index(name)
    for series in report.series:
        if series._replace(category="") == breakdown:
            yield series.category.split(AND)[place]


def _others(report: Report, breakdown: Series, name: str) -> Iterator[dict[str, str]]:
    """Each combination of categories of a breakdown's other dimensions that is stated."""
    names = breakdown.dimension.split(AND)
    seen = set()
    for series in report.series:
        if series._replace(category="") != breakdown:
            continue
        values = dict(zip(names, series.category.split(AND), strict=False))
        values.pop(name, None)
        if tuple(values.items()) not in seen:
            seen.add(tuple(values.items()))
            yield values


def _tie_dimension(
    report: Report,
    margin: Series,
    dimension: Dimension,
    values: Iterable[str],
    category: Callable[[str], Series],
    when: When,
) -> None:
    values = list(values)
    present = [
        places
        for value in values
        if _stated_in(report, category(value), when)
        and (places := report.places(category(value), when)) is not None
    ]
    if not present:
        return
    everything = [place for places in present for place in places]
    if not dimension.adds_up:
        whole = report.places(margin, when) if _stated_in(report, margin, when) else None
        if whole is None:
            return
        if dimension.answers == "one":
            _not_more_if_so(report, everything, whole)
        else:
            for places in present:
                _not_more_if_so(report, places, whole)
            if len(present) == len(values):
                _not_more_if_so(report, whole, everything)
        return
    whole = report.places(margin, when)
    if whole is None:
        return
    complete = len(present) == len(values)
    total, added = report.numbers.truth(whole), report.numbers.truth(everything)
    if complete or total is None or added is None or total == added:
        # A category that is not reported is taken to be empty, as a reader would.
        report.numbers.equal(whole, everything)
    else:
        _not_more_if_so(report, everything, whole)


def _tie_measures(report: Report, measure: str, area: str) -> None:
    """Measures that others make up, lie inside of, or are never larger than."""
    rules = report.dictionary[measure].rules
    whole = Series(measure, area)
    if rules.made_of:
        _tie_made_of(report, whole, [Series(name, area) for name in rules.made_of])
    for name in (*rules.part_of, *rules.never_more_than):
        other = Series(name, area)
        if other in report.wanted:
            if name in rules.never_more_than and _is_all_of(report, whole, other):
                _tie_equal(report, whole, other)
            _tie_limit(report, whole, other)
    for name in rules.not_fewer_than:
        _tie_fewer(report, whole, Series(name, area))
    _tie_side_by_side(report, whole)


def _tie_side_by_side(report: Report, whole: Series) -> None:
    """Two parts of one whole, such as requests accepted and declined, are together no larger."""
    parts = [
        series
        for name, measure in report.dictionary.items()
        if whole.measure in measure.rules.part_of
        and (series := Series(name, whole.area)) in report.wanted
    ]
    for one, other in combinations(parts, 2):
        for when in report.when(whole):
            limit = report.places(whole, when)
            found = report.places(one, when), report.places(other, when)
            if limit and found[0] and found[1]:
                _not_more_if_so(report, [*found[0], *found[1]], limit)


def _tie_made_of(report: Report, whole: Series, parts: list[Series]) -> None:
    for when in dict.fromkeys(each for series in (whole, *parts) for each in report.when(series)):
        if not any(_stated_in(report, each, when) for each in (whole, *parts)):
            continue
        total = report.places(whole, when)
        made = [report.places(each, when) for each in parts]
        if total and all(made):
            report.numbers.equal(total, [place for each in made for place in each or ()])


def _tie_equal(report: Report, one: Series, other: Series) -> None:
    for when in report.when(one):
        mine, theirs = report.places(one, when), report.places(other, when)
        if mine and theirs:
            report.numbers.equal(theirs, mine)


def _tie_limit(report: Report, part: Series, whole: Series) -> None:
    """A measure, and each of its categories that make no total, is no larger than another; where
    both are broken down the same way, that holds in each category.
    """
    pairs = [(series, whole) for series in _counted(report, part.measure, part.area)]
    pairs += [
        (series, series._replace(measure=whole.measure))
        for series in report.series
        if series.dimension and (series.measure, series.area) == (part.measure, part.area)
    ]
    for less, more in pairs:
        for when in report.when(more):
            limit = report.places(more, when) if more == whole or more in report.series else None
            for places in report.within(less, when) if limit else ():
                _not_more_if_so(report, places, limit or [])


def _tie_fewer(report: Report, fewer: Series, other: Series) -> None:
    """Where there are fewer than there should be, the checks of the report say so."""
    for period in report.when(fewer):
        for when in report.when(other):
            if not isinstance(period, Period) or not isinstance(when, Period):
                continue
            mine, theirs = report.places(fewer, period), report.places(other, when)
            if (
                not mine
                or not theirs
                or not (period.start <= when.end and when.start <= period.end)
            ):
                continue
            less, more = report.numbers.truth(mine), report.numbers.truth(theirs)
            if less is not None and more is not None and less < more:
                terms = [*((place, -1) for place in mine), *((place, 1) for place in theirs)]
                report.numbers.tie(terms, 1, None)


def _is_all_of(report: Report, part: Series, whole: Series) -> bool:
    """Whether a measure that may be smaller than another, of the same unit, is just as large
    wherever both are known: a reader will take it that it always is.
    """
    dictionary = report.dictionary
    if dictionary[part.measure].unit != dictionary[whole.measure].unit:
        return False
    pairs = [
        (mine, theirs)
        for when in report.when(part)
        if (mine := _total(report, part, when)) is not None
        and (theirs := _total(report, whole, when)) is not None
    ]
    return bool(pairs) and all(mine == theirs for mine, theirs in pairs)


def _total(report: Report, series: Series, when: When) -> Fraction | None:
    """A total as far as it is known: as stated, or of categories that add up to it."""
    places = report.places(series, when)
    total = report.numbers.truth(places) if places else None
    if places is None or total is not None:
        return total
    for name, dimension in report.dictionary[series.measure].dimensions.items():
        if dimension.adds_up and dimension.answers == "one":
            found = [
                each
                for category in dimension.categories
                if _stated_in(
                    report, own := series._replace(dimension=name, category=category), when
                )
                and (each := report.places(own, when))
            ]
            total = report.numbers.truth(place for each in found for place in each)
            if found and total is not None:
                return total
    return None


def _counted(report: Report, measure: str, area: str) -> list[Series]:
    """The total of a measure, and the categories that make no total."""
    dimensions = report.dictionary[measure].dimensions
    return [
        series
        for series in (Series(measure, area), *report.series)
        if (series.measure, series.area) == (measure, area)
        and (
            not series.dimension
            or (series.dimension in dimensions and not dimensions[series.dimension].adds_up)
        )
    ]


def _tie_areas(report: Report, areas: Mapping[str, Area]) -> None:
    """A county and the councils in it."""
    inside: dict[str, list[str]] = {}
    for area in areas.values():
        if area.county not in ("", area.code):
            inside.setdefault(area.county, []).append(area.code)
        inside.setdefault(area.code, []).extend(area.successors)
    for series in list(report.series):
        members = [series._replace(area=code) for code in inside.get(series.area, ())]
        for when in report.when(series):
            whole = report.places(series, when)
            found = [
                places
                for each in members
                if _stated_in(report, each, when)
                and (places := report.places(each, when)) is not None
            ]
            if not whole or not found:
                continue
            together = [place for places in found for place in places]
            everywhere = len(found) == len(members)
            if everywhere and report.dictionary[series.measure].over_time != "none":
                report.numbers.equal(whole, together)
            elif report.dictionary[series.measure].over_time == "none":
                for places in found:
                    _not_more_if_so(report, places, whole)
                if everywhere:
                    _equal_if_so(report, whole, together)
                    _not_more_if_so(report, whole, together)
            else:
                _not_more_if_so(report, together, whole)


def _stated_in(report: Report, series: Series, when: When) -> bool:
    if isinstance(when, Period):
        return report.has(series, when)
    return any(
        not period.is_point
        and period.start.toordinal() < when[1]
        and when[0] <= period.end.toordinal()
        for period in report.series.get(series, {})
    )


def _equal_if_so(report: Report, one: list[int], other: list[int]) -> None:
    first, second = report.numbers.truth(one), report.numbers.truth(other)
    if first is not None and first == second:
        report.numbers.equal(one, other)


def _not_more_if_so(report: Report, part: list[int], whole: list[int]) -> None:
    less, more = report.numbers.truth(part), report.numbers.truth(whole)
    if less is None or more is None or less <= more:
        report.numbers.not_more(part, whole)
