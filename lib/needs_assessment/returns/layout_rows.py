"""What each row under the headings of a table is: statistics, or something to skip and say so."""

import re
from dataclasses import dataclass, field

from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.returns.layout import Layout, Where, is_total
from needs_assessment.returns.layout_headings import is_period
from needs_assessment.returns.mapping import SAYS_NOTHING, Row, Table, plain
from needs_assessment.returns.sheets import Sheet, column_letters, in_rows, some
from needs_assessment.returns.standard import is_example
from needs_assessment.returns.statistic import Terms
from needs_assessment.returns.tokens import read_token, shown
from needs_assessment.settings import nearest

_QUOTES = "A comma in a number or a text must stand in quotation marks."
_FOOT = re.compile(r"(?:foot)?notes?|sources?|key|n\.?b\.?", re.IGNORECASE)


@dataclass(frozen=True)
class BodyRow:
    """A row of statistics: its number on the sheet (from 1), its cells, and what its label says."""

    number: int
    cells: list[str]
    counts: Row = SAYS_NOTHING

    def cell(self, index: int) -> str:
        return self.cells[index] if index < len(self.cells) else ""


@dataclass
class Body:
    """The rows of a table, with what is wrong and what to know about the others.

    `totals`: rows of totals, which are not read.
    """

    rows: list[BodyRow] = field(default_factory=list)
    totals: list[BodyRow] = field(default_factory=list)
    problems: list[AssessmentError] = field(default_factory=list)
    notes: list[Flag] = field(default_factory=list)


class _Reader:
    """Sorts the rows of one table."""

    def __init__(self, sheet: Sheet, table: Table, layout: Layout, where: Where, terms: Terms):
        self.table, self.layout, self.where, self.terms = table, layout, where, terms
        self.labels = {plain(label): row for label, row in table.rows.items()}
        self.ignored = {plain(label) for label in table.ignore}
        self.label = next((each.index for each in layout.role("label")), None)
        self.values = [column.index for column in layout.values]
        self.roles = [
            column.index
            for column in layout.columns
            if column.role not in ("", "value", "note", "status")
        ]
        self.headings = {_trimmed(sheet.rows[row]) for row in range(layout.header, layout.body)}
        self.rows = _filled(sheet, table, layout)
        self.last = max((row for row in self.rows if self._is_full(row)), default=-1)
        self.body = Body()
        self.below: list[int] = []
        self.other: list[int] = []
        self.seen: set[str] = set()

    def read(self) -> Body:
        for number, cells in self.rows.items():
            if any(cells):
                self._sort(number, cells)
        if self.other:
            rows = in_rows([row + 1 for row in self.other])
            self.body.problems.append(
                AssessmentError(
                    f"{self.where}, row {self.other[0] + 1}: here the headings change, and what "
                    f"follows is not read ({rows}).",
                    f"Tell the tables apart in params/mappings/{self.where.form}.yml: sheets, each "
                    "with the title it stands below.",
                )
            )
        if self.below:
            rows = in_rows([row + 1 for row in self.below])
            self.body.notes.append(
                self.where.note(
                    "text below the table",
                    f"Below the table stands text that is not read ({rows}).",
                    self.below[0] + 1,
                )
            )
        absent = [label for label in self.table.rows if plain(label) not in self.seen]
        if absent and self.label is not None:
            self.body.problems.append(
                AssessmentError(
                    f"{self.where} lacks the rows: {some(absent, 12)}.",
                    "Ask the partner for the whole form.",
                )
            )
        return self.body

    def _sort(self, number: int, cells: list[str]) -> None:
        filled = [index for index, cell in enumerate(cells) if cell]
        label = cells[filled[0] if self.label is None else self.label]
        if self._is_other_table(cells):
            self.other.append(number)
            return
        if plain(label) in self.ignored or _trimmed(cells) in self.headings:
            if plain(label) not in self.ignored:
                self._note(number, "headings repeated", "The headings are repeated")
            return
        if self._is_example(cells):
            return
        total = self._total(cells)
        if total:
            self._note(number, "totals not read", f"The totals row “{total}” is not read")
            self.body.totals.append(BodyRow(number + 1, cells))
        elif number > self.last and self._is_text(cells, filled):
            self.below.append(number)
        elif self.label is None:
            self.body.rows.append(BodyRow(number + 1, cells))
        elif plain(label) in self.labels:
            self.seen.add(plain(label))
            self.body.rows.append(BodyRow(number + 1, cells, self.labels[plain(label)]))
        else:
            self._unknown(number, label)

    def _is_other_table(self, cells: list[str]) -> bool:
        """Whether a row, or one above it, holds headings, and other ones than the table's."""
        if self.other:
            return _trimmed(cells) not in self.headings
        if self.label is None or plain(cells[self.label]) != plain(self.table.label_column):
            return False
        held = [cells[index] for index in self.values if cells[index]]
        return _trimmed(cells) not in self.headings and any(not read_token(text) for text in held)

    def _unknown(self, number: int, label: str) -> None:
        place = self.where.at(number + 1, self.table.label_column)
        form = f"params/mappings/{self.where.form}.yml"
        if label:
            said = f"“{shown(label)}” is not a row of form “{self.where.form}”"
            hint = nearest(label, list(self.table.rows)) or f"Add it to {form}, rows or ignore."
        else:
            said = "the row has values but no label"
            hint = "Ask the partner what they are."
        self.body.problems.append(AssessmentError(f"{place}: {said}.", hint))

    def _is_full(self, row: int) -> bool:
        """Whether a row looks like statistics: a known label, a value, or several parts of one."""
        cells = self.rows[row]
        if self.label is not None and plain(cells[self.label]) in self.labels:
            return True
        if self.table.layout == "long":
            held = [cells[index] for index in sorted({*self.roles, *self.values}) if cells[index]]
            return len(held) > 1 and not _FOOT.fullmatch(held[0].strip(" :.*"))
        return any(read_token(cells[index]) for index in self.values)

    def _is_text(self, cells: list[str], filled: list[int]) -> bool:
        """Whether a row is no more than a note: its only cell, or one that is called so."""
        if any(read_token(cells[index]) for index in filled):
            return False
        text = cells[filled[0]]
        if plain(text) in self.labels or text in self.terms.dictionary or self._names(cells):
            return False
        if len(filled) == 1:
            return filled[0] not in self.values or " " in text
        return bool(_FOOT.fullmatch(text.strip(" :.*")))

    def _names(self, cells: list[str]) -> bool:
        """Whether a row names a period or an area: then it is one, if without a value."""
        areas = {plain(area.name) for area in self.terms.areas.values()}
        areas |= set(self.terms.areas) | {plain(word) for word in self.table.areas or ()}
        if any(
            {cells[each.index], plain(cells[each.index])} & areas
            for each in self.layout.role("area")
        ):
            return True
        return any(is_period(cells[each.index]) for each in self.layout.role("period"))

    def _total(self, cells: list[str]) -> str:
        """The words that make a row one of totals to which the form gives no meaning."""
        if self.label is not None:
            label = cells[self.label]
            return label if is_total(label) and plain(label) not in self.labels else ""
        named = [cells[index] for index in self.roles if is_total(cells[index])]
        known = (*self.table.categories, *(self.table.areas or ()), *self.table.rows)
        words = {plain(word) for word in known}
        return next((word for word in named if plain(word) not in words), "")

    def _is_example(self, cells: list[str]) -> bool:
        said = {
            role: next((cells[each.index] for each in self.layout.role(role)), "")
            for role in ("measure", "value", "note")
        }
        return self.table.layout == "long" and is_example(**said)

    def _note(self, row: int, rule: str, sentence: str) -> None:
        self.body.notes.append(self.where.note(rule, f"{sentence} (row {row + 1}).", row + 1))


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    """A row as it is compared: rows of text files end where their last delimiter stands."""
    texts = [plain(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def read_rows(sheet: Sheet, table: Table, layout: Layout, where: Where, terms: Terms) -> Body:
    """The rows of statistics of a table.

    Blank rows, rows the form ignores, and the example row of an empty form are passed over. Totals,
    repeated headings and text below the table are notes. Any other row that is not of the form is
    a problem, as is one of its rows that is absent, a value without a heading, and one that is
    merged over several cells.
    """
    body = _Reader(sheet, table, layout, where, terms).read()
    uneven = _uneven(sheet, body.rows, layout)
    if uneven:
        body.rows = [row for row in body.rows if row.number not in uneven]
        body.problems.append(
            AssessmentError(
                f"{where}, {in_rows(uneven)}: there are more cells than headings.",
                _QUOTES,
            )
        )
    body.problems.extend(_unheaded(body.rows, layout, where))
    body.problems.extend(_merged(sheet, layout, where))
    return body


def _filled(sheet: Sheet, table: Table, layout: Layout) -> dict[int, list[str]]:
    """The rows of the table by number (from 0), cells that hold for several rows repeated."""
    rows = {
        number: [*sheet.rows[number], *[""] * (sheet.width - len(sheet.rows[number]))]
        for number in range(layout.body, layout.stop)
    }
    naming = {column.index for column in layout.columns if column.role not in ("", "value")}
    down = {plain(heading) for heading in table.fill_down}
    for top, left, bottom, _ in sheet.merged:
        if left in naming and top in rows:
            for number in range(top + 1, min(bottom, layout.stop - 1) + 1):
                if any(rows[number]) and not rows[number][left]:
                    rows[number][left] = rows[top][left]
    values = [column.index for column in layout.values]
    for column in layout.columns:
        above = ""
        for cells in rows.values() if plain(column.heading) in down else ():
            if not cells[column.index] and any(cells[index] for index in values):
                cells[column.index] = above
            above = cells[column.index] or above
    return rows


def _uneven(sheet: Sheet, rows: list[BodyRow], layout: Layout) -> list[int]:
    """Rows of a text file with more cells than headings, the last of them empty.

    A comma without quotation marks, as in 1,204, has moved the others to the right. Not where
    every row ends with a delimiter.
    """
    if sheet.name:
        return []
    width = max(map(len, sheet.rows[layout.header : layout.body]), default=0)
    cells = {row.number: sheet.rows[row.number - 1] for row in rows}
    if len(cells) > 1 and len({len(row) for row in cells.values()}) == 1:
        return []
    return [number for number, row in cells.items() if len(row) > width and not any(row[width:])]


def _unheaded(rows: list[BodyRow], layout: Layout, where: Where) -> list[AssessmentError]:
    problems = []
    for index in layout.unnamed:
        held = [row.number for row in rows if row.cell(index)]
        if held:
            problems.append(
                AssessmentError(
                    f"{where}, column {column_letters(index)} holds something ("
                    f"{in_rows(held)}) but has no heading.",
                    "Give it a heading and map it, or empty it."
                    if where.sheet
                    else f"Give it a heading and map it, or empty it. {_QUOTES}",
                )
            )
    return problems


def _merged(sheet: Sheet, layout: Layout, where: Where) -> list[AssessmentError]:
    """Values that stand in merged cells, so that it is not said which statistic they are."""
    values = {column.index: column.heading for column in layout.values}
    problems = []
    for top, left, bottom, right in sheet.merged:
        if not layout.body <= top < layout.stop or left not in values:
            continue
        covered = [index for index in range(left, right + 1) if index in values]
        text = sheet.rows[top][left] if left < len(sheet.rows[top]) else ""
        if read_token(text) and (len(covered) > 1 or bottom > top):
            place = where.at(top + 1, values[left])
            problems.append(
                AssessmentError(
                    f"{place}: “{shown(text)}” stands in cells merged down to row {bottom + 1}, "
                    f"column “{values[covered[-1]]}”.",
                    "Ask the partner for a value in each cell.",
                )
            )
    return problems
