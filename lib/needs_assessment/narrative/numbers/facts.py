"""What a report shows, as the number check knows it: numbers with what they are about."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from needs_assessment.disclosure.store import ProtectedStore
from needs_assessment.narrative.numbers.typed import (
    COUNT,
    MONEY,
    PERCENT,
    POINTS,
    TIME,
    read_numbers,
)
from needs_assessment.periods import Period, parse_period

RATE = "rate"

_KINDS = {"share": PERCENT, "money": MONEY, "duration": TIME, "average": RATE, "rate": RATE}
_TIME_UNITS = ("weeks", "days", "months", "hours")
# The words of every second measure's name say nothing about which one is meant.
_COMMON = frozenset(
    """a about all an and any are as at be because been before being but by can could did do does
    domestic abuse each for from had has have having how if in into is it its made may more most
    no not of on one only or other out over same should so some such than that the their them
    then there these they this those through to under up was were what when where which while who
    will with within would year number total share rate percent per cent figure level last first
    """.split()
)
_IRREGULAR = {
    "children": "child", "women": "woman", "men": "man", "people": "person", "refer": "referr",
    "female": "woman", "females": "woman", "male": "man", "males": "man", "offence": "crim",
    "offences": "crim", "uk": "nation", "kingdom": "nation", "national": "nation",
    "nationally": "nation", "england": "nation", "bed": "plac", "beds": "plac", "space": "plac",
    "spaces": "plac",
}  # fmt: skip


def stem(word: str) -> str:
    """The form under which words of one family are known: referral, referrals and referred."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    word = re.sub(r"(?<=\w{4})(?:ing|ed|ment)$", "", word)
    return word.removesuffix("e")[:6]


def terms(text: str) -> frozenset[str]:
    """What a text is about: its words but for the common ones, as stems."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return frozenset(stem(word) for word in words if word.lower() not in _COMMON)


@dataclass(frozen=True)
class Fact:
    """A number that the report shows.

    `key` is an indicator's id or a cell's key; `filter` the filter of a live figure that prints
    exactly `text`, or None. `exact` is what it was rounded from, where that may be known; in
    percent (0 to 100) or pounds. `subject` are the terms of its name, `qualifiers` groups of terms
    one of each of which a sentence must hold to speak of it (a category, a partner). `period` is
    None for what holds at any time. `own`: of the council itself.
    """

    key: str
    name: str
    role: str
    kind: str
    text: str
    shown: Fraction
    exact: Fraction
    subject: frozenset[str]
    qualifiers: tuple[frozenset[str], ...] = ()
    filter: str | None = None
    period: Period | None = None
    own: bool = True
    chapter: str = ""

    @cached_property
    def size(self) -> float:
        """The displayed value without its sign."""
        return abs(float(self.shown))


@dataclass(frozen=True)
class Facts:
    """All facts of a store."""

    facts: tuple[Fact, ...]
    edition: Period

    @cached_property
    def weights(self) -> dict[str, float]:
        """How much each term tells: the fewer subjects share it, the more."""
        subjects = {fact.subject for fact in self.facts}
        counts = Counter(term for subject in subjects for term in subject)
        return {term: math.log(1 + len(subjects) / count) for term, count in counts.items()}

    def weight(self, found: Iterable[str]) -> float:
        return sum(self.weights.get(term, 0.0) for term in found)


def read_facts(store: ProtectedStore) -> Facts:
    """The facts of a store: indicators with their bounds, bases and benchmarks; cells; surveys."""
    facts: list[Fact] = []
    for entry in store.data["indicators"]:
        facts += _indicator_facts(entry)
    for group in store.data["county"]:
        for entry in group["indicators"]:
            facts += [_of_area(fact, group["name"]) for fact in _indicator_facts(entry)]
    facts += _cell_facts(store)
    facts += _benchmark_facts(store)
    facts += _survey_facts(store)
    edition = parse_period(store.data["edition"]["period"])
    return Facts(tuple(facts), edition)


def _indicator_facts(entry: dict[str, Any]) -> Iterator[Fact]:
    if entry["status"] in ("suppressed", "unavailable"):
        return
    figures = entry["figures"]
    kind = _indicator_kind(entry)
    subject = terms(f"{entry['name']} {entry['id'].replace('.', ' ').replace('_', ' ')}")
    period = parse_period(entry["numerator_period"]) if entry["numerator_period"] else None

    def fact(role: str, shown_by: str | None, text: str, of: str, exact: Any, **more: Any) -> Iterator[Fact]:
        numbers = read_numbers(text)
        if not numbers or exact is None:
            return
        values = {
            "key": entry["id"], "name": entry["name"], "role": role, "kind": of, "text": text,
            "shown": numbers[0].value, "exact": Fraction(str(exact)), "subject": subject,
            "filter": shown_by, "period": period, "chapter": entry["chapter"],
        }  # fmt: skip
        yield Fact(**{**values, **more})

    value = entry["value"] if entry["status"] != "approximate" else _first(figures["display"])
    yield from fact("value", "display", figures["display"], kind, value)
    if entry["status"] == "bounded":
        for end in ("lower", "upper"):
            if entry[end] is not None:
                yield from fact(end, None, _end(figures["display"], end), kind, entry[end])
    elif entry["lower"] is not None and entry["upper"] is not None:
        low, high = read_numbers(figures["interval"])
        yield from fact("lower", None, low.text, kind, entry["lower"])
        yield from fact("upper", None, high.text, kind, entry["upper"])
    if entry["kind"] not in ("count", "reported", "cost"):
        for role in ("numerator", "denominator"):
            yield from fact(role, role, figures[role], COUNT, entry[role])
    if entry["population"]:
        for number in read_numbers(entry["population"]):
            if "," in number.text:
                yield from fact(
                    "population", None, number.text, COUNT, number.value,
                    subject=subject | terms("population people adults"), period=None,
                )  # fmt: skip
    for prefix, benchmark in (("", entry["benchmark"]), ("also_", (entry["other_benchmarks"] or [None])[0])):
        if benchmark and benchmark["comparison"]:
            about = terms(benchmark["name"]) | _benchmark_terms(benchmark)
            yield from fact(
                "benchmark", f"{prefix}benchmark", figures[f"{prefix}benchmark"], kind,
                benchmark["value"], subject=subject, qualifiers=(about - subject,), period=None,
                name=benchmark["name"],
            )  # fmt: skip
            for number in read_numbers(figures[f"{prefix}comparison"]):
                if number.kind == POINTS:
                    yield from fact("points", None, number.text, POINTS, number.value)


def _indicator_kind(entry: dict[str, Any]) -> str:
    unit = entry["unit"]
    if unit == "%":
        return PERCENT
    if unit == "£":
        return MONEY
    if unit in _TIME_UNITS:
        return TIME
    return RATE if entry["kind"] in ("rate", "ratio") or "per" in unit.split() else COUNT


def _first(text: str) -> Fraction | None:
    numbers = read_numbers(text)
    return numbers[0].value if numbers else None


def _end(text: str, end: str) -> str:
    numbers = read_numbers(text)
    return numbers[0 if end == "lower" else -1].text


def _benchmark_terms(benchmark: dict[str, Any]) -> frozenset[str]:
    if benchmark["kind"] == "average":
        return terms("national average England")
    return terms("recommended limit benchmark target SafeLives Council Europe upper")


def _of_area(fact: Fact, area: str) -> Fact:
    return Fact(
        **{**fact.__dict__, "filter": None, "own": False, "qualifiers": (terms(area),)}
    )


def _cell_facts(store: ProtectedStore) -> Iterator[Fact]:
    own = store.data["council"]["code"]
    for cell in store.data["cells"]:
        if cell["value"] is None:
            continue
        measure = store.measures[cell["measure"]]
        numbers = read_numbers(cell["display"])
        if not numbers:
            continue
        labels, qualifiers = _category(measure, cell)
        name = f"{measure['name']}: {labels}" if labels else measure["name"]
        subject = terms(f"{measure['name']} {measure['unit']} {cell['measure'].replace('.', ' ').replace('_', ' ')}")
        parts = ("measure", "period", "area", "dimension", "category")
        yield Fact(
            key="|".join(cell[part] for part in parts),
            name=name,
            role="value",
            kind=_KINDS.get(measure["kind"], COUNT),
            text=cell["display"],
            shown=numbers[0].value,
            exact=Fraction(str(cell["value"])),
            subject=subject,
            qualifiers=qualifiers,
            period=parse_period(cell["period"]),
            own=cell["area"] == own,
        )


def _category(measure: dict[str, Any], cell: dict[str, Any]) -> tuple[str, tuple[frozenset[str], ...]]:
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
        kind = PERCENT if benchmark["unit"] == "%" else RATE if "per" in benchmark["unit"] else COUNT
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
                subject=terms(f"{benchmark['name']} {benchmark['id'].replace('.', ' ').replace('_', ' ')}"),
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
            own=False,
        )
