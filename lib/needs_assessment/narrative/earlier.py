"""The edition before: what a new year's narrative starts from. It is read, never written."""

from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import ReportFolder


def earlier_edition(report: ReportFolder) -> ReportFolder | None:
    """The report of the latest edition before this one that has chapters; None without one."""
    own = _period(report.path.name)
    if own is None or not report.path.parent.is_dir():
        return None
    earlier = {
        period: folder
        for folder in report.path.parent.iterdir()
        if (period := _period(folder.name)) and period < own and (folder / "chapters").is_dir()
    }
    return ReportFolder(earlier[max(earlier)]) if earlier else None


def _period(name: str) -> Period | None:
    try:
        return parse_period(name)
    except AssessmentError:
        return None
