"""Printed numbers as a spreadsheet holds them: the number, and the format that prints it so."""

import re
from dataclasses import dataclass
from decimal import Decimal

from needs_assessment.display import MINUS

_PRINTED = re.compile(
    rf"(?P<about>about )?(?P<sign>[+\-{MINUS}]?)(?P<pound>£?)"
    r"(?P<digits>0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?(?P<unit>%|m|)"
)
_SCALES = {"%": Decimal("0.01"), "m": Decimal(1_000_000), "": Decimal(1)}
_SUFFIXES = {"%": "%", "m": ',,"m"', "": ""}


@dataclass(frozen=True)
class Written:
    """A cell's number and its number format, in which it looks as it did in print."""

    number: float
    format: str


def written(text: str) -> Written | None:
    """A printed number such as “1,270”, “28.7%”, “+4.2%”, “about £1,081m”; None for other text.

    The number has the digits that are printed and no more; a percentage is a part of 1.
    """
    found = _PRINTED.fullmatch(text)
    if found is None:
        return None
    digits, decimals = found["digits"], found["decimals"] or ""
    number = Decimal(f"{digits.replace(',', '')}.{decimals or 0}") * _SCALES[found["unit"]]
    grouped = "#,##0" if "," in digits or len(digits) < 4 else "0"
    places = f".{'0' * len(decimals)}" if decimals else ""
    about = '"about "' if found["about"] else ""
    shown = f"{found['pound']}{grouped}{places}{_SUFFIXES[found['unit']]}"
    plus = "+" if found["sign"] == "+" else ""
    if found["sign"] in ("-", MINUS):
        number = -number
    return Written(float(number), f'{about}{plus}{shown};{about}"{MINUS}"{shown};{about}{shown}')
