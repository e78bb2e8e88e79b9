"""What a number in a workbook looks like: number formats show “c”, “<5”, “£” or “Q1” for it.

After ECMA-376 part 1, 18.8.31: up to four sections, for numbers above, below and equal to nought
and for text, or sections with conditions such as `[<5]"c";0`.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache

from needs_assessment.returns.tokens import HIDDEN, cell_text, read_token

_PARTS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|.')
_PIECES = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|[_*].'
    r"|(?P<general>General)|(?P<number>[0#?][0#?,.]*)|(?P<scientific>E[+-])"
    r"|(?P<date>AM/PM|[dmyhs]+)|(?P<percent>%)|(?P<text>@)|(?P<other>.)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
}
# A comma at the end divides by a thousand instead.
_GROUPED = re.compile(r",(?=[0#?])")
# Words after a number that say what it counts, as in 0" cases".
_UNIT = re.compile(r" ?[A-Za-z]{3,}[A-Za-z ]*")
_NOUGHT = ("", "-", "–", "—", "nil", "none", "zero")
_CURRENCY = {"GBP": "£"}


@dataclass(frozen=True)
class _Section:
    """One section of a format: when it applies, and what it makes of a number.

    `kind`: number, percent, date, month, year, or words (no place for a number). `before` and
    `after` are the words around the number; `blank`: its digits are kept free, not shown;
    `grouped`: they stand in thousands.
    """

    kind: str
    before: str = ""
    after: str = ""
    condition: tuple[str, float] | None = None
    blank: bool = False
    grouped: bool = False


class NumberFormat:
    """A number format by its code."""

    def __init__(self, code: str):
        sections = [""] if code else []
        for part in _PARTS.findall(code):
            if part == ";":
                sections.append("")
            else:
                sections[-1] += part
        self._sections = [_section(each) for each in sections]

    @cached_property
    def plain(self) -> bool:
        """Whether every number stands there as it is."""
        return all(replace(each, grouped=False) == _Section("number") for each in self._sections)

    def show(self, text: str) -> tuple[str, str] | None:
        """What the number written `text` in the file looks like; None: just like itself.

        Either `percent`, `month` or `year` with the number, or `shown` with the text of the cell.
        """
        try:
            value = float(text)
        except ValueError:
            return None
        section = self._applies(value)
        if section is None or section.kind == "date":
            return None
        if section.kind in ("percent", "month", "year"):
            return section.kind, text
        if section.kind == "words" or section.blank:
            return _in_words(section, value)
        before, after = section.before, section.after
        sign = "-" if value < 0 else ""
        if sign:
            before, after = (each.replace("-", "").strip("()") for each in (before, after))
        elif before.rstrip().endswith("-"):
            # A sign that the number does not have.
            return "shown", HIDDEN
        digits = cell_text(abs(value))
        digits = f"{Decimal(digits):,}" if section.grouped else digits
        shown = f"{sign}{before.lstrip()}{digits}{after.rstrip()}"
        unit_only = not before.strip() and _UNIT.fullmatch(after) and read_token(shown) is None
        return None if unit_only or not (before + after).strip() else ("shown", shown)

    def _applies(self, value: float) -> _Section | None:
        numeric = self._sections[:3]
        if not numeric:
            return None
        if any(each.condition for each in numeric):
            return next((each for each in numeric if _holds(each, numeric, value)), None)
        if len(numeric) == 1 or value > 0:
            return numeric[0]
        return numeric[1] if value < 0 else numeric[2] if len(numeric) == 3 else numeric[0]


@lru_cache(512)
def number_format(code: str) -> NumberFormat:
    """The number format with this code."""
    return NumberFormat(code)


def _holds(section: _Section, sections: list[_Section], value: float) -> bool:
    """Whether a section is meant for a number, where some sections have conditions."""
    if section.condition:
        name, limit = section.condition
        return _COMPARE[name](value, limit)
    # Between two others, a section without one is for numbers below nought.
    between = section is not sections[-1] and section is not sections[0]
    return value < 0 if between else section is sections[-1] or value > 0


def _in_words(section: _Section, value: float) -> tuple[str, str] | None:
    """A number in whose place words stand, or nothing at all."""
    words = " ".join(f"{section.before}{section.after}".split())
    if value == 0 and words.lower().strip("£ ") in _NOUGHT:
        return None
    token = read_token(words)
    if not words or (token and token.value is not None):
        return "shown", HIDDEN
    return "shown", words


def _section(code: str) -> _Section:
    words = ["", ""]
    condition = None
    found: set[str] = set()
    dates = digits = ""
    for piece in _PIECES.finditer(code):
        name, text = piece.lastgroup, piece[0]
        if name in ("general", "number", "percent", "text", "date"):
            found.add(name)
            dates += text.lower() if name == "date" else ""
            digits += text if name in ("number", "general") else ""
        elif name == "bracket":
            text = piece["bracket"]
            if compared := _CONDITION.fullmatch(text):
                condition = compared[1], float(compared[2])
            elif text.startswith("$"):
                sign = text[1:].partition("-")[0]
                words[bool(digits)] += _CURRENCY.get(sign, sign)
            elif re.fullmatch("[hms]+", text.lower()):
                found.add("date")
        elif name in ("quoted", "escaped", "other"):
            words[bool(digits)] += piece[name]
    if "date" in found and not digits:
        spans = "d" in dates or "h" in dates or "s" in dates
        kind = "date" if spans or not dates else "month" if "m" in dates else "year"
        return _Section(kind, condition=condition)
    if "percent" in found:
        return _Section("percent", condition=condition)
    kind = "number" if found & {"number", "general", "text"} else "words"
    blank = bool(digits) and not digits.strip("?") and "-" in "".join(words)
    return _Section(kind, *words, condition, blank, grouped=bool(_GROUPED.search(digits)))
