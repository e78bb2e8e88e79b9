"""Reporting periods: calendar and financial years, quarters, months, ranges, points in time."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from needs_assessment.errors import AssessmentError

_QUARTER = re.compile(r"^(\d{4})-(\d{2}) Q([1-4])(?:\.\.Q([1-4]))?$")
_MONTH = re.compile(r"^(\d{4})-M(\d{2})(?:\.\.(\d{4})-M(\d{2}))?$")
FORMS = "2017, 2017-18, 2017-18 Q3, 2017-18 Q1..Q2, 2017-M05, 2017-M05..2017-M12, @2024-03-31"


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
        year = financial_year(self.start)
        name = f"{year}-{(year + 1) % 100:02d}"
        return [parse_period(f"{name} Q{number}") for number in range(first, last + 1)]

    def previous(self) -> "Period":
        """The same stretch one year earlier."""
        if self.is_point:
            return parse_period(f"@{_year_before(self.end).isoformat()}")
        return from_months(
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
        return canonical_period(text)
    except ValueError:
        raise AssessmentError(
            f"“{text}” is not a reporting period.", f"Write one of: {FORMS}."
        ) from None


@lru_cache(4096)
def canonical_period(text: str) -> Period:
    """What `parse_period` gives, for those who try. Raises ValueError when it is not one."""
    if text.startswith("@"):
        day = date.fromisoformat(text[1:])
        return Period(day, day, f"@{day.isoformat()}")
    if re.fullmatch(r"\d{4}", text):
        return from_months((int(text), 1), (int(text), 12))
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        year = _financial(found[1], found[2])
        return from_months((year, 4), (year + 1, 3))
    if found := _QUARTER.match(text):
        year = _financial(found[1], found[2])
        first, last = int(found[3]), int(found[4] or found[3])
        if last < first:
            raise ValueError
        return from_months(_quarter_month(year, first, 0), _quarter_month(year, last, 2))
    if found := _MONTH.match(text):
        first = (int(found[1]), int(found[2]))
        last = (int(found[3] or found[1]), int(found[4] or found[2]))
        if last < first:
            raise ValueError
        return from_months(first, last)
    raise ValueError


def _financial(year: str, short: str) -> int:
    if (int(year) + 1) % 100 != int(short):
        raise ValueError
    return int(year)


def _quarter_month(year: int, quarter: int, offset: int) -> tuple[int, int]:
    month = 4 + 3 * (quarter - 1) + offset
    return (year, month) if month <= 12 else (year + 1, month - 12)


def from_months(first: tuple[int, int], last: tuple[int, int]) -> Period:
    """The period from the first day of one month to the last day of another, named canonically."""
    start = date(first[0], first[1], 1)
    end = date(last[0], last[1], calendar.monthrange(*last)[1])
    months = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
    year = financial_year(start)
    financial = f"{year}-{(year + 1) % 100:02d}"
    if months == 12 and start.month == 1:
        text = str(start.year)
    elif months == 12 and start.month == 4:
        text = financial
    elif months % 3 == 0 and start.month % 3 == 1 and year == financial_year(end):
        quarter = (start.month - 4) % 12 // 3 + 1
        span = months // 3
        text = f"{financial} Q{quarter}" + (f"..Q{quarter + span - 1}" if span > 1 else "")
    elif months == 1:
        text = f"{start.year}-M{start.month:02d}"
    else:
        text = f"{start.year}-M{start.month:02d}..{end.year}-M{end.month:02d}"
    return Period(end, start, text)


def financial_year(day: date) -> int:
    """The year in which the financial year of a day begins."""
    return day.year if day.month >= 4 else day.year - 1


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
