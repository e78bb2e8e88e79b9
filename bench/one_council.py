"""One council, all chapters, HTML and PDF: from nothing, after an edit, and with nothing changed.

    python bench/one_council.py [--json FILE]

Each is measured against a loop of papermill commands with the same renderer, run just before.
"""

import argparse
import json
import tempfile
from pathlib import Path

from measuring import PERIOD, PROGRAM, example_project, measure
from papermill_loop import loop

from needs_assessment.narrative.cells import is_narrative
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.project import Project

COUNCIL = "north"
RUN = (*PROGRAM, "assessment", COUNCIL, "--period", PERIOD, "--renderer", "builtin")


def compare() -> dict[str, object]:
    """Seconds and peak memory of each case and of the loop, and how many times faster each is."""
    with example_project() as folder, tempfile.TemporaryDirectory() as output:
        alternative = loop(folder, COUNCIL, Path(output))
        cases = {"cold": measure(RUN, folder=folder)}
        edit(folder)
        cases["narrative edit"] = measure(RUN, folder=folder)
        cases["nothing changed"] = measure(RUN, folder=folder)
    return {
        "loop": alternative.as_dict(),
        **{
            case: {**run.as_dict(), "ratio": round(alternative.seconds / run.seconds, 1)}
            for case, run in cases.items()
        },
    }


def edit(folder: Path) -> None:
    """Writes a sentence into a narrative cell, as an analyst would."""
    path = Project(folder).report(COUNCIL, PERIOD).chapters / "marac.ipynb"
    notebook = read_notebook(path)
    assert notebook
    cell = next(cell for cell in notebook["cells"] if is_narrative(cell))
    cell["source"] += "\n\nThe partnership discussed this in May."
    path.write_bytes(notebook_bytes(notebook))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure one council against a papermill loop.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    result = compare()
    print(json.dumps(result, indent=2))
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
