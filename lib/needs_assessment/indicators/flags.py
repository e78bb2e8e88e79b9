"""Cautions that follow from how an indicator was computed, by rule."""

from collections.abc import Iterable
from datetime import timedelta

from needs_assessment.display import (
    decimal_places,
    estimate_words,
    format_number,
    join_words,
    round_half_up,
)
from needs_assessment.flags import GAP, Flag
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import Period, parse_period
from needs_assessment.reference import population_date

# Estimates come out more than a year after the middle of the year that they are for.
_APART = timedelta(days=548)


def flag_indicator(indicator: Indicator, basis: Basis) -> list[Flag]:
    """Unlike periods, periods other than the edition's, ratios of unlike things, gaps.

    Also benchmarks and surveys of another period, and populations more than a year and a half away.
    """
    flags = []
    edition = basis.period
    name = indicator.definition.name
    top, bottom = indicator.numerator, indicator.denominator
    place = _place(indicator)
    if indicator.status == "unavailable":
        if indicator.definition.optional:
            return []
        return [Flag("note", GAP, indicator.id, f"{name}: {indicator.reason}.")]
    if top and top.filled:
        flags.append(
            Flag(
                "warning",
                "filled quarter",
                indicator.id,
                f"{name}: a quarter is missing and is taken to be like the quarter before it.",
                **place,
            )
        )
    changes = indicator.definition.kind == "change"
    standing = bottom and any(
        basis.dictionary[cell.measure].over_time in ("stands", "last") for cell in bottom.cells
    )
    if top and bottom and not changes and not standing and top.period != bottom.period:
        flags.append(
            Flag(
                "warning",
                "unlike periods",
                indicator.id,
                f"{name}: what is divided is for {top.period.words()}, what it is divided by for "
                f"{bottom.period.words()}.",
                **place,
            )
        )
    if top and not top.period.is_point and top.period != edition:
        flags.append(
            Flag(
                "note",
                "other period",
                indicator.id,
                f"{name}: the figure is for {top.period.words()}, not for {edition.words()}.",
                **place,
            )
        )
    if indicator.definition.kind == "ratio" and indicator.status != "reported":
        flags.append(
            Flag(
                "note",
                "ratio",
                indicator.id,
                f"{name}: a ratio of two different things, not a share, so it has no interval.",
                **place,
            )
        )
    if any(cell.status == "approximate" for cell in indicator.cells):
        flags.append(
            Flag(
                "note",
                "approximate",
                indicator.id,
                f"{name}: the source gives an approximate number.",
                **place,
            )
        )
    if indicator.lower is not None and any(
        each.basis == "derived" for each in indicator.populations
    ):
        flags.append(
            Flag(
                "note",
                "derived population",
                indicator.id,
                f"{name}: the population is derived and good to about half a per cent.",
                **place,
            )
        )
    said = _of_other_periods(indicator, edition)
    if said:
        period = _period(indicator, edition).words()
        sentence = f"{name}: it {said}, while the figure is for {period}."
        flags.append(
            Flag("note", "reference figures of another period", indicator.id, sentence, **place)
        )
    return flags


def _period(indicator: Indicator, edition: Period) -> Period:
    return indicator.numerator.period if indicator.numerator else edition


def _of_other_periods(indicator: Indicator, edition: Period) -> str:
    """The populations and surveys that an indicator rests on, and the averages it is compared with,
    that are not of its own period; nothing when all are.
    """
    period = _period(indicator, edition)
    middle = period.start + (period.end - period.start) / 2
    rests = [
        *(
            f"the population of {estimate_words(estimate)}"
            for estimate in dict.fromkeys(each.estimate for each in indicator.populations)
            if abs(population_date(estimate) - middle) > _APART
        ),
        *(
            f"the survey of {survey.words()}"
            for survey in dict.fromkeys(each.period for each in indicator.surveys)
            if survey != period
        ),
    ]
    compared = [
        f"“{each.benchmark.name}” of {parse_period(each.value.period).words()}"
        for each in indicator.comparisons
        if each.benchmark.kind == "average"
        if each.value.period and each.value.period != period.text
    ]
    parts = [
        f"{verb} {join_words(things)}"
        for verb, things in (("rests on", rests), ("is compared with", compared))
        if things
    ]
    return join_words(parts)


def flag_printed(indicators: Iterable[Indicator], basis: Basis) -> list[Flag]:
    """Figures that a partner printed and that this edition's population does not give.

    Percentages that claim counts of the same returns are left to the rules on returns.
    """
    flags = []
    for indicator in indicators:
        entry = indicator.definition
        statistic = basis.reported(entry.reported) if entry.reported else None
        if statistic is None or statistic.value is None or indicator.value is None:
            continue
        if not indicator.populations or statistic.status == "approximate":
            continue
        decimals = decimal_places(statistic.value)
        if round_half_up(indicator.value, decimals) == statistic.value:
            continue
        source = statistic.cells[0].source
        printed, found = (
            format_number(each, decimals, unit=entry.unit)
            for each in (statistic.value, indicator.value)
        )
        flags.append(
            Flag(
                "warning",
                "printed otherwise",
                indicator.id,
                f"{entry.name}: {printed} is printed; on {indicator.populations[0].words()}, it is "
                f"{found}. The result moves with the population that is used.",
                source.file,
                source.sheet,
                source.row,
            )
        )
    return flags


def _place(indicator: Indicator) -> dict[str, object]:
    if not indicator.cells:
        return {}
    source = indicator.cells[0].source
    return {"file": source.file, "sheet": source.sheet, "row": source.row}
