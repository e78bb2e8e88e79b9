"""The chapters of a comparison: a section an indicator, with a chart, a table and its cautions."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from needs_assessment.book.markdown import callout, escape, from_record
from needs_assessment.chapter import charts
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chart import Chart
from needs_assessment.chapter.display import figure_svg
from needs_assessment.comparison import words
from needs_assessment.comparison.reports import Report
from needs_assessment.comparison.subjects import Subject, cautions
from needs_assessment.display import chapter_title, join_words

# So many councils have a column each in a table that still can be read on paper.
_MOST_COLUMNS = 4
_MOST_LINES = 2
_COUNTY = "All of the county"
_COLUMNS = ("Council", "Value", "95% interval", "Based on", "Compared with", "Reported by")
_NATURES = ["published", "confidential", "illustrative"]


@dataclass(frozen=True)
class Page:
    """A chapter of the book: its name, its Markdown, and its drawings as SVG by label."""

    name: str
    text: str
    figures: dict[str, str]


def chapter_pages(subjects: Sequence[Subject], reports: Sequence[Report]) -> list[Page]:
    """A page for each chapter of the assessment that has something to compare."""
    chapters = dict.fromkeys(subject.chapter for subject in subjects)
    return [
        _chapter(name, [each for each in subjects if each.chapter == name], reports)
        for name in chapters
    ]


def _chapter(name: str, subjects: Sequence[Subject], reports: Sequence[Report]) -> Page:
    parts = [f"# {chapter_title(name)} {{#sec-{name}}}"]
    figures = {}
    for subject in subjects:
        if subject.is_charted:
            text, drawn = _section(subject, reports)
            parts.append(text)
            figures[f"fig-{subject.slug}"] = drawn
    others = [subject for subject in subjects if not subject.is_charted]
    if others:
        parts += [f"## Counts and other figures {{#sec-{name}-others}}", _OTHERS]
        parts += _others(name, others, reports)
    return Page(name, "\n\n".join(parts), figures)


_OTHERS = (
    "Numbers of people, cases, places and pounds grow with the size of a council. They are listed "
    "for reference and are not drawn beside each other."
)


def _section(subject: Subject, reports: Sequence[Report]) -> tuple[str, str]:
    """The section of one indicator, and its chart."""
    cells = _cells(subject, reports)
    chart = _chart(subject, cells)
    caption = f"{subject.name}, by council, {reports[0].period.words()}"
    about = {"caption": caption, "source": _source(subject, reports), "nature": _nature(subject)}
    figure = {"kind": "figure", "label": f"fig-{subject.slug}", "alt": chart.alt, **about}
    parts = [
        f"## {escape(subject.name)} {{#sec-{subject.slug}}}",
        escape(subject.definition),
        from_record(figure),
        from_record(_table(subject, cells, reports) | about),
    ]
    said = [*cautions(subject, reports), *subject.caveats]
    if said:
        parts.append(_callout(said))
    return "\n\n".join(filter(None, parts)), figure_svg(chart.figure, subject.slug)


def _cells(subject: Subject, reports: Sequence[Report]) -> dict[str, Cell]:
    """The values by council, and that of their county where the reports print it."""
    county = {_COUNTY: words.printed_cell(subject.county, subject.unit)} if subject.county else {}
    councils = {
        report.name: words.value_cell(entry, report.partners(entry) if entry else [])
        for report, entry in zip(reports, subject.entries, strict=True)
    }
    return {**councils, **county}


def _chart(subject: Subject, cells: dict[str, Cell]) -> Chart:
    if subject.kind == "representation":
        return charts.ratios(cells, title=finding(subject))
    lines = {}
    for entry in subject.held:
        for each in (entry["benchmark"], *entry["other_benchmarks"]):
            if each and each["value"] is not None:
                level = words.level_words(each, subject.unit)
                name = f"{_LINES[each['kind']]}{level}"
                lines.setdefault(name, Cell(each["value"], level, name=name))
    held = list(lines.values())[:_MOST_LINES]
    return charts.dots(cells, title=finding(subject), benchmarks=held)


_LINES = {"average": "", "level": "Recommended level: ", "limit": "Upper limit: ", "band": ""}


def finding(subject: Subject) -> str:
    """What the chart shows, in ten words at most: how the councils stand to the benchmark, or else
    whether their intervals overlap.
    """
    held = [each["benchmark"] for each in subject.held if each["benchmark"]]
    stands = Counter(_standing(subject, each) for each in held if each["comparison"])
    if not stands:
        return _overlap(subject)
    kinds = {each["kind"] for each in held}
    against = _AGAINST[kinds.pop()] if len(kinds) == 1 else "their benchmarks"
    [(first, most), *others] = stands.most_common()
    every = most == len(subject.held)
    count = (_ALL.get(most, "all") if every else _NUMBERS[most]).capitalize()
    gaps = "" if subject.kind != "shortfall" else " gap" if most == 1 else " gaps"
    said = [f"{_NUMBERS[each]} {_SECOND.sub('', words)}" for words, each in others]
    title = ", ".join([f"{count}{gaps} {first} {against}", *said])
    return title if len(title.split()) <= _MOST_WORDS else _ORDERED


def _standing(subject: Subject, benchmark: dict[str, Any]) -> str:
    """“higher than”, “within”: how one council stands to its benchmark."""
    comparison = benchmark["comparison"]
    if subject.kind == "shortfall":
        return _GAPS[comparison]
    if benchmark["kind"] == "average":
        return _TO_AVERAGE.get(comparison, comparison)
    if benchmark["kind"] == "limit" and comparison == "below":
        return "within"
    return comparison


def _overlap(subject: Subject) -> str:
    """How the intervals lie; a chart without two of them says only how it is ordered."""
    spans = [
        (each["lower"], each["upper"])
        for each in subject.held
        if each["value"] is not None and None not in (each["lower"], each["upper"])
    ]
    pairs = [
        max(first[0], second[0]) <= min(first[1], second[1])
        for first, second in combinations(spans, 2)
    ]
    if not pairs or len(spans) < len(subject.held):
        return _ORDERED
    if len(pairs) == 1:
        return "The two intervals overlap" if pairs[0] else "The two intervals do not overlap"
    if all(pairs):
        return "All intervals overlap"
    return "Some intervals overlap, some do not" if any(pairs) else "No two intervals overlap"


_MOST_WORDS = 10  # that a chart's title may have
_ORDERED = "By council, in order of their names"
_ALL = {1: "one", 2: "both"}
_NUMBERS = (
    *("none", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_TO_AVERAGE = {"higher": "higher than", "lower": "lower than", "similar": "similar to"}
_TO_AVERAGE |= {"at": "the same as"}
_AGAINST = {
    "average": "the average",
    "level": "the recommended level",
    "limit": "the upper limit",
    "band": "the band",
}
_GAPS = {
    "above": "wider than",
    "below": "narrower than",
    "at": "the same as",
}
_SECOND = re.compile(" (than|to|as)$")


def _table(subject: Subject, cells: dict[str, Cell], reports: Sequence[Report]) -> dict[str, Any]:
    rows = [
        [
            report.name,
            str(cells[report.name]),
            words.interval_words(entry),
            words.base_words(entry),
            words.comparison_words(entry),
            join_words(report.partners(entry)) if entry else "",
        ]
        for report, entry in zip(reports, subject.entries, strict=True)
    ]
    if subject.county:
        rows.append([_COUNTY, subject.county, "", "as the reports print it", "", ""])
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    frame = frame.loc[:, frame.ne("").any()]
    columns = list(frame.columns)
    return _record(
        f"tbl-{subject.slug}",
        columns,
        frame.to_numpy().tolist(),
        ["right" if name == "Value" else "left" for name in columns],
    )


def _others(name: str, subjects: Sequence[Subject], reports: Sequence[Report]) -> list[str]:
    """Tables of the other indicators: a row each, a column a council."""
    starts = range(0, len(reports), _MOST_COLUMNS)
    found = []
    for number, start in enumerate(starts, start=1):
        columns = [report.name for report in reports[start : start + _MOST_COLUMNS]]
        columns += [_COUNTY] if any(subject.county for subject in subjects) else []
        rows = [
            [
                _name_and_unit(subject),
                *(str(_cells(subject, reports).get(name, "")) for name in columns),
            ]
            for subject in subjects
        ]
        part, of = (f"-{number}", f" ({number} of {len(starts)})") if len(starts) > 1 else ("", "")
        caption = f"{chapter_title(name)}, counts and other figures by council{of}"
        record = _record(
            f"tbl-{name}-others{part}",
            ["Indicator", *columns],
            rows,
            ["left", *["right"] * len(columns)],
        )
        about = {
            "caption": f"{caption}, {reports[0].period.words()}",
            "source": "",
            "nature": max(map(_nature, subjects), key=_NATURES.index),
        }
        found.append(from_record(record | about))
    lines = [
        f"{subject.name}. {each}" for subject in subjects for each in cautions(subject, reports)
    ]
    return [*found, *([_callout(lines)] if lines else [])]


def _name_and_unit(subject: Subject) -> str:
    printed = subject.unit in ("%", "£") or subject.unit in subject.name
    return subject.name if printed else f"{subject.name} ({subject.unit})"


def _callout(lines: Sequence[str]) -> str:
    body = "\n".join(f"- {escape(each)}" for each in lines)
    return callout("note", "Before you compare", body)


def _record(
    label: str, columns: list[str], rows: list[list[str]], align: list[str]
) -> dict[str, Any]:
    return {
        "kind": "table",
        "label": label,
        "columns": columns,
        "align": align,
        "rows": rows,
        "figures": [[""] * len(columns) for _ in rows],
        "notes": [],
    }


def _source(subject: Subject, reports: Sequence[Report]) -> str:
    partners = [
        partner
        for report, entry in zip(reports, subject.entries, strict=True)
        if entry
        for partner in report.partners(entry)
    ]
    return join_words(list(dict.fromkeys(partners)))


def _nature(subject: Subject) -> str:
    return max((each["nature"] for each in subject.held), key=_NATURES.index)
