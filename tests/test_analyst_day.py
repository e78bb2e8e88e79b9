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
from needs_assessment import assessment
from needs_assessment.narrative import placing
from needs_assessment.narrative.asides import GUIDANCE, report_text
from needs_assessment.narrative.restoring import restore_version
from needs_assessment.narrative.swap import recovered_files
from test_page import browser  # noqa: F401 (a fixture)
from toy_notebooks import code, markdown

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")


@pytest.fixture(scope="module", autouse=True)
def _without_pages() -> Iterator[None]:
    """The pages are the renderers' affair; what they would show is in the book."""
    with pytest.MonkeyPatch.context() as patch:

        def render(book: Path, output: Path, renderer: str) -> str:
            text = "".join(path.read_text() for path in sorted(book.glob("*.qmd")))
            (output / "index.html").write_text(text)
            return "none"

        patch.setattr(assessment, "render", render)
        patch.setattr(placing.PATIENCE, "seconds", 0.5)
        yield


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """The project after its first run."""
    brief = Brief.begin(tmp_path_factory.mktemp("brief") / "project")
    brief.run()
    return brief


@pytest.fixture
def brief(begun: Brief, tmp_path: Path) -> Brief:
    """A copy of it for one test."""
    shutil.copytree(begun.project.root, tmp_path / "project")
    return Brief(tmp_path / "project")


@pytest.fixture
def lab(brief: Brief, tmp_path: Path) -> Iterator[Jupyter]:
    own = tmp_path / "jupyter"
    own.mkdir()
    with jupyter(brief.report().chapters, own) as server:
        yield server


def cell_of(book, cell_id):
    return next(cell for cell in book["cells"] if cell.get("id") == cell_id)


def type_in(lab: Jupyter, cell_id: str, text: str, chapter: str = "marac") -> None:
    book = lab.open(f"{chapter}.ipynb")
    cell_of(book, cell_id)["source"] = text
    lab.save(f"{chapter}.ipynb", book)


def test_a_day(brief: Brief, lab: Jupyter) -> None:
    report = brief.report()

    # Morning: an edited sentence, a paragraph and a small analysis of one's own.
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

    # A chapter with code of one's own runs every time, where the code stands.
    book = lab.open("marac.ipynb")
    own_code = 'chapter.gap("No return says who was on leave.")'
    book["cells"].insert(at + 2, code("own-code", own_code))
    lab.save("marac.ipynb", book)
    for _ in range(2):
        assert brief.run().executed == 1
        text = brief.chapter_of_book()
        assert text.index("starts in May") < text.index("No return says who was on leave.")

    # New data: everything runs, the words stand, and the check points at them.
    brief.set_wait("3.4")
    assert brief.run().executed == 2
    assert "3.4 weeks" in brief.chapter_of_book() and "on leave" in brief.chapter_of_book()
    (moved,) = said(brief.check(), "warning")
    assert "marac-wait" in moved and "was 2.7" in moved and "is 3.4" in moved
    assert said(brief.check(), "error") == []

    # A new template: other lines than the analyst's are merged, its code runs, text it drops goes.
    brief.template(marac(cases=f"{CASES}\nThe template says more.", wait=f"First. {WAIT}\nLast."))
    type_in(lab, "marac-cases", f"Mine comes first.\n\n{CASES}")
    brief.run()
    text = brief.chapter_of_book()
    assert text.index("Mine comes first.") < text.index("560 cases")
    assert text.count("The template says more.") == 1

    # Where both changed the same line, both are in the cell, mine in the report, and it is named.
    assert "on leave" in text and "First. A hearing" not in text
    assert "> First. " in brief.cells()["marac-wait"]
    assert any("changed in the same lines" in each for each in flags_of_run(report))
    conflict = [each for each in said(brief.check(), "warning") if "same lines" in each]
    assert len(conflict) == 1 and "marac-wait" in conflict[0]
    unresolved = brief.cells()
    brief.run()
    assert brief.cells() == unresolved

    # Resolved by deleting the note; and saved over the result of the run, as an open tab does.
    open_tab = lab.open("marac.ipynb")
    brief.run()
    words = "First. {{ marac.weeks_to_hearing }} weeks, for the coordinator was on leave.\nLast."
    cell_of(open_tab, "marac-wait")["source"] = words
    lab.save("marac.ipynb", open_tab)
    brief.run()
    assert not [each for each in said(brief.check()) if "same lines" in each]
    assert brief.cells()["marac-wait"] == words

    # A crashed editor leaves half a notebook.
    path = brief.path()
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b'"marac-wait-heading"')])
    (warned,) = said(brief.check(), "warning")
    assert "cut short" in warned
    outcome = brief.run()
    assert brief.cells()["marac-wait"] == words
    assert [each.read_bytes() for each in outcome.recovered] == [path_bytes(whole)]
    assert "recovered" in [flag.file for flag in brief.check().flags if "recovered" in flag.file][0]
    outcome.recovered[0].unlink()

    # An afternoon deleted by mistake, and brought back.
    book = lab.open("marac.ipynb")
    book["cells"] = [each for each in book["cells"] if each["id"] not in ("own", "marac-cases")]
    lab.save("marac.ipynb", book)
    brief.run()
    assert "starts in May" not in brief.chapter_of_book()
    restore_version(report, "marac")
    brief.run()
    text = brief.chapter_of_book()
    assert "starts in May" in text and "Mine comes first." in text

    # A new year begins with these words, each marked until it is edited or confirmed.
    before = {each: each.read_bytes() for each in report.path.rglob("*") if each.is_file()}
    brief.add_edition("2025-26")
    brief.run("2025-26")
    cells = brief.cells(period="2025-26")
    assert report_text(cells["marac-wait"]) == words
    assert "3.9 weeks, for the coordinator" in brief.chapter_of_book(period="2025-26")
    assert "Carried over" not in brief.chapter_of_book(period="2025-26")
    carried = [each for each in said(brief.check("2025-26")) if f"from {PERIOD}" in each]
    assert len(carried) == len(["marac-cases", "marac-wait", "own", "own-code", "statutory-local"])
    after = {each: each.read_bytes() for each in report.path.rglob("*") if each.is_file()}
    assert before == after

    # Every sentence typed is in this year's report.
    shown = "".join(brief.chapter_of_book(each, "2025-26") for each in ("marac", "statutory"))
    for sentence in (
        "Mine comes first.",
        "for the coordinator was on leave.",
        "Added: a second coordinator starts in May.",
        "Typed over the guidance.",
        "No return says who was on leave.",
    ):
        assert shown.count(sentence) == 1, sentence


def path_bytes(whole: bytes) -> bytes:
    return whole[: whole.index(b'"marac-wait-heading"')]


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
        book = json.loads(brief.path().read_text(encoding="utf-8"))
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
        found = brief.path().read_text(encoding="utf-8")
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
    assert edges == ["0px", "0px", "5px", "5px"]

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
