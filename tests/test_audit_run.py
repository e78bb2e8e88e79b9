"""A run attacks its report before it is put in place: what is not safe never gets there, and the
report, the narrative and the results of the last run stay.
"""

import json
from pathlib import Path

import pytest
import yaml

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.cells import collect_cells
from needs_assessment.disclosure.sources import read_sources
from needs_assessment.disclosure.store import protect
from needs_assessment.project import Project
from running import ROOT, copy_project, run_command
from toy_notebooks import code, narrative, notebook, parameters, title

EDITION = Path("reports", "north", "2024-25")
CHAPTER = EDITION / "chapters" / "marac.ipynb"
RESULTS = (
    "index.html",
    "assessment.pdf",
    "assessment.docx",
    "tables.xlsx",
    "indicators.json",
    "checks.json",
)
AGENCIES = """
chapter.table(
    chapter.counts("marac.referrals", by="agency", over="quarter"),
    label="tbl-marac-agency",
    caption=f"MARAC cases by referring agency, {chapter.council}",
)
"""
OPENING = (
    "from needs_assessment import open_chapter\n\n"
    'chapter = open_chapter("marac", council=council, period=period)'
)
MARAC = notebook(
    title(),
    parameters(),
    code("open", OPENING),
    narrative("agencies", "Who refers."),
    code("agency-table", AGENCIES.strip()),
    measures=["marac.referrals"],
)
STATUTORY = notebook(
    title("Statutory", "sec-statutory"), parameters(), chapter="statutory", measures=[]
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project with the real returns and a book of one table, after its first run; its output."""
    project = copy_project(tmp_path_factory.mktemp("audited") / "project")
    for path in (project / "notebooks").glob("*.ipynb"):
        path.unlink()
    for name, template in (("marac", MARAC), ("statutory", STATUTORY)):
        (project / "notebooks" / f"{name}.ipynb").write_text(json.dumps(template))
    settings = yaml.safe_load((ROOT / "quarto.yml").read_text(encoding="utf-8"))
    settings["book"]["chapters"] = ["index.qmd", "marac.qmd", "statutory.qmd"]
    (project / "quarto.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    run = run_command(project, "assessment", "north", "--renderer", "builtin")
    assert run.returncode == 0, run.stdout + run.stderr
    return project, run.stdout


def in_place(project: Path) -> dict[str, bytes]:
    return {name: (project / EDITION / name).read_bytes() for name in RESULTS}


def write(project: Path, text: str) -> None:
    """What an analyst writes in the chapter's one narrative cell."""
    chapter = json.loads((project / CHAPTER).read_text(encoding="utf-8"))
    next(cell for cell in chapter["cells"] if cell["id"] == "agencies")["source"] = text
    (project / CHAPTER).write_text(json.dumps(chapter), encoding="utf-8")


def hidden_number(project: Path, category: str) -> int:
    """The exact number of an agency's first hidden quarter."""
    where = Project(project)
    council = load_council(where, "north")
    hidden = [
        (cell["period"], cell["area"], cell["category"])
        for cell in protect(where, "north").cells("marac.referrals")
        if cell["why"] and cell["category"] == category and "Q" in cell["period"]
    ]
    sources = read_sources(where, council, choose_period(council, None))
    return next(
        int(cell.exact)
        for cell in collect_cells(sources.evidence.observations, sources.dictionary)
        if cell.exact and (cell.key.period, cell.key.area, cell.key.category) in hidden
        if cell.key.measure == "marac.referrals"
    )


def test_a_run_says_what_the_attack_came_to(ran: tuple[Path, str]) -> None:
    project, output = ran
    line = next(line for line in output.splitlines() if line.strip().startswith("Audit"))
    assert "passed" in line and "hidden numbers attacked" in line
    run = run_command(project, "audit", "north")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "all safe" in run.stdout


def test_a_typed_number_that_is_a_hidden_one_stops_a_run(ran: tuple[Path, str]) -> None:
    """Though no chapter has to run again; it is named by its cell, and never repeated."""
    project, _ = ran
    before = in_place(project)
    number = hidden_number(project, "probation")
    write(project, f"Some refer rarely. In the first quarter probation referred {number} cases.")
    run = run_command(project, "assessment", "north", "--renderer", "builtin")
    assert run.returncode == 1, run.stdout
    assert "chapters/marac.ipynb, cell agencies, sentence 2" in run.stderr
    assert "Probation" in run.stderr or "probation" in run.stderr
    said = next(line for line in run.stderr.splitlines() if "sentence 2" in line)
    assert f" {number} " not in said and f" {number}." not in said
    assert in_place(project) == before
    check = run_command(project, "check", "north")
    assert check.returncode == 1, check.stdout
    said = next(line for line in check.stdout.splitlines() if "sentence 2" in line)
    assert "typed by hand" in said and "cell agencies" in said
    assert f" {number} " not in said and f" {number}." not in said
    write(project, "Some refer rarely.")


def test_a_policy_that_hides_too_little_stops_a_run(ran: tuple[Path, str]) -> None:
    """Without secondary suppression, by the council's own parameters: the run names the table and
    the rows, leaves the old report and ends with 1.
    """
    project, _ = ran
    before = in_place(project)
    narrative_before = (project / CHAPTER).read_bytes()
    settings = project / "params" / "north.yml"
    kept = settings.read_text(encoding="utf-8")
    settings.write_text(f"{kept}\ndisclosure:\n  secondary: false\n", encoding="utf-8")
    run = run_command(project, "assessment", "north", "--renderer", "builtin")
    settings.write_text(kept, encoding="utf-8")
    assert run.returncode == 1, run.stdout
    assert "not safe to publish" in run.stderr and "stay as they were" in run.stderr
    found = [line.strip() for line in run.stderr.splitlines() if " can be worked out" in line]
    shown = [line for line in found if line.startswith("tbl-")]
    # The one agency that is hidden alone in its quarter, beside the total of the quarter.
    alone = [line for line in shown if "row “Voluntary sector”, column “Q2” " in line]
    assert len(alone) == 1 and alone[0].endswith("from tbl-marac-agency")
    # And, since zeros are shown now, small years of several hidden quarters: they cannot be 1.
    years = {line.partition(", column “2024-25”")[0] for line in shown if "“2024-25”" in line}
    rest = [line for line in shown if line.partition(", column")[0] not in years]
    assert years and all("row “Voluntary sector”" in line for line in rest), shown
    # The data file shows breakdowns that the book has no table of.
    assert any(
        "“Requests for a refuge place that were declined”, “language”" in line for line in found
    )
    for line in found:
        reason = line.rpartition(" can be worked out")[2]
        assert not any(character.isdigit() for character in reason), reason
    assert in_place(project) == before
    assert (project / CHAPTER).read_bytes() == narrative_before
    assert not (project / EDITION / ".ready").exists()
