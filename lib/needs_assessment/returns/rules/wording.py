"""How a rule speaks: names, periods, places and numbers in sentences fit for an annex."""

import re
from fractions import Fraction

from needs_assessment.display import decimal_places, format_number, join_words
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.rules.figures import Context, Figure, Quantity

HIDDEN = "a hidden count"

_MOST_PRINTED = 6
_IRREGULAR = {"person": "people", "child": "children"}


def about(context: Context, figure: Figure, *, period: Period | None = None, when: str = "") -> str:
    """What a figure is: “MARAC cases by referring agency (Police), quarter 2 of 2024-25”.

    The council's own area goes without saying. `period`, or `when` in words, stands for the
    figure's own period.
    """
    parts = [named(context, figure), when or (period or figure.period).words()]
    if figure.area != context.own_area:
        parts.append(context.areas[figure.area].name)
    return ", ".join(parts)


def named(context: Context, figure: Figure) -> str:
    """The measure's name, with the category."""
    measure = context.measure(figure)
    if not figure.category:
        return measure.name
    dimension = measure.dimensions.get(figure.dimension)
    category = dimension.categories.get(figure.category) if dimension else None
    return f"{measure.name} ({category or figure.category})"


def number(value: Fraction, unit: str = "") -> str:
    """A number as printed, with the decimals it has, four at most; pounds from one million up in
    millions.
    """
    sign = unit if unit in ("%", "£") else ""
    shown = value / 1_000_000 if sign == "£" and abs(value) >= 1_000_000 else value
    return format_number(value, decimal_places(shown, 4), unit=sign)


def between(least: Fraction, most: Fraction) -> str:
    """A whole number known only within limits: “97”, “356 or 357”, “96 to 99”."""
    if least == most:
        return number(least)
    return f"{number(least)} {'or' if most - least == 1 else 'to'} {number(most)}"


def say(context: Context, figure: Figure | Quantity) -> str:
    """The number that a figure stands for, or “a hidden count” where it may not be printed."""
    first = figure if isinstance(figure, Figure) else figure.first
    if not context.open(figure):
        return HIDDEN
    value = figure.value if isinstance(figure, Figure) else figure.nominal
    figures = (figure,) if isinstance(figure, Figure) else figure.figures
    shown = number(value or Fraction(0), context.measure(first).unit)
    return f"about {shown}" if any(each.approximate for each in figures) else shown


def counted(context: Context, quantity: Quantity) -> str:
    """A number with its unit: “31 children”, or “a hidden count of children”."""
    unit = context.measure(quantity.first).unit
    shown = say(context, quantity)
    if shown == HIDDEN:
        return f"{HIDDEN} of {plural(unit)}"
    return f"{shown} {unit if shown == '1' else plural(unit)}"


def printed(figure: Figure) -> str:
    """A percentage as the partner printed it, with its own decimals and one % sign."""
    if is_unrounded(figure) and figure.value is not None:
        return number(figure.value, "%")
    return f"{figure.raw.strip().removesuffix('%')}%"


def decimals_printed(figure: Figure) -> int:
    """How many decimals the partner printed, six at most: a spreadsheet gives more, unrounded."""
    return min(_decimals(figure), _MOST_PRINTED)


def is_unrounded(figure: Figure) -> bool:
    """Whether the figure is as a spreadsheet worked it out, not as somebody printed it."""
    return _decimals(figure) > _MOST_PRINTED


def _decimals(figure: Figure) -> int:
    digits = re.search(r"\.(\d+)", figure.raw)
    return len(digits[1]) if digits else 0


def runs(periods: list[Period]) -> str:
    """Periods in words, neighbours joined: “April 2017 and January to March 2018”."""
    return join_words(run_words(periods))


def run_words(periods: list[Period]) -> list[str]:
    """Periods in words, with those that follow each other put together."""
    found: list[list[Period]] = []
    for each in periods:
        last = found[-1][-1] if found else None
        if last and last.months == each.months and (each.start - last.end).days == 1:
            found[-1].append(each)
        else:
            found.append([each])
    return [_run(run[0], run[-1]) for run in found]


def _run(first: Period, last: Period) -> str:
    if first == last:
        return first.words()
    if first.months == 1:
        year = "" if first.start.year == last.start.year else f" {first.start.year}"
        return f"{first.start:%B}{year} to {last.words()}"
    if first.months == 3 and first.start.month % 3 == 1:
        whole = parse_period(f"{first.start:%Y-M%m}..{last.end:%Y-M%m}")
        if "Q" in whole.text:
            return whole.words()
    return f"{first.words()} to {last.words()}"


def plural(unit: str) -> str:
    """The unit for several: “crimes or incidents”, “clients in a quarter”, “families”."""
    return " or ".join(_plural_noun(part) for part in unit.split(" or "))


def _plural_noun(text: str) -> str:
    noun, _, rest = text.partition(" in ")
    first, _, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ies"
    elif not last.endswith("s"):
        last = f"{last}s"
    return f"{first} {last}".strip() + (f" in {rest}" if rest else "")
