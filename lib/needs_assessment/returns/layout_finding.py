"""Finding a table on a sheet."""

import re
from collections.abc import Sequence
from dataclasses import replace

from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.returns.layout import Found, Where
from needs_assessment.returns.layout_columns import base_period, read_columns
from needs_assessment.returns.layout_headings import find_header, headings_over
from needs_assessment.returns.mapping import Table, plain
from needs_assessment.returns.sheets import Sheet, in_rows, some
from needs_assessment.returns.tokens import read_token, shown
from needs_assessment.spellings import written_period

_YEAR = re.compile(r"(?:19|20)\d\d")


def title_rows(sheet: Sheet, tables: Sequence[Table], where: Where) -> list[int | AssessmentError]:
    """For each table on a sheet the row from 0 that its title stands in: 0 where it has none."""
    found: list[int | AssessmentError] = []
    for table in tables:
        title = re.compile(re.escape(plain(table.below)) + r"(?!\w)")
        row = next(
            (
                number
                for number, row in enumerate(sheet.rows)
                if any(title.match(plain(cell)) for cell in row)
            ),
            None,
        )
        if not table.below:
            found.append(0)
        elif row is None:
            found.append(
                AssessmentError(
                    f"{where}: the title “{table.below}” is missing.", _correct(where.form)
                )
            )
        else:
            found.append(row)
    return found


def find_layout(sheet: Sheet, table: Table, start: int, stop: int, where: Where) -> Found:
    """The layout of `table` between the rows `start` and `stop` of a sheet."""
    header, absent, twice = find_header(sheet, table, start, stop)
    if absent or twice:
        return Found(None, (_unfit(sheet, table, header, absent, twice, where),))
    found = _at(sheet, table, start, header, stop, where)
    # With several heading rows, the rows above and below can look like the first of them.
    near = range(max(header - table.header_rows + 1, start), min(header + table.header_rows, stop))
    for row in near if table.header_rows > 1 else ():
        if find_header(sheet, table, row, row + 1)[1:] == (set(), ""):
            other = _at(sheet, table, start, row, stop, where)
            found = max(found, other, key=_values)
    notes = list(found.notes)
    header = found.layout.header if found.layout else header
    if table.header_row and header != table.header_row - 1:
        sentence = f"The headings stand in row {header + 1}, not in row {table.header_row}."
        notes.append(where.note("headings moved", sentence, header + 1))
    notes.extend(figures_between(sheet, start, header, where))
    return replace(found, notes=tuple(notes))


def _values(found: Found) -> int:
    return len(found.layout.values) if found.layout else -1


def figures_between(sheet: Sheet, start: int, stop: int, where: Where) -> list[Flag]:
    """A note when rows above a table hold figures: they may be of a table that no form reads."""
    rows = [
        number + 1
        for number in range(start, stop)
        if sum(map(bool, sheet.rows[number])) > 1
        and any(read_token(cell) and not _YEAR.fullmatch(cell) for cell in sheet.rows[number])
    ]
    sentence = f"Above the headings stand figures that are not read ({in_rows(rows)})."
    return [where.note("figures above the headings", sentence, rows[0])] if rows else []


def _at(sheet: Sheet, table: Table, start: int, header: int, stop: int, where: Where) -> Found:
    """The layout with the headings from row `header` on."""
    try:
        base = base_period(sheet, table, start, header, where)
    except AssessmentError as error:
        return Found(None, (error,))
    parts = headings_over(sheet, header, table.header_rows)
    found = read_columns(parts, table, header, base, where)
    body = min(header + table.header_rows, stop)
    layout = found.layout and replace(found.layout, header=header, body=body, stop=stop)
    return replace(found, layout=layout)


def _unfit(
    sheet: Sheet, table: Table, header: int, absent: set[str], twice: str, where: Where
) -> AssessmentError:
    """Why the headings are not those of the form."""
    if twice:
        return AssessmentError(
            f"{where}, row {header + 1}: the heading “{twice}” stands there twice.",
            "Keep one of the columns.",
        )
    found = [" ".join(each) for each in headings_over(sheet, header, table.header_rows) if each]
    ordered = [each for each in table.needed if each in absent] or sorted(absent)
    missing = ", ".join(f"“{each}”" for each in ordered)
    said = f"{where}, row {header + 1}: the heading {missing} is missing"
    # What may be a record of somebody is not repeated.
    if not any(map(_is_datum, found)):
        said += f"; found {some([f'“{shown(each)}”' for each in found], 12) or 'nothing'}"
    return AssessmentError(f"{said}.", _correct(where.form))


def _is_datum(text: str) -> bool:
    """Whether a text is a number, date or reference, and no heading."""
    try:
        return written_period(text).period.is_point
    except AssessmentError:
        return bool(read_token(text)) or len(re.findall(r"\d", text)) > 3


def _correct(form: str) -> str:
    return f"Correct the file, or the form params/mappings/{form}.yml."
