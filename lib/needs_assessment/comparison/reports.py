"""The reports in place that are compared."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.display import join_words
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period
from needs_assessment.project import Project

MOST = 12


@dataclass(frozen=True)
class Report:
    """A council's report in place: its entries of `indicators.json` by id, in their order.

    `version` and `status` are those of the report, `date` that of its version block.
    """

    council: Council
    period: Period
    version: str
    status: str
    date: date
    entries: dict[str, dict[str, Any]]

    @property
    def name(self) -> str:
        return self.council.name

    def partners(self, entry: dict[str, Any]) -> list[str]:
        """Who reported what an entry is worked out from."""
        found = []
        for source in entry["sources"]:
            *_, folder, file = source["file"].split("/")
            edition = self.council.editions.get(folder)
            held = edition.returns.get(file) if edition else None
            found.append(held.partner if held else file)
        return list(dict.fromkeys(found))


def read_reports(project: Project, names: Sequence[str], period: str | None) -> list[Report]:
    """The reports of the councils for one edition, in order of their names.

    Without `period`, that of the latest edition of each, which must be the same. Raises
    AssessmentError when they are fewer than two or more than twelve, when their editions differ,
    and when a report is not in place, naming each.
    """
    chosen = list(dict.fromkeys(names))
    if not 2 <= len(chosen) <= MOST:
        raise AssessmentError(
            f"From 2 to {MOST} different councils can be compared, not {len(chosen)}.",
            'For example: make compare COUNCILS="north west"',
            2,
        )
    councils = sorted((load_council(project, name) for name in chosen), key=lambda one: one.name)
    periods = [choose_period(council, period) for council in councils]
    if len({each.text for each in periods}) > 1:
        raise _unlike(councils, periods)
    _refuse_absent(project, councils, periods[0])
    return [_read(project, council, periods[0]) for council in councils]


def _unlike(councils: Sequence[Council], periods: Sequence[Period]) -> AssessmentError:
    latest = join_words(
        [f"{one.name} {each.text}" for one, each in zip(councils, periods, strict=True)]
    )
    shared = set.intersection(*(set(council.editions) for council in councils))
    remedy = (
        f"Choose an edition that all have: PERIOD={sorted(shared)[-1]}."
        if shared
        else "They have no edition in common, so they cannot be compared."
    )
    return AssessmentError(f"The latest editions are of different periods: {latest}.", remedy, 2)


def _refuse_absent(project: Project, councils: Sequence[Council], period: Period) -> None:
    problems, remedies = [], []
    for council in councils:
        report = project.report(council.id, period.text)
        if report.ready.is_dir():
            problems.append(f"The last run of {council.name}, {period.text}, was cut short.")
        elif not (report.path / "indicators.json").is_file():
            problems.append(f"There is no report of {council.name}, {period.text}.")
        else:
            continue
        remedies.append(f"make assessment COUNCIL={council.id} PERIOD={period.text}")
    if problems:
        raise AssessmentError("\n".join(problems), f"Run {join_words(remedies)} first.")


def _read(project: Project, council: Council, period: Period) -> Report:
    path = project.report(council.id, period.text).path / "indicators.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if (data["council"], data["period"]) != (council.id, period.text):
            raise ValueError("of another report")
        return Report(
            council=council,
            period=period,
            version=data["version"],
            status=data["edition_status"],
            date=council.editions[period.text].version.date,
            entries={entry["id"]: entry for entry in data["indicators"]},
        )
    except (ValueError, KeyError, TypeError):
        raise AssessmentError(
            f"{project.relative(path)} is not the list of indicators of this report.",
            f"Run make assessment COUNCIL={council.id} PERIOD={period.text} again.",
        ) from None
