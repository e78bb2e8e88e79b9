"""A copy of the project to run in, and each example council's assessment, made once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from leaking import private_places
from published import published_project
from running import Report, copy_project, run_command
from stores import share_stores


@pytest.fixture(scope="session", autouse=True)
def jupyter_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs note with Jupyter stays out of the developer's own data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_DATA_DIR", str(tmp_path_factory.mktemp("jupyter-data")))
        yield


def _base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all test processes of a session have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def shared_stores(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each example council's protected store is made once."""
    share_stores(_base(tmp_path_factory) / "stores")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, one for all test processes, in which the example councils are run."""
    shared = _base(tmp_path_factory) / "examples"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "copying.lock"):
        if not (shared / "project").is_dir():
            copy_project(shared / "copied").rename(shared / "project")
    return shared / "project"


@pytest.fixture(scope="session")
def private(examples: Path) -> Path:
    """Where the runs of the example councils put temporary files and caches."""
    place = examples.parent / "private"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="session")
def assessed(examples: Path, private: Path) -> Callable[[str, str], Report]:
    """The report of a council's edition, run with the built-in renderer the first time."""

    def make(council: str, period: str) -> Report:
        said = examples.parent / f"{council}-{period}.txt"
        with FileLock(said.with_suffix(".lock")):
            if not said.exists():
                run = run_command(
                    examples,
                    *("assessment", council, "--period", period, "--renderer", "builtin"),
                    **private_places(private),
                )
                assert run.returncode == 0, run.stdout + run.stderr
                said.write_text(run.stdout, encoding="utf-8")
        return Report(examples / "reports" / council / period, said.read_text(encoding="utf-8"))

    return make


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with version 1.0 of its edition published, one for all test processes; it is
    only read, and copied.
    """
    shared = _base(tmp_path_factory) / "published"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "making.lock"):
        if not (shared / "publish.txt").exists():
            published_project(shared)
    return shared / "project"


# Files that take long, longest first: begun last, they would keep one process waiting for another.
_LONG = (
    "test_chapters_read.py",
    "test_analyst_day.py",
    "test_publish.py",
    "test_verify.py",
    "test_comments_edition.py",
    "test_changes_page.py",
    "test_audit_run.py",
    "test_accessibility.py",
    "test_narrative_kills.py",
    "test_notebooks.py",
    "test_command.py",
    "test_dashboard.py",
    "test_maintainer.py",
    "test_disclosure.py",
    "test_audit_leaks.py",
    "test_audit_reading.py",
    "test_suppression.py",
    "test_disclosure_linked.py",
)
# Whole runs of clusters and fleets, a whole year, and pictures, which another browser draws
# otherwise: `make test-all`.
_APART = (
    "test_cluster.py",
    "test_fleet.py",
    "test_pictures.py",
    "test_scripted_year.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also the files that take minutes")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files apart run when all do, or when they are named."""
    apart = collection_path.name in _APART and not config.getoption("--all")
    named = any(collection_path.name in argument for argument in config.args)
    return True if apart and not named else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the others in their order."""
    order = {name: place for place, name in enumerate((*_LONG, *_APART))}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
