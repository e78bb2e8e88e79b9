"""Makes the illustrative returns of the example councils `north` and `west`.

    python data/make_illustrative_returns.py [FOLDER]

writes `<council>/<period>/` under FOLDER (`data/returns/` by default). The numbers are drawn around
the rates and shares in `illustrative.yml`, on the councils' real populations, and are consistent
with one another; they describe nobody. Every file has its own seed, from council, year and file
name: the same script gives the same bytes, and a change to one file leaves the others alone. The
published refuge places (`refuge-places.csv`) are not made here, and what the police send with a
row for each crime comes from `make_illustrative_extract.py`.
"""

import argparse
import csv
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from illustrative_workbooks import caseworker_workbook, marac_form

DATA = Path(__file__).resolve().parent
SETTINGS = yaml.safe_load((DATA / "illustrative.yml").read_text(encoding="utf-8"))
HEADINGS = ["measure", "period", "area", "dimension", "category", "value", "note"]

AGENCY_LABELS = {
    "police": "Police",
    "idva": "IDVA",
    "childrens_social_care": "Children's social care",
    "adult_social_care": "Adult social care",
    "health": "Health",
    "education": "Education",
    "housing": "Housing",
    "probation": "Probation",
    "substance_misuse": "Substance misuse",
    "voluntary": "Voluntary sector",
    "other": "Other",
}


class Return:
    """The rows of one return of one council and year, and the draws that fill them.

    `rates` are the council's settings, `people` its populations (see `populations`).
    """

    def __init__(self, council: str, year: int, file: str):
        self.rates = SETTINGS["councils"][council]
        self.year = year
        self.file = file
        self.period = SETTINGS["years"][year]
        self.people = populations(self.rates["area"])
        seed = [int(self.rates["area"][1:]), year, zlib.crc32(file.encode())]
        self.random = np.random.default_rng(seed)
        self.rows: list[list[Any]] = []

    @property
    def year_end(self) -> str:
        return f"@{self.year + 1}-03-31"

    @property
    def quarters(self) -> list[str]:
        return [f"{self.period} {quarter}" for quarter in SETTINGS["quarters"]]

    @property
    def lacks(self) -> list[str]:
        return self.rates["lacks"]

    def volume(self, expected: float) -> int:
        """A count around the expected number, at the level of the year."""
        return self.about(expected * SETTINGS["level"][self.year])

    def about(self, expected: float) -> int:
        """A count around the expected number."""
        return int(self.random.poisson(expected))

    def part(self, whole: int, share: float) -> int:
        """How many of `whole` have something that `share` of them have."""
        return int(self.random.binomial(whole, share))

    def split(self, whole: int, mix: Mapping[str, float]) -> dict[str, Any]:
        """`whole` divided among the categories of `mix`."""
        weights = np.array(list(mix.values()))
        parts = self.random.multinomial(whole, weights / weights.sum())
        return dict(zip(mix, (int(part) for part in parts), strict=True))

    def by_quarter(self, whole: int) -> list[int]:
        return list(self.split(whole, SETTINGS["quarters"]).values())

    def hide_first_small(self, values: dict[str, Any]) -> None:
        """Writes the first count from 1 to 4 as `<5`, where the partner hides such counts."""
        small = [key for key, value in values.items() if 1 <= value <= 4]
        if small and self.file in self.rates["hides"]:
            values[small[0]] = "<5"

    def add(
        self, measure: str, value: object, period: str = "", *, area: str = "", note: str = ""
    ) -> None:
        self.rows.append([measure, period or self.period, area, "", "", value, note])

    def add_quarters(self, measure: str, values: Iterable[int]) -> None:
        for quarter, value in zip(self.quarters, values, strict=True):
            self.add(measure, value, quarter)

    def add_by(
        self, measure: str, dimension: str, values: Mapping[str, Any], period: str = ""
    ) -> None:
        for category, value in values.items():
            row = [measure, period or self.period, "", dimension, category, value, ""]
            self.rows.append(row)


def populations(area: str) -> dict[str, int]:
    """People (`all`) and `children` under 18, mid-2023; `females` aged 16 and over, Census 2021."""
    wanted = {
        ("mid-2023", "persons", "all"): "all",
        ("mid-2023", "persons", "0-17"): "children",
        ("census-2021", "females", "16+"): "females",
    }
    found = {}
    with (DATA / "reference" / "population.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            name = wanted.get((row["estimate"], row["sex"], row["ages"]))
            if row["code"] == area and name:
                found[name] = int(row["persons"])
    return found


def police(out: Return) -> None:
    thousands = out.people["all"] / 1000
    crimes = out.by_quarter(out.volume(out.rates["crimes"] * thousands))
    incidents = out.by_quarter(out.volume(out.rates["incidents"] * thousands))
    recorded = [sum(pair) for pair in zip(crimes, incidents, strict=True)]
    out.add_quarters("police.crimes", crimes)
    out.add_quarters("police.incidents", incidents)
    out.add_quarters("police.recorded", recorded)
    for quarter, count in zip(out.quarters, recorded, strict=True):
        out.add_by("police.recorded", "risk", out.split(count, out.rates["risk"]), quarter)
    victims = out.part(sum(recorded), 0.71)
    out.add("police.victims", victims)
    out.add("police.repeat_victims", out.part(victims, 0.29))


def perpetrators(out: Return) -> None:
    crimes = out.rates["crimes"] * out.people["all"] / 1000
    suspects = out.volume(0.61 * crimes)
    out.add("perpetrators.suspects", suspects)
    out.add("perpetrators.repeat", out.part(suspects, 0.22))
    out.add("perpetrators.serial", out.part(suspects, 0.05))
    out.add_quarters("perpetrators.arrests", out.by_quarter(out.volume(0.42 * crimes)))
    out.add("perpetrators.charges", out.volume(0.085 * crimes))
    out.add("perpetrators.convictions", out.volume(0.052 * crimes))
    out.add_quarters("perpetrators.protection_notices", out.by_quarter(out.volume(17)))
    applications = out.split(out.volume(0.075 * crimes), SETTINGS["clares_law"])
    disclosures = {route: out.part(count, 0.41) for route, count in applications.items()}
    for name, routes in (("applications", applications), ("disclosures", disclosures)):
        out.add(f"perpetrators.clares_law_{name}", sum(routes.values()))
        out.add_by(f"perpetrators.clares_law_{name}", "route", routes)


def programme(out: Return) -> None:
    referrals = out.volume(out.rates["programme_referrals"])
    starts = out.part(referrals, 0.54)
    out.add("perpetrators.programme_referrals", referrals)
    out.add("perpetrators.programme_starts", starts)
    if "programme completions" not in out.lacks:
        out.add("perpetrators.programme_completions", out.part(starts, 0.55))
    out.add("perpetrators.programme_waiting", out.about(9), out.year_end)


def marac_coordination(out: Return) -> None:
    weeks = out.rates["weeks_to_hearing"] + out.random.integers(-2, 3) / 10
    out.add("marac.weeks_to_hearing", f"{weeks:.1f}")
    out.add("marac.administrator_posts", out.rates["marac_administrators"], out.year_end)


def idva(out: Return) -> None:
    cases = out.rates["marac_cases"] * out.people["females"] / 10_000
    referrals = out.by_quarter(out.volume(1.22 * cases))
    engaged = [out.part(count, out.rates["idva_engaged"]) for count in referrals]
    long_term = out.part(sum(engaged), out.rates["idva_long_term"])
    out.add_quarters("idva.referrals", referrals)
    out.add_by("idva.referrals", "source", out.split(sum(referrals), SETTINGS["idva_sources"]))
    out.add_quarters("idva.engaged", engaged)
    out.add("idva.engaged_long", long_term)
    out.add("idva.engaged_short", sum(engaged) - long_term)
    out.add("idva.not_engaged", sum(referrals) - sum(engaged))
    characteristics = SETTINGS["idva_clients"] | {"ethnicity": out.rates["ethnicity"]}
    for dimension, mix in characteristics.items():
        out.add_by("idva.clients", dimension, out.split(sum(engaged), mix))
    out.add("idva.posts", out.rates["idva_posts"], out.year_end)


def caseworker(out: Return) -> None:
    referrals = out.volume(out.rates["caseworker_referrals"] * out.people["all"] / 1000)
    engaged = out.part(referrals, out.rates["caseworker_engaged"])
    out.add_quarters("caseworker.referrals", out.by_quarter(referrals))
    sources = out.split(referrals, {"police": 0.81, "other": 0.19})
    out.add_by("caseworker.referrals", "source", sources)
    out.add("caseworker.engaged", engaged)
    for name, target in out.rates["caseworker_targets"].items():
        out.add(f"caseworker.{name}_target", target)
    # Clients stay for about five months, so a quarter sees about four in ten of a year's clients.
    for quarter in out.quarters:
        seen = out.about(0.4 * engaged)
        out.add("caseworker.contacts", seen, quarter)
        out.add_by("caseworker.contacts", "level", out.split(seen, SETTINGS["levels"]), quarter)
    given = {name: out.part(engaged, share) for name, share in SETTINGS["interventions"].items()}
    out.add_by("caseworker.interventions", "intervention", given)
    answers = out.split(out.part(engaged, 0.62), SETTINGS["outcomes"])
    out.add_by("caseworker.outcomes", "outcome", answers)
    out.add("caseworker.posts", out.rates["caseworker_posts"], out.year_end)


def refuge(out: Return) -> None:
    if out.year == min(SETTINGS["years"]):
        for council in SETTINGS["councils"].values():
            note = "illustrative; set to the number published for 2024-25"
            total = sum(council["places"].values())
            out.add("refuge.places", total, out.year_end, area=council["area"], note=note)
    out.add_by("refuge.places", "accommodation_type", out.rates["places"], out.year_end)
    places = sum(out.rates["places"].values())
    out.add("refuge.child_places", round(1.3 * places), out.year_end)
    out.add("refuge.accessible_places", places // 12, out.year_end)
    out.add("refuge.nrpf_places", places // 10, out.year_end)
    out.add("refuge.large_family_places", places // 18, out.year_end)
    requests = out.volume(out.rates["refuge_requests"] * places)
    accepted = out.part(requests, 2.4 / out.rates["refuge_requests"])
    declined = out.part(requests - accepted, 0.92)
    out.add_quarters("refuge.requests", out.by_quarter(requests))
    out.add_quarters("refuge.accepted", out.by_quarter(accepted))
    out.add_by("refuge.accepted", "origin", out.split(accepted, SETTINGS["origins"]))
    out.add("refuge.declined", declined)
    reasons = out.split(declined, SETTINGS["declined"])
    out.hide_first_small(reasons)
    out.add_by("refuge.declined", "reason", reasons)
    adults = accepted + round(0.8 * places)
    out.add("refuge.adults_supported", adults)
    out.add("refuge.children_supported", out.about(1.15 * adults))


def housing(out: Return) -> None:
    presentations = out.volume(out.rates["homeless"] * out.people["all"] / 1000)
    because = out.part(presentations, out.rates["homeless_because"])
    owed = out.split(because, {"prevention": 0.2, "relief": 0.63, "none": 0.17})
    duties = {"prevention": owed["prevention"], "relief": owed["relief"]}
    out.add("housing.presentations", presentations)
    out.add("housing.presentations_da", because)
    out.add_by("housing.duties", "duty", duties | {"main": out.part(owed["relief"], 0.42)})


def children(out: Return) -> None:
    assessments = out.volume(out.rates["assessments"] * out.people["children"] / 1000)
    with_abuse = out.part(assessments, out.rates["assessments_da"])
    factors = {code: out.part(with_abuse, share) for code, share in SETTINGS["factors"].items()}
    out.add("children.assessments", assessments)
    out.add("children.assessments_da", with_abuse)
    out.add_by("children.assessments_da", "factor", factors)
    out.add_quarters("children.mash_referrals", out.by_quarter(out.about(0.9 * assessments)))
    if f"Operation Encompass {out.period}" in out.lacks:
        out.add("children.encompass", "x", note="not counted before April 2024")
    else:
        out.add_quarters("children.encompass", out.by_quarter(out.about(0.65 * assessments)))
    in_refuge = round(2.4 * sum(out.rates["places"].values()))
    out.add("children.supported_refuge", out.part(in_refuge, 0.65))
    out.add("children.supported_community", out.about(0.03 * assessments))


def adult_social_care(out: Return) -> None:
    concerns = out.by_quarter(out.volume(0.75 * out.people["all"] / 1000))
    out.add_quarters("asc.concerns", concerns)
    out.add_quarters("asc.enquiries", [out.part(count, 0.36) for count in concerns])


def funding(out: Return) -> None:
    for name, pounds in out.rates["funding"].items():
        out.add(f"funding.{name}", pounds)


# Returns that the provider sends as a workbook of its own.
WORKBOOKS = {"caseworker.csv": caseworker_workbook}

FILES: dict[str, Callable[[Return], None]] = {
    "police.csv": police,
    "perpetrators.csv": perpetrators,
    "marac-coordination.csv": marac_coordination,
    "idva.csv": idva,
    "caseworker.csv": caseworker,
    "refuge.csv": refuge,
    "housing.csv": housing,
    "children.csv": children,
    "adult-social-care.csv": adult_social_care,
    "programme.csv": programme,
    "funding.csv": funding,
}


def marac_items(out: Return) -> list[list[Any]]:
    """The rows of the MARAC form: an item and its value in each quarter."""
    rates = out.rates
    cases = out.by_quarter(out.volume(rates["marac_cases"] * out.people["females"] / 10_000))
    referrals = [out.split(count, rates["agencies"]) for count in cases]
    out.hide_first_small(referrals[2])
    minoritised = {"Black, Asian and minoritised ethnic victims": rates["minoritised"]}
    characteristics = minoritised | SETTINGS["marac_characteristics"]
    return [
        ["Cases"],
        ["Number of meetings held", *(rates["marac_meetings"] for _ in cases)],
        ["Number of cases discussed", *cases],
        ["Of which repeats", *(out.part(count, rates["marac_repeats"]) for count in cases)],
        ["Number of children in the household", *(out.about(1.25 * count) for count in cases)],
        ["Referrals"],
        *(
            [f"Referred by: {label}", *(quarter[agency] for quarter in referrals)]
            for agency, label in AGENCY_LABELS.items()
        ),
        ["Characteristics"],
        *(
            [label, *(out.part(count, share) for count in cases)]
            for label, share in characteristics.items()
        ),
        [],
        ["Notes", "Illustrative data. Cases include repeats."],
    ]


def main(folder: Path) -> None:
    """Writes every illustrative return under `folder`."""
    for council, rates in SETTINGS["councils"].items():
        for year, period in SETTINGS["years"].items():
            target = folder / council / period
            target.mkdir(parents=True, exist_ok=True)
            for file, fill in FILES.items():
                if file in rates["lacks"] or file in SETTINGS["extracts"].get(year, []):
                    continue
                out = Return(council, year, file)
                fill(out)
                if file in WORKBOOKS:
                    workbook = WORKBOOKS[file](out.rates["area"], year, out.rows)
                    (target / file).with_suffix(".xlsx").write_bytes(workbook)
                    continue
                with (target / file).open("w", encoding="utf-8", newline="") as lines:
                    csv.writer(lines, lineterminator="\n").writerows([HEADINGS, *out.rows])
            items = marac_items(Return(council, year, "marac.xlsx"))
            (target / "marac.xlsx").write_bytes(marac_form(rates["area"], year, items))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make the illustrative returns.")
    arguments.add_argument("folder", nargs="?", type=Path, default=DATA / "returns")
    main(arguments.parse_args().folder)
