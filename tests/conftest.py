"""A copy of the project to run in, and each example council's assessment, made once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from running import Report, copy_project, run_command


@pytest.fixture(scope="session", autouse=True)
def jupyter_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs note with Jupyter stays out of the developer's own data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_DATA_DIR", str(tmp_path_factory.mktemp("jupyter-data")))
        yield


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all test processes, with a copy of the project to run the examples in."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "examples"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "copying.lock"):
        if not (shared / "project").is_dir():
            copy_project(shared / "copied").rename(shared / "project")
    return shared


@pytest.fixture(scope="session")
def assessed(examples: Path) -> Callable[[str, str], Report]:
    """The report of a council's edition, run with the built-in renderer the first time."""

    def make(council: str, period: str) -> Report:
        project, said = examples / "project", examples / f"{council}-{period}.txt"
        with FileLock(said.with_suffix(".lock")):
            if not said.exists():
                run = run_command(
                    project, "assessment", council, "--period", period, "--renderer", "builtin"
                )
                assert run.returncode == 0, run.stdout + run.stderr
                said.write_text(run.stdout, encoding="utf-8")
        return Report(project / "reports" / council / period, said.read_text(encoding="utf-8"))

    return make
