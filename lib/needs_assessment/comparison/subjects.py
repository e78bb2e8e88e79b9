"""The indicators that are compared, and what a reader must know before comparing them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from needs_assessment.comparison.county import county_figures
from needs_assessment.comparison.reports import Report
from needs_assessment.comparison.words import Entry, level_words, period_words
from needs_assessment.display import join_words
from needs_assessment.project import Project
from needs_assessment.settings import read_yaml

_CHARTED = ("proportion", "rate", "representation")
_MARKED = {
    "reported": "As reported, without the counts behind it",
    "bounded": "Known within bounds only",
    "suppressed": "Not shown, so that nobody can be identified",
}


@dataclass(frozen=True)
class Subject:
    """One indicator in all the reports: `entries` are in their order, None where a report has none.

    `definition` and `caveats` are the catalogue's; `county` is what the reports print for all
    councils of the county that they share, if they do.
    """

    id: str
    name: str
    chapter: str
    kind: str
    unit: str
    definition: str
    caveats: tuple[str, ...]
    entries: tuple[Entry | None, ...]
    county: str = ""

    @property
    def slug(self) -> str:
        """The id as a label has it."""
        return self.id.replace(".", "-").replace("_", "-")

    @property
    def held(self) -> list[Entry]:
        """The entries with something to show."""
        return [each for each in self.entries if each and each["status"] != "unavailable"]

    @property
    def is_charted(self) -> bool:
        """Whether councils of unlike size can be set beside each other in it, and it has numbers.

        Counts, costs and estimates grow with the size of a council; a ratio has no interval.
        """
        alike = self.kind in _CHARTED or (self.kind == "shortfall" and self.unit == "%")
        return alike and any(each["value"] is not None for each in self.held)


def find_subjects(project: Project, reports: Sequence[Report]) -> list[Subject]:
    """Every indicator that one of the reports shows, in the order of the catalogue."""
    catalogue = {
        entry["id"]: entry
        for entry in read_yaml(
            project.reference / "indicators.yml", "data/reference/indicators.yml"
        )
    }
    county = county_figures(project, reports)
    listed = [name for report in reports for name in report.entries]
    ordered = [name for name in catalogue if name in listed]
    ordered += [name for name in dict.fromkeys(listed) if name not in catalogue]
    subjects = [_subject(name, catalogue.get(name, {}), reports, county) for name in ordered]
    return [subject for subject in subjects if subject.held]


def _subject(
    name: str, described: dict[str, Any], reports: Sequence[Report], county: dict[str, str]
) -> Subject:
    entries = tuple(report.entries.get(name) for report in reports)
    first = next(each for each in entries if each)
    return Subject(
        id=name,
        name=first["name"],
        chapter=first["chapter"],
        kind=first["kind"],
        unit=first["unit"],
        definition=described.get("definition", ""),
        caveats=tuple(described.get("caveats", ())),
        entries=entries,
        county=county.get(first["name"], ""),
    )


def cautions(subject: Subject, reports: Sequence[Report]) -> list[str]:
    """What makes the councils' numbers unlike each other, or none, a sentence each."""
    pairs = [
        (report, entry)
        for report, entry in zip(reports, subject.entries, strict=True)
        if entry and entry["status"] != "unavailable"
    ]
    found = [
        _differ("Defined differently", pairs, lambda _, each: f"{each['name']}, {each['unit']}"),
        _differ(
            "Of different periods", pairs, lambda _, each: period_words(each["numerator_period"])
        ),
        _differ(
            "Set against different years",
            pairs,
            lambda _, each: period_words(each["denominator_period"]),
        ),
        _differ("Compared with different benchmarks", pairs, lambda _, each: _level(each)),
        _differ("Of different nature", pairs, lambda _, each: f"{each['nature']} data"),
        _differ(
            "Reported by different partners",
            pairs,
            lambda report, each: join_words(report.partners(each)),
        ),
    ]
    marked = [
        f"{words}: {join_words(names)}."
        for status, words in _MARKED.items()
        if (names := [report.name for report, entry in pairs if entry["status"] == status])
    ]
    return [*filter(None, found), *marked]


def _differ(
    words: str, pairs: Sequence[tuple[Report, Entry]], said: Callable[[Report, Entry], str]
) -> str:
    """“Of different periods: North 2024-25; West 2023-24.”, or nothing where all say the same."""
    texts = [(report.name, said(report, entry)) for report, entry in pairs]
    texts = [(name, text) for name, text in texts if text]
    if len({text for _, text in texts}) < 2:
        return ""
    return f"{words}: {'; '.join(f'{name}, {text}' for name, text in texts)}."


def _level(entry: Entry) -> str:
    held = (entry["benchmark"], *entry["other_benchmarks"])
    return "; ".join(level_words(each, entry["unit"]) for each in held if each)
