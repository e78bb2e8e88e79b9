"""Running the program in a copy of the project, as an analyst would."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_INPUTS = ("data", "notebooks", "params")


@dataclass(frozen=True)
class Report:
    """A finished run: the report folder and what the command printed."""

    path: Path
    output: str

    def indicators(self) -> dict[str, dict[str, Any]]:
        data = json.loads((self.path / "indicators.json").read_text(encoding="utf-8"))
        return {entry["id"]: entry for entry in data["indicators"]}

    def breakdowns(self) -> dict[str, dict[str, Any]]:
        data = json.loads((self.path / "indicators.json").read_text(encoding="utf-8"))
        return {entry["id"]: entry for entry in data["breakdowns"]}

    def flags(self) -> list[dict[str, Any]]:
        return json.loads((self.path / "checks.json").read_text(encoding="utf-8"))["flags"]


def copy_project(target: Path) -> Path:
    """A copy of everything an analyst owns, without reports."""
    for folder in _INPUTS:
        shutil.copytree(
            ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__", ".ipynb*")
        )
    shutil.copy(ROOT / "quarto.yml", target / "quarto.yml")
    (target / "reports").mkdir()
    return target


def run_command(
    project: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `needs-assessment` in `project` as an analyst would."""
    return subprocess.run(
        [sys.executable, "-m", "needs_assessment.cli", *arguments],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
