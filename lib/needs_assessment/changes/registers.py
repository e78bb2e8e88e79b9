"""Recommendations and data gaps: what is new, what is closed, what is still open."""

from dataclasses import dataclass
from typing import Any

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import long_date

_CLOSED = ("done", "dropped")


@dataclass(frozen=True)
class Recommended:
    """A recommendation, and what became of it: `became` is new, closed or still open.

    `how` says it in words: the progress that the draft reports, or what of it was changed.
    """

    id: str
    text: str
    owner: str
    due: str
    became: str
    how: str


@dataclass(frozen=True)
class Gap:
    """A question that the returns left, or leave, open: new, closed, changed or still open.

    `missing` says what lacks, before and now.
    """

    chapter: str
    question: str
    became: str
    before: tuple[str, ...]
    now: tuple[str, ...]


def compare_recommendations(published: ProtectedStore, draft: ProtectedStore) -> list[Recommended]:
    """The recommendations of both editions: new, closed, then still open.

    One that the draft repeats is still open, whatever is said of its progress; one that it does
    not repeat is closed, unless its progress says that it is neither done nor dropped.
    """
    before = _by_id(published, "recommendations")
    now = _by_id(draft, "recommendations")
    progress = _by_id(draft, "progress")
    found = []
    for key in [*now, *(each for each in before if each not in now)]:
        entry, state = now.get(key) or before[key], progress.get(key)
        status = state["status"] if state else ""
        if key not in before:
            became, how = "new", ""
        elif key in now:
            became, how = "still open", _restated(before[key], now[key], state)
        elif status and status not in _CLOSED:
            became, how = "still open", _progress(state)
        else:
            became = "closed"
            how = _progress(state) if state else "The draft neither repeats it nor reports on it."
        found.append(Recommended(key, entry["text"], entry["owner"], entry["due"], became, how))
    return sorted(found, key=lambda each: ("new", "closed", "still open").index(each.became))


def compare_gaps(published: ProtectedStore, draft: ProtectedStore) -> list[Gap]:
    """The gap registers of both editions: new, closed, changed, then still open."""
    before, now = _gaps(published), _gaps(draft)
    found = []
    for key in [*now, *(each for each in before if each not in now)]:
        missing = tuple(before.get(key, ())), tuple(now.get(key, ()))
        if key not in before:
            became = "new"
        elif key not in now:
            became = "closed"
        else:
            became = "still open" if missing[0] == missing[1] else "changed"
        found.append(Gap(*key, became, *missing))
    order = ("new", "closed", "changed", "still open")
    return sorted(found, key=lambda each: order.index(each.became))


def _by_id(store: ProtectedStore, name: str) -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in store.data["edition"][name]}


def _gaps(store: ProtectedStore) -> dict[tuple[str, str], list[str]]:
    return {(gap["chapter"], gap["question"]): gap["missing"] for gap in store.data["gaps"]}


def _progress(state: dict[str, Any] | None) -> str:
    if not state:
        return ""
    status = state["status"].capitalize()
    return f"{status}: {state['note'].rstrip('.')}." if state["note"] else f"{status}."


def _restated(before: dict[str, Any], now: dict[str, Any], state: dict[str, Any] | None) -> str:
    words = {
        "text": f"its words (were “{before['text']}”)",
        "owner": f"who is to do it (was {before['owner']})",
        "due": f"when it is due (was {long_date(before['due'])})",
    }
    changed = [word for name, word in words.items() if before[name] != now[name]]
    said = [f"Changed: {', '.join(changed)}."] if changed else []
    return " ".join(filter(None, [_progress(state), *said]))
