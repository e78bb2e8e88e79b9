"""A board's dashboard between assessments: the latest quarters, compared and protected."""

import json
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from needs_assessment.council import load_council
from needs_assessment.disclosure.quarterly import quarterly_data
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators import intervals
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from running import ROOT, copy_project, run_command
from stores import store_of

PART = "2024-25 Q1..Q2"
HEALTH = Path("data", "returns", "north", "2024-25", "health.csv")


def protected(root: Path, part: str = PART) -> dict[str, Any]:
    project = Project(root)
    return quarterly_data(project, load_council(project, "north"), parse_period(part)).data


def by_id(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in data["indicators"]}


@pytest.fixture(scope="module")
def north() -> dict[str, Any]:
    return protected(ROOT)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dashboard that the command made."""
    project = copy_project(tmp_path_factory.mktemp("dashboard") / "project")
    run = run_command(project, "assessment", "north", "--period", PART)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "passed" in run.stdout
    return project / "reports" / "north" / "2024-25" / "dashboards" / "q1-q2"


def change_health(root: Path, quarter: str, value: str) -> None:
    """Has the health service return another number for a quarter, or (with "") none."""
    path = root / HEALTH
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(
        number
        for number, line in enumerate(lines)
        if line.startswith(f"health.referrals,{quarter},")
    )
    columns = lines[0].strip().split(",")
    cells = lines[place].rstrip("\n").split(",")
    cells[columns.index("value")] = value
    lines[place] = ",".join(cells) + "\n" if value else ""
    path.write_text("".join(lines), encoding="utf-8")


def test_a_part_year_is_the_sum_of_its_quarters_as_the_report_shows_them(
    north: dict[str, Any],
) -> None:
    store = store_of("north", "2024-25")
    quarters = {
        cell["period"]: cell["value"]
        for cell in store.cells("marac.cases")
        if not cell["dimension"] and cell["period"].startswith("2024-25 Q")
    }
    cases = by_id(north)["marac.cases"]
    assert cases["so_far"]["value"] == quarters["2024-25 Q1"] + quarters["2024-25 Q2"]
    assert cases["now"]["value"] == quarters["2024-25 Q2"]


def test_a_quarter_is_compared_with_the_same_one_of_the_year_before(
    north: dict[str, Any],
) -> None:
    for each in by_id(north).values():
        if each["kind"] != "count" or not each["now"]["previous"]:
            continue
        now, before = each["now"]["value"], each["quarters"][north["same"]]["value"]
        assert each["now"]["previous"]["value"] == before
        low, high = intervals.change(now, before)
        word = "higher" if low > 0 else "lower" if high < 0 else "no clear change"
        assert each["now"]["direction"] == word
    assert (north["latest"], north["same"]) == ("2024-25 Q2", "2023-24 Q2")


def test_what_comes_later_in_the_year_has_no_part_in_it(
    north: dict[str, Any], project: Path
) -> None:
    change_health(project, "2024-25 Q3", "77")
    assert protected(project) == north
    assert "2024-25 Q3" not in json.dumps(north)


def test_a_hidden_quarter_does_not_follow_from_the_part_year(project: Path) -> None:
    change_health(project, "2024-25 Q1", "3")
    referrals = by_id(protected(project))["health.referrals"]
    assert referrals["quarters"]["2024-25 Q1"]["display"] == "[c]"
    rest = [referrals["quarters"]["2024-25 Q2"]["value"], referrals["so_far"]["value"]]
    assert None in rest


def test_a_quarter_that_no_partner_returned_is_said(project: Path) -> None:
    change_health(project, "2024-25 Q2", "")
    data = protected(project)
    assert "health.referrals" not in by_id(data)
    assert "Referrals to domestic abuse services by health services" in [
        each["name"] for each in data["missing"]
    ]


def test_the_dashboard_is_two_pages_that_say_what_they_are(made: Path) -> None:
    page = (made / "index.html").read_text(encoding="utf-8")
    assert "Illustrative data, not real figures" in page and "Draft" in page
    with pikepdf.open(made / "dashboard.pdf") as pdf:
        assert len(pdf.pages) == 2
        assert "quarters 1 to 2 of 2024-25" in str(pdf.docinfo["/Title"])
    kept = json.loads((made / "indicators.json").read_text(encoding="utf-8"))
    assert kept["period"] == PART
    assert not (made.parents[1] / "chapters").exists()


def test_the_words_of_the_charts_hold_their_numbers(made: Path, north: dict[str, Any]) -> None:
    page = (made / "index.html").read_text(encoding="utf-8")
    alt = next(alt for alt in re.findall(r'alt="([^"]+)"', page) if "Small charts" in alt)
    for each in north["indicators"]:
        if f"{each['name']}: " in alt:
            shown = [each["quarters"][period]["display"] for period in north["periods"]]
            assert ", ".join(shown) in alt


def test_a_part_of_a_year_without_an_edition_is_an_error() -> None:
    project = Project(ROOT)
    with pytest.raises(AssessmentError, match=r"no edition 2030-31") as found:
        quarterly_data(project, load_council(project, "north"), parse_period("2030-31 Q1"))
    assert "needs-assessment forms north --period 2030-31" in found.value.hint
