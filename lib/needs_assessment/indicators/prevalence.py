"""Which survey edition a local prevalence estimate uses."""

from needs_assessment.periods import Period
from needs_assessment.reference import Population, Reference, Survey

_WIDEST_FIRST = ["16+", "16-74", "16-59"]


def choose_survey(
    reference: Reference,
    area: str,
    period: Period,
    edition: int | str,
    estimate: str,
    measure: str,
) -> list[tuple[Survey, Population]] | None:
    """The survey percentages to use with the population each applies to, or None for a gap.

    `edition` is a survey year or `latest`: the latest edition for the period or before that has
    a verified percentage. Within it: by sex where both percentages are verified and the
    population of `area` on `estimate` exists by sex, else all persons; the widest age band.
    """
    verified = [
        survey
        for survey in reference.surveys
        if survey.measure == measure and survey.percent_verified and survey.percent is not None
    ]
    if edition == "latest":
        years = [survey.edition for survey in verified if survey.period.end <= period.end]
    else:
        years = [survey.edition for survey in verified if survey.edition == edition]
    if not years:
        return None
    chosen = [survey for survey in verified if survey.edition == max(years)]
    for sexes in (("females", "males"), ("persons",)):
        for ages in _WIDEST_FIRST:
            pairs = []
            for sex in sexes:
                survey = next((s for s in chosen if (s.sex, s.ages) == (sex, ages)), None)
                population = reference.population(area, estimate, sex, ages)
                if survey and population:
                    pairs.append((survey, population))
            if len(pairs) == len(sexes):
                return pairs
    return None
