"""What is said twice, said without a number, or easily taken for something else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from needs_assessment.display import join_words
from needs_assessment.flags import Flag
from needs_assessment.periods import Period
from needs_assessment.returns.rules.figures import Context, Figure, add, before, overlap
from needs_assessment.returns.rules.shares import implied_bases
from needs_assessment.returns.rules.wording import about, between, named, say
from needs_assessment.returns.sheets import in_rows

TWICE = "given twice"
DIFFERENT = "the same figure with different values"
REVISED = "revised"
COPIED = "one period repeats another"
NO_VALUE = "no value given"
CAUTION = "easily misread"
DEFINITIONS = "unlike definitions"
TARGET = "target equals last year's volume"

_COPIED = 5


def check_repeats(context: Context) -> Iterator[Flag]:
    """The same statistic more than once: on one day, later on, or by several partners."""
    again: dict[tuple[str, str, str], list[tuple[Figure, Figure]]] = {}
    for old in context.earlier:
        key = (old.measure, old.period, old.area, old.dimension, old.category, old.partner)
        new = context.figures.get(*key)
        if new is None or new.partner != old.partner:
            continue
        if new.received == old.received:
            again.setdefault((new.file, new.sheet, old.file), []).append((new, old))
        elif (new.value, new.status) != (old.value, old.status):
            yield _revised(context, new, old)
    for found in again.values():
        yield _twice(context, found)
    yield from _by_partners(context)


def _revised(context: Context, new: Figure, old: Figure) -> Flag:
    """A figure that a later return changed. A hidden one is not given, before or after."""
    said = "revised"
    if context.open(new, old) and new.value == old.value:
        said = f"{old.status}, now {new.status}"
    elif context.open(new, old):
        said = f"revised from {say(context, old)} to {say(context, new)}"
    said += f", received on {_day(new.received)}; before, {_name(old.file)}, row {old.row}, "
    said += f"received on {_day(old.received)}."
    return context.flag("note", REVISED, new, f"{about(context, new)}: {said}")


def _twice(context: Context, found: list[tuple[Figure, Figure]]) -> Flag:
    """Figures of one sheet that another, or the same one, gives as well."""
    news = list(dict.fromkeys(new for new, _ in found))
    first, old = found[0]
    rows = in_rows(sorted({old.row for _, old in found}))
    more = f", and {len(news) - 1} more of this sheet" if news[1:] else ""
    said = f"the same stands in {_name(old.file)}, {rows}, as well; each figure is used once."
    return context.flag("note", TWICE, first, f"{about(context, first)}{more}: {said}")


def _by_partners(context: Context) -> Iterator[Flag]:
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for figure in context.figures.all:
        key = (figure.measure, figure.period, figure.area, figure.dimension, figure.category)
        groups.setdefault(key, []).append(figure)
    for found in groups.values():
        for other in found[1:]:
            first = found[0]
            if add([first]).meets(add([other])):
                continue
            place = other if context.own(other) else first
            if context.open(first, other):
                said = f"{say(context, first)} according to {first.partner}, but "
                said += f"{say(context, other)} according to {other.partner}."
            else:
                said = f"{first.partner} and {other.partner} give different numbers."
            yield context.flag("warning", DIFFERENT, place, f"{about(context, place)}: {said}")


def check_copied(context: Context) -> Iterator[Flag]:
    """A column that repeats another: every figure of two neighbouring periods is the same."""
    columns: dict[tuple[str, str, Period], dict[tuple[str, ...], Figure]] = {}
    for figure in context.figures.all:
        if not figure.period.is_point and context.measure(figure).kind == "count":
            key = (figure.measure, figure.area, figure.dimension, figure.category)
            column = columns.setdefault((figure.file, figure.sheet, figure.period), {})
            column[key] = figure
    for (file, sheet, period), column in columns.items():
        other = columns.get((file, sheet, before(period)), {})
        if column.keys() != other.keys():
            continue
        pairs = [(column[key].value, other[key].value) for key in column]
        if all(now == then for now, then in pairs) and sum(1 for now, _ in pairs if now) >= _COPIED:
            first = next(iter(column.values()))
            said = (
                f"all {len(pairs)} figures for {period.words()} repeat those for "
                f"{before(period).words()}. One column may be a copy of the other."
            )
            yield context.flag("warning", COPIED, first, f"{first.partner.capitalize()}: {said}")


def check_no_value(context: Context) -> Iterator[Flag]:
    """Figures that a source names but does not give."""
    missing: dict[tuple[str, str], list[Figure]] = {}
    for figure in context.figures.all:
        if figure.status == "not available":
            missing.setdefault((figure.measure, figure.file), []).append(figure)
    for figures in missing.values():
        first = figures[0]
        more = f", and {len(figures) - 1} more figures of this measure" if figures[1:] else ""
        said = f"named in the source{more} without a value, so it cannot be reproduced."
        yield context.flag("note", NO_VALUE, first, f"{about(context, first)}: {said}")


def check_meaning(context: Context) -> Iterator[Flag]:
    """Measures with a caution, and measures that are easily taken for each other."""
    first: dict[str, Figure] = {}
    for figure in context.figures.all:
        if not figure.given or figure.area != context.own_area:
            continue
        held = first.setdefault(figure.measure, figure)
        if context.own(figure) and not context.own(held):
            first[figure.measure] = figure
    for name, figure in first.items():
        measure = context.dictionary[name]
        if measure.caution:
            sentence = f"{about(context, replace(figure, category=''))}: {_lower(measure.caution)}"
            yield context.flag("warning", CAUTION, figure, sentence)
        alike = [first[each] for each in measure.not_the_same_as if each in first]
        if alike:
            yield _unlike(context, figure, alike)


def _unlike(context: Context, figure: Figure, alike: list[Figure]) -> Flag:
    others = join_words([f"“{named(context, replace(each, category=''))}”" for each in alike])
    subject = about(context, replace(figure, category=""))
    said = f"not defined as {others} is, so they must not be compared"
    apart = [each.period for each in alike if not overlap(each.period, figure.period)]
    if apart:
        said += f"; nor are they for one period ({join_words([p.words() for p in sorted(apart)])})"
    return context.flag("note", DEFINITIONS, figure, f"{subject}: {said}.")


def check_targets(context: Context) -> Iterator[Flag]:
    """A target, given or implied, that is just the volume of the year before."""
    for figure in context.figures.all:
        measure = context.measure(figure)
        if measure.target_for and figure.value is not None:
            yield from _target(context, figure, measure.target_for, figure.value, figure.value)
        if measure.kind != "share" or len(measure.claims) != 2 or figure.dimension:
            continue
        target = context.dictionary[measure.claims[1]]
        volume = context.figures.total(measure.claims[0], figure.period, figure.area)
        if not target.target_for or volume is None or not volume.value:
            continue
        if not context.open(volume):
            continue
        bases = implied_bases(figure, volume.value)
        if bases:
            least, most = bases
            yield from _target(context, figure, target.target_for, Fraction(least), Fraction(most))


def _target(
    context: Context, figure: Figure, volume: str, least: Fraction, most: Fraction
) -> Iterator[Flag]:
    if figure.period.is_point:
        return
    earlier = context.figures.total(volume, before(figure.period), figure.area)
    if earlier is None or earlier.value is None or not least <= earlier.value <= most:
        return
    if not context.open(earlier):
        return
    shown = between(least, most)
    if context.measure(figure).target_for != volume:
        shown = f"this implies a target of {shown}"
    else:
        shown = f"the target is {shown}"
    name = named(context, replace(earlier.first, category=""))
    said = (
        f"{shown}, and “{name}” was {say(context, earlier)} in {earlier.period.words()}. The "
        f"target may be no more than the volume of the year before.{context.caveat(earlier)}"
    )
    yield context.flag("note", TARGET, figure, f"{about(context, figure)}: {said}")


def _name(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _day(text: str) -> str:
    """A date in words: “2 November 2026”."""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _lower(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:].strip()}"
