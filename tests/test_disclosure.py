"""Nothing that may not be shown reaches the protected store."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from completing import Table, opened
from needs_assessment.disclosure.cells import ShownCell
from protecting import DICTIONARY, POLICY, observation, protect
from running import run_command
from stores import build, store_of

AGENCIES = list(DICTIONARY["marac.referrals"].dimensions["agency"].categories)


def shown(*rows: dict[str, Any]) -> list[ShownCell]:
    return protect(*rows).cells


@pytest.mark.parametrize(("value", "display"), [(0, "0"), (5, "5"), (1270, "1,270")])
def test_safe_counts_are_shown(value: int, display: str) -> None:
    (cell,) = shown(observation("marac.cases", value))
    assert (cell.value, cell.display) == (value, display)


@pytest.mark.parametrize("value", [1, 2, 3, 4])
def test_small_counts_of_people_are_hidden(value: int) -> None:
    (cell,) = shown(observation("marac.cases", value))
    assert (cell.value, cell.display, cell.status) == (None, "[c]", "suppressed")


def test_places_money_and_published_figures_are_not_hidden() -> None:
    cells = shown(
        observation("refuge.places", 3),
        observation("marac.cases", 3, nature="published"),
    )
    assert [cell.display for cell in cells] == ["3", "3"]


def test_what_partners_withheld_stays_withheld() -> None:
    cells = shown(
        observation("marac.cases", None, status="confidential"),
        observation("marac.repeats", None, status="below:5"),
        observation("marac.children", None, status="not available"),
    )
    assert [cell.display for cell in cells] == ["[c]", "<5", "[x]"]


quarters = st.lists(st.integers(0, 12), min_size=4, max_size=4)


@settings(max_examples=40, deadline=None)
@given(quarters)
def test_no_quarter_follows_from_the_year(values: list[int]) -> None:
    """A year is shown where it gives no quarter away."""
    names = [f"2024-25 Q{number}" for number in (1, 2, 3, 4)]
    cells = shown(
        *(
            observation("marac.cases", value, period=name)
            for name, value in zip(names, values, strict=True)
        )
    )
    truth = {(name,): value for name, value in zip(names, values, strict=True)}
    table = Table({**truth, ("2024-25",): sum(values)}, [(("2024-25",), tuple(truth))])
    hidden = {(cell.key.period,) for cell in cells if cell.hidden}
    assert not opened(table, hidden)
    if not any(0 < value < 5 for value in values):
        assert not hidden


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=len(AGENCIES), max_size=len(AGENCIES)))
def test_no_category_follows_from_the_total(values: list[int]) -> None:
    cells = shown(
        *(
            observation("marac.referrals", value, dimension="agency", category=name)
            for name, value in zip(AGENCIES, values, strict=True)
        )
    )
    truth = {(name,): value for name, value in zip(AGENCIES, values, strict=True)}
    table = Table({**truth, ("",): sum(values)}, [(("",), tuple(truth))])
    assert not opened(table, {(cell.key.category,) for cell in cells if cell.hidden})


def test_no_total_from_an_incomplete_breakdown() -> None:
    cells = shown(observation("marac.referrals", 30, dimension="agency", category="police"))
    assert [cell.key.category for cell in cells] == ["police"]


@pytest.mark.parametrize(("council", "period"), [("north", "2024-25"), ("west", "2023-24")])
def test_the_store_holds_no_small_count_and_no_raw_text(council: str, period: str) -> None:
    store = store_of(council, period)
    text = json.dumps(store.data)
    assert '"raw"' not in text and '"exact"' not in text
    hidden = [cell for cell in store.data["cells"] if cell["status"] == "suppressed"]
    assert hidden, "the example shows suppression at work"
    for cell in store.data["cells"]:
        held = DICTIONARY[cell["measure"]]
        if cell["nature"] != "published" and held.protect and held.kind == "count":
            assert cell["value"] is None or not 0 < cell["value"] < 5
    for cell in hidden:
        assert cell["value"] is None and cell["display"] == "[c]"


def test_an_indicator_built_on_a_hidden_count_is_hidden(project: Path) -> None:
    path = project / "data" / "returns" / "north" / "2024-25" / "idva.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    header, others = lines[0], [line for line in lines[1:] if not line.startswith("idva.engaged,")]
    path.write_text(
        "\n".join([header, *others, "idva.engaged,2024-25,,,,3,"]) + "\n", encoding="utf-8"
    )
    rate = build("north", root=project).indicators["idva.engagement_rate"]
    assert rate["status"] == "suppressed"
    assert rate["value"] is rate["lower"] is rate["upper"] is rate["numerator"] is None
    assert {rate["display"], *_numbers(rate["figures"])} == {"[c]"}


def _replace_rows(path: Path, start: str, *rows: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(start)]
    path.write_text("\n".join([*kept, *rows]) + "\n", encoding="utf-8")


def test_a_small_count_that_follows_from_a_share_is_hidden(project: Path) -> None:
    """12 assessments of which 25% are about abuse are 3: no count was returned, yet it is small."""
    path = project / "data" / "returns" / "north" / "2024-25" / "children.csv"
    _replace_rows(
        path,
        "children.assessments",
        "children.assessments,2024-25,,,,12,",
        "children.assessments_da_share,2024-25,,,,25,",
    )
    entry = build("north", root=project).indicators["children.assessments_da"]
    assert (entry["status"], entry["value"], entry["display"]) == ("suppressed", None, "[c]")


def test_one_statistic_from_two_partners_stops_the_run(project: Path) -> None:
    """Neither is taken in silence: two providers' places may add up, two counts of crimes not."""
    folder = project / "data" / "returns" / "north" / "2024-25"
    (folder / "second.csv").write_text(
        "measure,period,area,dimension,category,value,note\nrefuge.places,@2025-03-31,,,,10,\n",
        encoding="utf-8",
    )
    params = project / "params" / "north.yml"
    entry = "      second.csv:\n        {form: standard, partner: another provider, "
    entry += "nature: illustrative, received: 2025-05-01}\n"
    head, mark, tail = params.read_text(encoding="utf-8").rpartition("    returns:\n")
    params.write_text(head + mark + entry + tail, encoding="utf-8")
    run = run_command(project, "protect", "north")
    assert run.returncode == 1
    assert "another provider" in run.stderr and "refuge-places.csv, row 2" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_reported_share_is_hidden_with_the_count_it_claims() -> None:
    cells = shown(
        observation("marac.cases", 60),
        observation("marac.repeats", 3),
        observation("marac.repeat_share", 5),
    )
    assert [cell.display for cell in cells] == ["60", "[c]", "[c]"]


@pytest.mark.parametrize(("status", "display"), [("below:2", "[c]"), ("below:5", "<5")])
def test_a_bound_never_says_more_than_the_rule(status: str, display: str) -> None:
    (cell,) = shown(observation("marac.repeats", None, status=status))
    assert cell.display == display


def test_a_kernel_is_never_told_what_stands_in_a_return(project: Path) -> None:
    import os
    import subprocess
    import sys

    path = project / "data" / "returns" / "north" / "2024-25" / "idva.csv"
    _replace_rows(path, "none", "idva.engaged,2024-25 Q1,,,,3 (A Canary twice),")
    code = (
        "from needs_assessment import open_chapter\n"
        "open_chapter('marac', council='north', period='2024-25')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "NEEDS_ASSESSMENT_ROOT": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "could not be made" in run.stderr and "Canary" not in run.stderr


def test_the_store_follows_its_inputs(project: Path) -> None:
    """A store is built again when a return changes, and only then."""
    council, period = "northamptonshire", "2020-21"
    store = project / "reports" / council / period / ".protected" / "store.json"
    assert run_command(project, "protect", council).returncode == 0
    first = store.stat().st_mtime_ns
    assert run_command(project, "protect", council).returncode == 0
    assert store.stat().st_mtime_ns == first
    places = project / "data" / "returns" / council / period / "refuge.csv"
    text = places.read_text(encoding="utf-8")
    assert text.count(",48,") == 1 and '"display": "47"' not in store.read_text(encoding="utf-8")
    places.write_text(text.replace(",48,", ",47,"), encoding="utf-8")
    assert run_command(project, "protect", council).returncode == 0
    assert '"display": "47"' in store.read_text(encoding="utf-8")


def test_rule_is_exact_at_its_edges() -> None:
    assert not POLICY.hides("marac.cases", Fraction(0), "confidential")
    assert POLICY.hides("marac.cases", Fraction(4), "confidential")
    assert not POLICY.hides("marac.cases", Fraction(5), "confidential")
    assert POLICY.hides("marac.cases", Fraction(1), "illustrative")


def _numbers(figures: dict[str, str]) -> list[str]:
    names = ("display", "interval", "numerator", "denominator", "base")
    return [figures[name] for name in names]
