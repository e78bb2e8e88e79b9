"""What a worker process does: it runs chapters one after another.

When the parent ends in any way, so do this process and its kernel: nothing is left running.
"""

import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import papermill

from needs_assessment.execution.crew import serve
from needs_assessment.execution.engine import WARM
from needs_assessment.execution.kernel import (
    LocalKernelManager,
    end_latest_kernel,
    kernel_environment,
    private_folder,
    set_environment,
)
from needs_assessment.execution.outputs import normalise, plain_text
from needs_assessment.narrative.cells import cell_key
from needs_assessment.narrative.files import Notebook, notebook_bytes, read_notebook, replace_file

_START_TIMEOUT = 120
_MESSAGE_LINES = 4
_ARROW = re.compile(r"^-+> (?P<number>\d+) (?P<source>.*)$", re.MULTILINE)


def run_job(job: dict[str, Any]) -> dict[str, Any]:
    """Run one chapter; what came of it: `seconds`, `log`, and `failure` or None."""
    started = time.monotonic()
    set_environment(job["environment"])
    output = Path(job["output"])
    failure = None
    try:
        papermill.execute_notebook(
            _literal_path(job["notebook"]),
            _literal_path(job["output"]),
            parameters=job["parameters"],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=job["root"],
            **_engine(job),
        )
    except Exception as error:  # a notebook may raise anything, and one failing stops no other
        failure = _failure(error, output)
    log: tuple[str, ...] = ()
    notebook = read_notebook(output)
    if notebook is not None:
        failure = failure or _left_early(notebook)
        notebook, log = normalise(notebook)
        replace_file(output, notebook_bytes(notebook))
    return {"seconds": time.monotonic() - started, "log": log, "failure": failure}


def _engine(job: dict[str, Any]) -> dict[str, Any]:
    """Papermill's options that say which engine runs the chapter, and how."""
    if job["engine"] == WARM:
        return {
            "engine_name": WARM,
            "environment": kernel_environment(job["environment"]),
            "seed": f"{job['parameters'].get('council', '')} {job['chapter']}",
        }
    return {
        "start_timeout": _START_TIMEOUT,
        "shutdown_kernel": "immediate",
        "kernel_manager_class": LocalKernelManager,
    }


def _failure(error: Exception, output: Path) -> dict[str, Any]:
    """The cell that failed, the exception's name, and a few lines that say what happened."""
    cell = _failing_cell(read_notebook(output))
    name = getattr(error, "ename", None) or type(error).__name__
    message = str(getattr(error, "evalue", error))
    lines = [line for line in plain_text(message).splitlines() if line.strip()]
    return {
        "cell": cell,
        "exception": name,
        "lines": lines[:_MESSAGE_LINES] + _failing_line(getattr(error, "traceback", [])),
    }


def _left_early(notebook: Notebook) -> dict[str, Any] | None:
    """The failure of a chapter that called exit(), which Papermill takes for a good end."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("papermill", {}).get("status") == "pending":
            lines = ["an earlier cell ended the kernel, so this cell did not run"]
            return {"cell": cell_key(cell), "exception": "SystemExit", "lines": lines}
    return None


def _failing_cell(notebook: Notebook | None) -> str:
    """The cell that failed: marked so, or the last one begun when the kernel died."""
    begun = ""
    for cell in notebook["cells"] if notebook else ():
        status = cell["metadata"].get("papermill", {}).get("status")
        if status == "failed":
            return cell_key(cell)
        if status != "pending":
            begun = cell_key(cell)
    return begun


def _failing_line(traceback: list[str]) -> list[str]:
    """The line of the cell at which it failed, from IPython's traceback."""
    for frame in map(plain_text, traceback):
        found = _ARROW.search(frame) if frame.startswith("Cell In") else None
        if found:
            return [f"line {found['number']}: {found['source'].strip()}"]
    return []


def _literal_path(path: str) -> str:
    """`path`, safe from Papermill's filling in of `{…}` in paths."""
    return path.replace("{", "{{").replace("}", "}}")


def _end() -> None:
    """End the kernel, what it left, and this process."""
    end_latest_kernel()
    shutil.rmtree(private_folder(), ignore_errors=True)
    os._exit(0)


def main() -> None:
    """Run jobs until standard input ends."""
    serve(run_job, _end)
