"""The files beside the report: complete, consistent, and silent about the machine."""

import json
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.project import Project
from needs_assessment.results import provenance_json
from running import ROOT, Report

Assessed = Callable[[str, str], Report]
EDITIONS = [
    ("north", "2024-25"),
    ("west", "2024-25"),
    ("three-rivers", "2017-18"),
    ("northamptonshire", "2020-21"),
]

FIELDS = set(
    [
        "id",
        "name",
        "chapter",
        "kind",
        "value",
        "unit",
        "lower",
        "upper",
        "numerator",
        "denominator",
        "numerator_period",
        "denominator_period",
        "population",
        "benchmark",
        "status",
        "nature",
        "display",
        "sources",
    ]
)
BENCHMARK = set(
    ["id", "name", "value", "lower", "upper", "geography", "period", "verified", "comparison"]
)


@pytest.mark.parametrize("edition", EDITIONS)
def test_indicators_json_keeps_its_contract(assessed: Assessed, edition: tuple[str, str]) -> None:
    report = assessed(*edition)
    data = json.loads((report.path / "indicators.json").read_text(encoding="utf-8"))
    assert (data["council"], data["period"], data["edition_status"]) == (*edition, "draft")
    for entry in data["indicators"]:
        assert set(entry) >= FIELDS
        assert entry["status"] in (
            "ok",
            "reported",
            "approximate",
            "bounded",
            "suppressed",
            "unavailable",
        )
        if entry["benchmark"]:
            assert set(entry["benchmark"]) >= BENCHMARK
            assert entry["benchmark"]["verified"] is True
        if entry["status"] in ("suppressed", "unavailable"):
            assert entry["value"] is entry["lower"] is entry["upper"] is None
        for source in entry["sources"]:
            path = report.path.parents[2] / source["file"]
            assert path.is_file() and all(row >= 1 for row in source["rows"])


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_result_knows_the_machine(assessed: Assessed, edition: tuple[str, str]) -> None:
    report = assessed(*edition)
    root = report.path.parents[2]
    words = [str(root), str(Path.home()), socket.gethostname()]
    checked = 0
    for path in report.path.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".ipynb", ".qmd", ".yml", ".html", ".svg"):
            text = path.read_text(encoding="utf-8")
            for word in words:
                assert word not in text, (path.name, word)
            checked += 1
    assert checked > 20


def test_illustrative_data_are_marked_everywhere(assessed: Assessed) -> None:
    report = assessed("north", "2024-25")
    page = (report.path / "index.html").read_text(encoding="utf-8")
    assert "Illustrative data, not real figures" in page
    chapters = report.path / "book"
    for path in chapters.glob("*.qmd"):
        text = path.read_text(encoding="utf-8")
        for caption in re.findall(r"^(?:: |!\[)(.*the MARAC coordinator.*)$", text, re.MULTILINE):
            assert "Illustrative data" in caption
    workbook = openpyxl.load_workbook(report.path / "tables.xlsx")
    assert "illustrative" in str([cell.value for cell in workbook.worksheets[0]["A"]])


def test_published_examples_are_not_called_illustrative(assessed: Assessed) -> None:
    for edition in EDITIONS[2:]:
        page = (assessed(*edition).path / "index.html").read_text(encoding="utf-8")
        assert "Illustrative" not in page


def test_the_workbook_holds_every_table_and_no_formula(assessed: Assessed) -> None:
    report = assessed("north", "2024-25")
    workbook = openpyxl.load_workbook(report.path / "tables.xlsx")
    qmd = "".join(
        path.read_text(encoding="utf-8")
        for path in (report.path / "book").glob("*.qmd")
        if path.stem not in ("indicators", "data-dictionary", "methods", "sources", "checks")
    )
    labels = re.findall(r"\{#tbl-", qmd)
    assert len(workbook.sheetnames) == len(labels) + 2, "a cover, contents, a sheet a table"
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"


def test_a_confidential_return_cannot_be_guessed_by_its_hash(tmp_path: Path) -> None:
    """Whoever has the form and all but one number of a return could try each for its hash."""
    for folder in ("params", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    file = tmp_path / "params" / "three-rivers.yml"
    settings = file.read_text(encoding="utf-8")
    file.write_text(settings.replace("nature: published", "nature: confidential", 1), "utf-8")
    project = Project(tmp_path)
    council = load_council(project, "three-rivers")
    store = build_store(project, council, choose_period(council, None))
    returns = json.loads(provenance_json(store, tmp_path, [file], "built-in"))["inputs"]
    hidden = [name for name, digest in returns.items() if digest is None]
    assert len(hidden) == 1 and store.data["inputs"][hidden[0]] not in returns.values()
    assert all(returns[name] for name in set(returns) - set(hidden))


def test_provenance_names_every_input_by_its_hash(assessed: Assessed) -> None:
    import hashlib

    report = assessed("three-rivers", "2017-18")
    root = report.path.parents[2]
    data = json.loads((report.path / "provenance.json").read_text(encoding="utf-8"))
    names = set(data["inputs"])
    assert {"params/three-rivers.yml", "data/reference/population.csv"} <= names
    assert any(name.startswith("data/returns/three-rivers/2017-18/") for name in names)
    for name, digest in data["inputs"].items():
        assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest
    assert data["renderer"] == "built-in"
