"""Survivors' words: read only with consent, and never repeated in an error.

What somebody said is returned on a form of its own, a row for each quote. Only words whose
speaker agreed to their publication, in this wording, are read. An error names row and column,
never what stands there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from needs_assessment.council import Return
from needs_assessment.errors import AssessmentError
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.quote_forms import EXAMPLE, YES, QuoteForm
from needs_assessment.returns.sheets import Book, column_letters
from needs_assessment.spellings import read_period

_THEMES = ("voice.themes", "theme")
_TITLE_ROWS = 50


@dataclass(frozen=True)
class Quote:
    """Words that may be published, with the theme they speak to and where they stand.

    `theme` is a category of `voice.themes`, `period` the edition they were returned for.
    """

    theme: str
    text: str
    partner: str
    nature: str
    period: str
    file: str
    sheet: str
    row: int


def read_quotes(
    path: Path, name: str, settings: Return, form: QuoteForm, dictionary: Dictionary, period: str
) -> tuple[list[Quote], list[AssessmentError]]:
    """The quotes of one return that may be published, and its problems.

    A row that lacks consent, how and when it was given, or the speaker's agreement to the wording
    is a problem, and nothing of it is read.
    """
    try:
        sheet, rows, header = _find_table(path, name, form)
    except AssessmentError as error:
        return [], [error]
    wanted = [plain(each) for each in form.headings]
    headings = [plain(cell) for cell in rows[header]]
    columns = [headings.index(each) for each in wanted]
    where = f"{name}, sheet “{sheet}”" if sheet else name
    problems = [
        AssessmentError(
            f"{where}, row {header + 1}: column {column_letters(index)} has a heading that form "
            f"“{form.name}” does not know.",
            "Take the column out: nothing else about a person belongs in this form.",
        )
        for index, heading in enumerate(headings)
        if heading and index not in columns
    ]
    quotes = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = [row[index].strip() if index < len(row) else "" for index in columns]
        beyond = any(cell.strip() for index, cell in enumerate(row) if index not in columns)
        if tuple(cells) == EXAMPLE or not (any(cells) or beyond):
            continue
        found = [
            AssessmentError(f"{where}, row {number}, column “{form.headings[column]}”: {said}.", do)
            for column, said, do in _faults(cells, settings.received, dictionary)
        ]
        if beyond:
            found.append(
                AssessmentError(
                    f"{where}, row {number}: something stands outside the columns of the form.",
                    "Take it out: nothing else about a person belongs in this form.",
                )
            )
        problems += found
        if not found:
            theme = _theme(cells[0], dictionary)
            text = " ".join(cells[1].split())
            place = (name, sheet, number)
            quotes.append(Quote(theme, text, settings.partner, settings.nature, period, *place))
    return quotes, problems


def _find_table(path: Path, name: str, form: QuoteForm) -> tuple[str, list[list[str]], int]:
    """The sheet with the headings of the form, its rows, and which of them holds the headings."""
    book = Book(path, name, form.headings)
    wanted = {plain(each) for each in form.headings}
    for sheet in book.names:
        if not book.holds_something(sheet):
            continue
        rows = book.sheet(sheet).rows
        for number, row in enumerate(rows[:_TITLE_ROWS]):
            if wanted <= {plain(cell) for cell in row}:
                return sheet, rows, number
    raise AssessmentError(
        f"{name} has no row with the headings of form “{form.name}”.",
        f"They are: {', '.join(form.headings)}.",
    )


def _faults(
    cells: Sequence[str], received: date, dictionary: Dictionary
) -> list[tuple[int, str, str]]:
    """What keeps a quote from being used: (column, what is wrong, what to do)."""
    theme, quote, consent, how, day, wording = cells
    faults = []
    if not _theme(theme, dictionary):
        known = ", ".join(_themes(dictionary))
        faults.append((0, "not a theme of the data dictionary", f"Allowed: {known}."))
    if not quote:
        faults.append((1, "there are no words", "Fill it in, or delete the row."))
    if plain(consent) != YES:
        said = "without “yes” here, these words may not be used"
        faults.append((2, said, "Ask for consent, or delete the row."))
    if not how:
        said = "it does not say how consent was given"
        faults.append((3, said, "Write it down, such as in writing or on the telephone."))
    if not _is_day(day, received):
        said = "not a day up to the one on which the return was received"
        faults.append((4, said, "Write the day of consent, such as 2025-03-31."))
    if plain(wording) != YES:
        said = "without “yes” here, it is not known that these are the words agreed"
        faults.append((5, said, "Agree the wording with the person, or delete the row."))
    return faults


def _themes(dictionary: Dictionary) -> dict[str, str]:
    measure, dimension = _THEMES
    return dictionary[measure].dimensions[dimension].categories


def _theme(text: str, dictionary: Dictionary) -> str:
    """The category that was written as itself or by its name; nothing when it is none."""
    themes = _themes(dictionary)
    words = {plain(label): category for category, label in themes.items()}
    return text if text in themes else words.get(plain(text), "")


def _is_day(text: str, received: date) -> bool:
    try:
        day = read_period(text.removeprefix("@"))
    except AssessmentError:
        return False
    return day.is_point and day.end <= received
