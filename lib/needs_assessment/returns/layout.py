"""Where a table stands on a sheet, and what each of its columns holds."""

import re
from dataclasses import dataclass

from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.returns.mapping import SAYS_NOTHING, Row, plain
from needs_assessment.returns.statistic import Place
from needs_assessment.spellings import Written

_TOTAL = re.compile(
    r"(?:(?:grand|overall|running|cumulative|column|row|year|ytd)[ -]?)?totals?|sub-?\s?totals?"
    r"|overall|sum|all|ytd|year to date"
)


@dataclass(frozen=True)
class Where:
    """The sheet that is being read, as errors and notes call it, and the form it is read by."""

    file: str
    sheet: str
    form: str

    def __str__(self) -> str:
        return f"{self.file}, sheet “{self.sheet}”" if self.sheet else self.file

    def at(self, row: int, column: str) -> Place:
        return Place(self.file, self.sheet, row, column)

    def note(self, rule: str, sentence: str, row: int | None = None) -> Flag:
        return Flag("note", rule, self.form, sentence, self.file, self.sheet, row)


@dataclass(frozen=True)
class Column:
    """A column that is read: in a `role`, as the `label`, or (no role) for the values in it.

    `heading`: as errors call it. `counts`: what the heading says its values are. `period`: the one
    its heading names.
    """

    index: int
    heading: str
    role: str = ""
    counts: Row = SAYS_NOTHING
    period: Written | None = None


@dataclass(frozen=True)
class Layout:
    """A table on a sheet: rows from 0, its headings from `header`, its rows from `body` to `stop`.

    `base`: the period that the title or the sheet's name gives. `unnamed`: columns without heading.
    `totals`: columns of totals, which are not read.
    """

    header: int
    body: int
    stop: int
    columns: tuple[Column, ...]
    unnamed: tuple[int, ...]
    base: Written | None
    totals: tuple[Column, ...] = ()

    def role(self, role: str) -> list[Column]:
        return [column for column in self.columns if column.role == role]

    @property
    def values(self) -> list[Column]:
        return [column for column in self.columns if column.role in ("", "value")]


@dataclass(frozen=True)
class Found:
    """A layout, or None when the table cannot be read, with what is wrong and what to know."""

    layout: Layout | None
    problems: tuple[AssessmentError, ...] = ()
    notes: tuple[Flag, ...] = ()


def is_total(text: str) -> bool:
    """Whether a heading or label says no more than that it is a total."""
    return bool(_TOTAL.fullmatch(plain(text).strip(" :")))
