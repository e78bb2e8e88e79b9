import copy
import json
import os
from pathlib import Path

import nbformat
import pytest

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import files, swap
from needs_assessment.narrative.base import read_base
from needs_assessment.narrative.files import notebook_bytes, parse_notebook, read_notebook
from needs_assessment.narrative.swap import Finished, merge_in_place, swap_chapters
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
def report(tmp_path):
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
        "title", "parameters", "injected-parameters", "cases", "table", "repeat",
    ]  # fmt: skip
    assert book["cells"][4]["outputs"]
    assert read_base(report.narrative, "marac", book) == sources(template("marac"))
    manifest = json.loads((report.narrative / "manifest.json").read_text())
    assert set(manifest["chapters"]) == {"marac", "refuge"}
    names = {path.name for path in report.narrative.iterdir()}
    assert names == {"marac.json", "refuge.json", "manifest.json"}


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


def test_text_saved_between_merge_and_replacement_is_merged_in(report, monkeypatch):
    run(report, "marac")
    prepare, calls = swap._prepare, []

    def prepare_then_save(*arguments):
        ready = prepare(*arguments)
        if not calls:
            write(report, "repeat", "Typed at the last moment.")
        calls.append(1)
        return ready

    monkeypatch.setattr(swap, "_prepare", prepare_then_save)
    run(report, "marac")
    assert in_place(report)["repeat"] == "Typed at the last moment."


def test_text_without_a_place_is_in_a_recovery_file(report):
    run(report, "marac")
    write(report, "table", "chapter.table(mine)  # ½ 😀")
    (done,) = run(report, "marac")
    assert "chapter.table(mine)  # ½ 😀" in done.recovery.read_text(encoding="utf-8")
    assert done.recovery.parent == report.narrative / "recovered"
    (done,) = run(report, "marac")
    assert done.recovery is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b'{"cells": [',
        b"[]",
        b'{"nbformat": 4, "cells": [{"cell_type": "markdown"}]}',
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4, "cells": [{"cell_type": "raw", "source": "", "metadata": {"tags": 1}}]}',
        "<<<<<<< HEAD\n".encode("utf-16"),
    ],
)
def test_an_unreadable_notebook_stops_the_swap_before_anything_is_replaced(report, damage):
    run(report, "refuge", "marac")
    before = path_of(report, "refuge").read_bytes()
    generated = template("refuge", cases="New.")
    finished = [Finished(name, generated, generated) for name in ("refuge", "marac")]
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


def test_a_lost_base_keeps_every_word(report):
    run(report, "marac")
    write(report, "cases", "Mine.")
    (report.narrative / "marac.json").unlink()
    run(report, "marac", cases="Cases fell.")
    assert in_place(report)["cases"] == "Mine."


class Killed(BaseException):
    """Stands for the end of the process: nothing in the product catches it."""


@pytest.mark.parametrize("moment", range(40))
def test_a_run_cut_off_at_any_write_loses_nothing_and_the_next_completes_it(
    report, monkeypatch, moment
):
    run(report, "marac", "refuge")
    write(report, "repeat", "Typed.", "marac")
    write(report, "table", "typed_code()", "marac")
    count = 0

    def maybe_killed(function):
        def call(*arguments, **options):
            nonlocal count
            count += 1
            if count == moment + 1:
                raise Killed
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for owner, name in (
            (os, "fdopen"), (os, "fsync"), (Path, "chmod"), (Path, "replace"), (Path, "unlink"),
        ):  # fmt: skip
            patch.setattr(owner, name, maybe_killed(getattr(owner, name)))
        try:
            run(report, "marac", "refuge", cases="Cases fell.")
        except Killed:
            pass
        else:
            assert count <= moment

    def recovered():
        return [path.read_text() for path in (report.narrative / "recovered").glob("*.md")]

    everything = [*in_place(report).values(), *recovered()]
    assert any("Typed." in text for text in everything)
    assert any("typed_code()" in text for text in everything)

    run(report, "marac", "refuge", cases="Cases doubled.")
    assert in_place(report, "refuge")["cases"] == "Cases doubled."
    assert in_place(report)["cases"] == "Cases doubled."
    assert in_place(report)["repeat"] == "Typed."
    assert any("typed_code()" in text for text in recovered())
    assert not list(report.narrative.glob("*.next.json"))


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
