"""The numbers that stand in a sentence: in digits, in words, as shares, amounts and multiples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

COUNT = "count"
PERCENT = "percent"
POINTS = "points"
MONEY = "money"
# Times are of the kind of their unit: weeks are compared with weeks.
TIMES = ("seconds", "minutes", "hours", "days", "nights", "weeks", "months", "years")
MULTIPLE = "multiple"

NEAR = "near"
OVER = "over"
UNDER = "under"


@dataclass(frozen=True)
class Typed:
    """A number as it was typed: `text` is `sentence[start:end]`.

    `value` is in percent (0 to 100) for shares, in pounds for money; `step` is what its last digit
    counts. `bound` is near, over or under when a word before it says so (`opening` is where that
    word starts), else nothing. `loose` is how far a share in words (“a third”) may lie from it.
    """

    start: int
    end: int
    text: str
    kind: str
    value: Fraction
    step: Fraction
    bound: str = ""
    opening: int = 0
    loose: Fraction = Fraction(0)
    in_words: bool = False

    @cached_property
    def digits(self) -> int:
        """How many significant digits it gives: one in 9,000, two in 9.0."""
        steps = self.value / self.step
        written = str(abs(steps.numerator)).lstrip("0")
        return len(written.rstrip("0") if self.step >= 1 else written) or 1

    @cached_property
    def rough_step(self) -> Fraction:
        """What its last digit other than nought counts: 100 in 9,300."""
        step = self.step
        if self.value == 0 or step < 1:
            return step
        while self.value % (step * 10) == 0:
            step *= 10
        return step


_UNITS = (
    *("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_UNITS)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_SHORT_SCALES = {"k": 1000, "m": 1_000_000, "bn": 1_000_000_000}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip

_SMALL = "|".join(sorted([*_WORDS, "a", "an"], key=len, reverse=True))
_WORD = "|".join(sorted([*_WORDS, *_SCALES], key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = r"[ \xa0]?%|[ \xa0]?(?:per cent|percent)\b|(?P<points>[ \xa0-](?:percentage )?points?\b)"
_NUMERAL = re.compile(
    r"(?<![\w.,/:\N{NON-BREAKING HYPHEN}])(?P<sign>[+\N{MINUS SIGN}]|(?<![\w)])-)?(?P<pound>£[ ]?)?"
    rf"(?P<digits>{_DIGITS})"
    r"(?:(?P<short>[ ]?(?:k|m|bn))(?!\w)|[ \xa0](?P<scale>hundred|thousand|million|billion)\b)?"
    rf"(?P<unit>{_UNIT})?(?![\w%]|[.,/:]\d)",
)
_SPELT = re.compile(
    rf"(?<![\w-])(?:(?:a|an)[ ](?=hundred|thousand|million|billion))?(?:{_WORD})"
    rf"(?:(?:[ -]and[ ]|[ -])(?:{_WORD}))*\b(?P<unit>{_UNIT})?(?![\w]|-\w)",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"(?<![\w-])(?P<part>{_SMALL}|\d{{1,3}})[ ](?:in|out of)(?:[ ]every)?[ ]"
    rf"(?P<whole>{_SMALL}|hundred|a hundred|\d{{1,3}})\b(?![\w%-]|[.,]\d|[ ]?%)",
    re.IGNORECASE,
)
_VERB = r"were|was|had|have|has|are|is|came|come|said|did|do|involve[ds]?|gave|went|live[ds]?"
_SHARE = re.compile(
    rf"(?<![\w-])(?:(?P<part>a|an|{'|'.join(_UNITS[1:10])})[ -])?(?P<name>{'|'.join(_PARTS)})s?\b"
    rf"(?P<of>[ ]of\b(?![ ](?:20|19)\d\d)|[ ](?:the|all|{_VERB})\b|(?=[ ]*[,.;:)]|\s*$))?(?![\w-])",
    re.IGNORECASE,
)
_TIMES = re.compile(
    rf"\b(?:(?P<twice>twice)|(?P<number>{'|'.join(_UNITS[2:])}|{_DIGITS})[ ]times)"
    r"(?=[ ](?:as\b|the\b|more\b|higher\b|larger\b|greater\b|that\b|their\b|its\b))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?P<near>about|around|approximately|approx\.?|roughly|some|circa|close to|in the region of)"
    r"|(?P<over>over|more than|at least|above|upwards of|exceeding|no (?:fewer|less) than)"
    r"|(?P<under>nearly|almost|under|(?:less|fewer) than|(?<!add )(?<!adds )up to|at most|below"
    r"|no more than)",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    rf"(?:\b(?:just|a little|slightly|well)[ ])?\b(?:{_BEFORE.pattern})[ ]\Z", re.IGNORECASE
)
_TIME = re.compile(
    r"[ \xa0-](?:working |calendar |full )?(second|minute|hour|day|night|week|month|year)s?\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"\b(?:first|second|last|next|latter|other|this|each|that)[ ]$", re.IGNORECASE)
# How far back a word that belongs to a number may stand, in signs.
_REACH = 40
# Longer rows of digits are no statistic.
_MOST_DIGITS = 15
_RANGE_GAP = re.compile(r"[ ]?[-\N{EN DASH}][ ]?|[ ]to[ ]|[ ]and[ ]")


def read_numbers(text: str) -> list[Typed]:
    """Every number of `text`, in order, each once; ends of a range share their unit."""
    taken: list[Typed] = []
    for found in (*_one_in(text), *_times(text), *_shares(text), *_numerals(text), *_spelt(text)):
        if all(found.end <= each.start or each.end <= found.start for each in taken):
            taken.append(found)
    taken.sort(key=lambda each: each.start)
    return [_with_bound(each, text) for each in _ranges(taken, text)]


def _numerals(text: str) -> Iterator[Typed]:
    for match in _NUMERAL.finditer(text):
        scale = 1
        short = (match["short"] or "").strip()
        if short:
            if short != "k" and not match["pound"]:
                continue
            scale = _SHORT_SCALES[short]
        elif match["scale"]:
            scale = _SCALES[match["scale"]]
        digits = match["digits"].replace(",", "")
        if len(digits) > _MOST_DIGITS:
            continue
        decimals = len(digits.partition(".")[2])
        value = Fraction(digits) * scale
        yield Typed(
            start=match.start(),
            end=match.end(),
            text=match[0],
            kind=_kind(match, text),
            value=-value if match["sign"] in ("-", "\N{MINUS SIGN}") else value,
            step=Fraction(scale, 10**decimals),
        )


def _kind(match: re.Match[str], text: str) -> str:
    groups = match.groupdict()
    if groups.get("pound"):
        return MONEY
    if match["points"]:
        return POINTS
    if match["unit"]:
        return PERCENT
    time = _TIME.match(text, match.end())
    return f"{time[1].lower()}s" if time else COUNT


def _spelt(text: str) -> Iterator[Typed]:
    for match in _SPELT.finditer(text):
        unit = match["unit"] or ""
        words = match[0][: len(match[0]) - len(unit)]
        value = _spelt_value(words)
        if value is None or value == 0:
            continue
        kind = _kind(match, text)
        yield Typed(
            match.start(), match.end(), match[0], kind, Fraction(value), Fraction(1), in_words=True
        )


def _spelt_value(words: str) -> int | None:
    total = current = 0
    for word in re.split(r"[ -]+", words.lower()):
        if word in ("a", "an"):
            current = 1
        elif word in _WORDS:
            current += _WORDS[word]
        elif word == "hundred" and current:
            current *= 100
        elif word in _SCALES and current:
            total += current * _SCALES[word]
            current = 0
        elif word != "and":
            return None
    return total + current


def _one_in(text: str) -> Iterator[Typed]:
    """“One in five”, “3 out of 4”. In “25 out of 87” each stands for itself."""
    for match in _ONE_IN.finditer(text):
        part, whole = _small(match["part"]), _small(match["whole"])
        if not 0 < part < whole or (whole > 12 and whole not in (15, 20, 25, 50, 100)):
            continue
        yield _share(match.start(), match.end(), match[0], Fraction(100 * part, whole))


def _small(word: str) -> int:
    if word.isdigit():
        return int(word)
    word = word.lower()
    return 100 if word.endswith("hundred") else _WORDS.get(word, 1)


def _shares(text: str) -> Iterator[Typed]:
    """“A third of”, “two thirds”, “half of”; a third party and the last quarter are none."""
    for match in _SHARE.finditer(text):
        name, part = match["name"].lower(), (match["part"] or "").lower()
        parts, number = _PARTS[name], _WORDS.get(part, 1)
        if (parts > 2 and not part) or number >= parts or not _claims_share(match, text):
            continue
        end = match.end("name") + text[match.end("name") :].startswith("s")
        value = Fraction(100 * number, parts)
        yield _share(match.start(), end, text[match.start() : end], value)


def _claims_share(match: re.Match[str], text: str) -> bool:
    ahead = text[max(0, match.start() - _REACH) : match.start()]
    if _AHEAD.search(ahead):
        return True
    follows = match["of"]
    if follows is None or _PERIOD.search(ahead):
        return False
    return bool(follows) or not match["name"].lower().startswith("quarter")


def _share(start: int, end: int, text: str, value: Fraction) -> Typed:
    loose = min(Fraction(5, 2), value * Fraction(2, 25))
    return Typed(start, end, text, PERCENT, value, Fraction(1), loose=loose, in_words=True)


def _times(text: str) -> Iterator[Typed]:
    for match in _TIMES.finditer(text):
        number = match["number"]
        if match["twice"]:
            value = Fraction(2)
        elif number[0].isdigit():
            value = Fraction(number.replace(",", ""))
        else:
            value = Fraction(_WORDS[number.lower()])
        yield Typed(
            match.start(), match.end(), match[0], MULTIPLE, value, Fraction(1), in_words=True
        )


def _ranges(numbers: list[Typed], text: str) -> list[Typed]:
    """The numbers; the first of “20 to 39%” or “3 to 4 weeks” is read in the second's unit."""
    shared = {
        number.start: following.kind
        for number, following in pairwise(numbers)
        if number.kind == COUNT
        and following.kind in (PERCENT, POINTS, *TIMES)
        and _joins(number, following, text)
    }
    return [replace(number, kind=shared.get(number.start, number.kind)) for number in numbers]


def _joins(first: Typed, second: Typed, text: str) -> bool:
    gap = text[first.end : second.start]
    if not _RANGE_GAP.fullmatch(gap):
        return False
    return gap.strip() != "and" or text[: first.start].lower().endswith("between ")


def _with_bound(number: Typed, text: str) -> Typed:
    behind = max(0, number.start - _REACH)
    ahead = _AHEAD.search(text[behind : number.start])
    if not ahead:
        return replace(number, opening=number.start)
    bound = NEAR if ahead["near"] else OVER if ahead["over"] else UNDER
    return replace(number, bound=bound, opening=behind + ahead.start())
