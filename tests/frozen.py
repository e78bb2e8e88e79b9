"""A published version as its contract has it, made without running the chapters."""

import json
import shutil
import zipfile
from pathlib import Path

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.published import shown_numbers
from needs_assessment.disclosure.store import build_store
from needs_assessment.project import Project
from running import ROOT

_INPUTS = ("params", "data/reference")


def bare_project(root: Path, council: str) -> Project:
    """The parameters, reference data and returns of one council, without chapters."""
    for folder in (*_INPUTS, f"data/returns/{council}"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "quarto.yml", root)
    (root / "reports").mkdir()
    return Project(root)


def publish(
    project: Project, council: str, period: str, version: str = "1.0", *, inputs: bool = True
) -> ProtectedStore:
    """Freezes an edition as it stands; its store. `inputs`: with the archive of its inputs."""
    settings = load_council(project, council)
    store = build_store(project, settings, choose_period(settings, period))
    report = project.report(council, period)
    folder = report.path / "published" / version
    folder.mkdir(parents=True)
    (folder / "shown.json").write_text(json.dumps(shown_numbers(store.data)))
    about = {"version": version, "council": council, "period": period, "date": "2025-06-30"}
    (folder / "version.json").write_text(json.dumps(about))
    frozen = json.loads(json.dumps(store.data))
    _drop_why(frozen)
    (folder / "store.json").write_text(json.dumps(frozen))
    if report.chapters.is_dir():
        shutil.copytree(report.chapters, folder / "chapters")
    if inputs:
        _archive(project, council, report.path / ".inputs" / f"{version}.zip")
    return store


def _archive(project: Project, council: str, path: Path) -> None:
    path.parent.mkdir(0o700, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for folder in (*_INPUTS, f"data/returns/{council}"):
            for each in sorted((project.root / folder).rglob("*")):
                if each.is_file():
                    archive.write(each, each.relative_to(project.root))


def _drop_why(entry: object) -> None:
    if isinstance(entry, dict):
        entry.pop("why", None)
        for each in entry.values():
            _drop_why(each)
    elif isinstance(entry, list):
        for each in entry:
            _drop_why(each)
