"""What stands behind each cause: the definition, benchmark, population or figure that changed.

All of it is read from what the two versions show; a figure that either hides is not named.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from needs_assessment.changes.moves import Move
from needs_assessment.changes.parts import BENCHMARK, DEFINITION, POPULATION, PROGRAM, REVISED
from needs_assessment.disclosure.cells import Key
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import decimal_places, format_number, join_words
from needs_assessment.periods import parse_period

Entry = dict[str, Any]


@dataclass(frozen=True)
class Behind:
    """A cause, and in sentences without a full stop what of it changed."""

    cause: str
    said: tuple[str, ...]


def find_behind(
    published: ProtectedStore, draft: ProtectedStore, moves: Iterable[Move]
) -> list[Behind]:
    """What changed of each cause that something is put down to, in the order of the causes."""
    named = [move for move in moves if not move.breakdown]
    found = [
        Behind(PROGRAM, tuple(move.entry["name"] for move in _put_down(named, PROGRAM))),
        Behind(DEFINITION, tuple(map(_definition, _put_down(named, DEFINITION)))),
        Behind(BENCHMARK, tuple(_benchmarks(published, draft, _put_down(named, BENCHMARK)))),
        Behind(POPULATION, tuple(_populations(_put_down(named, POPULATION)))),
        Behind(REVISED, tuple(_figures(published, draft))),
    ]
    return [each for each in found if each.said]


def _put_down(moves: Iterable[Move], cause: str) -> list[Move]:
    return [move for move in moves if any(cause in part.causes for part in move.parts or ())]


def _definition(move: Move) -> str:
    old, new = (_said(entry, "definition").rstrip(".") for entry in (move.published, move.draft))
    name = move.entry["name"]
    if old == new:
        return f"{name}: what it is worked out from, its words being the same"
    return f"{name}: was “{old}”, is “{new}”"


def _benchmarks(
    published: ProtectedStore, draft: ProtectedStore, moves: list[Move]
) -> Iterator[str]:
    """Levels and averages with another value, and surveys that stand in for others."""
    if not moves:
        return
    before = {entry["id"]: entry for entry in published.data["benchmarks"]}
    for entry in draft.data["benchmarks"]:
        held = {each["period"]: each for each in before.get(entry["id"], {}).get("values", ())}
        for value in entry["values"]:
            old = held.get(value["period"])
            if old and _level(old) != _level(value):
                period = value["period"]
                when = f", {parse_period(period).words()}" if period else ""
                yield (
                    f"{entry['name']}{when}: was {_level(old)}, is {_level(value)}"
                    f" ({entry['unit']})"
                )
    for (old, new), names in _grouped(moves, "survey").items():
        yield f"{old} gave way to {new}: {join_words(names)}"


def _level(value: Entry) -> str:
    ends = [value["value"]] if value["value"] is not None else [value["lower"], value["upper"]]
    return " to ".join(format_number(end, decimal_places(end)) for end in ends)


def _populations(moves: list[Move]) -> Iterator[str]:
    for (old, new), names in _grouped(moves, "population").items():
        yield f"{old} gave way to {new}: {join_words(names)}"


def _grouped(moves: Iterable[Move], name: str) -> dict[tuple[str, str], list[str]]:
    """The indicators by what they print of a reference figure before and now, where it differs."""
    found: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        old, new = (_said((entry or {}).get("figures"), name) for entry in _both(move))
        if old != new:
            found.setdefault((old, new), []).append(move.entry["name"])
    return found


def _both(move: Move) -> tuple[Entry | None, Entry | None]:
    return move.published, move.draft


def _said(entry: Entry | None, name: str) -> str:
    return entry[name] if entry else ""


def _figures(published: ProtectedStore, draft: ProtectedStore) -> Iterator[str]:
    """Figures as partners gave them that both versions show, and not alike."""
    before = {_key(cell): cell for cell in published.data["cells"] if _is_given(cell)}
    for cell in draft.data["cells"]:
        old = before.get(_key(cell))
        if old and _is_given(cell) and cell["value"] != old["value"]:
            yield f"{_name(cell, draft)}: was {old['display']}, is {cell['display']}"


def _is_given(cell: Entry) -> bool:
    return not cell["derived"] and cell["status"] != "suppressed" and cell["value"] is not None


def _key(cell: Entry) -> Key:
    return Key(*(cell[name] for name in Key._fields))


def _name(cell: Entry, store: ProtectedStore) -> str:
    measure = store.measures[cell["measure"]]
    parts = [measure["name"]]
    if cell["dimension"]:
        categories = measure["dimensions"].get(cell["dimension"], {}).get("categories", {})
        parts.append(categories.get(cell["category"], cell["category"]))
    if cell["area"] != store.data["council"]["code"]:
        parts.append(store.data["areas"].get(cell["area"], cell["area"]))
    return ", ".join([*parts, parse_period(cell["period"]).words()])
