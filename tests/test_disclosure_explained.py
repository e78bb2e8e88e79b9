"""What the analyst is told of what is hidden, and which chapters run again when it changes."""

import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from needs_assessment.disclosure.explain import explain, summarise
from needs_assessment.disclosure.slices import EVERYTHING, Reads, slice_bytes, store_slice
from running import run_command
from stores import build, store_of


@pytest.fixture(scope="module")
def store() -> dict[str, Any]:
    return store_of("north", "2024-25").data


def _rewrite(project: Path, file: str, *changes: tuple[str, str]) -> None:
    path = project / "data" / "returns" / "north" / "2024-25" / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_every_hidden_cell_says_why(store: dict[str, Any]) -> None:
    keys = {
        "|".join(cell[name] for name in ("measure", "period", "area", "dimension", "category"))
        for cell in store["cells"]
        if cell["status"] == "suppressed" or cell["display"] == "<5"
    }
    counts = {(cell["measure"], cell["category"]) for cell in store["cells"]}

    def is_hidden(key: str) -> bool:
        """A hidden cell, or what is left of a count without a part of it, which no cell is."""
        if not key.startswith("rest|"):
            return key in keys
        _, whole, part, _, _, _, category = key.split("|")
        return {(whole, category), (part, category)} <= counts

    for cell in store["cells"]:
        assert bool(cell["why"]) == (cell["status"] == "suppressed") == (cell["display"] == "[c]")
        if cell["why"] and cell["why"]["reason"] == "secondary":
            assert cell["why"]["keys"] and all(map(is_hidden, cell["why"]["keys"]))
    assert {"small", "secondary"} <= {
        cell["why"]["reason"] for cell in store["cells"] if cell["why"]
    }
    assert not store["exposed"]


def test_the_main_figures_of_an_example_survive(store: dict[str, Any]) -> None:
    """Totals and indicators are kept; most of the categories of the edition's year too."""
    assert not any(entry["status"] == "suppressed" for entry in store["indicators"])
    totals = [cell for cell in store["cells"] if not cell["dimension"]]
    withheld = {"confidential"}  # a part of it is: there is no total to keep
    hidden = [cell["why"]["reason"] for cell in totals if cell["status"] == "suppressed"]
    assert withheld.issuperset(hidden)
    agencies = [
        cell["display"]
        for cell in store["cells"]
        if (cell["measure"], cell["period"]) == ("marac.referrals", "2024-25")
        and cell["dimension"] == "agency"
    ]
    assert agencies.count("[c]") <= 2 and len(agencies) >= 10
    found = summarise(store)
    assert found.secondary < found.small / 2


def test_explanations_say_nothing_of_the_size_of_what_is_hidden(
    store: dict[str, Any], project: Path
) -> None:
    """Two editions that differ only in hidden counts are hidden and explained alike, and no
    chapter of one shows what that of the other does not.
    """
    _rewrite(
        project,
        "idva.csv",
        ("age,aged_16_17,4,", "age,aged_16_17,3,"),
        ("age,aged_65_plus,9,", "age,aged_65_plus,10,"),
    )
    other = build("north", "2024-25", project).data
    assert explain(other) == explain(store)
    reads = Reads("services", frozenset({"idva.clients"}))
    assert store_slice(other, reads) == store_slice(store, reads)


def test_explanations_name_tables_categories_and_what_they_protect(store: dict[str, Any]) -> None:
    said = dict(explain(store))
    ages = said["Characteristics of IDVA clients, by age"]
    assert "1 hidden, too small to be shown (16 or 17: 2024-25)" in ages
    assert re.search(r": hidden, so that it does not give away 16 or 17: 2024-25\.", ages)


def test_only_chapters_that_show_a_change_run_again(store: dict[str, Any]) -> None:
    """A secondary cell that moves within a table touches the chapters with that table."""
    moved = copy.deepcopy(store)
    ages = [
        cell
        for cell in moved["cells"]
        if (cell["measure"], cell["period"], cell["dimension"])
        == ("idva.clients", "2024-25", "age")
    ]
    hidden = next(cell for cell in ages if (cell["why"] or {}).get("reason") == "secondary")
    shown = next(cell for cell in ages if cell["value"])
    for name in ("value", "status", "display"):
        hidden[name], shown[name] = shown[name], hidden[name]
    equality = Reads("equality", frozenset({"idva.clients"}))
    marac = Reads("marac", frozenset({"marac.cases", "marac.referrals"}))
    quality = Reads("data-quality", parts=frozenset({EVERYTHING}))
    assert store_slice(moved, equality) != store_slice(store, equality)
    assert store_slice(moved, quality) != store_slice(store, quality)
    assert store_slice(moved, marac) == store_slice(store, marac)
    reasons = copy.deepcopy(store)
    for cell in reasons["cells"]:
        cell["why"] = None
    for reads in (equality, marac, quality):
        assert store_slice(reasons, reads) == store_slice(store, reads)
    order = json.loads(slice_bytes(store_slice(store, marac)))["measures"]
    agencies = next(each for each in order if each["id"] == "marac.referrals")["dimensions"]
    kept = next(each for each in store["measures"] if each["id"] == "marac.referrals")
    assert list(agencies["agency"]["categories"]) == list(
        kept["dimensions"]["agency"]["categories"]
    ), "tables have the categories in the order of the data dictionary"
    changed = copy.deepcopy(store)
    entry = next(each for each in changed["indicators"] if each["chapter"] == "marac")
    entry["display"] = "other"
    other = replace(equality, indicators=frozenset({entry["id"]}))
    for reads in (marac, other, quality):
        assert store_slice(changed, reads) != store_slice(store, reads)
    assert store_slice(changed, equality) == store_slice(store, equality)


def test_check_explains_and_writes_nothing_of_it(project: Path) -> None:
    run = run_command(project, "check", "north")
    assert run.returncode == 0
    assert "hidden: Characteristics of IDVA clients, by age: 1 hidden, too small" in run.stdout
    assert re.search(r"Disclosure control: [\d,]+ cells in \d+ tables: \d+ hidden", run.stdout)
    written = (project / "reports" / "north" / "2024-25" / "checks.json").read_text(
        encoding="utf-8"
    )
    assert "too small to be shown" not in written and "give away" not in written
