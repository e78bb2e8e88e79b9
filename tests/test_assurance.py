"""The assurance log: roles and reasons by edition, and an answer beside each caution."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from founded import empty_project, found
from needs_assessment.assurance import (
    AssuranceLog,
    Caveat,
    Edition,
    answered,
    empty_log,
    log_file,
    read_log,
    review_log,
)
from needs_assessment.auditing import refuse_typed_by_hand
from needs_assessment.book.annex_assurance import assurance_page, checks_page
from needs_assessment.checking.check import check
from needs_assessment.council import load_council
from needs_assessment.disclosure.protected import ProtectedStore, read_store
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag, finding_ids, gather
from needs_assessment.project import Project
from running import ROOT, Report, run_command

EDITIONS = ["2023-24", "2024-25"]
BEFORE = """
  "2023-24":
    decisions:
      - {decision: Older decision, reason: Then, by: approver, date: 2025-01-02}
"""
OWN = """
  "2024-25":
    roles: {commissioner: Board chair, analyst: Analyst, assurer: Statistician}
    assumptions:
      - {assumption: Later, reason: Because, by: analyst, date: 2026-01-05}
      - {assumption: Earlier, reason: Because, effect: Rates move, by: analyst, date: 2026-01-02}
    checks:
      - {check: Totals, kind: verification, result: They agree, by: assurer, date: 2026-01-03}
"""
RATIO = Flag("note", "ratio", "marac.a", "Cases for each post: it is a ratio.", "data/m.csv", "", 3)
JUMP = Flag("warning", "a jump", "police.b", "Crimes: 90 after 20.", "data/p.csv", "", 9)
GAP = Flag("note", "gap", "asc.c", "Concerns: no return gives: Concerns.")
FLAGS = [RATIO, JUMP, GAP]


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Project]:
    """A project whose log holds what is given."""

    def make(*parts: str) -> Project:
        path = tmp_path / log_file("north")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("editions:" + ("".join(parts) or " {}"), encoding="utf-8")
        return Project(tmp_path)

    return make


def answer(flag: str, answer: str = "accepted", more: str = "") -> str:
    return (
        f"    answers:\n      - {{flag: {flag}, answer: {answer}, reason: It is known,{more}"
        " by: analyst, date: 2026-01-04}\n"
    )


def id_of(flag: Flag) -> str:
    return finding_ids([flag])[flag]


def store(*flags: Flag) -> ProtectedStore:
    return ProtectedStore(
        {"flags": [each.as_dict() for each in flags], "edition": {"period": "2024-25"}}
    )


def test_an_edition_prints_its_own_entries_and_earlier_ones(kept: Callable[..., Project]) -> None:
    project = kept(BEFORE, OWN)
    page = assurance_page(store(), read_log(project, "north", "2024-25", EDITIONS))
    assert "| Commissioner | Board chair |" in page and "| Approver | Not yet named |" in page
    assert page.index("| Earlier |") < page.index("| Later |"), "by date"
    assert "| Totals | Verification | They agree | Assurer | 3 January 2026 | 2024-25 |" in page
    assert "| Older decision | Then | Approver | 2 January 2025 | 2023-24 |" in page
    earlier = assurance_page(store(), read_log(project, "north", "2023-24", EDITIONS))
    assert "Older decision" in earlier and "Totals" not in earlier, "never what came later"


def test_without_a_log_the_annex_says_so(tmp_path: Path) -> None:
    log = read_log(Project(tmp_path), "north", "2024-25", EDITIONS)
    assert "No assurance log is kept" in assurance_page(store(), log)
    assert "Answer" not in checks_page(store(*FLAGS), log)


def test_the_checks_print_the_answer_beside_the_caution(kept: Callable[..., Project]) -> None:
    log = read_log(kept(OWN, answer(id_of(JUMP))), "north", "2024-25", EDITIONS)
    rows = checks_page(store(*FLAGS), log).splitlines()
    (jump,) = [row for row in rows if "90 after 20" in row]
    assert jump.endswith("| Accepted (analyst, 4 January 2026): It is known |")
    (ratio,) = [row for row in rows if "it is a ratio" in row]
    assert ratio.endswith("| No answer yet |")
    assert "1 of the 3 cautions and gaps" in assurance_page(store(*FLAGS), log)


def test_a_gap_can_be_answered_too(kept: Callable[..., Project]) -> None:
    log = read_log(kept(OWN, answer(id_of(GAP), "asked the partner")), "north", "2024-25", EDITIONS)
    page = checks_page(store(*FLAGS), log)
    said = "Concerns: no return gives it. Asked the partner (analyst, 4 January 2026): It is known"
    assert said in page


def test_gaps_with_one_reason_are_one_line(kept: Callable[..., Project]) -> None:
    log = read_log(kept(OWN), "north", "2024-25", EDITIONS)
    gaps = [
        Flag("note", "gap", f"asc.{sentence}", sentence)
        for sentence in (
            "Visits: no return gives: Visits.",
            "Enquiries: no return gives: Concerns.",
            "Change: no return gives: Concerns.",
            "Rate: no figure for 2023-24.",
        )
    ]
    lines = [line for line in checks_page(store(GAP, *gaps), log).splitlines() if line[:1] == "-"]
    assert lines == [
        "- Concerns; Visits: no return gives them.",
        "- Enquiries; Change: no return gives: Concerns.",
        "- Rate: no figure for 2023-24.",
    ]


def test_ids_hold_while_the_same_is_said_of_the_same_figures() -> None:
    moved = replace(JUMP, row=700)
    assert id_of(moved) == id_of(JUMP), "rows move when a partner adds some above"
    assert id_of(replace(JUMP, sentence="Crimes: 95 after 20.")) != id_of(JUMP)
    more = replace(RATIO, subject="marac.d", sentence="Referrals for each post: it is a ratio.")
    together = finding_ids([RATIO, more])
    assert together[RATIO] == together[more] != id_of(RATIO), "no answer covers a new figure"
    (finding,) = gather([RATIO, more])
    assert finding.id == together[RATIO]


def test_checks_json_has_ids_and_answers(kept: Callable[..., Project]) -> None:
    log = read_log(kept(OWN, answer(id_of(JUMP))), "north", "2024-25", EDITIONS)
    listed = answered([each.as_dict() for each in FLAGS], log.answers())
    assert [each["id"] for each in listed] == [id_of(each) for each in FLAGS]
    assert [bool(each["answer"]) for each in listed] == [False, True, False]
    assert listed[1]["answer"] == {
        "answer": "accepted",
        "reason": "It is known",
        "by": "analyst",
        "date": "2026-01-04",
    }


@pytest.mark.parametrize(("given", "severity"), [("accepted", "warning"), ("corrected", "note")])
def test_an_answer_to_nothing_is_listed(
    kept: Callable[..., Project], given: str, severity: str
) -> None:
    project = kept(OWN, answer("f-00000000", given, " about: A slip,"))
    log = read_log(project, "north", "2024-25", EDITIONS)
    (flag,) = review_log(log, FLAGS)
    assert flag.severity == severity and flag.file == "params/assurance/north.yml"
    assert "f-00000000" in flag.sentence and "A slip" in flag.sentence
    assert "A slip" in assurance_page(store(*FLAGS), log)


def test_nobody_assures_their_own_work(kept: Callable[..., Project]) -> None:
    same = '\n  "2024-25":\n    roles: {analyst: Analyst, assurer: analyst}\n'
    (flag,) = review_log(read_log(kept(same), "north", "2024-25", EDITIONS), FLAGS)
    assert flag.severity == "warning" and "same" in flag.sentence


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('\n  "2024-25":\n    roles: {analist: X}\n', "did you mean “analyst”"),
        ('\n  "2024-25":\n    roles: {analyst: Dr Jane Doe}\n', "not a person"),
        ('\n  "2024-25":\n    roles: {analyst: j.doe@council}\n', "not a person"),
        ('\n  "2025-26":\n    checks: []\n', "no edition “2025-26”"),
        ('\n  "2024-25":\n' + answer("JUMP"), "flag is “JUMP”"),
        ('\n  "2024-25":\n' + answer("f-00000000", "ignored"), "answer is “ignored”"),
        ('\n  "2024-25":\n    checks: [{check: x}]\n', "result is missing"),
        (
            '\n  "2024-25":\n'
            + answer("f-00000000")
            + answer("f-00000000").removeprefix("    answers:\n"),
            "answered twice",
        ),
    ],
)
def test_a_log_that_cannot_be_used(kept: Callable[..., Project], part: str, said: str) -> None:
    with pytest.raises(AssessmentError) as refused:
        read_log(kept(part), "north", "2024-25", EDITIONS)
    assert said in refused.value.message + refused.value.hint
    assert "params/assurance/north.yml" in refused.value.message


def test_a_new_council_has_an_empty_log_with_guidance(tmp_path: Path) -> None:
    project = empty_project(tmp_path)
    founded = found(project)
    path = project.root / founded.assurance
    text = path.read_text(encoding="utf-8")
    assert founded.assurance == "params/assurance/rutland.yml"
    assert read_log(project, "rutland", "2024-25", ["2024-25"]).own.checks == []
    for word in ("commissioner", "analyst", "assurer", "approver", "accepted, corrected, asked"):
        assert word in text


def test_the_examples_of_an_empty_log_are_right_once_completed(tmp_path: Path) -> None:
    text = re.sub(r"^    #   - ", "      - ", empty_log("2024-25"), flags=re.MULTILINE)
    text = re.sub(r": \[\]$", ":", text, flags=re.MULTILINE).replace("YYYY-MM-DD", "2026-01-02")
    path = tmp_path / log_file("north")
    path.parent.mkdir(parents=True)
    path.write_text(text.replace("f-…", "f-00000000").replace("…", "Said"), encoding="utf-8")
    own = read_log(Project(tmp_path), "north", "2024-25", EDITIONS).own
    for entries in (own.assumptions, own.caveats, own.checks, own.decisions, own.answers):
        assert len(entries) == 1


def test_the_example_answers_what_its_checks_list(
    assessed: Callable[[str, str], Report],
) -> None:
    report = assessed("north", "2024-25")
    given = [each for each in report.flags() if each["answer"]]
    assert {each["answer"]["answer"] for each in given} == {"accepted", "asked the partner"}
    page = (report.path / "index.html").read_text(encoding="utf-8")
    assert "Asked the partner (analyst, 20 January 2026)" in page
    for title in ("Assumptions", "Caveats", "Checks done", "Decisions", "Public health analyst"):
        assert title in page
    checked = check(Project(report.path.parents[2]), "north", "2024-25")
    assert not [each for each in checked.flags if each.file == "params/assurance/north.yml"]


def test_a_hidden_number_typed_into_the_log_is_refused(
    assessed: Callable[[str, str], Report],
) -> None:
    """How many Education referred is hidden; whichever number it is, it may not be typed."""
    report = assessed("north", "2024-25")
    project = Project(report.path.parents[2])
    council = load_council(project, "north")
    kept = read_store(project.report("north", "2024-25").store)
    text = "MARAC referrals from Education, 2024-25: 1, 2, 3 or 4 cases."
    entry = Caveat(caveat=text, by="analyst", date=date(2026, 1, 5))
    log = AssuranceLog("2024-25", {"2024-25": Edition(caveats=[entry])}, "params/assurance/x.yml")
    with pytest.raises(AssessmentError) as refused:
        refuse_typed_by_hand(project, council, kept, [], log)
    assert "params/assurance/x.yml" in refused.value.message


def test_what_was_typed_is_looked_at_with_the_caution_it_answers(
    kept: Callable[..., Project],
) -> None:
    log = read_log(kept(OWN, answer(id_of(JUMP))), "north", "2024-25", EDITIONS)
    assert ("It is known", JUMP.sentence) in set(log.texts(FLAGS))
    assert ("Totals They agree", "") in set(log.texts(FLAGS))


def test_a_wrong_log_stops_a_run_before_any_chapter(project: Path) -> None:
    path = project / "params" / "assurance" / "north.yml"
    path.write_text('editions:\n  "2024-25": {roles: {boss: X}}\n', encoding="utf-8")
    run = run_command(project, "assessment", "north")
    assert run.returncode == 1 and "boss is not a known field" in run.stderr
    assert "Traceback" not in run.stderr and not (project / "reports/north/2024-25/book").exists()
    assert (ROOT / "params/assurance/north.yml").read_text(encoding="utf-8") != path.read_text()
