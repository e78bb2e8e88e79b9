"""The gap register: what an assessment must answer, and what no partner shares."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from needs_assessment.display import join_words
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import choose_for_edition
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.rules.figures import Context, Figure
from needs_assessment.returns.rules.wording import runs
from needs_assessment.settings import read_yaml, validate_entries

NAME = "data/reference/questions.yml"
NOTHING = "No return gives"

_TERM = re.compile(r"([a-z_.]+)(?:\[([a-z_]+)\])?")


class Question(BaseModel):
    """A question for a chapter of the assessment, and the measures that answer it together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chapter: str
    question: str
    measures: list[str] = Field(min_length=1)

    def terms(self) -> list[tuple[str, str]]:
        """Each measure with the breakdown that is asked for, if one is."""
        found = [_TERM.fullmatch(text) for text in self.measures]
        return [(each[1], each[2] or "") for each in found if each]


@dataclass(frozen=True)
class Gap:
    """A question that the returns of an edition do not answer, or not fully.

    `answered` is “no” or “in part”. `missing` says which figures lack, and what there is instead;
    `holders` are the kinds of partner that hold them.
    """

    chapter: str
    question: str
    answered: str
    missing: tuple[str, ...]
    holders: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load_questions(reference: Path, dictionary: Dictionary) -> list[Question]:
    """The questions of `data/reference/questions.yml`.

    Raises AssessmentError for an entry that does not keep to the form, or that names a measure or
    a breakdown which the data dictionary does not have.
    """
    data = read_yaml(reference / "questions.yml", NAME)
    questions = validate_entries(Question, data, NAME)
    for question in questions:
        for text in question.measures:
            found = _TERM.fullmatch(text)
            measure = dictionary.measure(found[1] if found else text)
            if found and found[2] and found[2] not in measure.dimensions:
                raise AssessmentError(
                    f"{NAME}: “{text}” names a breakdown that {measure.id} does not have.",
                    f"Its dimensions: {', '.join(measure.dimensions) or 'none'}.",
                )
    return questions


def find_gaps(questions: list[Question], context: Context) -> list[Gap]:
    """The questions that the edition's returns leave open, in the order of the file."""
    gaps = []
    for question in questions:
        lacking = {term: why for term in question.terms() if (why := _why_lacking(context, *term))}
        if lacking:
            kinds = [context.dictionary[name].partner_kind for name, _ in lacking]
            gaps.append(
                Gap(
                    chapter=question.chapter,
                    question=question.question,
                    answered="no" if len(lacking) == len(question.measures) else "in part",
                    missing=_by_reason(context, lacking),
                    holders=tuple(dict.fromkeys(filter(None, kinds))),
                )
            )
    return gaps


def _by_reason(context: Context, lacking: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """“No return gives: …”, “Only for Hertfordshire: …”, each with the figures it holds for."""
    reasons: dict[str, list[str]] = {}
    for (measure, dimension), why in lacking.items():
        if dimension and lacking.get((measure, "")) == why:
            continue
        entry = context.dictionary[measure]
        by = f" by “{entry.dimensions[dimension].label}”" if dimension else ""
        reasons.setdefault(why, []).append(f"{entry.name}{by}")
    return tuple(f"{why}: {'; '.join(names)}" for why, names in reasons.items())


def _why_lacking(context: Context, measure: str, dimension: str) -> str:
    """What there is instead of a measure's figures for the edition; nothing when it is there."""
    figures = [
        each
        for each in context.figures.all
        if each.measure == measure and (not dimension or each.dimension == dimension)
    ]
    own = [each for each in figures if each.area == context.own_area]
    given = [each for each in own if each.given]
    if _covers(context, given, context.dictionary[measure].over_time):
        return ""
    inside = {each.period for each in given if each.period.within(context.edition)}
    if inside:
        return f"Only for {runs(sorted(inside))}"
    if given:
        return f"Only for {max(each.period for each in given).words()}"
    if any(
        each.given
        and context.measure(each).kind == "share"
        and context.measure(each).claims[:1] == [measure]
        and (each.area, each.dimension) == (context.own_area, dimension)
        for each in context.figures.all
    ):
        return "Only as a percentage"
    elsewhere = dict.fromkeys(context.areas[each.area].name for each in figures if each.given)
    if elsewhere:
        return f"Only for {join_words(list(elsewhere))}"
    return "Named without a value" if figures else NOTHING


def _covers(context: Context, figures: list[Figure], over_time: str) -> bool:
    """Whether the figures stand for the edition: its own, a date in it, or all its quarters."""
    periods = {each.period for each in figures}
    if choose_for_edition(periods, context.edition, over_time):
        return True
    covered = sum(each.months for each in periods if each.within(context.edition))
    return covered >= context.edition.months > 0
