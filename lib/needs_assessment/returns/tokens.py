"""What stands in a cell of a return: a number, or one of the tokens that partners use for none."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_TOKENS = {
    "c": "confidential",
    "*": "confidential",
    "[c]": "confidential",
    "x": "not available",
    "[x]": "not available",
    ":": "not available",
    "n/a": "not available",
    "z": "not applicable",
    "[z]": "not applicable",
}
_BELOW = re.compile(r"(?:<|under |fewer than |less than )\s*(\d+)")
_AT_MOST = re.compile(r"(?:(\d+) or (?:under|fewer|less)|(?:<=|≤)\s*(\d+))")
_AT_LEAST = re.compile(r"(?:(\d+) or (?:greater|more|over)|(?:>=|≥)\s*(\d+))")
_ABOUT = re.compile(r"(?:almost|nearly|about|around|approximately|approx\.?|over|~)\s*(.+)")
_NUMBER = re.compile(r"-?£?\d[\d,]*(?:\.\d+)?%?|-?\.\d+%?")
_THOUSANDS = re.compile(r"-?£?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?")


@dataclass(frozen=True)
class Token:
    """A typed cell: `value` is None where there is no number to use; `status` says why."""

    value: Decimal | None
    status: str


def read_token(text: str) -> Token | None:
    """The typed content of a cell, or None when it is neither a number nor a known token.

    Statuses: final, approximate (“almost 9,000”), confidential (`c`, `*`, `[c]`), `below:5`
    (“<5”, “under 5”; “5 or under” is `below:6`), `at-least:10` (“10 or greater”), not
    available (`x`, `:`), not applicable (`z`).
    """
    plain = " ".join(text.split()).lower()
    if plain in _TOKENS:
        return Token(None, _TOKENS[plain])
    if found := _AT_MOST.fullmatch(plain):
        return Token(None, f"below:{int(found[1] or found[2]) + 1}")
    if found := _BELOW.fullmatch(plain):
        return Token(None, f"below:{int(found[1])}")
    if found := _AT_LEAST.fullmatch(plain):
        return Token(None, f"at-least:{int(found[1] or found[2])}")
    if found := _ABOUT.fullmatch(plain):
        number = _number(found[1])
        return None if number is None else Token(number, "approximate")
    number = _number(plain)
    return None if number is None else Token(number, "final")


def bound(status: str) -> int | None:
    """The limit in a `below:` or `at-least:` status, else None."""
    name, _, limit = status.partition(":")
    return int(limit) if name in ("below", "at-least") else None


def cell_text(value: object) -> str:
    """A spreadsheet cell as text: whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value) and value == int(value):
            return str(int(value))
        return repr(value)
    return str(value).strip()


def _number(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text) or ("," in text and not _THOUSANDS.fullmatch(text)):
        return None
    try:
        return Decimal(text.replace(",", "").replace("£", "").removesuffix("%"))
    except InvalidOperation:
        return None
