"""The figures that stood when the words beside them were last edited or confirmed.

`.narrative/figures.json` holds them: for each cell the analyst wrote, the digest of its text and
the figures it speaks of as they were shown; and every figure of the last run, which is what an
analyst had before them who has edited a cell since. It holds what was shown and nothing else: a
figure that is hidden now loses what it was shown as.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from typing import Any

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import SUPPRESSED, join_words
from needs_assessment.narrative.cells import short_digest
from needs_assessment.narrative.earlier import earlier_edition
from needs_assessment.narrative.figures import DISPLAY
from needs_assessment.narrative.files import read_bytes, replace_file
from needs_assessment.project import ReportFolder

_SUPPRESSED = "suppressed"
_UNAVAILABLE = "unavailable"
_FILE = "figures.json"


@dataclass(frozen=True)
class Stood:
    """A figure as it was shown: its text, value, interval and status, and how it compared with
    its benchmarks. Percentages run from 0 to 100.
    """

    shown: str
    status: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    compared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A cell's text, by its digest, and the figures that stood when it was written or confirmed.

    `version` is the edition's at that time. A figure is named by its key, or by key and filter
    (`marac.repeat_rate | numerator`) where the analyst typed the number.
    """

    text: str
    version: str
    figures: dict[str, Stood]


@dataclass(frozen=True)
class Records:
    """What was seen: `last`, every figure of the last run; `cells`, by chapter and cell."""

    version: str = ""
    last: dict[str, Stood] = field(default_factory=dict)
    cells: dict[str, dict[str, Seen]] = field(default_factory=dict)


@dataclass(frozen=True)
class Moved:
    """A figure that is no longer what it was when a cell was written. `name` is a reader's."""

    name: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """For example “MARAC cases: was 533, is 560”."""
        before = f"was {self.before}, " if self.before else ""
        return f"{self.name}: {before}{'is' if before else 'now'} {self.after}"


def read_records(report: ReportFolder) -> Records:
    """The records of an edition; those of the edition before where it has none of its own.

    Records that cannot be read count as none: each cell is then taken as written today.
    """
    earlier = earlier_edition(report)
    for folder in (report, earlier):
        data = read_bytes(folder.narrative / _FILE) if folder else None
        if data is not None:
            return _parse(data)
    return Records()


def write_records(report: ReportFolder, records: Records) -> None:
    """Replace the records of an edition. Raises AssessmentError when the file cannot be written."""
    held = asdict(records, dict_factory=_without_empty)
    text = json.dumps(held, indent=1, sort_keys=True, ensure_ascii=False)
    replace_file(report.narrative / _FILE, f"{text}\n".encode())


def standing(store: ProtectedStore) -> dict[str, Stood]:
    """Every indicator and row of a breakdown as the report shows it now, by id."""
    entries = {**store.indicators, **store.rows}
    return {key: _stood(entry, entry["display"]) for key, entry in entries.items()}


def stands(store: ProtectedStore, name: str) -> Stood | None:
    """The figure called `name` in a record as it is shown now; None when there is none."""
    key, _, used = name.partition(" | ")
    entry = store.indicators.get(key) or store.rows.get(key)
    if entry:
        if used in ("", DISPLAY):
            return _as_named(name, _stood(entry, entry["display"]))
        return Stood(entry["figures"].get(used, ""), entry["status"])
    if key in store.breakdowns:
        group = store.breakdowns[key]
        shown = group["figures"].get(used or DISPLAY, "")
        return Stood(shown, _SUPPRESSED if shown == SUPPRESSED else group["status"])
    cell = _cells(store).get(key)
    return Stood(cell["display"], cell["status"], cell["value"]) if cell else None


def see(
    records: Records,
    chapter: str,
    cell: str,
    text: str,
    names: Iterable[str],
    store: ProtectedStore,
) -> Seen:
    """What the analyst saw of the figures `names` when they last wrote or confirmed `text`.

    A text that has changed since the last record was written with the last run's figures at hand.
    """
    seen = records.cells.get(chapter, {}).get(cell)
    digest = short_digest(text)
    if seen and seen.text == digest:
        return seen
    return Seen(digest, records.version, _figures(names, records.last, store))


def see_now(text: str, names: Iterable[str], store: ProtectedStore) -> Seen:
    """A cell confirmed: the figures `names` as they stand."""
    version = store.data["edition"]["version"]["number"]
    return Seen(short_digest(text), version, _figures(names, {}, store))


def moved(seen: Seen, store: ProtectedStore) -> list[Moved]:
    """The figures that have moved since: beyond the interval they had, or, without one, to
    another displayed value; and those that compare otherwise with a benchmark, or are gone.
    """
    found = []
    for name, before in seen.figures.items():
        now = stands(store, name)
        if now is None:
            found.append(Moved(_name(store, name), before.shown, "no longer in the report"))
        elif now.status != before.status and _SUPPRESSED in (now.status, before.status):
            # What is hidden now is not said to have been anything.
            found.append(Moved(_name(store, name), "", now.shown))
        elif _has_moved(before, now):
            found.append(Moved(_name(store, name), _told(before, now), _told(now, before)))
    return found


def without_hidden(records: Records, store: ProtectedStore) -> Records:
    """`records` without what is hidden now was shown as."""
    cells = {
        chapter: {
            cell: replace(seen, figures=dict(_hidden_out(seen.figures, store)))
            for cell, seen in cells.items()
        }
        for chapter, cells in records.cells.items()
    }
    return replace(records, cells=cells)


def _hidden_out(figures: Mapping[str, Stood], store: ProtectedStore) -> Iterator[tuple[str, Stood]]:
    for name, stood in figures.items():
        now = stands(store, name)
        hidden = now is not None and now.status == _SUPPRESSED != stood.status
        yield name, Stood("", stood.status) if hidden else stood


def _figures(
    names: Iterable[str], last: Mapping[str, Stood], store: ProtectedStore
) -> dict[str, Stood]:
    found = {}
    for name in names:
        before = last.get(name.removesuffix(f" | {DISPLAY}"))
        stood = _as_named(name, before) if before else stands(store, name)
        if stood:
            found[name] = stood
    return found


def _as_named(name: str, stood: Stood) -> Stood:
    """A figure that was typed has no interval to move in: it reads as it was typed."""
    return replace(stood, lower=None, upper=None) if name.endswith(f" | {DISPLAY}") else stood


def _has_moved(before: Stood, now: Stood) -> bool:
    if _UNAVAILABLE in (before.status, now.status):
        return before.status != now.status
    if before.compared != now.compared:
        return True
    if before.lower is not None and before.upper is not None and now.value is not None:
        return not before.lower <= now.value <= before.upper
    return before.shown != now.shown


def _told(one: Stood, other: Stood) -> str:
    """What is said of a figure: its text, and how it compares where that is not the same."""
    pairs = zip_longest(one.compared, other.compared, fillvalue="")
    words = [word for word, otherwise in pairs if word and word != otherwise]
    return f"{one.shown} ({join_words(words)})" if words else one.shown


def _stood(entry: dict[str, Any], shown: str) -> Stood:
    benchmarks = [each for each in (entry["benchmark"], *entry["other_benchmarks"]) if each]
    return Stood(
        shown,
        entry["status"],
        entry["value"],
        entry["lower"],
        entry["upper"],
        tuple(each["comparison"] or "" for each in benchmarks),
    )


def _cells(store: ProtectedStore) -> dict[str, dict[str, Any]]:
    parts = ("measure", "period", "area", "dimension", "category")
    return {"|".join(cell[part] for part in parts): cell for cell in store.data["cells"]}


def _name(store: ProtectedStore, name: str) -> str:
    key, _, used = name.partition(" | ")
    entry = store.indicators.get(key) or store.rows.get(key) or store.breakdowns.get(key)
    if entry:
        called = str(entry["name"])
        return called if used in ("", DISPLAY) else f"{called} ({used.replace('_', ' ')})"
    measure = store.measures.get(key.partition("|")[0])
    return measure["name"] if measure else name


def _parse(data: bytes) -> Records:
    try:
        held = json.loads(data.decode("utf-8"))
        return Records(
            held["version"],
            {name: _read(each) for name, each in held["last"].items()},
            {
                chapter: {
                    cell: Seen(
                        seen["text"],
                        seen["version"],
                        {name: _read(each) for name, each in seen["figures"].items()},
                    )
                    for cell, seen in cells.items()
                }
                for chapter, cells in held["cells"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Records()


def _read(held: dict[str, Any]) -> Stood:
    return Stood(**{**held, "compared": tuple(held.get("compared", ()))})


def _without_empty(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value not in (None, ())}
