"""What a command imports before it answers. Nothing heavy, or it could not answer fast."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys
from needs_assessment import cli
try:
    cli.main()
except SystemExit:
    pass
print()
print(json.dumps(sorted(sys.modules)))
"""
# Kernels, charts, workbooks and renderers have no part in a check.
NOT_FOR_A_CHECK = {
    "IPython", "duckdb", "gptables", "matplotlib", "nbformat", "openpyxl", "papermill", "pikepdf",
    "psutil", "scipy.optimize", "scipy.stats", "typst",
}  # fmt: skip


def imported(project: Path, *arguments: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**os.environ, "NEEDS_ASSESSMENT_ROOT": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["assessment", "--help"], ["assessments", "--help"]]
)
def test_help_imports_no_data_and_no_kernels(project: Path, arguments: list[str]) -> None:
    modules = imported(project, *arguments)
    assert not modules & {*NOT_FOR_A_CHECK, "jinja2", "numpy", "pandas", "scipy"}


def test_a_check_imports_what_it_reads_with_and_no_more(project: Path) -> None:
    modules = imported(project, "check", "three-rivers")
    assert "pandas" in modules
    assert not modules & NOT_FOR_A_CHECK
