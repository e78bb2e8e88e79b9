"""Opening a chapter: from a notebook's parameters to its protected store."""

import json
import os
import subprocess
import sys
from pathlib import Path

from needs_assessment.chapter.chapter import Chapter
from needs_assessment.chapter.style import use_style
from needs_assessment.disclosure.protected import read_store
from needs_assessment.disclosure.slices import reads_of
from needs_assessment.errors import AssessmentError
from needs_assessment.project import STORE_VARIABLE, Project, find_project
from needs_assessment.settings import nearest

_PARAMETERS = ("council", "period")


def open_chapter(name: str, *, council: str, period: str) -> Chapter:
    """The chapter `name` of a council's edition, over its protected store.

    A run of the whole assessment says where the store is. A notebook that runs alone (in
    Jupyter, or under plain `papermill`) has it brought up to date by another process, so that
    exact values never enter the kernel. Raises AssessmentError for an unknown council, period
    or parameter, and for a notebook without its metadata.
    """
    _refuse_unknown_parameters()
    project = find_project()
    metadata = _metadata(project, name)
    named = os.environ.get(STORE_VARIABLE)
    path = Path(named) if named else _fresh_store(project, council, period)
    store = read_store(path)
    held = (store.data["council"]["id"], store.data["edition"]["period"])
    if held != (council, period):
        raise AssessmentError(
            f"The protected store is for {held[0]} {held[1]}, not for {council} {period}.",
            "Run the notebook through make assessment.",
        )
    use_style()
    return Chapter(store, reads_of(name, metadata))


def _metadata(project: Project, name: str) -> dict[str, list[str]]:
    path = project.notebooks / f"{name}.ipynb"
    known = sorted(each.stem for each in project.notebooks.glob("*.ipynb"))
    if name not in known:
        guess = nearest(name, known) or f"Chapters: {', '.join(known)}."
        raise AssessmentError(f"There is no chapter “{name}” in notebooks/.", guess)
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return dict(notebook["metadata"]["needs_assessment"])
    except (ValueError, KeyError):
        raise AssessmentError(
            f"notebooks/{name}.ipynb does not say in its metadata which measures it reads.",
            "See notebooks/README.md.",
        ) from None


def _fresh_store(project: Project, council: str, period: str) -> Path:
    command = [sys.executable, "-m", "needs_assessment.cli", "protect", council]
    run = subprocess.run(
        [*command, "--period", period],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        # What the other process says can quote a return, so it is not repeated in the kernel.
        raise AssessmentError(
            f"The protected store of {council} {period} could not be made.",
            f"Run make assessment COUNCIL={council} PERIOD={period}: it says what is wrong.",
        )
    return project.report(council, period).store


def _refuse_unknown_parameters() -> None:
    """Papermill only warns of a parameter that the notebook does not have, and goes on with
    another council's defaults; here it is an error.
    """
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    for source in shell.user_ns.get("In", []) if shell else []:
        if not source.startswith("# Parameters\n"):
            continue
        for line in source.splitlines()[1:]:
            name, equals, _ = line.partition(" = ")
            if equals and name.isidentifier() and name not in _PARAMETERS:
                guess = nearest(name, list(_PARAMETERS))
                raise AssessmentError(
                    f"“{name}” is not a parameter of this notebook.",
                    guess or f"Its parameters: {', '.join(_PARAMETERS)}.",
                )
