"""A returned report beside the chapters of a real run; nothing of it reaches a report."""

import shutil
import stat
from pathlib import Path

import pytest

from reviewing import book_as_docx, change, comment, find, open_file
from running import copy_project, run_command
from test_command import RUN, small_project

CANARY = "The hospital on Elm Road never answers us"
AUTHOR = "Pat Quillfeather"
REPORT = Path("reports/three-rivers/2017-18")
KEPT = REPORT / ".narrative" / "comments"
COMMENTS = ("comments", "three-rivers")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = small_project(copy_project(tmp_path_factory.mktemp("ran") / "project"), "prevalence")
    run = run_command(project, *RUN)
    assert run.returncode == 0, run.stdout + run.stderr
    return project


@pytest.fixture(scope="module")
def returned(ran: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = book_as_docx(ran / REPORT / "book", tmp_path_factory.mktemp("back") / "back.docx")
    document = open_file(path)
    paragraph = find(document, "The police recorded")
    change(paragraph, "The police", "Hertfordshire police", AUTHOR)
    comment(document, paragraph, CANARY, AUTHOR)
    comment(document, document.tables[0].cell(0, 0).paragraphs[0], "Why this order?", AUTHOR)
    document.save(str(path))
    return path


@pytest.fixture
def project(ran: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "project"))


def everything(project: Path) -> dict[str, bytes]:
    """All files but the comments, the lock, and what a next run goes on from."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
        and KEPT not in path.relative_to(project).parents
        and path.suffix
        and path.parent.name != ".executed"
    }


def test_nothing_of_a_returned_file_reaches_the_report(project: Path, returned: Path) -> None:
    before = everything(project)
    run = run_command(project, *COMMENTS, str(returned))
    assert run.returncode == 0, run.stderr
    assert CANARY in run.stdout and AUTHOR in run.stdout
    assert everything(project) == before, "reading changes nothing"
    check = run_command(project, "check", "three-rivers")
    assert "Review comments: 3 of 3 open" in check.stdout
    again = run_command(project, *RUN)
    assert again.returncode == 0, again.stdout + again.stderr
    after = everything(project)
    assert {name for name in before if before[name] != after.get(name)} == set()
    for name, content in after.items():
        assert CANARY.encode() not in content and AUTHOR.encode() not in content, name


def test_each_remark_stands_beside_its_cell(project: Path, returned: Path) -> None:
    listed = run_command(project, *COMMENTS, str(returned)).stdout
    chapter, _, rest = listed.partition("Not placed:")
    assert "Prevalence, cell prevalence-" in chapter
    assert CANARY in chapter and "[-The police-]{+Hertfordshire police+}" in chapter
    assert "Why this order?" in rest and "in a table" in rest
    assert "3 comments and changes, 3 of them new; 3 open." in rest
    page = (project / KEPT / "comments.md").read_text(encoding="utf-8")
    assert page.index("## Prevalence, prevalence") < page.index(CANARY) < page.index("Not placed")
    mode = stat.S_IMODE((project / KEPT).stat().st_mode)
    assert mode == 0o700


def test_reading_twice_adds_nothing_and_answers_stay(project: Path, returned: Path) -> None:
    first = run_command(project, *COMMENTS, str(returned)).stdout
    name = next(line.split()[0] for line in first.splitlines() if line.startswith("  co-"))
    done = run_command(project, *COMMENTS, "--answer", name, "Asked the trust again.")
    assert done.returncode == 0 and "2 open" in done.stdout and CANARY not in done.stdout
    copy = returned.with_name("another copy.docx")
    shutil.copy(returned, copy)
    second = run_command(project, *COMMENTS, str(copy)).stdout
    assert "3 comments and changes, 0 of them new; 2 open." in second
    everyone = run_command(project, *COMMENTS, "--all").stdout
    assert CANARY in everyone and "Asked the trust again." in everyone and "answered" in everyone


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--answer", "co-00000000", "Done."], "no comment “co-00000000”"),
        (["nowhere.docx"], "nowhere.docx cannot be opened"),
        (["nowhere.docx", "--answer", "co-1", "x"], "not both"),
        (["--period", "2001-02"], "no edition “2001-02”"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    ran: Path, arguments: list[str], said: str
) -> None:
    run = run_command(ran, *COMMENTS, *arguments)
    assert run.returncode in (1, 2) and said in run.stderr and "Traceback" not in run.stderr


def test_an_edition_that_was_never_run_is_named(ran: Path, returned: Path) -> None:
    run = run_command(ran, "comments", "northamptonshire", str(returned))
    assert run.returncode == 1 and "has no chapters yet" in run.stderr


def test_a_damaged_record_loses_no_answer_in_silence(project: Path, returned: Path) -> None:
    assert run_command(project, *COMMENTS, str(returned)).returncode == 0
    record = project / KEPT / "comments.json"
    record.write_bytes(record.read_bytes()[:200])
    run = run_command(project, *COMMENTS, str(returned))
    assert run.returncode == 1 and "cannot be read" in run.stderr
    assert len(record.read_bytes()) == 200
