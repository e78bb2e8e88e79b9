"""The protected store: all that chapters, text, charts, workbook and JSON may read.

Exact values end here. The store is written before any kernel starts and holds nothing that may
not be shown.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.cells import Key, ShownCell, Why, collect_cells
from needs_assessment.disclosure.figures import group_sources, protect_indicator, why_entry
from needs_assessment.disclosure.policy import Policy
from needs_assessment.disclosure.protection import Protection, protect_report
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest, write_atomically
from needs_assessment.flags import sort_flags
from needs_assessment.indicators.catalogue import Definition, load_catalogue
from needs_assessment.indicators.compute import Basis, compute_indicators
from needs_assessment.indicators.flags import flag_indicator, flag_printed
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Source
from needs_assessment.periods import Period
from needs_assessment.project import Project
from needs_assessment.reference import Area, Reference
from needs_assessment.returns.dictionary import Dictionary, load_dictionary
from needs_assessment.returns.observations import Evidence, load_evidence
from needs_assessment.returns.quality import rate_returns
from needs_assessment.returns.questions import Question, find_gaps, load_questions
from needs_assessment.returns.rules import read_context, run_rules
from needs_assessment.returns.rules.figures import Figure, Hides

_NATURES = ["published", "confidential", "illustrative"]


@dataclass(frozen=True)
class ProtectedStore:
    """`data` is the store's JSON; see `build_store` for its keys."""

    data: dict[str, Any]

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Protected indicators by id."""
        return {entry["id"]: entry for entry in self.data["indicators"]}

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
        """What live figures print, by key and filter."""
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
        figures.update({key: entry["figures"] for key, entry in self.indicators.items()})
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


def protect(project: Project, name: str, period: str | None = None) -> ProtectedStore:
    """The up-to-date protected store of an edition, written to its report folder.

    It is built again only when an input changed: returns, parameters, reference data or this
    package. Raises AssessmentError, listing every problem, when an input cannot be used.
    """
    council = load_council(project, name)
    edition = choose_period(council, period)
    path = project.report(council.id, edition.text).store
    key = input_key(project, council)
    if path.exists():
        try:
            held = read_store(path)
        except AssessmentError:
            held = None
        if held and held.data["input_key"] == key:
            return held
    store = build_store(project, council, edition, key)
    content = json.dumps(store.data, ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, content.encode())
    return store


def input_key(project: Project, council: Council) -> str:
    """SHA-256 over everything a store is built from."""
    files = [project.params / "defaults.yml", project.params / f"{council.id}.yml"]
    for folder in (project.mappings, project.reference, project.returns(council.id)):
        files += [path for path in folder.rglob("*") if path.is_file()]
    package = Path(__file__).resolve().parents[1]
    sources = [*package.glob("*.py"), *package.glob("returns/**/*.py")]
    sources += [*package.glob("indicators/*.py"), *package.glob("disclosure/*.py")]
    key = hashlib.sha256()
    for base, paths in ((project.root, files), (package, sources)):
        for path in sorted(set(paths)):
            key.update(path.relative_to(base).as_posix().encode() + b"\0")
            key.update(digest(path).encode())
    return key.hexdigest()


@dataclass(frozen=True)
class Sources:
    """What the store of one edition is built from; `folder` is where its own returns lie."""

    council: Council
    period: Period
    area: Area
    reference: Reference
    dictionary: Dictionary
    catalogue: dict[str, Definition]
    questions: list[Question]
    evidence: Evidence
    folder: str


def read_sources(project: Project, council: Council, period: Period) -> Sources:
    """Reference data and returns of one edition. Problems in the returns stand in `evidence`;
    AssessmentError is raised for reference data and parameters that cannot be used.
    """
    reference = Reference(project.reference)
    dictionary = load_dictionary(project.reference).for_council(council)
    return Sources(
        council=council,
        period=period,
        area=_area(council, reference),
        reference=reference,
        dictionary=dictionary,
        catalogue=load_catalogue(project.reference, dictionary, reference.benchmarks),
        questions=load_questions(project.reference, dictionary),
        evidence=load_evidence(project, council, period, dictionary, reference.areas),
        folder=project.relative(project.returns(council.id) / period.text),
    )


def build_store(
    project: Project, council: Council, period: Period, key: str = ""
) -> ProtectedStore:
    """The store of one edition, from returns and reference data.

    Raises AssessmentError that lists every problem in the returns.
    """
    sources = read_sources(project, council, period)
    if sources.evidence.problems:
        raise AssessmentError(
            "\n".join(str(problem) for problem in sources.evidence.problems),
            "Nothing was changed; correct this and run again.",
        )
    return assemble_store(sources, key)


def assemble_store(sources: Sources, key: str = "") -> ProtectedStore:
    """The store, of what could be read of the returns.

    Keys: `input_key`, `council`, `edition`, `nature`, `policy`, `cells`, `indicators`,
    `measures`, `surveys`, `benchmarks`, `county`, `returns`, `quality` (`returns.quality`, a
    return each), `gaps` (`returns.questions`, an unanswered question each), `voice` (survivors'
    words that came with this edition's returns, a quote each), `flags`, `caveats` (by file, what
    is said wherever its figures are shown), `inputs`.
    """
    council, period, area = sources.council, sources.period, sources.area
    reference, dictionary, evidence = sources.reference, sources.dictionary, sources.evidence
    edition = council.editions[period.text]
    basis = Basis(evidence.observations, dictionary, reference, (council.code,), period, edition)
    indicators = compute_indicators(sources.catalogue, basis)
    county = _county_indicators(council, basis, sources.catalogue)
    policy = Policy(council.disclosure, dictionary, reference.areas, council.code)
    protection = protect_report(
        collect_cells(evidence.observations, dictionary),
        [*indicators, *(each for _, group in county for each in group)],
        policy,
        reference.areas,
        period,
    )
    context = read_context(
        evidence.observations,
        evidence.revisions,
        dictionary=dictionary,
        areas=reference.areas,
        own_area=council.code,
        edition=period,
        folder=sources.folder,
        hides=_hides(protection, policy, evidence.revisions),
        caveats=evidence.caveats,
    )
    flags = [note for note in evidence.notes if note.file.startswith(context.folder)]
    flags += run_rules(context)
    flags += [flag for each in indicators for flag in flag_indicator(each, period)]
    open_indicators = [
        each for each, why in zip(indicators, protection.indicators, strict=False) if not why
    ]
    flags += flag_printed(open_indicators, basis)
    natures = [cell.nature for cell in protection.cells]
    data = {
        "input_key": key,
        "council": {
            "id": council.id,
            "name": council.name,
            "council": council.council,
            "code": council.code,
            "colour": council.colour,
            "county": [reference.areas[code].name for code in council.county],
            "area": {
                "name": area.name,
                "type": area.type,
                "type_words": area.type_words,
                "relevant": area.relevant,
                "ended": area.end.isoformat() if area.end else None,
                "successors": [reference.areas[code].name for code in area.successors],
                "police_force": area.police_force,
                "region": area.region,
                "county": area.county_name,
            },
        },
        "edition": {
            "period": period.text,
            "period_words": period.words(),
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "version": edition.version.model_dump(mode="json"),
            "board": edition.board.model_dump(mode="json") if edition.board else None,
            "populations": edition.populations.model_dump(),
        },
        "nature": max(natures, key=_NATURES.index, default="published"),
        "policy": policy.statement(),
        "cells": [_cell(cell) for cell in protection.cells],
        "indicators": [
            protect_indicator(each, why)
            for each, why in zip(indicators, protection.indicators, strict=False)
        ],
        "measures": [
            measure.model_dump(mode="json", exclude={"rules", "claims"})
            for measure in dictionary.values()
        ],
        "surveys": _surveys(reference),
        "benchmarks": [each.model_dump(mode="json") for each in reference.benchmarks.values()],
        "publishers": reference.publishers,
        "county": _county(county, protection.indicators[len(indicators) :]),
        "returns": _returns(council, period, dictionary, evidence),
        "quality": [
            each.as_dict()
            for each in rate_returns(edition.returns, context, flags, evidence.quotes)
        ],
        "gaps": [each.as_dict() for each in find_gaps(sources.questions, context)],
        "voice": _voice(evidence, dictionary, period),
        "flags": [flag.as_dict() for flag in sort_flags(flags)],
        "caveats": evidence.caveats,
        "inputs": evidence.files,
    }
    return ProtectedStore(data)


def _area(council: Council, reference: Reference) -> Area:
    if council.code not in reference.areas:
        raise AssessmentError(
            f"params/{council.id}.yml: code {council.code} is not in data/reference/areas.csv.",
            "Correct the code.",
        )
    for code in council.county:
        if code not in reference.areas:
            raise AssessmentError(
                f"params/{council.id}.yml: county holds {code}, which is not in "
                "data/reference/areas.csv.",
                "Correct the code.",
            )
    return reference.areas[council.code]


def _cell(cell: ShownCell) -> dict[str, Any]:
    return {
        **cell.key._asdict(),
        "partner": cell.partner,
        "value": cell.value,
        "status": cell.status,
        "display": cell.display,
        "nature": cell.nature,
        "derived": cell.derived,
        "sources": group_sources(cell.sources),
        "why": why_entry(cell.why),
    }


def _hides(protection: Protection, policy: Policy, revisions: pd.DataFrame) -> Hides:
    """Whether the sentence of a rule may not print a figure.

    An earlier statement of a figure is not printed where anything of its measure is hidden: with
    the totals of that time, it could tell more than the figures of now.
    """
    hidden = {cell.key for cell in protection.cells if cell.hidden}
    touched = {(key.measure, key.area) for key in hidden}
    earlier = {(row["file"], row["sheet"], row["row"]) for row in revisions.to_dict("records")}

    def hides(figure: Figure) -> bool:
        key = Key(
            figure.measure, figure.period.text, figure.area, figure.dimension, figure.category
        )
        replaced = (figure.file, figure.sheet, figure.row) in earlier
        return (
            policy.hides(figure.measure, figure.value, figure.nature)
            or key in hidden
            or (replaced and (figure.measure, figure.area) in touched)
        )

    return hides


def _voice(evidence: Evidence, dictionary: Dictionary, period: Period) -> list[dict[str, Any]]:
    """The quotes of this edition's own returns: their speakers agreed to these words in public."""
    themes = dictionary["voice.themes"].dimensions["theme"].categories
    return [
        {
            "theme": quote.theme,
            "theme_label": themes[quote.theme],
            "quote": quote.text,
            "partner": quote.partner,
            "nature": quote.nature,
            "period": quote.period,
            "sources": group_sources([Source(quote.file, quote.sheet, quote.row)]),
        }
        for quote in evidence.quotes
        if quote.period == period.text
    ]


def _surveys(reference: Reference) -> list[dict[str, Any]]:
    """Verified survey percentages, for the national series."""
    return [
        {
            "edition": survey.edition,
            "series": survey.series,
            "ages": survey.ages,
            "sex": survey.sex,
            "measure": survey.measure,
            "percent": survey.percent,
            "note": survey.note,
            "source": survey.source,
        }
        for survey in reference.surveys
        if survey.percent_verified and survey.percent is not None
    ]


def _county_indicators(
    council: Council, basis: Basis, catalogue: dict[str, Definition]
) -> list[tuple[str, list[Indicator]]]:
    """Refuge indicators of each council of a former county and of all together, in that order."""
    if not council.county:
        return []
    refuge = {key: entry for key, entry in catalogue.items() if key.startswith("refuge.")}
    areas = basis.reference.areas
    groups = [(areas[code].name, (code,)) for code in council.county if code in areas]
    groups.append(("All together", tuple(council.county)))
    return [
        (name, compute_indicators(refuge, replace(basis, areas=codes))) for name, codes in groups
    ]


def _county(
    county: list[tuple[str, list[Indicator]]], whys: list[Why | None]
) -> list[dict[str, Any]]:
    """These indicators as they may be shown."""
    remaining = iter(whys)
    return [
        {"name": name, "indicators": [protect_indicator(each, next(remaining)) for each in group]}
        for name, group in county
    ]


def _returns(
    council: Council, period: Period, dictionary: Dictionary, evidence: Evidence
) -> list[dict[str, Any]]:
    """Each return of this edition: partner, nature, date, quality, and what it covers."""
    edition = council.editions[period.text]
    listed = []
    for file, settings in sorted(edition.returns.items()):
        own = evidence.observations["file"].str.endswith(f"/{period.text}/{file}")
        measures = sorted(set(evidence.observations[own]["measure"]))
        listed.append(
            {
                "file": file,
                "partner": settings.partner,
                "nature": settings.nature,
                "received": settings.received.isoformat(),
                "quality": settings.quality,
                "note": settings.note,
                "observations": int(own.sum()),
                "measures": [dictionary[measure].name for measure in measures],
            }
        )
    return listed
