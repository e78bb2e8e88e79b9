"""The main messages of an assessment, chosen by rule from what the report shows."""

import math
from dataclasses import dataclass
from typing import Any

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import NONE_OF

Entry = dict[str, Any]

PER_CHAPTER = 2
_VICTIMS = "prevalence.victims"
_WITHOUT_BENCHMARK = 0.25
_MISSING = 0.3
_CHANGE = 0.25
_CERTAINTY = {"ok": 1.0, "approximate": 0.8, "reported": 0.6}


@dataclass(frozen=True)
class Message:
    """A message: `text` with live figures, the chapter that it belongs to, the indicator, and the
    score that it was chosen by.
    """

    text: str
    chapter: str
    indicator: str
    score: float


def choose_messages(store: ProtectedStore, limit: int = 10) -> list[Message]:
    """The messages with the highest scores, in the order of the chapters of the catalogue.

    An indicator scores by the size of its gap (how many times the benchmark it is, or what is
    lacking), times how certain it is (its status, and whether its interval includes the
    benchmark), and more when it clearly changed since last year. What is missing is a finding
    too. The first message of every chapter comes before a second of any, so that no subject is
    left out, and at most two of a chapter are taken. Only what the report shows is used.
    """
    victims = store.indicators.get(_VICTIMS, {}).get("value")
    made = [message for entry in store.data["indicators"] if (message := _message(entry, victims))]
    told = {message.indicator for message in made}
    # The message of a change gives the amount too.
    found = [message for message in made if f"{message.indicator}_change" not in told]
    chosen: list[Message] = []
    for most in range(1, PER_CHAPTER + 1):
        for message in sorted(found, key=lambda each: -each.score):
            same = sum(each.chapter == message.chapter for each in chosen)
            if message not in chosen and same < most and len(chosen) < limit:
                chosen.append(message)
    return [message for message in found if message in chosen]


def _message(entry: Entry, victims: float | None) -> Message | None:
    texts = entry["message"]
    if entry["status"] == "unavailable":
        if entry["reason"].startswith(NONE_OF):
            return _made(entry, texts.get("not applicable"), _MISSING)
        return _made(entry, texts.get("missing"), _MISSING)
    if entry["value"] is None or (entry["kind"] == "estimate" and entry["value"] <= 0):
        return None
    word = _word(entry)
    text = texts.get(_whole(entry)) or texts.get(word) or texts.get("shown")
    change = _CHANGE if entry["tested"] and entry["direction"] in ("higher", "lower") else 0.0
    return _made(entry, text, _gap(entry, victims) * _certainty(entry, word) + change)


def _made(entry: Entry, text: str | None, score: float) -> Message | None:
    if not text:
        return None
    return Message(" ".join(text.split()), entry["chapter"], entry["id"], score)


def _whole(entry: Entry) -> str:
    """“none” or “all” of a whole, where what holds of a part would not be true."""
    if entry["value"] == 0:
        return "none"
    return "all" if entry["kind"] == "proportion" and entry["value"] == 100 else ""


def _word(entry: Entry) -> str:
    if entry["kind"] == "change":
        return str(entry["direction"])
    if entry["kind"] == "shortfall":
        return "at" if not entry["short_by"] else "below"
    benchmark = entry["benchmark"]
    return (benchmark["comparison"] or "") if benchmark else ""


def _gap(entry: Entry, victims: float | None) -> float:
    """The size of the gap, from 0 to 1: 1 is a half or double of what it is compared with. An
    estimate of people is set beside all `victims` that are estimated.
    """
    if entry["kind"] == "estimate":
        return min(1.0, entry["value"] / victims) if victims else _WITHOUT_BENCHMARK
    if entry["kind"] == "shortfall":
        recommended, lacking = entry["recommended"], entry["short_by"]
        return min(1.0, 2 * (lacking or 0.0) / recommended) if recommended else 0.0
    if entry["kind"] == "change":
        return min(1.0, abs(entry["value"]) / 100)
    benchmark = entry["benchmark"]
    if not benchmark or not benchmark["value"]:
        return _WITHOUT_BENCHMARK
    if entry["value"] <= 0:
        return 1.0
    return min(1.0, abs(math.log2(entry["value"] / benchmark["value"])))


def _certainty(entry: Entry, word: str) -> float:
    unclear = word in ("similar", "no clear change")
    return _CERTAINTY.get(entry["status"], 0.4) * (0.5 if unclear else 1.0)
