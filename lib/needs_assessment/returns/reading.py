"""From one return to observations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from needs_assessment.council import Return
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.returns.layout import Column, Layout, Where
from needs_assessment.returns.layout_columns import stand_for
from needs_assessment.returns.layout_finding import figures_between, find_layout, title_rows
from needs_assessment.returns.layout_headings import has_headings
from needs_assessment.returns.layout_rows import BodyRow, read_rows
from needs_assessment.returns.mapping import Form, Row, Table, plain
from needs_assessment.returns.quote_forms import QuoteForm
from needs_assessment.returns.quotes import Quote, read_quotes
from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.sheets import Book, Sheet, no_sheet, some
from needs_assessment.returns.standard import SHEET as STANDARD
from needs_assessment.returns.statistic import Place, Statistic, Terms, area_code, observe
from needs_assessment.returns.tokens import shown
from needs_assessment.returns.unread_totals import Found, check_totals
from needs_assessment.returns.unseen import note_sheet, note_table
from needs_assessment.settings import nearest
from needs_assessment.spellings import Written, written_period

_KEEP_OWN = (
    "Ask for this council's rows alone. Or give the file a form of its own: a copy of "
    "params/mappings/standard.yml with areas: in it; these rows are then left out."
)

__all__ = ["Place", "Reading", "Terms", "read_file", "read_return"]


@dataclass
class Reading:
    """What one return says: observations (rows as `observations.COLUMNS`) and problems.

    `notes`: what was recognised and left out, such as totals, footnotes, other sheets and the
    rows of other councils, and periods that were not taken to the letter. `quotes`: survivors'
    words that may be published.
    """

    observations: list[dict[str, Any]] = field(default_factory=list)
    problems: list[AssessmentError] = field(default_factory=list)
    notes: list[Flag] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


def read_return(
    path: Path, name: str, settings: Return, mapping: Form, terms: Terms
) -> tuple[list[dict[str, Any]], list[AssessmentError]]:
    """The observations of one return and its problems; see `read_file`."""
    reading = read_file(path, name, settings, mapping, terms)
    return reading.observations, reading.problems


def read_file(path: Path, name: str, settings: Return, mapping: Form, terms: Terms) -> Reading:
    """What one return says.

    Every problem names file, sheet, row, column and what was found. Nothing is coerced or
    dropped: a cell that cannot be read is a problem, what is left out is a note, an empty cell of
    a wide form is no statistic.
    """
    if isinstance(mapping, RecordForm):
        # The database behind it takes a while to load, and few councils need it.
        from needs_assessment.returns.records import read_records

        return Reading(*read_records(path, name, settings, mapping, terms))
    if isinstance(mapping, QuoteForm):
        period = terms.period.text if terms.period else ""
        found = read_quotes(path, name, settings, mapping, terms.dictionary, period)
        return Reading(quotes=found[0], problems=found[1])
    reading = Reading()
    expected = {heading for table in mapping.tables for heading in table.needed}
    try:
        book = Book(path, name, expected)
    except AssessmentError as error:
        reading.problems.append(error)
        return reading
    chosen: dict[str, list[Table]] = {}
    for table in mapping.tables:
        try:
            for sheet in _sheets(book, table, name, mapping.name):
                chosen.setdefault(sheet, []).append(table)
        except AssessmentError as error:
            reading.problems.append(error)
    for sheet_name, tables in chosen.items():
        where = Where(name, sheet_name, mapping.name)
        try:
            sheet = book.sheet(sheet_name)
        except AssessmentError as error:
            reading.problems.append(error)
            continue
        reading.notes.extend(note_sheet(sheet, where))
        for table, start, stop in _extents(sheet, tables, where, reading):
            _TableReader(sheet, table, where, settings, terms, reading).read(start, stop)
    known = {plain(sheet) for sheet in (*chosen, *mapping.ignore_sheets)}
    unread = [
        each for each in book.names if plain(each) not in known and book.holds_something(each)
    ]
    if unread and chosen:
        reading.notes.append(
            Where(name, "", mapping.name).note(
                "sheets not read", f"Its further sheets are not read: {some(book.called(unread))}."
            )
        )
    return reading


def _sheets(book: Book, table: Table, name: str, form: str) -> list[str]:
    """The sheets that hold a table. Raises AssessmentError when that cannot be told."""
    if book.names == [""]:
        return [""]
    if table.sheet is not None:
        pattern = plain(table.sheet)
        found = [each for each in book.names if fnmatchcase(plain(each), pattern)]
        if not found:
            raise no_sheet(name, table.sheet, book.called(book.names))
        return found
    filled = [each for each in book.names if book.holds_something(each)]
    found = [each for each in filled if has_headings(book.sheet(each), table)]
    seen = [each for each in found if not book.is_hidden(each)]
    if len(seen) == 1:
        return seen
    if len(found) > 1:
        raise AssessmentError(
            f"{name}: {len(found)} of its {len(book.names)} sheets hold the headings of form "
            f"“{form}”: {some(book.called(found))}.",
            f"Say which to read in params/mappings/{form}.yml, under sheets.",
        )
    return found or (filled or book.names)[:1]


def _extents(
    sheet: Sheet, tables: list[Table], where: Where, reading: Reading
) -> Iterator[tuple[Table, int, int]]:
    """The tables of a sheet with the rows they lie between: each up to the next one's title."""
    if sum(not table.below for table in tables) > 1:
        reading.problems.append(
            AssessmentError(
                f"{where} holds several tables of form “{where.form}” that are not told apart.",
                f"Say in params/mappings/{where.form}.yml which title each stands below.",
            )
        )
        return
    starts = title_rows(sheet, tables, where)
    known = sorted({start for start in starts if isinstance(start, int)})
    reading.notes.extend(figures_between(sheet, 0, known[0] if known else 0, where))
    for table, start in zip(tables, starts, strict=True):
        if isinstance(start, AssessmentError):
            reading.problems.append(start)
            continue
        yield table, start, next((each for each in known if each > start), len(sheet.rows))


class _TableReader:
    """Reads one table of a sheet into a `Reading`."""

    def __init__(
        self,
        sheet: Sheet,
        table: Table,
        where: Where,
        settings: Return,
        terms: Terms,
        reading: Reading,
    ):
        self.sheet, self.table, self.where = sheet, table, where
        self.settings, self.terms, self.reading = settings, terms, reading
        self.other: dict[str, set[int]] = {}
        self.inexact: dict[str, tuple[Written, int]] = {}
        self.measures = {plain(label): row for label, row in table.rows.items()}
        self.found: Found = {}

    def read(self, start: int, stop: int) -> None:
        found = find_layout(self.sheet, self.table, start, stop, self.where)
        self.reading.problems.extend(found.problems)
        self.reading.notes.extend(found.notes)
        layout = found.layout
        if layout is None:
            return
        body = read_rows(self.sheet, self.table, layout, self.where, self.terms)
        self.reading.problems.extend(body.problems)
        self.reading.notes.extend(body.notes)
        read = [row.number for row in body.rows]
        self.reading.notes.extend(note_table(self.sheet, layout, read, self.where))
        before = len(self.reading.observations), len(self.reading.problems)
        for row in body.rows:
            filled = [each for each in layout.values if row.cell(each.index) or each.role]
            # A row without values is no statistic, but what it names must make sense.
            for column in filled or layout.values[:1]:
                self._cell(row, column, layout, bool(filled))
        self.reading.notes.extend(
            check_totals(
                self.sheet, layout, body.totals, self.found, self.terms.dictionary, self.where
            )
        )
        self._say_other_areas()
        self._say_inexact_periods(layout)
        after = len(self.reading.observations), len(self.reading.problems)
        if before == after and not body.problems and not found.problems and not self.other:
            self.reading.notes.append(
                self.where.note("nothing returned", "The table holds no statistics.")
            )

    def _cell(self, row: BodyRow, column: Column, layout: Layout, filled: bool) -> None:
        try:
            found = self._statistic(row, column, layout)
            if found and filled and self._is_own(found.area, row.number):
                observation = observe(found, self.settings, self.terms)
                self.reading.observations.append(observation)
                self.found[row.number, column.index] = observation
        except AssessmentError as error:
            if str(error) not in map(str, self.reading.problems[-len(layout.values) :]):
                self.reading.problems.append(error)

    def _statistic(self, row: BodyRow, column: Column, layout: Layout) -> Statistic | None:
        table, here = self.table, self.where.at(row.number, column.heading)
        said: dict[str, str] = {}
        places: dict[str, Place] = {}
        for each in layout.columns:
            role, text = each.role, row.cell(each.index)
            if role and role not in ("label", "value"):
                said[role] = f"{said[role]} {text}".strip() if role in said else text
                places.setdefault(role, self.where.at(row.number, each.heading))
        if said.get("area"):
            # What else a row for another council says is not ours to check.
            code = self._area(said, row.counts, column.counts, places["area"])
            if not self._is_own(code, row.number):
                return None
        labelled = row.counts
        if "measure" in said and self.measures:
            labelled = self._labelled(said["measure"], places["measure"])
            said["measure"] = labelled.measure
        area = self._area(said, labelled, column.counts, places.get("area", here))
        period = self._period(said, labelled, column, layout, places.get("period", here))
        notes = [said.get("note", ""), labelled.note or column.counts.note or table.note]
        return Statistic(
            measure=said.get("measure")
            or labelled.measure
            or column.counts.measure
            or table.measure,
            breakdown=self._breakdown(labelled, column.counts, said),
            period=period,
            area=area,
            value=row.cell(column.index),
            places={**dict.fromkeys(("measure", "dimension", "category", "area"), here), **places}
            | {"period": places.get("period", here), "value": here},
            status=said.get("status", ""),
            note="; ".join(filter(None, notes)),
            categories=table.categories,
        )

    def _labelled(self, text: str, place: Place) -> Row:
        """What the partner's word in a measure column counts."""
        if plain(text) in self.measures:
            return self.measures[plain(text)]
        if text in self.terms.dictionary:
            return Row(measure=text)
        raise AssessmentError(
            f"{place}: “{shown(text)}” is not a row of form “{self.where.form}”.",
            nearest(text, list(self.table.rows))
            or f"Add it to params/mappings/{self.where.form}.yml, under rows or ignore.",
        )

    def _breakdown(
        self, labelled: Row, counted: Row, said: dict[str, str]
    ) -> tuple[tuple[str, str], ...]:
        """The dimensions and categories that row, column and cells give, or else the table."""
        table = self.table
        given = [
            (labelled.dimension, labelled.category),
            (counted.dimension, counted.category),
            (said.get("dimension", ""), said.get("category", "")),
        ]
        pairs = [
            (dimension or table.dimension, category)
            for dimension, category in given
            if dimension or category
        ]
        if not pairs and table.category:
            pairs = [(table.dimension, table.category)]
        return tuple(pairs)

    def _area(self, said: dict[str, str], labelled: Row, counted: Row, place: Place) -> str:
        words = self.table.areas or {}
        text = said.get("area") or labelled.area or counted.area or self.table.area
        if text:
            return area_code(text, words, self.terms, place)
        if "area" in said and (self.table.layout == "wide" or self.table.areas is not None):
            raise AssessmentError(
                f"{place}: the area is missing.", "Ask the partner which area the row is for."
            )
        return self.terms.own_area

    def _period(
        self, said: dict[str, str], labelled: Row, column: Column, layout: Layout, place: Place
    ) -> Written:
        base = layout.base
        text = said.get("period") or labelled.period or column.counts.period
        if text:
            try:
                written = stand_for(written_period(text, base.period if base else None), self.table)
            except AssessmentError as error:
                raise AssessmentError(f"{place}: {error.message}", error.hint) from None
        elif column.period or (base and "period" not in said):
            written, text = column.period or base, column.heading if column.period else ""
        else:
            raise AssessmentError(f"{place}: the period is missing.", "Ask the partner for it.")
        if text and not written.exact:
            self.inexact.setdefault(text, (written, place.row))
        return written

    def _is_own(self, area: str, row: int) -> bool:
        if self.terms.concerns(area) or (self.table.areas is None and area in self.terms.compared):
            return True
        self.other.setdefault(area, set()).add(row)
        return False

    def _say_other_areas(self) -> None:
        if not self.other:
            return
        rows = sorted({row for found in self.other.values() for row in found})
        named = some([self.terms.areas[code].name for code in self.other])
        span = f"row {rows[0]}" if len(rows) == 1 else f"{len(rows)} rows, {rows[0]} to {rows[-1]}"
        if self.table.areas is not None:
            self.reading.notes.append(
                self.where.note(
                    "other areas", f"Rows for other areas are left out: {named} ({span}).", rows[0]
                )
            )
            return
        self.reading.problems.append(
            AssessmentError(
                f"{self.where} holds rows for other councils: {named} ({span}).",
                _KEEP_OWN
                if self.where.form == STANDARD
                else "If it serves several councils, declare areas: in "
                f"params/mappings/{self.where.form}.yml; these rows are then left out.",
            )
        )

    def _say_inexact_periods(self, layout: Layout) -> None:
        if layout.base and not layout.base.exact:
            self.inexact.setdefault("the title", (layout.base, layout.header + 1))
        for text, (written, row) in self.inexact.items():
            words = written.period.words()
            self.reading.notes.append(
                self.where.note("period", f"“{shown(text)}” is read as {words} (row {row}).", row)
            )
