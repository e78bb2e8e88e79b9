"""A number in a chapter's frame that still knows which statistic it is."""

from collections.abc import Sequence
from typing import Any


class Cell(float):
    """A shown statistic: a float (NaN where there is no number) with its `display`, such as
    “12” or “[c]”, its `key`, `nature`, `partners` and `sources`, and, where it has them, the ends
    of its 95 % interval (`lower`, `upper`) and of its 99.8 % interval (`wide_lower`,
    `wide_upper`). `name` says what it is where its row does not: that of a benchmark. `period`
    says in words what an indicator's number is for, such as “calendar year 2017”.

    Arithmetic gives a plain float: what a notebook computes itself is no statistic any more,
    and `chapter.table` refuses it.
    """

    display: str
    key: str
    nature: str
    sources: list[dict[str, Any]]
    indicator: str
    partners: tuple[str, ...]
    lower: float | None
    upper: float | None
    wide_lower: float | None
    wide_upper: float | None
    name: str
    period: str

    def __new__(
        cls,
        value: float | None,
        display: str,
        *,
        key: str = "",
        nature: str = "published",
        sources: list[dict[str, Any]] | None = None,
        indicator: str = "",
        partners: Sequence[str] = (),
        interval: tuple[float | None, float | None] = (None, None),
        wide: tuple[float | None, float | None] = (None, None),
        name: str = "",
        period: str = "",
    ) -> "Cell":
        cell = super().__new__(cls, float("nan") if value is None else value)
        cell.display = display
        cell.key = key
        cell.nature = nature
        cell.sources = sources or []
        cell.indicator = indicator
        cell.partners = tuple(partners)
        cell.lower, cell.upper = interval
        cell.wide_lower, cell.wide_upper = wide
        cell.name = name
        cell.period = period
        return cell

    def __repr__(self) -> str:
        return self.display

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return self.display if not specification else format(float(self), specification)
