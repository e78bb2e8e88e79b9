"""One direction of flow: a package imports only what stands to its left."""

import subprocess
import sys

from running import ROOT


def test_packages_import_only_to_their_left() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 kept" in run.stdout
