"""What of the protected store a chapter reads: all it gets, and what makes it run again."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EVERYTHING, SURVEYS, VOICE = "everything", "surveys", "voice"
PARTS = (EVERYTHING, SURVEYS, VOICE)
THEMES = "voice.themes"
PARAMETERS, REFERENCE, RETURNS = "parameters", "reference data", "data"

_ALWAYS = ("council", "edition", "nature")
_ORIGINS = {
    **dict.fromkeys(("council", "edition"), PARAMETERS),
    **dict.fromkeys(("measures", "surveys", "benchmarks", "publishers", "areas"), REFERENCE),
}
# What no chapter shows: why a number is hidden, and what the making of a store leaves behind.
_NOT_SHOWN = frozenset({"why", "prints", "knows"})
_NOT_READ = frozenset({"input_key", "policy", "exposed", "flags", "inputs"})
_IN_ORDER = "categories"


@dataclass(frozen=True)
class Reads:
    """What a chapter reads, as its template's metadata says: `measures`, `indicators` (and
    breakdowns) of other chapters beside its own, `benchmarks` that it draws, and `parts` of the
    store.
    """

    chapter: str
    measures: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    benchmarks: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        return EVERYTHING in self.parts


def reads_of(chapter: str, metadata: Mapping[str, Any]) -> Reads:
    """What a chapter reads, of the `needs_assessment` entry of its notebook's metadata."""
    return Reads(
        chapter,
        frozenset(metadata.get("measures", ())),
        frozenset(metadata.get("indicators", ())),
        frozenset(metadata.get("benchmarks", ())),
        frozenset(metadata.get("reads", ())),
    )


def store_slice(store: Mapping[str, Any], reads: Reads) -> dict[str, Any]:
    """A store's JSON (`ProtectedStore.data`) with only what a chapter reads; the same keys but
    those that no chapter reads. A slice of a slice is the slice itself.
    """
    if reads.everything:
        return {name: _shown(each, name) for name, each in store.items() if name not in _NOT_READ}
    sliced = {name: store[name] for name in _ALWAYS}
    sliced["cells"] = [each for each in store["cells"] if each["measure"] in reads.measures]
    for name in ("indicators", "breakdowns"):
        sliced[name] = [each for each in store[name] if _belongs(each, reads)]
    sliced["county"] = [
        {**group, "indicators": [each for each in group["indicators"] if _belongs(each, reads)]}
        for group in store["county"]
    ]
    sliced["scenarios"] = [each for each in store["scenarios"] if _belongs(each["short"], reads)]
    sliced["measures"] = [
        each
        for each in store["measures"]
        if each["id"] in reads.measures or (VOICE in reads.parts and each["id"] == THEMES)
    ]
    sliced["voice"] = store["voice"] if VOICE in reads.parts else []
    sliced["surveys"] = store["surveys"] if SURVEYS in reads.parts else []
    sliced["returns"] = sliced["quality"] = sliced["gaps"] = []
    found = list(_mentions(sliced))
    benchmarks = reads.benchmarks | {each["id"] for each in found if "geography" in each}
    sliced["benchmarks"] = [each for each in store["benchmarks"] if each["id"] in benchmarks]
    sources = {each["source"] for each in _mentions(sliced) if isinstance(each.get("source"), str)}
    sliced["publishers"] = {
        key: each for key, each in store["publishers"].items() if key in sources
    }
    files = {each["file"] for each in found if isinstance(each.get("file"), str)}
    sliced["caveats"] = {key: each for key, each in store["caveats"].items() if key in files}
    areas = {each["area"] for each in sliced["cells"]}
    sliced["areas"] = {key: each for key, each in store["areas"].items() if key in areas}
    return {name: _shown(each, name) for name, each in sliced.items()}


def slice_bytes(sliced: Mapping[str, Any]) -> bytes:
    """A slice as a file; the same content gives the same bytes. Categories keep the order of the
    data dictionary, in which tables show them.
    """
    return json.dumps(sliced, ensure_ascii=False).encode()


def slice_digests(sliced: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 over what a slice has from parameters, from reference data and from returns."""
    origins: dict[str, dict[str, Any]] = {name: {} for name in (PARAMETERS, REFERENCE, RETURNS)}
    for name, each in sliced.items():
        origins[_ORIGINS.get(name, RETURNS)][name] = each
    return {
        origin: hashlib.sha256(slice_bytes(held)).hexdigest() for origin, held in origins.items()
    }


def _belongs(entry: Mapping[str, Any], reads: Reads) -> bool:
    return entry["chapter"] == reads.chapter or entry["id"] in reads.indicators


def _mentions(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside `value`."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from _mentions(each)


def _shown(value: Any, key: str = "") -> Any:
    """A part of the store without what no chapter shows. Its keys are sorted, so that the same
    content is the same bytes, but for categories: tables have them in the dictionary's order.
    """
    if isinstance(value, dict):
        names = value if key == _IN_ORDER else sorted(value)
        return {name: _shown(value[name], name) for name in names if name not in _NOT_SHOWN}
    return [_shown(each) for each in value] if isinstance(value, list) else value
