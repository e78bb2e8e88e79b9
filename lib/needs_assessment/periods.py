"""Reporting periods: calendar and financial years, quarters, months, ranges, points in time."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from needs_assessment.errors import AssessmentError

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}

_YEARS = range(1900, 2101)
_LAST_CENTURY = 95

_QUARTER = re.compile(r"^(\d{4})-(\d{2}) Q([1-4])(?:\.\.Q([1-4]))?$")
_MONTH = re.compile(r"^(\d{4})-M(\d{2})(?:\.\.(\d{4})-M(\d{2}))?$")
_FORMS = "2017, 2017-18, 2017-18 Q3, 2017-18 Q1..Q2, 2017-M05, 2017-M05..2017-M12, @2024-03-31"


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of time, or a point in it, that a statistic belongs to.

    `start` and `end` are its first and last day; `text` is the canonical form.
    """

    end: date
    start: date
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def is_point(self) -> bool:
        return self.text.startswith("@")

    @property
    def months(self) -> int:
        """Length in months; 0 for a point in time."""
        if self.is_point:
            return 0
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def is_financial_year(self) -> bool:
        return self.months == 12 and self.start.month == 4

    def within(self, other: "Period") -> bool:
        return other.start <= self.start and self.end <= other.end

    def quarters(self) -> list["Period"]:
        """The four quarters of a financial year; those of a part of one; none of anything else."""
        part = _QUARTER.match(self.text)
        if part:
            first, last = int(part[3]), int(part[4] or part[3])
        elif self.is_financial_year:
            first, last = 1, 4
        else:
            return []
        year = _financial_year(self.start)
        name = f"{year}-{(year + 1) % 100:02d}"
        return [parse_period(f"{name} Q{number}") for number in range(first, last + 1)]

    def previous(self) -> "Period":
        """The same stretch one year earlier."""
        if self.is_point:
            return parse_period(f"@{_year_before(self.end).isoformat()}")
        return _from_months(
            (self.start.year - 1, self.start.month), (self.end.year - 1, self.end.month)
        )

    def words(self) -> str:
        """The period as a reader says it."""
        if self.is_point:
            return f"{self.end.day} {self.end:%B %Y}"
        if self.is_financial_year:
            return self.text
        if self.months == 12 and self.start.month == 1:
            return f"calendar year {self.text}"
        quarter = _QUARTER.match(self.text)
        if quarter:
            year = f"{quarter[1]}-{quarter[2]}"
            if quarter[4]:
                return f"quarters {quarter[3]} to {quarter[4]} of {year}"
            return f"quarter {quarter[3]} of {year}"
        if self.months == 1:
            return f"{self.start:%B %Y}"
        return f"{self.start:%B %Y} to {self.end:%B %Y}"


def choose_for_edition(
    periods: Iterable[Period], edition: Period, over_time: str = ""
) -> Period | None:
    """Which of `periods` stands for an edition: its own; else the latest point in time within it;
    else the latest stretch of the same length that ends within it (a calendar year).

    What `stands` over time (a census, an estimate) is the latest one up to the edition's end.
    """
    if over_time == "stands":
        return max(
            (period for period in periods if period.end <= edition.end),
            key=lambda period: period.end,
            default=None,
        )
    fitting = [
        period
        for period in periods
        if period == edition
        or (
            edition.start <= period.end <= edition.end
            and (period.is_point or period.months == edition.months)
        )
    ]
    return edition if edition in fitting else max(fitting, default=None)


def is_part_year(text: str) -> bool:
    """Whether `text` is a quarter of a financial year, or some from one to another."""
    return bool(_QUARTER.match(text.strip()))


def parse_period(text: str) -> Period:
    """The period written in canonical form. Raises AssessmentError when it is not one."""
    text = text.strip()
    try:
        return _parse(text)
    except ValueError:
        raise AssessmentError(
            f"“{text}” is not a reporting period.", f"Write one of: {_FORMS}."
        ) from None


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
    hint = f"Write one of: {_FORMS}, Q1 2024/25, Apr-Jun 24, May-17."
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
        year = _financial_year(outer.period.start)
        inner = _written(found[2], _from_months((year, 4), (year + 1, 3)))
        return Written(outer.period) if inner and inner.period == outer.period else None
    if found := re.fullmatch(r"calendar year (\d{4})", plain):
        return Written(_parse(found[1]))
    try:
        return Written(_parse(plain.upper()), canonical=True)
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
    whole = _from_months((year, 4), (year + 1, 3))
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
    return Written(_from_months((first // 12, first % 12 + 1), (year, month)), exact)


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
            return Written(_parse(f"{base.text} Q{found[1]}..Q{found[2] or found[1]}"))
        return None
    if found := re.fullmatch(r"h(?:alf ?)?([12])", plain):
        quarters = {"1": "Q1..Q2", "2": "Q3..Q4"}[found[1]]
        year = base if base and base.is_financial_year else None
        return Written(_parse(f"{year.text} {quarters}")) if year else None
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
        return Written(_parse(f"@{date(edge.year, edge.month, edge.day).isoformat()}"))
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
    return Written(_from_months(start, end), began and ended) if start <= end else None


def _last_month(edge: _Edge) -> tuple[tuple[int, int], bool]:
    """The month that a stretch up to `edge` ends with, and whether the day says just that."""
    year = edge.year or 0
    if edge.day is None or edge.day == calendar.monthrange(year, edge.month)[1]:
        return (year, edge.month), True
    if edge.day != 1:
        raise ValueError
    return (year - (edge.month == 1), (edge.month - 2) % 12 + 1), False


@lru_cache(4096)
def _parse(text: str) -> Period:
    if text.startswith("@"):
        day = date.fromisoformat(text[1:])
        return Period(day, day, f"@{day.isoformat()}")
    if re.fullmatch(r"\d{4}", text):
        return _from_months((int(text), 1), (int(text), 12))
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        year = _financial(found[1], found[2])
        return _from_months((year, 4), (year + 1, 3))
    if found := _QUARTER.match(text):
        year = _financial(found[1], found[2])
        first, last = int(found[3]), int(found[4] or found[3])
        if last < first:
            raise ValueError
        return _from_months(_quarter_month(year, first, 0), _quarter_month(year, last, 2))
    if found := _MONTH.match(text):
        first = (int(found[1]), int(found[2]))
        last = (int(found[3] or found[1]), int(found[4] or found[2]))
        if last < first:
            raise ValueError
        return _from_months(first, last)
    raise ValueError


def _financial(year: str, short: str) -> int:
    if (int(year) + 1) % 100 != int(short):
        raise ValueError
    return int(year)


def _quarter_month(year: int, quarter: int, offset: int) -> tuple[int, int]:
    month = 4 + 3 * (quarter - 1) + offset
    return (year, month) if month <= 12 else (year + 1, month - 12)


def _from_months(first: tuple[int, int], last: tuple[int, int]) -> Period:
    """The period from the first day of one month to the last day of another, named canonically."""
    start = date(first[0], first[1], 1)
    end = date(last[0], last[1], calendar.monthrange(*last)[1])
    months = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
    year = _financial_year(start)
    financial = f"{year}-{(year + 1) % 100:02d}"
    if months == 12 and start.month == 1:
        text = str(start.year)
    elif months == 12 and start.month == 4:
        text = financial
    elif months % 3 == 0 and start.month % 3 == 1 and year == _financial_year(end):
        quarter = (start.month - 4) % 12 // 3 + 1
        span = months // 3
        text = f"{financial} Q{quarter}" + (f"..Q{quarter + span - 1}" if span > 1 else "")
    elif months == 1:
        text = f"{start.year}-M{start.month:02d}"
    else:
        text = f"{start.year}-M{start.month:02d}..{end.year}-M{end.month:02d}"
    return Period(end, start, text)


def _financial_year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
