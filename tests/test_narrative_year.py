"""A new edition begins with the words of the one before."""

import pytest

from narrated import in_place, make, path_of, run, template, write
from needs_assessment.narrative import placing
from needs_assessment.narrative.asides import report_text
from needs_assessment.narrative.carrying import confirm
from needs_assessment.narrative.cells import cell_key
from needs_assessment.narrative.earlier import earlier_edition
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.swap import recovered_files, rewrite_chapter
from needs_assessment.project import Project
from toy_notebooks import code, markdown


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(placing.PATIENCE, "seconds", 0.0)
    return Project(tmp_path)


@pytest.fixture
def old(project):
    """Last year's report, with text that was edited, added and deleted."""
    old = project.report("north", "2024-25")
    run(project, old, "old", "marac")
    write(old, "cases", "Cases, mine.")
    book = read_notebook(path_of(old))
    book["cells"].insert(5, markdown("own", "Added."))
    book["cells"].append(code("own-code", "chapter.gap('mine')"))
    path_of(old).write_bytes(notebook_bytes(book))
    run(project, old, "old", "marac")
    return old


@pytest.fixture
def new(project, old):
    return project.report("north", "2025-26")


def begin(project, new, **texts):
    return run(project, new, "new", "marac", **texts)


def snapshot(report):
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in report.path.rglob("*")
        if path.is_file()
    }


def carried(report):
    merged = merge_in_place(report, "marac", template(repeat="Repeats rose."))
    return {note.cell for note in merged.notes if "carried over from 2024-25" in note.sentence}


def words(report):
    return {name: report_text(text) for name, text in in_place(report).items()}


def test_last_years_words_are_carried_and_marked_and_its_folder_is_left_alone(project, old, new):
    before = snapshot(old)
    begin(project, new, repeat="Repeats rose.")
    shown = words(new)
    assert shown["cases"] == "Cases, mine."
    assert shown["own"] == "Added."
    assert shown["own-code"] == "chapter.gap('mine')"
    assert shown["repeat"] == "Repeats rose.", "what nobody edited follows this year's template"
    assert carried(new) == {"cases", "own", "own-code"}
    assert "Carried over from 2024-25" in in_place(new)["cases"]
    begin(project, new, repeat="Repeats rose.")
    assert carried(new) == {"cases", "own", "own-code"}, "a run confirms nothing"
    assert snapshot(old) == before


def test_the_mark_goes_when_the_text_is_edited(project, new):
    begin(project, new, repeat="Repeats rose.")
    write(new, "cases", in_place(new)["cases"] + " And more.")
    assert carried(new) == {"own", "own-code"}
    begin(project, new, repeat="Repeats rose.")
    assert in_place(new)["cases"] == "Cases, mine. And more."


def test_deleting_the_reminder_confirms(project, new):
    begin(project, new, repeat="Repeats rose.")
    write(new, "cases", "Cases, mine.")
    begin(project, new, repeat="Repeats rose.")
    assert in_place(new)["cases"] == "Cases, mine."
    assert carried(new) == {"own", "own-code"}


def test_confirming_takes_the_mark_away(project, new):
    begin(project, new, repeat="Repeats rose.")

    def confirmed(book):
        cells = [confirm(each) if cell_key(each) == "cases" else each for each in book["cells"]]
        return {**book, "cells": cells}

    rewrite_chapter(new, "marac", "before confirming", confirmed)
    assert in_place(new)["cases"] == "Cases, mine."
    begin(project, new, repeat="Repeats rose.")
    assert carried(new) == {"own", "own-code"}


def test_a_clash_with_this_years_template_is_a_conflict_in_carried_text(project, new):
    begin(project, new, cases="Cases doubled.")
    text = in_place(new)["cases"]
    assert words(new)["cases"] == "Cases, mine."
    assert text.startswith("> **Not for the report.** Carried over") and "> Cases doubled." in text


def test_what_was_never_confirmed_names_the_year_it_is_from(project, new):
    begin(project, new)
    later = project.report("north", "2026-27")
    begin(project, later)
    assert "Carried over from 2024-25" in in_place(later)["cases"]


def test_what_was_deleted_last_year_stays_deleted(project, old, new):
    book = read_notebook(path_of(old))
    book["cells"] = [cell for cell in book["cells"] if cell["id"] != "repeat"]
    path_of(old).write_bytes(notebook_bytes(book))
    begin(project, new)
    assert "repeat" not in in_place(new)


def test_a_damaged_notebook_of_last_year_is_read_as_far_as_it_goes(project, old, new):
    data = path_of(old).read_bytes()[:-300]
    path_of(old).write_bytes(data)
    begin(project, new)
    assert words(new)["cases"] == "Cases, mine."
    assert path_of(old).read_bytes() == data
    assert [path.read_bytes() for path in recovered_files(new)] == [data]
    assert recovered_files(old) == []


def test_a_chapter_deleted_this_year_is_not_fetched_from_last_year_again(project, new):
    begin(project, new)
    path_of(new).unlink()
    begin(project, new)
    assert in_place(new)["cases"] == "Cases rose."


@pytest.mark.parametrize(
    ("there", "period", "found"),
    [
        (["2023-24", "2024-25"], "2025-26", "2024-25"),
        (["2023-24", "2026-27"], "2025-26", "2023-24"),
        (["2026-27", "not a period"], "2025-26", None),
        ([], "2025-26", None),
    ],
)
def test_the_edition_before_is_the_latest_that_is_earlier(tmp_path, there, period, found):
    project = Project(tmp_path)
    for name in there:
        project.report("north", name).chapters.mkdir(parents=True)
    edition = earlier_edition(project.report("north", period))
    assert (edition and edition.path.name) == found


def test_a_first_run_cut_short_carries_the_words_again(project, old, new):
    make(new, "new", "marac")
    begin(project, new)
    assert words(new)["cases"] == "Cases, mine."
