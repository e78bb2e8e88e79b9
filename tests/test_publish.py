"""Publishing: an edition is frozen whole, once, and only when nothing stands in its way."""

import itertools
import json
import re
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import yaml

from completing import Table, opened
from killing import killed_at
from needs_assessment.assessment import assess
from needs_assessment.assurance import read_log
from needs_assessment.auditing import refuse_typed_by_hand
from needs_assessment.council import Accepted, Version, choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest
from needs_assessment.flags import CONFLICT, Flag
from needs_assessment.narrative import asides
from needs_assessment.narrative.carrying import carry
from needs_assessment.narrative.cells import ORPHANED_TAG
from needs_assessment.narrative.notes import notes_on
from needs_assessment.narrative.review import ANOTHER_LOOK, TYPED
from needs_assessment.project import Project
from needs_assessment.publication.edition import program
from needs_assessment.publication.inputs import finalise, lay_out, load_final, sealed
from needs_assessment.publication.problems import flag_problems, unaccepted
from needs_assessment.publication.publish import freeze, publish
from needs_assessment.publication.versions import (
    Published,
    block_problems,
    published_versions,
    version_order,
)
from published import (
    COUNCIL,
    NOTE,
    PARAMETERS,
    PERIOD,
    REPORT,
    RETURN,
    SOURCES,
    WORDS,
    Quiet,
    edit_parameters,
    everything,
    write_cell,
    write_return,
)
from running import copy_project
from toy_notebooks import markdown, narrative

FIRST = REPORT / "published" / "1.0"
REVISED = {"police": 12, "self": 6, "health": 9}
CORRECTION = (
    'number: "1.0"',
    'number: "1.1"\n      correction: {of: "1.0", note: A late return of the IDVA service.}',
)


@pytest.fixture(scope="module")
def project(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a published version, for this file; tests leave it as it is."""
    return Path(shutil.copytree(published, tmp_path_factory.mktemp("own") / "project"))


@pytest.fixture
def again(published: Path, tmp_path: Path) -> Path:
    """A copy of its own to change."""
    return Path(shutil.copytree(published, tmp_path / "again"))


@pytest.fixture(scope="module")
def corrected(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after a late return, and a correction published without a new draft."""
    place = Path(shutil.copytree(published, tmp_path_factory.mktemp("corrected") / "project"))
    revise(place)
    accepted = (
        "    accepted:\n"
        "      - {problem: changed-since-the-draft, reason: The board read the return itself.}\n"
    )
    edit_parameters(place, CORRECTION, ("    prevalence:", f"{accepted}    prevalence:"))
    publish(Project(place), COUNCIL, None, "builtin", Quiet())
    return place


def revise(place: Path) -> None:
    """A later return of the same partner; the first stays, as returns do."""
    write_return(place, REVISED)
    folder = (place / RETURN).parent
    (folder / "idva.csv").rename(folder / "idva-late.csv")
    write_return(place, SOURCES)
    edit_parameters(
        place,
        (
            "        received: 2026-10-01}",
            "        received: 2026-10-01}\n"
            "      idva-late.csv: {form: standard, partner: the IDVA service,\n"
            "        nature: confidential, received: 2026-11-01}",
        ),
    )


def record(place: Path, version: str = "1.0") -> dict:
    path = place / REPORT / "published" / version / "version.json"
    return json.loads(path.read_text(encoding="utf-8"))


def keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from keys(value)
    elif isinstance(data, list):
        for each in data:
            yield from keys(each)


# What is frozen ---------------------------------------------------------------------------------


def test_the_whole_report_is_frozen(project: Path) -> None:
    folder, said = project / FIRST, record(project)
    assert {
        "index.html",
        "assessment.pdf",
        "tables.xlsx",
        "indicators.json",
        "checks.json",
        "provenance.json",
        "store.json",
        "shown.json",
        "book/services.qmd",
        "chapters/services.ipynb",
    } <= set(said["files"])
    assert said["files"] == {
        path.relative_to(folder).as_posix(): digest(path)
        for path in folder.rglob("*")
        if path.is_file() and path.name != "version.json"
    }
    told = {
        key: said[key] for key in ("version", "council", "period", "status", "date", "approver")
    }
    assert list(told.values()) == [
        "1.0",
        COUNCIL,
        PERIOD,
        "final",
        "2026-11-02",
        "Director of Communities",
    ]
    assert (said["correction"], said["replaces"], said["accepted"]) == (None, None, [])
    assert said["renderer"] == "built-in" and said["packages"]["pandas"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in folder.rglob("*.*"))


def test_nothing_private_is_frozen(project: Path) -> None:
    """Not which hidden numbers are small, nor the note to a colleague."""
    folder = project / FIRST
    store = json.loads((folder / "store.json").read_text(encoding="utf-8"))
    assert not {"why", "exposed", "input_key"} & set(keys(store))
    hidden = [cell for cell in store["cells"] if cell["status"] == "suppressed"]
    assert hidden and not any(cell["value"] for cell in hidden)
    shown = json.loads((folder / "shown.json").read_text(encoding="utf-8"))
    assert len(shown["hidden"]) == len(hidden) and shown["version"] == "1.0"
    chapter = (folder / "chapters" / "services.ipynb").read_text(encoding="utf-8")
    assert WORDS in chapter
    assert not [path for path in folder.rglob("*.*") if NOTE.encode() in path.read_bytes()]
    assert NOTE in (project / REPORT / "chapters" / "services.ipynb").read_text(encoding="utf-8")


def test_every_page_says_its_version_and_none_that_it_is_a_draft(project: Path) -> None:
    folder = project / FIRST
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert re.search(r'class="notice">\s*Version 1\.0', page) and "This is a draft" not in page
    listed = json.loads((folder / "indicators.json").read_text(encoding="utf-8"))
    assert (listed["version"], listed["edition_status"]) == ("1.0", "final")
    cover = openpyxl.load_workbook(folder / "tables.xlsx").worksheets[0]
    words = " ".join(str(cell.value) for row in cover for cell in row if cell.value)
    assert "1.0 (final)" in words and "draft" not in words.lower()
    assert "Approved by: Director of Communities, 1 November 2026" in (
        folder / "book" / "index.qmd"
    ).read_text(encoding="utf-8")
    draft = (project / REPORT / "index.html").read_text(encoding="utf-8")
    assert re.search(r'class="notice">\s*Draft', draft) and "This is a draft" in draft


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize(("place", "notice"), [(FIRST, "Version 1.0"), (REPORT, "Draft")])
def test_every_page_of_the_pdf_says_it(project: Path, place: Path, notice: str) -> None:
    command = ["pdftotext", str(project / place / "assessment.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    pages = text.removesuffix("\f").split("\f")
    assert len(pages) > 5 and all(notice in page for page in pages)


def test_what_it_was_made_of_is_kept_for_this_computer_alone(project: Path) -> None:
    archive = project / REPORT / ".inputs" / "1.0.zip"
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(archive.parent.stat().st_mode) == 0o700
    assert record(project)["inputs"] == {"file": ".inputs/1.0.zip", "sha256": digest(archive)}
    with zipfile.ZipFile(archive) as held:
        names = set(held.namelist())
        assert "status: final  # until published" in held.read(PARAMETERS.as_posix()).decode()
    assert {
        "quarto.yml",
        "notebooks/services.ipynb",
        "data/reference/measures.yml",
        f"data/returns/{COUNCIL}/{PERIOD}/idva.csv",
        f"{REPORT.as_posix()}/chapters/services.ipynb",
        f"{REPORT.as_posix()}/.narrative/services.json",
    } <= names
    assert not any("north/" in name for name in names)
    assert "status: draft  # until published" in (project / PARAMETERS).read_text(encoding="utf-8")
    assert not (project / REPORT / ".rebuilding").exists()


def test_the_digest_of_the_archive_tells_nothing_of_what_is_in_it() -> None:
    assert sealed({"a": b"1"}) != sealed({"a": b"1"})


def test_a_version_killed_at_any_call_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    files = {"index.html": b"<p>", "book/index.qmd": b"# About", "shown.json": b"{}"}
    start = copy_project(tmp_path / "start")
    edit = start / PARAMETERS
    edit.write_text(edit.read_text(encoding="utf-8").replace("0.1", "1.0"), encoding="utf-8")
    council = load_council(Project(start), COUNCIL)
    program()  # once here, and not in each process that is killed
    kills = 0
    for moment in itertools.count(1):
        report = Project(tmp_path / f"victim-{moment}").report(COUNCIL, PERIOD)
        report.rebuilding.mkdir(parents=True)

        def work(report=report) -> None:
            freeze(council, PERIOD, report, {"a": b"1"}, files, "built-in")

        killed = killed_at(moment, work)
        found = published_versions(report)
        if found:
            assert [each.number for each in found] == ["1.0"]
            assert found[0].altered() == []
            assert found[0].record["inputs"]["sha256"] == digest(report.inputs("1.0"))
        else:
            assert not report.published.exists() or not any(report.published.iterdir())
        if not killed:
            break
        kills += 1
    assert found and kills > 20


# What stands in the way --------------------------------------------------------------------------


def test_a_published_version_is_never_written_again(project: Path) -> None:
    before = everything(Project(project))
    with pytest.raises(AssessmentError, match=r"1\.0 is published already and is never written"):
        publish(Project(project), COUNCIL, None, "builtin", Quiet())
    assert everything(Project(project)) == before


def test_all_that_cannot_be_accepted_is_listed_at_once(again: Path) -> None:
    """Errors come before any chapter runs, and nothing is changed by the attempt."""
    accepted = (
        "    accepted:\n      - {problem: gone/marac, reason: It was so once.}\n"
        "      - {problem: changed-since-the-draft, reason: Not compared yet.}\n"
    )
    edit_parameters(again, CORRECTION, ("    prevalence:", f"{accepted}    prevalence:"))
    write_cell(again, "sources", "There were 25 referrals to the IDVA service. {{ idva.referals }}")
    write_cell(again, "more", "> **Not for the report.** The template’s text has changed too.")
    place = Project(again)
    before = everything(place)
    listener = Quiet()
    with pytest.raises(AssessmentError) as refused:
        publish(place, COUNCIL, None, "builtin", listener)
    said = refused.value.message
    assert "idva.referals" in said and "chapters/services.ipynb" in said
    assert "there is no problem gone/marac (any more): take it out" in said
    assert "changed-since-the-draft" not in said
    assert "accepted:" in refused.value.hint
    assert listener.notes == ["Checking …"], "no chapter ran"
    assert everything(place) == before


def test_a_report_that_is_not_what_the_inputs_give_is_not_published(again: Path) -> None:
    edit_parameters(again, CORRECTION)
    write_cell(again, "more", "Words that nobody has read as a draft.")
    with pytest.raises(AssessmentError) as refused:
        publish(Project(again), COUNCIL, None, "builtin", Quiet())
    said = refused.value.message
    assert "book" not in said and "services.qmd" in said and "index.qmd" in said
    assert f"{REPORT.as_posix()}/chapters/services.ipynb" in said
    assert "problem: changed-since-the-draft" in said
    assert not (again / REPORT / "published" / "1.1").exists()


def test_only_publishing_makes_a_final_report(again: Path) -> None:
    edit_parameters(again, ("status: draft", "status: final"))
    with pytest.raises(AssessmentError, match="status is final") as refused:
        assess(Project(again), COUNCIL, None, "builtin", Quiet())
    assert "make publish" in refused.value.hint


@pytest.mark.parametrize("printed", ["correction", "accepted"])
def test_a_reason_that_gives_a_hidden_number_away_is_refused(again: Path, printed: str) -> None:
    """The first page prints correction and reasons: they are read as narrative is."""
    write_return(again, {**SOURCES, "self": 4})
    said = "The 4 self-referrals to the IDVA service came late."
    if printed == "correction":
        number, correction = CORRECTION
        edit_parameters(again, (number, correction.replace("A late return of", f"{said} By")))
    else:
        accepted = f"    accepted: [{{problem: carried-over/services/more, reason: {said}}}]\n"
        edit_parameters(again, ("    prevalence:", f"{accepted}    prevalence:"))
    place = Project(again)
    council = load_council(place, COUNCIL)
    store = build_store(place, council, choose_period(council, PERIOD))
    with pytest.raises(AssessmentError, match="typed by hand gives away") as refused:
        refuse_typed_by_hand(place, council, store, [], read_log(place, COUNCIL, PERIOD, [PERIOD]))
    assert f"params/{COUNCIL}.yml, {printed}" in refused.value.message


def flag(rule: str, sentence: str, severity: str = "warning") -> Flag:
    return Flag(severity, rule, "marac", sentence, "reports/x/chapters/marac.ipynb")


def test_what_may_be_accepted_and_what_may_not() -> None:
    looked = flag(ANOTHER_LOOK, "Cell marac-repeats: MARAC cases: was 533, is 560.")
    worse = flag(ANOTHER_LOOK, "Cell marac-repeats: MARAC cases: was 533, is 590.")
    problems = flag_problems(
        [
            looked,
            flag(CONFLICT, "Cell marac-rate: both have changed."),
            flag(TYPED, "Cell marac-rate: “12” is typed where the report shows 15."),
            flag("cannot be used", "Not a number.", "error"),
            flag("a jump", "Twice last year's."),
        ]
    )
    assert [each.acceptable for each in problems] == [True, True, False, False]
    assert re.fullmatch(r"needs-another-look/marac/marac-repeats@[0-9a-f]{6}", problems[0].name)
    given = [Accepted(problem=each.name, reason="The board knows.") for each in problems]
    left = unaccepted(problems, given)
    assert len(left) == 2 and all("(cannot be accepted)" in line for line in left)
    assert unaccepted(flag_problems([looked]), given[:1]) == []
    again = unaccepted(flag_problems([worse]), given[:1])
    assert len(again) == 2, "what was accepted is not accepted once it is worse"


def test_what_is_noted_of_text_stands_in_the_way() -> None:
    mine = asides.with_asides("Mine.", asides.conflict_aside([["Theirs."]]))
    old = narrative("old", "Words of last year.")
    cells = [
        narrative("both", mine),
        carry(old, old, "2016-17"),
        markdown("gone", "Of a cell that went.", tags=[ORPHANED_TAG]),
        narrative("own", "> **Not for the report.** Ask.\n\nFine."),
    ]
    notes = list(notes_on(cells, {}))
    problems = flag_problems(flag(note.rule, note.said, note.severity) for note in notes)
    assert [each.name.partition("@")[0] for each in problems] == [
        "unresolved-conflict/marac/both",
        "carried-over/marac/old",
        "left-out-of-the-report/marac/gone",
    ]
    assert all(each.acceptable for each in problems) and len(notes) == 4


def block(**given: object) -> Version:
    usual = {
        "number": "1.1",
        "status": "draft",
        "date": date(2026, 11, 2),
        "approved_by": "Director of Communities",
        "approved_on": date(2026, 11, 1),
        "correction": {"of": "1.0", "note": "A late return."},
    }
    return Version.model_validate({**usual, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ""),
        ({"number": "1.0"}, "never written again"),
        ({"number": "0.9"}, "0.9 cannot come after it"),
        ({"number": "../1.1"}, "a published version has a number"),
        ({"approved_by": " "}, "approved_by is missing"),
        ({"approved_by": "Cllr J. Example"}, "a person's name"),
        ({"approved_by": "head@example.org"}, "a person's name or address"),
        ({"approved_on": None}, "approved_on is missing"),
        ({"approved_on": date(2026, 11, 3)}, "after the date of this version"),
        ({"date": date(2025, 1, 1), "approved_on": date(2025, 1, 1)}, "before that of version 1.0"),
        ({"correction": None}, "must say what this one puts right"),
        ({"correction": {"of": "0.9", "note": "."}}, "the last published version is 1.0"),
    ],
)
def test_what_the_version_block_must_say(given: dict, said: str) -> None:
    earlier = [Published(Path("published", "1.0"), {"date": "2026-11-01", "files": {}})]
    found = block_problems(block(**given), earlier)
    assert bool(found) == bool(said) and all(said in each for each in found)


def test_the_first_version_corrects_nothing() -> None:
    assert block_problems(block(number="1.0", correction=None), []) == []
    assert "no version of this edition is published" in block_problems(block(), [])[0]
    assert sorted(["1.10", "1.9", "2.0"], key=version_order) == ["1.9", "1.10", "2.0"]


def test_only_the_one_status_becomes_final(tmp_path: Path, project: Path) -> None:
    council = load_council(Project(project), COUNCIL)
    text = (project / PARAMETERS).read_text(encoding="utf-8").replace("\n", "\r\n")
    defaults = (project / "params" / "defaults.yml").read_bytes()
    inputs = {PARAMETERS.as_posix(): text.encode(), "params/defaults.yml": defaults}
    final = finalise(inputs, council, PERIOD)
    changed = text.replace("status: draft", "status: final")
    assert final[PARAMETERS.as_posix()].decode() == changed
    copy = lay_out(final, tmp_path / "copy")
    assert load_final(copy, council, PERIOD).editions[PERIOD].version.status == "final"
    shared = yaml.safe_load(text)
    shared["editions"]["2018-19"] = shared["editions"][PERIOD]
    aliased = tmp_path / "aliased"
    content = {**inputs, PARAMETERS.as_posix(): yaml.safe_dump(shared).encode()}
    council = load_council(lay_out(content, aliased), COUNCIL)
    both = lay_out(finalise(content, council, PERIOD), tmp_path / "both")
    with pytest.raises(AssessmentError, match="cannot be told from others'"):
        load_final(both, council, PERIOD)


# Corrections -------------------------------------------------------------------------------------


def test_a_correction_says_what_it_corrects_and_what_was_accepted(corrected: Path) -> None:
    said = record(corrected, "1.1")
    assert (said["replaces"], said["correction"]) == ("1.0", "A late return of the IDVA service.")
    assert said["accepted"] == [
        {"problem": "changed-since-the-draft", "reason": "The board read the return itself."}
    ]
    page = (corrected / REPORT / "published" / "1.1" / "index.html").read_text(encoding="utf-8")
    assert "Corrects version 1.0" in page and "A late return of the IDVA service." in page
    assert "Changed since the draft: The board read the return itself." in page
    first = Published(corrected / FIRST, record(corrected))
    assert first.altered() == [], "the older version stays"


def values(data: dict) -> dict[str, int | None]:
    """The referrals that a store shows, by source."""
    return {
        cell["category"] or "all": cell["value"]
        for cell in data["cells"]
        if cell["measure"] == "idva.referrals" and cell["dimension"] in ("", "source")
    }


def opens_the_old(new: dict[str, int | None]) -> bool:
    """Whether a reader of both versions can work out a hidden number: police and health stayed."""
    then, now = ("all then", "police", "self then", "health"), ("all", "police", "self", "health")
    table = Table(
        {
            **{(name,): value for name, value in zip(then, (24, 12, 3, 9), strict=True)},
            **{(name,): value for name, value in zip(now, (27, 12, 6, 9), strict=True)},
        },
        [((each[0],), tuple((name,) for name in each[1:])) for each in (then, now)],
    )
    hidden = {(name,) for name in ("all", "police", "self") if new[name] is None}
    return bool(opened(table, {*hidden, ("self then",)}))


def test_a_new_version_does_not_open_what_the_last_one_closed(
    corrected: Path, tmp_path: Path
) -> None:
    """24 referrals were 12, 3 and 9, with the first two hidden. Now the 3 is a 6, and all could
    be shown: but with the 12 shown, 24 less 12 less 9 would be the old 3.
    """
    folder = corrected / REPORT / "published"
    old, new = (
        values(json.loads((folder / each / "store.json").read_text(encoding="utf-8")))
        for each in ("1.0", "1.1")
    )
    assert old == {"all": 24, "police": None, "self": None, "health": 9}
    assert new["all"] == 27 and not opens_the_old(new)
    unknowing = Path(shutil.copytree(corrected, tmp_path / "unknowing"))
    shutil.rmtree(unknowing / REPORT / "published")
    place = Project(unknowing)
    council = load_council(place, COUNCIL)
    store = build_store(place, council, choose_period(council, PERIOD))
    without = values(store.data)
    assert without == {"all": 27, **REVISED} and opens_the_old(without), "shown.json is what did it"
