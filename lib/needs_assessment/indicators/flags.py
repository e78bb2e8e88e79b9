"""Cautions that follow from how an indicator was computed, by rule."""

from dataclasses import asdict, dataclass

from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import Period


@dataclass(frozen=True)
class Flag:
    """A caution for the checks annex: `severity` is error, warning or note."""

    severity: str
    rule: str
    subject: str
    sentence: str
    file: str = ""
    sheet: str = ""
    row: int | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def flag_indicator(indicator: Indicator, edition: Period) -> list[Flag]:
    """Unlike periods, periods other than the edition's, ratios of unlike things, gaps."""
    flags = []
    name = indicator.definition.name
    top, bottom = indicator.numerator, indicator.denominator
    place = _place(indicator)
    if indicator.status == "unavailable":
        return [Flag("note", "gap", indicator.id, f"{name}: {indicator.reason}.")]
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
    if indicator.definition.kind == "ratio":
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


def _place(indicator: Indicator) -> dict[str, object]:
    if not indicator.cells:
        return {}
    source = indicator.cells[0].source
    return {"file": source.file, "sheet": source.sheet, "row": source.row}
