"""The facts of a protected store."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.narrative.numbers.cells import cell_facts, hidden_cells, worked_out
from needs_assessment.narrative.numbers.entries import (
    NATIONAL,
    entry_facts,
    hidden_entries,
    row_facts,
    target_facts,
    unit_kind,
)
from needs_assessment.narrative.numbers.facts import Fact, Facts
from needs_assessment.narrative.numbers.terms import id_words, terms
from needs_assessment.narrative.numbers.typed import PERCENT
from needs_assessment.periods import parse_period


def read_facts(store: ProtectedStore) -> Facts:
    """What a store shows: indicators and rows of breakdowns with their bounds, bases, benchmarks
    and the year before; scenarios, targets; cells, and shares and changes that follow from them;
    national values and survey results. Of what is hidden, only what it is about.
    """
    data = store.data
    facts: list[Fact] = []
    for entry in data["indicators"]:
        facts += entry_facts(entry)
    for group in data["breakdowns"]:
        facts += row_facts(group)
    facts += _scenario_facts(store)
    for part in data["county"]:
        if part["code"] == data["council"]["code"]:
            continue
        name = terms(part["name"])
        for entry in part["indicators"]:
            facts += (
                _of_another(fact, part["code"], name, own=False) for fact in entry_facts(entry)
            )
    facts += target_facts(data["edition"].get("targets", []), data["indicators"])
    facts += cell_facts(store)
    facts += worked_out(store)
    facts += _benchmark_facts(store)
    facts += _survey_facts(store)
    hidden = (*hidden_entries(data["indicators"], data["breakdowns"]), *hidden_cells(store))
    return Facts(
        facts=tuple(facts),
        edition=parse_period(data["edition"]["period"]),
        names=tuple(dict.fromkeys(_names(store))),
        bands=tuple(dict.fromkeys(_bands(store))),
        hidden=tuple(dict.fromkeys(hidden)),
    )


def _names(store: ProtectedStore) -> Iterator[str]:
    council = store.data["council"]
    names = (council["name"], council["council"], council["area"]["county"], *council["county"])
    yield from filter(None, names)


def _bands(store: ProtectedStore) -> Iterator[str]:
    """The labels of categories that hold numbers: “55 to 64”, “1 to 3 months”."""
    for measure in store.data["measures"]:
        for dimension in measure["dimensions"].values():
            for label in dimension["categories"].values():
                if re.search(r"\d", label):
                    yield label


def _scenario_facts(store: ProtectedStore) -> Iterator[Fact]:
    """Refuge places needed on each population; a sentence must name the population's year."""
    for scenario in store.data["scenarios"]:
        year = frozenset(re.findall(r"\d{4}", scenario["estimate"]))
        for part in ("short", "below"):
            for fact in entry_facts(scenario[part]):
                yield replace(_of_another(fact, scenario["estimate"], year), period=None)


def _of_another(fact: Fact, key: str, qualifier: frozenset[str], *, own: bool = True) -> Fact:
    """A fact of which no live figure tells, for another area or population: `key` says which."""
    qualifiers = (*fact.qualifiers, qualifier)
    key = f"{fact.key}|{key}"
    return replace(fact, key=key, filter=None, qualifiers=qualifiers, own=own)


def _benchmark_facts(store: ProtectedStore) -> Iterator[Fact]:
    for benchmark in store.data["benchmarks"]:
        kind = unit_kind(benchmark["unit"])
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
                subject=terms(f"{benchmark['name']} {id_words(benchmark['id'])}"),
                qualifiers=(NATIONAL,) if benchmark["kind"] == "average" else (),
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
            qualifiers=(NATIONAL | terms("survey estimated experienced"),),
            own=False,
        )
