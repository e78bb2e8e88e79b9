"""All observations that an edition may use."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from needs_assessment.council import Council
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.flags import Flag
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.mapping import Form, load_mapping
from needs_assessment.returns.quotes import Quote
from needs_assessment.returns.reading import Terms, read_file
from needs_assessment.returns.sheets import in_rows, some
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

_Row = dict[str, Any]
_Pair = tuple[_Row, _Row]


@dataclass(frozen=True)
class Evidence:
    """What an edition's returns say.

    `observations`: a frame with `COLUMNS`, one row per key, `value` a Decimal or None.
    `revisions`: earlier statements of the same statistic, same columns. `files`: SHA-256 by
    path from the project's root. `problems`: what could not be read. `notes`: what was left out,
    such as totals rows and footnotes. `quotes`: survivors' words that may be published.
    `caveats`: by file, what is said wherever its figures are shown.
    """

    observations: pd.DataFrame
    revisions: pd.DataFrame
    files: dict[str, str]
    problems: list[AssessmentError]
    notes: list[Flag] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    caveats: dict[str, str] = field(default_factory=dict)


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
    terms = Terms(
        dictionary,
        areas,
        council.code,
        tuple(council.county),
        suppress_below=council.disclosure.suppress_below,
    )
    rows: list[dict[str, object]] = []
    files: dict[str, str] = {}
    problems: list[AssessmentError] = []
    notes: list[Flag] = []
    quotes: list[Quote] = []
    caveats: dict[str, str] = {}
    forms = _Forms(project)
    for edition_period in council.edition_periods():
        if edition_period.end > period.end:
            continue
        edition = council.editions[edition_period.text]
        folder = project.returns(council.id) / edition_period.text
        problems.extend(_unlisted(project, folder, set(edition.returns), council.id))
        for file, settings in edition.returns.items():
            path = folder / file
            name = project.relative(path)
            mapping = forms.read(settings.form, name)
            if not path.is_file():
                problems.append(
                    AssessmentError(
                        f"{name} is listed in params/{council.id}.yml but is not there.",
                        "Put the return into that folder, or take it off the list.",
                    )
                )
                continue
            files[name] = digest(path)
            if settings.caveat:
                caveats[name] = settings.caveat
            if mapping is None:
                continue
            dated = replace(terms, period=edition_period)
            found = read_file(path, name, settings, mapping, dated)
            rows.extend(found.observations)
            problems.extend(found.problems)
            notes.extend(found.notes)
            quotes.extend(found.quotes)
    problems.extend(forms.problems())
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    problems.extend(_contradictions(frame, dictionary))
    latest, earlier = _latest(frame)
    problems.extend(_from_several_partners(latest, dictionary))
    return Evidence(latest, earlier, files, problems, notes, quotes, caveats)


class _Forms:
    """The forms that returns come in, each read once; of a broken one it is told once."""

    def __init__(self, project: Project):
        self._folder = project.mappings
        self._held: dict[str, Form | AssessmentError] = {}
        self._returns: dict[str, list[str]] = {}

    def read(self, form: str, name: str) -> Form | None:
        """The form of the return `name`, or None when it cannot be used."""
        if form not in self._held:
            try:
                self._held[form] = load_mapping(self._folder, form)
            except AssessmentError as error:
                self._held[form] = error
        held = self._held[form]
        if isinstance(held, AssessmentError):
            self._returns.setdefault(form, []).append(name)
            return None
        return held

    def problems(self) -> list[AssessmentError]:
        """What is wrong with the forms, and the returns that cannot be read for it."""
        found = []
        for form, names in self._returns.items():
            error = self._held[form]
            assert isinstance(error, AssessmentError)
            if error.message.startswith("params/"):
                hint = f"{error.hint} Not read for it: {some([Path(each).name for each in names])}."
                found.append(AssessmentError(error.message, hint))
            else:
                found += [AssessmentError(f"{each}: {error.message}", error.hint) for each in names]
        return found


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


def _contradictions(frame: pd.DataFrame, dictionary: Dictionary) -> list[AssessmentError]:
    """The same statistic twice, received on the same day, with different values."""
    pairs: list[_Pair] = []
    stated = [*KEY, "received"]
    for _, same in frame[frame.duplicated(stated, keep=False)].groupby(stated, sort=False):
        first, *others = same.to_dict("records")
        said = (first["value"], first["status"])
        pairs += [(each, first) for each in others if (each["value"], each["status"]) != said]
    return [
        AssessmentError(
            f"{_place(later)}: {_named(later, dictionary)}: also given, differently, in "
            f"{_place(earlier, beside=later)}.",
            "Keep the right one.",
        )
        for later, earlier in _by_files(pairs)
    ]


def _from_several_partners(frame: pd.DataFrame, dictionary: Dictionary) -> list[AssessmentError]:
    """One statistic from two partners: which counts, or whether they add up, a person decides."""
    pairs: list[_Pair] = []
    named = [name for name in KEY if name != "partner"]
    for _, same in frame[frame.duplicated(named, keep=False)].groupby(named, sort=False):
        first, *others = same.to_dict("records")
        pairs += [(each, first) for each in others]
    return [
        AssessmentError(
            f"{_place(later)}: {_named(later, dictionary)}: given by {later[0]['partner']}, and "
            f"{_how(later, earlier)} by {earlier[0]['partner']} in "
            f"{_place(earlier, beside=later)}.",
            "Keep one, or put them together in one return.",
        )
        for later, earlier in _by_files(pairs)
    ]


def _by_files(pairs: list[_Pair]) -> list[tuple[list[_Row], list[_Row]]]:
    """Pairs of statements of the same, by the files that they stand in."""
    groups: dict[tuple[str, ...], list[_Pair]] = {}
    for pair in pairs:
        key = tuple(str(each[name]) for each in pair for name in ("file", "sheet", "partner"))
        groups.setdefault(key, []).append(pair)
    return [([one for one, _ in found], [two for _, two in found]) for found in groups.values()]


def _place(rows: list[_Row], beside: list[_Row] | None = None) -> str:
    """File, sheet and rows of statements in one sheet; of one in the same folder as those `beside`
    it, the name alone.
    """
    file = Path(rows[0]["file"])
    near = beside is not None and Path(beside[0]["file"]).parent == file.parent
    sheet = f", sheet “{rows[0]['sheet']}”" if rows[0]["sheet"] else ""
    numbers = in_rows(sorted({row["row"] for row in rows}))
    return f"{file.name if near else file.as_posix()}{sheet}, {numbers}"


def _how(later: list[_Row], earlier: list[_Row]) -> str:
    differ = any(
        (one["value"], one["status"]) != (two["value"], two["status"])
        for one, two in zip(later, earlier, strict=True)
    )
    return "differently" if differ else "with the same value"


def _named(rows: list[_Row], dictionary: Dictionary) -> str:
    """The first of some statements, and how many more there are."""
    row = rows[0]
    category = f" ({row['category']})" if row["category"] else ""
    name = f"{dictionary[row['measure']].name}{category}, {parse_period(row['period']).words()}"
    return f"{name}, and {len(rows) - 1} more" if len(rows) > 1 else name


def _latest(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ordered = frame.sort_values("received", kind="stable")
    earlier = ordered.duplicated(KEY, keep="last")
    return (
        ordered[~earlier].sort_index().reset_index(drop=True),
        ordered[earlier].sort_index().reset_index(drop=True),
    )
