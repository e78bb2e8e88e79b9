"""A report in place that is the one that would be made: every input is as it was, by content.

What a run is made of is looked at before it reads any of it, what it put in place as it does so.
Both are kept together when another run would find and say the same. The next command looks again:
if no file has changed, been added or gone, there is nothing to make. Nothing heavy is imported.
"""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from needs_assessment.execution.kept import PACKAGE, installed_versions, package_digest
from needs_assessment.files import digest
from needs_assessment.narrative.files import read_bytes, replace_file
from needs_assessment.project import Project, ReportFolder

_FILE = "report.json"
_PUBLISHED = "published"
_TOLD = ("renderer", "flags", "kept", "chapters", "audit", "looks")
# Of the folder of a council's reports: what runs keep for themselves.
_ASIDE = frozenset(
    {
        ".work",
        ".ready",
        ".executed",
        ".lock",
        ".rebuilding",
        ".inputs",
        ".ipynb_checkpoints",
        "comments",
        "dashboards",
        "history",
    }
)


@dataclass(frozen=True)
class Outcome:
    """What a run made: where, with which renderer, and how many flags its checks list.

    `kept` counts narrative cells with edited text, `executed` the chapters that had to run;
    `recovered` are copies of text that has no place in a chapter, `audit` what the attack on the
    report came to, `looks` what is to be said of text at once. `made`: whether there was anything
    to make.
    """

    report: Path
    renderer: str
    flags: int
    kept: int
    chapters: int
    executed: int
    recovered: tuple[Path, ...]
    audit: str
    looks: tuple[str, ...]
    seconds: float
    made: bool = True


@dataclass(frozen=True)
class Sight:
    """What a report is made of, as seen at one moment: SHA-256 of files by their path from the
    root, and of what is no file. `neighbours` are councils whose reports an audit reads.
    """

    files: Mapping[str, str]
    other: Mapping[str, str]
    neighbours: tuple[str, ...]


def look(
    project: Project,
    report: ReportFolder,
    renderer: str,
    neighbours: Iterable[str],
) -> Sight:
    """All that a run of this report reads, as it is now. `renderer` is as the run would name it."""
    named = tuple(sorted(neighbours))
    files = _digests(project, _inputs(project, report, named))
    versions = "\n".join(installed_versions(tuple(sys.path)))
    other = {
        "package": package_digest(PACKAGE),
        "versions": hashlib.sha256(versions.encode()).hexdigest(),
        "engine": os.environ.get("ENGINE", ""),
        "renderer": renderer,
    }
    return Sight(files, other, named)


def remember(
    project: Project, sight: Sight, placed: Mapping[str, str], latest: bool, outcome: Outcome
) -> None:
    """Keep what a run was made of and what it put in place. `latest`: it is the edition that is
    made when none is named.

    `sight` is from before the run, so that a change made meanwhile is seen next time. Only what the
    run itself writes is looked at again; what it `placed` counts as it wrote it.
    """
    report = ReportFolder(outcome.report)
    own = report.path.relative_to(project.root).as_posix()
    folders = (report.chapters, report.narrative, report.store.parent)
    written = _digests(project, (path for folder in folders for path in _of_report(folder)))
    written |= {f"{own}/{name}": each for name, each in placed.items()}
    within = tuple(f"{path.relative_to(project.root).as_posix()}/" for path in folders)
    before = {
        name: each
        for name, each in sight.files.items()
        if not name.startswith((*within, f"{own}/book/")) and (project.root / name).exists()
    }
    content = {
        "sight": asdict(replace(sight, files={**before, **written})),
        "latest": latest,
        "told": {name: getattr(outcome, name) for name in _TOLD},
        "recovered": [path.relative_to(project.root).as_posix() for path in outcome.recovered],
    }
    replace_file(report.executed / _FILE, json.dumps(content, ensure_ascii=False).encode())


def forget(report: ReportFolder) -> None:
    """The report in place is no longer known to be the one that would be made."""
    (report.executed / _FILE).unlink(missing_ok=True)


def unchanged(project: Project, council: str, period: str | None, renderer: str) -> Outcome | None:
    """What the last run of a council's edition came to, when its report is in place and is the one
    that would be made; else None. `renderer` is as it was asked for.
    """
    started = time.monotonic()
    named = renderer_named(renderer)
    folder = project.root / "reports" / council
    if named is None or not folder.is_dir():
        return None
    for edition in sorted(folder.iterdir()):
        report = ReportFolder(edition)
        held = _held(report) if period in (None, edition.name) else None
        if not held or not (period or held["latest"]) or report.ready.exists():
            continue
        sight = look(project, report, named, held["sight"]["neighbours"])
        if sight.files == held["sight"]["files"] and sight.other == held["sight"]["other"]:
            told = {**held["told"], "looks": tuple(held["told"]["looks"])}
            recovered = tuple(project.root / name for name in held["recovered"])
            seconds = time.monotonic() - started
            return Outcome(
                report=edition,
                executed=0,
                recovered=recovered,
                seconds=seconds,
                made=False,
                **told,
            )
    return None


def renderer_named(renderer: str) -> str | None:
    """What a run with `renderer` would name as the one used; None where a run has to say why there
    is none.
    """
    named = os.environ.get("QUARTO_PATH")
    if renderer == "builtin" or not (named or renderer == "quarto" or shutil.which("quarto")):
        return "built-in"
    if not shutil.which(named or "quarto"):
        return None
    from needs_assessment.book.render import choose_renderer

    return choose_renderer(renderer)[1]


def _held(report: ReportFolder) -> dict[str, Any] | None:
    try:
        held = json.loads(read_bytes(report.executed / _FILE) or b"")
        return held if held["sight"]["files"] and held["told"] and "latest" in held else None
    except (ValueError, KeyError, TypeError):
        return None


def _inputs(project: Project, report: ReportFolder, neighbours: Iterable[str]) -> Iterator[Path]:
    """The files that a run of `report` reads, its own results among them."""
    council = report.path.parent
    yield project.book_settings
    yield from project.notebooks.glob("*.ipynb")
    for folder in (project.params, project.reference, project.returns(council.name)):
        yield from (path for path in folder.rglob("*") if not path.is_dir())
    for name in (council.name, *neighbours):
        yield from _of_report(council.parent / name)
    # What has been published of any council: what readers of it know.
    yield from council.parent.glob(f"*/*/{_PUBLISHED}/*/shown.json")


def _of_report(folder: Path) -> Iterator[Path]:
    """The files in a folder of reports but those that runs keep for themselves."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _ASIDE]
        yield from (Path(parent, name) for name in names if name not in _ASIDE)


def _digests(project: Project, paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of files by their path from the root; "" for one that cannot be read."""
    found = {}
    for path in paths:
        try:
            found[path.relative_to(project.root).as_posix()] = digest(path)
        except OSError:
            found[path.relative_to(project.root).as_posix()] = ""
    return found
