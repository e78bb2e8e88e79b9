"""What everybody knows: what is counted, how indicators are worked out, which areas there are."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from needs_assessment.audit.formulas import Formula, read_formula
from needs_assessment.audit.numerals import SPELT
from needs_assessment.audit.shown import plain
from needs_assessment.council import Council, council_names, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.settings import read_yaml

_STANDARD = ["measure", "period", "area", "dimension", "category", "value"]


@dataclass(frozen=True)
class Breakdown:
    """A dimension of a measure; `categories` are ids by their words."""

    id: str
    label: str
    one_answer: bool
    adds_up: bool
    categories: dict[str, str]


@dataclass(frozen=True)
class Counted:
    """A measure of the data dictionary."""

    id: str
    name: str
    words: str
    kind: str
    unit: str
    protect: bool
    over_time: str
    breakdowns: dict[str, Breakdown]
    part_of: tuple[str, ...]
    never_more_than: tuple[str, ...]
    made_of: tuple[str, ...]
    claims: tuple[str, ...]
    per: str

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.kind == "count"


class Public:
    """The dictionary, the catalogue, areas and benchmarks of `data/reference/`, and the councils
    of the project. `own` are the categories that a council names, in words by id and dimension.
    """

    def __init__(self, project: Project, own: Mapping[str, Mapping[str, str]] | None = None):
        self.project = project
        self.own = own or {}
        self.reference = Reference(project.reference)

    @cached_property
    def measures(self) -> dict[str, Counted]:
        data = read_yaml(self.project.reference / "measures.yml", "data/reference/measures.yml")
        return {entry["id"]: _measure(entry, self.own) for entry in data}

    @cached_property
    def formulas(self) -> dict[str, Formula]:
        data = read_yaml(self.project.reference / "indicators.yml", "data/reference/indicators.yml")
        return {entry["id"]: read_formula(entry) for entry in data}

    def formula(self, name: str) -> Formula | None:
        """The formula of an indicator, or of a row of a breakdown (`police.risk_mix.high`)."""
        whole, _, category = name.rpartition(".")
        if name in self.formulas:
            return self.formulas[name]
        held = self.formulas.get(whole)
        return held.of(category) if held and held.breakdown else None

    @cached_property
    def measure_names(self) -> dict[str, str]:
        """Measures by their names in lower case."""
        return {plain(each.name).casefold(): each.id for each in self.measures.values()}

    @cached_property
    def formula_names(self) -> dict[str, str]:
        return {plain(each.name).casefold(): each.id for each in self.formulas.values()}

    @cached_property
    def area_names(self) -> dict[str, str]:
        """Areas by their names in lower case."""
        return {area.name.casefold(): code for code, area in self.reference.areas.items()}

    @cached_property
    def numbered_areas(self) -> tuple[str, ...]:
        """The names of areas in which a number stands, such as Three Rivers."""
        names = (plain(area.name) for area in self.reference.areas.values())
        return tuple(
            dict.fromkeys(
                name
                for name in names
                if any(word.isdigit() or word in SPELT for word in name.casefold().split())
            )
        )

    def level(self, benchmark: str, period: Period) -> float | None:
        """The value of a recommended level for a period."""
        held = self.reference.benchmarks.get(benchmark)
        found = held.value_for(period) if held else None
        return found.value if found else None

    def neighbours(self, council: Council) -> list[Council]:
        """The other councils of the project that share the council's county.

        Raises AssessmentError for one of them whose parameters are wrong; those of councils
        elsewhere have no part in it.
        """
        others = [name for name in council_names(self.project) if name != council.id]
        return [
            load_council(self.project, name)
            for name in others
            if self._code(name) in council.county
        ]

    def _code(self, name: str) -> str:
        """A council's code, whatever else its parameters say; "" where they cannot be read."""
        file = f"params/{name}.yml"
        try:
            data = read_yaml(self.project.params / f"{name}.yml", file)
        except AssessmentError:
            return ""
        return str(data.get("code", "")) if isinstance(data, dict) else ""

    def published(self, council: Council, period: str) -> list[tuple[dict[str, str], float]]:
        """Counts of returns that were published elsewhere: the row of the return and the value.

        Read from returns in the standard form, of this edition and earlier ones.
        """
        found = []
        for name, edition in council.editions.items():
            if parse_period(name).end > parse_period(period).end:
                continue
            for file, described in edition.returns.items():
                path = self.project.returns(council.id) / name / file
                standard = described.nature == "published" and described.form == "standard"
                if standard and path.is_file():
                    found += _standard_rows(path.read_text(encoding="utf-8-sig"))
        return found


def _standard_rows(text: str) -> list[tuple[dict[str, str], float]]:
    rows = csv.DictReader(text.splitlines())
    found = []
    for row in rows:
        value = (row.get("value") or "").replace(",", "").strip()
        if value.isdigit():
            kept = {name: (row.get(name) or "").strip() for name in _STANDARD}
            found.append((kept, float(value)))
    return found


def _measure(entry: dict[str, Any], own: Mapping[str, Mapping[str, str]]) -> Counted:
    rules = entry.get("rules", {})
    return Counted(
        id=entry["id"],
        name=plain(entry["name"]),
        words=plain(f"{entry['name']} {entry['definition']}").casefold(),
        kind=entry["kind"],
        unit=entry["unit"],
        protect=entry["protect"],
        over_time=entry.get("over_time", "none"),
        breakdowns={
            name: Breakdown(
                name,
                plain(each["label"]),
                each["answers"] == "one",
                each["adds_up"],
                {
                    plain(words).casefold(): key
                    for key, words in {
                        **(own.get(name, {}) if each.get("named_by_council") else {}),
                        **each["categories"],
                    }.items()
                },
            )
            for name, each in entry.get("dimensions", {}).items()
        },
        part_of=tuple(rules.get("part_of", [])),
        never_more_than=tuple(rules.get("never_more_than", [])),
        made_of=tuple(rules.get("made_of", [])),
        claims=tuple(entry.get("claims", [])),
        per=entry.get("per", ""),
    )
