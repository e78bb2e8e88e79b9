"""Percentages that a partner printed: against their counts, their base, and each other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from needs_assessment.display import join_words, round_half_up
from needs_assessment.flags import Flag, Severity
from needs_assessment.periods import Period
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.rules.figures import Context, Figure, Quantity, overlap
from needs_assessment.returns.rules.wording import (
    about,
    between,
    counted,
    decimals_printed,
    is_unrounded,
    number,
    plural,
    printed,
    runs,
    say,
)

TRUNCATED = "cut off, not rounded"
WRONG = "does not follow from its counts"
NOT_100 = "shares do not sum to 100"
DECIMALS = "more decimals than the base supports"
NO_BASE = "no counts behind it"
PERIODS = "unlike periods"
AREAS = "unlike areas"
FRACTION = "a percentage or a fraction"
UNITS = "unlike units"

SMALLEST_BASE = 20
"""No percentage is given on fewer."""


Where = tuple[Period, str]


@dataclass(frozen=True)
class Pair:
    """The numerator and denominator that a printed percentage is set against."""

    top: Quantity
    bottom: Quantity

    @property
    def exact(self) -> Fraction | None:
        """The percentage, where both counts are known exactly."""
        if self.top.value is None or not self.bottom.value:
            return None
        return 100 * self.top.value / self.bottom.value


def check_shares(context: Context) -> Iterator[Flag]:
    """Each printed percentage against the counts that it says it comes from."""
    bare: dict[tuple[str, str, str], list[Figure]] = {}
    mixed: set[str] = set()
    for share in context.figures.all:
        measure = context.measure(share)
        if measure.kind != "share" or len(measure.claims) == 1 or share.value is None:
            continue
        pair = find_pair(context, share) if measure.claims else None
        if pair is None:
            bare.setdefault((share.measure, share.area, share.file), []).append(share)
            continue
        yield from _follows(context, share, pair)
        yield from _decimals(context, share, pair)
        if share.measure not in mixed:
            mixed.add(share.measure)
            yield from _unlike(context, share, pair)
    for shares in bare.values():
        yield _no_base(context, shares)


def check_hundred(context: Context) -> Iterator[Flag]:
    """Shares of one answer each: together they are the whole."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for share in context.figures.all:
        dimension = context.measure(share).dimensions.get(share.dimension)
        if (
            context.measure(share).kind == "share"
            and dimension
            and (dimension.answers, dimension.adds_up) == ("one", True)
        ):
            key = (share.measure, share.period, share.area, share.dimension, share.partner)
            groups.setdefault(key, []).append(share)
    for shares in groups.values():
        yield from _hundred(context, shares)


def check_fractions(context: Context) -> Iterator[Flag]:
    """Percentages that look like fractions: all of a sheet's below one, as in 0.287 for 28.7%."""
    groups: dict[tuple[str, str, str], list[Figure]] = {}
    for share in context.figures.all:
        if context.measure(share).kind == "share" and share.value and "%" not in share.raw:
            groups.setdefault((share.measure, share.file, share.sheet), []).append(share)
    for shares in groups.values():
        fractions = [each for each in shares if each.value and each.value <= 1]
        if len(fractions) == len(shares) and max(map(decimals_printed, shares)) > 1:
            said = "below one per cent. If it is a fraction, write it as a percentage."
            bare = replace(shares[0], dimension="", category="")
            yield context.flag("warning", FRACTION, bare, f"{about(context, bare)}: {said}")


def find_pair(context: Context, share: Figure) -> Pair | None:
    """The counts behind a printed percentage: of its own period and area; else those of nearby
    periods or other areas that give just what is printed. None when there are no such counts.
    """
    figures, claims = context.figures, context.measure(share).claims
    own = _pair(context, share, (share.period, share.area), (share.period, share.area))
    if own:
        return own
    tops, bottoms = (
        [
            (period, area)
            for name, period, area in figures.places
            if name == claim and overlap(period, share.period)
        ]
        for claim in claims
    )
    candidates = []
    for top in dict.fromkeys([(share.period, share.area), *tops]):
        for bottom in dict.fromkeys([(share.period, share.area), *bottoms]):
            pair = _pair(context, share, top, bottom)
            exact = pair and pair.exact
            if pair and exact is not None and _agrees(share, exact):
                far = (top[1] != share.area) + (bottom[1] != share.area)
                unlike = (top[0] != share.period) + (bottom[0] != share.period)
                candidates.append((far, unlike, len(candidates), pair))
    return min(candidates)[-1] if candidates else None


def _pair(context: Context, share: Figure, top: Where, bottom: Where) -> Pair | None:
    numerator, denominator = context.measure(share).claims
    figures = context.figures
    if share.dimension in context.dictionary[numerator].dimensions:
        where = (share.dimension, share.category, share.partner)
        above = figures.quantity(numerator, *top, *where)
    elif share.dimension:
        return None
    else:
        above = figures.total(numerator, *top, share.partner)
    below = figures.total(denominator, *bottom, share.partner)
    if above is None or below is None or below.lower == 0:
        return None
    return Pair(above, below)


def _agrees(share: Figure, exact: Fraction) -> bool:
    """Whether the percentage is printed from `exact`: rounded, or cut off."""
    return _printed_value(share) in _readings(exact, decimals_printed(share))


def _printed_value(share: Figure) -> Fraction:
    return Fraction(round_half_up(share.value or Fraction(0), decimals_printed(share)))


def _readings(exact: Fraction, decimals: int) -> tuple[Fraction, Fraction]:
    """`exact` rounded half up, and cut off, to a number of decimals."""
    scale = 10**decimals
    return Fraction(round_half_up(exact, decimals)), Fraction((exact * scale).__floor__(), scale)


def _follows(context: Context, share: Figure, pair: Pair) -> Iterator[Flag]:
    exact = pair.exact
    if exact is None or share.value is None or share.approximate:
        return
    decimals = decimals_printed(share)
    rounded, cut = _readings(exact, decimals)
    value = _printed_value(share)
    if value == rounded:
        return
    truncated = value == cut and not is_unrounded(share)
    rule = TRUNCATED if truncated else WRONG
    if not context.open(pair.top, pair.bottom):
        said = "the percentage printed does not follow from its counts. A hidden count is among "
        said += "them, so none is printed here."
        yield context.flag("warning", rule, share, f"{about(context, share)}: {said}")
        return
    counts = f"{say(context, pair.top)} of {say(context, pair.bottom)}"
    right = number(Fraction(round_half_up(exact, decimals + 2)), "%")
    whole = f"{round_half_up(exact, decimals)}%"
    said = f"{printed(share)} is printed, but {counts} is {right}"
    if truncated:
        said += f", which rounds to {whole}: the figure was cut off, not rounded."
    else:
        said += f". The printed figure should be {whole}, or one of the counts is wrong."
    yield context.flag("warning", rule, share, f"{about(context, share)}: {said}")


def _decimals(context: Context, share: Figure, pair: Pair) -> Iterator[Flag]:
    base = pair.bottom.value
    decimals = decimals_printed(share)
    if base is None or share.approximate or is_unrounded(share):
        return
    if base >= SMALLEST_BASE and (decimals < 2 or base >= 10 ** (decimals + 1)):
        return
    if not context.open(pair.top, pair.bottom):
        said = "the percentage is printed on a base too small for it."
    elif base < SMALLEST_BASE:
        said = (
            f"a percentage is printed on a base of {say(context, pair.bottom)}; under "
            f"{SMALLEST_BASE} only the counts should be given."
        )
    else:
        step = number(Fraction(round_half_up(100 / base, 1)))
        said = (
            f"{printed(share)} is printed to {_in_words(decimals)} decimals on a base of "
            f"{say(context, pair.bottom)}, where one more or less moves it by {step} percentage "
            "points."
        )
    yield context.flag("note", DECIMALS, share, f"{about(context, share)}: {said}")


def _unlike(context: Context, share: Figure, pair: Pair) -> Iterator[Flag]:
    """Periods, areas or things counted that differ above and below the line."""
    top, bottom = (context.measure(each.first) for each in (pair.top, pair.bottom))
    periods = pair.top.period != pair.bottom.period
    areas = pair.top.first.area != pair.bottom.first.area
    units = top.unit != bottom.unit and not inside(context.dictionary, top, bottom.id)
    if not (periods or areas or units):
        return
    above, below = (
        plural(measure.unit)
        + (f" {_when(each)}" if periods else "")
        + (f" in {context.areas[each.first.area].name}" if areas else "")
        for measure, each in ((top, pair.top), (bottom, pair.bottom))
    )
    different = ["the periods"] * periods + ["the areas"] * areas + ["the things counted"] * units
    rough = "a ratio, not a share of one in the other" if units else "only roughly a share"
    said = f"{above} divided by {below}. As {join_words(different)} differ, this is {rough}."
    rule = PERIODS if periods else AREAS if areas else UNITS
    severity: Severity = "note" if rule == UNITS else "warning"
    bare = replace(share, dimension="", category="")
    yield context.flag(severity, rule, share, f"{about(context, bare)}: {said}")


def _when(quantity: Quantity) -> str:
    period = quantity.period
    return f"{'counted at' if period.is_point else 'of'} {period.words()}"


def inside(dictionary: Dictionary, part: Measure, whole: str) -> bool:
    """Whether the data dictionary counts one measure inside another, directly or not."""
    return part.id == whole or any(
        inside(dictionary, dictionary[each], whole) for each in part.rules.part_of
    )


def _no_base(context: Context, shares: list[Figure]) -> Flag:
    first = replace(shares[0], category="")
    periods = list(dict.fromkeys(each.period for each in shares))
    subject = f"{about(context, first, when=runs(periods))}: "
    if len(shares) == 1 and context.measure(first).claims:
        return context.flag("note", NO_BASE, first, subject + _half_known(context, shares[0]))
    said = "printed without the counts behind it, so it cannot be checked and has no interval."
    return context.flag("note", NO_BASE, first, subject + said)


def _half_known(context: Context, share: Figure) -> str:
    """What is missing, and what base the percentage implies where its numerator is known."""
    numerator, denominator = context.measure(share).claims
    where = (share.period, share.area, share.partner)
    top, bottom = (context.figures.total(name, *where) for name in (numerator, denominator))
    bases = None
    if top and top.value and not share.dimension and context.open(top):
        bases = implied_bases(share, top.value)
    base = top and bases and replace(top.first, measure=denominator, value=Fraction(bases[0]))
    if top and bases and base and not context.hides(base):
        shown = between(Fraction(bases[0]), Fraction(bases[1]))
        return (
            f"{printed(share)} is printed without the number it divides by; with "
            f"{counted(context, top)} above the line that must have been {shown}."
        )
    missing = "its numerator" if bottom and not top else "the counts behind it"
    return f"printed without {missing}, so it cannot be checked and has no interval."


def implied_bases(share: Figure, top: Fraction) -> tuple[int, int] | None:
    """The least and the greatest whole number on which `top` gives the percentage printed."""
    half = Fraction(1, 2 * 10 ** decimals_printed(share))
    if share.value is None or share.value <= half:
        return None
    least = (100 * top / (share.value + half)).__floor__() + 1
    most = (100 * top / (share.value - half)).__floor__()
    return (least, most) if least <= most else None


def _hundred(context: Context, shares: list[Figure]) -> Iterator[Flag]:
    first = shares[0]
    names = context.measure(first).dimensions[first.dimension].categories
    values = [each.value for each in shares if each.value is not None]
    if len(values) != len(shares):
        return
    whole, total = len(shares) == len(names), sum(values, Fraction(0))
    reach = sum((Fraction(1, 2 * 10 ** decimals_printed(each)) for each in shares), Fraction(0))
    explained = abs(total - 100) <= reach and _rounding_explains(context, shares)
    if total == 100 or explained or (not whole and total < 100 + reach):
        return
    subject = about(context, replace(first, category=""))
    shown = f"{number(total)}%"
    said = f"one answer each, yet the shares printed sum to {shown}"
    said += ", which rounding does not explain." if whole else ", without every category."
    yield context.flag("warning", NOT_100, first, f"{subject}: {said}")


def _rounding_explains(context: Context, shares: list[Figure]) -> bool:
    """Whether the shares, rounded from their counts, sum to just what is printed."""
    pairs = [find_pair(context, each) for each in shares]
    exact = [pair.exact for pair in pairs if pair]
    if len(exact) != len(shares) or any(each is None for each in exact):
        return True
    rounded = [
        Fraction(round_half_up(each or Fraction(0), decimals_printed(share)))
        for each, share in zip(exact, shares, strict=True)
    ]
    return sum(rounded) == sum(_printed_value(each) for each in shares)


def _in_words(decimals: int) -> str:
    return {2: "two", 3: "three"}.get(decimals, str(decimals))
