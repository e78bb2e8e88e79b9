"""A project of two short chapters over the real returns of one council, run in this process."""

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.assessment import assess
from needs_assessment.checking.check import Checked, check
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.project import Project, ReportFolder
from needs_assessment.unchanged import Outcome
from running import ROOT
from toy_notebooks import code, markdown, narrative, notebook, parameters, title

COUNCIL, PERIOD = "north", "2024-25"
_RETURNS = ("marac.xlsx", "marac-coordination.csv")
_KEPT = {"marac", "statutory"}
_ANNEXES = {"index", "data-dictionary", "indicators", "methods", "sources", "checks"}

CASES = "There were {{ marac.cases }} cases.\nOf these {{ marac.repeat_rate }} were repeats."
WAIT = "A hearing took {{ marac.weeks_to_hearing }} weeks."


def opening(chapter: str):
    source = (
        "from needs_assessment import open_chapter\n"
        f'chapter = open_chapter("{chapter}", council=council, period=period)'
    )
    return code("open", source)


def marac(cases: str = CASES, wait: str = WAIT, shown: str = '"marac.cases"'):
    table = f'chapter.indicators({shown}, label="tbl-marac", caption="MARAC cases")'
    return notebook(
        title(),
        parameters(),
        opening("marac"),
        narrative("marac-cases", cases),
        code("marac-table", table),
        markdown("marac-wait-heading", "## Waiting {#sec-marac-wait}"),
        narrative("marac-wait", wait),
        measures=[],
    )


def statutory():
    return notebook(
        title("Duties", "sec-statutory"),
        parameters(),
        opening("statutory"),
        narrative("statutory-opening", "The council has a duty."),
        narrative("statutory-local", ""),
        chapter="statutory",
        measures=[],
    )


class Told:
    """What a run says while it is on."""

    def __init__(self):
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def event(self, chapter: str, state: str, seconds: float) -> None:
        pass


class Brief:
    """The project, and what an analyst does in it."""

    def __init__(self, root: Path):
        self.project = Project(root)
        self.told = Told()

    @classmethod
    def begin(cls, root: Path) -> "Brief":
        for folder in ("params", "data/reference"):
            shutil.copytree(ROOT / folder, root / folder)
        for path in (root / "params").glob("*.yml"):
            if path.stem not in ("defaults", COUNCIL):
                path.unlink()
        folder = Path("data", "returns", COUNCIL, PERIOD)
        (root / folder).mkdir(parents=True)
        for name in _RETURNS:
            shutil.copy(ROOT / folder / name, root / folder)
        (root / "notebooks").mkdir()
        lines = (ROOT / "quarto.yml").read_text(encoding="utf-8").splitlines(keepends=True)
        named = [(line, re.match(r"\s+- ([\w-]+)\.qmd", line)) for line in lines]
        kept = [line for line, found in named if not found or found[1] in _KEPT | _ANNEXES]
        (root / "quarto.yml").write_text("".join(kept), encoding="utf-8")
        brief = cls(root)
        settings = brief.settings()
        edition = settings["editions"][PERIOD]
        edition["returns"] = {name: edition["returns"][name] for name in _RETURNS}
        # What was recommended before belongs to an edition that this project does not have.
        edition["progress"] = []
        brief.set_editions({PERIOD: edition})
        brief.template(marac())
        brief.template(statutory())
        return brief

    def template(self, book) -> None:
        """Put a template in `notebooks/`, in place of the one that is there."""
        name = book["metadata"]["needs_assessment"]["chapter"]
        (self.project.notebooks / f"{name}.ipynb").write_bytes(notebook_bytes(book))

    def report(self, period: str = PERIOD) -> ReportFolder:
        return self.project.report(COUNCIL, period)

    def run(self, period: str | None = None, fresh: bool = False) -> Outcome:
        self.told = Told()
        return assess(self.project, COUNCIL, period, "builtin", self.told, fresh)

    def check(self, period: str | None = None) -> Checked:
        return check(self.project, COUNCIL, period)

    def path(self, chapter: str = "marac", period: str = PERIOD) -> Path:
        return self.report(period).chapters / f"{chapter}.ipynb"

    def cells(self, chapter: str = "marac", period: str = PERIOD) -> dict[str, str]:
        book = read_notebook(self.path(chapter, period))
        return {cell["id"]: cell["source"] for cell in book["cells"]}

    def chapter_of_book(self, chapter: str = "marac", period: str = PERIOD) -> str:
        """What the report says, as the renderers get it."""
        text = (self.report(period).book / f"{chapter}.qmd").read_text(encoding="utf-8")
        return re.sub(r"\[([^\]]*)\]\{\.figure[^}]*\}", r"\1", text)

    def set_wait(self, weeks: str, period: str = PERIOD) -> None:
        """The coordinator corrects how long a case waits for its hearing."""
        path = self.project.returns(COUNCIL) / period / "marac-coordination.csv"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(weeks_to_hearing,[^,]*,,,,)[\d.]+", rf"\g<1>{weeks}", text)
        path.write_text(text, encoding="utf-8")

    def settings(self) -> dict[str, Any]:
        path = self.project.params / f"{COUNCIL}.yml"
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    def set_editions(self, editions: dict[str, Any]) -> None:
        text = yaml.safe_dump({**self.settings(), "editions": editions}, sort_keys=False)
        (self.project.params / f"{COUNCIL}.yml").write_text(text, encoding="utf-8")

    def add_edition(self, period: str, weeks: str) -> None:
        """A new year: its parameters, and the first return that has come in."""
        editions = self.settings()["editions"]
        name = "marac-coordination.csv"
        returned = {**editions[PERIOD]["returns"][name], "received": date(2026, 4, 30)}
        self.set_editions({**editions, period: {**editions[PERIOD], "returns": {name: returned}}})
        folder = self.project.returns(COUNCIL)
        header = (folder / PERIOD / name).read_text(encoding="utf-8").splitlines()[0]
        (folder / period).mkdir()
        (folder / period / name).write_text(
            f"{header}\nmarac.weeks_to_hearing,{period},,,,{weeks},\n", encoding="utf-8"
        )


def said(checked: Checked, severity: str | None = None) -> list[str]:
    """What a check says of the narrative: rule and sentence."""
    return [
        f"{flag.rule}: {flag.sentence}"
        for flag in checked.flags
        if "/chapters/" in flag.file and severity in (None, flag.severity)
    ]


def flags_of_run(report: ReportFolder) -> list[str]:
    """What the last run says of the narrative."""
    flags = json.loads((report.path / "checks.json").read_text(encoding="utf-8"))["flags"]
    return [f"{each['rule']}: {each['sentence']}" for each in flags if "/chapters/" in each["file"]]
