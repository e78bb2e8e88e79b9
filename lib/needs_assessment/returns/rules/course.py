"""The course of time: one month for a year, gaps in a series, other years, jumps."""

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from needs_assessment.display import MINUS, format_number, round_half_up
from needs_assessment.flags import Flag, Severity
from needs_assessment.periods import Period, choose_for_edition
from needs_assessment.returns.rules.figures import (
    Context,
    Figure,
    Quantity,
    add,
    before,
    stretches,
)
from needs_assessment.returns.rules.wording import about, named, number, runs, say

MONTH = "a month is not the year"
MISSING = "a period is missing"
OTHER = "outside the period"
JUMP = "a jump"

_FAR = Fraction(5, 100)
_LARGE = Fraction(1, 4)
_CLUSTERED = math.sqrt(2)
"""Cases come in clusters (siblings, one incident with several crimes), so the variance of a count
is taken as twice that of single events."""
_ONCE = 1.96 * _CLUSTERED
"""Standard errors that chance exceeds once in twenty times: for one figure against another."""
_OFTEN = 3.09 * _CLUSTERED
"""Standard errors that chance exceeds twice in a thousand: for every step of every series."""


def check_scaled(context: Context) -> Iterator[Flag]:
    """Part of a year, taken as if it were the whole, against the year."""
    figures = context.figures
    for year in figures.all:
        measure = context.measure(year)
        if year.period.months != 12 or measure.over_time != "sum" or not year.value:
            continue
        for cut in stretches(year.period):
            key = (year.area, year.dimension, year.category)
            found = [figures.get(year.measure, each, *key) for each in cut]
            given = [each for each in found if each and each.value is not None]
            if given and len(given) < len(cut):
                yield from _scaled(context, year, given, len(cut))


def _scaled(context: Context, year: Figure, given: list[Figure], pieces: int) -> Iterator[Flag]:
    total = add(given).nominal
    scaled = total * pieces / len(given)
    gap = scaled - (year.value or 0)
    chance = _ONCE * pieces / len(given) * math.sqrt(total)
    if abs(gap) <= _FAR * (year.value or 0) or abs(gap) <= chance:
        return
    word = {12: "month", 4: "quarter"}[pieces]
    first = given[0] if context.own(given[0]) else year
    subject = about(context, given[0]) if len(given) == 1 else about(context, year)
    if not context.open(add(given), year):
        said = f"at the rate of the {word}s given, the year would be far from the figure given."
        yield context.flag("warning", MONTH, first, f"{subject}: {said}")
        return
    if len(given) == 1:
        said = f"times {'twelve' if pieces == 12 else 'four'} this makes {number(scaled)}"
    else:
        said = (
            f"the {len(given)} {word}s given make {number(Fraction(round_half_up(scaled)))} a year"
        )
    change = format_number(abs(100 * gap / (year.value or 1)), 1, unit="%")
    said += f", {change} {'above' if gap > 0 else 'below'} the {say(context, year)} of "
    said += f"{year.period.words()}. One {word} does not stand for the year, or the two do not "
    said += "count the same."
    yield context.flag("warning", MONTH, first, f"{subject}: {said}")


def check_missing(context: Context) -> Iterator[Flag]:
    """Series by quarter or month that do not cover the edition."""
    groups: dict[tuple[str, str, str, str], list[Figure]] = {}
    for figure in context.figures.all:
        if figure.value is not None or figure.status.startswith(("below", "conf", "at-")):
            key = (figure.measure, figure.area, figure.dimension, figure.partner)
            groups.setdefault(key, []).append(figure)
    told = set()
    for (measure, area, _, partner), figures in sorted(groups.items()):
        periods = {each.period for each in figures}
        key = (measure, area, partner, frozenset(periods))
        # A breakdown that lacks what its total lacks is not said again.
        if context.edition in periods or key in told or _follows_counts(context, figures):
            continue
        told.add(key)
        for cut in stretches(context.edition):
            missing = [each for each in cut if each not in periods]
            if 0 < len(missing) < len(cut):
                yield _missing(context, figures, cut, missing)


def _follows_counts(context: Context, figures: list[Figure]) -> bool:
    """Whether shares stand beside their own counts, for which the gap is said already."""
    first = figures[0]
    claims = context.measure(first).claims
    return bool(claims) and all(
        context.figures.total(claims[-1], each.period, each.area) for each in figures
    )


def _missing(
    context: Context, figures: list[Figure], cut: list[Period], missing: list[Period]
) -> Flag:
    given = [each for each in cut if each not in missing]
    first = next(each for each in figures if each.period in given)
    dimension = context.measure(first).dimensions.get(first.dimension)
    name = named(context, replace(first, category=""))
    name += f" (by {dimension.label.lower()})" if dimension else ""
    if first.area != context.own_area:
        name += f", {context.areas[first.area].name}"
    if len(given) == 1:
        said = f"of {context.edition.words()} only {given[0].words()} is given."
    else:
        said = f"{runs(missing)} {'is' if len(missing) == 1 else 'are'} missing, so there is no "
        said += f"figure for {context.edition.words()}."
    severity: Severity = "note" if len(given) == 1 else "warning"
    return context.flag(severity, MISSING, first, f"{name}: {said}")


def check_other_period(context: Context) -> Iterator[Flag]:
    """Measures that came with this edition's returns but say nothing of its period."""
    seen = set()
    for figure in context.figures.all:
        key = (figure.measure, figure.area)
        if not context.own(figure) or key in seen:
            continue
        seen.add(key)
        periods = context.figures.periods(*key)
        if any(each.within(context.edition) for each in periods):
            continue
        over_time = context.measure(figure).over_time
        if choose_for_edition(periods, context.edition, over_time) is None:
            latest = max(
                (each for each in context.figures.all if (each.measure, each.area) == key),
                key=lambda each: each.period,
            )
            bare = replace(latest, dimension="", category="")
            said = f"not a figure for {context.edition.words()}, and not to be set beside figures "
            said += "of that period as if it were."
            yield context.flag("warning", OTHER, latest, f"{about(context, bare)}: {said}")


def check_jumps(context: Context) -> Iterator[Flag]:
    """Neighbouring periods that differ by more than counts of that size vary by chance."""
    series: dict[tuple[str, str], None] = dict.fromkeys(
        (measure, area)
        for measure, _, area in context.figures.places
        if context.dictionary[measure].kind == "count"
        and context.dictionary[measure].protect
        and context.dictionary[measure].over_time != "last"
    )
    for measure, area in series:
        periods = {*context.figures.periods(measure, area), context.edition}
        jumps: dict[int, list[tuple[float, Quantity, Quantity]]] = {}
        for period in sorted(each for each in periods if not each.is_point):
            earlier = context.figures.quantity(measure, before(period), area)
            later = context.figures.quantity(measure, period, area)
            size = _jump(earlier, later)
            # Whether a count that may not be shown jumped would say something about it.
            if earlier and later and size and context.open(earlier, later):
                jumps.setdefault(period.months, []).append((size, earlier, later))
        for found in jumps.values():
            yield _jumped(context, found)


def _jump(earlier: Quantity | None, later: Quantity | None) -> float:
    """The size of a change (logarithm of the ratio) that is large and no chance; else 0."""
    first, second = (each.value if each else None for each in (earlier, later))
    if not first or not second:
        return 0.0
    size = abs(math.log(second / first))
    chance = _OFTEN * math.sqrt(1 / first + 1 / second)
    return size if abs(second / first - 1) >= _LARGE and size > chance else 0.0


def _jumped(context: Context, found: list[tuple[float, Quantity, Quantity]]) -> Flag:
    """The largest jump of a series, with the number of others."""
    _, earlier, later = max(found, key=lambda each: each[0])
    place = next((each for each in later.figures if context.own(each)), later.first)
    subject = about(context, replace(later.first, dimension="", category=""), period=later.period)
    when = earlier.period.words()
    change = 100 * (later.lower / earlier.lower - 1)
    said = f"{say(context, later)} after {say(context, earlier)} in {when} "
    said += f"({format_number(change, 1, unit='%', signed=True).replace(MINUS, '-')}), "
    said += "more than counts of this size vary by chance. Recording, coverage or the service may "
    said += "have changed."
    if len(found) > 1:
        others = len(found) - 1
        said += f" The same series has {others} more such jump{'s' if others > 1 else ''}."
    said += context.caveat(earlier) + context.caveat(later)
    return context.flag("note", JUMP, place, f"{subject}: {said}")
