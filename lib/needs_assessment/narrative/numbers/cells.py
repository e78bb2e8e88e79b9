"""The facts of the cells of the report's tables, and what a reader works out from them."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import SUPPRESSED, format_number
from needs_assessment.indicators.compute import SMALLEST_BASE
from needs_assessment.narrative.numbers.entries import sources_of, unit_kind
from needs_assessment.narrative.numbers.facts import RATE, Fact, Topic
from needs_assessment.narrative.numbers.terms import id_words, label_terms, terms
from needs_assessment.narrative.numbers.typed import MONEY, PERCENT, read_numbers
from needs_assessment.periods import parse_period

_KINDS = {"share": PERCENT, "money": MONEY, "average": RATE, "rate": RATE}
_CELL_KEY = ("measure", "period", "area", "dimension", "category")


def cell_facts(store: ProtectedStore) -> Iterator[Fact]:
    """The counts, shares and amounts of the cells that are shown."""
    for cell in store.data["cells"]:
        numbers = read_numbers(cell["display"])
        if cell["value"] is not None and numbers:
            measure = store.measures[cell["measure"]]
            kind = _KINDS.get(measure["kind"]) or unit_kind(measure["unit"])
            exact = Fraction(str(cell["value"]))
            yield _cell_fact(store, cell, "value", kind, cell["display"], numbers[0].value, exact)


def worked_out(store: ProtectedStore) -> Iterator[Fact]:
    """Shares of a total and changes on the year before, as a reader works them out from a table.

    Only from cells that are shown, and on bases on which the report gives percentages.
    """
    shown = {
        tuple(cell[part] for part in _CELL_KEY): cell
        for cell in store.data["cells"]
        if cell["value"] is not None and store.measures[cell["measure"]]["kind"] == "count"
    }
    for (measure, period, area, dimension, category), cell in shown.items():
        if dimension:
            base = shown.get((measure, period, area, "", ""))
        else:
            before = parse_period(period).previous().text
            base = shown.get((measure, before, area, dimension, category))
        if not base or base["value"] < SMALLEST_BASE:
            continue
        ratio = Fraction(str(cell["value"])) / Fraction(str(base["value"]))
        percent = 100 * ratio if dimension else 100 * (ratio - 1)
        shown_as = format_number(percent, 1, unit="%")
        yield _cell_fact(store, cell, "worked out", PERCENT, shown_as, percent, percent)


def _cell_fact(
    store: ProtectedStore,
    cell: dict[str, Any],
    role: str,
    kind: str,
    text: str,
    shown: Fraction,
    exact: Fraction,
) -> Fact:
    measure = store.measures[cell["measure"]]
    labels, qualifiers = _category(measure, cell)
    return Fact(
        key="|".join(cell[part] for part in _CELL_KEY),
        name=f"{measure['name']}: {labels}" if labels else measure["name"],
        role=role,
        kind=kind,
        text=text,
        shown=shown,
        exact=exact,
        subject=_subject(measure),
        qualifiers=qualifiers,
        period=parse_period(cell["period"]),
        own=cell["area"] == store.data["council"]["code"],
        sources=sources_of(cell["sources"]),
    )


def hidden_cells(store: ProtectedStore) -> Iterator[Topic]:
    """What the cells are about that are not shown."""
    for cell in store.data["cells"]:
        if cell["display"] == SUPPRESSED and cell["area"] == store.data["council"]["code"]:
            _, qualifiers = _category(store.measures[cell["measure"]], cell)
            yield Topic(_subject(store.measures[cell["measure"]]), qualifiers)


def _subject(measure: dict[str, Any]) -> frozenset[str]:
    return terms(f"{measure['name']} {measure['unit']} {id_words(measure['id'])}")


def _category(
    measure: dict[str, Any], cell: dict[str, Any]
) -> tuple[str, tuple[frozenset[str], ...]]:
    if not cell["dimension"]:
        return "", ()
    labels, qualifiers = [], []
    for dimension, category in zip(
        cell["dimension"].split(" × "), cell["category"].split(" × "), strict=True
    ):
        known = measure["dimensions"].get(dimension, {}).get("categories", {})
        label = known.get(category, category.replace("_", " "))
        labels.append(label)
        qualifiers.append(label_terms(label, tuple(known.values())))
    return ", ".join(labels), tuple(filter(None, qualifiers))
