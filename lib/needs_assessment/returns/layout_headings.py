"""The rows that hold the headings of a table."""

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.returns.mapping import Table, plain
from needs_assessment.returns.sheets import Sheet
from needs_assessment.spellings import written_period

# Title blocks are no longer than this.
_DEEPEST = 500
_OVER_VALUES = "headings over the values"
_ANY_YEAR = parse_period("2000-01")


def has_headings(sheet: Sheet, table: Table) -> bool:
    """Whether some row of the sheet holds all headings of the table."""
    return find_header(sheet, table, 0, len(sheet.rows))[1] == set()


def find_header(sheet: Sheet, table: Table, start: int, stop: int) -> tuple[int, set[str], str]:
    """The first row with the headings of a table, or else with most of them.

    With it, which headings it lacks, and one that stands there twice.
    """
    rows = list(range(start, min(stop, start + _DEEPEST)))
    if table.header_row and table.header_row - 1 in rows:
        # Headings repeated further down begin no table: what stands above them is read too.
        stated = [plain(cell) for cell in sheet.rows[table.header_row - 1]]
        same = (row for row in rows if [plain(cell) for cell in sheet.rows[row]] == stated)
        rows = [next(same), *rows]
    single = [each for each in table.needed if each not in table.values]
    best = (rows[0] if rows else start, {*table.needed, _OVER_VALUES}, "")
    for row in rows:
        headings = headings_over(sheet, row, table.header_rows)
        counts = {
            each: sum(_matches(each, parts, each in table.values) for parts in headings)
            for each in table.needed
        }
        absent = {each for each, count in counts.items() if not count}
        if not absent and not _is_over_values(sheet.rows[row], headings, table, single):
            absent = {_OVER_VALUES}
        if not absent:
            return row, absent, next((each for each in single if counts[each] > 1), "")
        if len(absent) < len(best[1]):
            best = row, absent, ""
    return best


def _is_over_values(
    first: list[str], headings: list[tuple[str, ...]], table: Table, single: list[str]
) -> bool:
    """Whether headings stand not over the labels alone, and in the first of several rows too."""
    label = table.label_index
    if label is not None and any(headings[label : label + 1]):
        return False
    if label is not None and not table.needed:
        return any(is_period(" ".join(parts)) for parts in headings)
    return table.header_rows == 1 or any(
        cell and not any(_matches(each, parts, False) for each in single)
        for cell, parts in zip(first, headings, strict=False)
    )


def is_period(text: str) -> bool:
    """Whether a text is a period, with its year or without."""
    try:
        written_period(text, _ANY_YEAR)
    except AssessmentError:
        return False
    return True


def headings_over(sheet: Sheet, top: int, count: int) -> list[tuple[str, ...]]:
    """The distinct headings over each column, from the top down."""
    rows = [list(row) for row in sheet.rows[top : top + count]]
    width = sheet.width
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    spread = set()
    for first, left, last, right in sheet.merged:
        for row in range(max(first, top), min(last, top + len(rows) - 1) + 1):
            if first >= top and left < right:
                spread.add(row)
            for column in range(left, min(right, width - 1) + 1) if first >= top else ():
                rows[row - top][column] = rows[first - top][left]
    for number, row in enumerate(rows[:-1]):
        # Without merged cells, as in CSV, a heading over several columns stands over the first.
        if number + top in spread:
            continue
        heading = ""
        for column in range(width):
            if row[column]:
                heading = row[column]
            elif any(below[column] for below in rows[number + 1 :]):
                row[column] = heading
    return [tuple(dict.fromkeys(filter(None, parts))) for parts in zip(*rows, strict=True)]


def _matches(heading: str, parts: tuple[str, ...], anywhere: bool) -> bool:
    """Whether a column's headings are the one wanted: together, the lowest, or any of them."""
    words = {plain(part) for part in (parts if anywhere else parts[-1:])}
    return plain(heading) in words | {plain(" ".join(parts))}
