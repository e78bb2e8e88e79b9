"""Parts and wholes: totals that do not add up, parts larger than the whole, too many answers."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from needs_assessment.flags import Flag
from needs_assessment.periods import Period
from needs_assessment.returns.rules.figures import Context, Figure, Quantity, add, stretches
from needs_assessment.returns.rules.wording import about, counted, named, plural, say
from needs_assessment.returns.unread_totals import SUM

PART = "part larger than whole"
MANY = "more than there can be"

_ADDITIVE = ("count", "money")
_PERIODS = "the periods within it"
_WITHHELD = "A hidden count is among them, or a number not given, so none is printed here."


def check_categories(context: Context) -> Iterator[Flag]:
    """The categories of a breakdown against the total, and breakdowns against each other."""
    figures = context.figures
    for measure, period, area in figures.places:
        if context.dictionary[measure].kind not in _ADDITIVE:
            continue
        total = figures.quantity(measure, period, area)
        sums = []
        for name, dimension in context.dictionary[measure].dimensions.items():
            categories = figures.categories(measure, period, area, name)
            if categories is None:
                continue
            if dimension.answers == "many":
                if total:
                    yield from _larger_categories(context, categories, total)
                continue
            what = f"the categories of “{dimension.label}”"
            if total and not dimension.adds_up:
                categories = replace(categories, upper=None)
            if total:
                yield from _compare_sum(context, categories, total, what)
            elif dimension.adds_up and categories.upper is not None:
                sums.append((dimension.label, categories))
        yield from _compare_breakdowns(context, sums)


def check_made_of(context: Context) -> Iterator[Flag]:
    """Measures that others together make up."""
    figures = context.figures
    for measure in context.dictionary.values():
        names = measure.rules.made_of
        for _, period, area in _where(context, [measure.id, *names]) if names else ():
            total = figures.total(measure.id, period, area)
            found = [figures.total(name, period, area) for name in names]
            present = [figure for each in found if each for figure in each.figures]
            if total is None or not present:
                continue
            parts = add(present)
            if not all(found):
                parts = replace(parts, upper=None)
            what = " and ".join(f"“{context.dictionary[name].name}”" for name in names)
            yield from _compare_sum(context, parts, total, what)


def check_parts_of(context: Context) -> Iterator[Flag]:
    """A measure counted inside another, or that cannot be larger than another."""
    for measure in context.dictionary.values():
        for rule, wholes in (
            (PART, measure.rules.part_of),
            (MANY, measure.rules.never_more_than),
        ):
            for whole in wholes:
                for _, period, area in _where(context, [measure.id, whole]):
                    yield from _larger(context, rule, measure.id, whole, period, area)


def check_within_year(context: Context) -> Iterator[Flag]:
    """Quarters and months against the year, or part of one, that they make or lie in."""
    figures = context.figures
    for whole in figures.all:
        measure = context.measure(whole)
        if measure.kind not in _ADDITIVE or measure.over_time == "last":
            continue
        key = (whole.area, whole.dimension, whole.category, whole.partner)
        added: set[Period] = set()
        for cut in stretches(whole.period):
            found = [figures.get(whole.measure, each, *key) for each in cut]
            if measure.over_time == "sum" and all(found):
                parts = add([each for each in found if each])
                yield from _compare_sum(context, parts, add([whole]), _PERIODS, whole)
                added.update(cut)
        inside = [
            figures.get(whole.measure, each, *key)
            for each in figures.periods(whole.measure, whole.area)
            if each not in added and _lies_in(each, whole.period)
        ]
        yield from _larger_stretches(context, [each for each in inside if each], whole)


def _lies_in(part: Period, whole: Period) -> bool:
    """Whether a stretch of time is part of a longer one."""
    return not part.is_point and part != whole and part.within(whole)


def _where(context: Context, measures: list[str]) -> Iterator[tuple[str, Period, str]]:
    """Each period and area that any of the measures was reported for, once."""
    seen = set()
    for measure, period, area in context.figures.places:
        if measure in measures and (period, area) not in seen:
            seen.add((period, area))
            yield measure, period, area


def _compare_sum(
    context: Context, parts: Quantity, total: Quantity, what: str, whole: Figure | None = None
) -> Iterator[Flag]:
    """Parts against the total; `whole` is what the sentence is about, if not the plain total."""
    if parts.upper is None:
        if parts.exceeds(total):
            yield _too_large(context, parts, total, what)
        return
    if parts.meets(total, _rounding(parts, total)):
        return
    place = _own(context, parts, total)
    subject = about(context, whole or _bare(total.first), period=total.period)
    if context.open(parts, total):
        said = f"{what} add up to {say(context, parts)}, but the total given is "
        said += f"{say(context, total)}."
    else:
        said = f"{what} do not add up to the total given. {_WITHHELD}"
    yield context.flag("warning", SUM, place, f"{subject}: {said}")


def _too_large(context: Context, parts: Quantity, total: Quantity, what: str) -> Flag:
    subject = about(context, _bare(total.first), period=total.period)
    if context.open(parts, total):
        said = f"{what} that are given already add up to {say(context, parts)}, more than the "
        said += f"total of {say(context, total)}."
    else:
        said = f"{what} that are given add up to more than the total. {_WITHHELD}"
    return context.flag("warning", PART, _own(context, parts, total), f"{subject}: {said}")


def _compare_breakdowns(context: Context, sums: list[tuple[str, Quantity]]) -> Iterator[Flag]:
    """Breakdowns of the same cases without a total of their own: they must agree."""
    for label, other in sums[1:]:
        first, whole = sums[0]
        if other.meets(whole, _rounding(other, whole)):
            continue
        subject = about(context, _bare(whole.first), period=whole.period)
        if context.open(whole, other):
            said = f"the total is {say(context, whole)} by “{first}” but "
            said += f"{say(context, other)} by “{label}”."
        else:
            said = f"the totals by “{first}” and by “{label}” differ. {_WITHHELD}"
        yield context.flag("warning", SUM, _own(context, other, whole), f"{subject}: {said}")


def _larger_categories(context: Context, categories: Quantity, total: Quantity) -> Iterator[Flag]:
    for figure in categories.figures:
        if figure.period == total.period and add([figure]).exceeds(total):
            numbers = ""
            if context.open(figure, total):
                numbers = f" ({say(context, figure)} of {say(context, total)})"
            sentence = f"{about(context, figure)}: the category is larger than the total{numbers}."
            yield context.flag("warning", PART, figure, sentence)


def _larger_stretches(context: Context, parts: list[Figure], whole: Figure) -> Iterator[Flag]:
    """A part of a stretch of time cannot count more than all of it."""
    for part in parts:
        if add([part]).exceeds(add([whole])):
            numbers = ""
            if context.open(part, whole):
                numbers = f" ({say(context, part)} against {say(context, whole)})"
            sentence = f"{about(context, part)}: larger than the figure for "
            sentence += f"{whole.period.words()}, within which it lies{numbers}."
            yield context.flag("warning", PART, part, sentence)


def _larger(
    context: Context, rule: str, measure: str, whole: str, period: Period, area: str
) -> Iterator[Flag]:
    limit = context.figures.total(whole, period, area)
    if limit is None:
        return
    for part in _counts(context, measure, period, area):
        if not part.exceeds(limit):
            continue
        subject = _subject(context, part)
        known = context.open(part, limit)
        if rule == PART:
            other = f"“{named(context, _bare(limit.first))}”"
            numbers = f" ({say(context, part)} of {say(context, limit)})" if known else ""
            said = f"it is part of {other} and yet larger{numbers}."
        else:
            said = _too_many(context, part, limit, known=known)
        place = _own(context, part, limit)
        yield context.flag("warning", rule, place, f"{subject}: {said}")


def _too_many(context: Context, part: Quantity, limit: Quantity, *, known: bool) -> str:
    unit, other = (plural(context.measure(each.first).unit) for each in (part, limit))
    name = named(context, _bare(limit.first))
    again = "Some are counted more than once, or the two do not cover the same people or cases."
    if known:
        more = f"{say(context, part)} {unit}, more than the {counted(context, limit)}"
    else:
        more = f"more {unit} than {other}"
    return f"there are {more} of “{name}”. {again}"


def _counts(context: Context, measure: str, period: Period, area: str) -> list[Quantity]:
    """The total of a measure; without one, what its breakdowns say the total must be at least."""
    total = context.figures.total(measure, period, area)
    if total:
        return [total]
    found = []
    for name, dimension in context.dictionary[measure].dimensions.items():
        categories = context.figures.categories(measure, period, area, name)
        if categories and dimension.answers == "one":
            found.append(categories)
        elif categories:
            found += [add([each]) for each in categories.figures if each.period == period]
    return found


def _subject(context: Context, part: Quantity) -> str:
    single = len(part.figures) == 1
    first = part.first if single else _bare(part.first)
    return about(context, first, period=part.period)


def _bare(figure: Figure) -> Figure:
    return replace(figure, dimension="", category="")


def _own(context: Context, *quantities: Quantity) -> Figure:
    """The figure to point at: the first that came with the edition's returns."""
    figures = [figure for each in quantities for figure in each.figures]
    return next((each for each in figures if context.own(each)), figures[0])


def _rounding(*quantities: Quantity) -> Fraction:
    """How far a total may be off because the source rounds every number to 10, or to 5."""
    values = [
        figure.value for each in quantities for figure in each.figures if figure.value is not None
    ]
    if len(values) < 3 or not any(values):
        return Fraction(0)
    for step in (10, 5):
        if all(value % step == 0 for value in values):
            return Fraction(step * len(values), 2)
    return Fraction(0)
