"""The end of the process, or of the disk, at every single call that changes a file.

Whatever the moment: every sentence typed is in the notebook, or in a recovery copy that the next
run names; every result is whole; and the next run ends as if nothing had happened.
"""

import errno
import itertools
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from killing import at_each_call, killed_at, refused_at
from narrated import RESULTS, in_place, make, path_of, run, write
from needs_assessment.assessment import complete
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import placing
from needs_assessment.narrative.files import notebook_bytes, parse_notebook, read_notebook
from needs_assessment.narrative.placing import interrupted
from needs_assessment.narrative.restoring import restore_version
from needs_assessment.narrative.swap import recovered_files
from needs_assessment.project import Project, ReportFolder
from toy_notebooks import code, markdown

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")

CHAPTERS = ("marac", "refuge")
TYPED = "Typed by the analyst."
TYPED_CODE = "typed_by_the_analyst()"


@dataclass(frozen=True)
class Place:
    """A project with one report in it."""

    project: Project

    @property
    def report(self) -> ReportFolder:
        return self.project.report("north", "2024-25")

    def run(self, name: str, **texts: str) -> None:
        run(self.project, self.report, name, *CHAPTERS, **texts)

    def words(self) -> str:
        """Everything an analyst finds: the notebooks, and the copies that runs name."""
        paths = [interrupted(path_of(self.report, chapter)) for chapter in CHAPTERS]
        found = [*paths, *recovered_files(self.report)]
        return "\n".join(path.read_text() for path in found if path.exists())


def edited(place: Place) -> None:
    """A report with edits of every kind."""
    place.run("before")
    write(place.report, "repeat", TYPED)
    write(place.report, "table", TYPED_CODE)
    book = read_notebook(path_of(place.report, "refuge"))
    book["cells"].insert(4, markdown("own", TYPED))
    book["cells"].append(code("own-code", TYPED_CODE))
    path_of(place.report, "refuge").write_bytes(notebook_bytes(book))


def clashing(place: Place) -> None:
    """A report with text that the template is about to change as well."""
    place.run("before")
    write(place.report, "cases", TYPED)
    write(place.report, "cases", f"{TYPED} {TYPED_CODE}", "refuge")


def cut_short(place: Place) -> None:
    """A report with a notebook that a crashed editor left half written."""
    edited(place)
    path = path_of(place.report)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"\x22table\x22") + len(TYPED_CODE) + 400])
    path.with_name(f".~{path.name}").write_bytes(data)


def again(place: Place) -> None:
    place.run("after", cases="Cases fell.")


def restored(place: Place) -> None:
    restore_version(place.report, "marac")


SCENARIOS: dict[str, tuple[Callable[[Place], None], Callable[[Place], None]]] = {
    "edits and a new template": (edited, again),
    "conflicts": (clashing, again),
    "a damaged notebook": (cut_short, again),
    "a restore": (edited, restored),
}
KILLS: dict[str, int] = {}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Nobody saves while a run is on here, and a process that ends leaves the disk as it is."""
    monkeypatch.setattr(placing.PATIENCE, "seconds", 0.0)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


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
    assert TYPED in words, moment
    assert TYPED_CODE in words, moment
    report = place.report
    for result in RESULTS:
        text = (report.path / result).read_text()
        assert text in (f"{result} of before", f"{result} of after"), moment


def check_next_run_is_as_ever(place: Place, moment: str) -> None:
    place.run("last", cases="Cases doubled.")
    check = in_place(place.report, "refuge"), place.words()
    assert TYPED in check[1] and TYPED_CODE in check[1], moment
    report = place.report
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
def test_a_process_killed_at_any_call_loses_nothing(tmp_path, scenario):
    prepare, work = SCENARIOS[scenario]
    place = Place(Project(tmp_path / "start"))
    prepare(place)
    for moment in itertools.count(1):
        victim = copy_of(place, tmp_path / "victim")
        if not killed_at(moment, lambda victim=victim: work(victim)):
            break
        KILLS[scenario] = moment
        check_nothing_lost(victim, f"{scenario}, killed at {moment}")
        check_next_run_is_as_ever(victim, f"{scenario}, after a kill at {moment}")


def test_that_was_at_least_two_hundred_kills():
    assert sum(KILLS.values()) >= 200, KILLS


def test_a_first_run_killed_at_any_call_leaves_the_next_one_free(tmp_path):
    for moment in itertools.count(1):
        victim = Place(Project(tmp_path / f"{moment}"))
        if not killed_at(moment, lambda victim=victim: victim.run("before")):
            break
        victim.run("after", cases="Cases fell.")
        assert in_place(victim.report)["cases"] == "Cases fell."
        assert (victim.report.path / "index.html").read_text() == "index.html of after"
        assert not recovered_files(victim.report)


def test_killed_again_and_again_while_it_recovers(tmp_path):
    chance = random.Random(6)
    place = Place(Project(tmp_path / "start"))
    edited(place)
    most = calls_of(place, again, tmp_path / "victim")
    for _ in range(12):
        victim = copy_of(place, tmp_path / "victim")
        moments = [chance.randint(1, most) for _ in range(6)]
        for moment in moments:
            killed_at(moment, lambda victim=victim: again(victim))
            check_nothing_lost(victim, f"killed at {moments}")
        check_next_run_is_as_ever(victim, f"killed at {moments}")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES], ids=["full disk", "no permission"])
def test_a_disk_that_refuses_at_any_call_is_an_error_that_loses_nothing(tmp_path, code):
    place = Place(Project(tmp_path / "start"))
    edited(place)
    make(place.report, "after", *CHAPTERS, cases="Cases fell.")
    for moment in itertools.count(1):
        victim = copy_of(place, tmp_path / "victim")

        def work(victim=victim):
            complete(victim.project, victim.report)

        try:
            if not refused_at(moment, work, code):
                break
        except AssessmentError as error:
            assert error.hint
            assert os.strerror(code) in error.message
        check_nothing_lost(victim, f"refused from {moment}")
        check_next_run_is_as_ever(victim, f"after a refusal from {moment}")


def test_what_is_given_a_name_is_on_the_disk_first(tmp_path):
    """Power may fail at any moment: a file is flushed before it takes the name of another."""
    place = Place(Project(tmp_path / "start"))
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

