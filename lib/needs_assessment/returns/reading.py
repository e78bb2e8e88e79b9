"""From one return to observations."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment.council import Return
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import read_period
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.mapping import Mapping
from needs_assessment.returns.sheets import read_sheet
from needs_assessment.returns.tokens import read_token
from needs_assessment.settings import nearest


@dataclass(frozen=True)
class Place:
    """Where a value stands: file, sheet, row (from 1) and column heading."""

    file: str
    sheet: str
    row: int
    column: str

    def __str__(self) -> str:
        sheet = f", sheet “{self.sheet}”" if self.sheet else ""
        return f"{self.file}{sheet}, row {self.row}, column “{self.column}”"


@dataclass(frozen=True)
class Terms:
    """What a return may speak of: known measures and areas, and the council's own area."""

    dictionary: Dictionary
    areas: dict[str, Area]
    own_area: str


def read_return(
    path: Path, name: str, settings: Return, mapping: Mapping, terms: Terms
) -> tuple[list[dict[str, Any]], list[AssessmentError]]:
    """The observations of one return (a list of rows as `observations.COLUMNS`), and its problems.

    Every problem names file, sheet, row, column and what was found. Nothing is coerced or
    dropped: a cell that cannot be read is a problem, an empty cell of a wide form is no
    statistic.
    """
    try:
        sheet, rows = read_sheet(path, mapping.sheet, name)
    except AssessmentError as error:
        return [], [error]
    read = _read_long if mapping.layout == "long" else _read_wide
    return read(rows, name, sheet, settings, mapping, terms)


def _read_long(
    rows: list[list[str]],
    name: str,
    sheet: str,
    settings: Return,
    mapping: Mapping,
    terms: Terms,
) -> tuple[list[dict[str, Any]], list[AssessmentError]]:
    problems: list[AssessmentError] = []
    headings, missing = _headings(rows, name, sheet, mapping, list(mapping.columns.values()))
    if missing:
        return [], [missing]
    unknown = [each for each in headings if each and each not in mapping.columns.values()]
    if unknown:
        problems.append(
            AssessmentError(
                f"{name}{_sheet(sheet)} has columns that form “{mapping.name}” does not map: "
                f"{', '.join(unknown)}.",
                "Remove them, or map them in params/mappings/.",
            )
        )
    position = {role: headings.index(heading) for role, heading in mapping.columns.items()}
    observations = []
    for number, row in enumerate(rows[mapping.header_row :], start=mapping.header_row + 1):
        if not any(row):
            continue
        cells = {role: row[index] if index < len(row) else "" for role, index in position.items()}
        places = {
            role: Place(name, sheet, number, heading) for role, heading in mapping.columns.items()
        }
        try:
            observations.append(_observation(cells, places, settings, terms))
        except AssessmentError as error:
            problems.append(error)
    return observations, problems


def _read_wide(
    rows: list[list[str]],
    name: str,
    sheet: str,
    settings: Return,
    mapping: Mapping,
    terms: Terms,
) -> tuple[list[dict[str, Any]], list[AssessmentError]]:
    headings, missing = _headings(rows, name, sheet, mapping, [mapping.label_column])
    if missing:
        return [], [missing]
    label_index = headings.index(mapping.label_column)
    observations: list[dict[str, Any]] = []
    problems: list[AssessmentError] = []
    seen = set()
    for number, row in enumerate(rows[mapping.header_row :], start=mapping.header_row + 1):
        label = row[label_index] if label_index < len(row) else ""
        if not label or label in mapping.ignore:
            continue
        if label not in mapping.rows:
            guess = nearest(label, list(mapping.rows))
            place = Place(name, sheet, number, mapping.label_column)
            problems.append(
                AssessmentError(
                    f"{place}: “{label}” is not a row of form “{mapping.name}”.",
                    guess or f"Add it to params/mappings/{mapping.name}.yml, under rows or ignore.",
                )
            )
            continue
        seen.add(label)
        target = mapping.rows[label]
        for index, heading in enumerate(headings):
            text = row[index] if index < len(row) else ""
            if index == label_index or not heading or not text:
                continue
            place = Place(name, sheet, number, heading)
            cells = {
                "measure": target.measure,
                "dimension": target.dimension,
                "category": target.category,
                "period": heading,
                "value": text,
            }
            try:
                observations.append(
                    _observation(cells, dict.fromkeys(cells, place), settings, terms)
                )
            except AssessmentError as error:
                problems.append(error)
    absent = [label for label in mapping.rows if label not in seen]
    if absent:
        problems.append(
            AssessmentError(
                f"{name}{_sheet(sheet)} lacks the rows: {', '.join(absent)}.",
                "Ask the partner for the whole form.",
            )
        )
    return observations, problems


def _observation(
    cells: dict[str, str], places: dict[str, Place], settings: Return, terms: Terms
) -> dict[str, Any]:
    measure = _measure(cells["measure"], places["measure"], terms.dictionary)
    dimension, category = cells.get("dimension", ""), cells.get("category", "")
    _check_category(measure, dimension, category, places)
    try:
        period = read_period(cells["period"])
    except AssessmentError as error:
        raise AssessmentError(f"{places['period']}: {error.message}", error.hint) from None
    area = cells.get("area", "") or terms.own_area
    if area not in terms.areas:
        raise AssessmentError(
            f"{places['area']}: “{area}” is not the GSS code of a known area.",
            nearest(area, list(terms.areas)) or "See data/reference/areas.csv.",
        )
    ended = terms.areas[area].end
    if ended and period.start > ended:
        raise AssessmentError(
            f"{places['area']}: {terms.areas[area].name} ({area}) ended on {ended:%d %B %Y}, "
            f"before {period.words()}.",
            f"Use its successors: {', '.join(terms.areas[area].successors)}.",
        )
    token = read_token(cells["value"])
    place = places["value"]
    if token is None:
        found = f"“{cells['value']}”" if cells["value"] else "an empty cell"
        raise AssessmentError(
            f"{place}: {found} is neither a number nor a known token.",
            "Allowed: a number, <5, c, x, z, “almost 9,000”, “10 or greater”.",
        )
    if token.value is not None and measure.kind == "count":
        if token.value < 0:
            raise AssessmentError(
                f"{place}: {cells['value']} is a negative count.", "Correct it with the partner."
            )
        if token.value != token.value.to_integral_value():
            raise AssessmentError(
                f"{place}: {cells['value']} is not a whole number, but {measure.name} is a count.",
                "Correct it with the partner.",
            )
    return {
        "measure": measure.id,
        "period": period.text,
        "area": area,
        "dimension": dimension,
        "category": category,
        "partner": settings.partner,
        "value": token.value,
        "raw": cells["value"],
        "status": token.status,
        "nature": settings.nature,
        "received": settings.received.isoformat(),
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "note": cells.get("note", ""),
    }


def _measure(name: str, place: Place, dictionary: Dictionary) -> Measure:
    if name not in dictionary:
        guess = nearest(name, list(dictionary)) or "See data/reference/measures.yml."
        raise AssessmentError(f"{place}: “{name}” is not a measure.", guess)
    return dictionary[name]


def _check_category(
    measure: Measure, dimension: str, category: str, places: dict[str, Place]
) -> None:
    if not dimension and not category:
        return
    if dimension not in measure.dimensions:
        known = ", ".join(measure.dimensions) or "none"
        raise AssessmentError(
            f"{places['dimension']}: {measure.id} has no dimension “{dimension}”.",
            f"Its dimensions: {known}.",
        )
    categories = measure.dimensions[dimension].categories
    if category not in categories:
        guess = nearest(category, list(categories)) or f"Allowed: {', '.join(categories)}."
        raise AssessmentError(
            f"{places['category']}: “{category}” is not a category of {dimension}.", guess
        )


def _headings(
    rows: list[list[str]], name: str, sheet: str, mapping: Mapping, needed: list[str]
) -> tuple[list[str], AssessmentError | None]:
    row = rows[mapping.header_row - 1] if len(rows) >= mapping.header_row else []
    for heading in needed:
        if row.count(heading) > 1:
            return row, AssessmentError(
                f"{name}{_sheet(sheet)}, row {mapping.header_row}: the heading “{heading}” stands "
                "there twice.",
                "Keep one of the columns.",
            )
    absent = [heading for heading in needed if heading not in row]
    if not absent:
        return row, None
    found = ", ".join(f"“{each}”" for each in row if each) or "nothing"
    return row, AssessmentError(
        f"{name}{_sheet(sheet)}, row {mapping.header_row}: the heading "
        f"{', '.join(f'“{each}”' for each in absent)} is missing; found {found}.",
        f"Correct the file, or the form params/mappings/{mapping.name}.yml.",
    )


def _sheet(sheet: str) -> str:
    return f", sheet “{sheet}”" if sheet else ""
