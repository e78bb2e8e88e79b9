"""What somebody who looks at a workbook does not see, and what stands beside its cells."""

from collections.abc import Iterable

from needs_assessment.flags import Flag
from needs_assessment.returns.layout import Layout, Where
from needs_assessment.returns.sheets import Sheet, in_rows, some

_ASK = "Ask the partner whether they belong there."


def note_sheet(sheet: Sheet, where: Where) -> list[Flag]:
    """Notes on a sheet that is read: that it is hidden; comments on its cells."""
    notes = []
    if sheet.facts.hidden:
        notes.append(where.note("hidden", "The sheet is hidden. It is read all the same."))
    if sheet.facts.comments:
        cells = some(sheet.facts.comments)
        notes.append(where.note("comments", f"Comments on cells are not read ({cells})."))
    return notes


def note_table(sheet: Sheet, layout: Layout, rows: Iterable[int], where: Where) -> list[Flag]:
    """Notes on hidden rows and columns of a table, given the `rows` (from 1) that are read."""
    notes = []
    hidden = [row for row in rows if row - 1 in sheet.facts.hidden_rows]
    if hidden:
        sentence = f"Hidden rows are read like the others ({in_rows(hidden)}). {_ASK}"
        notes.append(where.note("hidden", sentence, hidden[0]))
    headings = [
        f"“{column.heading}”"
        for column in layout.columns
        if column.index in sheet.facts.hidden_columns
    ]
    if headings:
        sentence = f"Hidden columns are read like the others: {some(headings)}. {_ASK}"
        notes.append(where.note("hidden", sentence, layout.header + 1))
    return notes
