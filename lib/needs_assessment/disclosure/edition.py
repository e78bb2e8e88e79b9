"""What an edition's parameters name of the reference data."""

from needs_assessment.council import Council
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.definition import Definition
from needs_assessment.periods import Period
from needs_assessment.reference import Reference
from needs_assessment.settings import nearest


def check_edition(
    council: Council, period: Period, catalogue: dict[str, Definition], reference: Reference
) -> None:
    """Raises AssessmentError when the parameters name an indicator or benchmark there is not."""
    edition = council.editions[period.text]
    place = f"params/{council.id}.yml, edition {period.text}"
    plain = [name for name, entry in catalogue.items() if not entry.by]
    named = [(target.indicator, "targets") for target in edition.targets]
    for each in edition.recommendations:
        named += [(name, "recommendations") for name in each.evidence]
    for name, where in named:
        if name not in plain:
            raise AssessmentError(
                f"{place}, {where}: there is no indicator “{name}”.",
                nearest(name, plain) or "Indicators are in data/reference/indicators.yml.",
            )
    for name in edition.unconfirmed_benchmarks:
        if name not in reference.benchmarks:
            raise AssessmentError(
                f"{place}, unconfirmed_benchmarks: there is no benchmark “{name}”.",
                nearest(name, list(reference.benchmarks)),
            )
