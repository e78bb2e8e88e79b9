"""Fewer than there should be: places that were not used, cases that were not heard."""

from collections.abc import Iterator

from needs_assessment.flags import Flag
from needs_assessment.periods import Period, choose_for_edition
from needs_assessment.returns.rules.figures import Context, Quantity
from needs_assessment.returns.rules.wording import about, counted, named, plural

PLACES = "fewer served than places"
FEWER = "fewer than expected"


def check_expected(context: Context) -> Iterator[Flag]:
    """Measures that should be at least as large as another of about the same time."""
    areas = dict.fromkeys(area for _, _, area in context.figures.places)
    for measure in context.dictionary.values():
        for other in measure.rules.not_fewer_than:
            for area in areas:
                found = _of_edition(context, measure.id, area)
                level = found and _nearest(context, other, found.period, area)
                if found and level and level.exceeds(found):
                    yield _fewer(context, found, level)


def _of_edition(context: Context, measure: str, area: str) -> Quantity | None:
    """The figure that stands for the edition."""
    found = context.figures.total(measure, context.edition, area)
    if found:
        return found
    periods = context.figures.periods(measure, area)
    chosen = choose_for_edition(periods, context.edition)
    return context.figures.total(measure, chosen, area) if chosen else None


def _nearest(context: Context, measure: str, period: Period, area: str) -> Quantity | None:
    """The other measure for the same period; else for a date within it, or for a stretch as long
    that overlaps it most.
    """
    own = context.figures.total(measure, period, area)
    if own:
        return own
    periods = context.figures.periods(measure, area)
    chosen = choose_for_edition(periods, period)
    if chosen is None:
        near = [
            each
            for each in periods
            if each.months == period.months
            and each.start <= period.end
            and period.start <= each.end
        ]
        chosen = max(
            near,
            key=lambda each: min(each.end, period.end) - max(each.start, period.start),
            default=None,
        )
    return context.figures.total(measure, chosen, area) if chosen else None


def _fewer(context: Context, found: Quantity, level: Quantity) -> Flag:
    capacity = context.measure(level.first).over_time == "last"
    known = context.open(found, level)
    other = plural(context.measure(level.first).unit)
    there = counted(context, level) if known else other
    subject = about(context, found.first, period=found.period)
    if capacity:
        said = (
            f"{counted(context, found)} in the whole period, fewer than the {there} there are at "
            "one time. Places stood empty, or the two do not count the same."
        )
    else:
        said = (
            f"{counted(context, found)}, fewer than the {there} of “{named(context, level.first)}”"
        )
        if found.period != level.period:
            said += f" for {level.period.words()}"
        said += ". Both should count much the same people, so it is worth asking why."
    rule = PLACES if capacity else FEWER
    figure = next((each for each in found.figures if context.own(each)), found.first)
    return context.flag("warning" if capacity else "note", rule, figure, f"{subject}: {said}")
