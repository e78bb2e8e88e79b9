"""What a sentence is about: its terms and periods, and the figures that it may speak of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from needs_assessment.narrative.numbers.facts import Fact, Facts, Topic
from needs_assessment.narrative.numbers.prose import Sentence
from needs_assessment.narrative.numbers.terms import marks, terms
from needs_assessment.periods import Period, parse_period

# The year of a population is not that of the figure that is worked out on it.
_SPAN = re.compile(
    r"(?<!\d)(?<!\bmid-)(?<!\bCensus )((?:19|20)\d\d)"
    r"(?:\s?[-/\N{EN DASH}]\s?((?:19|20)?\d\d))?(?!\d)"
)
_EARLIER = re.compile(
    r"\b(?:previous|earlier|before|prior|last|preceding|had been|from)\b", re.IGNORECASE
)
# “In England it was 64% (2018-19)”: the year of that number alone.
_ASIDE = re.compile(r"\d%?\s\((?:19|20)\d\d[^()]*\)")
_PART_YEAR = re.compile(
    r"\b(?:quarters?|Q[1-4]|months?|weeks?|January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b",
)
_QUARTERS = {**{each: each for each in "1234"}, "one": "1", "two": "2", "three": "3", "four": "4"}
_QUARTER = re.compile(r"\b(?:quarter |Q)([1-4]|one|two|three|four)\b", re.IGNORECASE)
_INTENDED = re.compile(
    r"\b(?:targets?|aims?|aimed|goals?|ambition|bring|reduce|cut|raise|should be)\b", re.IGNORECASE
)
_INTERVAL = re.compile(r"\b(?:interval|between|confidence|CI)\b|\d%? to \D?\d")
_ELSEWHERE = re.compile(
    r"\b(?:national(?:ly)?|England|UK|United Kingdom|Wales|country|county|region(?:al)?"
    r"|other (?:councils|areas)|elsewhere|neighbouring|average)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Context:
    """What a sentence is about: its terms, those around it, its periods, its live figures."""

    here: frozenset[str]
    around: frozenset[str]
    periods: tuple[Period, ...]
    keys: frozenset[str]
    chapter: frozenset[str]
    earlier: bool
    aside: bool
    part_year: bool
    quarters: frozenset[str]
    elsewhere: bool
    interval: bool
    wide: bool
    intended: bool
    hidden: tuple[Topic, ...]


def read_context(sentence: Sentence, chapter: str, facts: Facts) -> Context:
    """What a sentence of a chapter is about."""
    text = sentence.text
    topic = terms(chapter.replace("-", " "))
    context = Context(
        here=terms(text) | marks(text),
        around=terms(sentence.before) | marks(sentence.before) | topic,
        periods=tuple(_periods(text)),
        keys=frozenset(figure.key for figure in sentence.figures),
        chapter=topic,
        earlier=bool(_EARLIER.search(text)),
        aside=bool(_ASIDE.search(text)),
        quarters=frozenset(_QUARTERS[each.lower()] for each in _QUARTER.findall(text)),
        part_year=bool(_PART_YEAR.search(text)),
        elsewhere=bool(_ELSEWHERE.search(text)),
        interval=bool(_INTERVAL.search(text)),
        wide="99.8" in text,
        intended=bool(_INTENDED.search(text)),
        hidden=(),
    )
    hidden = [topic for topic in facts.hidden if _speaks_of(topic, context, facts)]
    return replace(context, hidden=tuple(hidden))


def _periods(text: str) -> Iterator[Period]:
    for match in _SPAN.finditer(text):
        first, second = match[1], match[2]
        if second and len(second) == 2 and int(second) == (int(first) + 1) % 100:
            yield parse_period(f"{first}-{second}")
        else:
            yield parse_period(first)
            if second and len(second) == 4:
                yield parse_period(second)


def qualifies(qualifiers: tuple[frozenset[str], ...], context: Context) -> bool:
    """Whether a sentence, with what stands around it, names what is particular of a fact."""
    return all(group & context.here or group & context.around for group in qualifiers)


def fits(fact: Fact, context: Context, facts: Facts) -> bool:
    """Whether a sentence may speak of the period of a fact."""
    if fact.period is None:
        return True
    quarter = fact.period.text[-1:] if fact.period.months == 3 else ""
    if quarter and context.quarters and quarter not in context.quarters:
        return False
    if context.periods:
        others = context.earlier or context.aside
        periods = (*context.periods, *((facts.edition,) if others else ()))
        named = any(_overlap(fact.period, period) for period in periods)
        return named and (fact.period.months in (0, 12) or context.part_year)
    if fact.period.end < facts.edition.start or fact.period.start > facts.edition.end:
        return context.earlier or not fact.own
    return fact.period.months in (0, 12) or context.part_year


def _overlap(one: Period, other: Period) -> bool:
    return one.start <= other.end and other.start <= one.end


def _speaks_of(topic: Topic, context: Context, facts: Facts) -> bool:
    """Whether a sentence speaks of a figure that is not shown."""
    if any(not group & context.here for group in topic.qualifiers):
        return False
    covered = facts.weight(topic.subject & (context.here | context.chapter))
    return covered > 0.6 * facts.whole[topic.subject]
