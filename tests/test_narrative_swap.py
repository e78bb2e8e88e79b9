import copy
import hashlib
import json
import os
import shutil
import threading
from pathlib import Path

import nbformat
import pytest

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import files, placing, swap
from needs_assessment.narrative.base import read_base
from needs_assessment.narrative.files import notebook_bytes, parse_notebook, read_notebook
from needs_assessment.narrative.history import versions
from needs_assessment.narrative.in_place import merge_in_place
from needs_assessment.narrative.swap import (
    Finished,
    recovered_files,
    swap_chapters,
    unread_notebooks,
)
from needs_assessment.project import ReportFolder
from toy_notebooks import code, injected, markdown, narrative, notebook, parameters, sources, title


def template(chapter, cases="Cases rose."):
    return notebook(
        title(),
        parameters(),
        narrative("cases", cases),
        code("table", "chapter.table(x)"),
        narrative("repeat", "Repeats fell."),
        chapter=chapter,
    )


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.setattr(placing.PATIENCE, "seconds", 1.0)
    return ReportFolder(tmp_path / "reports" / "north" / "2024-25")


def run(report, *chapters, **texts):
    """A whole run: each chapter generated, merged, executed and put in place."""
    finished = []
    for chapter in chapters:
        generated = template(chapter, **texts)
        executed = copy.deepcopy(merge_in_place(report, chapter, generated).notebook)
        executed["cells"].insert(2, injected())
        for cell in executed["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = [{"output_type": "display_data", "data": {}, "metadata": {}}]
                cell["execution_count"] = 1
        finished.append(Finished(chapter, generated, executed))
    return swap_chapters(report, finished)


def path_of(report, chapter="marac"):
    return report.chapters / f"{chapter}.ipynb"


def write(report, cell_id, text, chapter="marac"):
    """What an analyst does in an editor."""
    book = read_notebook(path_of(report, chapter))
    next(cell for cell in book["cells"] if cell["id"] == cell_id)["source"] = text
    path_of(report, chapter).write_bytes(notebook_bytes(book))


def in_place(report, chapter="marac"):
    return sources(read_notebook(path_of(report, chapter)))


def test_a_run_puts_outputs_parameters_and_base_in_place(report):
    run(report, "marac", "refuge")
    book = read_notebook(path_of(report))
    assert [cell["id"] for cell in book["cells"]] == [
        "how-to-edit", "title", "parameters", "injected-parameters", "cases", "table", "repeat",
    ]  # fmt: skip
    assert book["cells"][5]["outputs"]
    assert read_base(report.narrative, "marac", book) == sources(template("marac"))
    manifest = json.loads((report.narrative / "manifest.json").read_text())
    assert set(manifest["chapters"]) == {"marac", "refuge"}
    names = {path.name for path in report.narrative.iterdir()}
    assert names == {"marac.json", "refuge.json", "manifest.json", "history"}
    assert {path.name for path in report.chapters.iterdir()} == {"marac.ipynb", "refuge.ipynb"}


def test_a_second_run_without_changes_writes_the_same_and_leaves_files_alone(report):
    run(report, "marac")
    before = path_of(report).read_bytes(), path_of(report).stat().st_mtime_ns
    run(report, "marac")
    assert (path_of(report).read_bytes(), path_of(report).stat().st_mtime_ns) == before


def test_text_saved_while_chapters_run_is_merged_in(report):
    run(report, "marac")
    generated = template("marac", cases="Cases fell.")
    executed = merge_in_place(report, "marac", generated).notebook
    write(report, "repeat", "Typed while it ran.")
    (done,) = swap_chapters(report, [Finished("marac", generated, executed)])
    assert in_place(report)["repeat"] == "Typed while it ran."
    assert in_place(report)["cases"] == "Cases fell."
    assert done.merged.kept == ("repeat",)


def saving(function, save, when=1):
    """`function`, and an editor that saves right before (`when` 0) or after (1) its first call."""
    calls = []

    def call(*arguments, **options):
        calls.append(1)
        if len(calls) == 1 and when == 0:
            save()
        done = function(*arguments, **options)
        if len(calls) == 1 and when == 1:
            save()
        return done

    return call


def save_in_place(report):
    """As JupyterLab saves: into the file that is there."""
    write(report, "repeat", "Typed at the last moment.")


def save_by_renaming(report):
    """As many text editors save: a new file that takes the name of the old one."""
    path = path_of(report)
    text = path.read_text().replace("Repeats fell.", "Typed at the last moment.")
    other = path.with_name("other")
    other.write_text(text)
    other.replace(path)


def save_anew(report):
    """As an editor saves that finds no file: it writes the text it has open."""
    held_open = in_history(report)
    next(c for c in held_open["cells"] if c["id"] == "repeat")["source"] = (
        "Typed at the last moment."
    )
    path_of(report).write_bytes(notebook_bytes(held_open))


def in_history(report):
    return next(versions(report.narrative, "marac")).notebook


@pytest.mark.parametrize(
    ("owner", "name", "when", "save"),
    [
        (swap, "_prepare", 1, save_in_place),
        (swap, "stage_base", 1, save_in_place),
        (swap, "stage_base", 1, save_by_renaming),
        (Path, "rename", 0, save_in_place),
        (Path, "rename", 0, save_by_renaming),
        (placing, "_link", 0, save_anew),
        (placing, "_link", 1, save_in_place),
        (placing, "_link", 1, save_by_renaming),
    ],
)
def test_text_saved_at_the_last_moment_is_merged_in(report, monkeypatch, owner, name, when, save):
    run(report, "marac")
    monkeypatch.setattr(owner, name, saving(getattr(owner, name), lambda: save(report), when))
    (done,) = run(report, "marac", cases="Cases fell.")
    if (name, when) != ("_link", 1):  # by then the result of the run is in place
        assert done.notebook_digest == hashlib.sha256(path_of(report).read_bytes()).hexdigest()
        assert "Typed at the last moment." in [each.text for each in done.written]
    run(report, "marac", cases="Cases fell.")
    assert in_place(report)["repeat"] == "Typed at the last moment."
    assert in_place(report)["cases"] == "Cases fell."
    assert recovered_files(report) == []


def test_an_editor_that_writes_on_to_the_file_set_aside_loses_nothing(report, monkeypatch):
    run(report, "marac")
    with path_of(report).open("r+") as held_open:
        run(report, "marac", cases="Cases fell.")
        text = held_open.read().replace("Repeats fell.", "Typed late.")
        held_open.seek(0)
        held_open.write(text)
        held_open.truncate()
    run(report, "marac", cases="Cases fell.")
    (copy_of_it,) = recovered_files(report)
    assert copy_of_it.name.startswith("marac-saved-late-")
    assert "Typed late." in copy_of_it.read_text()
    # It stays, and is named by each run, until somebody deletes it.
    run(report, "marac", cases="Cases doubled.")
    assert recovered_files(report) == [copy_of_it]


def test_a_notebook_that_jupyter_is_saving_is_waited_for(report):
    run(report, "marac")
    write(report, "repeat", "Typed.")
    whole = path_of(report).read_bytes()
    path_of(report).write_bytes(whole[:500])
    saved = threading.Timer(0.3, lambda: path_of(report).write_bytes(whole))
    saved.start()
    (done,) = run(report, "marac")
    saved.join()
    assert in_place(report)["repeat"] == "Typed."
    assert done.merged.notes == ()


def test_text_without_a_place_is_in_a_recovery_file(report):
    run(report, "marac")
    write(report, "table", "chapter.table(mine)  # ½ 😀")
    (done,) = run(report, "marac")
    (path,) = recovered_files(report)
    assert path.parent == report.narrative / "recovered"
    assert "chapter.table(mine)  # ½ 😀" in path.read_text(encoding="utf-8")
    assert [note.cell for note in done.merged.notes] == ["table"]
    (done,) = run(report, "marac")
    assert done.merged.notes == ()


def test_a_notebook_of_another_format_stops_the_swap_before_anything_is_replaced(report):
    run(report, "refuge", "marac")
    before = path_of(report, "refuge").read_bytes()
    generated = template("refuge", cases="New.")
    finished = [Finished(name, generated, generated) for name in ("refuge", "marac")]
    damage = b'{"nbformat": 3, "worksheets": []}'
    path_of(report).write_bytes(damage)
    with pytest.raises(AssessmentError) as caught:
        swap_chapters(report, finished)
    assert str(path_of(report)) in caught.value.message
    assert caught.value.hint
    assert path_of(report).read_bytes() == damage
    assert path_of(report, "refuge").read_bytes() == before


def test_a_damaged_base_is_an_error_that_says_what_to_do(report):
    run(report, "marac")
    (report.narrative / "marac.json").write_text("[]")
    with pytest.raises(AssessmentError, match="none is lost"):
        run(report, "marac")


def test_a_notebook_that_is_gone_is_said_to_be(report):
    run(report, "marac")
    path_of(report).unlink()
    (done,) = run(report, "marac")
    (note,) = done.merged.notes
    assert note.severity == "warning" and "restore" in note.sentence
    (done,) = run(report, "marac")
    assert done.merged.notes == ()


def test_a_notebook_whose_chapter_has_left_the_book_is_named(report):
    run(report, "marac", "refuge")
    run(report, "refuge")
    assert unread_notebooks(report, ["refuge"]) == [path_of(report, "marac")]


def test_a_lost_base_keeps_every_word(report):
    run(report, "marac")
    write(report, "cases", "Mine.")
    shutil.rmtree(report.narrative)
    run(report, "marac", cases="Cases fell.")
    assert in_place(report)["cases"] == "Mine."


def test_a_notebook_saved_over_the_result_of_a_run_is_merged_from_what_it_was_generated_with(
    report,
):
    run(report, "marac")
    held_open = path_of(report).read_text()
    run(report, "marac", cases="Cases fell.")
    path_of(report).write_text(held_open.replace("Repeats fell.", "Typed."))
    (done,) = run(report, "marac", cases="Cases fell.")
    assert in_place(report)["cases"] == "Cases fell."
    assert in_place(report)["repeat"] == "Typed."
    assert done.merged.kept == ("repeat",)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    files.replace_file(path, b"old")

    def no_space(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(AssessmentError, match="No space left on device"):
        files.replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_notebooks_are_written_as_jupyter_writes_them():
    book = notebook(
        markdown("a", "one\ntwo\u2028three", tags=["narrative"]),
        {
            **code("b", "x\ny"),
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "1\n2\n"},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {
                        "image/svg+xml": "<svg>\n</svg>",
                        "text/plain": "a\nb",
                        "application/vnd.needs-assessment+json": {"rows": [["[c]", "½"]]},
                    },
                },
            ],
        },
    )
    data = notebook_bytes(book)
    assert data.decode() == nbformat.writes(nbformat.from_dict(book)) + "\n"
    assert parse_notebook(data, "a") == book


def test_half_an_emoji_survives_reading_and_writing():
    book = notebook(markdown("a", "cut \ud83d off"))
    assert parse_notebook(notebook_bytes(book), "a") == book
