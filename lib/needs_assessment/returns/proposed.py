"""Putting a proposed mapping in its place, and saying what has to be done with it."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from needs_assessment.council import Council, Return
from needs_assessment.errors import AssessmentError
from needs_assessment.files import write_atomically
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.mapping import Mapping, load_mapping
from needs_assessment.returns.proposing import propose
from needs_assessment.returns.reading import Reading, Terms, read_file
from needs_assessment.returns.sheets import Book
from needs_assessment.returns.standard import is_empty_form
from needs_assessment.settings import nearest, validate

# Tables of statistics are far smaller; what is larger has a row for each person or event.
_LARGEST = 50 * 2**20
_SHOWN = 12


@dataclass(frozen=True)
class Outcome:
    """What `map_file` found out.

    `path`: the mapping, from the project's root; `text`: what it says; `written`: whether it was
    written there. Path and text are empty when a form that is there reads the file. `checks`: what
    a person should look at; `next_steps`: what to do then, line by line.
    """

    path: str
    text: str
    written: bool
    checks: tuple[str, ...]
    next_steps: tuple[str, ...]


def map_file(project: Project, council: Council, path: Path, sheet: str | None = None) -> Outcome:
    """Proposes a mapping for a partner's file from its own headings.

    It is written to `params/mappings/<name of the file>.yml` when there is none of that name;
    a mapping is never overwritten. Raises AssessmentError when the file cannot be opened, is too
    large, holds no table, or is an empty form of this program.
    """
    name = _found(project, council, path)
    if is_empty_form(path):
        raise AssessmentError(
            f"{name} is an empty form of this program: it needs no mapping.",
            "Its form is standard. Send it to the partner to be filled in.",
        )
    terms = Terms(
        load_dictionary(project.reference).for_council(council),
        Reference(project.reference).areas,
        council.code,
        tuple(council.county),
    )
    known = None if sheet else _known_form(project, path, name, terms)
    if known:
        form, reading = known
        said = f"The form “{form}” reads this file as it is: {len(reading.observations)} figures."
        return Outcome("", "", False, (said,), _next_steps(project, council, path, form))
    form = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "mapping"
    proposal = propose(Book(path, name), name, form, sheet, terms)
    target = project.mappings / f"{form}.yml"
    written = not target.exists()
    if written:
        write_atomically(target, proposal.text.encode())
    checks = [*proposal.checks]
    if not proposal.records:
        checks += _tried(path, name, proposal.text, terms)
    if proposal.open:
        checks.insert(0, f"Lines in comments, to be decided on: {proposal.open}.")
    return Outcome(
        project.relative(target),
        proposal.text,
        written,
        tuple(checks),
        _next_steps(project, council, path, form),
    )


def _found(project: Project, council: Council, path: Path) -> str:
    """How errors call the file. Raises AssessmentError when it is not there, or is too large."""
    if not path.is_file():
        held = sorted(each for each in project.returns(council.id).rglob("*") if each.is_file())
        guess = nearest(path.name, [each.name for each in held])
        there = next((project.relative(each) for each in held if f"“{each.name}”" in guess), "")
        raise AssessmentError(
            f"There is no file {path.as_posix()}.",
            f"Did you mean {there}?" if there else "Give the path of a partner's file.",
            2,
        )
    try:
        name = project.relative(path)
    except ValueError:
        name = path.name
    if path.stat().st_size > _LARGEST:
        raise AssessmentError(
            f"{name} is larger than {_LARGEST // 2**20} MB: a table of statistics is not.",
            "If it has a row for each person or event, cut a copy down to its first rows, and map "
            "that.",
        )
    return name


def _known_form(
    project: Project, path: Path, name: str, terms: Terms
) -> tuple[str, Reading] | None:
    """A form that is there already and reads the file without a problem."""
    for file in sorted(project.mappings.glob("*.yml")):
        try:
            mapping = load_mapping(project.mappings, file.stem)
        except AssessmentError:
            continue
        if not isinstance(mapping, Mapping):
            continue
        reading = _read(path, name, mapping, terms)
        if reading.observations and not reading.problems:
            return mapping.name, reading
    return None


def _tried(path: Path, name: str, text: str, terms: Terms) -> list[str]:
    """What comes of reading the file by the mapping as it stands."""
    try:
        mapping = validate(Mapping, yaml.safe_load(text), name)
    except AssessmentError as error:
        first, *others = error.message.splitlines()
        first = first.removeprefix(f"{name}: ")
        return [f"It cannot be used yet: {first}{f' And {len(others)} more.' if others else ''}"]
    reading = _read(path, name, mapping, terms)
    problems = [str(problem) for problem in reading.problems]
    said = f"As it stands it reads {len(reading.observations)} figures"
    if not problems:
        return [f"{said} without a problem."]
    more = [f"… and {len(problems) - _SHOWN} more."] if len(problems) > _SHOWN else []
    return [f"{said}; problems: {len(problems)}.", *problems[:_SHOWN], *more]


def _read(path: Path, name: str, mapping: Mapping, terms: Terms) -> Reading:
    described = Return(
        form=mapping.name, partner="the partner", nature="confidential", received="2000-01-01"
    )
    return read_file(path, name, described, mapping, terms)


def _next_steps(project: Project, council: Council, path: Path, form: str) -> tuple[str, ...]:
    """What to add to the council's parameters, and where the file belongs."""
    parameters = f"params/{council.id}.yml"
    folder = path.resolve().parent
    in_place = folder.parent == project.returns(council.id).resolve()
    period = folder.name if in_place else council.edition_periods()[-1].text
    steps = []
    if not in_place:
        steps.append(f"Put the file into data/returns/{council.id}/{period}/.")
    edition = council.editions.get(period)
    listed = edition.returns.get(path.name) if edition else None
    if listed and listed.form == form:
        steps.append(f"{parameters} lists it with this form already.")
    elif listed:
        steps.append(f"{parameters} lists it with the form {listed.form}: make that {form}.")
    else:
        steps += [
            f"Add to {parameters}, under editions, {period}, returns:",
            f"      {path.name}:",
            f"        form: {form}",
            "        partner: …",
            "        nature: confidential",
            "        received: YYYY-MM-DD",
        ]
    return (*steps, f"Then run make check COUNCIL={council.id}.")
