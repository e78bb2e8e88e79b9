"""The audit: attacks a report with all that its readers have, and says what it gave away."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from needs_assessment.audit.charts import chart_knowledge
from needs_assessment.audit.counting import Counting
from needs_assessment.audit.editions import joined
from needs_assessment.audit.judging import PUBLISHED, Finding, Judge, cell_words
from needs_assessment.audit.keys import Cell, Context, Key, Spot
from needs_assessment.audit.knowledge import Hidden, Knowledge, table_knowledge
from needs_assessment.audit.noughts import Noughts
from needs_assessment.audit.public import Public
from needs_assessment.audit.rates import Rates
from needs_assessment.audit.report import Readings, read_report
from needs_assessment.audit.rule import printed_rule
from needs_assessment.audit.shown import Shown
from needs_assessment.audit.system import Relation, System, says
from needs_assessment.council import Council
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.spellings import read_period


@dataclass(frozen=True)
class Audit:
    """What an attack found, and its size.

    `reports` counts the reports read; `tables` those with counts; `facts` the numbers shown;
    `unknown` the hidden numbers; `relations` those among them, `given_up` those supposed in vain;
    `ranges` are the differences between the greatest and the least that the hidden numbers can be,
    smallest first; `bounds` the programmes solved.
    """

    findings: tuple[Finding, ...]
    ranges: tuple[float, ...]
    reports: int
    tables: int
    facts: int
    unknown: int
    relations: int
    bounds: int
    given_up: int
    seconds: float

    @property
    def summary(self) -> str:
        """The size of the attack in a sentence."""
        verdict = f"{len(self.findings)} not safe" if self.findings else "all safe"
        return (
            f"Attacked {self.unknown} hidden numbers ({verdict}) from {self.facts:,} numbers in "
            f"{self.tables} tables of {self.reports} report{'s' * (self.reports > 1)}: "
            f"{self.relations} relations, {self.bounds} programmes solved, {self.seconds:.1f} s."
        )

    @property
    def passed(self) -> str:
        """What an attack in vain came to, in a few words."""
        if not self.ranges:
            return "passed: nothing is hidden"
        return (
            f"passed: {self.unknown} hidden numbers attacked, the surest of them known to a range "
            f"of {self.ranges[0]:,.0f} ({self.relations:,} relations, {self.seconds:.1f} s)"
        )


def audit_edition(
    project: Project,
    council: Council,
    period: str,
    folder: Path | None = None,
    primary: Collection[Key] = (),
    readings: Readings | None = None,
) -> Audit:
    """Attacks the report of an edition: the one in place, or the one in `folder`.

    `primary` are the cells hidden for their own size, when the caller knows; their values are
    never needed. `readings` holds what has been read ahead. Raises AssessmentError when there is
    no report.
    """
    started = time.monotonic()
    public = Public(project, council.categories)
    name = f"{council.id}/{period}"
    place = folder or project.report(council.id, period).path
    readings = readings or Readings()
    shown = read_report(place, name, council.code, period, readings=readings)
    others = other_reports(project, public, council, period, readings)
    attack = attack_reports(shown, others, council, public, primary)
    return replace(attack, seconds=time.monotonic() - started)


def attack_reports(
    shown: Shown,
    others: list[Shown],
    council: Council,
    public: Public,
    primary: Collection[Key] = (),
) -> Audit:
    """Attacks the report `shown` of a council, with other reports that readers have."""
    started = time.monotonic()
    rule = printed_rule(shown.texts, public)
    known = _knowledge(shown, council, public)
    suppressed = {key for key in known.implied if isinstance(key, Cell)}
    for report in others:
        known = joined(known, _knowledge(report, council, public), report.name)
    known.relations += _published(council, shown.period, public)
    keys = {key for relation in known.relations for key in relation.keys}
    counting = Counting(keys | set(known.hidden), public, tuple(council.county))
    system = System([*known.relations, *counting.relations], lambda key: _whole(key, public))
    for key in sorted(suppressed - set(system.known)):
        places = (cell_words(key, public),)
        known.hidden.setdefault(key, Hidden(shown.name, places, False, wholly=False))
    noughts = Noughts(system, known.hidden, rule, public)
    system = System([*system.relations, *noughts.relations()], system.whole)
    implied = frozenset(known.implied | counting.implied)
    judge = Judge(system, rule, public, shown.name, known.hidden, implied, known.open, primary)
    judged = judge.judge()
    return Audit(
        findings=judged.findings,
        ranges=judged.ranges,
        reports=1 + len(others),
        tables=known.tables,
        facts=known.facts,
        unknown=sum(not hidden.published for hidden in known.hidden.values()),
        relations=len(system.joint),
        bounds=judged.bounds,
        given_up=judged.given_up,
        seconds=time.monotonic() - started,
    )


def _whole(key: Key, public: Public) -> bool:
    return isinstance(key, Spot) or public.measures[key.measure].whole


def _context(shown: Shown, council: Council, public: Public) -> Context:
    return Context(
        shown.name,
        shown.area,
        parse_period(shown.period),
        tuple(council.county),
        public,
        printed_rule(shown.texts, public),
    )


def _knowledge(shown: Shown, council: Council, public: Public) -> Knowledge:
    """What one report says: its tables, and its indicators."""
    context = _context(shown, council, public)
    known = table_knowledge(shown, context)
    tables = System(known.relations, lambda key: _whole(key, public))
    charts = chart_knowledge(shown, context, known, tables)
    rates = Rates(shown, context, tables)
    known.relations += [*charts.relations, *rates.relations]
    known.facts += charts.facts + rates.facts
    known.implied |= rates.hidden | charts.implied
    for key, hidden in charts.hidden.items():
        known.hide(key, hidden)
    return known


def _published(council: Council, period: str, public: Public) -> list[Relation]:
    """What partners had published before: readers know it from there."""
    found = []
    for row, value in public.published(council, period):
        measure = public.measures.get(row["measure"])
        if measure is None or not measure.whole:
            continue
        try:
            when = read_period(row["period"], parse_period(period))
        except AssessmentError:
            continue
        area = row["area"] or council.code
        key = Cell(measure.id, str(when), area, row["dimension"], row["category"])
        found.append(says(key, value, value, PUBLISHED))
    return found


@dataclass(frozen=True)
class Other:
    """Another report that readers have: its name, whose it is, its edition, and where it lies."""

    name: str
    council: Council
    edition: str
    folder: Path


def other_folders(project: Project, public: Public, council: Council, period: str) -> list[Other]:
    """The other reports that readers have: published versions of the council and of the councils
    of its county, and those councils' reports of the same period.
    """
    found = []
    for each in (council, *public.neighbours(council)):
        current = project.report(each.id, period).path
        folders = sorted(current.parent.glob("*/published/*/"))
        folders += [current] if each is not council else []
        for folder in folders:
            if (folder / "index.html").is_file():
                edition = folder if folder == current else folder.parents[1]
                version = f"/{folder.name}" if folder != current else ""
                name = f"{each.id}/{edition.name}{version}"
                found.append(Other(name, each, edition.name, folder))
    return found


def other_reports(
    project: Project, public: Public, council: Council, period: str, readings: Readings
) -> list[Shown]:
    """What the `other_folders` show. Their PDFs, which show what their pages do, are left out."""
    return [
        read_report(
            each.folder,
            each.name,
            each.council.code,
            each.edition,
            but=(".pdf",),
            readings=readings,
        )
        for each in other_folders(project, public, council, period)
    ]
