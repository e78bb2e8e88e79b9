"""Reading printed numbers as what they can stand for."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from needs_assessment.display import MINUS, NOT_AVAILABLE, SUPPRESSED

ANY = 1_000_000.0

_IN_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
SPELT = tuple(_IN_WORDS.split())
"""Numbers in words, from 1."""

_NUMBER = re.compile(r"[+\-−]?£?\d[\d,]*(?:\.\d+)?")
_WHOLE = re.compile(r"(about )?([+\-−]?£?\d[\d,]*(?:\.\d+)?)(%|m)?")
_SPAN = re.compile(r"(\S+?) to (\S+)")
_BASE = re.compile(r"(about )?([\d,.]+) (?:of|against|divided by) (about )?([\d,.]+)(?:[,;].*)?")
_LEADING = re.compile(r"([\d,.]+)(?:[,;] .*)?")
_BELOW = re.compile(r"(?:<|under |fewer than |less than )(\d+)")
_NO_MORE = re.compile(r"(\d+) or (?:under|fewer|less)")
_AT_LEAST = re.compile(r"(\d+) or (?:more|greater)")


@dataclass(frozen=True)
class Numeral:
    """A number as printed. `about`: printed with that word; `percent`: with the sign."""

    value: Decimal
    percent: bool = False
    about: bool = False

    @property
    def exact(self) -> tuple[float, float]:
        return float(self.value), float(self.value)

    @property
    def rounded(self) -> tuple[float, float]:
        """The least and greatest value that prints so, at half a unit of the last digit.

        The noughts at the end of a whole number printed with “about” are taken as rounded.
        """
        exponent = self.value.as_tuple().exponent
        assert isinstance(exponent, int)
        if self.about and exponent >= 0:
            digits = str(int(self.value)).rstrip("0") or "0"
            exponent = len(str(int(self.value))) - len(digits)
        half = Fraction(10) ** exponent / 2
        return float(Fraction(self.value) - half), float(Fraction(self.value) + half)

    @property
    def whole(self) -> bool:
        return self.value == self.value.to_integral_value()


@dataclass(frozen=True)
class CellText:
    """What the text of a cell says of a count: between `lower` and `upper`.

    `hidden`: suppressed, wholly or but for a bound. Neither hidden nor a number: no statement.
    """

    lower: float = 0.0
    upper: float = ANY
    hidden: bool = False

    @property
    def silent(self) -> bool:
        return not self.hidden and (self.lower, self.upper) == (0.0, ANY)


def read_numeral(text: str) -> Numeral | None:
    """A text that is one number and nothing else: “1,270”, “+4.2%”, “about 37.7”."""
    found = _WHOLE.fullmatch(text.strip())
    if not found or found[3] == "m":
        return None
    return Numeral(_decimal(found[2]), found[3] == "%", bool(found[1]))


def read_cell(text: str) -> CellText:
    """A cell of a table of counts."""
    plain = text.strip().casefold()
    if SUPPRESSED in plain:
        return CellText(hidden=True)
    if bound := _BELOW.fullmatch(plain):
        return CellText(upper=float(bound[1]) - 1, hidden=True)
    if bound := _NO_MORE.fullmatch(plain):
        return CellText(upper=float(bound[1]), hidden=True)
    if bound := _AT_LEAST.fullmatch(plain):
        return CellText(lower=float(bound[1]))
    number = read_numeral(plain)
    if number is None or number.about or number.percent or plain == NOT_AVAILABLE:
        return CellText()
    return CellText(*number.exact)


def read_interval(text: str) -> tuple[Numeral, Numeral] | None:
    """“21.2 to 22.1” or “+0.3% to +8.3%”."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return None
    lower, upper = read_numeral(found[1]), read_numeral(found[2])
    return (lower, upper) if lower and upper else None


def read_base(text: str) -> tuple[Numeral | None, Numeral | None]:
    """Numerator and denominator of “35 of 181, 2024-25”, “5,405 against 5,185”, “560, 2024-25; …”.

    None for what is not said, or said with “about”. A lone year or date is not a numerator.
    """
    if found := _BASE.fullmatch(text.strip()):
        top = None if found[1] else read_numeral(found[2].rstrip(".,"))
        bottom = None if found[3] else read_numeral(found[4].rstrip(".,"))
        return top, bottom
    head, _, rest = text.strip().partition("; ")
    found = _LEADING.fullmatch(head)
    top = read_numeral(found[1].rstrip(".,")) if found and ", " in head else None
    people = re.match(r"([\d,]+) ", rest or ("" if top else head))
    bottom = read_numeral(people[1]) if people and "," in people[1] else None
    return top, bottom


def numbers_in(text: str) -> list[Numeral]:
    """The numbers that stand in a text, in order."""
    return [Numeral(_decimal(each)) for each in _NUMBER.findall(text)]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("£", "").replace(MINUS, "-"))
