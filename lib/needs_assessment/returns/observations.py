"""All observations that an edition may use."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from needs_assessment.council import Council
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.flags import Flag
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.mapping import load_mapping
from needs_assessment.returns.reading import Terms, read_file
from needs_assessment.returns.standard import is_empty_form

COLUMNS = [
    "measure",
    "period",
    "area",
    "dimension",
    "category",
    "partner",
    "value",
    "raw",
    "status",
    "nature",
    "received",
    "file",
    "sheet",
    "row",
    "note",
]
KEY = ["measure", "period", "area", "dimension", "category", "partner"]


@dataclass(frozen=True)
class Evidence:
    """What an edition's returns say.

    `observations`: a frame with `COLUMNS`, one row per key, `value` a Decimal or None.
    `revisions`: earlier statements of the same statistic, same columns. `files`: SHA-256 by
    path from the project's root. `problems`: what could not be read. `notes`: what was left out,
    such as totals rows and footnotes.
    """

    observations: pd.DataFrame
    revisions: pd.DataFrame
    files: dict[str, str]
    problems: list[AssessmentError]
    notes: list[Flag] = field(default_factory=list)


def load_evidence(
    project: Project,
    council: Council,
    period: Period,
    dictionary: Dictionary,
    areas: dict[str, Area],
) -> Evidence:
    """Everything in the council's returns for the edition `period` and earlier ones.

    An edition never reads a later edition's folder. A return listed in `params/` but absent,
    or present but not listed, is a problem; a form nobody has filled in yet is not.
    """
    terms = Terms(dictionary, areas, council.code, tuple(council.county))
    rows: list[dict[str, object]] = []
    files: dict[str, str] = {}
    problems: list[AssessmentError] = []
    notes: list[Flag] = []
    for edition_period in council.edition_periods():
        if edition_period.end > period.end:
            continue
        edition = council.editions[edition_period.text]
        folder = project.returns(council.id) / edition_period.text
        problems.extend(_unlisted(project, folder, set(edition.returns), council.id))
        for file, settings in edition.returns.items():
            path = folder / file
            name = project.relative(path)
            if not path.is_file():
                problems.append(
                    AssessmentError(
                        f"{name} is listed in params/{council.id}.yml but is not there.",
                        "Put the return into that folder, or take it off the list.",
                    )
                )
                continue
            files[name] = digest(path)
            try:
                mapping = load_mapping(project.mappings, settings.form)
            except AssessmentError as error:
                problems.append(AssessmentError(f"{name}: {error.message}", error.hint))
                continue
            dated = replace(terms, period=edition_period)
            found = read_file(path, name, settings, mapping, dated)
            rows.extend(found.observations)
            problems.extend(found.problems)
            notes.extend(found.notes)
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    problems.extend(_contradictions(frame))
    latest, earlier = _latest(frame)
    problems.extend(_from_several_partners(latest))
    return Evidence(latest, earlier, files, problems, notes)


def _unlisted(
    project: Project, folder: Path, listed: set[str], council: str
) -> list[AssessmentError]:
    if not folder.is_dir():
        return []
    found = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$")) and path.suffix != ".md"
    )
    return [
        AssessmentError(
            f"{project.relative(folder / name)} is not described in params/{council}.yml.",
            "List it under the edition's returns: form, partner, nature, received.",
        )
        for name in found
        if name not in listed and not is_empty_form(folder / name)
    ]


def _contradictions(frame: pd.DataFrame) -> list[AssessmentError]:
    """The same statistic twice, received on the same day, with different values."""
    problems = []
    for _, same in frame.groupby([*KEY, "received"], sort=False):
        if len({(row["value"], row["status"]) for row in same.to_dict("records")}) > 1:
            first, second = same.iloc[0], same.iloc[1]
            problems.append(
                AssessmentError(
                    f"{second['file']}, row {second['row']}: {second['measure']} for "
                    f"{parse_period(second['period']).words()} is also given, differently, in "
                    f"{first['file']}, row {first['row']}.",
                    "Keep the right one.",
                )
            )
    return problems


def _from_several_partners(frame: pd.DataFrame) -> list[AssessmentError]:
    """One statistic from two partners: which counts, or whether they add up, a person decides."""
    problems = []
    for _, same in frame.groupby([name for name in KEY if name != "partner"], sort=False):
        if len(same) > 1:
            first, second = same.iloc[0], same.iloc[1]
            problems.append(
                AssessmentError(
                    f"{second['file']}, row {second['row']}: {second['measure']} for "
                    f"{parse_period(second['period']).words()} comes from {second['partner']} and, "
                    f"in {first['file']}, row {first['row']}, from {first['partner']}.",
                    "Keep one, or put them together in one return.",
                )
            )
    return problems


def _latest(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ordered = frame.sort_values("received", kind="stable")
    earlier = ordered.duplicated(KEY, keep="last")
    return (
        ordered[~earlier].sort_index().reset_index(drop=True),
        ordered[earlier].sort_index().reset_index(drop=True),
    )
