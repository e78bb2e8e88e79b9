"""What a template's variants may ask when a council's narrative is generated."""

from types import SimpleNamespace
from typing import Any

from needs_assessment.chapter.breakdowns import less_than_share
from needs_assessment.chapter.counts import counts_by_category, counts_over_time, other_areas
from needs_assessment.chapter.messages import choose_messages
from needs_assessment.chapter.statutory import open_items
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import NONE_OF, join_words
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.settings import nearest

_RATIOS = "_representation"
# Women are most of the victims: a service is not expected to have as many men as the population.
_NOT_EXPECTED = ("Sex",)


def generation_context(store: ProtectedStore) -> dict[str, Any]:
    """The names that `{% … %}` blocks may use.

    `available(id)`, `status(id)`, `kind(id)`; `not_applicable(id)`: the return says so;
    `value(id)`, `lower(id)`, `upper(id)`: shown numbers or None; `comparison(id)` and
    `also_comparison(id)`: the word for the first and the second benchmark, or "", for a change
    higher, lower or no clear change, and for a representation ratio higher, lower or similar;
    `direction(id)` and `previous(id)`: against the year before; `rating(id)`: as in the
    scorecard; `groups(id)`, `lower_than(id)`, `higher_than(id)`, `unknown(id)`: rows of a
    breakdown, the names of those that lie lower or higher, the share not known;
    `less_than_share(service)`: the groups that are clearly fewer among clients than in the
    population, by characteristic; `messages(limit)`: the main messages; `listed(words)`: “a, b
    and c”; `open_items()`: what regulation 8 asks for that is not answered; `has(measure,
    by=None, over=None, area=None)`: whether `chapter.counts` would give a frame with rows;
    `areas(measure)`: names by code of the other areas that have figures for it; `council` and
    `edition`: the settings. An id may name one row of a breakdown, such
    as `police.risk_mix.high`: one that no return gives is unavailable.
    """
    period = parse_period(store.data["edition"]["period"])

    def entry(name: str) -> dict[str, Any]:
        found = store.indicators.get(name) or store.rows.get(name)
        if found is None:
            known = [*store.indicators, *store.rows]
            raise AssessmentError(f"there is no indicator “{name}”.", nearest(name, known))
        return found

    def group(name: str) -> dict[str, Any]:
        if name not in store.breakdowns:
            raise AssessmentError(
                f"there is no breakdown “{name}”.", nearest(name, list(store.breakdowns))
            )
        return store.breakdowns[name]

    def available(name: str) -> bool:
        found = store.breakdowns[name] if name in store.breakdowns else entry(name)
        return bool(found["status"] != "unavailable")

    def not_applicable(name: str) -> bool:
        found = entry(name)
        return bool(found["status"] == "unavailable" and found["reason"].startswith(NONE_OF))

    def groups(name: str) -> list[SimpleNamespace]:
        parts = ("category", "label", "value", "lower", "upper", "position", "display", "expected")
        return [
            SimpleNamespace(**{part: row[part] for part in parts}) for row in group(name)["rows"]
        ]

    def named(name: str, *words: str) -> list[str]:
        return [row["label"] for row in group(name)["rows"] if row["position"] in words]

    def unknown(name: str) -> float | None:
        found = group(name)
        return next(
            (row["value"] for row in found["rows"] if row["category"] == found["unknown"]), None
        )

    def less_by_trait(service: str) -> list[str]:
        found = []
        for name, each in store.breakdowns.items():
            if not (name.startswith(f"{service}.") and name.endswith(_RATIOS)):
                continue
            names = less_than_share(each)
            if names and each["label"] not in _NOT_EXPECTED:
                found.append(f"by {each['label'].lower()}, {join_words(names)}")
        return found

    def previous(name: str) -> float | None:
        before = entry(name)["previous"]
        return before["value"] if before else None

    def comparison(name: str) -> str:
        if entry(name)["kind"] in ("change", "representation"):
            return str(entry(name)["direction"])
        benchmark = entry(name)["benchmark"]
        return (benchmark["comparison"] or "") if benchmark else ""

    def also_comparison(name: str) -> str:
        others = entry(name)["other_benchmarks"]
        return (others[0]["comparison"] or "") if others else ""

    def has(
        measure: str, by: str | None = None, over: str | None = None, area: str | None = None
    ) -> bool:
        if measure not in store.measures:
            raise AssessmentError(
                f"there is no measure “{measure}”.", nearest(measure, list(store.measures))
            )
        if by is None:
            return not counts_over_time(store, [measure], period, over, area).empty
        return not counts_by_category(store, measure, by, period, over, area).empty

    return {
        "available": available,
        "not_applicable": not_applicable,
        "status": lambda name: entry(name)["status"],
        "kind": lambda name: entry(name)["kind"],
        "value": lambda name: entry(name)["value"],
        "lower": lambda name: entry(name)["lower"],
        "upper": lambda name: entry(name)["upper"],
        "comparison": comparison,
        "also_comparison": also_comparison,
        "direction": lambda name: entry(name)["direction"],
        "previous": previous,
        "rating": lambda name: entry(name)["rating"],
        "groups": groups,
        "lower_than": lambda name: named(name, "lower", "below"),
        "higher_than": lambda name: named(name, "higher", "above"),
        "unknown": unknown,
        "less_than_share": less_by_trait,
        "listed": join_words,
        "open_items": lambda: open_items(store),
        "messages": lambda limit=10: choose_messages(store, limit),
        "has": has,
        "areas": lambda measure: other_areas(store, measure),
        "council": _namespace(store.data["council"]),
        "edition": _namespace(store.data["edition"]),
    }


def _namespace(value: Any) -> Any:
    """Nested settings as attributes; a board that is not there stays None."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: _namespace(each) for key, each in value.items()})
    return value
