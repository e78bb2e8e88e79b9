"""What a partner's sheet looks like: where its headings stand and what is under each."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.layout import Where, is_total
from needs_assessment.returns.layout_columns import base_period
from needs_assessment.returns.layout_headings import headings_over
from needs_assessment.returns.mapping import SHEET, TITLE, Table, plain
from needs_assessment.returns.proposing_records import is_identifying
from needs_assessment.returns.sheets import Sheet
from needs_assessment.returns.tokens import read_token
from needs_assessment.spellings import written_period

# Title blocks are shorter, and headings take no more rows.
_DEEPEST, _MOST_HEADING_ROWS = 40, 3
_LONGEST_HEADING = 60
# Rows looked at to say what a column holds.
_SAMPLE = 500
_ANY_YEAR = parse_period("2000-01")

# What partners call columns that say what a row is about.
_ROLES = {
    "measure": ("measure", "measure id", "indicator", "metric", "data item", "statistic"),
    "period": (
        *("period", "reporting period", "time period", "quarter", "qtr", "month", "year"),
        *("financial year", "calendar year", "date", "as at"),
    ),
    "area": (
        *("area", "area code", "area name", "gss code", "ons code", "council", "authority"),
        *("local authority", "la", "la code", "lad", "district", "borough", "local authority area"),
    ),
    "dimension": ("dimension", "breakdown", "type of breakdown", "broken down by"),
    "category": ("category", "group", "breakdown value", "sub-group", "subgroup"),
    "value": ("value", "number", "count", "figure", "n", "no", "no.", "volume", "total number"),
    "status": ("status", "marker"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks", "caveats", "footnote"),
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}


@dataclass(frozen=True)
class Head:
    """A column: its headings from the top down, what they name, and what stands under them.

    `kind`: period, role, other, or unnamed; `role` for the second. `period_part`: which of the
    headings is the period. `figures` and `texts` count the cells under it.
    """

    index: int
    parts: tuple[str, ...]
    kind: str
    role: str = ""
    other_parts: tuple[str, ...] = ()
    needs_year: bool = False
    figures: int = 0
    texts: int = 0

    @property
    def name(self) -> str:
        return " ".join(self.parts)


@dataclass(frozen=True)
class Shape:
    """A table on a sheet: `header` is its first heading row (from 0), `rows` how many there are.

    `period`: `title` or `sheet` where one of them names the period of the whole table, else "".
    """

    sheet: Sheet
    header: int
    header_rows: int
    heads: tuple[Head, ...]
    period: str
    score: float = field(compare=False, default=0.0)

    @property
    def body(self) -> list[tuple[int, list[str]]]:
        """The rows under the headings, each with its number on the sheet (from 1)."""
        width = self.sheet.width
        first = self.header + self.header_rows
        return [
            (number, [*row, *[""] * (width - len(row))])
            for number, row in enumerate(self.sheet.rows[first:], start=first + 1)
        ]

    def with_role(self, role: str) -> Head | None:
        return next((head for head in self.heads if head.role == role), None)

    @property
    def periods(self) -> list[Head]:
        return [head for head in self.heads if head.kind == "period"]

    @property
    def label(self) -> Head | None:
        """The column that says what each row counts: the first of those with most texts."""
        possible = [
            head
            for head in self.heads
            if head.texts > head.figures
            and (head.kind in ("other", "unnamed") or head.role in ("measure", "category"))
        ]
        return max(possible, key=lambda head: (head.texts, -head.index), default=None)

    def words(self, head: Head | None) -> list[str]:
        """The different texts in a column other than “Total”, in order."""
        if head is None:
            return []
        texts = dict.fromkeys(cells[head.index] for _, cells in self.body)
        return [text for text in texts if text and not is_total(text)]

    @property
    def values(self) -> list[Head]:
        """Columns of figures whose headings are no period and no role."""
        return [
            head
            for head in self.heads
            if head.kind == "other" and head.figures and head.figures >= head.texts
        ]


def extract_headings(sheet: Sheet) -> list[str]:
    """The headings of an extract with a row for each person or event; none where it is not one.

    They stand in a row of several short texts without a figure or date, of which some tell of
    single people or events.
    """
    for row in sheet.rows[:_DEEPEST]:
        filled = [cell for cell in row if cell]
        if len(filled) < 3 or max(map(len, filled)) > _LONGEST_HEADING:
            continue
        if any(read_token(cell) or is_period(cell) for cell in filled):
            continue
        if any(map(is_identifying, filled)):
            return filled
    return []


def find_shape(sheet: Sheet) -> Shape | None:
    """The table that most of a sheet is, or None when no row looks like headings."""
    best: Shape | None = None
    for count in range(1, _MOST_HEADING_ROWS + 1):
        for row in range(min(len(sheet.rows) - count, _DEEPEST)):
            found = _shape_at(sheet, row, count)
            if found.score > (best.score if best else 0):
                best = found
    return best


def names_values(text: str) -> bool:
    """Whether a heading says no more than that figures stand below it, as “Number” does."""
    return _ROLE_OF.get(plain(text).strip(" :*")) == "value"


def is_period(text: str, base: Period | None = None) -> bool:
    """Whether a heading or cell names a period; a plain number is none unless it is a year."""
    if re.fullmatch(r"\d+", text) and not re.fullmatch(r"(?:19|20)\d\d", text):
        return False
    try:
        written_period(text, base)
    except AssessmentError:
        return False
    return True


def _shape_at(sheet: Sheet, row: int, count: int) -> Shape:
    where = Where("", sheet.name, "")
    period, base = "", None
    for candidate in (TITLE, SHEET):
        table = Table(layout="long", columns={"value": "v"}, measure="m", period=candidate)
        try:
            written = base_period(sheet, table, 0, row, where)
        except AssessmentError:
            continue
        if written:
            period, base = candidate, written.period
            break
    body = sheet.rows[row + count : row + count + _SAMPLE]
    heads = tuple(
        _head(index, parts, [line[index] for line in body if index < len(line)], base)
        for index, parts in enumerate(headings_over(sheet, row, count))
    )
    return Shape(sheet, row, count, heads, period, _score(heads, count))


def _score(heads: tuple[Head, ...], count: int) -> float:
    """How much a row looks like headings: periods over figures, names of roles, other words."""
    score = 0.0
    for head in heads:
        if head.kind == "period":
            score += 3 if head.figures and not head.needs_year else 1 if head.figures else -1
        elif head.kind == "role":
            score += 2 if head.figures or head.texts else 0
        elif head.kind == "other":
            number = any(read_token(part) for part in head.parts)
            score += -3 if number else 1 if head.figures else 0.2
        elif head.figures:
            score -= 2
    named = [head.name for head in heads if head.parts]
    score -= 3 * (len(named) - len(set(named)))
    return score - 0.5 * (count - 1) if any(head.figures for head in heads) else 0


def _head(index: int, parts: tuple[str, ...], cells: list[str], base: Period | None) -> Head:
    filled = [cell for cell in cells if cell]
    figures = sum(read_token(cell) is not None for cell in filled)
    counts = {"figures": figures, "texts": len(filled) - figures}
    if not parts:
        return Head(index, parts, "unnamed", **counts)
    for year in (base, _ANY_YEAR):
        dated = _period_parts(parts, lambda text, year=year: is_period(text, year))
        if dated:
            rest = tuple(part for part in parts if part not in dated)
            return Head(index, parts, "period", "", rest, needs_year=year is _ANY_YEAR, **counts)
    role = _ROLE_OF.get(plain(parts[-1]).strip(" :*")) or _ROLE_OF.get(plain(" ".join(parts)))
    if role and _fits(role, filled, figures, base):
        return Head(index, parts, "role", role, **counts)
    return Head(index, parts, "other", **counts)


def _period_parts(parts: tuple[str, ...], known: Callable[[str], bool]) -> tuple[str, ...]:
    """The headings that together name a period: the most that stand one below another."""
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length + 1):
            run = parts[start : start + length]
            if known(" ".join(run)) or known(" ".join(reversed(run))):
                return run
    return ()


def _fits(role: str, filled: list[str], figures: int, base: Period | None) -> bool:
    """Whether what stands in a column goes with the role that its heading names."""
    if not filled:
        return role in ("area", "dimension", "category", "status", "note")
    if role == "value":
        return 2 * figures >= len(filled)
    if role == "period":
        dated = sum(is_period(cell, base or _ANY_YEAR) for cell in filled)
        return 2 * dated >= len(filled)
    return role == "note" or 2 * figures < len(filled)
