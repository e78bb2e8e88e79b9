"""Numbers typed by hand that equal a hidden one, near its subject.

This is the one part of the audit that needs exact numbers. The caller hands them over as secrets
that can be compared with and not read, and nothing here repeats one.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from needs_assessment.audit.judging import cell_words
from needs_assessment.audit.keys import Cell
from needs_assessment.audit.numerals import SPELT
from needs_assessment.audit.public import Public
from needs_assessment.audit.shown import plain
from needs_assessment.errors import AssessmentError

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n\s*[-*|]\s*")
_LIVE = re.compile(r"\{\{.*?\}\}|`[^`]*`|@[\w-]+|\[@[^\]]*\]|\]\([^)]*\)|https?://\S+")
_TOKEN = re.compile(r"[£]?\d[\d,]*(?:\.\d+)?%?|[^\W\d_]+(?:'[^\W\d_]+)?")
_YEARS = re.compile(r"\b\d{4}[-/]\d\d\b")
_STANDING = re.compile(r"\d[\d,]*")
_STEM = 5


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MONTHS = _words(
    "january february march april may june july august september october november december"
)
# Before a number: what makes it the name of something. After: what makes it no count of people.
_NAMES = _words(
    "q quarter section sections table figure chapter annex page version level act age ages aged "
    "over under step regulation row rows mid"
)
_MEASURES = _words(
    "day days week weeks month months year years hour hours minute minutes per percent points "
    "times quarter quarters st nd rd th pm am"
)
_PRONOUN = _words("of in or to who that another by the")
_COMMON = _words(
    "a an and the of for with by in on at to or not their who known domestic abuse number people "
    "victims cases case count recorded total other referrals referral service services"
)


class Secret:
    """A hidden number, and the words of its subject: it can be compared with, and not read.

    `address` names the number in words; `subject` are the stems of words that a sentence has when
    it speaks of the number, `named` what it calls its subject. `areas` are names of areas in which
    a number stands.
    """

    __slots__ = ("_digest", "_salt", "address", "areas", "named", "subject")

    def __init__(
        self,
        number: int,
        address: str,
        subject: frozenset[str],
        named: str = "",
        areas: tuple[str, ...] = (),
    ):
        self._salt = secrets.token_bytes(16)
        self._digest = self._of(number)
        self.address = address
        self.subject = subject
        self.named = named
        self.areas = areas

    def is_number(self, number: int) -> bool:
        return secrets.compare_digest(self._of(number), self._digest)

    def _of(self, number: int) -> bytes:
        return hashlib.blake2b(str(number).encode(), key=self._salt).digest()

    def __repr__(self) -> str:
        return f"Secret({self.address})"


@dataclass(frozen=True)
class Written:
    """A text that somebody wrote: where it stands, and the words around it (a chapter's title)."""

    where: str
    text: str
    around: str = ""


def secret(key: Cell, number: int, public: Public) -> Secret:
    """The secret of a hidden statistic, with the words that speak of it."""
    return Secret(
        number,
        cell_words(key, public),
        _subject(key, public),
        _name(key, public),
        public.numbered_areas,
    )


def _subject(key: Cell, public: Public) -> frozenset[str]:
    """The stems that speak of a statistic: a category's own words where they say anything, else, as
    for a whole, those of its measure.
    """
    return _stems(_name(key, public)) or _stems(public.measures[key.measure].name)


def _name(key: Cell, public: Public) -> str:
    """What a statistic is called: its category, or its measure."""
    measure = public.measures[key.measure]
    breakdown = measure.breakdowns.get(key.dimension)
    if breakdown is None:
        return measure.name
    words = {each: text for text, each in breakdown.categories.items()}
    return words.get(key.category, key.category)


def spoken_of(texts: Iterable[Written], keys: Iterable[Cell], public: Public) -> set[Cell]:
    """The statistics of whose subject a sentence with a number speaks: of these alone the exact
    number has to be known.
    """
    sentences = [
        _stems(sentence) | _stems(written.around)
        for written in texts
        for sentence in _sentences(written.text)
        if any(True for _ in _numbers(_without(sentence, public.numbered_areas)))
    ]
    return {key for key in keys if any(_subject(key, public) <= each for each in sentences)}


def typed_numbers(texts: Iterable[Written], hidden: Iterable[Secret]) -> list[str]:
    """A line for each sentence in which a number stands that equals a hidden one of its subject:
    where, which sentence, and of what. Never the number, nor the sentence.
    """
    known = list(hidden)
    found = []
    for written in texts:
        around = _stems(written.around)
        for place, sentence in enumerate(_sentences(written.text), start=1):
            stems = _stems(sentence) | around
            found += [
                f"{written.where}, sentence {place}: a number typed by hand gives away "
                f"{each.address}, which is hidden."
                for each in known
                if each.subject <= stems and _gives_away(each, sentence)
            ]
    return found


def _gives_away(hidden: Secret, sentence: str) -> bool:
    """Whether one of a sentence's numbers is the hidden one, and no part of the name of an area
    (“Three Rivers”) or of its own (“16 or 17”), whole or in other words (“16 to 17”).
    """
    elsewhere = _without(sentence, hidden.areas)
    bare = _without(elsewhere, (hidden.named,))
    named = list(_numbers(hidden.named)) if bare == elsewhere else []
    numbers = list(_numbers(bare))
    return any(
        hidden.is_number(number) and numbers.count(number) > named.count(number)
        for number in numbers
    )


def _without(sentence: str, names: Iterable[str]) -> str:
    """A sentence with another word in place of each of these names."""
    for name in filter(None, names):
        sentence = re.sub(rf"\b{re.escape(name)}\b", "it", sentence, flags=re.IGNORECASE)
    return sentence


def refuse_typed(texts: Iterable[Written], hidden: Iterable[Secret]) -> None:
    """Raises AssessmentError when a number typed by hand gives a hidden one away."""
    found = typed_numbers(texts, hidden)
    if found:
        raise AssessmentError(
            "\n".join(found),
            "Take the number out, or write the live figure, which shows [c] where it must.",
        )


def _sentences(text: str) -> list[str]:
    """The sentences of a text, without live figures, code and references."""
    bare = _LIVE.sub(" ", text)
    return [sentence for part in _SENTENCE.split(bare) if (sentence := plain(part))]


def _numbers(sentence: str) -> Iterator[int]:
    """The counts that stand in a sentence, in digits or in words: no percentage, amount of money,
    year, date, duration or number of a section.
    """
    tokens = _TOKEN.findall(_YEARS.sub(" ", sentence))
    for place, token in enumerate(tokens):
        before = tokens[place - 1].casefold() if place else ""
        after = tokens[place + 1].casefold() if place + 1 < len(tokens) else ""
        if before in _NAMES or after in (*_MEASURES, *_MONTHS) or before in _MONTHS:
            continue
        if _STANDING.fullmatch(token):
            yield int(token.replace(",", ""))
        elif token.casefold() in SPELT and not (token.casefold() == "one" and after in _PRONOUN):
            yield SPELT.index(token.casefold()) + 1


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that matter in a text, so that “referred” is “referrals”."""
    words = re.findall(r"[^\W_]+", plain(text).casefold().replace("'s", ""))
    return frozenset(word[:_STEM] for word in words if word not in _COMMON)
