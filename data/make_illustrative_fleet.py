"""Makes a project of every relevant local authority of England, with illustrative returns.

    python data/make_illustrative_fleet.py FOLDER [--councils 6 | --areas E06000017 E10000015]

writes FOLDER, which must be empty or not there and lie outside this checkout: a copy of the
templates, settings, forms and reference data, and for each area that `areas.csv` calls relevant
(section 61 of the Domestic Abuse Act 2021; 121 of them) parameters and returns for 2024-25. It is
there to try a fleet on: `cd FOLDER`, then `needs-assessment assessments`.

Areas and populations are real. The returns are drawn as those of the example councils `north` and
`west` are, with their rates on each area's own population, in turns and a little apart; what those
two have a number of (posts, places, pounds) is made as much larger or smaller as the area is. They
describe nobody and name no provider. The same script gives the same bytes.
"""

import argparse
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from illustrative_return import DATA, SETTINGS, populations
from make_illustrative_returns import write_returns

from needs_assessment.founding import found_council
from needs_assessment.project import Project
from needs_assessment.reference import Area, Reference

ROOT = DATA.parent
YEAR, PERIOD = 2024, "2024-25"
TODAY = date(2026, 1, 30)
EXAMPLES = ("north", "west")
# What differs from council to council, by up to so much either way.
SPREAD = 0.15
RATES = (
    "crimes",
    "incidents",
    "marac_cases",
    "caseworker_referrals",
    "refuge_requests",
    "homeless",
    "assessments",
)
# Numbers that go with the size of the council; none of them is without a unit below.
POSTS = ("marac_administrators", "idva_posts", "caseworker_posts")
COUNTS = ("programme_referrals", "consulted")
COUNTS_BY = ("places", "caseworker_targets", "idva_targets")
# Breakdowns whose categories only a council itself can name.
NAMED_BY_COUNCIL = ("localities", "programmes", "objectives")


def rates_of(area: Area, example: str) -> dict[str, Any]:
    """The settings of `example` made those of a council of the size of `area`."""
    base = SETTINGS["councils"][example]
    scale = populations(area.code)["all"] / populations(base["area"])["all"]
    random = np.random.default_rng(int(area.code[1:]))
    rates = {key: value for key, value in base.items() if key not in NAMED_BY_COUNCIL}
    rates |= {key: base[key] * random.uniform(1 - SPREAD, 1 + SPREAD) for key in RATES}
    rates |= {key: max(0.1, round(base[key] * scale, 1)) for key in POSTS}
    rates |= {key: max(1, round(base[key] * scale)) for key in COUNTS if key in base}
    for key in COUNTS_BY:
        rates[key] = {name: max(1, round(each * scale)) for name, each in base[key].items()}
    rates["funding"] = {name: round(pounds * scale, -3) for name, pounds in base["funding"].items()}
    return {**rates, "area": area.code}


def described() -> dict[str, dict[str, Any]]:
    """How the example councils describe each of their illustrative returns, by file name."""
    found: dict[str, dict[str, Any]] = {}
    for council in EXAMPLES:
        settings = yaml.safe_load((ROOT / "params" / f"{council}.yml").read_text("utf-8"))
        for edition in settings["editions"].values():
            found |= edition["returns"]
    return found


def copy_inputs(folder: Path) -> Project:
    """A project in `folder` with everything but councils."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "quarto.yml", folder)
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb*")
    )
    shutil.copytree(ROOT / "params" / "mappings", folder / "params" / "mappings")
    shutil.copy(ROOT / "params" / "defaults.yml", folder / "params")
    shutil.copytree(DATA / "reference", folder / "data" / "reference")
    (folder / "reports").mkdir()
    return Project(folder)


def add_council(project: Project, area: Area, example: str, returns: dict[str, Any]) -> str:
    """Founds the council of `area` with returns drawn as those of `example`; its short name."""
    council = re.sub(r"[^a-z0-9]+", "-", area.name.lower()).strip("-")
    found_council(project, council, area.name, area.code, TODAY, PERIOD)
    folder = project.returns(council) / PERIOD
    shutil.rmtree(folder)  # the empty workbooks that partners would complete
    SETTINGS["councils"][council] = rates_of(area, example)
    write_returns(folder, council, YEAR)
    parameters = project.params / f"{council}.yml"
    text, _, _ = parameters.read_text(encoding="utf-8").partition("    # returns:\n")
    listed = {
        path.name: {**returns[path.name], "received": date(YEAR + 1, 5, 30)}
        for path in sorted(folder.iterdir())
    }
    block = yaml.safe_dump({"returns": listed}, sort_keys=False, allow_unicode=True, width=90)
    lines = [f"    {line}\n" for line in block.splitlines()]
    parameters.write_text(text + "".join(lines), encoding="utf-8")
    return council


def chosen_of(relevant: list[Area], count: int | None, codes: list[str]) -> list[Area]:
    """The areas asked for: by `codes`, or `count` from all over the list, or all."""
    if codes:
        known = {area.code: area for area in relevant}
        if unknown := ", ".join(code for code in codes if code not in known):
            raise SystemExit(f"{unknown}: no relevant authority of data/reference/areas.csv.")
        return [known[code] for code in dict.fromkeys(codes)]
    return relevant[:: max(1, len(relevant) // count)][:count] if count else relevant


def main(folder: Path, count: int | None, codes: list[str]) -> None:
    """Makes the project and says where it is."""
    folder = folder.resolve()
    if folder.is_relative_to(ROOT) or ROOT.is_relative_to(folder):
        raise SystemExit(f"{folder} lies in this checkout: choose a folder outside it.")
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: choose another.")
    areas = Reference(DATA / "reference").areas.values()
    relevant = [area for area in areas if area.relevant]
    chosen = chosen_of(relevant, count, codes)
    project, returns = copy_inputs(folder), described()
    for number, area in enumerate(chosen):
        add_council(project, area, EXAMPLES[number % len(EXAMPLES)], returns)
    print(f"{len(chosen)} of {len(relevant)} relevant authorities: {folder}")
    print("Next: cd there, and run needs-assessment assessments.")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make a project of all relevant authorities.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--councils", type=int, help="only so many, from all over the list")
    arguments.add_argument("--areas", nargs="+", default=[], help="only those with these codes")
    given = arguments.parse_args()
    main(given.folder, given.councils, given.areas)
