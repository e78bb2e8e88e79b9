import json

import pytest

from narrated import in_place, path_of, run, write
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import placing
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from needs_assessment.narrative.history import VERSIONS, versions
from needs_assessment.narrative.restoring import list_versions, restore_version
from needs_assessment.narrative.swap import recovered_files
from needs_assessment.project import Project


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(placing.PATIENCE, "seconds", 0.0)
    return Project(tmp_path)


@pytest.fixture
def report(project):
    report = project.report("north", "2024-25")
    run(project, report, "first", "marac")
    return report


def texts_of(report):
    """The text of one cell in every version kept, newest first."""
    cells = [each.notebook["cells"] for each in versions(report.narrative, "marac")]
    return [next(c["source"] for c in each if c["id"] == "repeat") for each in cells]


def test_every_text_that_stood_at_a_run_is_kept_up_to_a_number(project, report):
    for number in range(VERSIONS + 5):
        write(report, "repeat", f"Text {number}.")
        run(project, report, "next", "marac")
    last = VERSIONS + 4
    assert texts_of(report) == [f"Text {last - number}." for number in range(VERSIONS)]
    run(project, report, "next", "marac")
    assert len(texts_of(report)) == VERSIONS, "nothing new, no new version"


def test_a_version_comes_back_and_what_it_replaced_is_a_version_too(project, report):
    write(report, "repeat", "Mine.")
    run(project, report, "second", "marac")
    write(report, "repeat", "Worse.")
    restored = restore_version(report, "marac")
    assert in_place(report)["repeat"] == "Mine."
    # That was never in a run, and is not lost: restoring again undoes it.
    undone = restore_version(report, "marac")
    assert undone.number > restored.number
    assert in_place(report)["repeat"] == "Worse."
    run(project, report, "third", "marac", cases="Cases fell.")
    assert in_place(report) | {"repeat": "Worse.", "cases": "Cases fell."} == in_place(report)


def test_a_version_from_before_a_change_of_the_template_takes_the_change_in(project, report):
    write(report, "repeat", "Mine.")
    run(project, report, "second", "marac")
    number = next(versions(report.narrative, "marac")).number
    write(report, "repeat", "Worse.")
    run(project, report, "third", "marac", cases="Cases fell.")
    restore_version(report, "marac", number)
    assert in_place(report)["cases"] == "Cases rose."
    run(project, report, "fourth", "marac", cases="Cases fell.")
    assert (in_place(report)["repeat"], in_place(report)["cases"]) == ("Mine.", "Cases fell.")


def test_a_chapter_that_was_deleted_or_damaged_can_be_brought_back(project, report):
    write(report, "repeat", "Mine.")
    run(project, report, "second", "marac")
    path_of(report).unlink()
    restore_version(report, "marac")
    assert in_place(report)["repeat"] == "Mine."
    path_of(report).write_text("{")
    restore_version(report, "marac")
    assert in_place(report)["repeat"] == "Mine."
    (damaged,) = recovered_files(report)
    assert damaged.read_text() == "{"


@pytest.mark.parametrize("cell", ["how-to-edit", "injected-parameters"])
def test_what_was_typed_where_nothing_is_asked_for_outlives_a_restore(project, report, cell):
    write(report, "repeat", "Mine.")
    run(project, report, "second", "marac")
    write(report, cell, "typed_in_the_wrong_place()")
    restore_version(report, "marac")
    restore_version(report, "marac")
    run(project, report, "third", "marac")
    found = [*in_place(report).values(), *(path.read_text() for path in recovered_files(report))]
    assert any("typed_in_the_wrong_place()" in text for text in found)


def test_a_save_that_was_cut_off_before_a_restore_is_kept(project, report):
    path = path_of(report)
    write(report, "repeat", "Saved.")
    path.with_name(f".~{path.name}").write_bytes(path.read_bytes())
    path.write_bytes(b"")
    restore_version(report, "marac")
    run(project, report, "second", "marac")
    assert any("Saved." in each.read_text() for each in recovered_files(report))


def test_a_notebook_of_an_editor_that_drops_ids_can_be_restored(project, report):
    write(report, "repeat", "Mine.")
    run(project, report, "second", "marac")
    book = read_notebook(path_of(report))
    for cell in book["cells"]:
        del cell["id"]
    path_of(report).write_bytes(notebook_bytes(book))
    restore_version(report, "marac", 1)
    run(project, report, "third", "marac")
    assert in_place(report)["repeat"] == "Repeats fell."


def test_the_list_says_which_versions_differ_from_what_stands(project, report):
    write(report, "repeat", "Mine.")
    run(project, report, "second", "marac", "refuge")
    listed = list_versions(report)
    assert [(each.chapter, each.number, each.differing) for each in listed] == [
        ("marac", 2, 0),
        ("marac", 1, 1),
        ("refuge", 1, 0),
    ]
    assert [each.why for each in listed] == ["found by a run", "made by a run", "made by a run"]
    assert list_versions(report, "refuge") == listed[2:]


@pytest.mark.parametrize(
    ("chapter", "number", "said", "hint"),
    [
        ("marc", None, "marc", "marac"),
        ("marac", 9, "no version 9", "1"),
        ("marac", None, "as it did in every version", ""),
    ],
)
def test_what_cannot_be_restored_is_an_error_that_says_what_can(
    report, chapter, number, said, hint
):
    before = path_of(report).read_bytes()
    with pytest.raises(AssessmentError) as caught:
        restore_version(report, chapter, number)
    assert said in caught.value.message
    assert hint in (caught.value.hint or "")
    assert path_of(report).read_bytes() == before


def test_a_damaged_version_is_passed_over(report):
    (path,) = (report.narrative / "history" / "marac").iterdir()
    path.write_text("{")
    assert list(versions(report.narrative, "marac")) == []


def test_versions_hold_no_outputs(project, report):
    for path in (report.narrative / "history" / "marac").iterdir():
        cells = json.loads(path.read_text())["notebook"]["cells"]
        assert not any(cell.get("outputs") for cell in cells)
        assert {cell["id"] for cell in cells} == {"title", "parameters", "cases", "table", "repeat"}
