"""The facts of a protected store."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from needs_assessment.disclosure.store import ProtectedStore
from needs_assessment.display import format_number
from needs_assessment.indicators.compute import SMALLEST_BASE
from needs_assessment.narrative.numbers.facts import RATE, Fact, Facts
from needs_assessment.narrative.numbers.terms import terms
from needs_assessment.narrative.numbers.typed import (
    COUNT,
    MONEY,
    PERCENT,
    POINTS,
    TIMES,
    read_numbers,
)
from needs_assessment.periods import parse_period

_KINDS = {"share": PERCENT, "money": MONEY, "average": RATE, "rate": RATE}
_UNITS = {"%": PERCENT, "£": MONEY, **{unit: unit for unit in TIMES}}
_CELL_KEY = ("measure", "period", "area", "dimension", "category")
_NATIONAL = terms("national average England country")
_ADVISED = terms("recommended limit benchmark target SafeLives Council Europe upper")


def read_facts(store: ProtectedStore) -> Facts:
    """What a store shows: indicators with their bounds, bases and benchmarks; cells, and shares
    and changes that follow from them; national values and survey results.
    """
    facts: list[Fact] = []
    for entry in store.data["indicators"]:
        facts += _indicator_facts(entry)
    for group in store.data["county"]:
        of_area = {"filter": None, "own": False, "qualifiers": (terms(group["name"]),)}
        for entry in group["indicators"]:
            facts += [replace(fact, **of_area) for fact in _indicator_facts(entry)]
    facts += _cell_facts(store)
    facts += _worked_out(store)
    facts += _benchmark_facts(store)
    facts += _survey_facts(store)
    edition = parse_period(store.data["edition"]["period"])
    council = store.data["council"]
    names = (council["name"], council["council"], council["area"]["county"], *council["county"])
    return Facts(tuple(facts), edition, tuple(name for name in names if name))


def _indicator_facts(entry: dict[str, Any]) -> list[Fact]:
    if entry["status"] in ("suppressed", "unavailable"):
        return []
    period = entry["numerator_period"]
    indicator = _Indicator(
        entry,
        Fact(
            key=entry["id"],
            name=entry["name"],
            role="value",
            kind=RATE
            if entry["kind"] in ("rate", "ratio") and entry["unit"] != "%"
            else _unit_kind(entry["unit"]),
            text="",
            shown=Fraction(0),
            exact=Fraction(0),
            subject=terms(f"{entry['name']} {_words(entry['id'])}"),
            period=parse_period(period) if period else None,
            sources=_sources(entry["sources"]),
        ),
    )
    return [*indicator.values(), *indicator.bases(), *indicator.benchmarks()]


@dataclass(frozen=True)
class _Indicator:
    """An indicator's entry, and the fact that all of its facts are made from."""

    entry: dict[str, Any]
    base: Fact

    def values(self) -> Iterator[Fact]:
        """The value with the ends of its interval or bounds."""
        entry, figures = self.entry, self.entry["figures"]
        shown = figures["display"]
        if entry["status"] != "bounded":
            exact = None if entry["status"] == "approximate" else entry["value"]
            yield from self._fact(shown, exact, role="value", filter="display")
        ends = read_numbers(shown if entry["status"] == "bounded" else figures["interval"])
        exacts = [entry[end] for end in ("lower", "upper") if entry[end] is not None]
        for role, end, exact in zip(("lower", "upper"), ends, exacts, strict=False):
            yield from self._fact(end.text, exact, role=role)

    def bases(self) -> Iterator[Fact]:
        """The counts and the population that the value is worked out from."""
        entry, figures = self.entry, self.entry["figures"]
        if entry["kind"] not in ("count", "reported", "cost"):
            for role in ("numerator", "denominator"):
                if entry[role] is not None:
                    yield from self._fact(
                        figures[role], entry[role], role=role, filter=role, kind=COUNT
                    )
        subject = self.base.subject | terms("population people adults")
        for number in read_numbers(entry["population"] or ""):
            if "," in number.text:
                yield from self._fact(
                    number.text, None, role="population", kind=COUNT, subject=subject, period=None
                )

    def benchmarks(self) -> Iterator[Fact]:
        """The first two benchmarks, and the distance from them where the words give it."""
        entry, figures = self.entry, self.entry["figures"]
        found = [entry["benchmark"], *entry["other_benchmarks"]][:2]
        for prefix, benchmark in zip(("", "also_"), found, strict=False):
            if not benchmark or not benchmark["comparison"]:
                continue
            kind = _NATIONAL if benchmark["kind"] == "average" else _ADVISED
            about = (terms(benchmark["name"]) | kind) - self.base.subject
            name = f"{prefix}benchmark"
            yield from self._fact(
                figures[name],
                benchmark["value"],
                role="benchmark",
                filter=name,
                name=benchmark["name"],
                qualifiers=(about,),
                period=None,
            )
            for number in read_numbers(figures[f"{prefix}comparison"]):
                if number.kind == POINTS:
                    yield from self._fact(number.text, None, role="points", kind=POINTS)

    def _fact(self, text: str, exact: Any, **more: Any) -> Iterator[Fact]:
        """A fact for the number in `text`, if there is one; `exact` when it may be known."""
        numbers = read_numbers(text)
        if numbers:
            shown = numbers[0].value
            known = shown if exact is None else Fraction(str(exact))
            yield replace(self.base, text=text, shown=shown, exact=known, **more)


def _unit_kind(unit: str) -> str:
    if unit in _UNITS:
        return _UNITS[unit]
    return RATE if "per" in unit.split() or "for each" in unit else COUNT


def _cell_facts(store: ProtectedStore) -> Iterator[Fact]:
    for cell in store.data["cells"]:
        numbers = read_numbers(cell["display"])
        if cell["value"] is not None and numbers:
            measure = store.measures[cell["measure"]]
            kind = _KINDS.get(measure["kind"]) or _unit_kind(measure["unit"])
            exact = Fraction(str(cell["value"]))
            yield _cell_fact(store, cell, "value", kind, cell["display"], numbers[0].value, exact)


def _worked_out(store: ProtectedStore) -> Iterator[Fact]:
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
        subject=terms(f"{measure['name']} {measure['unit']} {_words(cell['measure'])}"),
        qualifiers=qualifiers,
        period=parse_period(cell["period"]),
        own=cell["area"] == store.data["council"]["code"],
        sources=_sources(cell["sources"]),
    )


def _category(
    measure: dict[str, Any], cell: dict[str, Any]
) -> tuple[str, tuple[frozenset[str], ...]]:
    if not cell["dimension"]:
        return "", ()
    labels = []
    for dimension, category in zip(
        cell["dimension"].split(" × "), cell["category"].split(" × "), strict=True
    ):
        known = measure["dimensions"].get(dimension, {}).get("categories", {})
        labels.append(known.get(category, category.replace("_", " ")))
    return ", ".join(labels), tuple(
        group
        for label in labels
        if (group := frozenset(re.findall(r"\d{2}", label)) or terms(label))
    )


def _benchmark_facts(store: ProtectedStore) -> Iterator[Fact]:
    for benchmark in store.data["benchmarks"]:
        kind = _unit_kind(benchmark["unit"])
        for held in benchmark["values"]:
            if not (benchmark["verified"] and held["verified"]) or held["value"] is None:
                continue
            value = Fraction(str(held["value"]))
            yield Fact(
                key=benchmark["id"],
                name=benchmark["name"],
                role="benchmark",
                kind=kind,
                text=f"{held['value']:,g}" + ("%" if kind == PERCENT else ""),
                shown=value,
                exact=value,
                subject=terms(f"{benchmark['name']} {_words(benchmark['id'])}"),
                qualifiers=(_NATIONAL,) if benchmark["kind"] == "average" else (),
                period=parse_period(held["period"]) if held["period"] else None,
                own=False,
            )


def _survey_facts(store: ProtectedStore) -> Iterator[Fact]:
    for survey in store.data["surveys"]:
        value = Fraction(str(survey["percent"]))
        yield Fact(
            key=f"survey|{survey['measure']}|{survey['edition']}|{survey['sex']}",
            name=f"Crime Survey for England and Wales, year ending March {survey['edition']}",
            role="survey",
            kind=PERCENT,
            text=f"{survey['percent']}%",
            shown=value,
            exact=value,
            subject=terms(f"crime survey adults experienced people {survey['sex']}"),
            qualifiers=(_NATIONAL | terms("survey estimated experienced"),),
            own=False,
        )


def _sources(grouped: list[dict[str, Any]]) -> frozenset[tuple[str, str, int]]:
    return frozenset((each["file"], each["sheet"], row) for each in grouped for row in each["rows"])


def _words(identifier: str) -> str:
    return re.sub(r"[._]", " ", identifier)
