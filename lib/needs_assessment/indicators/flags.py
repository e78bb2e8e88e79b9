"""Cautions that follow from how an indicator was computed, by rule."""

from needs_assessment.display import decimal_places, format_number, round_half_up
from needs_assessment.flags import GAP, Flag
from needs_assessment.indicators.compute import Basis
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import Period


def flag_indicator(indicator: Indicator, edition: Period) -> list[Flag]:
    """Unlike periods, periods other than the edition's, ratios of unlike things, gaps."""
    flags = []
    name = indicator.definition.name
    top, bottom = indicator.numerator, indicator.denominator
    place = _place(indicator)
    if indicator.status == "unavailable":
        return [Flag("note", GAP, indicator.id, f"{name}: {indicator.reason}.")]
    changes = indicator.definition.kind == "change"
    if top and bottom and not changes and top.period != bottom.period:
        flags.append(
            Flag(
                "warning",
                "unlike periods",
                indicator.id,
                f"{name}: the numerator is for {top.period.words()}, the denominator for "
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
                f"{name}: the numerator does not lie inside the denominator, so it is a ratio "
                "without an interval.",
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
    return flags


def flag_printed(indicators: list[Indicator], basis: Basis) -> list[Flag]:
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
