"""The protected stores of the example councils, each made once for all test processes."""

import json
from pathlib import Path

from filelock import FileLock

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.store import build_store
from needs_assessment.project import Project
from running import ROOT

PROJECT = Project(ROOT)
_shared: list[Path] = []


def share_stores(folder: Path) -> None:
    """Has stores kept in `folder`, which all test processes name."""
    folder.mkdir(exist_ok=True)
    _shared[:] = [folder]


def build(council: str, period: str | None = None, root: Path = ROOT) -> ProtectedStore:
    """The protected store of a council's edition, the latest if none is named."""
    project = Project(root)
    settings = load_council(project, council)
    return build_store(project, settings, choose_period(settings, period))


def store_of(council: str, period: str | None = None) -> ProtectedStore:
    """The same of an example council as it is, read by each caller for itself."""
    (folder,) = _shared
    edition = choose_period(load_council(PROJECT, council), period).text
    path = folder / f"{council}-{edition}.json"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            made = json.dumps(build(council, edition).data)
            path.with_suffix(".new").write_text(made, encoding="utf-8")
            path.with_suffix(".new").rename(path)
    return ProtectedStore(json.loads(path.read_text(encoding="utf-8")))
