"""What readers know already: earlier published versions, and those of neighbouring councils."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from needs_assessment.disclosure.cells import Bounds, Cell, Key, Known, collect_cells
from needs_assessment.disclosure.numbers import Numbers, Report
from needs_assessment.disclosure.policy import Policy
from needs_assessment.disclosure.problem import Variable
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary

FILE = "shown.json"


@dataclass(frozen=True)
class Version:
    """What a published version showed, and what it hid.

    `shown` says between what a reader knows each number to lie (the same twice, unless it was
    rounded), `sums` the same of what indicators gave away.
    """

    name: str
    code: str
    period: Period
    shown: dict[Key, Bounds]
    hidden: tuple[Key, ...]
    sums: tuple[Known, ...]


def shown_numbers(store: Mapping[str, Any]) -> dict[str, Any]:
    """What a published version has to keep as `published/<version>/shown.json`, so that no later
    report gives away what it hides: from the protected store, only what stands in the report.

    Keys: `council`, `code`, `period`, `version`; `shown`: a list of `{"key", "least", "most"}`;
    `hidden`: a list of keys; `sums`: a list of `{"keys", "less", "least", "most"}`, the sum of
    `keys` with those of `less` taken off. A key is `[measure, period, area, dimension, category]`.
    """
    shown, hidden = [], []
    for cell in store["cells"]:
        key = [cell[name] for name in Key._fields]
        if cell["status"] == "suppressed":
            hidden.append(key)
        elif cell["knows"] is not None:
            least, most = cell["knows"]
            shown.append({"key": key, "least": least, "most": most})
    return {
        "council": store["council"]["id"],
        "code": store["council"]["code"],
        "period": store["edition"]["period"],
        "version": store["edition"]["version"]["number"],
        "shown": shown,
        "hidden": hidden,
        "sums": [known for entry in _indicators(store) for known in entry["prints"]],
    }


def _indicators(store: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every indicator that a report can show, wherever it stands in the store."""
    yield from store["indicators"]
    for group in store["breakdowns"]:
        yield from (*group["rows"], *group["missing"])
    for scenario in store["scenarios"]:
        yield from (scenario["short"], scenario["below"])
    for part in store["county"]:
        yield from part["indicators"]


def published_files(project: Project) -> list[Path]:
    """Every `shown.json` of the project, in order."""
    return sorted((project.root / "reports").glob(f"*/*/published/*/{FILE}"))


def read_versions(
    project: Project, code: str, areas: Mapping[str, Area], county: Iterable[str]
) -> list[Version]:
    """The published versions of a council and of those it shares a county with.

    Raises AssessmentError for a file that cannot be read: without it, nobody could say what
    readers know.
    """
    versions = [_read(path, project.relative(path)) for path in published_files(project)]
    known = {code, *county}
    own = areas.get(code)
    return [
        version
        for version in versions
        if version.code in known or _near(own, areas.get(version.code))
    ]


def state_versions(
    numbers: Numbers,
    stated: dict[Key, int],
    versions: Iterable[Version],
    policy: Policy,
    cells_then: Mapping[str, Mapping[Key, Fraction]],
) -> list[Report]:
    """Adds to `stated` what the versions showed and hid, and returns a report for each that stated
    some figures otherwise than they are now.

    `cells_then`: by edition, what this council's returns said at the time.
    """
    reports = []
    for each in versions:
        version = _counts(each, policy.dictionary)
        then = cells_then.get(version.period.text, {}) if version.code == policy.own_area else {}
        revised = frozenset(_revised(numbers, stated, version, then))
        own: dict[Key, int] = {}
        for key, bounds in version.shown.items():
            own[key] = _shown(numbers, stated, version, key, bounds, then.get(key), revised)
        for key in version.hidden:
            own[key] = _hidden(numbers, stated, version, key, then.get(key), revised, policy)
        for known in version.sums:
            if all(key in own for key in (*known.keys, *known.less)):
                _tie_sum(numbers, own, version, known)
        if revised:
            name = version.name
            reports.append(Report(numbers, policy.dictionary, own, name, revised))
    return reports


def cells_by_edition(
    observations: pd.DataFrame,
    revisions: pd.DataFrame,
    editions: Iterable[Period],
    dictionary: Dictionary,
) -> dict[str, dict[Key, Fraction]]:
    """What the returns said when each edition was made: a later return may have replaced it."""
    both = pd.concat([revisions, observations], ignore_index=True)
    when = [parse_period(str(file).split("/")[-2]).end for file in both["file"]]
    found = {}
    for edition in editions:
        held = both[[end <= edition.end for end in when]].sort_values("received", kind="stable")
        held = held.drop_duplicates(list(Key._fields), keep="last")
        cells: list[Cell] = collect_cells(held, dictionary)
        found[edition.text] = {cell.key: cell.exact for cell in cells if cell.exact is not None}
    return found


def _counts(version: Version, dictionary: Dictionary) -> Version:
    """What a version says of counts that the data dictionary knows still."""

    def known(key: Key) -> bool:
        return key.measure in dictionary and dictionary[key.measure].kind == "count"

    return replace(
        version,
        shown={key: bounds for key, bounds in version.shown.items() if known(key)},
        hidden=tuple(key for key in version.hidden if known(key)),
    )


def _revised(
    numbers: Numbers, stated: Mapping[Key, int], version: Version, then: Mapping[Key, Fraction]
) -> Iterator[tuple[str, str]]:
    """The measures and areas of which a version said something else than is said now."""
    for key, (least, most) in version.shown.items():
        now = numbers.truth([stated[key]]) if key in stated else None
        if now is not None and not least <= now <= most:
            yield key.measure, key.area
    for key in version.hidden:
        now = numbers.truth([stated[key]]) if key in stated else None
        if now is not None and then.get(key, now) != now:
            yield key.measure, key.area


def _shown(
    numbers: Numbers,
    stated: dict[Key, int],
    version: Version,
    key: Key,
    bounds: Bounds,
    then: Fraction | None,
    revised: frozenset[tuple[str, str]],
) -> int:
    least, most = bounds
    exact = then if then is not None and least <= then <= most else least
    place, same = _place(numbers, stated, version, key, exact, revised)
    variable = numbers.variables[place]
    if not same or least == most:
        numbers.change(place, shown=bounds, hidden=False, cost=0, values=(), span=0)
    else:
        most = most if variable.most is None else min(most, variable.most)
        numbers.change(place, least=max(least, variable.least), most=most)
    return place


def _hidden(
    numbers: Numbers,
    stated: dict[Key, int],
    version: Version,
    key: Key,
    then: Fraction | None,
    revised: frozenset[tuple[str, str]],
    policy: Policy,
) -> int:
    """A number that a version hid stays hidden: it must not open now.

    So does what stands in its place now, when nobody knows whether it was the same.
    """
    place, same = _place(numbers, stated, version, key, then, revised)
    if not same and then is None and key in stated and stated[key] != place:
        _keep_hidden(numbers, stated[key], key, policy)
    known = same and numbers.variables[place].shown and not _can_hide(numbers.variables[place])
    if not known:
        _keep_hidden(numbers, place, key, policy)
    return place


def _can_hide(variable: Variable) -> bool:
    """Whether a number is hidden, or is one of those that may be hidden, if need be."""
    return variable.hidden or bool(variable.cost) or bool(variable.span)


def _keep_hidden(numbers: Numbers, place: int, key: Key, policy: Policy) -> None:
    variable = numbers.variables[place]
    if variable.hidden:
        return
    values = tuple(range(1, policy.suppress_below(key.measure)))
    small = variable.truth is None or variable.truth in values
    numbers.change(
        place,
        hidden=True,
        cost=0,
        values=values if small else (),
        span=0 if small else policy.settings.secondary_range,
        least=Fraction(0 if variable.truth is None else min(1, variable.truth)),
        likely=(1, max(values, default=1)),
    )


def _place(
    numbers: Numbers,
    stated: dict[Key, int],
    version: Version,
    key: Key,
    truth: Fraction | None,
    revised: frozenset[tuple[str, str]],
) -> tuple[int, bool]:
    """The variable of a number in a version, and whether it is one that is stated elsewhere."""
    if (key.measure, key.area) in revised:
        now = numbers.truth([stated[key]]) if key in stated else None
        if truth is None or truth != now:
            return numbers.add(Variable(("then", version.name, *key), truth)), False
    if key in stated:
        return stated[key], True
    stated[key] = numbers.add(Variable(("cell", *key), truth))
    return stated[key], False


def _tie_sum(numbers: Numbers, stated: Mapping[Key, int], version: Version, known: Known) -> None:
    places, off = ([stated[key] for key in each] for each in (known.keys, known.less))
    if len(places) == 1 and not off:
        return
    total, less = numbers.truth(places), numbers.truth(off)
    truth = None if total is None or less is None else total - less
    name = ("sum then", version.name, *map(str, known.keys), *(f"less {key}" for key in known.less))
    place = numbers.add(Variable(name, truth, shown=known.bounds))
    numbers.equal([place, *off], places)


def _near(own: Area | None, other: Area | None) -> bool:
    """Whether two councils lie in one county, or one in the other."""
    if own is None or other is None:
        return False
    together = bool(own.county) and own.county == other.county
    return together or own.code in other.successors or other.code in own.successors


def _read(path: Path, name: str) -> Version:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Version(
            name=f"{data['council']} {data['period']} {data['version']}",
            code=str(data["code"]),
            period=parse_period(data["period"]),
            shown={Key(*each["key"]): _bounds(each) for each in data["shown"]},
            hidden=tuple(Key(*key) for key in data["hidden"]),
            sums=tuple(
                Known(
                    tuple(Key(*key) for key in each["keys"]),
                    tuple(Key(*key) for key in each["less"]),
                    _bounds(each),
                )
                for each in data["sums"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise AssessmentError(
            f"{name} cannot be read.",
            "It says what a published version shows, so that a new report does not give away what "
            "that one hides. Restore it from version control.",
        ) from None


def _bounds(entry: Mapping[str, Any]) -> Bounds:
    return Fraction(str(entry["least"])), Fraction(str(entry["most"]))
