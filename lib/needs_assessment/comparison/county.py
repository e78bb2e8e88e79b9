"""What the reports themselves print for all councils of a county together."""

from collections.abc import Sequence

from needs_assessment.audit.office import read_workbook
from needs_assessment.comparison.reports import Report
from needs_assessment.project import Project

TOGETHER = "All together"
"""The row of a table by area that holds all councils of a county, in the reports."""


def county_figures(project: Project, reports: Sequence[Report]) -> dict[str, str]:
    """The printed figures for the county that the councils share, by the indicator's name.

    They are read from the tables of the reports, and only those are taken that all reports print
    alike. Empty for councils that share no county.
    """
    counties = {tuple(sorted(report.council.county)) for report in reports}
    if len(counties) > 1 or not counties.pop():
        return {}
    councils = {report.name for report in reports}
    first, *others = [_printed(project, report, councils) for report in reports]
    return {
        name: text for name, text in first.items() if all(each.get(name) == text for each in others)
    }


def _printed(project: Project, report: Report, councils: set[str]) -> dict[str, str]:
    """The figures of that row, from tables that have a row for each of the councils too."""
    path = project.report(report.council.id, report.period.text).path / "tables.xlsx"
    if not path.is_file():
        return {}
    return {
        name: text
        for table in read_workbook(path, path.name).tables
        if councils <= {row[0] for row in table.rows}
        for row in table.rows
        if row[0] == TOGETHER
        for name, text in zip(table.columns[1:], row[1:], strict=True)
        if text
    }
