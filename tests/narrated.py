"""A report whose chapters an analyst writes in, run without kernels and without returns."""

import copy
import json

from needs_assessment.completing import complete
from needs_assessment.narrative.files import Notebook, notebook_bytes, read_notebook
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.notebook import with_outputs
from needs_assessment.project import Project, ReportFolder
from needs_assessment.publishing import make_ready
from toy_notebooks import code, injected, narrative, notebook, parameters, sources, title

RESULTS = ("index.html", "assessment.pdf")
# A store in which nothing is shown.
STORE = {
    "council": {
        "id": "north",
        "name": "North",
        "council": "North Council",
        "code": "E06000061",
        "county": [],
        "area": {"county": "", "police_force": "", "type_words": ""},
    },
    "edition": {
        "period": "2024-25",
        "period_words": "2024-25",
        "version": {"number": "0.1", "status": "draft"},
    },
    "flags": [],
    **{
        part: []
        for part in (
            *("indicators", "breakdowns", "scenarios", "county"),
            *("cells", "measures", "benchmarks", "surveys"),
        )
    },
}


def template(chapter: str = "marac", cases: str = "Cases rose.", repeat: str = "Repeats fell."):
    return notebook(
        title(),
        parameters(),
        narrative("cases", cases),
        code("table", "chapter.table(x)"),
        narrative("repeat", repeat),
        chapter=chapter,
    )


def executed(merged: Notebook, output: str = "") -> Notebook:
    """`merged` as a kernel leaves it."""
    ran = copy.deepcopy(merged)
    ran["cells"].insert(2, injected())
    for cell in ran["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/plain": output or cell["source"]}
            cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
            cell["execution_count"] = 1
    return ran


def run(project: Project, report: ReportFolder, name: str, *chapters: str, **texts: str):
    """A whole run called `name` but for its kernels: its results say which run made them."""
    if report.ready.is_dir():
        complete(project, report)
    make(report, name, *chapters, **texts)
    return complete(project, report)


def make(report: ReportFolder, name: str, *chapters: str, **texts: str) -> None:
    """The run called `name` up to the moment from which it will be completed."""
    finished = []
    for chapter in chapters:
        generated = template(chapter, **texts)
        ran = executed(merge_in_place(report, chapter, generated).notebook)
        merged = merge_in_place(report, chapter, generated).notebook
        finished.append((chapter, generated, with_outputs(merged, ran)))
    folders = (report.work / "book", report.work / "output")
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    (report.work / "store.json").write_text(json.dumps(STORE))
    for result in RESULTS:
        (report.work / "output" / result).write_text(f"{result} of {name}")
    (report.work / "book" / "marac.qmd").write_text(f"book of {name}")
    keys = ("chapter", "generated", "executed")
    listed = [dict(zip(keys, each, strict=True)) for each in finished]
    (report.work / "finished.json").write_text(json.dumps(listed))
    make_ready(report)


def path_of(report: ReportFolder, chapter: str = "marac"):
    return report.chapters / f"{chapter}.ipynb"


def write(report: ReportFolder, cell_id: str, text: str, chapter: str = "marac") -> None:
    """What an analyst does in an editor that saves as JupyterLab does: in place."""
    book = read_notebook(path_of(report, chapter))
    next(cell for cell in book["cells"] if cell["id"] == cell_id)["source"] = text
    path_of(report, chapter).write_bytes(notebook_bytes(book))


def in_place(report: ReportFolder, chapter: str = "marac") -> dict[str, str]:
    """The texts of the chapter that stands in the report, by cell id."""
    return sources(read_notebook(path_of(report, chapter)))
