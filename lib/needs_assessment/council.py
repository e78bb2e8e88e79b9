"""A council's settings: who it is, its editions, and what each edition reads."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project
from needs_assessment.settings import nearest, read_yaml, validate

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Category = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
Estimate = Literal["mid-2019", "mid-2020", "census-2021", "mid-2023"]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dominance(_Settings):
    """An amount of money is not shown when few of those who contribute to it could be worked out.

    `contributors` is the dimension whose categories contribute; none of them is shown by itself.
    The amount is hidden when the `largest` contributors make more than `share` per cent of it, or
    when its second largest contributor could estimate the largest within `within` per cent.
    """

    contributors: str
    largest: int = Field(1, ge=1, le=5)
    share: float | None = Field(None, gt=0, lt=100)
    within: float | None = Field(None, gt=0, lt=100)

    @model_validator(mode="after")
    def _one_rule(self) -> "Dominance":
        if (self.share is None) == (self.within is None):
            raise ValueError("give either share or within")
        return self


class MeasureDisclosure(_Settings):
    """What holds for one measure, or for all of a group (`refuge.*`), instead of the usual rule.

    `rounding`: counts are shown as multiples of it. `never_below`: rows for areas inside the
    council, or inside its county, are never shown.
    """

    suppress_below: int | None = Field(None, ge=1, le=20)
    rounding: int | None = Field(None, ge=1, le=100)
    never_below: Literal["council", "county"] | None = None
    dominance: Dominance | None = None


class Disclosure(_Settings):
    """What is hidden of counts of people, so that nobody can be identified.

    Counts from 1 up to but not including `suppress_below` are not shown. `secondary`: other numbers
    are hidden as well, so that none of these can be worked out, each so that at least
    `secondary_range` separates the least from the most that it can be. A group of fewer than
    `group_below` is not shown to be all alike. `measures`: exceptions, by measure or `group.*`.
    """

    suppress_below: int = Field(5, ge=1, le=20)
    secondary: bool = True
    secondary_range: int = Field(4, ge=1, le=20)
    group_below: int = Field(10, ge=1, le=20)
    measures: dict[str, MeasureDisclosure] = {}

    @field_validator("measures")
    @classmethod
    def _measures_or_groups(
        cls, measures: dict[str, MeasureDisclosure]
    ) -> dict[str, MeasureDisclosure]:
        for name in measures:
            if not re.fullmatch(r"[a-z_]+\.([a-z_]+|\*)", name):
                raise ValueError(f"“{name}” is neither a measure nor a group such as refuge.*")
        return measures


class Populations(_Settings):
    """Which population estimate each group of indicators divides by."""

    refuge: Estimate
    police: Estimate
    marac: Estimate
    prevalence: Estimate
    children: Estimate
    cost: Estimate


class Prevalence(_Settings):
    """The survey edition (year ending March) for local estimates: a year, or `latest`."""

    survey: int | Literal["latest"] = "latest"


class Correction(_Settings):
    """What a new version of a published edition puts right: `of`, that version, and a note."""

    of: str
    note: str = Field(min_length=1)


class Accepted(_Settings):
    """Something that stands in the way of publishing, by its name, and why it may stand."""

    problem: str = Field(pattern=r"^[a-z0-9-]+(/[\w.-]+)*(@[0-9a-f]{6})?$")
    reason: str = Field(min_length=1)


class Version(_Settings):
    """The version block of an edition. `approved_by` is a role, `approved_on` the day."""

    number: str
    status: Literal["draft", "final"]
    date: date
    full_assessment: date | None = None
    amended: date | None = None
    next_refresh: date | None = None
    next_full: date | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    correction: Correction | None = None


class Seat(_Settings):
    """A place on the Local Partnership Board under section 58, and the role that fills it."""

    seat: str
    role: str


class Board(_Settings):
    appointed: bool
    meets: str | None = None
    members: list[Seat] = []


class Strategy(_Settings):
    """The published strategy of section 57: when, where, and who was consulted before."""

    title: str
    published: date | None = None
    where: str = ""
    next_review: date | None = None
    consulted: list[str] = []
    working: str = ""


class Decision(_Settings):
    """A commissioning decision, and the figures or parts of the strategy that it follows."""

    decision: str
    objective: str = ""
    date: date
    evidence: list[str] = []


class Recommendation(_Settings):
    """What should be done, by whom (a role) and when. `evidence`: ids of indicators."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    text: str
    owner: str
    due: date
    evidence: list[str] = []


class Progress(_Settings):
    """How far a recommendation of the edition before has come."""

    id: str
    status: Literal["done", "on track", "delayed", "not started", "dropped"]
    note: str = ""


class Target(_Settings):
    """A target of the strategy's performance framework, for one indicator."""

    indicator: str
    target: float
    direction: Literal["at least", "at most"]
    by: date
    objective: str = ""


class Prices(_Settings):
    """How the unit cost is brought from the prices of `start` to those of `end`.

    `factor` multiplies it; without one, the cost stays in the prices it was published in.
    """

    index: str = ""
    start: str = "2016-17"
    end: str = ""
    factor: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _says_which_index(self) -> "Prices":
        if self.factor is not None and not (self.index and self.end):
            raise ValueError("a factor needs its index and the year it leads to")
        return self


class Return(_Settings):
    """A partner's return: the form it comes in, who sent it, when, and of what nature.

    `quality` is the rating that whoever checked it gave; `checked_by` is that person's role.
    `caveat`, a sentence, is said wherever one of its figures is shown.
    """

    form: str
    partner: str
    nature: Literal["confidential", "published", "illustrative"]
    received: date
    quality: Literal["poor", "sufficient", "high", "not stated"] = "not stated"
    checked_by: str = ""
    note: str = ""
    caveat: str = ""


class Edition(_Settings):
    """One year's assessment of a council.

    `progress` is about the recommendations of the edition before. `unconfirmed_benchmarks` are
    those shown, and marked, although they are not confirmed at a source. `accepted` is what may
    stand when the edition is published.
    """

    version: Version
    accepted: list[Accepted] = []
    prevalence: Prevalence
    populations: Populations
    board: Board | None = None
    strategy: Strategy | None = None
    commissioning: list[Decision] = []
    recommendations: list[Recommendation] = []
    progress: list[Progress] = []
    targets: list[Target] = []
    cost: Prices = Prices()
    unconfirmed_benchmarks: list[str] = []
    returns: dict[str, Return] = {}

    @field_validator("recommendations", "progress")
    @classmethod
    def _once_each(cls, entries: list[Any]) -> list[Any]:
        ids = [entry.id for entry in entries]
        for each in ids:
            if ids.count(each) > 1:
                raise ValueError(f"“{each}” is given twice")
        return entries

    @field_validator("returns")
    @classmethod
    def _plain_file_names(cls, returns: dict[str, Return]) -> dict[str, Return]:
        for name in returns:
            if "/" in name or "\\" in name or name.startswith("."):
                raise ValueError(f"“{name}” must be a file name without folders")
        return returns


class Council(_Settings):
    """`params/<council>.yml` with `params/defaults.yml` under it.

    `id` is the file's name, `name` the area's name as printed, `council` the authority's name.
    `county` lists the codes of the councils that share a former county, for comparison.
    `contact` is whom to tell of a part that cannot be read, for the accessibility statement: a
    team with its address, e-mail address or telephone number.
    `categories` are those that the council names for a breakdown of the data dictionary, such as
    its localities: dimension → category → name.
    """

    id: str
    name: str
    council: str
    code: str = Field(pattern=r"^E\d{8}$")
    county: list[str] = []
    categories: dict[str, dict[Category, str]] = {}
    colour: str = Field("#12436D", pattern=r"^#[0-9A-Fa-f]{6}$")
    contact: str = ""
    disclosure: Disclosure
    editions: dict[str, Edition] = Field(min_length=1)

    @model_validator(mode="after")
    def _periods(self) -> "Council":
        for text in self.editions:
            try:
                period = parse_period(text)
            except AssessmentError as error:
                raise ValueError(f"edition {error.message}") from None
            if period.text != text or period.is_point:
                raise ValueError(f"edition “{text}” must be a reporting period")
        return self

    @model_validator(mode="after")
    def _progress_of_what_was_recommended(self) -> "Council":
        for text, edition in self.editions.items():
            before = self.edition_before(parse_period(text))
            known = {each.id for each in before.recommendations} if before else set()
            for each in edition.progress:
                if each.id not in known:
                    raise ValueError(
                        f"edition {text}, progress: the edition before makes no recommendation "
                        f"“{each.id}”"
                    )
        return self

    def edition_before(self, period: Period) -> Edition | None:
        """The latest edition that ends before `period` does."""
        earlier = [each for each in self.edition_periods() if each.end < period.end]
        return self.editions[earlier[-1].text] if earlier else None

    def edition_periods(self) -> list[Period]:
        """The council's editions, earliest first."""
        return sorted(parse_period(text) for text in self.editions)


def board_blocks(council: Council, period: Period) -> dict[str, Any]:
    """What an edition says of strategy, commissioning, recommendations and targets, as JSON.

    `earlier` are the recommendations of the edition before.
    """
    edition, before = council.editions[period.text], council.edition_before(period)
    data = edition.model_dump(
        mode="json",
        include={
            "strategy",
            "commissioning",
            "recommendations",
            "progress",
            "targets",
            "cost",
            "unconfirmed_benchmarks",
        },
    )
    earlier = [each.model_dump(mode="json") for each in before.recommendations] if before else []
    return {**data, "earlier": earlier}


def council_names(project: Project) -> list[str]:
    """The councils that have a file in `params/`."""
    return sorted(path.stem for path in project.params.glob("*.yml") if path.stem != "defaults")


def known_council(project: Project, name: str) -> None:
    """Raises AssessmentError (exit code 2) for a name that no file in `params/` has."""
    known = council_names(project)
    if not _NAME.fullmatch(name) or name not in known:
        listed = f"Known councils: {', '.join(known)}." if known else "params/ holds no council."
        guess = nearest(name, known)
        raise AssessmentError(f"There is no council “{name}”.", f"{guess} {listed}".strip(), 2)


def load_council(project: Project, name: str) -> Council:
    """The settings of one council.

    Raises AssessmentError (exit code 2) for an unknown name, and for a setting that is unknown,
    missing or not allowed, naming the file and the field.
    """
    known_council(project, name)
    file = f"params/{name}.yml"
    data = read_yaml(project.params / f"{name}.yml", file)
    defaults = read_yaml(project.params / "defaults.yml", "params/defaults.yml")
    for content, title in ((data, file), (defaults, "params/defaults.yml")):
        if not isinstance(content, dict):
            raise AssessmentError(f"{title} holds no settings.", "See params/north.yml.")
    return validate(Council, _with_defaults(name, data, defaults), file)


def choose_period(council: Council, period: str | None) -> Period:
    """The edition asked for, or the latest. Raises AssessmentError (exit code 2) for none."""
    if period is None:
        return council.edition_periods()[-1]
    if period not in council.editions:
        known = ", ".join(str(each) for each in council.edition_periods())
        raise AssessmentError(
            f"{council.name} has no edition “{period}”.",
            f"Editions in params/{council.id}.yml: {known}.",
            2,
        )
    return parse_period(period)


def _with_defaults(name: str, data: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The council's file laid over the defaults; editions inherit populations and prevalence."""
    inherited = {
        key: _merge(defaults.get(key, {}), data.get(key, {}))
        for key in ("populations", "prevalence")
    }
    own = {key: value for key, value in data.items() if key not in inherited}
    plain = {key: value for key, value in defaults.items() if key not in inherited}
    merged = {"id": name, **plain, **own}
    merged["disclosure"] = _merge(defaults.get("disclosure", {}), data.get("disclosure", {}))
    editions = data.get("editions")
    if isinstance(editions, dict):
        merged["editions"] = {
            str(period): _merge(inherited, edition) if isinstance(edition, dict) else edition
            for period, edition in editions.items()
        }
    return merged


def _merge(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        keys = [*under, *(key for key in over if key not in under)]
        return {
            key: _merge(under.get(key), over[key]) if key in over else under[key] for key in keys
        }
    return over
