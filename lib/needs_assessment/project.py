"""Where things lie in a checkout of the project."""

import os
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.errors import AssessmentError

ROOT_VARIABLE = "NEEDS_ASSESSMENT_ROOT"
STORE_VARIABLE = "NEEDS_ASSESSMENT_STORE"
_MARKERS = ("quarto.yml", "params/defaults.yml")


@dataclass(frozen=True)
class ReportFolder:
    """`reports/<council>/<period>/`: what a run makes and what analysts write."""

    path: Path

    @property
    def chapters(self) -> Path:
        return self.path / "chapters"

    @property
    def narrative(self) -> Path:
        return self.path / ".narrative"

    @property
    def book(self) -> Path:
        return self.path / "book"

    @property
    def work(self) -> Path:
        return self.path / ".work"

    @property
    def ready(self) -> Path:
        """A finished run that is being put in place."""
        return self.path / ".ready"

    @property
    def rebuilding(self) -> Path:
        """Where an edition is made for publishing or verifying: it holds exact numbers."""
        return self.path / ".rebuilding"

    @property
    def published(self) -> Path:
        return self.path / "published"

    def inputs(self, version: str) -> Path:
        """What a published version was made of: exact numbers, not in version control."""
        return self.path / ".inputs" / f"{version}.zip"

    @property
    def executed(self) -> Path:
        """Chapters as they last ran, with the key of what they were made of."""
        return self.path / ".executed"

    @property
    def store(self) -> Path:
        return self.path / ".protected" / "store.json"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"


@dataclass(frozen=True)
class Project:
    """A checkout: `root` holds `notebooks/`, `params/`, `data/` and `reports/`."""

    root: Path

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def params(self) -> Path:
        return self.root / "params"

    @property
    def mappings(self) -> Path:
        return self.params / "mappings"

    @property
    def reference(self) -> Path:
        return self.root / "data" / "reference"

    @property
    def book_settings(self) -> Path:
        return self.root / "quarto.yml"

    def returns(self, council: str) -> Path:
        return self.root / "data" / "returns" / council

    def report(self, council: str, period: str) -> ReportFolder:
        return ReportFolder(self.root / "reports" / council / period)

    def relative(self, path: Path) -> str:
        """`path` from the root, with forward slashes: how results name a file."""
        return path.resolve().relative_to(self.root.resolve()).as_posix()


def find_project(start: Path | None = None) -> Project:
    """The project that holds `start` (the working folder by default).

    The environment variable NEEDS_ASSESSMENT_ROOT names it outright. Raises AssessmentError
    when neither it nor any folder above `start` is a checkout of the project.
    """
    named = os.environ.get(ROOT_VARIABLE)
    start = Path(named) if named else (start or Path.cwd())
    installed = Path(__file__).resolve()
    for folder in (start.resolve(), *start.resolve().parents, *installed.parents):
        if all((folder / marker).exists() for marker in _MARKERS):
            return Project(folder)
    raise AssessmentError(
        f"No needs-assessment project was found at {start} or above it.",
        "Change into the folder that holds quarto.yml and params/, and run the command again.",
    )
