"""The protected store put together, from returns and reference data."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from needs_assessment.council import Council, board_blocks
from needs_assessment.disclosure.cells import Key, ShownCell, collect_cells
from needs_assessment.disclosure.computed import protect_computed
from needs_assessment.disclosure.edition import check_edition
from needs_assessment.disclosure.figures import (
    as_number,
    group_sources,
    protect_indicator,
    why_entry,
)
from needs_assessment.disclosure.policy import Policy, read_policy
from needs_assessment.disclosure.protection import Material, Protection, protect_report
from needs_assessment.disclosure.published import (
    Version,
    cells_by_edition,
    read_versions,
)
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import sort_flags
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.catalogue import load_catalogue
from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.flags import flag_indicator, flag_printed
from needs_assessment.indicators.report import compute_report
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
class Sources:
    """What the store of one edition is built from.

    `versions` is what readers know already, `folder` where the edition's own returns lie.
    """

    council: Council
    period: Period
    area: Area
    reference: Reference
    dictionary: Dictionary
    catalogue: dict[str, Definition]
    questions: list[Question]
    evidence: Evidence
    versions: list[Version]
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
        versions=read_versions(project, council.code, reference.areas, council.county),
        folder=project.relative(project.returns(council.id) / period.text),
    )


def store_data(sources: Sources, key: str = "") -> dict[str, Any]:
    """The store's JSON, of what could be read of the returns.

    Keys: `input_key`, `council`, `edition`, `nature`, `policy`, `cells`, those of
    `protect_computed`, `measures`, `surveys`, `benchmarks`, `areas` (names by code), `returns`, `quality` (`returns.quality`, a
    return each), `gaps` (`returns.questions`, an unanswered question each), `voice` (survivors'
    words that came with this edition's returns, a quote each), `flags`, `caveats` (by file, what
    is said wherever its figures are shown), `inputs`, `exposed` (hidden statistics that readers can
    work out from what is published already). A cell, and an indicator, says `why` it is hidden; a
    cell that is shown, between what a reader `knows` a count to lie, and an indicator, what sums
    it `prints`: none of these goes into a report.
    """
    council, period, area = sources.council, sources.period, sources.area
    reference, dictionary, evidence = sources.reference, sources.dictionary, sources.evidence
    edition = council.editions[period.text]
    check_edition(council, period, sources.catalogue, reference)
    policy = read_policy(council, dictionary, reference.areas)
    basis = Basis(
        evidence.observations,
        dictionary,
        reference,
        (council.code,),
        period,
        edition,
        rounding={name: base for name in dictionary if (base := policy.rounding(name)) > 1},
    )
    computed = compute_report(sources.catalogue, basis, council.county)
    every = list(computed.every())
    protection = protect_report(
        Material(
            cells=collect_cells(evidence.observations, dictionary),
            indicators=every,
            versions=sources.versions,
            cells_then=cells_by_edition(
                evidence.observations,
                evidence.revisions,
                [each.period for each in sources.versions if each.code == council.code],
                dictionary,
            ),
        ),
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
    whys = {id(each): why for each, why in zip(every, protection.indicators, strict=True)}
    prints = {id(each): known for each, known in zip(every, protection.prints, strict=True)}
    flags += [flag for each in computed.indicators for flag in flag_indicator(each, basis)]
    flags += flag_printed((each for each in computed.indicators if not whys[id(each)]), basis)
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
            **board_blocks(council, period),
        },
        "nature": max(natures, key=_NATURES.index, default="published"),
        "policy": policy.statement(),
        "cells": [_cell(cell) for cell in protection.cells],
        **protect_computed(
            computed, lambda one: protect_indicator(one, whys[id(one)], prints[id(one)])
        ),
        "measures": [
            measure.model_dump(mode="json", exclude={"rules", "claims"})
            for measure in dictionary.values()
        ],
        "surveys": _surveys(reference),
        "benchmarks": [each.model_dump(mode="json") for each in reference.benchmarks.values()],
        "publishers": reference.publishers,
        "areas": {
            code: reference.areas[code].name
            for code in sorted({cell.key.area for cell in protection.cells})
            if code in reference.areas
        },
        "returns": _returns(council, period, dictionary, evidence),
        "quality": [
            each.as_dict()
            for each in rate_returns(edition.returns, context, flags, evidence.quotes)
        ],
        "gaps": [each.as_dict() for each in find_gaps(sources.questions, context)],
        "voice": _voice(evidence, dictionary, period),
        "exposed": list(protection.exposed),
        "flags": [flag.as_dict() for flag in sort_flags(flags)],
        "caveats": evidence.caveats,
        "inputs": evidence.files,
    }
    return data


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
        "knows": None if cell.knows is None else [as_number(each) for each in cell.knows],
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
