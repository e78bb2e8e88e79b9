"""An edition computed again from a mixture of what was published and what there is today.

One cause is put in at a time: the program, definitions, benchmarks, populations, revised
observations, and then all the rest. Mixtures are exact numbers that never leave this process; what
may be said of them is settled in `shown`.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from needs_assessment.changes.parts import (
    BENCHMARK,
    DEFINITION,
    NEW,
    POPULATION,
    PROGRAM,
    REVISED,
)
from needs_assessment.council import Council, load_council
from needs_assessment.disclosure.assembling import basis_of
from needs_assessment.disclosure.cells import Key
from needs_assessment.disclosure.policy import read_policy
from needs_assessment.disclosure.sources import Sources, read_sources
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.indicators.report import Computed, compute_report
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import Period
from needs_assessment.project import Project
from needs_assessment.settings import read_yaml

DEFINITIONS = ("indicators.yml", "measures.yml", "questions.yml", "sources.bib")
BENCHMARKS = ("benchmarks.yml", "prevalence.csv")
POPULATIONS = ("population.csv", "areas.csv")

Block = tuple[str, str]
"""A measure and an area."""

_SETTINGS = {
    BENCHMARK: ("prevalence", "cost", "unconfirmed_benchmarks"),
    POPULATION: ("populations",),
}


@dataclass(frozen=True)
class Step:
    """The indicators and rows of breakdowns by id after `cause` was put in.

    `indicators` is None when the mixture could not be computed.
    """

    cause: str
    indicators: dict[str, Indicator] | None


@dataclass(frozen=True)
class Edition:
    """A council's inputs in a project, and the period asked for."""

    project: Project
    council: Council
    period: Period


@dataclass(frozen=True)
class Recomputed:
    """The steps that could have changed something, in the order of `parts.CAUSES`; the first is
    the published edition computed by today's program, the last is today's.

    `revised`: the measures and areas of which a figure of the published edition has been restated
    or withdrawn since; None when nobody can tell.
    """

    steps: tuple[Step, ...]
    revised: frozenset[Block] | None


def recompute(old: Edition, today: Edition, scratch: Path) -> Recomputed:
    """The steps from `old`, the inputs of the published version, to `today`, those of the draft.

    Mixtures are written into `scratch`. A cause of which nothing differs is left out. Raises
    AssessmentError when today's own inputs cannot be used.
    """
    now = _read(today.project, today.council, today.period)
    reading = _Reading(old, today, now)
    steps = [Step(PROGRAM, _results(reading.mixed))]
    causes = ((DEFINITION, DEFINITIONS), (BENCHMARK, BENCHMARKS), (POPULATION, POPULATIONS))
    for number, (cause, files) in enumerate(causes):
        if reading.put_in(cause, files, scratch / f"{number}"):
            steps.append(Step(cause, _results(reading.mixed)))
    revised = _restated(reading)
    if revised is None or revised:
        steps.append(Step(REVISED, _results(reading.revised)))
    steps.append(Step(NEW, _results(lambda: now)))
    return Recomputed(tuple(steps), revised)


def today_alone(today: Edition) -> Recomputed:
    """Today's edition without anything to compare it with."""
    now = _read(today.project, today.council, today.period)
    return Recomputed((Step(NEW, _results(lambda: now)),), None)


class _Reading:
    """The mixture so far: a council's settings, and the files of `data/reference/`."""

    def __init__(self, old: Edition, today: Edition, now: Sources):
        self._old, self._today, self._now = old, today, now
        self._council = old.council
        self._files = {path.name: path for path in old.project.reference.iterdir()}
        self._mappings = old.project.mappings
        self._folder: Path | None = None
        self._held: Sources | None = None

    def put_in(self, cause: str, names: tuple[str, ...], folder: Path) -> bool:
        """Puts a cause into the mixture, its files written to `folder`; whether it differs."""
        council = self._with_settings(cause)
        differ = [name for name in names if self._differs(name)]
        mappings = cause == DEFINITION and _differ(self._mappings, self._today.project.mappings)
        if council == self._council and not differ and not mappings:
            return False
        self._council, self._held = council, None
        for name in differ:
            self._files[name] = self._today.project.reference / name
        self._write(folder, mappings)
        return True

    def mixed(self) -> Sources:
        """What the mixture reads: the old edition's returns.

        Raises AssessmentError when they cannot be read together with the rest.
        """
        if self._held is None:
            project = Project(self._folder) if self._folder else self._old.project
            self._held = _read(project, self._council, self._old.period)
        return self._held

    def restated(self) -> frozenset[Block]:
        """The measures and areas of which a figure of the mixture is not what it is today."""
        before = _said(self.mixed().evidence.observations)
        now = _said(self._now.evidence.observations)
        return frozenset(
            (key.measure, key.area) for key, said in before.items() if now.get(key) != said
        )

    def revised(self) -> Sources:
        """The mixture with today's statement of each figure that it has, and nothing new."""
        mixed = self.mixed()
        kept = set(_keys(mixed.evidence.observations))
        frame = self._now.evidence.observations
        chosen = frame[[key in kept for key in _keys(frame)]].reset_index(drop=True)
        return replace(mixed, evidence=replace(mixed.evidence, observations=chosen))

    def _with_settings(self, cause: str) -> Council:
        """The council with today's settings that belong to a cause."""
        held, today = self._council, self._today.council
        period = self._old.period.text
        if cause == DEFINITION:
            update: dict[str, Any] = {
                "disclosure": today.disclosure,
                "categories": today.categories,
            }
        else:
            chosen = today.editions[self._today.period.text]
            names = _SETTINGS[cause]
            edition = held.editions[period].model_copy(
                update={name: getattr(chosen, name) for name in names}
            )
            update = {"editions": {**held.editions, period: edition}}
            if cause == POPULATION:
                update["county"] = today.county
        return held.model_copy(update=update)

    def _differs(self, name: str) -> bool:
        held, today = self._files.get(name), self._today.project.reference / name
        return held is None or digest(held) != digest(today)

    def _write(self, folder: Path, mappings: bool) -> None:
        """A private project of the mixture: old returns, and the files chosen so far."""
        mixture = Project(folder)
        mixture.reference.mkdir(parents=True)
        for name, path in self._files.items():
            shutil.copyfile(path, mixture.reference / name)
        _add_new_benchmarks(mixture.reference, self._today.project.reference)
        shutil.copytree(self._mappings, mixture.mappings)
        if mappings:
            shutil.copytree(self._today.project.mappings, mixture.mappings, dirs_exist_ok=True)
        self._mappings = mixture.mappings
        council = self._council.id
        returns = self._old.project.returns(council)
        if returns.is_dir():
            shutil.copytree(returns, mixture.returns(council))
        self._folder = folder


def _restated(reading: _Reading) -> frozenset[Block] | None:
    """As `_Reading.restated`; None when the mixture cannot be read."""
    try:
        return reading.restated()
    except AssessmentError:
        return None


def _read(project: Project, council: Council, period: Period) -> Sources:
    sources = read_sources(project, council, period)
    if sources.evidence.problems:
        raise AssessmentError(
            "\n".join(str(problem) for problem in sources.evidence.problems),
            "Correct this and run again.",
        )
    return sources


def _results(read: Callable[[], Sources]) -> dict[str, Indicator] | None:
    """What is computed from some sources, by id; None when they cannot be used together."""
    try:
        sources = read()
        policy = read_policy(sources.council, sources.dictionary, sources.reference.areas)
        computed = compute_report(
            sources.catalogue, basis_of(sources, policy), sources.council.county
        )
    except AssessmentError:
        return None
    return {each.id: each for each in _listed(computed)}


def _listed(computed: Computed) -> Iterator[Indicator]:
    yield from computed.indicators
    for group in computed.groups:
        yield from (row.indicator for row in group.rows)


def _keys(observations: pd.DataFrame) -> list[Key]:
    columns = (observations[name] for name in Key._fields)
    return [Key(*row) for row in zip(*columns, strict=True)]


def _said(observations: pd.DataFrame) -> dict[Key, tuple[Any, str]]:
    values = zip(observations["value"], observations["status"], strict=True)
    return dict(zip(_keys(observations), values, strict=True))


def _differ(one: Path, other: Path) -> bool:
    def listed(folder: Path) -> dict[str, str]:
        return {path.name: digest(path) for path in folder.iterdir() if path.is_file()}

    return listed(one) != listed(other)


def _add_new_benchmarks(folder: Path, today: Path) -> None:
    """Adds benchmarks that there were none of: today's definitions may name them."""
    name = "benchmarks.yml"
    held = read_yaml(folder / name, name)
    known = {entry["id"] for entry in held}
    added = [entry for entry in read_yaml(today / name, name) if entry["id"] not in known]
    if added:
        text = yaml.safe_dump([*held, *added], allow_unicode=True, sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")


def load_edition(project: Project, name: str, period: Period) -> Edition:
    """The edition of a council in a project.

    Raises AssessmentError when its parameters cannot be read, or do not have that edition.
    """
    council = load_council(project, name)
    if period.text not in council.editions:
        raise AssessmentError(f"params/{name}.yml has no edition {period.text}.")
    return Edition(project, council, period)
