"""The indicators of a report as constraints: each prints the counts it is worked out from."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.disclosure.cells import Cell, Key
from needs_assessment.disclosure.numbers import Report, Series
from needs_assessment.disclosure.policy import PUBLISHED, Policy
from needs_assessment.disclosure.problem import Variable
from needs_assessment.display import decimal_places
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Cell as StatisticCell
from needs_assessment.indicators.statistics import Statistic
from needs_assessment.periods import parse_period

_WORTH = 40_000


@dataclass(frozen=True)
class Sum:
    """What an indicator prints, above or below the line: the sum of these statistics, with those
    of `less` taken off.
    """

    keys: tuple[Key, ...]
    less: tuple[Key, ...]
    place: int


def state_indicators(
    report: Report, indicators: Iterable[Indicator], policy: Policy
) -> list[list[Sum]]:
    """For each indicator the sums that it gives away; hiding one of them hides the indicator."""
    numbers, printed = report.numbers, []
    for indicator in indicators:
        sums = [
            found
            for statistic in (indicator.numerator, indicator.denominator, *indicator.inputs)
            if statistic and (found := _sum(report, statistic, policy))
        ]
        printed.append(sums)
        for place in {each.place for each in sums}:
            cost = numbers.variables[place].cost
            if cost:
                numbers.change(place, cost=cost + _WORTH)
    return printed


def _sum(report: Report, statistic: Statistic, policy: Policy) -> Sum | None:
    """What a statistic gives away: what those of its cells that hold a number add up to."""
    numbers = report.numbers
    known = [cell for cell in statistic.cells if cell.value is not None]
    off = [cell for cell in known if cell in statistic.less]
    added = [cell for cell in known if cell not in statistic.less]
    keys, less = (tuple(sorted(map(key_of, each))) for each in (added, off))
    if not keys or any(key not in report.stated for key in (*keys, *less)):
        return None
    places, places_off = ([report.stated[key] for key in each] for each in (keys, less))
    found = None if less else numbers.summed(places)
    if found is not None:
        return Sum(keys, less, found)
    name = ("sum", *map(str, keys), *(f"less {key}" for key in less))
    place = numbers.add(_total(name, added, off, policy))
    if less:
        numbers.equal([place, *places_off], places)
    else:
        numbers.made_of(place, places)
    return Sum(keys, less, place)


def _total(
    name: tuple[str, ...], added: list[StatisticCell], off: list[StatisticCell], policy: Policy
) -> Variable:
    """A printed total of cells as a variable: hidden where it is too small to be shown."""
    exact = _exact(added) - _exact(off)
    guarded = [
        cell.measure for cell in (*added, *off) if policy.protects(cell.measure, cell.nature)
    ]
    limit = max((policy.suppress_below(measure) for measure in guarded), default=1)
    if 0 < exact < limit:
        return Variable(name, exact, Fraction(1), hidden=True, values=tuple(range(1, limit)))
    if not guarded:
        return Variable(name, exact, shown=(exact, exact))
    # Each of the two is rounded by itself.
    low, high = policy.known(guarded, _exact(added))
    if off:
        least, most = policy.known(guarded, _exact(off))
        low, high = low - most, high - least
    return Variable(
        name, exact, shown=(low, high), cost=_WORTH, span=policy.settings.secondary_range
    )


def _exact(cells: Iterable[StatisticCell]) -> Fraction:
    return sum((cell.value or Fraction(0) for cell in cells), Fraction(0))


def key_of(cell: StatisticCell) -> Key:
    """The key of an observation that a statistic uses."""
    return Key(cell.measure, cell.period, cell.area, cell.dimension, cell.category)


def claimed(report: Report, cell: Cell, policy: Policy) -> list[list[int] | None]:
    """The variables that a share, rate or average says it comes from: those above and below the
    line, None where the report does not state them.
    """
    found: list[list[int] | None] = []
    for name in policy.dictionary[cell.key.measure].claims:
        whole = Series(name, cell.key.area)
        series = whole
        if not found and cell.key.dimension in policy.dictionary[name].dimensions:
            series = whole._replace(dimension=cell.key.dimension, category=cell.key.category)
        period = parse_period(cell.key.period)
        found.append(report.places(series, period) if report.has(series, period) else None)
    return found


def tie_shares(report: Report, cells: Iterable[Cell], policy: Policy) -> dict[Key, set[int]]:
    """Shares and rates by key, with the variables that hide them once they are hidden.

    One that is published already, or whose count nobody returned, says between what bounds the
    count must lie.
    """
    resting: dict[Key, set[int]] = {}
    for cell in cells:
        measure = policy.dictionary[cell.key.measure]
        if measure.kind in ("count", "money") or cell.exact is None:
            continue
        if measure.base:
            # An average is hidden with the count of what it is taken over.
            resting.setdefault(cell.key, set()).update(_places_of_base(report, cell, measure.base))
        if not measure.claims:
            continue
        places = claimed(report, cell, policy)
        rests_on = {place for each in places for place in each or ()}
        resting.setdefault(cell.key, set()).update(rests_on)
        known = cell.nature == PUBLISHED or places[0] is None
        if measure.kind == "share" and len(places) == 2 and places[1] and known:
            _tie_share(report, cell, places)
    return resting


def _places_of_base(report: Report, cell: Cell, base: str) -> list[int]:
    """What an average is taken over: its count, or as much of that as the report states."""
    series, period = Series(base, cell.key.area), parse_period(cell.key.period)
    stated = report.touching(series, period)
    whole = report.places(series, period) if stated else []
    return stated if whole is None else whole


def _tie_share(report: Report, cell: Cell, places: list[list[int] | None]) -> None:
    numbers, (above, below) = report.numbers, places
    if above is None:
        above = [numbers.add(Variable(("claimed", *cell.key), None))]
    printed = cell.exact or Fraction(0)
    half = Fraction(1, 2 * 10 ** decimal_places(printed))
    least, most = printed - half, printed + half
    top, bottom = numbers.truth(above), numbers.truth(below or [])
    if top is not None and bottom:
        # A figure that was cut off instead of rounded still says as much.
        least, most = min(least, 100 * top / bottom), max(most, 100 * top / bottom)
    for limit, sign in ((least, 1), (most, -1)):
        scale = limit.denominator
        terms = [(place, sign * 100 * scale) for place in above]
        terms += [(place, -sign * limit.numerator) for place in below or []]
        numbers.tie(terms, 0, None)


def gives_small_count(report: Report, cell: Cell, policy: Policy) -> bool:
    """Whether a share says that a count which nobody returned is too small to be shown, or leaves
    only some of the small counts possible.
    """
    measure = policy.dictionary[cell.key.measure]
    if measure.kind != "share" or cell.exact is None or cell.nature == PUBLISHED:
        return False
    places = claimed(report, cell, policy)
    if len(places) != 2 or places[0] is not None or places[1] is None:
        return False
    base = report.numbers.truth(places[1])
    counted = measure.claims[0]
    if not base or not policy.protects(counted, cell.nature):
        return False
    half = Fraction(1, 2 * 10 ** decimal_places(cell.exact))
    least = -((-(cell.exact - half) * base) // 100)
    most = (cell.exact + half) * base // 100
    limit = policy.suppress_below(counted)
    return max(least, 1) < limit and most >= 1 and not (least <= 1 and most >= limit - 1)
