"""Whether a number that was typed is one the report shows, another than it shows, or neither."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.display import round_half_up
from needs_assessment.narrative.numbers.context import Context, fits, qualifies, read_context
from needs_assessment.narrative.numbers.exempt import exempt_spans
from needs_assessment.narrative.numbers.facts import RATE, Fact, Facts
from needs_assessment.narrative.numbers.prose import Sentence, sentences
from needs_assessment.narrative.numbers.typed import (
    COUNT,
    MONEY,
    MULTIPLE,
    NEAR,
    OVER,
    PERCENT,
    POINTS,
    TIMES,
    UNDER,
    Typed,
    read_numbers,
)

KNOWN = "known"
DIFFERS = "differs"
UNTRACED = "untraced"

# The roles of the ends of an interval.
ENDS = ("lower", "upper", "wide_lower", "wide_upper")

_COMPARABLE = {
    COUNT: (COUNT, RATE),
    PERCENT: (PERCENT,),
    POINTS: (POINTS,),
    MONEY: (MONEY,),
    MULTIPLE: (),
}


@dataclass(frozen=True)
class Match:
    """A fact that a number may be; `strength` as in `agreement`, `rank` how well it fits.

    `named`: the sentence itself, not only what stands around it, speaks of the fact.
    """

    fact: Fact
    strength: int
    rank: float
    named: bool = True


@dataclass(frozen=True)
class Verdict:
    """A number of a cell and what the check says of it.

    The number is `source[start:end]`, or `source[opening:end]` with a word such as “about”.
    `matches`: the facts it may be, the likeliest first; when it differs from all, the one nearby.
    """

    start: int
    end: int
    opening: int
    typed: Typed
    outcome: str
    matches: tuple[Match, ...] = ()

    @property
    def fact(self) -> Fact | None:
        return self.matches[0].fact if self.matches else None


def judge(source: str, facts: Facts, chapter: str = "") -> list[Verdict]:
    """A verdict on each number of a narrative cell that is a statistic. Cited ones are left out."""
    return [
        verdict
        for sentence in sentences(source)
        for verdict in _judge_sentence(sentence, facts, chapter)
    ]


def _judge_sentence(sentence: Sentence, facts: Facts, chapter: str) -> Iterator[Verdict]:
    read = read_numbers(sentence.text)
    exempt = exempt_spans(sentence.text, facts.names, facts.bands) if read else []
    numbers = [
        typed
        for typed in read
        if not any(start < typed.end and typed.start < end for start, end in exempt)
    ]
    if not numbers:
        return
    context = read_context(sentence, chapter, facts)
    live = ("value", "benchmark")
    sizes = [
        fact.size for key in context.keys for fact in facts.by_key.get(key, ()) if fact.role in live
    ]
    # Multiples last: the other numbers of the sentence may bear them out.
    for typed in sorted(numbers, key=lambda each: each.kind == MULTIPLE):
        outcome, matches = _verdict(typed, sentence, context, facts)
        sizes += [match.fact.size for match in matches[:1]]
        if outcome and not (typed.kind == MULTIPLE and _is_ratio(float(typed.value), sizes)):
            places = (typed.start, typed.end, typed.opening)
            yield Verdict(*(sentence.start + at for at in places), typed, outcome, matches)


def _is_ratio(multiple: float, sizes: Sequence[float]) -> bool:
    """Whether one of `sizes` is about `multiple` times another."""
    return any(abs(one - multiple * other) <= other / 5 for one in sizes for other in sizes)


def _verdict(
    typed: Typed, sentence: Sentence, context: Context, facts: Facts
) -> tuple[str, tuple[Match, ...]]:
    claims = _is_statistic(typed, sentence)
    if not claims and typed.in_words:
        return "", ()
    kinds = _COMPARABLE.get(typed.kind, (typed.kind,))
    size, reach = abs(float(typed.value)), _reach(typed)
    comparable = facts.between(kinds, size - reach, size + reach)
    matches = sorted(
        (
            each
            for each in _matches(typed, comparable, context, facts, claims)
            if not _may_be_hidden(typed, each.fact, context)
        ),
        key=lambda each: -each.rank,
    )
    if matches:
        return KNOWN, tuple(matches)
    if not claims:
        return "", ()
    near = [
        Match(fact, 0, rank)
        for fact in facts.between(kinds, 0.7 * size, 1.5 * size)
        if _is_near(typed, fact)
        and not _is_outdone(fact, context)
        and (rank := _nearby(fact, context, facts))
    ]
    if near:
        return DIFFERS, (max(near, key=lambda each: (each.rank, each.fact.filter is not None)),)
    if sentence.cited or typed.kind in (MONEY, POINTS, *TIMES):
        return "", ()
    return UNTRACED, ()


def _matches(
    typed: Typed, comparable: list[Fact], context: Context, facts: Facts, claims: bool
) -> Iterator[Match]:
    """The facts that the number may be, with how well each fits the sentence."""
    for fact in comparable:
        strength = agreement(typed, fact)
        if not strength or (strength < 3 and not (claims and _may_be_rounded(fact))):
            continue
        if fact.role in ENDS and not (context.wide if "wide" in fact.role else context.interval):
            continue
        # A long number that is given to its last digit is no other by chance.
        told = typed.digits >= 4 and strength == 3
        score = _score(fact, context, facts, () if told else fact.qualifiers)
        if score is None or score < _needed(typed, strength, fact):
            continue
        covered = facts.weight(fact.subject & (context.here | context.around))
        share = covered / (facts.whole[fact.subject] or 1.0)
        rank = score * (0.5 + 0.5 * share) + strength + (fact.role == "value")
        named = bool(fact.subject & context.here) or fact.key in context.keys
        yield Match(fact, strength, rank, named)


def _may_be_rounded(fact: Fact) -> bool:
    """Whether a number may stand for a fact that is shown to more digits."""
    return not (fact.kind == RATE and fact.role in ENDS)


def _reach(typed: Typed) -> float:
    """How far from a number, at most, what a fact it agrees with may be shown as."""
    share = 0.25 if typed.bound in (OVER, UNDER) else 0.05
    return max(
        0.5, share * float(abs(typed.value)), float(typed.rough_step), 2 * float(typed.loose)
    )


def agreement(typed: Typed, fact: Fact) -> int:
    """How well a number agrees with a fact: 3 as shown, 2 rounded, 1 roughly, 0 not at all."""
    value = abs(typed.value)
    exact, shown = abs(fact.exact), abs(fact.shown)
    if typed.loose:
        return 1 if _within(typed, value, exact, typed.loose) else 0
    if typed.bound in (OVER, UNDER):
        if value == shown or _rounds(exact, typed.step, value):
            return 2
        return 1 if _within(typed, value, exact, Fraction(0)) else 0
    if value == shown:
        return 3
    if _rounds(exact, typed.step, value) and typed.step >= Fraction(1, 100):
        return 2
    rough = typed.rough_step
    enough = typed.digits >= 2 and rough > typed.step
    if (enough or typed.bound == NEAR) and _rounds(exact, rough, value):
        return 1
    return 0


def _within(typed: Typed, value: Fraction, exact: Fraction, loose: Fraction) -> bool:
    reach = value / 5
    if typed.bound == OVER:
        return value - loose < exact <= value + reach
    if typed.bound == UNDER:
        return value - reach <= exact < value + loose
    if typed.bound == NEAR:
        loose = loose * Fraction(8, 5)
    return abs(value - exact) <= loose


def _rounds(exact: Fraction, step: Fraction, value: Fraction) -> bool:
    return Fraction(round_half_up(exact / step)) * step == value


def _needed(typed: Typed, strength: int, fact: Fact) -> float:
    """The score that makes an equal number the same one: the fewer its digits, the more."""
    if abs(typed.value) <= 12 and typed.kind == COUNT:
        return 4.0
    if typed.digits >= 4 and strength >= 2:
        return 0.0
    if typed.digits == 3 and strength >= 2:
        return 0.5
    # Of small counts that stand behind something else there are many.
    return 2.0 if fact.role in ("numerator", "denominator") else 1.0


def _score(
    fact: Fact, context: Context, facts: Facts, qualifiers: tuple[frozenset[str], ...]
) -> float | None:
    """How much a sentence is about a fact; None when it is about something else."""
    if not (qualifies(qualifiers, context) and fits(fact, context, facts)):
        return None
    here = fact.subject & context.here
    before = (fact.subject & context.around) - here
    score = facts.weight(here) + 0.5 * facts.weight(before)
    score += 0.5 * sum(bool(group & context.here) for group in qualifiers)
    return score + (2.0 if fact.key in context.keys else 0.0)


def _is_statistic(typed: Typed, sentence: Sentence) -> bool:
    """Whether a number claims something; “two services” and “three years” do not."""
    if typed.kind in (PERCENT, POINTS, MONEY, MULTIPLE, *TIMES) or typed.value > 12:
        return True
    if typed.value <= 1 or typed.step < 1:
        return typed.step < 1
    following = re.findall(r"[a-z]+", sentence.text[typed.end :].lower())[:2]
    counted = _COUNTED | _REFUGE if _SHELTER.search(sentence.text) else _COUNTED
    return not counted.isdisjoint(following)


_COUNTED = frozenset(
    {
        *("case", "cases", "referral", "referrals", "request", "requests", "assessments"),
        *("victims", "survivors", "people", "persons", "individuals", "clients", "respondents"),
        *("children", "girls", "boys", "young", "women", "men", "adults", "residents"),
        *("households", "families", "crimes", "incidents", "offences", "reports", "arrests"),
        *("suspects", "perpetrators", "offenders", "deaths", "homicides"),
    }
)
_SHELTER = re.compile(r"refuge|accommodation", re.IGNORECASE)
_REFUGE = frozenset({"places", "beds", "spaces", "units"})


def _is_near(typed: Typed, fact: Fact) -> bool:
    """Whether the typed number may well be meant as the fact: near it, but not equal."""
    value, shown = abs(typed.value), abs(fact.shown)
    if fact.role not in ("value", "benchmark") or not fact.own or value == 0 or shown == 0:
        return False
    return Fraction(7, 10) <= value / shown <= Fraction(10, 7)


# Few figures are amounts, times or rates: fewer words tell which one is meant.
_COVERED = {MONEY: 0.3, RATE: 0.5, **dict.fromkeys(TIMES, 0.5)}


def _nearby(fact: Fact, context: Context, facts: Facts) -> float:
    """How surely a sentence speaks of a fact; 0 when it may speak of something else."""
    if fact.key in context.keys and fact.role == "value":
        return 0.0
    if context.elsewhere or context.earlier or context.intended:
        return 0.0
    if any(not group & context.here for group in fact.qualifiers):
        return 0.0
    if not fits(fact, context, facts):
        return 0.0
    covered = facts.weight(fact.subject & (context.here | context.chapter))
    whole = facts.whole[fact.subject]
    return covered if whole and covered / whole >= _COVERED.get(fact.kind, 0.75) else 0.0


def _may_be_hidden(typed: Typed, fact: Fact, context: Context) -> bool:
    """Whether a small count may be meant as a figure that is not shown: it is then not the shown
    one that happens to be as large.
    """
    return typed.kind == COUNT and typed.value < 20 and _is_outdone(fact, context)


def _is_outdone(fact: Fact, context: Context) -> bool:
    """Whether a sentence speaks more closely of a figure that is not shown than of a fact."""
    return any(len(topic.qualifiers) > len(fact.qualifiers) for topic in context.hidden)
