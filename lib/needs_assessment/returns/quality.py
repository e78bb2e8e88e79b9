"""How good each return is: what it covers, how complete, how late, and who checked it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from needs_assessment.council import Return
from needs_assessment.display import join_words
from needs_assessment.flags import Flag
from needs_assessment.periods import Period
from needs_assessment.returns.quotes import Quote
from needs_assessment.returns.rules.figures import Context, Figure, add, stretches
from needs_assessment.returns.rules.wording import run_words, runs

LEVELS = {"poor": 1, "sufficient": 2, "high": 3}

_NOTHING = "not available"
_NO_NUMBER = (_NOTHING, "not applicable")


@dataclass(frozen=True)
class Quality:
    """One return, in words fit for the data-quality chapter.

    `rating` is what whoever checked it gave (poor, sufficient, high, not stated), `level` the same
    from 1 to 3. `given` of `expected` values hold something; `missing` says what does not.
    `days` counts from the end of the latest period covered to the day of receipt.
    """

    file: str
    partner: str
    nature: str
    received: str
    rating: str
    level: int | None
    checked_by: str
    note: str
    periods: str
    areas: str
    expected: int
    given: int
    missing: tuple[str, ...]
    days: int | None
    timeliness: str
    suppression: str
    warnings: int
    notes: int

    @property
    def completeness(self) -> str:
        return f"{self.given} of {self.expected} values" if self.expected else "no values"

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "completeness": self.completeness}


def rate_returns(
    returns: dict[str, Return],
    context: Context,
    flags: Iterable[Flag],
    quotes: Iterable[Quote] = (),
) -> list[Quality]:
    """The returns of an edition by file name, each with what `flags` found in it.

    A return of `quotes` is rated by these: each that could be read counts as a value.
    """
    flags, rated = list(flags), []
    words = Counter(each.file for each in quotes)
    for name, settings in sorted(returns.items()):
        found = [each for each in flags if each.file.endswith(f"/{name}")]
        rated.append(_rate(name, settings, context, found, words[f"{context.folder}{name}"]))
    return rated


def _rate(name: str, settings: Return, context: Context, flags: list[Flag], quotes: int) -> Quality:
    figures = [each for each in context.figures.all if each.file == f"{context.folder}{name}"]
    expected, given, missing = _completeness(context, figures)
    areas = dict.fromkeys(context.areas[each.area].name for each in figures)
    ends = [each.period.end for each in figures] or [context.edition.end] * bool(quotes)
    days = (settings.received - max(ends)).days if ends else None
    return Quality(
        file=name,
        partner=settings.partner,
        nature=settings.nature,
        received=settings.received.isoformat(),
        rating=settings.quality,
        level=LEVELS.get(settings.quality),
        checked_by=settings.checked_by,
        note=settings.note,
        periods=_periods({each.period for each in figures}, context.edition),
        areas=join_words(list(areas)),
        expected=expected + quotes,
        given=given + quotes,
        missing=tuple(missing),
        days=days,
        timeliness=_timeliness(days),
        suppression=_suppression(context, figures),
        warnings=sum(each.severity == "warning" for each in flags),
        notes=sum(each.severity == "note" for each in flags),
    )


def _completeness(context: Context, figures: list[Figure]) -> tuple[int, int, list[str]]:
    """How many values a return should hold, how many it does, and what is missing."""
    blocks: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in figures:
        key = (figure.measure, figure.area, figure.dimension)
        blocks.setdefault(key, []).append(figure)
    expected = given = 0
    missing: list[str] = []
    for block in blocks.values():
        periods, categories = _periods_expected(context, block), _categories(context, block)
        held = {(each.period, each.category) for each in block if each.status != _NOTHING}
        name = _block_name(context, block[0])
        cells = [
            (period, each)
            for period in periods
            for each in categories
            if (period, each) in held or not _covered(period, each, held)
        ]
        expected += len(cells)
        given += sum(cell in held for cell in cells)
        present = {period for period, _ in held}
        gone = [each for each in periods if each not in present]
        if gone:
            missing.append(f"{name}: {runs(gone)}")
        labels = _labels(context, block[0])
        absent = [
            each for each in categories if all((period, each) not in held for period in present)
        ]
        if absent and present:
            missing.append(f"{name}: {join_words([labels.get(each, each) for each in absent])}")
        lacking: dict[tuple[Period, ...], list[str]] = {}
        for each in categories:
            without = tuple(
                period
                for period in periods
                if period in present and (period, each) in cells and (period, each) not in held
            )
            if without and each not in absent:
                lacking.setdefault(without, []).append(labels.get(each, each))
        for without, names in lacking.items():
            missing.append(f"{name}: {join_words(names)} for {runs(list(without))}")
    return expected, given, missing


def _covered(period: Period, category: str, held: set[tuple[Period, str]]) -> bool:
    """Whether a category was given for a longer stretch, or for all parts of a period."""
    longer = any(
        other == category and period != each and not each.is_point and period.within(each)
        for each, other in held
    )
    cuts = [cut for cut in stretches(period) if cut]
    return longer or any(all((each, category) in held for each in cut) for cut in cuts)


def _periods_expected(context: Context, block: list[Figure]) -> list[Period]:
    """The periods given; in a series of several quarters or months, all of the edition's."""
    periods = sorted({each.period for each in block})
    for cut in stretches(context.edition):
        if sum(each in periods for each in cut) > 1 and context.edition not in periods:
            periods = sorted({*periods, *cut})
    return periods


def _categories(context: Context, block: list[Figure]) -> list[str]:
    """The categories given; all of a breakdown that adds up, unless those given make the total."""
    first = block[0]
    given = list(dict.fromkeys(each.category for each in block))
    dimension = context.measure(first).dimensions.get(first.dimension)
    if dimension is None or (dimension.answers, dimension.adds_up) != ("one", True):
        return given
    for period in {each.period for each in block}:
        total = context.figures.quantity(first.measure, period, first.area)
        parts = add([each for each in block if each.period == period])
        if total is None or not parts.meets(total):
            return list(dimension.categories)
    return given


def _block_name(context: Context, figure: Figure) -> str:
    measure = context.measure(figure)
    dimension = measure.dimensions.get(figure.dimension)
    name = f"{measure.name}, by {dimension.label.lower()}" if dimension else measure.name
    if figure.area != context.own_area:
        name += f", {context.areas[figure.area].name}"
    return name


def _labels(context: Context, figure: Figure) -> dict[str, str]:
    dimension = context.measure(figure).dimensions.get(figure.dimension)
    return dimension.categories if dimension else {}


def _periods(periods: set[Period], edition: Period) -> str:
    """The periods covered: “2024-25, 2024-25 by quarter and 31 March 2025”."""
    words = []
    rest = set(periods)
    for cut, name in zip(stretches(edition), ("quarter", "month"), strict=False):
        if cut and rest.issuperset(cut):
            rest -= set(cut)
            words.append(f"{edition.words()} by {name}")
    return join_words([*run_words(sorted(rest)), *words])


def _timeliness(days: int | None) -> str:
    if days is None:
        return "nothing received"
    if days < 0:
        return "received before the period ended"
    if days < 120:
        return f"{days} days after the period ended"
    months = round(days / 30.4)
    if months < 24:
        return f"{months} months after the period ended"
    return f"{round(months / 12)} years after the period ended"


def _suppression(context: Context, figures: list[Figure]) -> str:
    by_partner = sum(each.value is None and each.status not in _NO_NUMBER for each in figures)
    here = sum(each.value is not None and context.hides(each) for each in figures)
    parts = []
    if by_partner:
        parts.append(f"{by_partner} suppressed by the partner")
    if here:
        parts.append(f"{here} not shown here")
    return join_words(parts) or "none"
