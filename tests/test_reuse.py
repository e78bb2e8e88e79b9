"""A report is made again when, and only when, something that it is made of has changed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from needs_assessment import explaining, reusing, unchanged
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import protect
from needs_assessment.execution.kept import Executed, keep_executed
from needs_assessment.execution.plan import plan_chapters
from needs_assessment.preparing import prepare_chapters, write_reasons
from needs_assessment.project import Project, ReportFolder
from needs_assessment.unchanged import Outcome, look, remember
from running import ROOT, copy_project

COUNCIL, PERIOD = "three-rivers", "2017-18"
RETURNS = Path("data", "returns", COUNCIL, PERIOD)
READ_ALL = {"summary", "data-quality"}


def prepared(project: Project, fresh: bool = False):
    store = protect(project, COUNCIL)
    report = project.report(COUNCIL, PERIOD)
    return prepare_chapters(report, store, plan_chapters(project), "warm", fresh)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which every chapter of a council counts as having run; none did."""
    project = Project(copy_project(tmp_path_factory.mktemp("kept") / "project"))
    report = project.report(COUNCIL, PERIOD)
    chapters = prepared(project)
    for each in chapters:
        assert each.reasons == ("first",)
        keep_executed(report.executed, each.id, each.digests, Executed(each.merged.notebook, ()))
    write_reasons(report, chapters)
    return project


@pytest.fixture
def project(kept: Project, tmp_path: Path) -> Project:
    return Project(Path(shutil.copytree(kept.root, tmp_path / "copy")))


def change(project: Project, file: str | Path, old: str, new: str) -> None:
    path = project.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def running(project: Project, fresh: bool = False) -> dict[str, tuple[str, ...]]:
    """The chapters that would run, each with why."""
    return {each.id: each.reasons for each in prepared(project, fresh) if each.kept is None}


def change_cell(project: Project, chapter: str, kind: str, text: str) -> None:
    path = project.notebooks / f"{chapter}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = [cell for cell in notebook["cells"] if cell["cell_type"] == kind][-1]
    cell["source"] = [*cell["source"], f"\n{text}"]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_words_theme_and_order_run_nothing(project: Project) -> None:
    change_cell(project, "marac", "markdown", "- **A further point.**")
    change(project, "quarto.yml", "book:", "book:\n  downloads: []")
    assert running(project) == {}


def test_a_change_runs_exactly_the_chapters_that_show_it(project: Project) -> None:
    change_cell(project, "marac", "code", "# A remark.")
    assert running(project) == {"marac": ("code cells",)}
    change(project, "data/reference/prevalence.csv", ",7.9,", ",7.8,")
    found = running(project)
    assert set(found) == {"marac", "prevalence"} | READ_ALL
    assert found["prevalence"] == ("reference data",)


def test_a_changed_return_runs_exactly_the_chapters_that_show_it(project: Project) -> None:
    change(project, RETURNS / "caseworker.csv", "556", "557")
    found = running(project)
    assert set(found) == {"services"} | READ_ALL
    assert set(found.values()) == {("data",)}


def test_parameters_are_read_by_all(project: Project) -> None:
    change(project, f"params/{COUNCIL}.yml", "status: draft", "status: final")
    assert set(running(project).values()) == {("parameters",)}
    assert len(running(project)) == len(plan_chapters(project))


def test_explain_says_why_in_plain_words(project: Project) -> None:
    said = {each.chapter: each for each in explaining.explain(project, COUNCIL)}
    assert said["marac"].last == "ran: nothing is kept of an earlier run of it"
    assert said["marac"].now == "would not run: nothing but text had changed"
    change_cell(project, "marac", "code", "# A remark.")
    said = {each.chapter: each for each in explaining.explain(project, COUNCIL)}
    assert said["marac"].now.startswith("would run: its code cells")
    assert said["refuge"].now.startswith("would not run")
    assert set(running(project, fresh=True).values()) == {("--fresh",)}


# A report in place -----------------------------------------------------------------------------


@pytest.fixture
def placed(tmp_path: Path) -> tuple[Project, ReportFolder]:
    """A project with a report in place that is the one that would be made; no run made it."""
    project = Project(tmp_path / "project")
    for folder in ("params", "data/reference", f"data/returns/{COUNCIL}", "notebooks"):
        shutil.copytree(ROOT / folder, project.root / folder)
    shutil.copy(ROOT / "quarto.yml", project.root)
    report = project.report(COUNCIL, PERIOD)
    for name in ("index.html", "chapters/marac.ipynb", ".narrative/base/marac.json", "run.log"):
        (report.path / name).parent.mkdir(parents=True, exist_ok=True)
        (report.path / name).write_text(name)
    council = load_council(project, COUNCIL)
    assert choose_period(council, None).text == PERIOD
    sight = look(project, report, "built-in", ["west"])
    outcome = Outcome(
        *(report.path, "built-in", 3, 1, 10, 2, (report.path / "x.md",), "passed", ("Look.",), 9.0)
    )
    remember(project, sight, {}, True, outcome)
    return project, report


def again(project: Project, period: str | None = None) -> Outcome | None:
    return unchanged.unchanged(project, COUNCIL, period, "builtin")


def test_a_report_that_would_be_made_again_is_told_of(placed: tuple[Project, ReportFolder]) -> None:
    project, report = placed
    for period in (None, PERIOD):
        found = again(project, period)
        assert found and not found.made and found.executed == 0
        assert (found.report, found.audit, found.looks) == (report.path, "passed", ("Look.",))
        assert found.recovered == (report.path / "x.md",)
    assert again(project, "2016-17") is None


@pytest.mark.parametrize(
    "file",
    [
        "params/defaults.yml",
        f"params/{COUNCIL}.yml",
        "params/mappings/new.yml",
        "data/reference/benchmarks.yml",
        f"data/returns/{COUNCIL}/history/old.csv",
        f"data/returns/{COUNCIL}/{PERIOD}/caseworker.csv",
        "notebooks/marac.ipynb",
        "quarto.yml",
        f"reports/{COUNCIL}/{PERIOD}/index.html",
        f"reports/{COUNCIL}/{PERIOD}/chapters/marac.ipynb",
        f"reports/{COUNCIL}/{PERIOD}/.narrative/base/marac.json",
        f"reports/{COUNCIL}/{PERIOD}/published/1.0/index.html",
        f"reports/{COUNCIL}/2016-17/chapters/marac.ipynb",
        "reports/west/2024-25/index.html",
        "reports/north/2024-25/published/1.0/shown.json",
    ],
)
def test_any_input_that_is_changed_added_or_gone_is_seen(
    placed: tuple[Project, ReportFolder], file: str
) -> None:
    project, _ = placed
    path = project.root / file
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((before or b"") + b" ")
    assert again(project) is None
    path.unlink()
    assert (again(project) is None) is (before is not None)
    if before is not None:
        path.write_bytes(before)
        assert again(project)


def test_what_is_no_file_counts_too(
    placed: tuple[Project, ReportFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, report = placed
    for name in ("package_digest", "installed_versions"):
        with monkeypatch.context() as patch:
            patch.setattr(unchanged, name, lambda *given: ["other"])
            assert again(project) is None
    monkeypatch.setenv("ENGINE", "stock")
    assert again(project) is None
    monkeypatch.delenv("ENGINE")
    assert again(project)
    report.ready.mkdir()
    assert again(project) is None, "a run that was cut off is to be completed"


def test_what_changes_while_a_run_is_on_is_seen_by_the_next(
    placed: tuple[Project, ReportFolder],
) -> None:
    project, report = placed
    held = again(project)
    assert held
    sight = look(project, report, "built-in", [])
    returned = project.root / RETURNS / "caseworker.csv"
    returned.write_text(returned.read_text() + "\n")
    chapter = report.chapters / "marac.ipynb"
    made = {"chapters/marac.ipynb": reusing.digest(chapter)}
    remember(project, sight, made, True, held)
    assert again(project) is None
    remember(project, look(project, report, "built-in", []), made, True, held)
    assert again(project)
    chapter.write_text("saved by an analyst as the run ended")
    remember(project, look(project, report, "built-in", []), made, True, held)
    assert again(project) is None


@pytest.mark.parametrize(
    "data", ["", "{", "[]", '{"sight": {}}', '{"sight": {"files": {"a": ""}}}']
)
def test_a_record_that_cannot_be_read_is_none(
    placed: tuple[Project, ReportFolder], data: str
) -> None:
    project, report = placed
    (report.executed / "report.json").write_text(data)
    assert again(project) is None


def made_by(report: ReportFolder, output: Path, key: str, act: Callable[[], None]) -> None:
    reusing.reuse_or_make(report, "pages", key, output, act)


def test_files_are_used_again_only_as_they_were_made(tmp_path: Path) -> None:
    report, output = ReportFolder(tmp_path / "report"), tmp_path / "output"
    output.mkdir()
    calls = []

    def make() -> None:
        calls.append(1)
        (output / "index.html").write_text(f"page {len(calls)}")

    made_by(report, output, "a", make)
    (output / "index.html").unlink()
    made_by(report, output, "a", make)
    assert len(calls) == 2, "nothing is in place"
    shutil.copytree(output, report.path, dirs_exist_ok=True)
    (output / "index.html").unlink()
    made_by(report, output, "a", make)
    assert len(calls) == 2 and (output / "index.html").read_text() == "page 2"
    (output / "index.html").unlink()
    made_by(report, output, "b", make)
    assert len(calls) == 3
    (report.path / "index.html").write_text("touched")
    made_by(report, output, "b", make)
    assert len(calls) == 4
