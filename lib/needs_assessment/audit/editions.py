"""Other reports that readers have: earlier versions, and those of councils of the same county."""

from collections.abc import Iterator
from dataclasses import replace

from needs_assessment.audit.keys import Cell, Key
from needs_assessment.audit.knowledge import Knowledge
from needs_assessment.audit.system import SLACK, Relation

_Block = tuple[str, ...]


def joined(known: Knowledge, other: Knowledge, report: str) -> Knowledge:
    """What is known with another report added, its tables named with the report.

    Where the other report shows another number for a statistic, its figures for that year have
    been revised: they are kept apart from the new ones, since what was hidden then need not be
    what is hidden now.
    """
    first = _exact(known)
    second = _exact(other)
    revised = {
        _block(key)
        for key, value in second.items()
        if isinstance(key, Cell) and abs(first.get(key, value) - value) > SLACK
    }

    def apart(key: Key) -> Key:
        if isinstance(key, Cell) and _block(key) in revised:
            return key._replace(edition=report)
        return key

    relations = [
        replace(
            each,
            terms=tuple((apart(key), factor) for key, factor in each.terms),
            source=f"[{report}] {each.source}" if each.source else "",
        )
        for each in other.relations
    ]
    hidden = dict(known.hidden)
    for key, held in other.hidden.items():
        places = tuple(f"[{report}] {place}" for place in held.places)
        hidden.setdefault(apart(key), replace(held, places=places))
    return Knowledge(
        relations=[*known.relations, *relations],
        hidden=hidden,
        implied=known.implied | {apart(key) for key in other.implied},
        open=known.open,
        keyed=known.keyed,
        tables=known.tables + other.tables,
        facts=known.facts + other.facts,
    )


def _block(key: Cell) -> _Block:
    """The statistic, with its financial year, quarter or month left out."""
    return key.measure, key.period[:7], key.area, key.dimension, key.category


def _exact(known: Knowledge) -> dict[Key, float]:
    """The numbers that are shown outright."""
    return {key: low for key, low, high in _statements(known.relations) if high - low <= SLACK}


def _statements(relations: list[Relation]) -> Iterator[tuple[Key, float, float]]:
    for relation in relations:
        if len(relation.terms) == 1 and relation.terms[0][1] == 1.0:
            yield relation.terms[0][0], relation.lower, relation.upper
