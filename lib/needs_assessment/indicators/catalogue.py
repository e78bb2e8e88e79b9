"""The indicator catalogue, `data/reference/indicators.yml`: a new indicator is an entry."""

from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.definition import AREAS, NAME, Definition, read_term
from needs_assessment.reference import Benchmark
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.settings import nearest, read_yaml, validate_entries


def load_catalogue(
    reference: Path, dictionary: Dictionary, benchmarks: dict[str, Benchmark]
) -> dict[str, Definition]:
    """The catalogue by id, in its order.

    Raises AssessmentError for an entry that does not keep to the form or that names an unknown
    measure, dimension, category or benchmark.
    """
    data = read_yaml(reference / "indicators.yml", NAME)
    entries = validate_entries(Definition, data, NAME)
    catalogue: dict[str, Definition] = {}
    for entry in entries:
        if entry.id in catalogue:
            raise AssessmentError(f"{NAME}: “{entry.id}” is defined twice.", "Remove one of them.")
        _check_terms(entry, dictionary)
        _check_benchmarks(entry, benchmarks)
        catalogue[entry.id] = entry
    return catalogue


def _check_terms(entry: Definition, dictionary: Dictionary) -> None:
    terms = [*entry.numerator, *entry.denominator, *entry.less, *entry.apart, *entry.need]
    for text in (*terms, *entry.stages, *entry.against):
        term = read_term(text)
        measure = dictionary.measure(term.measure)
        if not term.dimension or (term.each and term.dimension == AREAS):
            continue
        dimension = measure.dimensions.get(term.dimension)
        if dimension is None or (term.category and term.category not in dimension.categories):
            raise AssessmentError(
                f"{NAME}: “{entry.id}” names {text}, which the data dictionary does not have.",
                "Correct the entry.",
            )
    for name in filter(None, (entry.reported, entry.share, entry.unit_cost)):
        dictionary.measure(name)


def _check_benchmarks(entry: Definition, benchmarks: dict[str, Benchmark]) -> None:
    named = (entry.level, entry.then, entry.benchmark, *entry.also, *entry.benchmarks.values())
    for name in filter(None, named):
        if name not in benchmarks:
            raise AssessmentError(
                f"{NAME}: “{entry.id}” names the benchmark “{name}”, which there is not.",
                nearest(name, list(benchmarks)) or "Add it to data/reference/benchmarks.yml.",
            )
