"""A copy of the project to run in, and each example council's assessment, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leaking import private_places
from running import Report, copy_project, run_command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of the project in which the example councils are run."""
    return copy_project(tmp_path_factory.mktemp("examples") / "project")


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of the example councils put temporary files and caches."""
    return tmp_path_factory.mktemp("private")


@pytest.fixture(scope="session")
def assessed(examples: Path, private: Path) -> Callable[[str, str], Report]:
    """The report of a council's edition, run with the built-in renderer the first time."""
    made: dict[tuple[str, str], Report] = {}

    def make(council: str, period: str) -> Report:
        if (council, period) not in made:
            run = run_command(
                examples,
                *("assessment", council, "--period", period, "--renderer", "builtin"),
                **private_places(private),
            )
            assert run.returncode == 0, run.stdout + run.stderr
            made[council, period] = Report(examples / "reports" / council / period, run.stdout)
        return made[council, period]

    return make
