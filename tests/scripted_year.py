"""A year of one council, as its analyst lives it, command by command; the data are made up.

Each cause of a change has figures of its own, so that a test can work out what must be said:

| cause              | what is done                                                     |
|--------------------|------------------------------------------------------------------|
| new data           | MARAC cases, repeats and referrals of the second year            |
| revised data       | the fourth quarter of the first year, restated in the second     |
| changed method     | the share of refuge requests accepted leaves out open requests   |
| changed benchmark  | the recommended MARAC rate, from 40 to 45                        |
| changed population | refuge divides by mid-2023 in place of mid-2020                  |
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from leaking import private_places
from reviewing import change, comment, find, open_file
from running import copy_project, run_command
from year_chapters import put_in_chapters

COUNCIL, FIRST, SECOND = "north", "2024-25", "2025-26"
PARAMETERS = Path("params", f"{COUNCIL}.yml")
REFERENCE = Path("data", "reference")
RETURNS = Path("data", "returns", COUNCIL)
REPORTS = Path("reports", COUNCIL)
PUBLISHED = REPORTS / FIRST / "published"

Row = tuple[str, str, str, str, int]
"""Measure, period, dimension, category, value."""

# By quarter. The partner restates the last quarter of the first year once the year is over.
CASES = {
    "2023-24": (50, 55, 60, 60),
    "2024-25": (60, 65, 70, 75),
    "2025-26": (80, 85, 90, 95),
}
RESTATED = 81
REPEATS = {"2024-25": (18, 19, 21, 23), "2025-26": (24, 25, 27, 29)}
# Education referred so few that its number, and another, are hidden in both years.
REFERRALS = {
    "2024-25": {"police": 190, "idva": 60, "health": 17, "education": 3},
    "restated": {"police": 195, "idva": 61, "health": 17, "education": 3},
    "2025-26": {"police": 250, "idva": 80, "health": 16, "education": 4},
}
CHILDREN = 420  # in the households of MARAC cases: first returned in the second year
REQUESTS, ACCEPTED, DECLINED = (50, 40, 60, 50), (20, 15, 25, 20), (26, 22, 30, 22)
PLACES, PLACES_CORRECTED = 20, 22
WEEKS = 3  # from referral to hearing: not returned any more in the second year
LEVEL, LEVEL_AFTER = 40, 45

AUTHOR = "Pat Quillfeather"
COMMENT = "Which agencies never refer? Say so here."
CUT, PUT_IN = "high-risk cases", "cases at high risk"
OWN_WORDS = "The board asked which agencies never refer; the coordinator will report in autumn."
NEXT_WORDS = "The coordinator reported in autumn: two agencies have begun to refer."
NOTE = "The provider had left two dispersed places out of its return."

_RETURN = "{{form: standard, partner: {}, nature: illustrative, received: {}}}"
_ROLES = {"approved_by": "Director of adults, health and wellbeing"}


@dataclass
class Year:
    """The project at the end of it, and what was kept on the way.

    `said`: what each command printed. `dashboards`: numbers and page by part of the year. `pages`:
    the pages of changes of the correction and of the next draft. `first`: the bytes of version 1.0
    when it was published. `remarks`: the ids of the Word remarks.
    """

    project: Path
    said: dict[str, str] = field(default_factory=dict)
    dashboards: dict[str, dict] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    first: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def run(self, name: str, verb: str, *arguments: str, status: int = 0) -> str:
        options = () if verb in _NO_RENDERER else ("--renderer", "builtin")
        made = run_command(
            self.project,
            *(verb, COUNCIL, *arguments, *options),
            **private_places(self.project.parent / "private"),
            COLUMNS="200",
        )
        self.said[name] = made.stdout + made.stderr
        assert made.returncode == status, f"{name}: {self.said[name]}"
        return self.said[name]


_NO_RENDERER = ("check", "comments", "changes", "verify", "confirm", "audit")


def scripted_year(folder: Path) -> Year:
    """The whole story."""
    year = Year(_project(folder / "project"))
    for quarter in range(1, 5):
        _dashboard(year, quarter)
    _returned(year, FIRST)
    year.run("draft", "assessment")
    _comments(year)
    year.run("draft after comments", "assessment")
    year.run("publish 1.0", "publish")
    year.first = contents(year.project / PUBLISHED / "1.0")
    _correct(year)
    year.run("verify 1.0", "verify", "1.0")
    _next_year(year)
    return year


def _changes_page(year: Year, period: str) -> str:
    return (year.project / REPORTS / period / "changes.html").read_text(encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _project(root: Path) -> Path:
    """The project with this council alone, and three short chapters."""
    project = copy_project(root)
    put_in_chapters(project)
    for path in (*project.glob("params/*.yml"), project / "params" / "assurance" / "north.yml"):
        if path.name != "defaults.yml":
            path.unlink()
    shutil.rmtree(project / "data" / "returns")
    edition = {
        "version": _version("1.0", "2025-06-30", "2025-06-27"),
        "populations": {"refuge": "mid-2020"},
        "prevalence": {"survey": 2024},
        "recommendations": [
            _recommended("refuge-places", "Commission more refuge places", "2026-03-31"),
            _recommended("marac-minutes", "Send MARAC minutes within a week", "2025-12-31"),
        ],
        "returns": _described("2025-04-20", "refuge.csv", "marac.csv"),
    }
    settings = {
        "name": "North Northamptonshire",
        "council": "North Northamptonshire Council",
        "code": "E06000061",
        "editions": {FIRST: edition},
    }
    _write_settings(project, settings)
    return project


def _version(number: str, date: str, approved: str, **more: object) -> dict[str, object]:
    when = {"date": _day(date), "approved_on": _day(approved)}
    return {"number": number, "status": "draft", **when, **_ROLES, **more}


def _day(text: str) -> object:
    return yaml.safe_load(text)


def _recommended(key: str, text: str, due: str) -> dict[str, object]:
    return {"id": key, "text": text, "owner": "Head of community safety", "due": _day(due)}


def _described(received: str, *files: str) -> dict[str, object]:
    partners = {"refuge.csv": "a refuge provider", "marac.csv": "the MARAC coordinator"}
    partners["refuge-late.csv"] = partners["refuge.csv"]
    return {file: yaml.safe_load(_RETURN.format(partners[file], received)) for file in files}


def _settings(project: Path) -> dict:
    return yaml.safe_load((project / PARAMETERS).read_text(encoding="utf-8"))


def _write_settings(project: Path, settings: dict) -> None:
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    (project / PARAMETERS).write_text(text, encoding="utf-8")


def _write(project: Path, period: str, file: str, rows: Iterable[Row]) -> None:
    path = project / RETURNS / period / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["measure", "period", "area", "dimension", "category", "value", "note"])
        for measure, when, dimension, category, value in rows:
            writer.writerow([measure, when, "", dimension, category, value, ""])


def quarters(measure: str, period: str, values: Iterable[int]) -> list[Row]:
    return [
        (measure, f"{period} Q{number}", "", "", value)
        for number, value in enumerate(values, start=1)
    ]


def _referrals(period: str, which: str) -> list[Row]:
    return [
        ("marac.referrals", period, "agency", name, value)
        for name, value in REFERRALS[which].items()
    ]


def _refuge(period: str, day: str, upto: int = 4) -> list[Row]:
    return [
        *quarters("refuge.requests", period, REQUESTS[:upto]),
        *quarters("refuge.accepted", period, ACCEPTED[:upto]),
        *quarters("refuge.declined", period, DECLINED[:upto]),
        *((("refuge.places", f"@{day}", "", "", PLACES),) if upto == 4 else ()),
    ]


def _dashboard(year: Year, upto: int) -> None:
    """What the partners have sent by the end of a quarter, and the board's two pages of it."""
    marac = [
        *quarters("marac.cases", "2023-24", CASES["2023-24"]),
        *quarters("marac.cases", FIRST, CASES[FIRST][:upto]),
        *quarters("marac.repeats", FIRST, REPEATS[FIRST][:upto]),
    ]
    _write(year.project, FIRST, "marac.csv", marac)
    _write(year.project, FIRST, "refuge.csv", _refuge(FIRST, "2025-03-31", upto))
    part = f"{FIRST} Q1..Q{upto}" if upto > 1 else f"{FIRST} Q1"
    year.run(f"dashboard {upto}", "assessment", "--period", part)
    folder = max((year.project / REPORTS / FIRST / "dashboards").iterdir(), key=_made)
    year.dashboards[part] = {
        "page": (folder / "index.html").read_text(encoding="utf-8"),
        **json.loads((folder / "indicators.json").read_text(encoding="utf-8")),
    }


def _made(folder: Path) -> int:
    return (folder / "index.html").stat().st_mtime_ns


def _returned(year: Year, period: str) -> None:
    """The whole first year, as the partners return it at its end."""
    marac = [
        *quarters("marac.cases", "2023-24", CASES["2023-24"]),
        *quarters("marac.cases", period, CASES[period]),
        *quarters("marac.repeats", period, REPEATS[period]),
        *_referrals(period, period),
        ("marac.weeks_to_hearing", period, "", "", WEEKS),
    ]
    _write(year.project, period, "marac.csv", marac)
    _write(year.project, period, "refuge.csv", _refuge(period, "2025-03-31"))


def _comments(year: Year) -> None:
    """A board member comments on the Word file and changes it; the analyst answers and rewrites."""
    path = year.project.parent / "returned.docx"
    shutil.copy(year.project / REPORTS / FIRST / "assessment.docx", path)
    document = open_file(path)
    paragraph = find(document, "In 2024-25, 270 high-risk")
    change(paragraph, CUT, PUT_IN, AUTHOR)
    comment(document, paragraph, COMMENT, AUTHOR)
    document.save(str(path))
    listed = year.run("comments", "comments", str(path))
    year.remarks = [
        line.split()[0] for line in listed.splitlines() if line.startswith(("  co-", "  ch-"))
    ]
    year.run("check with open comments", "check")
    write_cell(
        year.project,
        FIRST,
        "marac",
        "marac-opening",
        lambda text: f"{text.replace(CUT, PUT_IN, 1)}\n\n{OWN_WORDS}",
    )
    for name in year.remarks:
        year.run(f"answer {name}", "comments", "--answer", name, "Done, see the first paragraph.")


def write_cell(
    project: Path, period: str, chapter: str, cell: str, edit: Callable[[str], str]
) -> None:
    """What an analyst writes in a narrative cell of the chapter in place."""
    path = project / REPORTS / period / "chapters" / f"{chapter}.ipynb"
    held = json.loads(path.read_text(encoding="utf-8"))
    found = next(each for each in held["cells"] if each["id"] == cell)
    before = "".join(found["source"])
    found["source"] = edit(before)
    assert found["source"] != before
    path.write_text(json.dumps(held), encoding="utf-8")


def _correct(year: Year) -> None:
    """The refuge provider finds a mistake: a late return, and version 1.1."""
    settings = _settings(year.project)
    edition = settings["editions"][FIRST]
    edition["returns"] |= _described("2025-08-04", "refuge-late.csv")
    edition["version"] = _version(
        "1.1", "2025-08-29", "2025-08-27", correction={"of": "1.0", "note": NOTE}
    )
    late = [("refuge.places", "@2025-03-31", "", "", PLACES_CORRECTED)]
    _write(year.project, FIRST, "refuge-late.csv", late)
    _write_settings(year.project, settings)
    year.run("draft of the correction", "assessment")
    year.pages["correction"] = _changes_page(year, FIRST)
    year.run("publish 1.1", "publish")


def _next_year(year: Year) -> None:
    """The next edition: what is new, what is restated, and three changes of the rules."""
    project = year.project
    settings = _settings(project)
    first = settings["editions"][FIRST]
    settings["editions"][SECOND] = {
        **first,
        "version": _version("0.1", "2026-06-30", "2026-06-29"),
        "populations": {"refuge": "mid-2023"},
        "recommendations": [
            _recommended("refuge-places", "Commission more refuge places", "2027-03-31"),
            _recommended("idva-posts", "Fund IDVA posts for the cases heard", "2026-12-31"),
        ],
        "progress": [
            {"id": "refuge-places", "status": "delayed", "note": "No site was found"},
            {"id": "marac-minutes", "status": "done", "note": ""},
        ],
        "returns": _described("2026-04-20", "refuge.csv", "marac.csv"),
    }
    _write_settings(project, settings)
    marac = [
        ("marac.cases", f"{FIRST} Q4", "", "", RESTATED),
        *_referrals(FIRST, "restated"),
        *quarters("marac.cases", SECOND, CASES[SECOND]),
        *quarters("marac.repeats", SECOND, REPEATS[SECOND]),
        *_referrals(SECOND, SECOND),
        ("marac.children", SECOND, "", "", CHILDREN),
    ]
    _write(project, SECOND, "marac.csv", marac)
    refuge = [row for row in _refuge(SECOND, "2026-03-31") if row[0] != "refuge.places"]
    places = ("refuge.places", "@2026-03-31", "", "", PLACES_CORRECTED)
    _write(project, SECOND, "refuge.csv", [*refuge, places])
    _edit(project, "indicators.yml", "refuge.acceptance_rate", _of_those_decided)
    _edit(project, "benchmarks.yml", "marac.recommended_rate", _raised)
    year.run("next draft", "assessment")
    write_cell(
        project,
        SECOND,
        "marac",
        "marac-opening",
        lambda text: text.replace(OWN_WORDS, NEXT_WORDS),
    )
    year.run("next draft, rewritten", "assessment")
    year.run("changes", "changes")
    year.pages["changes"] = _changes_page(year, SECOND)


def _edit(project: Path, file: str, key: str, edit: Callable[[dict], None]) -> None:
    path = project / REFERENCE / file
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(next(each for each in entries if each["id"] == key))
    path.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _of_those_decided(entry: dict) -> None:
    entry["definition"] = "Referrals to refuge that were accepted, of those accepted or declined."
    entry["denominator"] = ["refuge.accepted", "refuge.declined"]


def _raised(entry: dict) -> None:
    (value,) = entry["values"]
    assert value["value"] == LEVEL
    value["value"] = LEVEL_AFTER
