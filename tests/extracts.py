"""A small form for extracts, and reading rows by it."""

import csv
import io
from pathlib import Path
from typing import Any

from needs_assessment.council import Return
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.records import read_records
from needs_assessment.returns.statistic import Terms
from running import ROOT

NORTH, WEST = "E06000061", "E06000062"
NAME = "data/returns/north/2024-25/extract.csv"
HEADINGS = ["Ref", "Date", "Area", "Type", "Risk", "Victim", "Age", "Sex", "Name"]

_DIMENSIONS: dict[str, list[str]] = {
    "risk": ["standard", "medium", "high", "none"],
    "sex": ["female", "male", "not_known"],
    "age": ["under_16", "aged_16_24", "aged_25_plus", "not_known"],
}


def _measure(name: str, *dimensions: str, kind: str = "count") -> Measure:
    return Measure.model_validate(
        {
            "id": name,
            "name": name,
            "definition": name,
            "kind": kind,
            "unit": "record",
            "protect": True,
            "dimensions": {
                each: {
                    "label": each,
                    "answers": "one",
                    "adds_up": True,
                    "categories": {category: category for category in _DIMENSIONS[each]},
                }
                for each in dimensions
            },
        }
    )


DICTIONARY = Dictionary(
    {
        "t.records": _measure("t.records", "risk", "sex"),
        "t.crimes": _measure("t.crimes"),
        "t.victims": _measure("t.victims", "sex", "age"),
        "t.repeat": _measure("t.repeat"),
        "t.rate": _measure("t.rate", kind="rate"),
    }
)
AREAS = Reference(Project(ROOT).reference).areas
TERMS = Terms(DICTIONARY, AREAS, NORTH, period=parse_period("2024-25"))
SETTINGS = Return(
    form="extract", partner="the police", nature="confidential", received="2025-05-01"
)

FORM: dict[str, Any] = {
    "name": "extract",
    "layout": "records",
    "record": ["Ref"],
    "date": "Date",
    "area": "Area",
    "areas": {"North": NORTH, "West": WEST},
    "elsewhere": ["Far"],
    "people": {"victim": {"columns": ["Victim"], "blank": "leave out"}},
    "fields": {
        "type": {"column": "Type", "codes": {"Crime": "crime", "Incident": "incident"}},
        "risk": {
            "column": "Risk",
            "codes": {"H": "high", "M": "medium", "S": "standard"},
            "blank": "none",
        },
        "sex": {
            "column": "Sex",
            "codes": {"F": "female", "M": "male", "U": "not_known"},
            "blank": "not_known",
        },
        "age": {
            "column": "Age",
            "bands": {"0-15": "under_16", "16-24": "aged_16_24", "25+": "aged_25_plus"},
            "blank": "not_known",
        },
    },
    "leave_out": ["Name"],
    "counts": [
        {"measure": "t.records"},
        {"measure": "t.records", "by": {"risk": "risk"}},
        {"measure": "t.crimes", "where": {"type": ["crime"]}},
        {
            "measure": "t.victims",
            "of": "victim",
            "each": "year",
            "by": {"sex": "sex", "age": "age"},
        },
        {"measure": "t.victims", "of": "victim", "each": "quarter", "where": {"risk": ["high"]}},
        {"measure": "t.repeat", "of": "victim", "each": "year", "at_least": 2},
    ],
}


def form(**changes: Any) -> RecordForm:
    """The form, with some of its fields replaced."""
    return RecordForm.model_validate({**FORM, **changes})


def row(ref: str = "R1", date: str = "05/04/2024", **cells: str) -> list[str]:
    """A row of the extract; cells by heading in lower case."""
    given = {"area": "North", "type": "Crime", "risk": "H", "victim": "V1", "age": "30", "sex": "F"}
    given |= {"ref": ref, "date": date, "name": "Somebody"} | cells
    return [given[heading.lower()] for heading in HEADINGS]


def as_csv(rows: list[list[str]], delimiter: str = ",", headings: list[str] = HEADINGS) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([headings, *rows])
    return stream.getvalue()


def read(
    path: Path, content: str | bytes | list[list[str]], used: RecordForm | None = None, **more: Any
) -> tuple[list[dict[str, Any]], list[AssessmentError], list[Flag]]:
    """Writes an extract and reads it."""
    text = as_csv(content) if isinstance(content, list) else content
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_records(path, NAME, SETTINGS, used or form(), more.pop("terms", TERMS), **more)


def counts(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str, str], int]:
    """What was counted, without its noughts."""
    return {
        (each["measure"], each["period"], each["dimension"], each["category"]): int(each["value"])
        for each in rows
        if each["value"]
    }
