"""How numbers are rounded and written: one way, everywhere."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

SUPPRESSED = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
# Why an indicator is not available whose return says “not applicable”; its name follows.
NONE_OF = "the return says that there is none of"
MINUS = "\N{MINUS SIGN}"

Number = int | float | Fraction | Decimal


def round_half_up(value: Number, decimals: int = 0) -> Decimal:
    """`value` rounded half away from zero to `decimals` places, on its exact value.

    Negative `decimals` round to tens, hundreds, and so on. Fractions and integers are exact; a
    float is taken at its exact binary value.
    """
    scaled = abs(Fraction(value)) * Fraction(10) ** decimals
    whole = (scaled + Fraction(1, 2)).__floor__()
    rounded = Decimal(whole).scaleb(-decimals)
    return -rounded if value < 0 and whole else rounded


def round_significant(value: Number, figures: int) -> Decimal:
    """`value` rounded half up to `figures` significant figures."""
    if value == 0:
        return Decimal(0)
    magnitude = 0
    size = abs(Fraction(value))
    while size >= 10:
        size /= 10
        magnitude += 1
    while size < 1:
        size *= 10
        magnitude -= 1
    return round_half_up(value, figures - 1 - magnitude)


def decimal_places(value: Number, most: int = 2) -> int:
    """How many decimals `value` is given to, up to `most`."""
    exact = Fraction(value)
    return next((n for n in range(most) if (exact * 10**n).denominator == 1), most)


def format_number(
    value: Number,
    decimals: int = 0,
    *,
    significant: int | None = None,
    unit: str = "",
    signed: bool = False,
) -> str:
    """`value` as the report prints it: "1,270", "28.7%", "£1,081m", "+10.4%".

    `significant` figures are kept where they are fewer than the `decimals` allow; `unit` is "%" or
    "£" (other units stand in words beside the number); `signed` writes a plus before an
    increase. Pounds in round hundred thousands from a million are written in millions.
    """
    suffix = "%" if unit == "%" else ""
    prefix = "£" if unit == "£" else ""
    number = round_half_up(value, decimals)
    if significant is not None and abs(number) >= 10**significant:
        number = round_significant(value, significant)
    places = max(decimals, 0)
    if unit == "£" and abs(number) >= 1_000_000 and number % 100_000 == 0:
        number, suffix = number / 1_000_000, "m"
        places = 0 if number % 1 == 0 else 1
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{prefix}{abs(number):,.{places}f}{suffix}"


def long_date(text: str) -> str:
    """An ISO date as a reader says it: “30 June 2025”."""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def chapter_title(chapter: str) -> str:
    """A chapter's id as a heading: “MARAC”, “Refuge”."""
    return "MARAC" if chapter == "marac" else chapter.replace("-", " ").capitalize()


def join_words(words: list[str], last: str = "and") -> str:
    """The words as an English list: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def estimate_words(estimate: str) -> str:
    """“Census 2021” or “mid-2023”."""
    return estimate.replace("census-", "Census ")
