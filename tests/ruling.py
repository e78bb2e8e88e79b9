"""Figures for the tests of the rules on returns."""

from decimal import Decimal
from typing import Any

import pandas as pd

from needs_assessment.flags import Flag
from needs_assessment.periods import parse_period
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.observations import COLUMNS
from needs_assessment.returns.rules import read_context, run_rules
from needs_assessment.returns.rules.figures import Context, Figure
from needs_assessment.returns.tokens import read_token
from stores import PROJECT

REFERENCE = Reference(PROJECT.reference)
DICTIONARY = load_dictionary(PROJECT.reference)
OWN = "E06000061"
FOLDER = "data/returns/north/2024-25"


def observation(measure: str, period: str, raw: str, **more: Any) -> dict[str, Any]:
    """One observation; `category` may be written “risk=high”."""
    token = read_token(raw)
    assert token is not None
    dimension, _, category = more.pop("category", "").partition("=")
    return {
        "measure": measure,
        "period": period,
        "area": OWN,
        "dimension": dimension,
        "category": category,
        "partner": "a partner",
        "value": None if token.value is None else Decimal(token.value),
        "raw": raw,
        "status": token.status,
        "nature": "confidential",
        "received": "2025-05-01",
        "file": f"{FOLDER}/return.csv",
        "sheet": "",
        "row": 2,
        "note": "",
        **more,
    }


def small(figure: Figure) -> bool:
    """The usual rule: counts of people from 1 to 4, unless published."""
    measure = DICTIONARY[figure.measure]
    hidden = measure.protect and measure.kind == "count" and figure.nature != "published"
    return hidden and figure.value is not None and 0 < figure.value < 5


def context_of(
    rows: list[dict[str, Any]],
    earlier: list[dict[str, Any]] | None = None,
    edition: str = "2024-25",
    hides: Any = small,
) -> Context:
    return read_context(
        frame(rows),
        frame(earlier or []),
        dictionary=DICTIONARY,
        areas=REFERENCE.areas,
        own_area=OWN,
        edition=parse_period(edition),
        folder=FOLDER,
        hides=hides,
    )


def flags_of(rows: list[dict[str, Any]], **more: Any) -> list[Flag]:
    """What the rules say of these observations, rows numbered from 2."""
    numbered = [{**row, "row": number} for number, row in enumerate(rows, start=2)]
    return run_rules(context_of(numbered, **more))


def said(flags: list[Flag], rule: str) -> list[str]:
    """The sentences of one rule."""
    return [flag.sentence for flag in flags if flag.rule == rule]


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)
