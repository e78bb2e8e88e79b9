"""What a template's variants may ask when a council's narrative is generated."""

from types import SimpleNamespace
from typing import Any

from needs_assessment.chapter.counts import counts_by_category, counts_over_time
from needs_assessment.disclosure.store import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.settings import nearest


def generation_context(store: ProtectedStore) -> dict[str, Any]:
    """The names that `{% … %}` blocks may use.

    `available(id)`, `status(id)`, `kind(id)`; `value(id)`, `lower(id)`, `upper(id)`: shown
    numbers or None; `comparison(id)` and `also_comparison(id)`: the word for the first and the
    second benchmark, or ""; `has(measure, by=None, over=None)`: whether `chapter.counts` would
    give a frame with rows; `council` and `edition`: the settings.
    """
    period = parse_period(store.data["edition"]["period"])

    def entry(name: str) -> dict[str, Any]:
        if name not in store.indicators:
            raise AssessmentError(
                f"there is no indicator “{name}”.", nearest(name, list(store.indicators))
            )
        return store.indicators[name]

    def comparison(name: str) -> str:
        benchmark = entry(name)["benchmark"]
        return (benchmark["comparison"] or "") if benchmark else ""

    def also_comparison(name: str) -> str:
        others = entry(name)["other_benchmarks"]
        return (others[0]["comparison"] or "") if others else ""

    def has(measure: str, by: str | None = None, over: str | None = None) -> bool:
        if measure not in store.measures:
            raise AssessmentError(
                f"there is no measure “{measure}”.", nearest(measure, list(store.measures))
            )
        if by is None:
            return not counts_over_time(store, [measure], period, over, None).empty
        return not counts_by_category(store, measure, by, period, over, None).empty

    return {
        "available": lambda name: entry(name)["status"] != "unavailable",
        "status": lambda name: entry(name)["status"],
        "kind": lambda name: entry(name)["kind"],
        "value": lambda name: entry(name)["value"],
        "lower": lambda name: entry(name)["lower"],
        "upper": lambda name: entry(name)["upper"],
        "comparison": comparison,
        "also_comparison": also_comparison,
        "has": has,
        "council": _namespace(store.data["council"]),
        "edition": _namespace(store.data["edition"]),
    }


def _namespace(value: Any) -> Any:
    """Nested settings as attributes; a board that is not there stays None."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: _namespace(each) for key, each in value.items()})
    return value
