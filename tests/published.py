"""A small project with a version published in it: one council, one return, one table."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from leaking import private_places
from needs_assessment.project import Project
from running import ROOT, copy_project, run_command
from toy_notebooks import code, narrative, notebook, parameters, title

COUNCIL, PERIOD = "three-rivers", "2017-18"
REPORT = Path("reports", COUNCIL, PERIOD)
PARAMETERS = Path("params", f"{COUNCIL}.yml")
RETURN = Path("data", "returns", COUNCIL, PERIOD, "idva.csv")
# Self-referrals are few, so they are hidden, and the next fewest with them.
SOURCES = {"police": 12, "self": 3, "health": 9}
WORDS = "More on where people come from."
NOTE = "Ask the service about its waiting list."
OPENING = (
    "from needs_assessment import open_chapter\n\n"
    'chapter = open_chapter("services", council=council, period=period)'
)
TABLE = """
chapter.table(
    chapter.counts("idva.referrals", by="source"),
    label="tbl-services-source",
    caption="Referrals by source",
)
"""
SERVICES = notebook(
    title("Services", "sec-services"),
    parameters(f'council = "{COUNCIL}"\nperiod = "{PERIOD}"'),
    code("open", OPENING),
    narrative("sources", "Referrals: {{ idva.referrals }}."),
    narrative("more", WORDS),
    code("source-table", TABLE.strip()),
    chapter="services",
    measures=["idva.referrals"],
)
STATUTORY = notebook(
    title("Statutory", "sec-statutory"), parameters(), chapter="statutory", measures=[]
)
SETTINGS = """\
name: Three Rivers
council: Three Rivers District Council
code: E07000102
populations: {refuge: mid-2019, police: mid-2019, marac: census-2021, prevalence: mid-2020,
  children: mid-2020}
editions:
  "2017-18":
    # Read by the board in October.
    version:
      number: "1.0"
      status: draft  # until published
      date: 2026-11-02
      approved_by: Director of Communities
      approved_on: 2026-11-01
    prevalence: {survey: 2019}
    returns:
      idva.csv: {form: standard, partner: the IDVA service, nature: confidential,
        received: 2026-10-01}
"""


class Quiet:
    """A listener that says nothing and remembers what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def event(self, chapter: str, state: str, seconds: float) -> None:
        pass

    def note(self, text: str) -> None:
        self.notes.append(text)


def write_return(project: Path, sources: Mapping[str, int]) -> None:
    rows = [f"idva.referrals,{PERIOD},,,,{sum(sources.values())},"]
    rows += [f"idva.referrals,{PERIOD},,source,{name},{n}," for name, n in sources.items()]
    lines = ["measure,period,area,dimension,category,value,note", *rows]
    (project / RETURN).write_text("\n".join(lines) + "\n", encoding="utf-8")


def small_council(folder: Path) -> Path:
    """A project of one council with one return, one chapter and one table."""
    project = copy_project(folder)
    for path in (project / "notebooks").glob("*.ipynb"):
        path.unlink()
    for name, template in (("services", SERVICES), ("statutory", STATUTORY)):
        (project / "notebooks" / f"{name}.ipynb").write_text(json.dumps(template))
    settings = yaml.safe_load((ROOT / "quarto.yml").read_text(encoding="utf-8"))
    settings["book"]["chapters"] = ["index.qmd", "services.qmd", "statutory.qmd"]
    (project / "quarto.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    shutil.rmtree(project / RETURN.parent)
    (project / RETURN.parent).mkdir()
    write_return(project, SOURCES)
    (project / PARAMETERS).write_text(SETTINGS, encoding="utf-8")
    return project


def published_project(folder: Path) -> Path:
    """The small project after a run, and after its version 1.0 was published."""
    project = small_council(folder / "project")
    for verb in ("assessment", "publish"):
        if verb == "publish":
            write_cell(project, "more", f"{WORDS}\n\n> **Not for the report.** {NOTE}")
        run = run_command(
            project, verb, COUNCIL, "--renderer", "builtin", **private_places(folder / "private")
        )
        assert run.returncode == 0, run.stdout + run.stderr
        (folder / f"{verb}.txt").write_text(run.stdout, encoding="utf-8")
    return project


def edit_parameters(project: Path, *changes: tuple[str, str]) -> None:
    path = project / PARAMETERS
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def write_cell(project: Path, cell: str, text: str) -> None:
    """What an analyst writes in a narrative cell of the chapter in place."""
    path = project / REPORT / "chapters" / "services.ipynb"
    held = json.loads(path.read_text(encoding="utf-8"))
    next(each for each in held["cells"] if each["id"] == cell)["source"] = text
    path.write_text(json.dumps(held), encoding="utf-8")


def everything(project: Project) -> dict[str, bytes]:
    """All that lies in a council's report folder, but for the lock and what the next run drops."""
    folder = project.root / REPORT
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
