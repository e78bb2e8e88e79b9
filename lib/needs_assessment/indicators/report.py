"""Everything that is computed for one report, exact."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.compute import compute_indicators
from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.groups import Group, compute_groups
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.scenarios import Scenario, compute_scenarios


@dataclass(frozen=True)
class Part:
    """Refuge indicators of one council of a former county, or of all together (`code` joined)."""

    name: str
    code: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Computed:
    """The indicators, breakdowns, scenarios and parts of a former county of one edition."""

    indicators: tuple[Indicator, ...]
    groups: tuple[Group, ...]
    scenarios: tuple[Scenario, ...]
    county: tuple[Part, ...]

    def every(self) -> Iterator[Indicator]:
        """Every indicator that the report may show, and that of the year before beside it."""
        shown = [*self.indicators]
        shown += [row.indicator for group in self.groups for row in group.rows]
        shown += [one for each in self.scenarios for one in (each.in_places, each.in_percent)]
        shown += [one for part in self.county for one in part.indicators]
        for each in shown:
            yield each
            if each.previous:
                yield each.previous


def compute_report(
    catalogue: dict[str, Definition], basis: Basis, county: Sequence[str]
) -> Computed:
    """What is computed for one edition. `county`: the councils that share a former county."""
    return Computed(
        tuple(compute_indicators(catalogue, basis)),
        tuple(compute_groups(catalogue, basis)),
        tuple(compute_scenarios(catalogue, basis)),
        tuple(_parts(catalogue, basis, county)),
    )


def _parts(catalogue: dict[str, Definition], basis: Basis, county: Sequence[str]) -> Iterator[Part]:
    refuge = {
        key: entry for key, entry in catalogue.items() if key.startswith("refuge.") and not entry.by
    }
    areas = basis.reference.areas
    held = [(areas[code].name, (code,)) for code in county if code in areas]
    if held:
        held.append(("All together", tuple(county)))
    for name, codes in held:
        found = compute_indicators(refuge, replace(basis, areas=codes))
        yield Part(name, "+".join(codes), tuple(found))
