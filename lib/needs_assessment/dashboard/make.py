"""Making a dashboard: protected data, a book of one file, its page and PDF, the attack on them."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.audit.audit import audit_edition
from needs_assessment.audit.keys import Cell
from needs_assessment.auditing import refuse_findings
from needs_assessment.book import builtin, front
from needs_assessment.council import load_council
from needs_assessment.dashboard.page import page, title
from needs_assessment.dashboard.trends import MOST, alternative, trends
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.quarterly import containing_year, quarterly_data
from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.progress import Listener
from needs_assessment.files import write_atomically
from needs_assessment.periods import Period
from needs_assessment.project import Project

PDF = "dashboard.pdf"
_CHART = "figures/fig-trends.svg"


@dataclass(frozen=True)
class Dashboard:
    """Where a dashboard is, what the attack on it came to, and how much is still missing."""

    folder: Path
    audit: str
    missing: int


def make_dashboard(project: Project, name: str, part: Period, progress: Listener) -> Dashboard:
    """Makes the dashboard of a part year: `index.html` and `dashboard.pdf`, with the built-in
    renderer.

    Raises AssessmentError when an input is wrong or the dashboard is not safe to publish: the last
    one then stays.
    """
    council = load_council(project, name)
    report = project.report(council.id, containing_year(council, part).text)
    folder = report.path / "dashboards" / _folder_name(part)
    with council_lock(report.lock, council.id, progress.note):
        progress.note("Reading the returns and deciding what may be shown …")
        protected = quarterly_data(project, council, part)
        with tempfile.TemporaryDirectory(dir=report.path, prefix=".dashboard-") as work:
            book, output = Path(work) / "book", Path(work) / "output"
            _write_book(project, protected.data, book)
            progress.note("Making the pages …")
            builtin.render(book, output)
            (output / builtin.PDF).rename(output / PDF)
            (output / "indicators.json").write_bytes(_indicators(protected.data))
            progress.note("Attacking the dashboard with what its readers have …")
            small = {Cell(*key) for key in protected.small}
            audit = audit_edition(project, council, part.text, output, small)
            refuse_findings(audit)
            for path in sorted(output.iterdir()):
                write_atomically(folder / path.name, path.read_bytes())
    return Dashboard(folder, audit.passed, len(protected.data["missing"]))


def _folder_name(part: Period) -> str:
    """“q2”, “q1-q2”."""
    quarters = [each.text[-2:].lower() for each in part.quarters()]
    return "-".join(dict.fromkeys((quarters[0], quarters[-1])))


def _write_book(project: Project, data: dict[str, Any], folder: Path) -> None:
    (folder / _CHART).parent.mkdir(parents=True)
    store = ProtectedStore(data)
    shown = [each for each in data["indicators"] if not each["optional"]][:MOST]
    (folder / _CHART).write_text(trends(shown, data["periods"]), encoding="utf-8")
    alt = alternative(shown, data["periods"])
    text = page(data, _CHART, alt, front.notice(store))
    (folder / "index.qmd").write_text(text, encoding="utf-8")
    (folder / "references.bib").write_bytes((project.reference / "sources.bib").read_bytes())
    version, heading = data["edition"]["version"], title(data)
    settings = {
        "lang": "en-GB",
        "book": {
            "title": heading[0],
            "subtitle": heading[1],
            "author": data["council"]["council"],
            "date": version["date"],
            "chapters": ["index.qmd"],
        },
        "bibliography": "references.bib",
        "assessment": {
            "council": data["council"]["name"],
            "period": data["part"],
            "version": version["number"],
            "status": version["status"],
            "nature": data["nature"],
            "colour": data["council"]["colour"],
            "version_block": front.version_block(store),
            "notice": front.notice(store),
            "brief": True,
        },
    }
    (folder / "_quarto.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )


def _indicators(data: dict[str, Any]) -> bytes:
    """What the pages show, for programs: by indicator, the latest quarter, the part year, and each
    quarter.
    """
    names = ("id", "name", "unit", "kind", "chapter")
    numbers = ("value", "lower", "upper", "numerator", "denominator", "status", "nature", "display")

    def entry(found: dict[str, Any]) -> dict[str, Any]:
        return {name: found[name] for name in numbers}

    content = {
        "council": data["council"]["id"],
        "period": data["part"],
        "indicators": [
            {
                **{name: each[name] for name in names},
                "so_far": entry(each["so_far"]),
                "quarters": {period: entry(one) for period, one in each["quarters"].items()},
            }
            for each in data["indicators"]
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
