"""Proposing a mapping from a file's own headings and labels, for a person to correct."""

from collections import Counter
from dataclasses import dataclass

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.draft import Draft, plain_yaml, quoted
from needs_assessment.returns.drafting import draft_table, listed
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.matching import Matcher
from needs_assessment.returns.proposing_records import is_identifying, propose_records
from needs_assessment.returns.shapes import Shape, extract_headings, find_shape
from needs_assessment.returns.sheets import Book, no_sheet
from needs_assessment.returns.statistic import Terms

# More different texts than a table of statistics has labels: rows about single people, perhaps.
_MOST_LABELS = 150
_TOTALS_ELSEWHERE = (
    "Where a sheet of the file holds totals instead, name it with --sheet. "
    "data/returns/README.md says how extracts are counted."
)


@dataclass(frozen=True)
class Proposal:
    """A proposed mapping. `text`: its YAML. `checks`: what a person should look at. `open`: how
    many lines are left to decide on. `records`: whether it is of the layout records.
    """

    text: str
    checks: tuple[str, ...]
    open: int
    records: bool = False


def propose(book: Book, file: str, form: str, sheet: str | None, terms: Terms) -> Proposal:
    """A mapping for a return, from its headings and labels.

    `file` is how errors call it, `form` the name of the mapping, `sheet` the only sheet to look
    at. Lines that fit the data dictionary well stand; others are comments with the likeliest
    meanings. Where the rows are about one person or event each, the proposal is made from their
    headings alone and of the layout records. Raises AssessmentError when there is no such sheet and
    when no sheet holds a table.
    """
    chosen = _chosen(book, file, sheet)
    short = file.rpartition("/")[2]
    for name in chosen:
        if headings := extract_headings(book.sheet(name)):
            return _of_records(form, short, name, headings)
    shapes = {name: find_shape(book.sheet(name)) for name in chosen}
    found = {name: shape for name, shape in shapes.items() if shape}
    if not found:
        raise AssessmentError(
            f"{file}: no row looks like the headings of a table.",
            "Headings stand over their columns, with figures below. Name the sheet with --sheet.",
        )
    if any(len(shape.words(shape.label)) > _MOST_LABELS for shape in found.values()):
        raise AssessmentError(
            f"{file} has more than {_MOST_LABELS} different labels: it looks like an extract with "
            "a row for each person or event. Nothing of its rows is shown.",
            _TOTALS_ELSEWHERE,
        )
    drafts = {
        name: draft_table(shape, _matcher(shape, terms.dictionary, f"{form} {name}"), terms)
        for name, shape in found.items()
    }
    lines = [
        f"# Proposed from the headings of {short}: check every line against the",
        "# file and data/reference/measures.yml. Lines in comments are to be decided on.",
        f"name: {form}",
        *_tables(drafts, named=len(book.names) > 1),
    ]
    checks = [check for draft in drafts.values() for check in draft.checks]
    unread = [name for name in book.names if name not in found and book.holds_something(name)]
    if unread:
        lines += [
            "# Sheets to decide on: read them by further tables, or list them here.",
            "# ignore_sheets:",
            *(f"#   - {quoted(name)}" for name in unread),
        ]
        checks.append(f"Sheets that are not read: {listed(unread)}.")
    different = {tuple(draft.lines()): draft.open for draft in drafts.values()}
    return Proposal("\n".join(lines) + "\n", tuple(dict.fromkeys(checks)), sum(different.values()))


def _chosen(book: Book, file: str, sheet: str | None) -> list[str]:
    if sheet is None or book.names == [""]:
        return [name for name in book.names if book.holds_something(name)]
    named = [name for name in book.names if plain(name) == plain(sheet)]
    if not named:
        raise no_sheet(file, sheet, book.names)
    return named


def _tables(drafts: dict[str, Draft], named: bool) -> list[str]:
    """One table as it is; several under `sheets`, in short where they are all alike.

    A sheet that is alone in its workbook is not `named`: it may be called otherwise next time.
    """
    texts = {name: draft.lines() for name, draft in drafts.items()}
    first = next(iter(texts.values()))
    if len(drafts) == 1:
        return [f"sheet: {plain_yaml(name)}" for name in drafts if named] + first
    if all(lines == first for lines in texts.values()):
        return [*first, "sheets:", *(f"  - {quoted(name)}" for name in drafts)]
    lines = ["sheets:"]
    for name, below in texts.items():
        lines += [f"  - sheet: {plain_yaml(name)}", *(f"    {line}" for line in below)]
    return lines


def _of_records(form: str, file: str, sheet: str, headings: list[str]) -> Proposal:
    told = listed(heading for heading in headings if is_identifying(heading))
    where = f"{file}, sheet “{sheet}”," if sheet else file
    checks = (
        f"{where} looks like an extract with a row for each person or event, by its headings "
        f"{told}: nothing of its rows was looked at.",
        "The lines in comments are to be completed before it can be used.",
        _TOTALS_ELSEWHERE,
    )
    return Proposal(propose_records(form, file, headings), checks, 0, records=True)


def _matcher(shape: Shape, dictionary: Dictionary, context: str) -> Matcher:
    """A matcher that knows what the sheet is about, by its title or else by most of its labels."""
    title = [cell for row in shape.sheet.rows[: shape.header] for cell in row if cell]
    context = " ".join([context, *title])
    matcher = Matcher(dictionary, context)
    labels = [*shape.words(shape.label), *(head.name for head in shape.heads)]
    sure = [target for target, _ in map(matcher.best, labels) if target]
    for family, count in Counter(target.family for target in sure).most_common(1):
        if 2 * count > len(sure) > 1:
            return Matcher(dictionary, f"{context} {family}")
    return matcher
