"""What indicators say of counts that they do not name: quarters, shares of a population."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from needs_assessment.audit.formulas import Formula
from needs_assessment.audit.keys import Cell, Key, shown_period
from needs_assessment.audit.numerals import ANY
from needs_assessment.audit.system import SLACK, Relation

Terms = tuple[tuple[Key, float], ...]
Bounds = Callable[[Key], tuple[float, float]]


def filled_year(top: Terms, stated: Collection[Key]) -> Terms:
    """The counts above the line of a rate that fills a missing quarter: the quarters of each year,
    the one that is missing taken to be like the one before it. Years of which no quarter, or more
    than one, is missing are left whole, and nothing is returned when one of those is not stated.
    """
    found: dict[Key, float] = {}
    for key, factor in top:
        for each in _used(key, stated):
            found[each] = found.get(each, 0.0) + factor
    return tuple(found.items()) if stated and all(key in stated for key in found) else ()


def _used(key: Key, stated: Collection[Key]) -> list[Key]:
    quarters = _quarters(key)
    missing = [place for place, each in enumerate(quarters) if each not in stated]
    if key in stated or len(missing) != 1 or not isinstance(key, Cell):
        return [key] if key in stated or missing else list(quarters) or [key]
    place = missing[0]
    year = shown_period(key.period)
    assert year is not None
    last = key._replace(period=str(year.previous().quarters()[-1]))
    return [*quarters[:place], quarters[place - 1] if place else last, *quarters[place + 1 :]]


def _quarters(key: Key) -> list[Cell]:
    """The quarters of a count for a financial year; none of another."""
    year = shown_period(key.period) if isinstance(key, Cell) else None
    if not isinstance(key, Cell) or year is None or not year.is_financial_year:
        return []
    return [key._replace(period=str(quarter)) for quarter in year.quarters()]


def beside_bounds(
    top: Terms, low: float, high: float, bounds: Bounds, source: str
) -> Iterator[Relation]:
    """What the ends of a sum that is only bounded say of those of its quarters that are not: at the
    low end (about `low`) each quarter given as a bound is at its least, at the high end (about
    `high`) at its most.
    """
    parts = [(each, factor) for key, factor in top for each in (_quarters(key) or [key])]
    spans = [(part, factor, *bounds(part)) for part, factor in parts]
    bounded = [span for span in spans if span[3] < ANY and span[3] - span[2] > SLACK]
    held = {part for part, *_ in bounded}
    others = tuple((part, factor) for part, factor, *_ in spans if part not in held)
    least = sum(factor * lower for _, factor, lower, _ in bounded)
    most = sum(factor * upper for _, factor, _, upper in bounded)
    # Otherwise another number is bounded as well, and nobody can tell which.
    if bounded and others and abs((high - low) - (most - least)) < 0.5:
        yield Relation(others, low - least - 0.5, low - least + 0.5, source, doubtful=True)


def share_of_population(
    formula: Formula, formulas: Iterable[Formula], entries: Mapping[str, dict[str, Any]]
) -> float | None:
    """The groups' share of the population in %, as a breakdown by the same groups gives it beside
    its own rows; None where there is none.
    """
    shares = []
    for term in formula.against:
        rows = (
            entries.get(f"{other.id}.{term.category}", {}).get("expected")
            for other in formulas
            if any(
                each.each and (each.measure, each.dimension) == (term.measure, term.dimension)
                for each in other.against
            )
        )
        shares.append(next((share for share in rows if share), None))
    known = [share for share in shares if share is not None]
    return sum(known) if known and len(known) == len(shares) else None
