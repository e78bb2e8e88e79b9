"""A run attacks its report before it is put in place: what is not safe never gets there, and the
report, the narrative and the results of the last run stay.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from needs_assessment import guarding
from needs_assessment.audit.judging import Finding
from needs_assessment.audit.report import Readings
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.cells import collect_cells
from needs_assessment.disclosure.protected import read_store
from needs_assessment.disclosure.sources import read_sources
from needs_assessment.disclosure.store import protect
from needs_assessment.errors import AssessmentError
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


@pytest.fixture
def attacks(
    ran: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Project, Callable[..., bool]]:
    """A copy of the project in which the report in place stands as a new one, and what says whether
    a run would attack it.
    """
    project = Project(Path(shutil.copytree(ran[0], tmp_path / "project")))
    report = project.report("north", "2024-25")
    output = report.work / "output"
    output.mkdir(parents=True)
    for path in report.path.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, output)
    # Checks are written when a report is put in place; its sentences are prose.
    (output / "checks.json").unlink()
    made: list[str] = []
    attack, readings = guarding.attack_reports, Readings()

    def attacked(shown, *rest):
        made.append(shown.name)
        return attack(shown, *rest)

    monkeypatch.setattr(guarding, "attack_reports", attacked)

    def attacked_now(fresh: bool = False) -> bool:
        made.clear()
        council, store = load_council(project, "north"), read_store(report.store)
        passed = guarding.refuse_unsafe(project, council, store, report, readings, fresh)
        assert passed.startswith("passed")
        return bool(made)

    return project, attacked_now


def test_an_attack_is_made_again_when_it_has_something_else_to_go_on(
    attacks: tuple[Project, Callable[..., bool]],
) -> None:
    project, attacked_now = attacks
    report = project.report("north", "2024-25")
    page = report.work / "output" / "index.html"
    assert not attacked_now(), "the verdict of the run holds for the report that it made"
    text = page.read_text(encoding="utf-8")
    prose = text.replace("Who refers.", "Who refers, and who does not.")
    assert prose != text
    page.write_text(prose, encoding="utf-8")
    assert not attacked_now(), "prose is looked through for typed numbers apart from the attack"
    assert attacked_now(fresh=True)

    other = text.replace("from 1 to 4 are not shown", "from 1 to 3 are not shown")
    assert other != text
    page.write_text(other, encoding="utf-8")
    assert attacked_now(), "the printed rule"
    page.write_text(text.replace("Voluntary sector", "Voluntary sectors"), encoding="utf-8")
    assert attacked_now(), "a table"
    page.write_text(text, encoding="utf-8")
    assert attacked_now(), "only the last attack is kept"
    assert not attacked_now()

    published = report.path.parent / "2023-24" / "published" / "1.0"
    published.mkdir(parents=True)
    shutil.copy(page, published)
    assert attacked_now(), "another report that readers have"
    assert not attacked_now()
    for path in (project.reference / "benchmarks.yml", project.params / "north.yml"):
        path.write_text(path.read_text(encoding="utf-8") + "\n# looked through\n", encoding="utf-8")
        assert attacked_now(), path.name
    (report.executed / "audit.json").write_text("[]")
    assert attacked_now(), "a record that cannot be read"


def test_what_was_found_unsafe_is_never_taken_for_safe(
    attacks: tuple[Project, Callable[..., bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, attacked_now = attacks
    report = project.report("north", "2024-25")
    (report.executed / "audit.json").unlink()
    attack = guarding.attack_reports
    unsafe = Finding("row “Probation”", ("tbl-marac-agency",), "can be worked out from")
    with monkeypatch.context() as patch:
        patch.setattr(
            guarding, "attack_reports", lambda *all_: replace(attack(*all_), findings=(unsafe,))
        )
        for _ in range(2):
            with pytest.raises(AssessmentError, match="not safe to publish"):
                attacked_now()
    assert not (report.executed / "audit.json").exists()
    assert attacked_now()
