"""`check` lists everything in one go and never falls over."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from needs_assessment.checking.check import Checked, check
from needs_assessment.checking.places import flag_error
from needs_assessment.checking.shown import lines, show
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import MERGED, Flag
from needs_assessment.project import Project
from running import run_command


def checks(project: Path, council: str, period: str) -> list[dict[str, object]]:
    path = project / "reports" / council / period / "checks.json"
    return json.loads(path.read_text(encoding="utf-8"))["flags"]


def keep_chapters(project: Path, *kept: str) -> None:
    """Templates and quarto.yml with only some chapters."""
    annexes = {
        "index",
        "data-dictionary",
        "indicators",
        "methods",
        "sources",
        "checks",
        "assurance",
    }
    book = project / "quarto.yml"
    lines_kept = [
        line
        for line in book.read_text(encoding="utf-8").splitlines(keepends=True)
        if not line.strip().endswith(".qmd")
        or line.strip().removeprefix("- ").removesuffix(".qmd") in {*kept, *annexes}
    ]
    book.write_text("".join(lines_kept), encoding="utf-8")
    for path in (project / "notebooks").glob("*.ipynb"):
        if path.stem not in kept:
            path.unlink()


def test_a_council_in_order_has_warnings_and_exit_code_0(project: Path) -> None:
    keep_chapters(project, "marac")
    run = run_command(project, "check", "three-rivers")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "idva.csv, row 7: warning: cut off, not rounded:" in run.stdout
    assert "0 errors" in run.stdout and "open questions" in run.stdout
    flags = checks(project, "three-rivers", "2017-18")
    assert {flag["severity"] for flag in flags} == {"warning", "note"}
    assert [path.name for path in (project / "reports/three-rivers/2017-18").iterdir()] == [
        "checks.json"
    ], "nothing else is written"


def test_every_problem_is_listed_at_once_errors_first(project: Path) -> None:
    keep_chapters(project, "marac", "refuge")
    returns = project / "data/returns/three-rivers/2017-18"
    marac = returns / "marac.csv"
    marac.write_text(
        marac.read_text(encoding="utf-8") + "marac.cases,2017,,,,many,\nmarac.case,2017,,,,3,\n",
        encoding="utf-8",
    )
    (returns / "funding.csv").unlink()
    (returns / "surprise.csv").write_text("measure,period,value\n", encoding="utf-8")
    for name, old, new in (
        ("marac", "{{ marac.cases", "{{ marac.casses"),
        ("refuge", "{% if available(", "{% if availible("),
    ):
        template = project / "notebooks" / f"{name}.ipynb"
        text = template.read_text(encoding="utf-8")
        assert old in text
        template.write_text(text.replace(old, new, 1), encoding="utf-8")
    run = run_command(project, "check", "three-rivers")
    assert run.returncode == 1
    assert "Traceback" not in run.stdout + run.stderr
    flags = checks(project, "three-rivers", "2017-18")
    severities = [flag["severity"] for flag in flags]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    errors = [flag for flag in flags if flag["severity"] == "error"]
    text = "\n".join(f"{flag['file']} {flag['row']} {flag['sentence']}" for flag in errors)
    assert f"marac.csv {len(marac.read_text().splitlines()) - 1}" in text and "“many”" in text
    assert "“marac.case”" in text
    assert "funding.csv" in text and "surprise.csv" in text
    assert "marac.casses" in text and "availible" in text
    assert any(flag["rule"] == "cut off, not rounded" for flag in flags), "rules run all the same"
    assert run.stdout.index("surprise.csv") < run.stdout.index("idva.csv")


def test_what_the_last_run_said_of_the_text_is_kept(project: Path) -> None:
    """Only a run merges the analyst's text: a check must not forget what it said."""
    keep_chapters(project, "marac")
    path = project / "reports/three-rivers/2017-18/checks.json"
    path.parent.mkdir(parents=True)
    note = {
        "severity": "warning",
        "rule": MERGED,
        "subject": "marac",
        "sentence": "Text set aside is in marac.txt.",
        "file": "chapters/marac.ipynb",
        "sheet": "",
        "row": None,
    }
    path.write_text(json.dumps({"flags": [note, {**note, "rule": "a jump"}]}), encoding="utf-8")
    for _ in range(2):
        checked = check(Project(project), "three-rivers")
        kept = [flag for flag in checks(project, "three-rivers", "2017-18") if flag["file"]]
        (listed,) = [each for each in kept if each["file"] == note["file"]]
        assert listed == {"id": listed["id"], **note, "answer": None}
        assert note["sentence"] in {flag.sentence for flag in checked.flags}
    path.write_text("{", encoding="utf-8")
    assert check(Project(project), "three-rivers").count("error") == 0, "a broken list is made anew"


def test_each_thing_wrong_with_the_parameters_is_a_line(project: Path) -> None:
    path = project / "params" / "three-rivers.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("code: E07000102", "code: 7").replace("status: draft", "status: drafft")
    path.write_text(text.replace("nature: published", "nature: publised", 1), encoding="utf-8")
    flags = check(Project(project), "three-rivers").flags
    assert [(flag.severity, flag.file) for flag in flags] == [
        ("error", "params/three-rivers.yml")
    ] * 3
    for sentence, word in zip(
        [flag.sentence for flag in flags], ("7", "drafft", "publised"), strict=True
    ):
        assert f"{word}" in sentence and "\n" not in sentence


def test_a_form_that_cannot_be_used_is_told_once_with_its_returns(project: Path) -> None:
    keep_chapters(project, "marac")
    path = project / "params" / "mappings" / "standard.yml"
    path.write_text("name: standard\nlayout: wild\n", encoding="utf-8")
    errors = [
        flag for flag in check(Project(project), "three-rivers").flags if flag.severity == "error"
    ]
    assert [flag.file for flag in errors] == ["params/mappings/standard.yml"]
    assert "Not read for it: police.csv, marac.csv" in errors[0].sentence


def test_a_return_sent_by_two_partners_is_one_line(project: Path) -> None:
    keep_chapters(project, "marac")
    returns = project / "data/returns/three-rivers/2017-18"
    (returns / "again.csv").write_bytes((returns / "marac.csv").read_bytes())
    path = project / "params" / "three-rivers.yml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + "      again.csv: {form: standard, partner: the press, nature: published, "
        + "received: 2026-11-02}\n",
        encoding="utf-8",
    )
    flags = check(Project(project), "three-rivers").flags
    about = [flag for flag in flags if flag.file.endswith("again.csv") and flag.severity != "note"]
    (error,) = about
    assert "and 3 more: given by the press, and with the same value by the MARAC" in error.sentence


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nature: published", "nature: publised", "publised"),
        ("form: standard", "form: standrd", "standrd"),
        ("returns:", "retruns:", "retruns"),
        ("name: Three Rivers", "name: [", "row 6"),
    ],
)
def test_parameters_that_cannot_be_used(project: Path, old: str, new: str, said: str) -> None:
    path = project / "params" / "three-rivers.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    run = run_command(project, "check", "three-rivers")
    assert run.returncode == 1
    assert "Traceback" not in run.stdout + run.stderr
    assert said in run.stdout
    assert "error" in run.stdout


def test_broken_reference_data_is_an_error_like_any_other(project: Path) -> None:
    measures = project / "data" / "reference" / "measures.yml"
    text = measures.read_text(encoding="utf-8")
    measures.write_text(text.replace("kind: count", "kind: cuont", 1), encoding="utf-8")
    run = run_command(project, "check", "three-rivers")
    assert run.returncode == 1 and "Traceback" not in run.stdout + run.stderr
    assert "data/reference/measures.yml: error:" in run.stdout


def test_a_council_that_there_is_not(project: Path) -> None:
    run = run_command(project, "check", "norht")
    assert run.returncode == 2
    assert "did you mean “north”" in run.stderr


def test_a_narrow_terminal_gets_a_table() -> None:
    checked = Checked(
        council="A council",
        period="2024-25",
        flags=(
            Flag("note", "a jump", "m", "Cases, 2024-25: 20 after 90.", "data/b.csv", "", 3),
            Flag("error", "cannot be used", "m", "“many” [c] is no number.", "data/a.csv", "S", 9),
        ),
        gaps=(
            {
                "chapter": "marac",
                "question": "Which agencies refer?",
                "answered": "no",
                "missing": ("No return gives: Cases",),
                "holders": ("MARAC",),
            },
        ),
        file="reports/x/checks.json",
    )
    shown = io.StringIO()
    show(checked, Console(file=shown, force_terminal=True, width=60, color_system=None))
    text = shown.getvalue()
    assert text.index("data/a.csv") < text.index("data/b.csv") < text.index("MARAC")
    assert "S, row 9" in text and "[c]" in text
    assert "1 error, 0 warnings, 1 note and 1 open question." in " ".join(text.split())
    assert all(len(line) <= 60 for line in text.splitlines() if "json" not in line)


def test_a_file_full_of_errors_is_no_wall() -> None:
    flags = tuple(
        Flag("error", "cannot be used", "m", f"“{row}x” is no number.", "a.csv", "", row)
        for row in range(1, 3001)
    )
    checked = Checked("A council", "2024-25", flags, file="reports/x/checks.json")
    for terminal in (True, False):
        shown = io.StringIO()
        show(checked, Console(file=shown, force_terminal=terminal, width=80, color_system=None))
        text = " ".join(shown.getvalue().split())
        assert "“1x”" in text and "“3000x”" not in text
        assert "… and 2960 more: all are in reports/x/checks.json." in text
        assert "3000 errors" in text


def test_the_same_said_of_several_figures_is_one_line() -> None:
    flags = [
        Flag("note", "other period", f"m{n}", f"Measure {n}: for calendar 2017.", "a.csv", "", n)
        for n in (2, 3, 4)
    ]
    (line,) = lines(flags)
    assert line.sentence == "Measure 2; 2 more: for calendar 2017."
    assert line.where == "rows 2, 3, 4"
    (pair,) = lines(flags[:2])
    assert pair.sentence == "Measure 2; Measure 3: for calendar 2017."


@pytest.mark.parametrize(
    ("message", "file", "sheet", "row", "sentence"),
    [
        (
            "data/returns/x/a b, c.csv, sheet “S 1”, row 7, column “v”: “q” is no number.",
            "data/returns/x/a b, c.csv",
            "S 1",
            7,
            "Column “v”: “q” is no number.",
        ),
        (
            "data/returns/x/gone.csv is listed.",
            "data/returns/x/gone.csv",
            "",
            None,
            "The file is listed.",
        ),
        ("params/x.yml: code is missing.", "params/x.yml", "", None, "Code is missing."),
        ("params/x.yml: a.b is missing.", "params/x.yml", "", None, "a.b is missing."),
        (
            "data/returns/x/a b, c.csv, rows 7, 9: there is more.",
            "data/returns/x/a b, c.csv",
            "",
            7,
            "Rows 7, 9: there is more.",
        ),
        ("nothing is named.", "", "", None, "Nothing is named."),
        (f"params/x.yml: {'long ' * 99}.", "params/x.yml", "", None, f"Long {'long ' * 98}."),
    ],
)
def test_where_an_error_is(
    tmp_path: Path, message: str, file: str, sheet: str, row: int | None, sentence: str
) -> None:
    there = tmp_path / "data/returns/x/a b, c.csv"
    there.parent.mkdir(parents=True)
    there.touch()
    flag = flag_error(Project(tmp_path), "return", AssessmentError(message))
    assert (flag.file, flag.sheet, flag.row, flag.sentence) == (file, sheet, row, sentence)
