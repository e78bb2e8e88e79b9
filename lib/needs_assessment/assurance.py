"""The assurance log of a council: `params/assurance/<council>.yml`.

It follows the roles of the AQuA Book (Government Analysis Function, revised 10 June 2025): a
commissioner, an analyst, an assurer who is independent of the analyst, an approver. It is kept by
edition, and holds roles, never names.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag, finding_ids
from needs_assessment.project import Project
from needs_assessment.settings import nearest, read_yaml, validate

Role = Literal["commissioner", "analyst", "assurer", "approver"]
CORRECTED = "corrected"
UNKNOWN_FLAG = "answer to nothing that is listed"
NOT_INDEPENDENT = "assurer not independent"

# Fields that hold one of a few words, or an id: nothing that somebody wrote.
_CHOSEN = ("flag", "answer", "kind", "by")
_ADDRESS = re.compile(r"@|^(mr|mrs|ms|miss|mx|dr|prof|cllr|sir|dame)\b\.?", re.IGNORECASE)


def _not_a_name(text: str) -> str:
    if _ADDRESS.search(text.strip()):
        raise ValueError("give the role, such as Public health analyst, not a person")
    return text


Words = Annotated[str, Field(min_length=1)]
RoleWords = Annotated[str, Field(min_length=1), AfterValidator(_not_a_name)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Roles(_Entry):
    """Who fills each role: a post, such as “Head of community safety”, or nothing yet."""

    commissioner: RoleWords | None = None
    analyst: RoleWords | None = None
    assurer: RoleWords | None = None
    approver: RoleWords | None = None


class Assumption(_Entry):
    """What was taken to be so. `effect`: what changes if it is not."""

    assumption: Words
    reason: Words
    effect: str = ""
    by: Role
    date: date


class Caveat(_Entry):
    """What a reader has to bear in mind."""

    caveat: Words
    by: Role
    date: date


class Check(_Entry):
    """A check that was done. A verification asks whether the work is as it was specified, a
    validation whether it is fit for its purpose.
    """

    check: Words
    kind: Literal["verification", "validation"]
    result: Words
    by: Role
    date: date


class Decided(_Entry):
    """A decision about the analysis or its publication."""

    decision: Words
    reason: Words
    by: Role
    date: date


class Answer(_Entry):
    """The answer to a caution of the checks list. `flag` is its id there; `about` keeps what it
    said, for when the list no longer has it.
    """

    flag: str = Field(pattern=r"^f-[0-9a-f]{8}$")
    answer: Literal["accepted", "corrected", "asked the partner"]
    reason: Words
    about: str = ""
    by: Role
    date: date


class Edition(_Entry):
    """What is kept of one edition."""

    roles: Roles = Roles()
    assumptions: list[Assumption] = []
    caveats: list[Caveat] = []
    checks: list[Check] = []
    decisions: list[Decided] = []
    answers: list[Answer] = []

    @field_validator("answers")
    @classmethod
    def _one_each(cls, answers: list[Answer]) -> list[Answer]:
        flags = [each.flag for each in answers]
        for each in flags:
            if flags.count(each) > 1:
                raise ValueError(f"“{each}” is answered twice")
        return answers


class _File(_Entry):
    editions: dict[str, Edition] = {}


Dated = TypeVar("Dated", Assumption, Caveat, Check, Decided)


@dataclass(frozen=True)
class AssuranceLog:
    """The log as an edition prints it: its own entries and those of the editions before it.

    `editions` maps periods to entries, earliest first; the last is `period`'s own. `file` is where
    the log is kept, from the project's root.
    """

    period: str
    editions: dict[str, Edition]
    file: str

    @property
    def own(self) -> Edition:
        """The entries of this edition."""
        return self.editions.get(self.period, Edition())

    def entries(self, kind: type[Dated]) -> list[tuple[str, Dated]]:
        """All of one kind, each with its edition: the latest edition first, in it by date."""
        lists = {Assumption: "assumptions", Caveat: "caveats", Check: "checks"}
        name = lists.get(kind, "decisions")
        return [
            (period, entry)
            for period, edition in reversed(self.editions.items())
            for entry in sorted(getattr(edition, name), key=lambda each: each.date)
        ]

    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers to this edition's cautions as JSON, by the id of the caution."""
        return {
            each.flag: each.model_dump(mode="json", exclude={"flag", "about"})
            for each in self.own.answers
        }

    def texts(self, flags: Iterable[Flag]) -> Iterator[tuple[str, str]]:
        """What was typed into the entries that the edition prints, an entry each, and for an
        answer also the sentence of the caution that it is to: what is meant may stand only there.
        """
        said = {name: flag.sentence for flag, name in finding_ids(flags).items()}
        for edition in self.editions.values():
            for entry in (
                *(*edition.assumptions, *edition.caveats, *edition.checks),
                *(*edition.decisions, *edition.answers),
            ):
                typed = [
                    text
                    for field, text in vars(entry).items()
                    if isinstance(text, str) and field not in _CHOSEN
                ]
                about = said.get(entry.flag, "") if isinstance(entry, Answer) else ""
                yield " ".join(filter(None, typed)), about


def log_file(council: str) -> str:
    """Where the log of a council is kept, from the project's root."""
    return f"params/assurance/{council}.yml"


def read_log(project: Project, council: str, period: str, editions: Sequence[str]) -> AssuranceLog:
    """The assurance log of a council as the edition `period` prints it; empty without a file.

    `editions` are the council's, earliest first. Raises AssessmentError for a field that is
    unknown, missing or not allowed, and for an edition that the council does not have.
    """
    file = log_file(council)
    path = project.root / file
    if not path.exists():
        return AssuranceLog(period, {}, file)
    content = read_yaml(path, file)
    kept = validate(_File, _with_text_keys(content), file).editions
    for name in kept:
        if name not in editions:
            raise AssessmentError(
                f"{file}: there is no edition “{name}”.",
                nearest(name, list(editions)) or f"Editions of {council}: {', '.join(editions)}.",
            )
    until = editions[: editions.index(period) + 1]
    return AssuranceLog(period, {each: kept[each] for each in until if each in kept}, file)


def review_log(log: AssuranceLog, flags: Iterable[Flag]) -> list[Flag]:
    """What the analyst should know of the log, given all the `flags` of its edition.

    An answer to a caution that is no longer listed is named; that it was corrected explains it.
    """
    return [*_answers_to_nothing(log, set(finding_ids(flags).values())), *_same_person(log)]


def answered(
    flags: Sequence[Mapping[str, Any]], answers: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Flags as `checks.json` lists them: each with its `id` and its `answer`, or None."""
    ids = finding_ids(Flag(**each) for each in flags)
    return [
        {"id": ids[Flag(**each)], **each, "answer": answers.get(ids[Flag(**each)])}
        for each in flags
    ]


def empty_log(period: str) -> str:
    """The text of a log in which nothing is entered yet, with how to."""
    return f"""\
# The assurance log, after the roles of the AQuA Book: what was assumed, checked and decided, and by
# whom. The report prints it as an annex. Roles, never names: a post, such as Public health analyst.
# The assurer must not be the analyst. Entries stay: the next edition prints them too.
#
# Complete an example and take the # and the space after it away; take [] away first.
editions:
  "{period}":
    roles:
      commissioner: null    # who asked for the assessment, and what it is for
      analyst: null         # who does it
      assurer: null         # who checks that it is right and fit for its purpose
      approver: null        # who signs it off
    assumptions: []
    #   - {{assumption: …, reason: …, effect: …, by: analyst, date: YYYY-MM-DD}}
    caveats: []
    #   - {{caveat: …, by: analyst, date: YYYY-MM-DD}}
    # A verification asks whether the work is as specified, a validation whether it is fit for use.
    checks: []
    #   - {{check: …, kind: verification, result: …, by: assurer, date: YYYY-MM-DD}}
    decisions: []
    #   - {{decision: …, reason: …, by: approver, date: YYYY-MM-DD}}
    # Answers to the cautions that make check lists: accepted, corrected, asked the partner. The
    # flag is the id in brackets there; about keeps what it said.
    answers: []
    #   - {{flag: f-…, answer: accepted, reason: …, about: …, by: analyst, date: YYYY-MM-DD}}
"""


def _answers_to_nothing(log: AssuranceLog, listed: Collection[str]) -> Iterator[Flag]:
    for each in log.own.answers:
        if each.flag in listed:
            continue
        about = f" (“{each.about}”)" if each.about else ""
        corrected = each.answer == CORRECTED
        then = (
            "it is corrected, as the answer says."
            if corrected
            else "what it said has changed or is gone. Look for it, then move the answer to the id"
            " that the list has now, or take it out."
        )
        yield Flag(
            "note" if corrected else "warning",
            UNKNOWN_FLAG,
            each.flag,
            f"{each.flag}{about} is no longer listed: {then}",
            log.file,
        )


def _same_person(log: AssuranceLog) -> Iterator[Flag]:
    roles = log.own.roles
    if roles.assurer and roles.analyst and roles.assurer.casefold() == roles.analyst.casefold():
        yield Flag(
            "warning",
            NOT_INDEPENDENT,
            "assurer",
            "Roles: analyst and assurer are the same, and nobody assures their own work.",
            log.file,
        )


def _with_text_keys(content: Any) -> Any:
    """YAML reads a year alone as a number; periods are text."""
    if isinstance(content, dict) and isinstance(content.get("editions"), dict):
        editions = {str(period): each for period, each in content["editions"].items()}
        return {**content, "editions": editions}
    return {} if content is None else content
