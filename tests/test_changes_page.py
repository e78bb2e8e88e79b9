"""The page of changes: words, registers, marks for screen readers, and what is refused."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from attacked import ZEROS, Book, agencies, council, small_project
from frozen import publish
from needs_assessment.audit.typed import Written
from needs_assessment.auditing import refuse_unsafe_page
from needs_assessment.changes.registers import compare_gaps, compare_recommendations
from needs_assessment.changes.versions import last_published
from needs_assessment.changes.wording import PARAGRAPH, compare_words
from needs_assessment.council import load_council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.files import notebook_bytes
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from running import Report, run_command

COUNCIL, PERIOD = "three-rivers", "2017-18"

words = st.lists(st.sampled_from(["cases", "rose", "fell.", "by", "12", "%", "\n\n"])).map(" ".join)


@given(words, words)
def test_either_text_can_be_read_from_the_difference(before: str, now: str) -> None:
    runs = compare_words(before, now)
    for text, other in ((before, "inserted"), (now, "deleted")):
        read = " ".join(run.text for run in runs if run.kind != other)
        assert read.split() == text.split()
    assert (before.split() != now.split()) <= any(run.kind != "same" for run in runs)


def test_a_difference_reads_by_words_and_keeps_paragraphs() -> None:
    before = "Cases rose by 12.\n\n- Waits are long.\n- Staff left."
    now = "Cases rose by 20.\n\n- Waits are long.\n- New staff came."
    runs = compare_words(before, now)
    assert [(run.kind, run.text) for run in runs] == [
        ("same", "Cases rose by"),
        ("deleted", "12."),
        ("inserted", "20."),
        ("same", f"{PARAGRAPH}- Waits are long.{PARAGRAPH}-"),
        ("deleted", "Staff left."),
        ("inserted", "New staff came."),
    ]


def store(**edition: object) -> ProtectedStore:
    empty = {"recommendations": [], "progress": []}
    return ProtectedStore({"edition": {**empty, **edition}, "gaps": edition.get("gaps", [])})


def recommended(key: str, **values: str) -> dict[str, str]:
    usual = {"id": key, "text": f"Do {key}", "owner": "Head of housing", "due": "2025-03-31"}
    return {**usual, **values}


def test_recommendations_new_closed_and_still_open() -> None:
    before = store(recommendations=[recommended(key) for key in ("a", "b", "c", "d", "e")])
    now = store(
        recommendations=[recommended("a", due="2026-03-31"), recommended("f")],
        progress=[
            {"id": "a", "status": "delayed", "note": "No site was found"},
            {"id": "b", "status": "done", "note": ""},
            {"id": "c", "status": "on track", "note": ""},
            {"id": "d", "status": "dropped", "note": ""},
        ],
    )
    found = {each.id: (each.became, each.how) for each in compare_recommendations(before, now)}
    assert found == {
        "f": ("new", ""),
        "b": ("closed", "Done."),
        "d": ("closed", "Dropped."),
        "e": ("closed", "The draft neither repeats it nor reports on it."),
        "a": (
            "still open",
            "Delayed: No site was found. Changed: when it is due (was 31 March 2025).",
        ),
        "c": ("still open", "On track."),
    }


def gap(question: str, *missing: str) -> dict[str, object]:
    return {"chapter": "refuge", "question": question, "missing": list(missing)}


def test_gaps_new_closed_and_changed() -> None:
    before = store(gaps=[gap("Who?", "No return gives: a"), gap("Why?", "x"), gap("When?", "y")])
    now = store(gaps=[gap("Who?", "Only for 2023: a"), gap("Where?", "z"), gap("When?", "y")])
    found = [(each.question, each.became) for each in compare_gaps(before, now)]
    assert found == [
        ("Where?", "new"),
        ("Why?", "closed"),
        ("Who?", "changed"),
        ("When?", "still open"),
    ]


def test_the_version_to_compare_with(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    reports = project.root / "reports" / "north"
    for place in ("2022-23/published/3.0", "2023-24/published/1.9", "2023-24/published/1.10"):
        folder = reports / place
        folder.mkdir(parents=True)
        (folder / "version.json").write_text(json.dumps({"version": folder.name}))
        (folder / "store.json").write_text("{}")

    def chosen(period: str) -> str:
        found = last_published(project, council(), parse_period(period))
        return found.words if found else "none"

    assert chosen("2024-25") == "version 1.10 of 2023-24"
    assert chosen("2023-24") == "version 1.10 of 2023-24"
    assert chosen("2022-23") == "version 3.0 of 2022-23"
    assert chosen("2021-22") == "none"


def test_a_page_that_gives_a_hidden_number_away_is_refused(tmp_path: Path) -> None:
    """The report hides two agencies; a table of the page shows one of them."""
    project = small_project(tmp_path)
    rows = {"Police": [40], "IDVA": ["[c]"], "Health": ["[c]"], "Housing": [9], "Total": [56]}
    report = project.report("north", "2024-25")
    Book([agencies(rows)], rule=ZEROS).write(report.path)
    report.store.parent.mkdir()
    north = load_council(project, "north")
    held = ProtectedStore({"edition": {"period": "2024-25"}, "cells": []})
    refuse_unsafe_page(project, north, held, "<html><body><p>Safe.</p></body></html>", [])
    told = agencies({**rows, "IDVA": [3]})
    page = f"<html><body>{told.html()}</body></html>"
    with pytest.raises(AssessmentError, match="page of changes is not safe"):
        refuse_unsafe_page(project, north, held, page, [Written("cell", "No number.", "marac")])
    assert not list(report.store.parent.glob("page-*")), "nothing is left behind"


@pytest.fixture(scope="module")
def drafted(
    assessed: Callable[[str, str], Report], examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, str]:
    """A published council whose draft has other crimes and other words, and what the verb said."""
    report = assessed(COUNCIL, PERIOD)
    project = Project(tmp_path_factory.mktemp("drafted") / "project")
    for folder in ("data", "params", "notebooks"):
        shutil.copytree(examples / folder, project.root / folder)
    shutil.copy(examples / "quarto.yml", project.root)
    shutil.copytree(report.path, project.report(COUNCIL, PERIOD).path)
    publish(project, COUNCIL, PERIOD)
    file = project.returns(COUNCIL) / PERIOD / "police.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("police.crimes,2017,,,,617", "police.crimes,2017,,,,637"))
    path = project.report(COUNCIL, PERIOD).chapters / "marac.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [each for each in notebook["cells"] if "narrative" in each["metadata"].get("tags", [])]
    cells[0]["source"] = "The board *must* act on <b>waits</b> now."
    for each in notebook["cells"]:
        each["source"] = "".join(each["source"])
    path.write_bytes(notebook_bytes(notebook))
    run = run_command(project.root, "changes", COUNCIL)
    assert run.returncode == 0, run.stdout + run.stderr
    return project, run.stdout


def test_the_verb_says_what_changed(drafted: tuple[Project, str]) -> None:
    _, said = drafted
    assert "compared with version 1.0 of 2017-18" in said
    assert "Domestic abuse-related crimes: 617 to 637, corrected (revised data)" in said
    assert re.search(r"put in: .*must\* act", said)
    assert "reports/three-rivers/2017-18/changes.html" in said
    assert "Audit passed" in said
    counted = {word: int(number) for number, word in re.findall(r"(\d+) (higher|corrected)", said)}
    for heading, words in (("Clearly higher or lower:", "higher"), ("Corrected:", "corrected")):
        if words in counted:
            group = said.partition(f"{heading}\n")[2]
            lines = re.match(r"(?:  .*\n)*", group)[0].splitlines()
            more = sum(int(each.split()[1]) for each in lines if each.startswith("  and "))
            named = [each for each in lines if not each.startswith("  and ")]
            assert len(named) + more == counted[words], "the list accounts for all that is counted"


def test_the_page_marks_words_for_all(drafted: tuple[Project, str]) -> None:
    project, _ = drafted
    page = (project.report(COUNCIL, PERIOD).path / "changes.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    inserted = [each.get_text() for each in soup.find_all("ins")]
    assert any("must* act on <b>waits</b>" in text for text in inserted), "as typed, not as HTML"
    assert all(text.startswith("Put in: ") for text in inserted)
    assert all(each.get_text().startswith("Taken out: ") for each in soup.find_all("del"))
    assert not soup.find_all("span", class_=["inserted", "deleted", "same"])
    row = next(each for each in soup.find_all("tr") if "637" in each.get_text())
    assert [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])][1:] == [
        "617",
        "637",
        "+20",
        "Corrected: both are of the same period",
        "revised data",
    ]
    assert not re.search(
        r'(?:src|href)="https?://', page.partition("<body")[2].partition("<script")[0]
    )


def test_the_page_is_no_part_of_the_edition(drafted: tuple[Project, str]) -> None:
    project, _ = drafted
    report = project.report(COUNCIL, PERIOD)
    listed = json.loads((report.store.parent / "files.json").read_text())
    assert "changes.html" not in listed
    assert "changes.html" not in (report.path / "index.html").read_text(encoding="utf-8")
    assert not list(report.store.parent.glob("changes-*")), "no exact figure is left behind"


def test_nothing_published(project: Path) -> None:
    run = run_command(project, "changes", COUNCIL)
    assert run.returncode == 0
    assert "Nothing was published before" in run.stdout
