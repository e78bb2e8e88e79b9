"""What a board's quarterly dashboard may show: the latest quarters of one council, protected."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from needs_assessment.council import Council
from needs_assessment.disclosure.assembling import basis_of
from needs_assessment.disclosure.board import complete_indicator
from needs_assessment.disclosure.cells import Key, ShownCell, collect_cells
from needs_assessment.disclosure.edition import check_edition
from needs_assessment.disclosure.figures import group_sources, protect_indicator
from needs_assessment.disclosure.particulars import council_entry, edition_entry
from needs_assessment.disclosure.policy import read_policy
from needs_assessment.disclosure.protection import Material, protect_report
from needs_assessment.disclosure.published import cells_by_edition
from needs_assessment.disclosure.sources import Sources, read_sources
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.compute import compute
from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.trend import find_trend
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project

QUARTERS = 8
# By whom somebody was referred, and where.
BREAKDOWNS = ("agency", "source", "locality", "district")
_KINDS = ("count", "proportion")
_NATURES = ("published", "confidential", "illustrative")


@dataclass(frozen=True)
class Protected:
    """What a dashboard may show: `data`, see `quarterly_data`. `small` are the statistics hidden
    for their own size, which are for the attack on the dashboard alone.
    """

    data: dict[str, Any]
    small: frozenset[Key]


@dataclass(frozen=True)
class Quarterly:
    """An indicator of a dashboard: `now` of the latest quarter and `so_far` of the part year, each
    with its trend since the year `before` where there is one; `quarters` by quarter.
    """

    definition: Definition
    now: Indicator
    so_far: Indicator
    before: Indicator
    quarters: dict[Period, Indicator]

    def every(self) -> Iterator[Indicator]:
        """Every result that the dashboard may show."""
        yield from (self.now, self.so_far, self.before)
        yield from self.quarters.values()


def containing_year(council: Council, part: Period) -> Period:
    """The edition of the financial year that `part` is of.

    Raises AssessmentError (exit code 2) when the council has none.
    """
    held = [each for each in council.edition_periods() if part.within(each)]
    if not held:
        year = part.text[:7]
        raise AssessmentError(
            f"{council.name} has no edition {year}, which {part.words()} is a part of.",
            f"Begin it in params/{council.id}.yml with the returns there are so far;"
            f" needs-assessment forms {council.id} --period {year} writes empty workbooks.",
            2,
        )
    return held[-1]


def quarterly_data(project: Project, council: Council, part: Period) -> Protected:
    """The protected data of a dashboard, from what the returns say up to the end of `part`.

    Keys: `council`, `edition`, `part` (canonical), `part_words`, `latest` and `same` (a quarter and
    the same one a year before), `periods` (the quarters shown, earliest first), `nature`, `policy`,
    `targets`, `indicators` (each `id`, `name`, `unit`, `kind`, `chapter`, `optional`, `now` and
    `so_far` as `complete_indicator` gives them, `before` (the same part of the year before) and
    `quarters` by quarter as `protect_indicator` does), `breakdowns` (each `measure`, `name`,
    `label`, `rows` of `category`, `label`, `now`, `before`) and `missing` (`name`, `reason`: what
    was returned by quarter, and not of the latest one). Raises AssessmentError that lists every
    problem in the returns.
    """
    year = containing_year(council, part)
    sources = read_sources(project, council, year)
    if sources.evidence.problems:
        raise AssessmentError(
            "\n".join(str(problem) for problem in sources.evidence.problems),
            "Nothing was changed; correct this and run again.",
        )
    check_edition(council, year, sources.catalogue, sources.reference)
    sources = _up_to(sources, part)
    policy = read_policy(council, sources.dictionary, sources.reference.areas)
    basis = replace(basis_of(sources, policy), period=part)
    latest = part.quarters()[-1]
    periods = _last_quarters(latest)
    found = [_quarterly(entry, basis, periods) for entry in _entries(sources.catalogue)]
    held = [each for each in found if _known(each.now)]
    observations, council_code = sources.evidence.observations, council.code
    cells = collect_cells(observations, sources.dictionary)
    # The same result may stand in two places; it is one.
    indicators = list({id(one): one for each in held for one in each.every()}.values())
    protection = protect_report(
        Material(
            cells=cells,
            indicators=indicators,
            versions=sources.versions,
            cells_then=cells_by_edition(
                observations,
                sources.evidence.revisions,
                [each.period for each in sources.versions if each.code == council_code],
                sources.dictionary,
            ),
        ),
        policy,
        sources.reference.areas,
        part,
    )
    whys = dict(zip(map(id, indicators), protection.indicators, strict=True))

    def protect(one: Indicator) -> dict[str, Any]:
        return protect_indicator(one, whys[id(one)])

    natures = [cell.nature for cell in protection.cells]
    small = {cell.key for cell in protection.cells if cell.why and cell.why.reason == "small"}
    data = {
        "council": council_entry(council, sources.area, sources.reference.areas),
        "edition": {
            **edition_entry(council, year),
            "period": part.text,
            "period_words": part.words(),
        },
        "part": part.text,
        "part_words": part.words(),
        "latest": latest.text,
        "same": latest.previous().text,
        "periods": _begun([each.text for each in periods], held),
        "nature": max(natures, key=_NATURES.index, default="published"),
        "policy": policy.statement(),
        "targets": [each.model_dump(mode="json") for each in council.editions[year.text].targets],
        "indicators": [
            {
                "id": each.definition.id,
                "name": each.definition.name,
                "unit": each.definition.unit,
                "kind": each.definition.kind,
                "chapter": each.definition.chapter,
                "optional": each.definition.optional,
                "now": complete_indicator(each.now, protect),
                "so_far": complete_indicator(each.so_far, protect),
                "before": protect(each.before),
                "quarters": {period.text: protect(one) for period, one in each.quarters.items()},
            }
            for each in held
        ],
        "breakdowns": _breakdowns(protection.cells, sources, latest),
        "missing": [
            {"name": each.definition.name, "reason": each.now.reason}
            for each in found
            if not _known(each.now) and any(map(_known, each.quarters.values()))
        ],
    }
    return Protected(data, frozenset(small))


def _begun(periods: list[str], held: list[Quarterly]) -> list[str]:
    """The quarters from the first of which anything was returned."""
    known = {period.text for each in held for period, one in each.quarters.items() if _known(one)}
    return periods[min(periods.index(period) for period in known) :] if known else periods


def _up_to(sources: Sources, part: Period) -> Sources:
    """The sources without what lies after the part year, as if it were not returned yet."""

    def kept(frame):
        return frame[[parse_period(text).end <= part.end for text in frame["period"]]]

    evidence = sources.evidence
    return replace(
        sources,
        evidence=replace(
            evidence,
            observations=kept(evidence.observations),
            revisions=kept(evidence.revisions),
        ),
    )


def _entries(catalogue: dict[str, Definition]) -> list[Definition]:
    """What can be said of a quarter: numbers of people or events, and shares of them. A rate of a
    population is one of a year.
    """
    return [
        entry
        for entry in catalogue.values()
        if entry.kind in _KINDS and not entry.by and not entry.share and entry.area == "own"
    ]


def _last_quarters(latest: Period) -> list[Period]:
    """The quarters up to `latest`, earliest first."""
    found = [latest]
    while len(found) < QUARTERS:
        first = found[0]
        year, number = int(first.text[:4]), int(first.text[-1])
        if number == 1:
            year, number = year - 1, 5
        found.insert(0, parse_period(f"{year}-{(year + 1) % 100:02d} Q{number - 1}"))
    return found


def _quarterly(entry: Definition, basis: Basis, periods: list[Period]) -> Quarterly:
    quarters = {period: _of(entry, basis, period) for period in periods}
    latest, part = periods[-1], basis.period
    before = _of(entry, basis, part.previous())
    return Quarterly(
        entry,
        now=find_trend(quarters[latest], quarters[latest.previous()], basis.dictionary),
        so_far=find_trend(_of(entry, basis, part), before, basis.dictionary),
        before=before,
        quarters=quarters,
    )


def _of(entry: Definition, basis: Basis, period: Period) -> Indicator:
    """The indicator of just that period; a figure of another one does not stand for it."""
    found = compute(entry, replace(basis, period=period))
    if found.status == "unavailable" or found.numerator_period == period:
        return found
    return Indicator(entry, "unavailable", reason=f"no figure is for {period.words()}")


def _known(found: Indicator) -> bool:
    return found.status != "unavailable"


def _breakdowns(cells: list[ShownCell], sources: Sources, latest: Period) -> list[dict[str, Any]]:
    """Counts of the latest quarter by who referred, and by part of the area."""
    known = {cell.key: cell for cell in cells if cell.key.area == sources.council.code}
    found = []
    for measure in sources.dictionary.values():
        for name, dimension in measure.dimensions.items():
            if name not in BREAKDOWNS or measure.kind != "count":
                continue
            rows = []
            for category, label in dimension.categories.items():
                keys = [
                    Key(measure.id, period.text, sources.council.code, name, category)
                    for period in (latest, latest.previous())
                ]
                if keys[0] in known:
                    now, before = (_cell(known.get(key)) for key in keys)
                    rows.append(
                        {"category": category, "label": label, "now": now, "before": before}
                    )
            if rows:
                found.append(
                    {
                        "measure": measure.id,
                        "name": measure.name,
                        "label": dimension.label,
                        "rows": rows,
                    }
                )
    return found


def _cell(cell: ShownCell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "value": cell.value,
        "display": cell.display,
        "nature": cell.nature,
        "partner": cell.partner,
        "sources": group_sources(cell.sources),
    }
