"""The audit of a new report, before it is put in place.

An attack that found nothing is not made once more where it would have the same to go on.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import replace

from needs_assessment.audit.audit import attack_reports, other_folders, other_reports
from needs_assessment.audit.public import Public
from needs_assessment.audit.report import Readings, published_files, read_report
from needs_assessment.audit.rule import rule_texts
from needs_assessment.auditing import refuse_findings, small_cells
from needs_assessment.council import Council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.narrative.files import read_bytes, replace_file
from needs_assessment.project import Project, ReportFolder
from needs_assessment.reusing import content_key, folder_digest

_FILE = "audit.json"


def read_others_ahead(
    project: Project,
    council: Council,
    store: ProtectedStore,
    report: ReportFolder,
    readings: Readings,
) -> None:
    """Reads, into `readings`, the other reports with which that of an edition is attacked. Where
    they are those of the last attack there will hardly be another.
    """
    period = store.data["edition"]["period"]
    # What cannot be read is said when the attack comes to it.
    with suppress(AssessmentError):
        public = Public(project, council.categories)
        if _held(report).get("others") != _others(project, public, council, period):
            other_reports(project, public, council, period, readings)


def refuse_unsafe(
    project: Project,
    council: Council,
    store: ProtectedStore,
    report: ReportFolder,
    readings: Readings,
    fresh: bool = False,
) -> str:
    """Attacks the new report of an edition, in the work folder of `report`; returns what that came
    to in a few words. `readings` holds what has been read of it ahead.

    The verdict of an attack before, which found nothing, is used again unless `fresh`, where all
    that an attack goes on is the same: what the report shows but for its prose, the rule it prints,
    the other reports, what everybody knows, and this package. Raises AssessmentError that names
    each cell that is not safe and the tables that gave it away.
    """
    period = store.data["edition"]["period"]
    public = Public(project, council.categories)
    output = report.work / "output"
    read = read_report(output, f"{council.id}/{period}", council.code, period, readings=readings)
    # An attack is given nothing else, so that nothing else can count.
    shown = replace(read, texts=rule_texts(read.texts))
    small = small_cells(store)
    others = _others(project, public, council, period)
    known = [folder_digest(project.reference), folder_digest(project.params), others]
    rows = repr(public.published(council, period))
    key = content_key(repr(shown), repr(sorted(small)), rows, *known)
    held = _held(report)
    if held.get("key") == key and not fresh:
        return held["passed"]
    attacked = other_reports(project, public, council, period, readings)
    audit = attack_reports(shown, attacked, council, public, small)
    refuse_findings(audit)
    content = {"key": key, "others": others, "passed": audit.passed}
    replace_file(report.executed / _FILE, json.dumps(content).encode())
    return audit.passed


def _others(project: Project, public: Public, council: Council, period: str) -> str:
    """SHA-256 over the other reports that readers have."""
    lines = [
        f"{path.relative_to(project.root).as_posix()} {digest(path)}"
        for other in other_folders(project, public, council, period)
        for path in published_files(other.folder)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _held(report: ReportFolder) -> dict[str, str]:
    try:
        held = json.loads(read_bytes(report.executed / _FILE) or b"{}")
    except ValueError:
        return {}
    whole = isinstance(held, dict) and {"key", "others", "passed"} <= held.keys()
    return held if whole else {}
