"""The facts of indicators and of rows of a breakdown: all that their live figures print."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from needs_assessment.narrative.numbers.facts import RATE, Fact, Topic
from needs_assessment.narrative.numbers.terms import id_words, label_terms, terms
from needs_assessment.narrative.numbers.typed import (
    COUNT,
    MONEY,
    PERCENT,
    POINTS,
    TIMES,
    read_numbers,
)
from needs_assessment.periods import Period, parse_period

NATIONAL = terms("national average England country")
ADVISED = terms("recommended limit benchmark target SafeLives Council Europe upper")
_INTENDED = terms("target aim strategy goal reach level least most")

_UNITS = {"%": PERCENT, "£": MONEY, **{unit: unit for unit in TIMES}}
_HIDDEN, _UNAVAILABLE = "suppressed", "unavailable"


def entry_facts(entry: dict[str, Any]) -> Iterator[Fact]:
    """What an indicator shows: value, interval, counts behind it, benchmarks, the year before."""
    if entry["status"] not in (_HIDDEN, _UNAVAILABLE):
        yield from _Entry(entry, _base(entry)).facts()


def row_facts(group: dict[str, Any]) -> Iterator[Fact]:
    """What a breakdown shows: each row that is shown, and the value over all rows."""
    subject = _group_subject(group)
    for row in group["rows"]:
        if row["status"] == _HIDDEN:
            continue
        # The base of each part of a whole is that of the whole.
        qualifiers = _row_qualifiers(row, _labels(group))
        base = replace(_base(row), subject=subject, qualifiers=qualifiers)
        yield from _Entry(row, base).facts(whole=group["base"] == "whole")
    if group["overall"] is not None and group["rows"]:
        yield from _fact(
            replace(_base(group["rows"][0]), key=group["id"], name=group["name"], subject=subject),
            group["overall_display"],
            group["overall"],
            role="overall",
            filter="overall",
        )


def hidden_entries(entries: list[dict[str, Any]], groups: list[dict[str, Any]]) -> Iterator[Topic]:
    """What the indicators and rows are about whose values are not shown."""
    for entry in entries:
        if entry["status"] == _HIDDEN:
            yield Topic(_subject(entry), ())
    for group in groups:
        for row in group["rows"]:
            if row["status"] == _HIDDEN:
                yield Topic(_group_subject(group), _row_qualifiers(row, _labels(group)))


def target_facts(targets: list[dict[str, Any]], entries: list[dict[str, Any]]) -> Iterator[Fact]:
    """The levels that the council's strategy sets for indicators."""
    known = {entry["id"]: entry for entry in entries}
    for target in targets:
        entry = known.get(target["indicator"])
        if entry:
            yield from _fact(
                replace(_base(entry), key=f"{entry['id']}|target", period=None),
                f"{target['target']:g}{'%' if entry['unit'] == '%' else ''}",
                target["target"],
                role="target",
                name=f"{entry['name']}: the strategy's target",
                qualifiers=(_INTENDED,),
            )


def _base(entry: dict[str, Any]) -> Fact:
    """The fact that all of an entry's facts are made from."""
    has_rate = entry["kind"] in ("rate", "ratio", "representation") and entry["unit"] != "%"
    return Fact(
        key=entry["id"],
        name=entry["name"],
        role="value",
        kind=RATE if has_rate else unit_kind(entry["unit"]),
        text="",
        shown=Fraction(0),
        exact=Fraction(0),
        subject=_subject(entry),
        period=_period(entry),
        sources=sources_of(entry["sources"]),
    )


def _subject(entry: dict[str, Any]) -> frozenset[str]:
    return terms(f"{entry['name']} {id_words(entry['id'])}")


def _group_subject(group: dict[str, Any]) -> frozenset[str]:
    return terms(f"{group['name']} {id_words(group['id'])}")


def _labels(group: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row["label"] for row in (*group["rows"], *group["missing"]))


def _row_qualifiers(row: dict[str, Any], siblings: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(filter(None, (label_terms(row["label"], siblings),)))


def _period(entry: dict[str, Any]) -> Period | None:
    period = entry["numerator_period"]
    return parse_period(period) if period else None


@dataclass(frozen=True)
class _Entry:
    """An entry of the store, and the fact that all of its facts are made from."""

    entry: dict[str, Any]
    base: Fact

    def facts(self, *, whole: bool = False) -> Iterator[Fact]:
        """All facts; with `whole`, the denominator speaks of no category."""
        yield from self._values()
        yield from self._bases(whole)
        yield from self._levels()
        yield from self._benchmarks()
        previous = self.entry["previous"]
        if previous:
            yield from self._fact(
                previous["display"],
                previous["value"],
                role="previous",
                period=parse_period(previous["period"]) if previous["period"] else None,
            )

    def _values(self) -> Iterator[Fact]:
        """The value with the ends of its intervals or bounds."""
        entry, figures = self.entry, self.entry["figures"]
        shown = figures["display"]
        bounded = entry["status"] == "bounded"
        if not bounded:
            exact = None if entry["status"] == "approximate" else entry["value"]
            yield from self._fact(shown, exact, role="value", filter="display")
        for prefix, text in (
            ("", shown if bounded else figures["interval"]),
            ("wide_", figures["wide_interval"]),
        ):
            exacts = [entry[f"{prefix}{end}"] for end in ("lower", "upper")]
            known = [exact for exact in exacts if exact is not None]
            for role, end, exact in zip(
                ("lower", "upper"), read_numbers(text), known, strict=False
            ):
                yield from self._fact(end.text, exact, role=f"{prefix}{role}")

    def _bases(self, whole: bool) -> Iterator[Fact]:
        """The counts and the population that the value is worked out from."""
        entry, figures = self.entry, self.entry["figures"]
        if entry["kind"] not in ("count", "reported", "cost"):
            for role in ("numerator", "denominator"):
                if entry[role] is not None:
                    general = {"qualifiers": ()} if whole and role == "denominator" else {}
                    yield from self._fact(
                        figures[role], entry[role], role=role, filter=role, kind=COUNT, **general
                    )
        subject = self.base.subject | terms("population people adults")
        for number in read_numbers(entry["population"] or ""):
            if "," in number.text:
                yield from self._fact(
                    number.text, None, role="population", kind=COUNT, subject=subject, period=None
                )

    def _levels(self) -> Iterator[Fact]:
        """What a level asks for, what is lacking, and what share of the population is expected."""
        entry, figures = self.entry, self.entry["figures"]
        shares = entry["kind"] == "representation"
        for role in ("recommended", "short_by"):
            if entry[role] is not None:
                kind = PERCENT if shares else COUNT
                exact = None if role == "short_by" else entry[role]
                yield from self._fact(
                    figures[role], exact, role=role, filter=role, kind=kind, period=None
                )
        if entry.get("expected") is not None:
            yield from self._fact(
                figures["expected"],
                entry["expected"],
                role="expected",
                filter="expected",
                kind=PERCENT,
                period=None,
            )

    def _benchmarks(self) -> Iterator[Fact]:
        """The first two benchmarks, and the distance from them where the words give it."""
        entry, figures = self.entry, self.entry["figures"]
        found = [entry["benchmark"], *entry["other_benchmarks"]][:2]
        for prefix, benchmark in zip(("", "also_"), found, strict=False):
            if not benchmark or not benchmark["comparison"]:
                continue
            kind = NATIONAL if benchmark["kind"] == "average" else ADVISED
            about = (terms(benchmark["name"]) | kind) - self.base.subject
            name = f"{prefix}benchmark"
            yield from self._fact(
                figures[name],
                benchmark["value"],
                role="benchmark",
                filter=name,
                name=benchmark["name"],
                qualifiers=(*self.base.qualifiers, about),
                period=None,
            )
            for number in read_numbers(figures[f"{prefix}comparison"]):
                if number.kind == POINTS:
                    yield from self._fact(number.text, None, role="points", kind=POINTS)

    def _fact(self, text: str, exact: Any, **more: Any) -> Iterator[Fact]:
        yield from _fact(self.base, text, exact, **more)


def _fact(base: Fact, text: str, exact: Any, **more: Any) -> Iterator[Fact]:
    """A fact for the number in `text`, if there is one; `exact` when it may be known."""
    numbers = read_numbers(text)
    if numbers:
        shown = numbers[0].value
        known = shown if exact is None else Fraction(str(exact))
        yield replace(base, text=text, shown=shown, exact=known, **more)


def unit_kind(unit: str) -> str:
    """The kind of number that a unit of the store makes."""
    if unit in _UNITS:
        return _UNITS[unit]
    return RATE if "per" in unit.split() or "for each" in unit else COUNT


def sources_of(grouped: list[dict[str, Any]]) -> frozenset[tuple[str, str, int]]:
    """The files, sheets and rows that an entry or a cell comes from."""
    return frozenset((each["file"], each["sheet"], row) for each in grouped for row in each["rows"])
