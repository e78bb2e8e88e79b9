"""The form of a record-level extract: how rows about people are counted, and what is never read."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

RECORDS = "records"

_BAND = re.compile(r"(\d{1,3})(?:-(\d{1,3})|(\+))?")
_OLDEST = 999


def _words(data: Any) -> Any:
    """Codes as text: YAML makes a number of `1:` and a truth value of an unquoted `no:`."""
    if not isinstance(data, dict):
        return data
    truths = [key for key in (*data, *data.values()) if isinstance(key, bool)]
    if truths:
        raise ValueError('put “yes”, “no”, “on” and “off” in quotation marks, as in "yes"')
    return {str(key): value for key, value in data.items()}


Grain = Literal["month", "quarter", "year"]
Words = Annotated[dict[str, str], BeforeValidator(_words)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Coded(_Part):
    """A column of codes, and the category that each stands for.

    `codes`: the partner's code → category. `bands`: ages in whole years, as `16-24`, `65+` or
    `17` → category. `born`: the column holds dates of birth, with a year of four digits, and the
    bands are of the age on the record's date. `blank`: the category of an empty cell; without it,
    an empty cell is reported. Where a record or a person has several, the category listed first
    counts.
    """

    column: str
    codes: Words = {}
    bands: Words = {}
    born: bool = False
    blank: str = ""

    @property
    def categories(self) -> list[str]:
        """Every category once, first listed first, that of an empty cell last."""
        listed = [*self.codes.values(), *self.bands.values()]
        known = [category for category in dict.fromkeys(listed) if category != self.blank]
        return [*known, self.blank] if self.blank else known

    @property
    def limits(self) -> list[tuple[int, int, str]]:
        """The bands as (youngest, oldest, category)."""
        return [(*_ages(band), category) for band, category in self.bands.items()]

    @model_validator(mode="after")
    def _readable(self) -> "Coded":
        if not self.categories:
            raise ValueError("codes or bands must be given")
        if self.born and (self.codes or not self.bands):
            raise ValueError("born: dates of birth have bands and no codes")
        taken: set[int] = set()
        for youngest, oldest, _ in self.limits:
            ages = set(range(youngest, oldest + 1))
            if ages & taken:
                raise ValueError(f"the age {min(ages & taken)} stands in two bands")
            taken |= ages
        return self


class People(_Part):
    """What tells one person from another. `blank`: whether a row without it is reported."""

    columns: list[str] = Field(min_length=1)
    blank: Literal["report", "leave out"] = "report"


class Count(_Part):
    """One measure counted from the rows.

    `of`: records, or a name under `people`. `each`: the grain that is declared, a count for each
    month, quarter or year. `by`: dimension → field. `where`: field → the categories that count.
    `at_least`: how many records a person must have to be counted.
    """

    measure: str
    of: str = RECORDS
    each: Grain = "quarter"
    by: dict[str, str] = {}
    where: dict[str, list[str]] = {}
    at_least: int = Field(1, ge=1)
    note: str = ""


class Average(_Part):
    """The average of what lies between two days of each record, such as referral and hearing.

    `start`, `end`: the headings of the two dates; of a record with several, the earliest of each.
    `where`: field → the categories that count. `blank`: whether a record without one of the two is
    reported. The average is in the unit of the measure, weeks or days, to one decimal. Over fewer
    records than the council shows counts of, it is withheld.
    """

    measure: str
    start: str
    end: str
    each: Grain = "year"
    where: dict[str, list[str]] = {}
    blank: Literal["report", "leave out"] = "report"
    note: str = ""


class RecordForm(_Part):
    """A form with a row for each crime, referral or assessment.

    `record`: the headings that together tell one record from another: rows with the same are one.
    `date`: the heading of the date that puts a record into its quarter; `dates` says what stands
    first in a numeric date. `outside`: what to do with rows dated outside the edition's year.

    `area`: the heading of the area, `areas` its words → GSS code: rows of other councils are then
    left out, as are those in `elsewhere`. Without `areas` the column holds GSS codes of one
    council. Without `area` every row is the council's own.

    `keep`: field → the categories of the rows that count at all. `leave_out`: headings that are
    never read: names, addresses, dates of birth and whatever else no count needs.
    """

    name: str
    layout: Literal["records"]
    sheet: str | None = None
    record: list[str] = Field(min_length=1)
    date: str
    dates: Literal["day first", "month first"] = "day first"
    outside: Literal["report", "leave out"] = "report"
    area: str = ""
    areas: Words = {}
    elsewhere: list[str] = []
    people: dict[str, People] = {}
    fields: dict[str, Coded] = {}
    keep: dict[str, list[str]] = {}
    leave_out: list[str] = []
    counts: list[Count] = Field(min_length=1)
    averages: list[Average] = []

    @property
    def needed(self) -> list[str]:
        """Every heading that is read, once."""
        people = [column for each in self.people.values() for column in each.columns]
        coded = [each.column for each in self.fields.values()]
        area = [self.area] if self.area else []
        days = [heading for each in self.averages for heading in (each.start, each.end)]
        return list(dict.fromkeys([*self.record, self.date, *area, *people, *coded, *days]))

    @model_validator(mode="after")
    def _consistent(self) -> "RecordForm":
        if self.areas and not self.area:
            raise ValueError("areas needs area, the heading of the column")
        if RECORDS in self.people:
            raise ValueError(f"people: “{RECORDS}” stands for the records themselves")
        both = [heading for heading in self.leave_out if heading in self.needed]
        if both:
            raise ValueError(f"leave_out: “{both[0]}” is read too")
        self._check_categories("keep", self.keep)
        for count in self.counts:
            if count.of != RECORDS and count.of not in self.people:
                raise ValueError(f"counts: {count.measure} is of “{count.of}”, not under people")
            if count.of == RECORDS and count.at_least > 1:
                raise ValueError(f"counts: {count.measure}: at_least is about people")
            for field in count.by.values():
                if field not in self.fields:
                    raise ValueError(f"counts: {count.measure}: “{field}” is not under fields")
            self._check_categories(f"counts: {count.measure}", count.where)
        averaged = [average.measure for average in self.averages]
        for average in self.averages:
            # Averages of a year and of its quarters would give away one that is withheld.
            if averaged.count(average.measure) > 1:
                raise ValueError(f"averages: {average.measure} stands there twice")
            self._check_categories(f"averages: {average.measure}", average.where)
        return self

    def _check_categories(self, where: str, chosen: dict[str, list[str]]) -> None:
        for field, categories in chosen.items():
            if field not in self.fields:
                raise ValueError(f"{where}: “{field}” is not under fields")
            known = self.fields[field].categories
            for category in categories:
                if category not in known:
                    raise ValueError(f"{where}: “{category}” is not a category of {field}")


def _ages(band: str) -> tuple[int, int]:
    found = _BAND.fullmatch(band.replace(" ", ""))
    if not found:
        raise ValueError(f"“{band}” is not a band of ages: write 16-24, 65+ or 17")
    youngest = int(found[1])
    oldest = _OLDEST if found[3] else int(found[2] or found[1])
    if oldest < youngest:
        raise ValueError(f"“{band}” is not a band of ages: write the lower age first")
    return youngest, oldest
