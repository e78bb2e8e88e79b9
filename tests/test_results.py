"""The files beside the report: complete, consistent, and silent about the machine."""

import csv
import json
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup

from needs_assessment.audit.office import read_workbook
from needs_assessment.audit.pages import read_page
from needs_assessment.audit.shown import plain
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.project import Project
from needs_assessment.provenance import provenance_json, read_provenance
from running import ROOT, Report

Assessed = Callable[[str, str], Report]
EDITIONS = [
    ("north", "2024-25"),
    ("west", "2024-25"),
    ("three-rivers", "2017-18"),
    ("northamptonshire", "2020-21"),
]

ANNEXES = ("indicators", "data-dictionary", "methods", "sources", "checks", "assurance")

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
    for sheet in workbook.worksheets[3:]:
        assert "Draft." in [cell.value for cell in sheet["A"]], sheet.title
        if "the MARAC coordinator" in str([cell.value for cell in sheet["A"]]):
            assert "Illustrative data." in [cell.value for cell in sheet["A"]], sheet.title
    assert "Illustrative data" in str([cell.value for cell in workbook.worksheets[0]["A"]])
    [header, *rows] = csv.reader(
        (report.path / "indicators.csv").read_text(encoding="utf-8-sig").splitlines()
    )
    natures = {row[header.index("nature")] for row in rows}
    assert natures == {"illustrative", "published"}


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
        if path.stem not in ANNEXES
    )
    labels = re.findall(r"\{#tbl-", qmd)
    assert len(workbook.sheetnames) == len(labels) + 3, "cover, contents, notes, a sheet a table"
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"


@pytest.mark.parametrize("edition", EDITIONS[::2])
def test_tables_have_the_number_and_the_cells_that_the_report_gives_them(
    assessed: Assessed, edition: tuple[str, str]
) -> None:
    report = assessed(*edition)
    page = BeautifulSoup((report.path / "index.html").read_text(encoding="utf-8"), "html.parser")
    captions = [
        plain(found.caption.get_text()) for found in page.find_all("table") if found.caption
    ]
    shown = {table.title: table for table in read_page(report.path / "index.html", "").tables}
    tables = [
        table
        for table in read_workbook(report.path / "tables.xlsx", "").tables
        if table.title not in ("Contents", "Notes")
    ]
    sheets = openpyxl.load_workbook(report.path / "tables.xlsx").worksheets[3:]
    for sheet, table in zip(sheets, tables, strict=True):
        title = plain(re.sub(r" \[note \d+\]", "", sheet["A1"].value))
        assert any(caption.startswith(f"{title}.") for caption in captions), title
        rows = [tuple(cell.replace("[z]", "") for cell in row) for row in shown[table.title].rows]
        assert list(table.rows) == rows, title


@pytest.mark.parametrize("edition", EDITIONS[::2])
def test_the_tidy_table_holds_every_indicator(assessed: Assessed, edition: tuple[str, str]) -> None:
    report = assessed(*edition)
    text = (report.path / "indicators.csv").read_text(encoding="utf-8-sig")
    rows = {row["id"]: row for row in csv.DictReader(text.splitlines())}
    groups = report.breakdowns().values()
    entries = [*report.indicators().values(), *(row for group in groups for row in group["rows"])]
    assert set(rows) == {entry["id"] for entry in entries}
    for entry in entries:
        row = rows[entry["id"]]
        for name in ("value", "lower", "upper", "numerator", "denominator"):
            assert (float(row[name]) if row[name] else None) == entry[name]
        assert (row["status"], row["display"]) == (entry["status"], entry["display"])
        assert all(source["file"] in row["sources"] for source in entry["sources"])


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
    written = provenance_json(store, tmp_path, [file], tmp_path / "none", [], "built-in")
    (tmp_path / "provenance.json").write_bytes(written)
    returns = read_provenance(tmp_path / "provenance.json").inputs
    hidden = [name for name, digest in returns.items() if not digest]
    assert len(hidden) == 1 and store.data["inputs"][hidden[0]].encode() not in written
    assert all(returns[name] for name in set(returns) - set(hidden))


def test_provenance_names_every_input_by_its_hash(assessed: Assessed) -> None:
    import hashlib

    report = assessed("three-rivers", "2017-18")
    root = report.path.parents[2]
    provenance = read_provenance(report.path / "provenance.json")
    names = set(provenance.inputs)
    assert {"params/three-rivers.yml", "data/reference/population.csv"} <= names
    assert any(name.startswith("data/returns/three-rivers/2017-18/") for name in names)
    for name, digest in provenance.inputs.items():
        assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest
    assert provenance.renderer == "built-in"
