"""What identifies somebody never leaves the counting: not in results, errors or files, even when
the program is killed.

The example extracts hold the word CANARY in every reference, name and address, and dates of birth
in the 1890s.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from extracts import AREAS, NORTH, WEST
from needs_assessment.council import Return, load_council
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.mapping import load_mapping
from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.records import read_records
from needs_assessment.returns.records_database import connect
from needs_assessment.returns.statistic import Terms
from running import ROOT
from stores import store_of

CANARY = re.compile(rb"canary|\b\d\d/\d\d/189\d", re.IGNORECASE)
PROJECT = Project(ROOT)
DICTIONARY = load_dictionary(PROJECT.reference)
SETTINGS = Return(
    form="police-extract", partner="the police", nature="illustrative", received="2025-05-01"
)
COUNCILS = [("north", NORTH), ("west", WEST)]


def extract(council: str) -> Path:
    return PROJECT.returns(council) / "2024-25" / "police-extract.csv"


def record_form() -> RecordForm:
    found = load_mapping(PROJECT.mappings, "police-extract")
    assert isinstance(found, RecordForm)
    return found


def terms(code: str) -> Terms:
    (name,) = [name for name, known in COUNCILS if known == code]
    dictionary = DICTIONARY.for_council(load_council(PROJECT, name))
    return Terms(dictionary, AREAS, code, period=parse_period("2024-25"))


def everything_said(path: Path, code: str = NORTH) -> bytes:
    """All that comes out of an extract, down to the causes of its errors."""
    rows, problems, notes = read_records(path, "extract.csv", SETTINGS, record_form(), terms(code))
    said = [repr(rows), repr(notes)]
    for problem in problems:
        chained: BaseException | None = problem
        while chained is not None:
            said.append(f"{chained!r} {chained}")
            chained = chained.__cause__ or chained.__context__
    return "\n".join(said).encode()


@pytest.mark.parametrize(("council", "code"), COUNCILS)
def test_the_example_extracts_hold_canaries_and_their_counts_do_not(
    council: str, code: str
) -> None:
    assert len(CANARY.findall(extract(council).read_bytes())) > 20_000
    said = everything_said(extract(council), code)
    assert b"police.victims" in said
    assert not CANARY.search(said)


@pytest.mark.parametrize("column", range(17))
def test_no_error_repeats_a_canary_wherever_it_stands(tmp_path: Path, column: int) -> None:
    with extract("north").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))[:400]
    for row in rows[3::7]:
        row[column] = "12 CANARY Row, ZZ99 9ZZ"
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    path = tmp_path / "extract.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    assert not CANARY.search(everything_said(path))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("Crime reference,", "Reference,", 1),
        lambda text: text.split("\n", 1)[1],
        lambda text: text.replace('"', "", 5),
        lambda text: text.replace('"', "", 1),
        lambda text: text[: len(text) // 2] + "\n" + text[len(text) // 2 :],
        lambda text: text.replace(",", ";"),
        lambda text: text.replace("CANARY Row", "CANARY\x00Row"),
        lambda text: text.replace("CANARY Row", "CANARY\u00e9Row").encode("cp1252"),
        lambda text: text.encode("utf-16"),
        lambda text: b"PK\x03\x04" + text.encode(),
        lambda text: text.encode()[:-100] + b"\xff\x81CANARY\xfe",
    ],
)
def test_no_error_repeats_a_canary_however_the_file_is_broken(tmp_path: Path, spoil) -> None:
    text = extract("north").read_text(encoding="utf-8-sig")[:200_000]
    broken = spoil(text)
    path = tmp_path / "extract.csv"
    path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    assert not CANARY.search(everything_said(path))


@pytest.mark.parametrize(("council", "code"), COUNCILS)
def test_the_protected_store_and_the_checks_hold_no_canary(council: str, code: str) -> None:
    store = store_of(council, "2024-25")
    text = json.dumps(store.data, ensure_ascii=False).encode()
    assert b"police-extract.csv" in text, "the counts come from the extract"
    assert not CANARY.search(text)
    assert not CANARY.search(repr(store.data["flags"]).encode())


def test_the_database_cannot_spill_nor_read_or_write_other_files(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    with connect(path, "50MB") as database:
        assert database.execute(f"SELECT count(*) FROM read_csv('{path}')").fetchall() == [(1,)]
        for forbidden in (
            f"SELECT * FROM read_csv('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'written.csv'}'",
            f"ATTACH '{tmp_path / 'written.db'}'",
            f"SET temp_directory = '{tmp_path}'",
            "SET memory_limit = '10GB'",
        ):
            with pytest.raises(duckdb.Error):
                database.execute(forbidden)
        with pytest.raises(duckdb.OutOfMemoryException):
            database.execute(
                "CREATE TEMP TABLE t AS SELECT md5(range::VARCHAR) FROM range(9000000)"
            )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["extract.csv", "other.csv"]


_COUNTING = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
import test_records_privacy as here
from needs_assessment.returns import records

ask = records._ask
def slowly(*arguments):
    print("in the middle", flush=True)
    time.sleep(600)
if {stage!r} == "between":
    records._ask = slowly
print("started", flush=True)
while True:
    here.read_records(
        Path(sys.argv[1]), "x", here.SETTINGS, here.record_form(), here.terms(here.NORTH),
        memory="48MB",
    )
"""


@pytest.mark.skipif(os.name != "posix", reason="kills with a signal")
@pytest.mark.parametrize(("stage", "wait"), [("between", 0.0), ("loading", 0.1), ("loading", 0.7)])
def test_nothing_is_left_behind_by_a_killed_count(tmp_path: Path, stage: str, wait: float) -> None:
    headings, rows = extract("north").read_bytes().split(b"\n", 1)
    again = [rows.replace(b"CANARY/24", b"CANARY/%d" % number) for number in range(12)]
    source = tmp_path / "returns" / "extract.csv"
    source.parent.mkdir()
    source.write_bytes(headings + b"\n" + b"".join(again))
    private = tmp_path / "private"
    private.mkdir()
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP", "HOME", "XDG_CACHE_HOME"), str(private))
    script = _COUNTING.format(tests=str(ROOT / "tests"), stage=stage)
    counting = subprocess.Popen(
        [sys.executable, "-B", "-c", script, str(source)],
        cwd=private,
        env={**os.environ, **places, "PYTHONPATH": str(ROOT / "lib")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert counting.stdout
    awaited = b"in the middle" if stage == "between" else b"started"
    while awaited not in (line := counting.stdout.readline()):
        assert line, counting.communicate()[1].decode()
    time.sleep(wait)
    counting.send_signal(signal.SIGKILL)
    said = b"".join(counting.communicate())
    assert counting.returncode == -signal.SIGKILL
    assert not CANARY.search(said)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path != source]
    assert not [path for path in left if CANARY.search(path.read_bytes())]
    assert not [path for path in left if "duckdb" in path.name or path.suffix == ".tmp"]


@pytest.mark.parametrize(("council", "code"), COUNCILS)
def test_the_extracts_give_what_the_script_draws_for_the_police(
    tmp_path: Path, council: str, code: str
) -> None:
    script = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import make_illustrative_extract as extracts
from make_illustrative_returns import Return, police
extracts.main(Path(sys.argv[2]))
out = Return(sys.argv[3], 2024, "police.csv")
police(out)
print(json.dumps([[each[0], each[1], each[3], each[4], each[5]] for each in out.rows]))
"""
    made = subprocess.run(
        [sys.executable, "-B", "-c", script, str(ROOT / "data"), str(tmp_path), council],
        capture_output=True,
        text=True,
        check=True,
    )
    path = tmp_path / council / "2024-25" / "police-extract.csv"
    assert path.read_bytes() == extract(council).read_bytes(), "committed as it is made"
    rows, problems, _ = read_records(path, "x.csv", SETTINGS, record_form(), terms(code))
    assert not problems
    import json

    drawn = {tuple(each[:4]): each[4] for each in json.loads(made.stdout)}
    found = {
        (each["measure"], each["period"], each["dimension"], each["category"]): int(each["value"])
        for each in rows
    }
    assert drawn.items() <= found.items()
    people = drawn["police.victims", "2024-25", "", ""]
    for dimension in ("sex", "age", "ethnicity"):
        parts = [
            number
            for key, number in found.items()
            if key[0] == "police.victims" and key[2] == dimension
        ]
        assert sum(parts) == people, "each victim is in one category"
