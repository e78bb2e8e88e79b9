"""How a partner's own sheet becomes observations: `params/mappings/<form>.yml`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from needs_assessment.errors import AssessmentError
from needs_assessment.settings import nearest, read_yaml, validate

ROLES = ("measure", "period", "area", "dimension", "category", "value", "note")


class Row(BaseModel):
    """What a labelled row of a wide sheet counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str
    dimension: str = ""
    category: str = ""


class Mapping(BaseModel):
    """A form.

    `long`: a row per statistic, `columns` gives the heading of each role. `wide`: a column per
    period, `rows` says what each label in `label_column` counts; labels in `ignore` are
    skipped. `header_row` counts from 1. `sheet` null is the first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    layout: Literal["long", "wide"]
    sheet: str | None = None
    header_row: int = Field(1, ge=1)
    columns: dict[str, str] = {}
    label_column: str = ""
    rows: dict[str, Row] = {}
    ignore: list[str] = []

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        if self.layout == "long":
            unknown = [role for role in self.columns if role not in ROLES]
            if unknown:
                raise ValueError(f"columns: “{unknown[0]}” is not one of {', '.join(ROLES)}")
            missing = [role for role in ("measure", "period", "value") if role not in self.columns]
            if missing:
                raise ValueError(f"columns: {', '.join(missing)} must be given")
        elif not self.label_column or not self.rows:
            raise ValueError("a wide form needs label_column and rows")
        return self


def load_mapping(folder: Path, form: str) -> Mapping:
    """The mapping named `form`. Raises AssessmentError when there is none or it is not valid."""
    known = sorted(path.stem for path in folder.glob("*.yml"))
    if form not in known:
        guess = nearest(form, known) or f"Known forms: {', '.join(known)}."
        raise AssessmentError(f"There is no form “{form}” in params/mappings/.", guess)
    name = f"params/mappings/{form}.yml"
    return validate(Mapping, read_yaml(folder / f"{form}.yml", name), name)
