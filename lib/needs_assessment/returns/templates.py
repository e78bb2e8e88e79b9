"""Empty returns for partners to fill in: workbooks of the form `standard`, read without a mapping.

A workbook has three sheets: `standard`, with the headings, one example row and drop-downs of what
may stand in each column; `Notes`, with what each measure counts; and, hidden, `lists`, from which
the drop-downs are made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from needs_assessment.periods import Period, parse_period
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.standard import (
    EXAMPLE,
    EXAMPLE_NOTE,
    EXAMPLE_VALUE,
    HEADINGS,
    LISTS,
    NOTES,
    SHEET,
)
from needs_assessment.returns.template_sheets import (
    guide_column,
    saved,
    start_sheet,
    write_cell,
    write_row,
)

# The file and the partner that returns each kind of measure. A kind that is not here has a
# workbook of its own name; measures without one are the council's own.
_PARTNERS = {
    "police": ("police", "the police force"),
    "MARAC": ("marac", "the MARAC coordinator"),
    "IDVA service": ("idva", "the IDVA service"),
    "caseworker service": ("caseworker", "the caseworker service"),
    "refuge provider": ("refuge", "the refuge provider"),
    "housing": ("housing", "the housing authority"),
    "children's services": ("children", "children's services"),
    "adult social care": ("adult-social-care", "adult social care"),
    "health": ("health", "health services"),
    "perpetrator programme": ("programme", "the behaviour change programme"),
    "survivors' voice": ("voice", "whoever consulted survivors"),
    "population": ("population", "the council's analysts"),
    "council": ("funding", "the council's finance team"),
}

_TOKENS = (
    ("1204", "A figure as you hold it; 0 only where you know that there was none"),
    ("<5", "Fewer than five; in the same way <8, 5 or under, 10 or greater"),
    ("almost 9,000", "An approximate figure"),
    ("c", "Confidential: you hold the figure but may not share it"),
    ("x", "Not available: you do not hold the figure"),
    ("z", "Not applicable"),
)

_PROMPTS = {
    "measure": "What is counted. Choose from the list; the sheet Notes says what each one means.",
    "period": "A financial year (2024-25), a quarter (2024-25 Q1), a month (2024-M05), a calendar "
    "year (2024), or a day for places and posts (@2025-03-31).",
    "area": "The GSS code of the area. Leave empty for the council's own.",
    "dimension": "What the figure is broken down by. Leave empty for a total.",
    "category": "Which part of the breakdown. Choose measure and dimension first.",
    "value": "The figure as you publish or hold it: 1204, <5, c (confidential), x (not available), "
    "z (not applicable). Do not write 0 for what is not known.",
    "note": "Anything that helps to read the figure. Never names, dates of birth or addresses.",
}


Areas = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ReturnForm:
    """A return to send out: its file name, who fills it in, and the measures it may hold."""

    file: str
    partner: str
    measures: tuple[Measure, ...]


def return_forms(dictionary: Dictionary) -> list[ReturnForm]:
    """One form for each partner in the data dictionary, in the order of the dictionary.

    The police fill in two: what they record, and the people who cause harm. Shares and averages
    that are only wanted where their counts cannot be given come last; those of another partner's
    counts are left out, and so are breakdowns whose categories the council has yet to name.
    """
    grouped: dict[tuple[str, str], list[Measure]] = {}
    for measure in dictionary.values():
        form = _form_of(measure)
        if all(_form_of(dictionary[claimed]) == form for claimed in measure.claims):
            grouped.setdefault(form, []).append(_with_open_breakdowns(measure))
    return [
        ReturnForm(f"{stem}.xlsx", partner, tuple(sorted(measures, key=_only_without_counts)))
        for (stem, partner), measures in grouped.items()
    ]


def form_workbook(
    form: ReturnForm, council: str, period: Period, areas: Areas, made: date
) -> bytes:
    """The empty workbook of a form for one council and edition, as the bytes of an XLSX file.

    `areas` are the codes and names on offer, the council's own first; `made` is the date that
    the file's properties give.
    """
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = SHEET
    notes, lists = workbook.create_sheet(NOTES), workbook.create_sheet(LISTS)
    _fill_lists(lists, form, period, areas)
    _fill_sheet(sheet, form, period, areas[0][0])
    _add_drop_downs(sheet, lists)
    _fill_notes(notes, form, council, period, areas)
    lists.sheet_state = "hidden"
    title = f"{form.file.removesuffix('.xlsx')}, {council}, {period.words()}"
    return saved(workbook, council, title, made)


def _form_of(measure: Measure) -> tuple[str, str]:
    family, kind = measure.id.split(".")[0], measure.partner_kind
    if kind == "police" and family == "perpetrators":
        return "perpetrators", "the police force"
    if kind in _PARTNERS:
        return _PARTNERS[kind]
    return _stem(kind or family), f"the {kind or 'council'}"


def _with_open_breakdowns(measure: Measure) -> Measure:
    """The measure without breakdowns that have nothing to choose from."""
    open_ones = {
        name: dimension
        for name, dimension in measure.dimensions.items()
        if len(dimension.categories) > 1
    }
    return measure.model_copy(update={"dimensions": open_ones})


def _stem(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _only_without_counts(measure: Measure) -> bool:
    return bool(measure.claims)


def _fill_sheet(sheet: Worksheet, form: ReturnForm, period: Period, area: str) -> None:
    shown = next((each for each in form.measures if each.dimensions), form.measures[0])
    dimension = next(iter(shown.dimensions), "")
    category = next(iter(shown.dimensions[dimension].categories)) if dimension else ""
    example = [
        EXAMPLE + shown.id,
        period.text,
        area,
        dimension,
        category,
        EXAMPLE_VALUE,
        EXAMPLE_NOTE,
    ]
    start_sheet(sheet, HEADINGS, example, (38, 16, 13, 20, 26, 14, 60))


def _fill_lists(lists: Worksheet, form: ReturnForm, period: Period, areas: Areas) -> None:
    """Columns: measures, periods, areas, (measure, dimension), (measure|dimension, category)."""
    dimensions = [(each.id, name) for each in form.measures for name in each.dimensions]
    categories = [
        (f"{each.id}|{name}", category)
        for each in form.measures
        for name, dimension in each.dimensions.items()
        for category in dimension.categories
    ]
    columns = [
        ["measures", *(each.id for each in form.measures)],
        ["periods", *_periods(period)],
        ["areas", *(code for code, _ in areas)],
        ["measure", *(measure for measure, _ in dimensions)],
        ["dimensions", *(name for _, name in dimensions)],
        ["measure|dimension", *(key for key, _ in categories)],
        ["categories", *(category for _, category in categories)],
    ]
    for number, column in enumerate(columns, start=1):
        for row, text in enumerate(column, start=1):
            write_cell(lists, row, number, text)


def _add_drop_downs(sheet: Worksheet, lists: Worksheet) -> None:
    """Lists for measure, period, area, dimension and category, and what each column is for.

    Only the data dictionary's words may stand under measure, dimension and category; a period or
    area that is not on the list can be typed after a warning.
    """
    formulas = {
        "measure": _whole(lists, "A"),
        "period": _whole(lists, "B"),
        "area": _whole(lists, "C"),
        "dimension": _depending(lists, "D", "E", "$A2"),
        "category": _depending(lists, "F", "G", '$A2&"|"&$D2'),
    }
    for number, heading in enumerate(HEADINGS, start=1):
        choices = formulas.get(heading, "")
        only = heading not in ("period", "area")
        guide_column(sheet, number, heading, _PROMPTS[heading], choices, only)


def _whole(lists: Worksheet, column: str) -> str:
    return f"{LISTS}!${column}$2:${column}${_last(lists, column)}"


def _depending(lists: Worksheet, keys: str, values: str, key: str) -> str:
    """The cells of `values` beside those of `keys` that equal `key`; an empty cell for none."""
    known = f"{LISTS}!${keys}$2:${keys}${max(2, _last(lists, keys))}"
    return (
        f"IF(COUNTIF({known},{key})=0,{LISTS}!$H$1,"
        f"OFFSET({LISTS}!${values}$1,MATCH({key},{known},0),0,COUNTIF({known},{key}),1))"
    )


def _last(lists: Worksheet, column: str) -> int:
    return max(cell.row for cell in lists[column] if cell.value is not None)


def _periods(period: Period) -> list[str]:
    """The edition, its quarters and months, its last day, and the year before."""
    quarters = period.quarters() if period.is_financial_year else []
    months = [
        f"{year}-M{month:02d}"
        for year in range(period.start.year, period.end.year + 1)
        for month in range(1, 13)
        if parse_period(f"{year}-M{month:02d}").within(period)
    ]
    day = f"@{period.end.isoformat()}"
    return [period.text, *(each.text for each in quarters), day, period.previous().text, *months]


def _fill_notes(
    notes: Worksheet, form: ReturnForm, council: str, period: Period, areas: Areas
) -> None:
    counts = [each for each in form.measures if not _only_without_counts(each)]
    rest = [each for each in form.measures if _only_without_counts(each)]
    columns = ["Name", "Unit", "Dimension", "Category", "Meaning"]
    blocks: list[tuple[list[str], list[list[str]]]] = [
        (
            [f"Return to {council}: {period.words()}"],
            [
                [f"To be filled in by {form.partner}, on the sheet {SHEET}: a row a figure."],
                ["Counts and shares only: no names, dates of birth, addresses or references."],
                ["The example row on that sheet is not read; it may stay or go."],
            ],
        ),
        (["Column", "What to write"], [[heading, _PROMPTS[heading]] for heading in HEADINGS]),
        (["Value", "Meaning"], [list(each) for each in _TOKENS]),
        (["Area", "Name"], [list(each) for each in areas]),
        (["Measure", *columns], [line for each in counts for line in _explained(each)]),
        (
            ["Only where the counts behind it cannot be given", *columns],
            [line for each in rest for line in _explained(each)],
        ),
    ]
    row = 0
    for title, lines in blocks:
        if not lines:
            continue
        for number, line in enumerate([title, *lines]):
            row += 1
            write_row(notes, row, line)
            for cell in notes[row]:
                cell.font = Font(bold=number == 0)
                # Meanings are long; what stands in the other columns may run across.
                cell.alignment = Alignment(vertical="top", wrap_text=cell.column == len(title) == 6)
        row += 1
    for column, width in zip("ABCDEF", (44, 52, 22, 20, 26, 90), strict=True):
        notes.column_dimensions[column].width = width


def _explained(measure: Measure) -> list[list[str]]:
    """A row for the measure and one for each of its categories."""
    meaning = " ".join(f"{measure.definition} {measure.caution}".split())
    lines = [[measure.id, measure.name, measure.unit, "", "", meaning]]
    for name, dimension in measure.dimensions.items():
        many = "; one can fall under several" if dimension.answers == "many" else ""
        for category, label in dimension.categories.items():
            lines.append([measure.id, "", "", name, category, f"{dimension.label}: {label}{many}"])
    return lines
