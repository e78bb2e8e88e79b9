"""Why a chapter ran on the last run, or did not, and whether it would run now."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.slices import PARAMETERS, REFERENCE, RETURNS
from needs_assessment.disclosure.store import protect
from needs_assessment.display import join_words
from needs_assessment.execution.engine import choose_engine
from needs_assessment.execution.kept import CODE, ENGINE, SETTINGS, SOURCE, VERSIONS
from needs_assessment.execution.plan import plan_chapters
from needs_assessment.preparing import FIRST, FRESH, OWN_CODE, prepare_chapters, read_reasons
from needs_assessment.project import Project

_WORDS = {
    FRESH: "--fresh was asked for",
    FIRST: "nothing is kept of an earlier run of it",
    OWN_CODE: "it holds code of your own, which may read anything",
    CODE: "its code cells, or what its metadata says that it reads, changed",
    SETTINGS: "it was for another council or period",
    PARAMETERS: "the council's parameters changed",
    REFERENCE: "reference data that it reads changed",
    RETURNS: "data that it reads changed",
    ENGINE: "another engine runs it",
    SOURCE: "the program's own source changed",
    VERSIONS: "an installed version changed",
}


@dataclass(frozen=True)
class Explained:
    """Of a chapter: what was done on the last run, and what the next would do, each with why."""

    chapter: str
    last: str
    now: str


def explain(project: Project, name: str, period: str | None = None) -> list[Explained]:
    """Each chapter of an edition, in the order of the book. The protected store is brought up to
    date for it; nothing else is written.

    Raises AssessmentError when an input is wrong.
    """
    council = load_council(project, name)
    edition = choose_period(council, period)
    report = project.report(council.id, edition.text)
    store = protect(project, council.id, edition.text)
    engine = choose_engine(os.environ)
    last = read_reasons(report)
    prepared = prepare_chapters(report, store, plan_chapters(project), engine)
    return [
        Explained(
            each.id,
            _said("ran", "did not run", last[each.id])
            if last and each.id in last
            else "is not known to have run",
            _said("would run", "would not run", each.reasons),
        )
        for each in prepared
    ]


def _said(does: str, does_not: str, reasons: Sequence[str]) -> str:
    if not reasons:
        return f"{does_not}: nothing but text had changed"
    return f"{does}: {join_words([_WORDS.get(each, each) for each in reasons])}"
