"""What of the protected store a chapter shows: it has to run again when that changes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

_ALWAYS = (
    "council",
    "edition",
    "nature",
    "surveys",
    "benchmarks",
    "publishers",
    "county",
    "caveats",
)
_NOT_SHOWN = ("why", "prints", "knows")


def slice_key(
    store: Mapping[str, Any],
    measures: Iterable[str],
    indicators: Iterable[str],
    also: Iterable[str] = (),
) -> str:
    """SHA-256 over what a chapter can show of a store's JSON (`ProtectedStore.data`): the cells and
    dictionary entries of `measures`, the `indicators`, what every chapter may show, and further
    keys of the store (`also`, such as `quality`).

    Why a number is hidden is no part of it: it is shown nowhere.
    """
    named, listed = set(measures), set(indicators)
    chosen = {
        "cells": [_shown(each) for each in store["cells"] if each["measure"] in named],
        "measures": [each for each in store["measures"] if each["id"] in named],
        "indicators": [_shown(each) for each in store["indicators"] if each["id"] in listed],
        **{name: _shown(store[name]) for name in (*_ALWAYS, *also) if name in store},
    }
    text = json.dumps(chosen, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(value: Any) -> Any:
    """A part of the store without what no chapter shows."""
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items() if name not in _NOT_SHOWN}
    return [_shown(each) for each in value] if isinstance(value, list) else value
