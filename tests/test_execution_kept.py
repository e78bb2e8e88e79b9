import copy
import subprocess
import sys

import pytest

from needs_assessment.execution.kept import (
    _NOT_IN_KERNELS,
    Executed,
    execution_digests,
    installed_versions,
    keep_executed,
    kept_execution,
    package_digest,
)
from needs_assessment.execution.kept import (
    changed as differing,
)
from toy_notebooks import code, narrative, notebook, parameters, title

PARAMETERS = {"council": "north", "period": "2024-25"}


SLICE = {"council": {"id": "north"}, "measures": [], "cells": [1]}


def chapter():
    return notebook(
        title(), parameters(), narrative("a", "Text."), code("one", "1"), code("two", "2")
    )


def made_of(book=None, given=PARAMETERS, sliced=SLICE, engine="warm"):
    return execution_digests(book or chapter(), given, sliced, engine)


def changes(**others):
    return differing(made_of(), made_of(**others))


def changed(act):
    book = copy.deepcopy(chapter())
    act(book)
    return book


@pytest.mark.parametrize(
    "act",
    [
        lambda book: book["cells"][3].update(source="1 + 1"),
        lambda book: book["cells"][3].update(id="other"),
        lambda book: book["cells"][3]["metadata"].update(tags=["skip-execution"]),
        lambda book: book["cells"].insert(4, code("new", "3")),
        lambda book: book["cells"].pop(3),
        lambda book: book["cells"].append(book["cells"].pop(3)),
        lambda book: book["metadata"]["needs_assessment"].update(measures=["marac.repeats"]),
    ],
    ids=["code", "id", "tags", "added", "removed", "moved", "measures"],
)
def test_any_change_of_code_is_seen(act):
    assert changes(book=changed(act)) == ["code cells"]


@pytest.mark.parametrize(
    "act",
    [
        lambda book: book["cells"][2].update(source="Other text."),
        lambda book: book["cells"].insert(3, narrative("b", "Added.")),
        lambda book: book["cells"].pop(2),
        lambda book: book["cells"][3].update(outputs=[{"output_type": "stream"}]),
    ],
    ids=["edited", "added", "deleted", "outputs"],
)
def test_no_change_of_text_counts(act):
    assert changes(book=changed(act)) == []


def test_each_thing_a_chapter_is_made_of_is_told_apart():
    assert changes() == []
    assert changes(given={**PARAMETERS, "council": "west"}) == ["council"]
    assert changes(sliced={**SLICE, "council": {"id": "west"}}) == ["parameters"]
    assert changes(sliced={**SLICE, "measures": [1]}) == ["reference data"]
    assert changes(sliced={**SLICE, "cells": [2]}) == ["data"]
    assert changes(engine="stock") == ["engine"]


def test_this_package_and_what_is_installed_count(monkeypatch):
    before = made_of()
    for name, said in (("package_digest", "package"), ("installed_versions", "versions")):
        with monkeypatch.context() as patch:
            patch.setattr(f"needs_assessment.execution.kept.{name}", lambda *given: "other")
            assert differing(before, made_of()) == [said]
    assert made_of() == before


def test_all_of_the_package_counts_for_a_chapter_that_imports_more_than_usual():
    book = chapter()
    book["cells"][3]["source"] = "from needs_assessment import charts, open_chapter"
    usual = made_of(book)["package"]
    assert usual == made_of()["package"]
    for source in ("import needs_assessment.book.render", "from needs_assessment.audit import x"):
        book["cells"][3]["source"] = source
        assert made_of(book)["package"] != usual


def test_a_kernel_loads_no_part_of_the_package_that_does_not_count():
    program = (
        "import sys, needs_assessment.chapter.opening, needs_assessment.chapter.charts\n"
        "import needs_assessment.execution.worker, needs_assessment.execution.warm_child\n"
        "print(*sorted(name for name in sys.modules if name.startswith('needs_assessment.')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    tops = {name.split(".")[1] for name in run.stdout.split()}
    assert "chapter" in tops and not tops & {name.removesuffix(".py") for name in _NOT_IN_KERNELS}


def test_any_file_of_a_package_counts_but_what_python_makes_of_it(tmp_path):
    digests = []
    for name in ("a.py", "sub/b.lua", "sub/c.css"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        for text in ("1", "2"):
            path.write_text(text)
            package_digest.cache_clear()
            digests.append(package_digest(tmp_path))
    assert len(set(digests)) == 6
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    package_digest.cache_clear()
    assert package_digest(tmp_path) == digests[-1]


def test_another_version_of_anything_installed_counts(tmp_path):
    (tmp_path / "seaborn-0.13.2.dist-info").mkdir()
    before = installed_versions((str(tmp_path), "not there"))
    (tmp_path / "seaborn-0.13.2.dist-info").rename(tmp_path / "seaborn-0.13.3.dist-info")
    installed_versions.cache_clear()
    assert installed_versions((str(tmp_path), "not there")) != before


def test_what_is_kept_comes_back_with_what_it_was_made_of(tmp_path):
    book = chapter()
    book["cells"][3]["outputs"] = [
        {"output_type": "display_data", "data": {"text/plain": "½\n\ud83d"}, "metadata": {}}
    ]
    executed = Executed(book, ("one: careful",))
    keep_executed(tmp_path, "marac", made_of(), executed)
    assert kept_execution(tmp_path, "marac") == (made_of(), executed)
    assert kept_execution(tmp_path, "refuge") is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"made_of": {}}', b'{"made_of": {}, "log": [], "notebook": 1}']
)
def test_what_cannot_be_read_is_not_there(tmp_path, damage):
    (tmp_path / "marac.json").write_bytes(damage)
    assert kept_execution(tmp_path, "marac") is None
