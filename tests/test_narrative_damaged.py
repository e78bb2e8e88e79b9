import pytest

from narrated import in_place, path_of, run, template, write
from needs_assessment.narrative import placing
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.swap import recovered_files
from needs_assessment.project import Project
from toy_notebooks import markdown


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(placing.PATIENCE, "seconds", 0.0)
    return Project(tmp_path)


@pytest.fixture
def report(project):
    """A report with text of the last run in every cell."""
    report = project.report("north", "2024-25")
    run(project, report, "first", "marac")
    write(report, "cases", "Cases, mine.")
    write(report, "repeat", "Repeats, mine.")
    run(project, report, "second", "marac")
    return report


DAMAGES = {
    "empty": lambda data: b"",
    "cut short": lambda data: data[: len(data) // 2],
    "cut short at the end": lambda data: data[:-20],
    "another thing": lambda data: b"[]",
    "a cell without text": lambda data: b'{"nbformat": 4, "cells": [{"cell_type": "markdown"}]}',
    "marks of a version control": lambda data: b"<<<<<<< HEAD\n" + data,
    "marks within": lambda data: data.replace(b'"id": "repeat"', b'<<<<<<<\n"id": "repeat"'),
    "another encoding": lambda data: data.decode().encode("utf-16"),
    "tags that are none": lambda data: data.replace(b'"tags": [', b'"tags": 1, "x": ['),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_notebook_is_kept_and_its_text_is_there_again(project, report, damage):
    data = DAMAGES[damage](path_of(report).read_bytes())
    path_of(report).write_bytes(data)
    merged = merge_in_place(report, "marac", template())
    assert path_of(report).read_bytes() == data, "looking changes nothing"
    assert [note.severity for note in merged.notes] == ["warning"]
    completed = run(project, report, "third", "marac")
    assert in_place(report)["cases"] == "Cases, mine."
    assert in_place(report)["repeat"] == "Repeats, mine."
    (copy,) = completed.recovered
    assert copy.read_bytes() == data
    run(project, report, "fourth", "marac")
    assert in_place(report)["repeat"] == "Repeats, mine."
    assert recovered_files(report) == [copy]


def test_cells_still_whole_are_newer_than_any_version(project, report):
    book = read_notebook(path_of(report))
    at = [cell["id"] for cell in book["cells"]].index("cases")
    book["cells"][at]["source"] = "Newest."
    book["cells"].insert(at + 1, markdown("own", "Added."))
    data = notebook_bytes(book)
    path_of(report).write_bytes(data[: data.index(b'"id": "repeat"')])
    run(project, report, "third", "marac", cases="Cases fell.")
    texts = in_place(report)
    assert texts["cases"].startswith("Newest.")
    assert texts["own"] == "Added."
    assert texts["repeat"] == "Repeats, mine."


def test_the_copy_of_a_save_that_was_cut_off_is_newer_than_any_version(project, report):
    write(report, "repeat", "Saved.")
    path = path_of(report)
    copy = path.with_name(f".~{path.name}")
    copy.write_bytes(path.read_bytes())
    path.write_bytes(b"")
    run(project, report, "third", "marac")
    assert in_place(report)["repeat"] == "Saved."
    assert not copy.exists()
    assert any("Saved." in each.read_text() for each in recovered_files(report))


def test_without_versions_the_template_stands_behind_the_cells_still_whole(project, report):
    for path in (report.narrative / "history" / "marac").iterdir():
        path.unlink()
    data = path_of(report).read_bytes()
    path_of(report).write_bytes(data[: data.index(b'"id": "repeat"')])
    run(project, report, "third", "marac")
    assert in_place(report)["cases"] == "Cases, mine."
    assert in_place(report)["repeat"] == "Repeats fell."


def test_a_cell_moved_ahead_of_the_cut_takes_no_other_with_it(project, report):
    book = read_notebook(path_of(report))
    at = [cell["id"] for cell in book["cells"]]
    moved = book["cells"].pop(at.index("repeat"))
    book["cells"].insert(at.index("cases"), moved)
    book["cells"].insert(at.index("cases") + 1, markdown("own", "Added."))
    data = notebook_bytes(book)
    path_of(report).write_bytes(data[: data.index(b'"id": "cases"')])
    run(project, report, "third", "marac")
    texts = in_place(report)
    assert [texts[name] for name in ("cases", "repeat", "own")] == [
        "Cases, mine.",
        "Repeats, mine.",
        "Added.",
    ]
