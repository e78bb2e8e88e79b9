"""Text whose figures have moved, and taking it as true: `check`, `check --fix`, `confirm`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from needs_assessment.checking.check import check
from needs_assessment.checking.confirm import confirm
from needs_assessment.checking.fix import fix
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.store import protect
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.narrative import review
from needs_assessment.narrative.cells import cell_key
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.staleness import (
    Records,
    Seen,
    moved,
    read_records,
    see,
    see_now,
    standing,
    stands,
    without_hidden,
    write_records,
)
from needs_assessment.narrative.swap import Finished, swap_chapters
from needs_assessment.project import Project, ReportFolder
from running import ROOT, copy_project

Make = Callable[[bytes | None], bytes]

# Figures that move ------------------------------------------------------------------------------

RATE = "marac.repeat_rate"


def store(**given: Any) -> ProtectedStore:
    """A store with one indicator; `given` is what its entry says."""
    usual = {
        "id": RATE, "name": "Repeats", "status": "ok", "display": "28.7%", "value": 28.7,
        "lower": 20.3, "upper": 39.0, "benchmark": {"comparison": "below"}, "other_benchmarks": [],
        "figures": {"numerator": "25"},
    }  # fmt: skip
    version = {"version": {"number": "0.2"}}
    cell = {
        "measure": "marac.cases", "period": "2017", "area": "E1", "dimension": "", "category": "",
        "display": "87", "status": "final", "value": 87.0,
    }  # fmt: skip
    measures = [{"id": "marac.cases", "name": "MARAC cases"}]
    return ProtectedStore(
        {
            "indicators": [{**usual, **given}],
            "breakdowns": [],
            "edition": version,
            "cells": [{**cell, **given.get("cell", {})}],
            "measures": measures,
        }
    )


def told(before: ProtectedStore, now: ProtectedStore, name: str = RATE) -> list[str]:
    return [each.words for each in moved(see_now("Text.", [name], before), now)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"display": "38.9%", "value": 38.9, "lower": 30.0, "upper": 48.0},
        {"display": "20.3%", "value": 20.3},
    ],
)
def test_a_figure_within_its_interval_has_not_moved(given: dict[str, Any]):
    assert told(store(), store(**given)) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"display": "39.1%", "value": 39.1}, "Repeats: was 28.7%, is 39.1%"),
        ({"display": "20.0%", "value": 20.0}, "Repeats: was 28.7%, is 20.0%"),
        (
            {"display": "38.0%", "value": 38.0, "benchmark": {"comparison": "above"}},
            "Repeats: was 28.7% (below), is 38.0% (above)",
        ),
        (
            {"display": "not available", "value": None, "status": "unavailable"},
            "Repeats: was 28.7%, is not available",
        ),
    ],
)
def test_a_figure_beyond_its_interval_or_on_the_other_side_has_moved(given, words: str):
    assert told(store(), store(**given)) == [words]


def test_without_an_interval_the_displayed_value_decides():
    count = {"lower": None, "upper": None, "benchmark": None}
    before = store(display="87", value=87, **count)
    assert told(before, store(display="87", value=87, **count)) == []
    assert told(before, store(display="88", value=88, **count)) == ["Repeats: was 87, is 88"]


def test_a_typed_number_has_no_interval_to_move_in():
    now = store(display="29.0%", value=29.0, figures={"numerator": "26"})
    assert told(store(), now, f"{RATE} | display") == ["Repeats: was 28.7%, is 29.0%"]
    assert told(store(), now, f"{RATE} | numerator") == ["Repeats (numerator): was 25, is 26"]


def test_a_cell_of_a_table_is_followed_too():
    key = "marac.cases|2017|E1||"
    assert told(store(), store(cell={"display": "90", "value": 90.0}), key) == [
        "MARAC cases: was 87, is 90"
    ]
    assert told(store(), store(cell={"period": "2018"}), key) == [
        "MARAC cases: was 87, is no longer in the report"
    ]


def test_a_row_and_the_whole_of_a_breakdown_are_followed_too():
    def broken_down(display: str, value: float | None, status: str = "ok") -> ProtectedStore:
        row = {**store().indicators[RATE], "id": "refuge.age.under_16", "name": "Ages: Under 16"}
        row |= {"display": display, "value": value, "status": status, "lower": None, "upper": None}
        group = {"id": "refuge.age", "name": "Ages", "status": "ok", "rows": [row], "missing": []}
        return ProtectedStore(
            {**store().data, "breakdowns": [{**group, "figures": {"unknown": display}}]}
        )

    before, now = broken_down("28.7%", 28.7), broken_down("39.1%", 39.1)
    assert told(before, now, "refuge.age.under_16") == ["Ages: Under 16: was 28.7%, is 39.1%"]
    assert told(before, now, "refuge.age | unknown") == ["Ages (unknown): was 28.7%, is 39.1%"]
    hidden = broken_down("[c]", None, "suppressed")
    assert told(before, hidden, "refuge.age.under_16") == ["Ages: Under 16: now [c]"]
    assert told(before, hidden, "refuge.age | unknown") == ["Ages (unknown): now [c]"]
    names = ["refuge.age.under_16", "refuge.age | unknown"]
    records = Records("0.1", {}, {"refuge": {"cell": see_now("Text.", names, before)}})
    assert "28.7" not in repr(without_hidden(records, hidden))


def test_what_is_hidden_now_is_not_said_to_have_been_anything():
    hidden = store(
        display="[c]", status="suppressed", value=None, lower=None, upper=None, benchmark=None
    )
    assert told(store(), hidden) == ["Repeats: now [c]"]
    seen = see_now("Text.", [RATE, f"{RATE} | numerator"], store())
    records = Records("0.1", standing(hidden), {"marac": {"cell": seen}})
    kept = without_hidden(records, hidden)
    assert "28.7" not in repr(kept) and "25" not in repr(kept)
    (change, _) = moved(kept.cells["marac"]["cell"], hidden)
    assert change.words == "Repeats: now [c]"


def test_a_text_edited_since_the_last_run_was_written_with_its_figures():
    records = Records("0.1", standing(store()), {})
    now = store(display="45.0%", value=45.0)
    seen = see(records, "marac", "cell", "New text.", [RATE], now)
    assert (seen.version, seen.figures[RATE].shown) == ("0.1", "28.7%")
    assert [each.after for each in moved(seen, now)] == ["45.0%"]
    kept = Records("0.2", standing(now), {"marac": {"cell": seen}})
    assert see(kept, "marac", "cell", "New text.\r\n", [RATE], now) == seen, "not written again"
    assert see(kept, "marac", "cell", "Newer.", [RATE], now).figures[RATE].shown == "45.0%"


def test_records_are_read_as_they_were_written(tmp_path: Path):
    report = ReportFolder(tmp_path / "2024-25")
    report.narrative.mkdir(parents=True)
    assert read_records(report) == Records()
    seen = see_now("Text.", [RATE, "marac.cases|2017|E1||"], store())
    records = Records("0.2", standing(store()), {"marac": {"cell": seen}})
    write_records(report, records)
    assert read_records(report) == records
    # A new year knows what the year before it showed.
    report.chapters.mkdir()
    assert read_records(ReportFolder(tmp_path / "2025-26")) == records
    (report.narrative / "figures.json").write_text("{", encoding="utf-8")
    assert read_records(report) == Records()


def test_a_figure_that_is_not_there_is_no_figure():
    assert stands(store(), "a.b") is None
    assert see_now("Text.", ["a.b"], store()) == Seen(see_now("Text.", [], store()).text, "0.2", {})


# A day's work -------------------------------------------------------------------------------------

COUNCIL, PERIOD = "three-rivers", "2017-18"
CELL = "marac-repeats"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three Rivers with its MARAC chapter, run once but for kernels and the book."""
    root = copy_project(tmp_path / "project")
    for path in (root / "notebooks").glob("*.ipynb"):
        if path.stem != "marac":
            path.unlink()
    book = root / "quarto.yml"
    chapters = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} - {"marac"}
    kept = [
        line
        for line in book.read_text(encoding="utf-8").splitlines()
        if line.strip().removeprefix("- ").removesuffix(".qmd") not in chapters
    ]
    book.write_text("\n".join(kept) + "\n", encoding="utf-8")
    project = Project(root)
    run(project)
    return project


def run(project: Project, period: str = PERIOD) -> list[Flag]:
    """What a run does with text: merge, put in place, compare, keep the records."""
    report = project.report(COUNCIL, period)
    figures = protect(project, COUNCIL, period)
    template = read_notebook(project.notebooks / "marac.ipynb")
    generated = generate_chapter(template, generation_context(figures), "marac")
    executed = merge_in_place(report, "marac", generated).notebook
    swapped = swap_chapters(report, [Finished("marac", generated, executed)])
    texts = [review.Chapter(each.chapter, "marac.ipynb", each.written) for each in swapped]
    reviewed = review.review(figures, texts, read_records(report))
    write_records(report, reviewed.records)
    return list(reviewed.flags)


def write(project: Project, text: str, cell: str = CELL) -> None:
    path = project.report(COUNCIL, PERIOD).chapters / "marac.ipynb"
    notebook = read_notebook(path)
    assert notebook
    next(each for each in notebook["cells"] if cell_key(each) == cell)["source"] = text
    path.write_bytes(notebook_bytes(notebook))


def text_of(project: Project, cell: str = CELL) -> str:
    notebook = read_notebook(project.report(COUNCIL, PERIOD).chapters / "marac.ipynb")
    assert notebook
    return next(each["source"] for each in notebook["cells"] if cell_key(each) == cell)


def flags(project: Project, rule: str) -> list[str]:
    """What `check` says under a rule, and that the file says the same."""
    found = [flag.sentence for flag in check(project, COUNCIL).flags if flag.rule == rule]
    path = project.report(COUNCIL, PERIOD).path / "checks.json"
    written = json.loads(path.read_text(encoding="utf-8"))["flags"]
    assert [flag["sentence"] for flag in written if flag["rule"] == rule] == found
    return found


def change_returns(project: Project, before: str, after: str) -> None:
    path = project.returns(COUNCIL) / PERIOD / "marac.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_check_says_all_there_is_to_say_of_a_text(project: Project):
    write(
        project,
        "Of 87 MARAC cases, 25 were repeats, and 31% of MARAC cases are repeats this year.\n"
        "The helpline took 2,345 calls.\n"
        "At {{ marac.repeat_rate }}, repeats are above the recommended limit.\n",
    )
    checked = check(project, COUNCIL)
    assert checked.count("error") == 0
    rules = {flag.rule: flag for flag in checked.flags if flag.file.endswith("marac.ipynb")}
    assert rules[review.TYPED].severity == rules[review.DIRECTION].severity == "warning"
    assert rules[review.UNTRACED_NUMBERS].severity == "note"
    assert "“31%”" in rules[review.TYPED].sentence and "28.7%" in rules[review.TYPED].sentence
    assert "“2,345”" in rules[review.UNTRACED_NUMBERS].sentence
    assert "2 typed numbers" in rules[review.COULD_BE_LIVE].sentence
    assert "above the recommended limit" in rules[review.DIRECTION].sentence
    untouched = rules[review.UNTOUCHED].sentence
    assert "marac-opening" in untouched and CELL not in untouched


def test_wrong_figures_are_errors_each_with_its_cell(project: Project):
    write(project, "{{ marac.casse }} and {{ marac.cases | intervall }}; {{ refuge.places }}.")
    checked = check(project, COUNCIL)
    said = [flag.sentence for flag in checked.flags if flag.severity == "error"]
    assert len(said) == 3 and all(CELL in each for each in said)
    assert "nearest figure is marac.cases" in said[0]
    assert "nearest filter is interval" in said[1]
    assert "would print “not available”" in said[2]


def test_typed_numbers_become_live_in_the_analysts_text_alone(project: Project):
    before = text_of(project, "marac-opening")
    write(project, "Of 87 MARAC cases, 25 were repeats. The helpline took 87 calls in 25 days.")
    fixed = fix(project, COUNCIL, None, print)
    assert [(each.cell, each.typed) for each in fixed] == [(CELL, "87"), (CELL, "25")]
    assert text_of(project) == (
        "Of {{ marac.cases }} MARAC cases, {{ marac.repeats }} were repeats."
        " The helpline took 87 calls in 25 days."
    )
    assert text_of(project, "marac-opening") == before
    assert fix(project, COUNCIL, None, print) == []


def test_a_save_while_numbers_are_made_live_is_not_lost(project: Project, monkeypatch):
    write(project, "Of 87 MARAC cases.")
    from needs_assessment.narrative import swap

    place_made, saved = swap.place_made, []

    def saved_meanwhile(path: Path, standing: bytes | None, make: Make) -> bytes:
        if not saved:
            saved.append(path)
            write(project, "Of 87 MARAC cases, saved just now.")
        return place_made(path, standing, make)

    monkeypatch.setattr(swap, "place_made", saved_meanwhile)
    fix(project, COUNCIL, None, print)
    assert text_of(project) == "Of {{ marac.cases }} MARAC cases, saved just now."


def test_moved_figures_ask_for_another_look_until_confirmed(project: Project):
    write(
        project, "Few of the MARAC cases are repeats: {{ marac.repeat_rate }}. We saw 25 repeats."
    )
    run(project)
    assert flags(project, review.ANOTHER_LOOK) == []
    change_returns(project, "marac.repeats,2017,,,,25", "marac.repeats,2017,,,,51")
    (said,) = flags(project, review.ANOTHER_LOOK)
    assert said.startswith(
        f"Cell {CELL}: MARAC cases that are repeats: was 28.7% (below), is 58.6%"
    )
    in_run = [flag for flag in run(project) if flag.rule == review.ANOTHER_LOOK]
    assert [flag.sentence for flag in in_run] == [said]
    assert flags(project, review.ANOTHER_LOOK) == [said], "until someone has looked"
    with pytest.raises(AssessmentError, match="nothing to confirm"):
        confirm(project, COUNCIL, None, "marac", "marac-opening", print)
    with pytest.raises(AssessmentError, match="no cell “marac-repeat”") as caught:
        confirm(project, COUNCIL, None, "marac", "marac-repeat", print)
    assert CELL in caught.value.hint
    (confirmed,) = confirm(project, COUNCIL, None, "marac", CELL, print)
    assert (confirmed.cell, confirmed.moved[0].after) == (CELL, "58.6% (above)")
    assert flags(project, review.ANOTHER_LOOK) == []
    assert confirm(project, COUNCIL, None, None, None, print) == []


def test_an_edit_is_another_look(project: Project):
    write(project, "Few are repeats: {{ marac.repeat_rate }}.")
    run(project)
    change_returns(project, "marac.repeats,2017,,,,25", "marac.repeats,2017,,,,51")
    run(project)
    assert len(flags(project, review.ANOTHER_LOOK)) == 1
    write(project, "Most are repeats: {{ marac.repeat_rate }}.")
    assert flags(project, review.ANOTHER_LOOK) == []


def test_a_text_written_before_new_data_came_is_told_of(project: Project):
    write(project, "Few are repeats: {{ marac.repeat_rate }}.")
    change_returns(project, "marac.repeats,2017,,,,25", "marac.repeats,2017,,,,51")
    assert len(flags(project, review.ANOTHER_LOOK)) == 1, "written with the last run's figures"


def test_text_nobody_touched_is_never_stale(project: Project):
    change_returns(project, "marac.repeats,2017,,,,25", "marac.repeats,2017,,,,51")
    assert flags(project, review.ANOTHER_LOOK) == []
    run(project)
    assert read_records(project.report(COUNCIL, PERIOD)).cells == {"marac": {}}


def test_confirming_takes_the_mark_of_carried_text_away(project: Project, tmp_path: Path):
    opening = "marac-opening"
    write(project, "Few are repeats: {{ marac.repeat_rate }}.", opening)
    run(project)
    parameters = project.params / f"{COUNCIL}.yml"
    text = parameters.read_text(encoding="utf-8")
    assert text.count('"2017-18":') == 1
    # The year after brings the same figures.
    returns = project.returns(COUNCIL) / "2018-19"
    project.returns(COUNCIL).joinpath(PERIOD).rename(returns)
    marac = returns / "marac.csv"
    marac.write_text(marac.read_text(encoding="utf-8").replace(",2017,", ",2018,"), "utf-8")
    parameters.write_text(text.replace('"2017-18":', '"2018-19":'), encoding="utf-8")
    run(project, "2018-19")
    assert [flag.rule for flag in check(project, COUNCIL).flags if opening in flag.sentence][:1]
    (confirmed,) = confirm(project, COUNCIL, None, "marac", opening, print)
    assert confirmed.carried_from == PERIOD
    notebook = read_notebook(project.report(COUNCIL, "2018-19").chapters / "marac.ipynb")
    assert notebook
    cell = next(each for each in notebook["cells"] if cell_key(each) == opening)
    assert cell["source"] == "Few are repeats: {{ marac.repeat_rate }}."
    assert "carried" not in json.dumps(cell["metadata"])


def test_nothing_is_confirmed_before_the_first_run(project: Project):
    with pytest.raises(AssessmentError, match="no chapters yet") as caught:
        confirm(project, "north", None, None, None, print)
    assert "make assessment COUNCIL=north" in caught.value.hint
