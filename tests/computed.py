"""Indicators and breakdowns from a few observations, as the library computes them."""

from decimal import Decimal
from typing import Any

import pandas as pd

from needs_assessment.council import Disclosure, load_council
from needs_assessment.disclosure.board import Protect
from needs_assessment.disclosure.cells import collect_cells
from needs_assessment.disclosure.figures import protect_indicator
from needs_assessment.disclosure.policy import Policy
from needs_assessment.disclosure.protection import Material, protect_report
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.catalogue import load_catalogue
from needs_assessment.indicators.compute import compute_indicators
from needs_assessment.indicators.definition import read_term
from needs_assessment.indicators.groups import Group, compute_groups
from needs_assessment.indicators.report import Computed
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.observations import COLUMNS
from running import ROOT

REFERENCE = Reference(ROOT / "data" / "reference")
COUNCIL = load_council(Project(ROOT), "north")
DICTIONARY = load_dictionary(ROOT / "data" / "reference").for_council(COUNCIL)
CATALOGUE = load_catalogue(ROOT / "data" / "reference", DICTIONARY, REFERENCE.benchmarks)
EDITION = COUNCIL.editions["2024-25"]

Row = tuple[str, str, Any]


def basis(*rows: Row, period: str = "2024-25", **settings: Any) -> Basis:
    """What indicators of north are computed from, given rows of term, period and value (a number,
    or a status). `settings` replace those of the edition.
    """
    terms = [read_term(text) for text, _, _ in rows]
    observations = pd.DataFrame(
        [
            {
                **dict.fromkeys(COLUMNS, ""),
                "measure": term.measure,
                "dimension": term.dimension,
                "category": term.category,
                "period": when,
                "area": "E06000061",
                "value": None if isinstance(value, str) else Decimal(str(value)),
                "status": value if isinstance(value, str) else "final",
                "nature": "confidential",
                "row": number,
            }
            for number, (term, (_, when, value)) in enumerate(
                zip(terms, rows, strict=True), start=2
            )
        ],
        columns=COLUMNS,
        dtype=object,
    )
    edition = EDITION.model_copy(update=settings)
    return Basis(observations, DICTIONARY, REFERENCE, ("E06000061",), parse_period(period), edition)


def indicator(name: str, *rows: Row, period: str = "2024-25", **settings: Any) -> Indicator:
    """One indicator."""
    found = basis(*rows, period=period, **settings)
    return compute_indicators({name: CATALOGUE[name]}, found)[0]


def group(name: str, *rows: Row, period: str = "2024-25", **settings: Any) -> Group:
    """One breakdown."""
    found = basis(*rows, period=period, **settings)
    return compute_groups({name: CATALOGUE[name]}, found)[0]


def protecting(found: Basis, indicators: tuple[Indicator, ...] = (), *groups: Group) -> Protect:
    """How a report shows indicators and breakdowns when it shows nothing else."""
    every = list(Computed(indicators, groups, (), ()).every())
    own = found.areas[0]
    policy = Policy(Disclosure(), DICTIONARY, REFERENCE.areas, own)
    material = Material(collect_cells(found.observations, DICTIONARY), every)
    protection = protect_report(material, policy, REFERENCE.areas, found.period)
    known = zip(protection.indicators, protection.prints, strict=True)
    entries = {id(one): more for one, more in zip(every, known, strict=True)}
    return lambda one: protect_indicator(one, *entries[id(one)])
