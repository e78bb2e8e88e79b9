import copy

import pytest

from needs_assessment.execution.kept import (
    Executed,
    execution_key,
    installed_versions,
    keep_executed,
    kept_execution,
    package_digest,
)
from toy_notebooks import code, narrative, notebook, parameters, title

PARAMETERS = {"council": "north", "period": "2024-25"}


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.json"
    path.write_text("{}")
    return path


def chapter():
    return notebook(
        title(), parameters(), narrative("a", "Text."), code("one", "1"), code("two", "2")
    )


def key(store, book=None, given=PARAMETERS, engine="warm"):
    return execution_key(book or chapter(), given, store, engine)


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
def test_any_change_of_code_changes_the_key(store, act):
    assert key(store, changed(act)) != key(store)


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
def test_no_change_of_text_does(store, act):
    assert key(store, changed(act)) == key(store)


def test_the_store_the_parameters_and_the_engine_change_the_key(store):
    keys = {
        key(store),
        key(store, given={**PARAMETERS, "council": "west"}),
        key(store, engine="stock"),
    }
    store.write_text("{ }")
    keys.add(key(store))
    assert len(keys) == 4


def test_this_package_and_what_is_installed_change_the_key(store, monkeypatch):
    before = key(store)
    for name in ("package_digest", "installed_versions"):
        with monkeypatch.context() as patch:
            patch.setattr(f"needs_assessment.execution.kept.{name}", lambda place: "other")
            assert key(store) != before
    assert key(store) == before


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


def test_what_is_kept_comes_back_under_its_key_alone(tmp_path):
    book = chapter()
    book["cells"][3]["outputs"] = [
        {"output_type": "display_data", "data": {"text/plain": "½\n\ud83d"}, "metadata": {}}
    ]
    executed = Executed(book, ("one: careful",))
    keep_executed(tmp_path, "marac", "key", executed)
    assert kept_execution(tmp_path, "marac", "key") == executed
    assert kept_execution(tmp_path, "marac", "other key") is None
    assert kept_execution(tmp_path, "refuge", "key") is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"key": "key"}', b'{"key": "key", "log": [], "notebook": 1}']
)
def test_what_cannot_be_read_is_not_there(tmp_path, damage):
    (tmp_path / "marac.json").write_bytes(damage)
    assert kept_execution(tmp_path, "marac", "key") is None
