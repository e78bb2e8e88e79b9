"""Counts a police extract of millions of rows, by our way and by pandas.

    python bench/police_extract.py [--rows 5000000] [--json FILE]

makes an extract in a temporary folder (about 190 bytes a row, removed at the end), counts it twice
by the form `police-extract`, each time in a process of its own: with `read_records`, and as an
analyst would with `pandas.read_csv` and `groupby`, reading only the columns it needs. Both must
give the same counts. Printed, and written to FILE as JSON: seconds, seconds of processor time and
peak memory of each, and their ratios. Memory is that of the whole process, from `getrusage`.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas as pd

from needs_assessment.council import Return, load_council
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.mapping import load_mapping
from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.records import read_records
from needs_assessment.returns.statistic import Terms

PROJECT = Project(Path(__file__).resolve().parents[1])
NORTH = "E06000061"
QUARTERS = [f"2024-25 Q{number}" for number in (1, 2, 3, 4)]
AREAS = {f"Area {each.upper()}": f"area_{each}" for each in "abcd"} | {"": "not_known"}
OUTCOMES = {
    "Charged or summonsed": "charged",
    "Caution": "out_of_court",
    "Victim does not support": "victim_does_not_support",
    "": "not_yet",
}

# Rows as in the example extracts; `i` counts from 0, hash() stands in for chance.
ROWS = """
SELECT
    format('CANARY/24/{:08d}', if(i % 50 = 7, i - 1, i)) AS "Crime reference",
    strftime(DATE '2024-04-01' + (hash(if(i % 50 = 7, i - 1, i), 1) % 365)::INTEGER, '%d/%m/%Y')
        || ' 08:15' AS "Recorded date",
    if(hash(i, 2) % 3 = 0, 'Non-crime incident', 'Crime') AS "Record type",
    'Assault without injury' AS "Offence",
    if(hash(i, 3) % 100 = 0, 'N', 'Y') AS "DA flag",
    ['High', 'Medium', 'Standard', 'Standard', ''][(hash(i, 4) % 5 + 1)::INTEGER] AS "DASH risk",
    if(hash(i, 5) % 20 < 19, 'North', 'West') || ' Northamptonshire' AS "Local authority",
    ['Area A', 'Area B', 'Area C', 'Area D', ''][(hash(i, 11) % 5 + 1)::INTEGER] AS "Policing area",
    if(hash(i, 6) % 50 = 0, '', format('CANARY-VN{:08d}', v)) AS "Victim reference",
    format('Given{} CANARYNAME', v) AS "Victim name",
    '02/03/1894' AS "Victim date of birth",
    if(v % 30 = 0, '', (12 + hash(v, 8) % 70)::VARCHAR) AS "Victim age",
    ['F', 'F', 'M', 'U', ''][(hash(v, 9) % 5 + 1)::INTEGER] AS "Victim sex",
    ['Asian', 'White', 'White', ''][(hash(v, 12) % 4 + 1)::INTEGER] AS "Victim ethnicity",
    format('{} CANARY Row, Area B, ZZ99 9ZZ', v % 90) AS "Victim address",
    format('CANARY-S{:07d}', (hash(i, 10) % 2000000)::BIGINT) AS "Suspect reference",
    ['Charged or summonsed', 'Caution', 'Victim does not support', '']
        [(hash(i, 13) % 4 + 1)::INTEGER] AS "Outcome"
FROM (SELECT i, (hash(i, 7) % (2 * {rows} // 3 + 1))::BIGINT AS v FROM range({rows}) AS r(i))
"""


def make_extract(path: Path, rows: int) -> None:
    """Writes the extract, the same for the same number of rows."""
    query = ROWS.replace("{rows}", str(rows))
    with duckdb.connect() as database:
        database.execute(f"COPY ({query}) TO '{path}' (HEADER)")


def ours(path: Path) -> dict[str, int]:
    """The counts by `read_records`."""
    form = load_mapping(PROJECT.mappings, "police-extract")
    assert isinstance(form, RecordForm)
    terms = Terms(
        load_dictionary(PROJECT.reference).for_council(load_council(PROJECT, "north")),
        Reference(PROJECT.reference).areas,
        NORTH,
        period=parse_period("2024-25"),
    )
    settings = Return(
        form=form.name, partner="the police", nature="illustrative", received="2025-05-01"
    )
    rows, problems, _ = read_records(path, path.name, settings, form, terms)
    assert not problems, problems
    keys = ("measure", "period", "dimension", "category")
    return {"|".join(row[key] for key in keys): int(row["value"]) for row in rows}


def with_pandas(path: Path) -> dict[str, int]:
    """The same counts, as a script of an analyst would make them."""
    used = {
        "Crime reference": "ref",
        "Recorded date": "date",
        "Record type": "type",
        "DA flag": "flag",
        "DASH risk": "risk",
        "Local authority": "area",
        "Policing area": "locality",
        "Victim reference": "victim",
        "Victim age": "age",
        "Victim sex": "sex",
        "Victim ethnicity": "ethnicity",
        "Outcome": "outcome",
    }
    frame = pd.read_csv(path, usecols=list(used), dtype=str, keep_default_na=False)
    frame = frame.rename(columns=used)
    frame = frame[(frame["area"] == "North Northamptonshire") & (frame["flag"] == "Y")]
    dates = pd.to_datetime(frame["date"], format="%d/%m/%Y %H:%M")
    frame["quarter"] = (dates.dt.month - 4) % 12 // 3
    kinds, risks = ["Crime", "Non-crime incident"], ["High", "Medium", "Standard", ""]
    frame["type"] = pd.Categorical(frame["type"], kinds).codes
    frame["risk"] = pd.Categorical(frame["risk"], risks).codes
    frame["locality"] = pd.Categorical(frame["locality"], list(AREAS)).codes
    frame["outcome"] = pd.Categorical(frame["outcome"], list(OUTCOMES)).codes
    frame["ethnicity"] = pd.Categorical(frame["ethnicity"], ["Asian", "White", ""]).codes
    frame["sex"] = pd.Categorical(frame["sex"].replace("U", ""), ["F", "M", ""]).codes
    bands = pd.cut(pd.to_numeric(frame["age"]), [0, 16, 18, 25, 35, 45, 55, 65, 999], right=False)
    frame["age"] = bands.cat.codes.replace(-1, 8)
    records = frame.groupby("ref")[["quarter", "type", "risk", "locality", "outcome"]].min()
    counts = {}
    for (kind, quarter), number in records.groupby(["type", "quarter"]).size().items():
        counts[f"police.{['crimes', 'incidents'][kind]}|{QUARTERS[quarter]}||"] = number
    for quarter, number in records.groupby("quarter").size().items():
        counts[f"police.recorded|{QUARTERS[quarter]}||"] = number
    crimes = records[records["type"] == 0]
    for measure, held, by, names in (
        ("police.recorded", records, "risk", ["high", "medium", "standard", "none"]),
        ("police.recorded", records, "locality", list(AREAS.values())),
        ("police.crimes", crimes, "outcome", list(OUTCOMES.values())),
    ):
        for (quarter, category), number in held.groupby(["quarter", by]).size().items():
            counts[f"{measure}|{QUARTERS[quarter]}|{by}|{names[category]}"] = number
    identified = frame[frame["victim"] != ""]
    victims = identified.groupby("victim")[["sex", "age", "ethnicity"]].min()
    records_each = identified.drop_duplicates(["victim", "ref"]).groupby("victim").size()
    counts["police.victims|2024-25||"] = len(victims)
    for sex, number in victims.groupby("sex").size().items():
        counts[f"police.victims|2024-25|sex|{['female', 'male', 'not_known'][sex]}"] = number
    for ethnicity, number in victims.groupby("ethnicity").size().items():
        name = ["asian", "white", "not_known"][ethnicity]
        counts[f"police.victims|2024-25|ethnicity|{name}"] = number
    ages = ["under_16", "aged_16_17", "aged_18_24", "aged_25_34", "aged_35_44", "aged_45_54"]
    ages += ["aged_55_64", "aged_65_plus", "not_known"]
    for age, number in victims.groupby("age").size().items():
        counts[f"police.victims|2024-25|age|{ages[age]}"] = number
    counts["police.repeat_victims|2024-25||"] = int((records_each > 1).sum())
    return {key: int(number) for key, number in counts.items()}


WAYS: dict[str, Callable[[Path], dict[str, int]]] = {"ours": ours, "pandas": with_pandas}


def measure(way: str, path: Path) -> dict[str, object]:
    """Runs one way in this process: its counts, seconds and peak memory."""
    started, before = time.perf_counter(), time.process_time()
    counts = WAYS[way](path)
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "processor_seconds": round(time.process_time() - before, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "counts": counts,
    }


def apart(way: str, path: Path) -> dict[str, object]:
    """Runs one way in a fresh process."""
    run = subprocess.run(
        [sys.executable, __file__, "--measure", way, "--extract", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(run.stdout)


def compare(rows: int) -> dict[str, object]:
    """Both ways on one extract."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "police-extract.csv"
        make_extract(path, rows)
        size = path.stat().st_size
        found = {way: apart(way, path) for way in WAYS}
    counts = {way: result.pop("counts") for way, result in found.items()}
    same = {key: number for key, number in counts["ours"].items() if number}
    assert same == {key: number for key, number in counts["pandas"].items() if number}
    return {
        "rows": rows,
        "file_mb": round(size / 1e6),
        **found,
        "time_ratio": round(found["ours"]["seconds"] / found["pandas"]["seconds"], 2),
        "processor_ratio": round(
            found["ours"]["processor_seconds"] / found["pandas"]["processor_seconds"], 2
        ),
        "memory_ratio": round(found["ours"]["peak_mb"] / found["pandas"]["peak_mb"], 2),
        "versions": {name: version(name) for name in ("duckdb", "pandas")},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Count a police extract, by ours and by pandas.")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--extract", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.extract)))
    else:
        result = compare(given.rows)
        print(json.dumps(result, indent=2))
        if given.json:
            given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
