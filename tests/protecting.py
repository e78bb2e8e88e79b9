"""A few observations, as a report may show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from needs_assessment.council import Disclosure, choose_period, load_council
from needs_assessment.disclosure.cells import Key, ShownCell, collect_cells
from needs_assessment.disclosure.figures import protect_indicator
from needs_assessment.disclosure.policy import Policy
from needs_assessment.disclosure.protection import Material, Protection, protect_report
from needs_assessment.disclosure.published import Version
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.catalogue import load_catalogue
from needs_assessment.indicators.compute import compute_indicators
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.observations import COLUMNS
from running import ROOT

REFERENCE = Reference(ROOT / "data" / "reference")
DICTIONARY = load_dictionary(ROOT / "data" / "reference")
CATALOGUE = load_catalogue(ROOT / "data" / "reference", DICTIONARY, REFERENCE.benchmarks)
AREAS = REFERENCE.areas
OWN = "E06000061"
EDITION = parse_period("2024-25")
POLICY = Policy(Disclosure(), DICTIONARY, AREAS, OWN)
_COUNCIL = load_council(Project(ROOT), "north")
_SETTINGS = _COUNCIL.editions[choose_period(_COUNCIL, "2024-25").text]


def observation(measure: str, value: float | None, **other: Any) -> dict[str, Any]:
    """One observation; `category` may be written “agency=police”."""
    dimension, equals, category = str(other.get("category", "")).rpartition("=")
    if equals:
        other.update(dimension=dimension, category=category)
    return {
        "measure": measure,
        "period": "2024-25",
        "area": OWN,
        "dimension": "",
        "category": "",
        "partner": "a partner",
        "value": None if value is None else Decimal(str(value)),
        "raw": str(value),
        "status": "final",
        "nature": "confidential",
        "received": "2025-05-01",
        "file": "data/returns/north/2024-25/f.csv",
        "sheet": "",
        "row": 2,
        "note": "",
        **other,
    }


def frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS, dtype=object)


def policy_of(own_area: str = OWN, **settings: Any) -> Policy:
    """The usual rules, with these settings otherwise."""
    return Policy(Disclosure.model_validate(settings), DICTIONARY, AREAS, own_area)


@dataclass(frozen=True)
class Shown:
    """What is shown of some observations and of the indicators worked out from them."""

    protection: Protection
    indicators: dict[str, dict[str, Any]]

    @property
    def cells(self) -> list[ShownCell]:
        return self.protection.cells

    def __getitem__(self, place: str) -> str:
        """What stands in a cell: “marac.referrals agency=police 2024-25 Q3”, the edition's year
        and the total when nothing else is said.
        """
        return self.cell(place).display

    def cell(self, place: str) -> ShownCell:
        measure, *rest = place.split(" ")
        breakdown = rest.pop(0) if rest and "=" in rest[0] else "="
        dimension, _, category = breakdown.replace("_×_", " × ").rpartition("=")
        period = " ".join(rest) or "2024-25"
        return next(
            cell
            for cell in self.cells
            if cell.key == Key(measure, period, cell.key.area, dimension, category)
        )

    @property
    def hidden(self) -> set[str]:
        """The measures and categories that are hidden for the edition's year."""
        return {
            cell.key.category or cell.key.measure
            for cell in self.cells
            if cell.hidden and cell.key.period == "2024-25"
        }


def protect(
    *rows: dict[str, Any],
    policy: Policy = POLICY,
    versions: Iterable[Version] = (),
    then: Mapping[str, Mapping[Key, Fraction]] | None = None,
) -> Shown:
    """What a report on these observations may show."""
    observations = frame(rows)
    rounding = {name: policy.rounding(name) for name in DICTIONARY}
    basis = Basis(
        observations,
        DICTIONARY,
        REFERENCE,
        (policy.own_area,),
        EDITION,
        _SETTINGS,
        rounding=rounding,
    )
    indicators = compute_indicators(CATALOGUE, basis)
    material = Material(
        collect_cells(observations, DICTIONARY), indicators, list(versions), then or {}
    )
    protection = protect_report(material, policy, AREAS, EDITION)
    entries = [
        protect_indicator(*each)
        for each in zip(indicators, protection.indicators, protection.prints, strict=True)
    ]
    return Shown(protection, {entry["id"]: entry for entry in entries})
