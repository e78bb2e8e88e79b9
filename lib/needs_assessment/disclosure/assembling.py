"""The protected store put together, from returns and reference data."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from needs_assessment.disclosure.cells import Key, ShownCell, Why, collect_cells
from needs_assessment.disclosure.computed import protect_computed
from needs_assessment.disclosure.edition import check_edition
from needs_assessment.disclosure.figures import (
    as_number,
    group_sources,
    protect_indicator,
    why_entry,
)
from needs_assessment.disclosure.particulars import (
    confidential_files,
    council_entry,
    edition_entry,
    return_entries,
    survey_entries,
    voice_entries,
)
from needs_assessment.disclosure.policy import Policy, read_policy
from needs_assessment.disclosure.protection import Material, Protection, protect_report
from needs_assessment.disclosure.published import cells_by_edition
from needs_assessment.disclosure.sources import Sources
from needs_assessment.flags import Flag, sort_flags
from needs_assessment.indicators.basis import Basis
from needs_assessment.indicators.flags import flag_indicator, flag_printed
from needs_assessment.indicators.report import Computed, compute_report
from needs_assessment.indicators.result import Indicator
from needs_assessment.returns.quality import rate_returns
from needs_assessment.returns.questions import find_gaps
from needs_assessment.returns.rules import read_context, run_rules
from needs_assessment.returns.rules.figures import Context, Figure, Hides

_NATURES = ["published", "confidential", "illustrative"]


def store_data(sources: Sources, key: str = "") -> dict[str, Any]:
    """The store's JSON, of what could be read of the returns.

    Keys: `input_key`, `council`, `edition`, `nature`, `policy`, `cells`, those of
    `protect_computed`, `measures`, `surveys`, `benchmarks`, `publishers`, `areas` (names by code),
    `returns`, `quality` (`returns.quality`, a return each), `gaps` (`returns.questions`, an
    unanswered question each), `voice` (survivors' words that came with this edition's returns, a
    quote each), `exposed` (hidden statistics that readers can work out from what is published
    already), `flags`, `caveats` (by file, what is said wherever its figures are shown), `inputs`
    (SHA-256 by file), `confidential` (those of them that are). A cell, and an indicator, says `why`
    it is hidden; a cell that is shown, between what a reader `knows` a count to lie, and an
    indicator, what sums it `prints`: none of these goes into a report.
    """
    council, period = sources.council, sources.period
    reference, dictionary, evidence = sources.reference, sources.dictionary, sources.evidence
    check_edition(council, period, sources.catalogue, reference)
    policy = read_policy(council, dictionary, reference.areas)
    basis = basis_of(sources, policy)
    computed = compute_report(sources.catalogue, basis, council.county)
    protection = protect_sources(sources, computed, policy)
    whys = dict(zip(map(id, computed.every()), protection.indicators, strict=True))
    prints = dict(zip(map(id, computed.every()), protection.prints, strict=True))
    context = _context(sources, protection, policy)
    flags = _flags(sources, computed, context, basis, lambda one: whys[id(one)])
    natures = [cell.nature for cell in protection.cells]
    return {
        "input_key": key,
        "council": council_entry(council, sources.area, reference.areas),
        "edition": edition_entry(council, period),
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
        "surveys": survey_entries(reference),
        "benchmarks": [each.model_dump(mode="json") for each in reference.benchmarks.values()],
        "publishers": reference.publishers,
        "areas": {
            code: reference.areas[code].name
            for code in sorted({cell.key.area for cell in protection.cells})
            if code in reference.areas
        },
        "returns": return_entries(council, period, dictionary, evidence),
        "quality": [
            each.as_dict()
            for each in rate_returns(
                council.editions[period.text].returns, context, flags, evidence.quotes
            )
        ],
        "gaps": [each.as_dict() for each in find_gaps(sources.questions, context)],
        "voice": voice_entries(evidence, dictionary, period),
        "exposed": list(protection.exposed),
        "flags": [flag.as_dict() for flag in sort_flags(flags)],
        "caveats": evidence.caveats,
        "inputs": evidence.files,
        "confidential": confidential_files(council, evidence.files),
    }


def basis_of(sources: Sources, policy: Policy) -> Basis:
    """What indicators are computed from: counts rounded where the policy rounds them."""
    dictionary = sources.dictionary
    return Basis(
        sources.evidence.observations,
        dictionary,
        sources.reference,
        (sources.council.code,),
        sources.period,
        sources.council.editions[sources.period.text],
        rounding={name: base for name in dictionary if (base := policy.rounding(name)) > 1},
    )


def protect_sources(sources: Sources, computed: Computed, policy: Policy) -> Protection:
    """What may be shown of every cell and of everything that is computed."""
    evidence, council = sources.evidence, sources.council
    material = Material(
        cells=collect_cells(evidence.observations, sources.dictionary),
        indicators=list(computed.every()),
        versions=sources.versions,
        cells_then=cells_by_edition(
            evidence.observations,
            evidence.revisions,
            [each.period for each in sources.versions if each.code == council.code],
            sources.dictionary,
        ),
    )
    return protect_report(material, policy, sources.reference.areas, sources.period)


def _context(sources: Sources, protection: Protection, policy: Policy) -> Context:
    """What the rules on returns look at."""
    evidence = sources.evidence
    return read_context(
        evidence.observations,
        evidence.revisions,
        dictionary=sources.dictionary,
        areas=sources.reference.areas,
        own_area=sources.council.code,
        edition=sources.period,
        folder=sources.folder,
        hides=_hides(protection, policy, evidence.revisions),
        caveats=evidence.caveats,
    )


def _flags(
    sources: Sources,
    computed: Computed,
    context: Context,
    basis: Basis,
    why: Callable[[Indicator], Why | None],
) -> list[Flag]:
    """All that has to be said of returns and indicators; nothing that a hidden one rests on."""
    shown = [each for each in computed.indicators if not why(each)]
    flags = [note for note in sources.evidence.notes if note.file.startswith(context.folder)]
    flags += run_rules(context)
    for each in computed.indicators:
        # Why there is no value, such as a base under 20, says something of that base.
        if each.status != "unavailable" or not why(each):
            flags += flag_indicator(each, basis)
    return flags + flag_printed(shown, basis)


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
