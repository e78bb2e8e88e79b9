"""What one would do without this program's engine: a loop of papermill commands, then a renderer.

    python bench/papermill_loop.py PROJECT COUNCIL OUTPUT

renders the chapters in OUTPUT, which papermill has executed, with the built-in renderer: that last
step of the loop is the same work as in a run of ours.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from measuring import PERIOD, PROGRAM, Measured, measure

from needs_assessment.assurance import read_log
from needs_assessment.book.assemble import assemble_book
from needs_assessment.book.builtin import render
from needs_assessment.disclosure.protected import read_store
from needs_assessment.execution.outputs import normalise
from needs_assessment.execution.plan import plan_chapters
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.files import read_notebook
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.notebook import with_outputs
from needs_assessment.narrative.swap import Finished
from needs_assessment.project import Project


def loop(folder: Path, council: str, output: Path) -> Measured:
    """Measures the loop for one council of the project in `folder`.

    The protected store is made once, first, rather than by each notebook for itself.
    """
    output.mkdir(parents=True, exist_ok=True)
    project = Project(folder)
    store = project.report(council, PERIOD).store
    return measure(
        [*PROGRAM, "protect", council, "--period", PERIOD],
        *_papermill(project, council, output),
        [sys.executable, __file__, str(folder), council, str(output)],
        folder=folder,
        environment={"NEEDS_ASSESSMENT_STORE": str(store)},
    )


def _papermill(project: Project, council: str, output: Path) -> Iterator[list[str]]:
    for chapter in plan_chapters(project):
        names = [str(chapter.path), str(output / chapter.path.name)]
        parameters = ["-p", "council", council, "-p", "period", PERIOD]
        yield [sys.executable, "-m", "papermill", *names, *parameters]


def render_executed(project: Project, council: str, output: Path) -> None:
    """The book of the executed chapters in `output`, as HTML and PDF beside them."""
    store = read_store(project.report(council, PERIOD).store)
    context = generation_context(store)
    finished = []
    for chapter in plan_chapters(project):
        generated = generate_chapter(chapter.notebook, context, chapter.id)
        executed, _ = normalise(read_notebook(output / chapter.path.name) or {})
        finished.append(Finished(chapter.id, generated, with_outputs(generated, executed)))
    book = output / "book"
    book.mkdir()
    log = read_log(project, council, PERIOD, [PERIOD])
    assemble_book(project, store, log, finished, book)
    render(book, output / "report")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Render what papermill has executed.")
    for name in ("project", "council", "output"):
        arguments.add_argument(name)
    given = arguments.parse_args()
    render_executed(Project(Path(given.project)), given.council, Path(given.output))
