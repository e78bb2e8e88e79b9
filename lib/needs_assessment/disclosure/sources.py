"""What the protected store of one edition is built from."""

from dataclasses import dataclass

from needs_assessment.council import Council
from needs_assessment.disclosure.published import Version, read_versions
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.catalogue import load_catalogue
from needs_assessment.indicators.definition import Definition
from needs_assessment.periods import Period
from needs_assessment.project import Project
from needs_assessment.reference import Area, Reference
from needs_assessment.returns.dictionary import Dictionary, load_dictionary
from needs_assessment.returns.observations import Evidence, load_evidence
from needs_assessment.returns.questions import Question, load_questions


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
