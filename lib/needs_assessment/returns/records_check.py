"""What can be wrong with the form of an extract, and how faults in its rows are told.

A fault is told by file, row and column, never by what stands in the cell.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.record_forms import Coded, RecordForm
from needs_assessment.returns.records_rows import Extract
from needs_assessment.returns.statistic import Terms
from needs_assessment.settings import nearest

_SHOWN = 5
_MOST_TEXTS = 1_000

FATAL = ("rows", "area", "record", "date", "outside")


@dataclass
class Fault:
    """Rows with the same thing wrong: how many, and the first row of each different text.

    `kind` and `name` as in `Questions.checks`; `blank`: the cells are empty. `texts` are hashes.
    """

    kind: str
    name: str = ""
    blank: bool = False
    rows: int = 0
    texts: dict[int, int] = field(default_factory=dict)

    def add(self, text: int, row: int, rows: int) -> None:
        """Further rows with this text, the first of them `row`."""
        self.rows += rows
        if text in self.texts:
            self.texts[text] = min(self.texts[text], row)
        elif len(self.texts) < _MOST_TEXTS:
            self.texts[text] = row


def check_form(form: RecordForm, terms: Terms) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands in the area's column for the council's own rows, and for rows to leave out.

    Raises AssessmentError when the form names a measure, dimension, category or area that is not
    known, or none for the council. Categories that a council names may be those of another.
    """
    name = f"params/mappings/{form.name}.yml"
    for count in form.counts:
        if count.measure not in terms.dictionary:
            guess = nearest(count.measure, list(terms.dictionary))
            raise AssessmentError(
                f"{name}: “{count.measure}” is not a measure.",
                guess or "See data/reference/measures.yml.",
            )
        measure = terms.dictionary[count.measure]
        if measure.kind != "count":
            raise AssessmentError(
                f"{name}: {measure.id} is a {measure.kind}, but rows are counted.",
                "Name a measure of kind count.",
            )
        for dimension, used in count.by.items():
            if dimension not in measure.dimensions:
                known = ", ".join(measure.dimensions) or "none"
                raise AssessmentError(
                    f"{name}: {measure.id} has no dimension “{dimension}”.",
                    f"Its dimensions: {known}.",
                )
            held = measure.dimensions[dimension]
            for category in form.fields[used].categories:
                if category not in (allowed := held.categories) and not held.named_by_council:
                    raise AssessmentError(
                        f"{name}: “{category}” is not a category of {dimension} of {measure.id}.",
                        nearest(category, list(allowed)) or f"Allowed: {', '.join(allowed)}.",
                    )
    for average in form.averages:
        measure = terms.dictionary.measure(average.measure)
        if measure.kind != "duration" or measure.unit not in ("weeks", "days"):
            raise AssessmentError(
                f"{name}: {measure.id} is no duration in weeks or days, but days are averaged.",
                "Name a measure of kind duration.",
            )
    return _check_areas(form, terms, name)


def for_council(form: RecordForm, dictionary: Dictionary) -> RecordForm:
    """The form as it counts for one council, whose dictionary it is.

    Codes that stand for categories which only other councils name are not its own: a row of this
    council that holds one is reported. Where it names none, what is broken down so is not counted.
    """
    counts, fields, dropped = [], dict(form.fields), set()
    for count in form.counts:
        own = {
            used: {*dimension.categories}
            for name, used in count.by.items()
            if (dimension := dictionary[count.measure].dimensions[name]).named_by_council
        }
        if all(own[used] & {*form.fields[used].codes.values()} for used in own):
            counts.append(count)
            fields |= {used: _only(form.fields[used], own[used]) for used in own}
        else:
            dropped |= {*own}
    used = {name for each in (*counts, *form.averages) for name in each.where} | {*form.keep}
    used |= {name for count in counts for name in count.by.values()}
    kept = {name: fields[name] for name in fields if name in used or name not in dropped}
    smaller = form.model_copy(update={"counts": counts, "fields": kept})
    unread = [heading for heading in form.needed if heading not in smaller.needed]
    return smaller.model_copy(update={"leave_out": [*form.leave_out, *unread]})


def _only(field: Coded, categories: set[str]) -> Coded:
    codes = {code: category for code, category in field.codes.items() if category in categories}
    return field.model_copy(update={"codes": codes})


def _check_areas(
    form: RecordForm, terms: Terms, name: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    own = terms.areas[terms.own_area]
    if own.end and terms.period and terms.period.start > own.end:
        raise AssessmentError(
            f"{name}: {own.name} ({own.code}) ended on {own.end:%d %B %Y}, before "
            f"{terms.period.words()}.",
            f"Use its successors: {', '.join(own.successors)}.",
        )
    if not form.areas:
        return (own.code,), ()
    for word, code in form.areas.items():
        if code not in terms.areas:
            raise AssessmentError(
                f"{name}: areas: “{code}” (for “{word}”) is not the GSS code of a known area.",
                nearest(code, list(terms.areas)) or "See data/reference/areas.csv.",
            )
    words = tuple(word for word, code in form.areas.items() if code == own.code)
    if not words:
        raise AssessmentError(
            f"{name}: areas has no word for {own.name} ({own.code}).",
            "Add what its rows have in that column.",
        )
    others = tuple(word for word, code in form.areas.items() if code != own.code)
    return words, (*others, *form.elsewhere)


def explain(
    extract: Extract, form: RecordForm, period: Period, faults: Iterable[Fault]
) -> list[AssessmentError]:
    """A problem for each fault."""
    return [_explain(extract, form, period, fault) for fault in faults]


def _explain(extract: Extract, form: RecordForm, period: Period, fault: Fault) -> AssessmentError:
    file = f"params/mappings/{form.name}.yml"
    where = f"{extract}, {_rows(fault)}"
    if fault.kind == "rows":
        return AssessmentError(
            f"{where}: there are not as many cells as headings ({len(extract.headings)}).",
            "A delimiter or quotation mark is missing or too many: correct it, or export it again.",
        )
    headings, what, hint = {
        "area": _area,
        "record": _record,
        "date": _date,
        "outside": _outside,
        "people": _people,
        "field": _field,
        "day": _day,
        "order": _order,
    }[fault.kind](form, fault, period, file)
    columns = " and ".join(f"“{heading}”" for heading in headings)
    return AssessmentError(f"{where}, column {columns}: {what}.", hint)


_Told = tuple[list[str], str, str]


def _area(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    if not form.areas:
        what = "an empty cell" if fault.blank else "not the GSS code of the council’s own area"
        hint = f"If the extract covers several councils, list what stands there in {file}: areas."
        return [form.area], what, hint
    what = "an empty cell" if fault.blank else f"an area that form “{form.name}” does not map"
    return [form.area], what, f"Add what stands there to {file}, under areas or elsewhere."


def _record(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    what = "an empty cell, so that it is not clear which record the row belongs to"
    return form.record, what, "Ask the partner to send it again with every reference."


def _date(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    what = "an empty cell" if fault.blank else "not a date, or not in a known form"
    day = "03/31/2024" if form.dates == "month first" else "31/03/2024"
    return [form.date], what, f"Known forms are such as {day} ({form.dates}) and 2024-03-31."


def _outside(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    hint = f"Correct it, or say “outside: leave out” in {file} if the extract covers more."
    return [form.date], f"a date outside {period.words()}", hint


def _people(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    what = f"an empty cell, so that the {fault.name} cannot be told from others"
    hint = f"Ask for it, or say “blank: leave out” in {file}, under people: {fault.name}."
    return form.people[fault.name].columns, what, hint


def _field(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    field = form.fields[fault.name]
    if fault.blank:
        hint = f"Say what it means in {file}, under fields: {fault.name}: blank."
        return [field.column], "an empty cell", hint
    what = f"a code that form “{form.name}” does not map"
    if field.born:
        what = "not a date of birth with a year of four digits, or one that makes no possible age"
        return [field.column], what, "Known forms are such as 31/03/1990 and 1990-03-31."
    if field.bands:
        what = f"not an age, or one that form “{form.name}” does not map"
    return [field.column], what, f"Add what stands there to {file}, under fields: {fault.name}."


def _day(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    if fault.blank:
        hint = f"Ask for it, or say “blank: leave out” in {file}, under averages."
        return [fault.name], "an empty cell", hint
    return [fault.name], *_date(form, fault, period, file)[1:]


def _order(form: RecordForm, fault: Fault, period: Period, file: str) -> _Told:
    average = next(each for each in form.averages if each.measure == fault.name)
    hint = "Ask the partner to correct the dates."
    return [average.start, average.end], "the second date lies before the first", hint


def _rows(fault: Fault) -> str:
    """“row 12”, or “rows 12, 40 and 1,207 more”: the first of each different text."""
    first = sorted(fault.texts.values())[:_SHOWN]
    more = fault.rows - len(first)
    numbers = ", ".join(f"{row}" for row in first)
    if len(first) == 1 and not more:
        return f"row {numbers}"
    return f"rows {numbers}" + (f" and {more:,} more" if more else "")
