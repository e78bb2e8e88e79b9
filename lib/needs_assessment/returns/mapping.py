"""How a partner's own sheet becomes observations: `params/mappings/<form>.yml`."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from needs_assessment.errors import AssessmentError
from needs_assessment.returns.quote_forms import LAYOUT as QUOTES
from needs_assessment.returns.quote_forms import QuoteForm
from needs_assessment.returns.record_forms import RECORDS, RecordForm
from needs_assessment.settings import nearest, read_yaml, validate
from needs_assessment.spellings import read_period

ROLES = ("measure", "period", "area", "dimension", "category", "value", "status", "note")
TITLE, SHEET = "title", "sheet"

_BY_LETTER = re.compile(r"column ([A-Z]{1,3})")
_QUOTES = str.maketrans("’‘“”", "''\"\"")


def plain(text: str) -> str:
    """A heading or label as it is compared: spaces, capitals and curly quotes make no difference.

    Sheets come back from partners with line breaks in headings and quotes turned.
    """
    return " ".join(text.translate(_QUOTES).split()).casefold()


def column_index(letters: str) -> int:
    """A column by its letters, counted from 0: A, B, …, Z, AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Row(BaseModel):
    """What a labelled row, or a column, of a sheet counts; what it leaves open stands elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str = ""
    dimension: str = ""
    category: str = ""
    area: str = ""
    period: str = ""
    note: str = ""


SAYS_NOTHING = Row()


class Table(BaseModel):
    """One table of a form.

    `long`: a row per statistic; `columns` gives the heading of each role. `wide`: a row of
    statistics; `rows` says what each label in `label_column` counts, `values` what a heading
    does, and any other heading is a period. Labels without a heading stand in `column A`. A role
    may stand in several columns, as in `period: [Quarter, Year]`. `measure`, `dimension`,
    `category`, `area`, `period` and `note` hold for the whole table where rows and columns do not
    say otherwise; `period` may also be `title` (the one that the title block names) or `sheet` (the
    sheet's name), which complete “Q1” too.

    `sheet` null is the one with the headings; a name may hold `*` and `?`. `below` is how the title
    begins that the table stands under, where a sheet holds several. The headings are found where
    they are; `header_row` (from 1) is tried first. `header_rows`: how many rows they take. Labels
    in `ignore` and headings in `ignore_columns` are skipped. `fill_down`: headings of columns in
    which an empty cell repeats the one above. `categories` and `areas` translate the partner's
    words; `areas` also declares that rows for other councils are to be left out. `dates`: whether
    a date stands for its day or for its month.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: Literal["long", "wide"]
    sheet: str | None = None
    below: str = ""
    header_row: int | None = Field(None, ge=1)
    header_rows: int = Field(1, ge=1, le=3)
    columns: dict[str, str | list[str]] = {}
    label_column: str = ""
    rows: dict[str, Row] = {}
    values: dict[str, Row] = {}
    ignore: list[str] = []
    ignore_columns: list[str] = []
    fill_down: list[str] = []
    categories: dict[str, str] = {}
    areas: dict[str, str] | None = None
    measure: str = ""
    dimension: str = ""
    category: str = ""
    area: str = ""
    period: str = ""
    note: str = ""
    dates: Literal["day", "month"] = "day"

    @property
    def role_headings(self) -> dict[str, list[str]]:
        """The headings of each role, in order."""
        return {
            role: [named] if isinstance(named, str) else named
            for role, named in self.columns.items()
        }

    @property
    def needed(self) -> list[str]:
        """The headings without which this is not the table."""
        named = [heading for headings in self.role_headings.values() for heading in headings]
        label = [] if self.label_index is not None else [self.label_column]
        return [*named, *filter(None, label), *self.values]

    @property
    def label_index(self) -> int | None:
        """The column of the labels, from 0, where it is given by letter."""
        found = _BY_LETTER.fullmatch(self.label_column)
        return column_index(found[1]) if found else None

    @model_validator(mode="after")
    def _complete(self) -> "Table":
        if not getattr(self, "sheets", None):
            self._check()
        return self

    def _check(self) -> None:
        unknown = [role for role in self.columns if role not in ROLES]
        if unknown:
            raise ValueError(f"columns: “{unknown[0]}” is not one of {', '.join(ROLES)}")
        if self.layout == "long":
            self._check_long()
        elif "value" in self.columns:
            raise ValueError("columns: value belongs to a long form")
        elif not self.values and (not self.label_column or not self.rows) and not self.columns:
            raise ValueError("a wide form needs label_column and rows")
        elif bool(self.label_column) != bool(self.rows):
            raise ValueError("label_column and rows belong together")
        if any(row.measure for row in self.rows.values()) and any(
            value.measure for value in self.values.values()
        ):
            raise ValueError("the measure is given by rows and again by values: keep one")
        for name, words in (
            ("rows", self.rows),
            ("values", self.values),
            ("categories", self.categories),
            ("areas", self.areas or {}),
            ("columns", self.needed),
        ):
            if twice := _repeated(words):
                raise ValueError(f"{name}: “{twice}” stands there twice")
        if self.period not in ("", TITLE, SHEET):
            try:
                read_period(self.period)
            except AssessmentError as error:
                raise ValueError(f"period: {error}") from None

    def _check_long(self) -> None:
        if self.label_column or self.values:
            raise ValueError("label_column and values belong to a wide form")
        missing = [
            role
            for role in ("measure", "period", "value")
            if role not in self.columns and (role == "value" or not getattr(self, role))
        ]
        if missing:
            raise ValueError(f"columns: {', '.join(missing)} must be given")


class Mapping(Table):
    """A form: one table, or those under `sheets`, for which the form's own fields are defaults.

    `ignore_sheets`: further sheets that hold nothing to read.
    """

    name: str
    sheets: list[Table] = []
    ignore_sheets: list[str] = []

    @property
    def tables(self) -> list[Table]:
        return self.sheets or [self]

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("sheets"), list):
            return data
        shared = {key: value for key, value in data.items() if key in Table.model_fields}
        entries = [
            {**shared, **({"sheet": entry} if isinstance(entry, str) else entry)}
            if isinstance(entry, str | dict)
            else entry
            for entry in data["sheets"]
        ]
        layouts = [
            entry["layout"] for entry in entries if isinstance(entry, dict) and "layout" in entry
        ]
        return {"layout": layouts[0] if layouts else None, **data, "sheets": entries}


Form = Mapping | RecordForm | QuoteForm


def load_mapping(folder: Path, form: str) -> Form:
    """The mapping named `form`. Raises AssessmentError when there is none or it is not valid."""
    known = sorted(path.stem for path in folder.glob("*.yml"))
    if form not in known:
        guess = nearest(form, known) or f"Known forms: {', '.join(known)}."
        raise AssessmentError(f"There is no form “{form}” in params/mappings/.", guess)
    name = f"params/mappings/{form}.yml"
    data = read_yaml(folder / f"{form}.yml", name)
    layout = data.get("layout") if isinstance(data, dict) else ""
    if layout == RECORDS:
        return validate(RecordForm, data, name)
    if layout == QUOTES:
        return validate(QuoteForm, data, name)
    return validate(Mapping, data, name)


def _repeated(words: Iterable[str]) -> str:
    """The first word that is there twice when compared as `plain`, or nothing."""
    seen = set()
    for word in words:
        if plain(word) in seen:
            return word
        seen.add(plain(word))
    return ""
