"""Indicators that moved between a published version and the draft: how far, and why."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from needs_assessment.changes.mixing import Block, Recomputed
from needs_assessment.changes.parts import NEW, PROGRAM, REVISED, Part, take_apart
from needs_assessment.changes.shown import Shown, exact
from needs_assessment.changes.versions import PublishedVersion
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.indicators import intervals
from needs_assessment.indicators.result import Indicator

Entry = dict[str, Any]

NO_CLEAR_CHANGE = "no clear change"
NOT_TESTED = "not tested"
CORRECTED = "corrected"
NOW_AVAILABLE = "now available"


@dataclass(frozen=True)
class Move:
    """An indicator, or a row of a breakdown, that is not what was published.

    `published` and `draft` are its entries in the two protected stores, None where one has none.
    `change` is the difference of the values in the unit of the indicator, None where either is not
    shown or is no number. `interval` is the 95 % interval of the change: of the ratio less 1 for
    counts and rates, as fractions of 1 (`relative`), else of the difference in the unit. `word`:
    higher, lower, no clear change, not tested, corrected (of the same period), or what became of
    it. `parts` add up to `change`; None when causes are not known. `decimals` are those of all
    this; `breakdown` names the breakdown that a row is of.
    """

    id: str
    published: Entry | None
    draft: Entry | None
    change: Fraction | None
    interval: tuple[float, float] | None
    relative: bool
    word: str
    parts: tuple[Part, ...] | None
    decimals: int
    breakdown: str = ""

    @property
    def entry(self) -> Entry:
        """The entry of the draft, or of the published version where the draft has none."""
        found = self.draft or self.published
        assert found is not None
        return found

    @property
    def shown(self) -> bool:
        """Whether neither version hides it."""
        return not any(
            entry and entry["status"] == "suppressed" for entry in (self.published, self.draft)
        )


def find_moves(
    version: PublishedVersion,
    draft: ProtectedStore,
    recomputed: Recomputed,
    causes_known: bool,
) -> list[Move]:
    """The indicators and rows that moved, in the order of the draft, those given up last. Causes
    that made up for one another are a move too.

    Without the inputs of the published version (`causes_known` false), parts are None.
    """
    published = version.store
    before, now = dict(_entries(published)), dict(_entries(draft))
    same_period = version.period.text == draft.data["edition"]["period"]
    people = {key for key, entry in draft.measures.items() if entry["protect"]}
    shown = Shown(published, draft)
    moves = []
    for key in [*now, *(each for each in before if each not in now)]:
        (label, old), (_, new) = before.get(key, ("", None)), now.get(key, ("", None))
        parts = _parts(key, old, new, shown, recomputed) if causes_known else None
        if old and new and _same(old, new) and not parts:
            continue
        label = now[key][0] if key in now else label
        moves.append(_move(key, old, new, parts, recomputed, people, label, same_period))
    return moves


def _entries(store: ProtectedStore) -> Iterator[tuple[str, tuple[str, Entry]]]:
    """Every entry by id, with the name of the breakdown it is a row of."""
    for key, entry in store.indicators.items():
        yield key, ("", entry)
    for group in store.breakdowns.values():
        for row in (*group["rows"], *group["missing"]):
            yield row["id"], (group["name"], {"chapter": group["chapter"], **row})


def _same(old: Entry, new: Entry) -> bool:
    told = ("value", "display", "status")
    return all(old[name] == new[name] for name in told) and _compared(old) == _compared(new)


def _compared(entry: Entry) -> tuple[Any, ...] | None:
    held = entry["benchmark"]
    return held and (held["id"], held["value"], held["lower"], held["upper"], held["comparison"])


def _move(
    key: str,
    old: Entry | None,
    new: Entry | None,
    parts: tuple[Part, ...] | None,
    recomputed: Recomputed,
    people: set[str],
    breakdown: str,
    same_period: bool,
) -> Move:
    change = _difference(old, new)
    today = _last(recomputed).get(key)
    decimals = _decimals(today, old, new)
    if old is None or new is None or change is None:
        word = _became(old, new)
        return Move(key, old, new, None, None, False, word, None, decimals, breakdown)
    tested = bool(today) and all(cell.measure in people for cell in today.cells)
    like = _alike(old, new) and not _method(parts)
    interval, relative = _interval(old, new) if tested and like else (None, False)
    period = new["numerator_period"]
    if same_period or (period and old["numerator_period"] == period):
        word, interval, relative = CORRECTED if change else "the same", None, False
    elif interval is None:
        word = NOT_TESTED if change else "the same"
    elif interval[0] <= 0 <= interval[1]:
        word = NO_CLEAR_CHANGE
    else:
        word = "higher" if interval[0] > 0 else "lower"
    return Move(key, old, new, change, interval, relative, word, parts, decimals, breakdown)


def _difference(old: Entry | None, new: Entry | None) -> Fraction | None:
    if not old or not new or old["value"] is None or new["value"] is None:
        return None
    return exact(new["value"]) - exact(old["value"])


def _decimals(indicator: Indicator | None, *entries: Entry | None) -> int:
    """The decimals of an indicator; fewer, or below 0, where it is printed to so many figures."""
    if indicator is None:
        return 0
    places = [indicator.definition.decimals]
    figures = indicator.definition.significant
    for entry in entries:
        if figures and entry and entry["status"] == "approximate" and entry["value"]:
            places.append(figures - 1 - math.floor(math.log10(abs(entry["value"]))))
    return min(places)


def _became(old: Entry | None, new: Entry | None) -> str:
    if old is None:
        return "new in the draft"
    if new is None:
        return "no longer given"
    if "suppressed" in (old["status"], new["status"]):
        return "not shown"
    if new["status"] == "unavailable":
        return "no longer available"
    return NOW_AVAILABLE if old["status"] == "unavailable" else NOT_TESTED


def _alike(old: Entry, new: Entry) -> bool:
    """Whether two entries say the same of another period."""
    told = ("kind", "unit", "multiplier", "definition")
    return all(old[name] == new[name] for name in told)


def _method(parts: tuple[Part, ...] | None) -> bool:
    return any(cause.startswith("changed method") for part in parts or () for cause in part.causes)


def _interval(old: Entry, new: Entry) -> tuple[tuple[float, float] | None, bool]:
    """The interval of the change, and whether it is that of a ratio.

    Counts and rates: of the ratio of two counts, a rate's with its bases. Proportions: Newcombe's
    of the difference (`intervals.difference`). Nothing else is tested.
    """
    counts = new["numerator"], old["numerator"]
    if None in counts or "reported" in (old["status"], new["status"]):
        return None, False
    if new["kind"] == "proportion":
        bases = new["denominator"], old["denominator"]
        if not all(bases):
            return None, False
        span = intervals.difference(counts[0], bases[0], counts[1], bases[1])
        return (span[0] * new["multiplier"], span[1] * new["multiplier"]), False
    if new["kind"] not in ("count", "rate") or not all(counts):
        return None, False
    span = intervals.change(counts[0], counts[1])
    if span is None:
        return None, False
    scale = new["value"] / old["value"] * counts[1] / counts[0]
    return ((1 + span[0]) * scale - 1, (1 + span[1]) * scale - 1), True


def _parts(
    key: str, old: Entry | None, new: Entry | None, shown: Shown, recomputed: Recomputed
) -> tuple[Part, ...] | None:
    """The change taken apart; None when there is none that is shown."""
    if not old or not new or _difference(old, new) is None:
        return None
    first, last = recomputed.steps[0].indicators or {}, _last(recomputed)
    ends = first.get(key), last.get(key)
    steps = []
    for step in recomputed.steps:
        mixture = (step.indicators or {}).get(key)
        if step.cause == REVISED and not _touched(ends[0], mixture, recomputed.revised):
            continue
        value = shown.value(step.cause, mixture, ends, (old, new))
        if step.cause == PROGRAM and _has_value(mixture, old["value"]):
            continue
        steps.append((step.cause, value))
    return take_apart(exact(old["value"]), exact(new["value"]), steps)


def _has_value(mixture: Indicator | None, value: float) -> bool:
    return (
        mixture is not None and mixture.value is not None and exact(mixture.value) == exact(value)
    )


def _touched(
    first: Indicator | None, mixture: Indicator | None, revised: frozenset[Block] | None
) -> bool:
    """Whether a figure behind an indicator may have been restated: any of its measure and area."""
    if first is None or revised is None:
        return True
    cells = (*first.cells, *(mixture.cells if mixture else ()))
    return not revised.isdisjoint((cell.measure, cell.area) for cell in cells)


def _last(recomputed: Recomputed) -> Mapping[str, Indicator]:
    last = recomputed.steps[-1]
    assert last.cause == NEW
    return last.indicators or {}
