"""The empty workbook for survivors' words, read by the form `quotes` without a mapping.

A workbook has three sheets: `quotes`, with the headings, one example row and drop-downs; `Notes`;
and, hidden, `lists`, from which the drop-downs are made.
"""

from datetime import date

from openpyxl import Workbook

from needs_assessment.periods import Period
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.quote_forms import EXAMPLE, HEADINGS, YES
from needs_assessment.returns.standard import LISTS, NOTES, QUOTES
from needs_assessment.returns.template_sheets import guide_column, saved, start_sheet, write_row

FILE = "voice-quotes.xlsx"
FORM = "quotes"
PARTNER = "whoever consulted survivors"

_WIDTHS = (30, 80, 12, 30, 18, 18)
_PROMPTS = (
    "What the words are about. Choose from the list; the sheet Notes says what each one means.",
    "The words as they are to be published. No names, places or dates that could identify someone.",
    "yes: the person agreed that these words are published. Without it, leave the row out.",
    "How the person agreed, such as in writing or on the telephone. No names.",
    "The day on which the person agreed, such as 2025-03-31.",
    "yes: the person has seen or heard the words as they stand here, and agreed to them.",
)
_WORDS = (
    "Only words whose speaker agreed to their publication, in this wording, belong here.",
    "A row that does not say yes to both is not read; it is reported by its number alone.",
    "The words are published as they stand: take out what could identify a person.",
    "The example row is not read; it may stay or go.",
)


def quote_workbook(dictionary: Dictionary, council: str, period: Period, made: date) -> bytes:
    """The empty workbook for one council and edition, as the bytes of an XLSX file.

    `made` is the date that the file's properties give.
    """
    themes = dictionary["voice.themes"].dimensions["theme"].categories
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = QUOTES
    notes, lists = workbook.create_sheet(NOTES), workbook.create_sheet(LISTS)
    for row, theme in enumerate(["themes", *themes], start=1):
        write_row(lists, row, [theme, {1: "agreed", 2: YES}.get(row, "")])
    lists.sheet_state = "hidden"
    start_sheet(sheet, HEADINGS, EXAMPLE, _WIDTHS)
    yes = f"{LISTS}!$B$2:$B$2"
    choices = {1: f"{LISTS}!$A$2:$A${len(themes) + 1}", 3: yes, 6: yes}
    for number, (heading, prompt) in enumerate(zip(HEADINGS, _PROMPTS, strict=True), start=1):
        guide_column(sheet, number, heading, prompt, choices.get(number, ""))
    lines = [
        [f"Quotes for {council}: {period.words()}"],
        *([words] for words in _WORDS),
        [],
        ["Column", "What to write"],
        *([heading, prompt] for heading, prompt in zip(HEADINGS, _PROMPTS, strict=True)),
        [],
        ["Theme", "Meaning"],
        *([theme, label] for theme, label in themes.items()),
    ]
    for row, line in enumerate(lines, start=1):
        write_row(notes, row, line)
    for column, width in zip("AB", (44, 90), strict=True):
        notes.column_dimensions[column].width = width
    title = f"{FILE.removesuffix('.xlsx')}, {council}, {period.words()}"
    return saved(workbook, council, title, made)
