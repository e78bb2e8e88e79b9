"""The protected store as chapters, text, charts, workbook and JSON read it.

Kernels import this and nothing that makes a store: they start the sooner for it.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from needs_assessment.errors import AssessmentError


@dataclass(frozen=True)
class ProtectedStore:
    """`data` is the store's JSON; see `assembling.store_data` for its keys."""

    data: dict[str, Any]

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Protected indicators by id."""
        return {entry["id"]: entry for entry in self.data["indicators"]}

    @cached_property
    def breakdowns(self) -> dict[str, dict[str, Any]]:
        """Protected breakdowns by id."""
        return {entry["id"]: entry for entry in self.data["breakdowns"]}

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows of every breakdown by id, such as `marac.referral_mix.police`."""
        groups = self.data["breakdowns"]
        return {row["id"]: row for each in groups for row in (*each["rows"], *each["missing"])}

    @cached_property
    def measures(self) -> dict[str, dict[str, Any]]:
        """Data dictionary entries by id."""
        return {entry["id"]: entry for entry in self.data["measures"]}

    def cells(self, measure: str, area: str | None = None) -> list[dict[str, Any]]:
        """The shown cells of one measure, for the council's own area unless another is named."""
        area = area or self.data["council"]["code"]
        return [
            cell
            for cell in self.data["cells"]
            if cell["measure"] == measure and cell["area"] == area
        ]

    @property
    def figures(self) -> dict[str, dict[str, str]]:
        """What live figures print, by key and filter. Where the change of a figure is an indicator
        of its own (`police.crimes_change`), its words are a filter of the figure too.
        """
        council, edition = self.data["council"], self.data["edition"]
        plain = {
            "council.name": council["name"],
            "council.council": council["council"],
            "council.police_force": council["area"]["police_force"],
            "council.area_type": council["area"]["type_words"],
            "edition.period": edition["period_words"],
            "edition.version": edition["version"]["number"],
            "edition.status": edition["version"]["status"],
        }
        figures = {key: {"display": value} for key, value in plain.items()}
        for key, entry in self.indicators.items():
            change = self.indicators.get(f"{key}_change", entry)["figures"].get("change")
            words = {"change": change} if change else {}
            figures[key] = {**entry["figures"], **words}
        for group in self.breakdowns.values():
            figures[group["id"]] = group["figures"]
        figures.update({key: row["figures"] for key, row in self.rows.items()})
        return figures


def read_store(path: Path) -> ProtectedStore:
    """The store at `path`. Raises AssessmentError when it is not there or cannot be read."""
    try:
        return ProtectedStore(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise AssessmentError(
            f"There is no protected store at {path.name}.",
            "Run make assessment COUNCIL=… first: it writes it.",
        ) from None
