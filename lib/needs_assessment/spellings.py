"""Periods in the forms in which partners write them."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import (
    FORMS,
    Period,
    canonical_period,
    financial_year,
    from_months,
)

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}

_YEARS = range(1900, 2101)
_LAST_CENTURY = 95


@dataclass(frozen=True)
class Written:
    """A period as a partner wrote it.

    `exact` is false when the days written lie a day outside it, as in "31.03.18 to 01.04.19" for
    2018-19: whoever uses it should be told. `canonical`: written in canonical form.
    """

    period: Period
    exact: bool = True
    canonical: bool = False


def read_period(text: str, base: Period | None = None) -> Period:
    """The period a partner wrote; see `written_period`."""
    return written_period(text, base).period


def written_period(text: str, base: Period | None = None) -> Written:
    """The period a partner wrote: canonical, or in one of the usual forms.

    For example "Q1 2024/25", "2024/25", "Apr-Jun 24", "Q1 (Apr-Jun 2024)", "H1 2024/25", "May-17",
    "Jul 2021 to Jun 2022", "31.03.18 to 01.04.19", "year ending March 2025", or a date, which is a
    point in time (the day stands before the month). `base`, the year a sheet is about, completes
    "Q1", "April" and "Apr-Jun".

    Raises AssessmentError when it cannot be read, or can be read in more than one way.
    """
    plain_text = " ".join(text.split())
    plain = _ORDINAL.sub(_numbered, plain_text.translate(_PLAIN).lower())
    try:
        found = _written(plain, base)
    except ValueError:
        found = None
    # Four digits are a year only where they can be one.
    if found and found.period.start.year in _YEARS:
        return found
    hint = f"Write one of: {FORMS}, Q1 2024/25, Apr-Jun 24, May-17."
    if re.fullmatch(rf"{_Q}[1-4][ -]?\d{{2,4}}|\d{{4}}[ -]?{_Q}[1-4]", plain):
        hint = "If it is a quarter of the financial year, write it as in Q1 2024/25."
    elif re.fullmatch(rf"{_Q}[1-4]|{_M}", plain):
        hint = "It lacks the year: write it as in Q1 2024/25 or May 2017."
    elif re.fullmatch(r"(?:fy|financial year) ?(?:\d{2}|\d{4})|\d{2}[/-]\d{2}", plain):
        hint = "If it is a financial year, write it as in 2024-25."
    elif re.search(r"\bytd\b|to date", plain):
        hint = "Write its first and last month, as in Apr-Dec 2024."
    said = plain_text[:60]
    raise AssessmentError(f"“{said}” is not a reporting period.", hint)


@dataclass(frozen=True)
class _Edge:
    """Where a stretch begins or ends: a month, with or without its day and year."""

    month: int
    year: int | None = None
    day: int | None = None


# The name of a sheet cannot hold a stroke: 2024_25 is 2024/25.
_PLAIN = str.maketrans("–—‑−_’‘", "-----''")
_ORDINAL = re.compile(r"\b(first|second|third|fourth|1st|2nd|3rd|4th) (quarter|qtr|half)\b")
_M = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_Q = r"(?:q|qtr|quarter) ?"
_Y = r"(\d{4}|\d{2})"
_FINANCIAL = rf"(?:(?:fy|financial year) ?)?(?:(\d{{4}}) [/-] |{_Y}[/-]){_Y}"
_QUARTERS = rf"{_Q}([1-4])(?: ?(?:-|to|and|&) ?(?:{_Q})?([1-4]))?"
_ENDING = re.compile(
    r"(?:the )?(?:(?:rolling )?(?:year|(quarter|qtr)|(\d{1,2}) (?:months|mths))"
    r" (?:to|ending|ended|end)|y/?e|(q/?e)) (?:the )?(.+)"
)
_EDGES = (
    re.compile(rf"(?P<month>{_M})(?:\.? ?[-/']? ?(?P<year>\d{{4}}|\d{{2}}))?"),
    re.compile(rf"(?P<year>\d{{4}})[ /-](?P<month>{_M})"),
    re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[t ]00:00(?::00)?)?"),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<month>{_M})"
        r"(?:,?[ -](?P<year>\d{4}|\d{2}))?"
    ),
)


@lru_cache(4096)
def _written(plain: str, base: Period | None) -> Written | None:
    if found := re.fullmatch(r"([^()]*?) ?\(([^()]+)\) ?([^()]*)", plain):
        outer = _written(f"{found[1]} {found[3]}".strip(), base)
        if outer is None:
            return _written(f"{found[1]} {found[2]}", base) if not found[3] else None
        year = financial_year(outer.period.start)
        inner = _written(found[2], from_months((year, 4), (year + 1, 3)))
        return Written(outer.period) if inner and inner.period == outer.period else None
    if found := re.fullmatch(r"calendar year (\d{4})", plain):
        return Written(canonical_period(found[1]))
    try:
        return Written(canonical_period(plain.upper()), canonical=True)
    except ValueError:
        forms = _financial_form(plain) or _ending(plain) or _named(plain, base)
        return forms or _stretch(plain, base)


def _numbered(found: re.Match[str]) -> str:
    """ "q1" for "first quarter", "h2" for "2nd half"."""
    number = ("first", "second", "third", "fourth", "1st", "2nd", "3rd", "4th").index(found[1])
    return f"{found[2][0]}{number % 4 + 1}"


def _year(text: str) -> int:
    """The year meant by four digits or two; 95 to 99 are of the last century."""
    if len(text) == 4:
        return int(text)
    return int(text) + (1900 if int(text) >= _LAST_CENTURY else 2000)


def _financial_form(plain: str) -> Written | None:
    """A financial year, or quarters or months of one: "Q1 2024/25", "24/25", "Apr-Jun 2024/25"."""
    if found := re.fullmatch(rf"(?:(.+?)[ ,:/-]+(?:of )?)??{_FINANCIAL}", plain):
        part, spaced, close, second = found.groups()
    elif found := re.fullmatch(rf"{_FINANCIAL}[ ,:-]+(.+)", plain):
        spaced, close, second, part = found.groups()
    else:
        return None
    first = spaced or close
    # "11/12" may be a month.
    if len(first) == 2 and (len(second) == 4 or int(first) <= 12):
        return None
    year = _year(first)
    if int(second) != (year + 1 if len(second) == 4 else (year + 1) % 100):
        return None
    whole = from_months((year, 4), (year + 1, 3))
    found = _named(part, whole) or _stretch(part, whole) if part else Written(whole)
    return found if found and not found.period.is_point and found.period.within(whole) else None


def _ending(plain: str) -> Written | None:
    """Some months up to one: "year ending March 2025", "3 months to June 2024"."""
    found = _ENDING.fullmatch(plain)
    edge = found and _edge(found[4])
    if not found or not edge or edge.year is None:
        return None
    months = int(found[2]) if found[2] else 3 if found[1] or found[3] else 12
    (year, month), exact = _last_month(edge)
    first = year * 12 + month - months
    return Written(from_months((first // 12, first % 12 + 1), (year, month)), exact)


def _named(plain: str, base: Period | None) -> Written | None:
    """A quarter of the financial year with its months: "Q1 Apr-Jun 2024", "Q4: Jan to Mar 25".

    Not one of another year: "Q1 Jan-Mar 2025" is no period.
    """
    found = re.fullmatch(rf"{_Q}([1-4]) ?[ :,-] ?(.+)", plain)
    months = found and _stretch(found[2], base)
    if not found or not months or not months.period.text.endswith(f" Q{found[1]}"):
        return None
    return months


def _stretch(plain: str, base: Period | None) -> Written | None:
    """Quarters, months or days, alone or from one to another, in `base` where the year is not said.

    Raises ValueError when it can be read in two ways.
    """
    if found := re.fullmatch(_QUARTERS, plain):
        if base and base.is_financial_year:
            return Written(canonical_period(f"{base.text} Q{found[1]}..Q{found[2] or found[1]}"))
        return None
    if found := re.fullmatch(r"h(?:alf ?)?([12])", plain):
        quarters = {"1": "Q1..Q2", "2": "Q3..Q4"}[found[1]]
        year = base if base and base.is_financial_year else None
        return Written(canonical_period(f"{year.text} {quarters}")) if year else None
    readings = []
    for cut in re.finditer(r" ?(?:-|\bto\b|\buntil\b) ?", plain):
        edges = _edge(plain[: cut.start()]), _edge(plain[cut.end() :])
        if edges[0] and edges[1] and (found := _between(*_dated(*edges, base))):
            readings.append(found)
    if readings:
        if len(set(readings)) > 1:
            raise ValueError
        return readings[0]
    edge = _edge(re.sub(r"^(?:as )?(?:at|on) (?:the )?", "", plain))
    if not edge:
        return None
    if edge.day and edge.year:
        return Written(canonical_period(f"@{date(edge.year, edge.month, edge.day).isoformat()}"))
    return None if edge.day else _between(*_dated(edge, edge, base))


def _edge(text: str) -> _Edge | None:
    for form in _EDGES:
        found = form.fullmatch(text)
        if not found:
            continue
        parts = found.groupdict()
        month = parts["month"]
        year = parts.get("year")
        return _Edge(
            _MONTHS[month[:3]] if month.isalpha() else int(month),
            _year(year) if year else None,
            int(parts["day"]) if parts.get("day") else None,
        )
    return None


def _dated(first: _Edge, last: _Edge, base: Period | None) -> tuple[_Edge, _Edge]:
    """Both edges with their years: written, the other's, or those of the months of `base`."""
    if last.year is None:
        if base is None or base.months != 12 or first.year:
            return first, last
        later = base.start.year + 1
        first, last = (
            _Edge(each.month, later - (each.month >= base.start.month), each.day)
            for each in (first, last)
        )
    elif first.year is None:
        first = _Edge(first.month, last.year, first.day)
    return first, last


def _between(first: _Edge, last: _Edge) -> Written | None:
    """The whole months from one edge to another, or None when there are none.

    The last day of a month begins the next one and the first day of a month ends the one before:
    not exact, but often written.
    """
    if first.year is None or last.year is None:
        return None
    try:
        end, ended = _last_month(last)
        if first.day is None or first.day == 1:
            start, began = (first.year, first.month), True
        elif first.day == calendar.monthrange(first.year, first.month)[1]:
            start, began = (first.year + first.month // 12, first.month % 12 + 1), False
        else:
            return None
    except ValueError:
        return None
    return Written(from_months(start, end), began and ended) if start <= end else None


def _last_month(edge: _Edge) -> tuple[tuple[int, int], bool]:
    """The month that a stretch up to `edge` ends with, and whether the day says just that."""
    year = edge.year or 0
    if edge.day is None or edge.day == calendar.monthrange(year, edge.month)[1]:
        return (year, edge.month), True
    if edge.day != 1:
        raise ValueError
    return (year - (edge.month == 1), (edge.month - 2) % 12 + 1), False
