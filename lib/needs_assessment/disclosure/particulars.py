"""What a report says beside its numbers: council, edition, returns, surveys, survivors' words."""

from collections.abc import Iterable
from typing import Any

from needs_assessment.council import Council, board_blocks
from needs_assessment.disclosure.figures import group_sources
from needs_assessment.indicators.statistics import Source
from needs_assessment.periods import Period
from needs_assessment.reference import Area, Reference
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.observations import Evidence


def council_entry(council: Council, area: Area, areas: dict[str, Area]) -> dict[str, Any]:
    """The council and its area: names, code, colour, the councils of its county."""
    return {
        "id": council.id,
        "name": council.name,
        "council": council.council,
        "code": council.code,
        "colour": council.colour,
        "contact": council.contact,
        "county": [areas[code].name for code in council.county],
        "area": {
            "name": area.name,
            "type": area.type,
            "type_words": area.type_words,
            "relevant": area.relevant,
            "ended": area.end.isoformat() if area.end else None,
            "successors": [areas[code].name for code in area.successors],
            "police_force": area.police_force,
            "region": area.region,
            "county": area.county_name,
        },
    }


def edition_entry(council: Council, period: Period) -> dict[str, Any]:
    """The edition: its period, version block, board, populations and what the board asked for."""
    edition = council.editions[period.text]
    return {
        "period": period.text,
        "period_words": period.words(),
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "version": edition.version.model_dump(mode="json"),
        "accepted": [each.model_dump(mode="json") for each in edition.accepted],
        "board": edition.board.model_dump(mode="json") if edition.board else None,
        "populations": edition.populations.model_dump(),
        **board_blocks(council, period),
    }


def return_entries(
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


def confidential_files(council: Council, files: Iterable[str]) -> list[str]:
    """Those of the returns' files (paths from the project's root) that are confidential."""
    ends = tuple(
        f"/{period}/{file}"
        for period, edition in council.editions.items()
        for file, settings in edition.returns.items()
        if settings.nature == "confidential"
    )
    return sorted(file for file in files if file.endswith(ends))


def voice_entries(
    evidence: Evidence, dictionary: Dictionary, period: Period
) -> list[dict[str, Any]]:
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


def survey_entries(reference: Reference) -> list[dict[str, Any]]:
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
