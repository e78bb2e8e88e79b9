"""Why numbers are hidden, in sentences for the analyst, who may know what readers may not.

No sentence holds a hidden number. None may go into a report: they say which hidden numbers are
small ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from needs_assessment.disclosure.cells import Key
from needs_assessment.display import join_words
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.statistic import AND

_REASONS = {
    "small": "too small to be shown",
    "group": "all of a small group",
    "confidential": "withheld by the partner",
    "part": "part of a count too small to be broken down",
    "area": "never shown for a part of the area",
    "dominated": "one contributor's, or mostly one contributor's",
    "follows": "would give away a hidden count",
}
_MOST = 4


@dataclass(frozen=True)
class Summary:
    """How much of an edition is hidden: numbers of tables, cells and indicators.

    `tables` with something to show, `cells` in them, `small` hidden by the rule itself (withheld by
    partners and the like among them), `secondary` hidden to protect those (zeros among the parts of
    small counts too), `indicators` hidden.
    """

    tables: int
    cells: int
    small: int
    secondary: int
    indicators: int

    def words(self) -> str:
        return (
            f"{self.cells:,} cells in {self.tables} tables: {self.small} hidden by the rule, "
            f"{self.secondary} more so that these cannot be worked out; {self.indicators} "
            f"indicator{'' if self.indicators == 1 else 's'} hidden."
        )


def summarise(store: Mapping[str, Any]) -> Summary:
    """How much of a store's JSON is hidden."""
    cells = store["cells"]
    reasons = [cell["why"]["reason"] for cell in cells if cell["why"]]
    return Summary(
        tables=len({_table(cell) for cell in cells}),
        cells=len(cells),
        small=sum(reason not in ("secondary", "part") for reason in reasons),
        secondary=reasons.count("secondary") + reasons.count("part"),
        indicators=sum(bool(entry["why"]) for entry in store["indicators"]),
    )


def explain(store: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is hidden, and why: pairs of a table, or an indicator, and sentences; then what could
    not be protected, because readers know too much already.
    """
    words = _Words(store)
    tables: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for cell in store["cells"]:
        if cell["why"]:
            tables.setdefault(_table(cell), []).append(cell)
    lines = [(words.table(*table), words.said(cells)) for table, cells in tables.items()]
    lines += [
        (entry["name"], f"Indicator hidden, since {words.rests(entry['why'])}.")
        for entry in store["indicators"]
        if entry["why"]
    ]
    return lines + [
        (
            words.statistic(key),
            "Hidden, and yet readers may be able to work it out, from what is published already or "
            "has to be shown. All that this table could show is hidden with it.",
        )
        for key in store["exposed"]
    ]


def _table(cell: Mapping[str, Any]) -> tuple[str, str, str]:
    return cell["measure"], cell["area"], cell["dimension"]


class _Words:
    def __init__(self, store: Mapping[str, Any]):
        self._measures = {each["id"]: each for each in store["measures"]}
        self._own = store["council"]["code"]

    def table(self, measure: str, area: str, dimension: str) -> str:
        held = self._measures[measure]
        labels = [
            held["dimensions"][name]["label"].lower()
            for name in dimension.split(AND)
            if name in held["dimensions"]
        ]
        by = f", by {join_words(labels)}" if labels else ""
        return f"{held['name']}{by}{self._elsewhere(area)}"

    def said(self, cells: list[dict[str, Any]]) -> str:
        """What is hidden of one table."""
        parts = []
        for reason, meaning in _REASONS.items():
            found = [cell for cell in cells if cell["why"]["reason"] == reason]
            if found:
                parts.append(f"{len(found)} hidden, {meaning} ({self._places(found)}).")
        for cell in cells:
            if cell["why"]["reason"] == "secondary":
                place = self._places([cell])
                parts.append(f"{place[:1].upper()}{place[1:]}: hidden, {self._protects(cell)}.")
        return " ".join(parts)

    def rests(self, why: Mapping[str, Any]) -> str:
        if why["reason"] == "small":
            return "it is too small to be shown"
        return f"it rests on {self._listed(why['keys'])}"

    def statistic(self, key: str) -> str:
        """A statistic by its key, in words."""
        *kind, measure, period, area, dimension, category = key.split("|")
        if measure not in self._measures:
            return key
        name = f"{self._measures[measure]['name']}"
        label = self._label(measure, dimension, category)
        when = parse_period(period).words()
        said = f"{name}{f' ({label})' if label else ''}, {when}{self._elsewhere(area)}"
        return f"what is left of a whole without {said}" if kind[:1] == ["rest"] else said

    def _protects(self, cell: Mapping[str, Any]) -> str:
        keys = cell["why"]["keys"]
        if not keys:
            return "as an earlier published version hides it"
        own = [dict(zip(Key._fields, key.split("|"), strict=False)) for key in keys]
        if all("category" in key and _table(key) == _table(cell) for key in own):
            return f"so that it does not give away {self._places(own)}"
        return f"so that it does not give away {self._listed(keys)}"

    def _listed(self, keys: Iterable[str]) -> str:
        said = [self.statistic(key) for key in keys]
        rest = len(said) - _MOST
        if rest > 1:
            said = [*said[:_MOST], f"{rest} others"]
        return join_words(said) or "a hidden count"

    def _places(self, cells: Iterable[Mapping[str, Any]]) -> str:
        """Cells of a table by category and period: “Health: quarters 1 and 3 of 2024-25”."""
        groups: dict[str, list[Period]] = {}
        for cell in cells:
            label = self._label(cell["measure"], cell["dimension"], cell["category"])
            groups.setdefault(label, []).append(parse_period(cell["period"]))
        return "; ".join(
            f"{label}: {_when(periods)}" if label else _when(periods)
            for label, periods in groups.items()
        )

    def _label(self, measure: str, dimension: str, category: str) -> str:
        held = self._measures[measure]["dimensions"]
        pairs = zip(dimension.split(AND), category.split(AND), strict=False)
        return ", ".join(
            held[name]["categories"].get(value, value) if name in held else value
            for name, value in pairs
            if value
        )

    def _elsewhere(self, area: str) -> str:
        return "" if area == self._own else f", {area}"


def _when(periods: Iterable[Period]) -> str:
    """Periods in words, quarters of a year together."""
    years: dict[str, list[str]] = {}
    others = []
    for period in sorted(periods):
        year, _, quarter = period.text.partition(" Q")
        if quarter and period.months == 3:
            years.setdefault(year, []).append(quarter)
        else:
            others.append(period.words())
    said = [
        f"quarter{'s' if len(quarters) > 1 else ''} {join_words(quarters)} of {year}"
        for year, quarters in years.items()
    ]
    return join_words([*said, *others])
