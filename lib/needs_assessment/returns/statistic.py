"""One statistic of a return: its words checked against the dictionary, its cell typed."""

import calendar
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from needs_assessment.council import Return
from needs_assessment.display import join_words
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.tokens import HIDDEN, Token, read_mark, read_token, shown
from needs_assessment.settings import nearest
from needs_assessment.spellings import Written

AND = " × "
_UNITS = {"%": ("share", "rate"), "£": ("money",)}
_MAY_BE_NEGATIVE = ("money",)
_FAILED = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]?")
_MONTH = "|".join(calendar.month_name[1:])
# What becomes of 1-4 or 3:30 in a spreadsheet.
_DATED = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}(?: [\d:.]+)?|(?:{_MONTH}) \d{{4}}|(?:-?\d+ days?, )?\d+:\d\d:\d\d"
)
_NONE = re.compile(r"[-–—.]+|nil|none|na|tbc|n/?k|not known|unknown|no data|blank", re.IGNORECASE)
# Thousands and decimals as other countries write them.
_OTHER_SIGNS = re.compile(
    r"-?£?(?:[1-9]\d{0,2}(?:(?:[\s'’]\d{3})+(?:[.,]\d+)?|(?:\.\d{3})+(?:,\d+)?)|\d+,\d{1,2})"
)
# A number with the mark of a footnote or with words beside it, and a range instead of a number.
_FOOTNOTED = re.compile(r"£?\d[\d,.]*%? ?(?:[*†‡§#^¹²³]+|\([^()\d]+\))")
_RANGE = re.compile(r"\d+ ?(?:-|–|to) ?\d+")
_ALLOWED = "Allowed: a number, <5, c, x, z, “almost 9,000”, “10 or greater”."


@dataclass(frozen=True)
class Place:
    """Where a value stands: file, sheet, row (from 1) and column heading."""

    file: str
    sheet: str
    row: int
    column: str

    def __str__(self) -> str:
        sheet = f", sheet “{self.sheet}”" if self.sheet else ""
        return f"{self.file}{sheet}, row {self.row}, column “{self.column}”"


@dataclass(frozen=True)
class Terms:
    """What a return may speak of: known measures and areas, and the council's own area.

    `compared`: the councils it is shown beside, whose figures its returns may hold too. `period`:
    of the edition that the return is for. `suppress_below`: the council shows no counts from 1 up
    to this.
    """

    dictionary: Dictionary
    areas: dict[str, Area]
    own_area: str
    compared: tuple[str, ...] = ()
    period: Period | None = None
    suppress_below: int = 5

    @cached_property
    def codes(self) -> dict[str, list[str]]:
        """The codes of the areas of each name, as `plain`."""
        found: dict[str, list[str]] = {}
        for code, area in self.areas.items():
            found.setdefault(plain(area.name), []).append(code)
        return found

    def concerns(self, code: str) -> bool:
        """Whether figures for an area are about the council: itself, a part, or what it lies in."""
        own, other = self.areas.get(self.own_area), self.areas[code]
        if code == self.own_area or own is None or other.type == "country":
            return True
        return (
            own.county == code
            or other.county == self.own_area
            or self.own_area in other.successors
            or code in own.successors
        )


@dataclass(frozen=True)
class Statistic:
    """What a row and a column of a return say together, before it is checked.

    `breakdown`: (dimension, category) pairs. `places`: where each part stands, by role.
    """

    measure: str
    breakdown: tuple[tuple[str, str], ...]
    period: Written
    area: str
    value: str
    places: dict[str, Place]
    status: str = ""
    note: str = ""
    categories: dict[str, str] = field(default_factory=dict)


def observe(found: Statistic, settings: Return, terms: Terms) -> dict[str, Any]:
    """The observation, a row as `observations.COLUMNS`.

    Raises AssessmentError for the first thing that is wrong, naming place, find and remedy.
    """
    measure = known_measure(found.measure, found.places["measure"], terms.dictionary)
    pairs = sorted(_known_pair(measure, *pair, found) for pair in found.breakdown)
    twice = [pairs[n][0] for n in range(1, len(pairs)) if pairs[n][0] == pairs[n - 1][0]]
    if twice:
        raise AssessmentError(
            f"{found.places['category']}: row and column both say which {twice[0]} it is.",
            "Correct the form: one of them gives another dimension.",
        )
    _check_period(found, measure, terms)
    place = found.places["value"]
    token = _typed(found.value, measure, place)
    mark = read_mark(found.status)
    if mark is None:
        raise AssessmentError(
            f"{found.places['status']}: “{shown(found.status)}” is not a known marker.",
            "Allowed: P (provisional), R (revised) or nothing.",
        )
    status, note = token.status, found.note
    if status == "final":
        status = mark
    elif mark not in ("final", status):
        note = "; ".join(filter(None, [note, mark]))
    return {
        "measure": measure.id,
        "period": found.period.period.text,
        "area": found.area,
        "dimension": AND.join(dimension for dimension, _ in pairs),
        "category": AND.join(category for _, category in pairs),
        "partner": settings.partner,
        "value": token.value,
        "raw": found.value,
        "status": status,
        "nature": settings.nature,
        "received": settings.received.isoformat(),
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "note": note,
    }


def known_measure(name: str, place: Place, dictionary: Dictionary) -> Measure:
    """The measure of that id. Raises AssessmentError with the nearest known one."""
    if name not in dictionary:
        named = {plain(measure.name): measure.id for measure in dictionary.values()}
        guess = nearest(named.get(plain(name), name), list(dictionary))
        guess = guess or "See data/reference/measures.yml."
        said = f"“{shown(name)}” is not a measure" if name else "the measure is missing"
        raise AssessmentError(f"{place}: {said}.", guess)
    return dictionary[name]


def area_code(text: str, words: dict[str, str], terms: Terms, place: Place) -> str:
    """The GSS code of an area given by code, by name, or in the partner's `words`.

    Raises AssessmentError when it is not a known area.
    """
    translated = {plain(word): code for word, code in words.items()}.get(plain(text), text)
    if translated in terms.areas:
        return translated
    named = terms.codes.get(plain(translated), [])
    if len(named) == 1:
        return named[0]
    guess = nearest(text, list(terms.areas)) or nearest(
        text, [*words, *(area.name for area in terms.areas.values())]
    )
    raise AssessmentError(
        f"{place}: “{shown(text)}” is not the GSS code of a known area.",
        guess or "See data/reference/areas.csv.",
    )


def _known_pair(
    measure: Measure, dimension: str, category: str, found: Statistic
) -> tuple[str, str]:
    if dimension not in measure.dimensions:
        known = ", ".join(measure.dimensions) or "none"
        said = (
            f"has no dimension “{shown(dimension)}”"
            if dimension
            else "is broken down, by what is missing"
        )
        raise AssessmentError(
            f"{found.places['dimension']}: {measure.id} {said}.", f"Its dimensions: {known}."
        )
    categories = measure.dimensions[dimension].categories
    words = {plain(label): name for name, label in categories.items()}
    words |= {plain(word): name for word, name in found.categories.items()}
    chosen = category if category in categories else words.get(plain(category), "")
    if chosen not in categories:
        guess = nearest(category, list(categories)) or f"Allowed: {', '.join(categories)}."
        said = f"“{shown(category)}” is not a category of {dimension}"
        said = said if category else f"the category of {dimension} is missing"
        raise AssessmentError(f"{found.places['category']}: {said}.", guess)
    return dimension, chosen


def _check_period(found: Statistic, measure: Measure, terms: Terms) -> None:
    period, area = found.period.period, terms.areas[found.area]
    if area.end and period.start > area.end:
        successors = [_called(each, terms) for each in area.successors]
        raise AssessmentError(
            f"{found.places['area']}: {area.name} ({area.code}) ended on {area.end:%d %B %Y}, "
            f"before {period.words()}.",
            f"Use its successors: {join_words(successors)}.",
        )
    if period.is_point and not found.period.canonical and measure.over_time == "sum":
        raise AssessmentError(
            f"{found.places['period']}: {period.words()} is a day, but {measure.name} is counted "
            "over a stretch of time.",
            "If it stands for its month, say so in the form: dates: month.",
        )


def _called(code: str, terms: Terms) -> str:
    return f"{terms.areas[code].name} ({code})" if code in terms.areas else code


def _typed(text: str, measure: Measure, place: Place) -> Token:
    token = read_token(text)
    if token is None:
        raise AssessmentError(f"{place}: {_unreadable(text)}.", _remedy(text))
    if measure.kind in ("count", "money") and _OTHER_SIGNS.fullmatch(text):
        raise AssessmentError(
            f"{place}: “{text}” can be read as {token.value} and as {text.replace('.', ',')}.",
            "Write it without the point, or with two decimals.",
        )
    if token.unit and measure.kind not in _UNITS[token.unit]:
        what = "a percentage" if token.unit == "%" else "an amount of money"
        raise AssessmentError(
            f"{place}: {text} is {what}, but {measure.name} is a {measure.kind}.",
            "Correct it with the partner, or the measure in the form.",
        )
    if token.value is None:
        return token
    if token.value < 0 and measure.kind not in _MAY_BE_NEGATIVE:
        raise AssessmentError(
            f"{place}: {text} is a negative {measure.kind}.", "Correct it with the partner."
        )
    if measure.kind == "count" and token.value != token.value.to_integral_value():
        raise AssessmentError(
            f"{place}: {text} is not a whole number, but {measure.name} is a count.",
            "Correct it with the partner.",
        )
    return token


def _unreadable(text: str) -> str:
    if not text:
        return "an empty cell is neither a number nor a known token"
    if text == HIDDEN:
        return "the cell holds a number that its format hides"
    if text.startswith("="):
        return f"“{shown(text)}” is a formula without a result"
    if _FAILED.fullmatch(text):
        return f"“{shown(text)}” is a formula that failed"
    if _DATED.fullmatch(text):
        return f"“{shown(text)}” is a date or time, neither a number nor a known token"
    return f"“{shown(text)}” is neither a number nor a known token"


def _remedy(text: str) -> str:
    if text == HIDDEN:
        return "Ask the partner: if it must not be shown, write c instead of it."
    if text.startswith("="):
        return "Open the file in Excel, let it calculate, and save it."
    if _FAILED.fullmatch(text):
        return "Ask the partner to correct the formula."
    if _DATED.fullmatch(text):
        return "Excel makes dates of entries such as 1-4: ask the partner what was meant."
    if not text or _NONE.fullmatch(text):
        return "Write 0 for none, x for a figure that is not to be had, c for one not to be shown."
    if _FOOTNOTED.fullmatch(text):
        return "Ask the partner for the number alone, and for what the mark means in a note."
    if _RANGE.fullmatch(text):
        return "A range is no count. Write <5 for 1 to 4, or c for a figure not to be shown."
    if _OTHER_SIGNS.fullmatch(text):
        return "Write thousands with a comma and decimals with a point, as in 1,234.5."
    return _ALLOWED
