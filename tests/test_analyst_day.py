"""A day in an analyst's life, saved through a real Jupyter server.

Edit, run, new data, a new template, a conflict, a crash, a restore, a new year: every sentence
typed is accounted for, and the check says the right thing at each step.
"""

import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brief import CASES, PERIOD, WAIT, Brief, flags_of_run, marac, said
from jupyter_server import Jupyter, jupyter
from needs_assessment import producing
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import placing
from needs_assessment.narrative.asides import GUIDANCE, report_text
from needs_assessment.narrative.placing import interrupted
from needs_assessment.narrative.restoring import restore_version
from needs_assessment.narrative.swap import recovered_files
from test_page import browser  # noqa: F401 (a fixture)
from toy_notebooks import code, markdown

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")


@pytest.fixture(scope="module", autouse=True)
def _without_pages() -> Iterator[None]:
    """The pages are the renderers' affair; what they would show is in the book."""
    with pytest.MonkeyPatch.context() as patch:

        def render(book: Path, output: Path, renderer: str, on_file: object) -> str:
            text = "".join(path.read_text() for path in sorted(book.glob("*.qmd")))
            (output / "index.html").write_text(text)
            return "none"

        patch.setattr(producing, "render", render)
        patch.setattr(placing.PATIENCE, "seconds", 0.5)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def begun(folder: Path) -> Brief:
    """The project after its first run."""
    brief = Brief.begin(folder / "begun")
    brief.run()
    return brief


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Jupyter]:
    own = folder / "jupyter"
    own.mkdir()
    with jupyter(folder, own) as server:
        yield server


@pytest.fixture
def brief(begun: Brief, folder: Path, request: pytest.FixtureRequest) -> Brief:
    """A copy of it for one test."""
    copy = folder / request.node.name
    shutil.copytree(begun.project.root, copy)
    return Brief(copy)


@pytest.fixture
def lab(brief: Brief, server: Jupyter, folder: Path) -> Jupyter:
    """JupyterLab at the chapters of that copy."""
    return server.at(brief.report().chapters.relative_to(folder).as_posix())


def cell_of(book, cell_id):
    return next(cell for cell in book["cells"] if cell.get("id") == cell_id)


def type_in(lab: Jupyter, cell_id: str, text: str, chapter: str = "marac") -> None:
    book = lab.open(f"{chapter}.ipynb")
    cell_of(book, cell_id)["source"] = text
    lab.save(f"{chapter}.ipynb", book)


OWN_CODE = 'chapter.gap("No return says who was on leave.")'
RESOLVED = "First. {{ marac.weeks_to_hearing }} weeks, for the coordinator was on leave.\nLast."


def test_a_day(brief: Brief, lab: Jupyter) -> None:
    edit(brief, lab)
    add_code(brief, lab)
    refresh_the_data(brief)
    take_a_new_template(brief, lab)
    resolve_the_conflict(brief, lab)
    crash_the_editor(brief)
    delete_and_restore(brief, lab)
    begin_a_new_year(brief)
    shown = "".join(brief.chapter_of_book(each, "2025-26") for each in ("marac", "statutory"))
    for sentence in (
        "Mine comes first.",
        "for the coordinator was on leave.",
        "Added: a second coordinator starts in May.",
        "Typed over the guidance.",
        "No return says who was on leave.",
    ):
        assert shown.count(sentence) == 1, sentence


def edit(brief: Brief, lab: Jupyter) -> None:
    """An edited sentence, a paragraph of one's own, an empty cell filled: nothing is executed."""
    book = lab.open("marac.ipynb")
    cell_of(book, "marac-wait")["source"] = f"{WAIT}\nMine: the coordinator was on leave."
    at = book["cells"].index(cell_of(book, "marac-wait"))
    book["cells"].insert(at + 1, markdown("own", "Added: a second coordinator starts in May."))
    lab.save("marac.ipynb", book)
    type_in(lab, "statutory-local", "Typed over the guidance.", "statutory")
    assert brief.run().executed == 0
    text = brief.chapter_of_book()
    assert text.index("2.7 weeks") < text.index("on leave") < text.index("starts in May")
    assert "Typed over the guidance." in brief.chapter_of_book("statutory")
    assert said(brief.check(), "warning") == []


def add_code(brief: Brief, lab: Jupyter) -> None:
    """A small analysis of one's own: its chapter runs every time, the code where it stands."""
    book = lab.open("marac.ipynb")
    at = book["cells"].index(cell_of(book, "own"))
    book["cells"].insert(at + 1, code("own-code", OWN_CODE))
    lab.save("marac.ipynb", book)
    for _ in range(2):
        assert brief.run().executed == 1
        text = brief.chapter_of_book()
        assert text.index("starts in May") < text.index("No return says who was on leave.")


def refresh_the_data(brief: Brief) -> None:
    """The chapter that shows it runs, the words stand, and the check points at those beside what
    has moved.
    """
    brief.set_wait("3.4")
    assert brief.run().executed == 1
    assert "3.4 weeks" in brief.chapter_of_book() and "on leave" in brief.chapter_of_book()
    checked = brief.check()
    (moved,) = said(checked, "warning")
    assert "marac-wait" in moved and "was 2.7" in moved and "is 3.4" in moved
    assert said(checked, "error") == []


def take_a_new_template(brief: Brief, lab: Jupyter) -> None:
    """Lines apart are merged. Of the same line both texts stay, mine in the report, and named."""
    brief.template(marac(cases=f"{CASES}\nThe template says more.", wait=f"First. {WAIT}\nLast."))
    type_in(lab, "marac-cases", f"Mine comes first.\n\n{CASES}")
    brief.run()
    text = brief.chapter_of_book()
    assert text.index("Mine comes first.") < text.index("560 cases")
    assert text.count("The template says more.") == 1
    assert "on leave" in text and "First. A hearing" not in text
    assert "> First. " in brief.cells()["marac-wait"]
    assert any("changed in the same lines" in each for each in flags_of_run(brief.report()))
    (conflict,) = [each for each in said(brief.check(), "warning") if "same lines" in each]
    assert "marac-wait" in conflict
    unresolved = brief.cells()
    brief.run()
    assert brief.cells() == unresolved


def resolve_the_conflict(brief: Brief, lab: Jupyter) -> None:
    """In a tab that was open during a run, and is saved over its result."""
    open_tab = lab.open("marac.ipynb")
    brief.set_wait("3.5")
    brief.run()
    cell_of(open_tab, "marac-wait")["source"] = RESOLVED
    lab.save("marac.ipynb", open_tab)
    brief.run()
    assert not [each for each in said(brief.check()) if "same lines" in each]
    assert brief.cells()["marac-wait"] == RESOLVED


def crash_the_editor(brief: Brief) -> None:
    """Half a notebook is left: the check says so, the run keeps it and has the text again."""
    data = brief.path().read_bytes()
    half = data[: data.index(b'"marac-wait-heading"')]
    brief.path().write_bytes(half)
    assert any("cut short" in each for each in said(brief.check(), "warning"))
    (copy,) = brief.run().recovered
    assert brief.cells()["marac-wait"] == RESOLVED
    assert copy.read_bytes() == half
    assert any(copy.name in flag.file for flag in brief.check().flags)
    copy.unlink()


def delete_and_restore(brief: Brief, lab: Jupyter) -> None:
    """An afternoon's work deleted by mistake, and brought back."""
    book = lab.open("marac.ipynb")
    book["cells"] = [each for each in book["cells"] if each["id"] not in ("own", "marac-cases")]
    lab.save("marac.ipynb", book)
    brief.run()
    assert "starts in May" not in brief.chapter_of_book()
    restore_version(brief.report(), "marac")
    brief.run()
    text = brief.chapter_of_book()
    assert "starts in May" in text and "Mine comes first." in text


def begin_a_new_year(brief: Brief) -> None:
    """It begins with these words, each marked; what cannot be said this year can be corrected."""
    year, old = "2025-26", brief.report().path
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    brief.add_edition(year, "3.9")
    with pytest.raises(AssessmentError, match=r"marac-cases: .* has no value"):
        brief.run(year)
    book = json.loads(brief.path(period=year).read_text(encoding="utf-8"))
    cell_of(book, "marac-cases")["source"] = "Mine comes first."
    brief.path(period=year).write_text(json.dumps(book), encoding="utf-8")
    brief.run(year)
    assert report_text(brief.cells(period=year)["marac-wait"]) == RESOLVED
    text = brief.chapter_of_book(period=year)
    assert "3.9 weeks, for the coordinator" in text and "Carried over" not in text
    carried = [each for each in said(brief.check(year)) if f"carried over from {PERIOD}" in each]
    assert len(carried) == len(["marac-wait", "own", "own-code", "statutory-local"])
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before


def test_what_jupyter_saves_while_a_run_is_on_is_in_its_result(brief: Brief, lab: Jupyter) -> None:
    stop = threading.Event()
    typed: list[str] = []

    def keep_typing() -> None:
        book = lab.open("marac.ipynb")
        while not stop.is_set():
            typed.append(f"Sentence {len(typed)}.")
            cell_of(book, "marac-wait")["source"] = " ".join(typed)
            lab.save("marac.ipynb", book)

    typing = threading.Thread(target=keep_typing)
    typing.start()
    try:
        for _ in range(3):
            brief.run()
    finally:
        stop.set()
        typing.join()
    brief.run()
    assert brief.cells()["marac-wait"] == " ".join(typed)


def test_ten_runs_killed_at_any_moment_lose_nothing(brief: Brief) -> None:
    chance = random.Random(9)
    started = time.monotonic()
    brief.run(fresh=True)
    length = time.monotonic() - started
    typed: list[str] = []
    for number in range(10):
        typed.append(f"Sentence {number}.")
        book = json.loads(interrupted(brief.path()).read_text(encoding="utf-8"))
        cell_of(book, "marac-wait")["source"] = "\n".join(typed)
        brief.path().write_text(json.dumps(book), encoding="utf-8")
        process = os.fork()
        if process == 0:
            try:
                brief.run(fresh=number % 2 == 0)
            finally:
                os._exit(0)
        if number % 2:
            # While the run is put in place.
            wait_for(brief.report().ready, 10 * length)
            time.sleep(chance.random() * 0.1)
        else:
            time.sleep(chance.random() * length)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        found = interrupted(brief.path()).read_text(encoding="utf-8")
        assert all(sentence in found for sentence in typed)
    brief.run()
    assert brief.cells()["marac-wait"] == "\n".join(typed)
    assert all(sentence in brief.chapter_of_book() for sentence in typed)
    assert recovered_files(brief.report()) == []
    assert not brief.report().work.exists() and not brief.report().ready.exists()


def wait_for(path: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.002)


def test_in_jupyterlab_it_is_plain_where_to_write(brief: Brief, lab: Jupyter, browser) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 1400, "height": 1200})
    page.goto(lab.page("statutory.ipynb"))
    cells = page.locator(".jp-Notebook .jp-Cell")
    cells.first.wait_for(timeout=60_000)
    page.wait_for_function("document.querySelectorAll('.jp-RenderedMarkdown p').length >= 3")

    # The first cell says how editing works, in two lines; what the template decides is locked.
    how = cells.first
    assert "every run of make assessment keeps your words" in how.inner_text()
    assert how.locator("p br").count() == 1
    page.locator(".jp-Notebook h1").click()
    page.keyboard.press("Enter")
    assert page.locator(".jp-MarkdownCell:not(.jp-mod-rendered)").count() == 0

    # Code is folded; text cells, and no headings, have the edge that marks them.
    assert page.locator(".jp-CodeCell .jp-InputPlaceholder").count() == 3
    edges = page.eval_on_selector_all(
        ".jp-MarkdownCell .jp-MarkdownOutput",
        "cells => cells.map(cell => getComputedStyle(cell).borderLeftWidth)",
    )
    assert [edge == "5px" for edge in edges] == [False, False, True, True]

    # The empty cell says what to write. Typed over and saved, it is in the report.
    empty = page.locator(".jp-MarkdownCell").last
    assert "Nothing is written here yet" in empty.inner_text()
    empty.locator("p").click()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("Typed in JupyterLab.")
    page.keyboard.press("Control+s")
    deadline = time.monotonic() + 30
    while "Typed in JupyterLab." not in brief.path("statutory").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page.close()
    brief.run()
    assert brief.cells("statutory")["statutory-local"] == "Typed in JupyterLab."
    assert "Typed in JupyterLab." in brief.chapter_of_book("statutory")
    assert GUIDANCE not in brief.chapter_of_book("statutory")
