"""The end of the process, or of the disk, at every single call that changes a file.

Whatever the moment: every sentence typed is in the notebook, or in a recovery copy that the next
run names; every result is whole; and the next run ends as if nothing had happened.
"""

import errno
import itertools
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from killing import at_each_call, killed_at, refused_at
from narrated import RESULTS, in_place, make, path_of, run, write
from needs_assessment import completing
from needs_assessment.completing import complete
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import placing
from needs_assessment.narrative.damaged import jupyter_copy
from needs_assessment.narrative.files import notebook_bytes, parse_notebook, read_notebook
from needs_assessment.narrative.history import versions
from needs_assessment.narrative.placing import interrupted
from needs_assessment.narrative.restoring import restore_version
from needs_assessment.narrative.swap import recovered_files
from needs_assessment.project import Project, ReportFolder
from toy_notebooks import code, markdown

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")

CHAPTERS = ("marac", "refuge")
TYPED = (
    "Typed over the template.",
    "typed_over_the_templates_code()",
    "Typed in a cell of its own.",
    "code_of_its_own()",
)


@pytest.fixture(autouse=True)
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jupyter's own record of what it trusts holds no text, and is slow to write."""
    monkeypatch.setattr(completing, "trust", lambda placed: None)


@dataclass(frozen=True)
class Place:
    """A project with one report in it, or with that of a new year beside it."""

    project: Project
    period: str = "2024-25"

    @property
    def report(self) -> ReportFolder:
        return self.project.report("north", self.period)

    def run(self, name: str, **texts: str) -> None:
        run(self.project, self.report, name, *CHAPTERS, **texts)

    def words(self) -> str:
        """Everything an analyst finds: the notebooks, and the copies that runs name or take in."""
        paths = [interrupted(path_of(self.report, chapter)) for chapter in CHAPTERS]
        paths += [jupyter_copy(path_of(self.report, chapter)) for chapter in CHAPTERS]
        found = [*paths, *recovered_files(self.report)]
        return "\n".join(path.read_text() for path in found if path.exists())


def edited(place: Place) -> None:
    """A report with edits of every kind."""
    place.run("before")
    write(place.report, "repeat", TYPED[0])
    write(place.report, "table", TYPED[1])
    add_cells(place)


def add_cells(place: Place) -> None:
    book = read_notebook(path_of(place.report, "refuge"))
    book["cells"].insert(4, markdown("own", TYPED[2]))
    book["cells"].append(code("own-code", TYPED[3]))
    path_of(place.report, "refuge").write_bytes(notebook_bytes(book))


def clashing(place: Place) -> None:
    """A report, and a run ready for it, with text that the template changes as well."""
    place.run("before")
    write(place.report, "cases", TYPED[0])
    write(place.report, "cases", TYPED[1], "refuge")
    add_cells(place)
    make(place.report, "after", *CHAPTERS, cases="Cases fell.")


def cut_short(place: Place) -> None:
    """A report, and a run ready for it, with a notebook that an editor left half written."""
    edited(place)
    make(place.report, "after", *CHAPTERS, cases="Cases fell.")
    path = path_of(place.report)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(TYPED[0].encode()) - 100])
    path.with_name(f".~{path.name}").write_bytes(data)


def again(place: Place) -> None:
    place.run("after", cases="Cases fell.")


def completed(place: Place) -> None:
    complete(place.project, place.report)


# What is prepared, what is killed, and at how many calls: each, or each second one.
SCENARIOS: dict[str, tuple[Callable[[Place], None], Callable[[Place], None], int]] = {
    "edits and a new template": (edited, again, 1),
    "conflicts": (clashing, completed, 2),
    "a damaged notebook": (cut_short, completed, 2),
}
KILLS: dict[str, int] = {}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Nobody saves while a run is on here, and a process that ends leaves the disk as it is."""
    monkeypatch.setattr(placing.PATIENCE, "seconds", 0.0)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def disk(tmp_path):
    """A folder in memory where there is one: hundreds of reports are copied and thrown away."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def calls_of(place: Place, work: Callable[[Place], None], scratch: Path) -> int:
    """How many calls that change files `work` makes."""
    numbers = []
    with at_each_call(lambda number, torn: numbers.append(number), half=False):
        work(copy_of(place, scratch))
    return len(numbers)


def copy_of(place: Place, target: Path) -> Place:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(place.project.root, target)
    return Place(Project(target))


def check_nothing_lost(place: Place, moment: str) -> None:
    words = place.words()
    assert [each for each in TYPED if each not in words] == [], moment
    report = place.report
    for result in RESULTS:
        text = (report.path / result).read_text()
        assert text in (f"{result} of before", f"{result} of after"), moment


def check_next_run_is_as_ever(place: Place, moment: str) -> None:
    place.run("last", cases="Cases doubled.")
    words, report = place.words(), place.report
    assert [each for each in TYPED if each not in words] == [], moment
    assert {(report.path / name).read_text() for name in RESULTS} == {
        f"{name} of last" for name in RESULTS
    }, moment
    assert (report.book / "marac.qmd").read_text() == "book of last"
    litter = [
        path.name for path in report.path.rglob(".*") if path.name.endswith((".new", ".json"))
    ]
    left = [path for path in (report.work, report.ready) if path.exists()]
    assert litter == left == [], moment
    assert not list(report.narrative.glob("*.next.json"))
    for chapter in CHAPTERS:
        parse_notebook(path_of(report, chapter).read_bytes(), chapter)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_process_killed_at_any_call_loses_nothing(disk, scenario):
    prepare, work, step = SCENARIOS[scenario]
    place = Place(Project(disk / "start"))
    prepare(place)
    for moment in itertools.count(1, step):
        victim = copy_of(place, disk / "victim")
        if not killed_at(moment, lambda victim=victim: work(victim)):
            break
        KILLS[scenario] = KILLS.get(scenario, 0) + 1
        check_nothing_lost(victim, f"{scenario}, killed at {moment}")
        check_next_run_is_as_ever(victim, f"{scenario}, after a kill at {moment}")


def test_a_restore_killed_at_any_call_leaves_what_stood_there_in_place_or_as_a_version(disk):
    place = Place(Project(disk / "start"))
    edited(place)
    for moment in itertools.count(1):
        victim = copy_of(place, disk / "victim")
        report = victim.report
        if not killed_at(moment, lambda report=report: restore_version(report, "marac")):
            break
        KILLS["restore"] = moment
        words = "\n".join([victim.words(), *(text for _, text in numbered(report))])
        assert [each for each in TYPED if each not in words] == [], moment
        victim.run("last")
        restore_version(
            report, "marac", next(n for n, text in numbered(report) if TYPED[0] in text)
        )
        assert in_place(report)["repeat"] == TYPED[0]


def numbered(report: ReportFolder) -> list[tuple[int, str]]:
    found = versions(report.narrative, "marac")
    return [(each.number, json.dumps(each.notebook)) for each in found]


def test_that_was_at_least_two_hundred_kills():
    assert sum(KILLS.values()) >= 200, KILLS


def test_a_first_run_killed_at_any_call_leaves_the_next_one_free(disk):
    place = Place(Project(disk / "start"))
    make(place.report, "before", *CHAPTERS)
    for moment in itertools.count(1, 3):
        victim = copy_of(place, disk / "victim")
        if not killed_at(moment, lambda victim=victim: completed(victim)):
            break
        victim.run("after", cases="Cases fell.")
        assert in_place(victim.report)["cases"] == "Cases fell."
        assert (victim.report.path / "index.html").read_text() == "index.html of after"
        assert not recovered_files(victim.report)


def test_the_first_run_of_a_new_year_killed_at_any_call_carries_every_word(disk):
    start = Place(Project(disk / "start"))
    start.run("before")
    write(start.report, "repeat", TYPED[0])
    add_cells(start)
    start.run("before")
    for moment in itertools.count(1, 2):
        year = Place(copy_of(start, disk / "victim").project, "2025-26")
        if not killed_at(moment, lambda year=year: year.run("after")):
            break
        year.run("after")
        words = year.words()
        assert [each for each in (TYPED[0], *TYPED[2:]) if each not in words] == [], moment


def test_killed_again_and_again_while_it_recovers(disk):
    chance = random.Random(6)
    place = Place(Project(disk / "start"))
    edited(place)
    most = calls_of(place, again, disk / "victim")
    for _ in range(8):
        victim = copy_of(place, disk / "victim")
        moments = [chance.randint(1, most) for _ in range(5)]
        for moment in moments:
            killed_at(moment, lambda victim=victim: again(victim))
            check_nothing_lost(victim, f"killed at {moments}")
        check_next_run_is_as_ever(victim, f"killed at {moments}")


@pytest.mark.parametrize(
    ("code", "start"), [(errno.ENOSPC, 1), (errno.EACCES, 3)], ids=["full disk", "no permission"]
)
def test_a_disk_that_refuses_from_a_call_on_is_an_error_that_loses_nothing(disk, code, start):
    place = Place(Project(disk / "start"))
    edited(place)
    make(place.report, "after", *CHAPTERS, cases="Cases fell.")
    for moment in itertools.count(start, 4):
        victim = copy_of(place, disk / "victim")
        try:
            if not refused_at(moment, lambda victim=victim: completed(victim), code):
                break
        except AssessmentError as error:
            assert error.hint
            assert os.strerror(code) in error.message
        check_nothing_lost(victim, f"refused from {moment}")
        check_next_run_is_as_ever(victim, f"after a refusal from {moment}")


def test_what_is_given_a_name_is_on_the_disk_first(disk):
    """Power may fail at any moment: a file is flushed before it takes the name of another."""
    place = Place(Project(disk / "start"))
    edited(place)
    flushed: set[int] = set()
    unflushed: list[str] = []
    really = os.fsync, os.rename, os.replace, os.link

    def fsync(handle):
        flushed.add(os.fstat(handle).st_ino)
        return really[0](handle)

    def naming(function):
        def call(source, target, **options):
            source = Path(source)
            moved_aside = ".replaced-" in Path(target).name
            for path in [source, *source.rglob("*")]:
                if path.stat().st_ino not in flushed and not moved_aside:
                    unflushed.append(f"{path} before it became {target}")
            return function(source, target, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        for name, function in zip(("rename", "replace", "link"), really[1:], strict=True):
            patch.setattr(os, name, naming(function))
        again(place)
    allowed = ("/book before it became", "old-book", "/.ready before it became")
    assert [each for each in unflushed if not any(name in each for name in allowed)] == []
