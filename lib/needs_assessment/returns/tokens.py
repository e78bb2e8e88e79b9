"""What stands in a cell of a return: a number, or one of the tokens that partners use for none."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_TOKENS = {
    "c": "confidential",
    "*": "confidential",
    "[c]": "confidential",
    "confidential": "confidential",
    "suppressed": "confidential",
    "x": "not available",
    "[x]": "not available",
    ":": "not available",
    "n/a": "not available",
    "not available": "not available",
    "z": "not applicable",
    "[z]": "not applicable",
    "not applicable": "not applicable",
}
_LIMITS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_LIMIT = rf"(\d{{1,3}}(?:,\d{{3}})+|\d+|{'|'.join(_LIMITS)})"
_BELOW = re.compile(rf"(?:<|under |below |fewer than |less than )\s*{_LIMIT}")
_AT_MOST = re.compile(
    rf"(?:<=|≤|up to |at most |no more than )\s*{_LIMIT}"
    rf"|{_LIMIT} (?:or|and) (?:under|below|fewer|less)"
)
_ABOVE = re.compile(rf"(?:>|more than )\s*{_LIMIT}")
_AT_LEAST = re.compile(
    rf"(?:>=|≥|at least |no fewer than |no less than )\s*{_LIMIT}"
    rf"|{_LIMIT}(?:\+| (?:or|and) (?:greater|more|over|above))"
)
_ABOUT = re.compile(
    r"(?:almost|nearly|about|around|roughly|circa|c\.|approximately|approx\.?|over|~)\s*(.+)"
    r"|(.+?) ?\(?(?:approximately|approx\.?|estimated?)\)?"
)
_MARKS = {
    "p": "provisional",
    "provisional": "provisional",
    "r": "revised",
    "revised": "revised",
}
_MARKED = re.compile(r"(.*\d%?)(?: ?[\[(](\w+)[\])]| ?([pr])| (provisional|revised))")
# What stands in a cell whose number format shows nothing.
HIDDEN = "(hidden)"

_NUMBER = re.compile(r"-?£?\d[\d,]*(?:\.\d+)?%?|-?\.\d+%?")
_THOUSANDS = re.compile(r"-?£?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?")


@dataclass(frozen=True)
class Token:
    """A typed cell: `value` is None where there is no number to use; `status` says why.

    `unit` is `%` or `£` where it is written.
    """

    value: Decimal | None
    status: str
    unit: str = ""


def read_token(text: str) -> Token | None:
    """The typed content of a cell, or None when it is neither a number nor a known token.

    Statuses: final, provisional (“1,204 [p]”), revised (“1,204 (revised)”), approximate (“almost
    9,000”), confidential (`c`, `*`, `[c]`), `below:5` (“<5”, “under 5”; “5 or under” is
    `below:6`), `at-least:10` (“10 or greater”, “10+”; “more than 10” is `at-least:11`), not
    available (`x`, `:`), not applicable (`z`).
    """
    plain = " ".join(text.split()).lower()
    if plain in _TOKENS:
        return Token(None, _TOKENS[plain])
    for form, name, more in (
        (_AT_MOST, "below", 1),
        (_BELOW, "below", 0),
        (_AT_LEAST, "at-least", 0),
        (_ABOVE, "at-least", 1),
    ):
        if found := form.fullmatch(plain):
            limit = _limit(next(filter(None, found.groups()))) + more
            # Nothing is fewer than none.
            return Token(None, f"{name}:{limit}") if limit or name != "below" else None
    if found := _ABOUT.fullmatch(plain):
        return _number(found[1] or found[2], "approximate")
    if found := _MARKED.fullmatch(plain):
        mark = _MARKS.get(next(filter(None, found.groups()[1:])))
        return _number(found[1], mark) if mark else None
    return _number(plain, "final")


def read_mark(text: str) -> str | None:
    """The status that a marker column gives (`P`, `R`, nothing), or None when it is neither."""
    plain = text.strip().strip("[]()").lower()
    return "final" if plain in ("", "f", "final") else _MARKS.get(plain)


def bound(status: str) -> int | None:
    """The limit in a `below:` or `at-least:` status, else None."""
    name, _, limit = status.partition(":")
    return int(limit) if name in ("below", "at-least") else None


def tidy(text: str) -> str:
    """A cell's text without the blanks around it, visible or not."""
    return text.strip().strip("\u200b\u200e\u200f\ufeff").strip()


def shown(text: str, most: int = 60) -> str:
    """A cell's text as a message quotes it: in one line, and not longer than that."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def cell_text(value: object) -> str:
    """A spreadsheet cell as text: whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        # Fifteen digits are what a spreadsheet shows of a number, and all that it answers for.
        text = f"{value:.15g}"
        if math.isfinite(value) and float(text) == int(float(text)):
            return str(int(float(text)))
        return text
    return tidy(str(value))


def _limit(text: str) -> int:
    return _LIMITS.get(text) or int(text.replace(",", ""))


def _number(text: str, status: str) -> Token | None:
    if not _NUMBER.fullmatch(text) or ("," in text and not _THOUSANDS.fullmatch(text)):
        return None
    if "£" in text and "%" in text:
        return None
    unit = "£" if "£" in text else "%" if text.endswith("%") else ""
    try:
        value = Decimal(text.replace(",", "").replace("£", "").removesuffix("%"))
    except InvalidOperation:
        return None
    return Token(value if value else abs(value), status, unit)
