"""The command that proposes a mapping: what it writes, what it says, what it refuses."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from founded import empty_project
from needs_assessment.council import Council, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.founding import found_council
from needs_assessment.project import Project
from needs_assessment.returns import proposed
from needs_assessment.returns.proposed import map_file
from returned import text_file, workbook
from running import ROOT, copy_project, run_command

TABLE = [
    ["Refuge quarterly return"],
    [],
    ["Item", "Apr-Jun 24", "Jul-Sep 24", "Target"],
    ["Referrals received", 30, "<5", 40],
    ["Declined: no space", 10, "c", ""],
    ["Average rent", 80, 90, ""],
]
EXTRACT = [
    ["Force extract"],
    [],
    [
        *("Crime Ref No", "Date Reported", "Offence", "DASH Risk", "Victim ID", "Victim DOB"),
        *("Suspect Surname", "Postcode", "District", "MO"),
    ],
    [
        *("CANARY1", "2024-05-01", "Assault", "High", "CANARY2", "1980-01-01"),
        *("CANARY3", "CANARY4", "CANARY5", "CANARY6"),
    ],
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return empty_project(tmp_path / "project")


@pytest.fixture
def north(project: Project) -> Council:
    return load_council(project, "north")


def test_of_rows_about_people_only_the_headings_are_used(
    project: Project, north: Council, tmp_path: Path
) -> None:
    for path in (
        text_file(tmp_path / "extract.csv", EXTRACT),
        workbook(tmp_path / "extract-2.xlsx", EXTRACT),
    ):
        outcome = map_file(project, north, path)
        written = (project.root / outcome.path).read_text(encoding="utf-8")
        assert "CANARY" not in f"{outcome}{written}"
        content = yaml.safe_load(written)
        assert content["layout"] == "records"
        assert content["record"] == ["Crime Ref No"] and content["date"] == "Date Reported"
        assert content["people"] == {"victims": {"columns": ["Victim ID"]}}
        assert content["leave_out"] == ["Victim DOB", "Suspect Surname", "Postcode", "MO"]
        for heading in ("Offence", "DASH Risk", "District"):
            assert f'"{heading}"' in written


def test_a_mapping_is_written_once_and_never_over(
    project: Project, north: Council, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "Refuge Return (2024).xlsx", TABLE)
    first = map_file(project, north, path)
    target = project.mappings / "refuge-return-2024.yml"
    assert first.written and first.path == "params/mappings/refuge-return-2024.yml"
    assert target.read_text(encoding="utf-8") == first.text
    steps = "\n".join(first.next_steps)
    assert "data/returns/north/2024-25/" in steps and "form: refuge-return-2024" in steps
    assert "received: YYYY-MM-DD" in steps
    target.write_text("name: refuge-return-2024\n# mine\n", encoding="utf-8")
    second = map_file(project, north, path)
    assert not second.written and second.text == first.text
    assert target.read_text(encoding="utf-8") == "name: refuge-return-2024\n# mine\n"


def test_what_it_says_of_the_file_and_of_the_parameters(project: Project, north: Council) -> None:
    folder = project.returns("north") / "2023-24"
    folder.mkdir(parents=True)
    workbook(folder / "refuge.csv.xlsx", TABLE)
    outcome = map_file(project, north, folder / "refuge.csv.xlsx")
    steps = "\n".join(outcome.next_steps)
    assert "Put the file" not in steps and "under editions, 2023-24, returns" in steps
    checks = "\n".join(outcome.checks)
    assert "to be decided on: 2" in checks and "reads 4 figures" in checks
    assert "data/returns/north/2023-24/refuge.csv.xlsx" in checks and "“Average rent”" in checks
    text_file(folder / "police.csv", [["Item", "2024-25"], ["DA crimes", 7]])
    steps = "\n".join(map_file(project, north, folder / "police.csv").next_steps)
    assert "lists it with the form standard: make that police" in steps


def test_a_form_that_reads_the_file_is_named_instead(project: Project, north: Council) -> None:
    folder = project.returns("north") / "2024-25"
    shutil.copytree(ROOT / "data" / "returns" / "north" / "2024-25", folder)
    before = sorted(project.mappings.iterdir())
    for file, form in (("marac.xlsx", "marac-quarterly"), ("idva.csv", "standard")):
        outcome = map_file(project, north, folder / file)
        assert f"“{form}” reads this file" in outcome.checks[0] and not outcome.text
    assert sorted(project.mappings.iterdir()) == before


def refused(project: Project, north: Council, path: Path, sheet: str | None = None) -> str:
    before = sorted(project.mappings.iterdir())
    with pytest.raises(AssessmentError) as error:
        map_file(project, north, path, sheet)
    assert sorted(project.mappings.iterdir()) == before
    return str(error.value)


def test_files_that_cannot_be_mapped(
    project: Project, north: Council, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project.returns("north") / "2024-25"
    folder.mkdir(parents=True)
    table = workbook(folder / "refuge.xlsx", TABLE)
    said = refused(project, north, tmp_path / "refuge.xls")
    assert "refuge.xls" in said and "data/returns/north/2024-25/refuge.xlsx?" in said
    assert "Give the path" in refused(project, north, tmp_path / "zzz")
    assert "no sheet “Sheet9”" in refused(project, north, table, "Sheet9")
    words = text_file(tmp_path / "words.csv", [["hello"], ["world"]])
    assert "words.csv: no row looks like the headings" in refused(project, north, words)
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "empty.csv" in refused(project, north, tmp_path / "empty.csv")
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04broken")
    assert "bad.xlsx cannot be opened" in refused(project, north, tmp_path / "bad.xlsx")
    monkeypatch.setattr(proposed, "_LARGEST", 10)
    assert "larger than" in refused(project, north, table)


def test_an_empty_form_needs_no_mapping(project: Project, north: Council) -> None:
    founded = found_council(project, "rutland", "Rutland", "E06000017", date(2025, 5, 1))
    said = refused(project, north, project.root / founded.returns[0])
    assert "is an empty form of this program" in said and "form is standard" in said


def test_the_command(tmp_path: Path) -> None:
    checkout = copy_project(tmp_path / "project")
    text_file(tmp_path / "hub.csv", [["", "May-17"], ["No. of MASH referrals", 1312]])
    run = run_command(checkout, "map", "north", str(tmp_path / "hub.csv"))
    assert run.returncode == 0, run.stderr
    assert "Wrote params/mappings/hub.yml" in run.stdout
    assert "form: hub" in run.stdout and "make check COUNCIL=north" in run.stdout
    again = run_command(checkout, "map", "north", str(tmp_path / "hub.csv"))
    assert again.returncode == 0
    missing = run_command(checkout, "map", "north", "nowhere.csv")
    assert missing.returncode == 2 and "Traceback" not in missing.stderr
    unknown = run_command(checkout, "map", "norht", str(tmp_path / "hub.csv"))
    assert "did you mean “north”" in unknown.stderr
