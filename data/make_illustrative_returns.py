"""Makes the illustrative returns of the example councils `north` and `west`.

    python data/make_illustrative_returns.py [FOLDER]

writes `<council>/<period>/` under FOLDER (`data/returns/` by default). The numbers are drawn around
the rates and shares in `illustrative.yml`, on the councils' real populations, and are consistent
with one another; they describe nobody. The same script gives the same bytes. The published refuge
places (`refuge-places.csv`) are not made here, and what the police send with a row for each crime
comes from `make_illustrative_extract.py`.
"""

import argparse
import csv
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from illustrative_return import DATA, HEADINGS, SETTINGS, Return
from illustrative_workbooks import caseworker_workbook, marac_form

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
    for quarter, count in zip(out.quarters, crimes, strict=True):
        out.add_by(
            "police.crimes", "outcome", out.split(count, SETTINGS["crime_outcomes"]), quarter
        )
    for quarter, count in zip(out.quarters, recorded, strict=True):
        out.add_localities("police.recorded", count, quarter)


def perpetrators(out: Return) -> None:
    crimes = out.rates["crimes"] * out.people["all"] / 1000
    suspects = out.volume(0.61 * crimes)
    out.add("perpetrators.suspects", suspects)
    out.add("perpetrators.repeat", out.part(suspects, 0.22))
    out.add("perpetrators.serial", out.part(suspects, 0.05))
    out.add_quarters("perpetrators.arrests", out.by_quarter(out.volume(0.42 * crimes)))
    out.add("perpetrators.charges", out.volume(0.085 * crimes))
    out.add("perpetrators.convictions", out.volume(0.052 * crimes))
    notices = out.by_quarter(out.volume(68))
    protection(out, "notices", "dvpn", "dapn", notices)
    applications = out.split(out.volume(0.075 * crimes), SETTINGS["clares_law"])
    disclosures = {route: out.part(count, 0.41) for route, count in applications.items()}
    for name, routes in (("applications", applications), ("disclosures", disclosures)):
        out.add(f"perpetrators.clares_law_{name}", sum(routes.values()))
        out.add_by(f"perpetrators.clares_law_{name}", "route", routes)
    protection(out, "orders", "dvpo", "dapo", [out.part(count, 0.8) for count in notices])
    for dimension, mix in SETTINGS["suspects"].items():
        out.add_by("perpetrators.suspects", dimension, out.split(suspects, mix))


def protection(out: Return, what: str, old: str, new: str, counts: list[int]) -> None:
    """Notices or orders by instrument: the newer one is not in force here."""
    for quarter, count in zip(out.quarters, counts, strict=True):
        out.add_by(f"perpetrators.protection_{what}", "instrument", {old: count}, quarter)
    note = "illustrative: taken as not in force here"
    out.add_by(f"perpetrators.protection_{what}", "instrument", {new: "z"}, note=note)


def programme(out: Return) -> None:
    referrals = out.volume(out.rates["programme_referrals"])
    starts = out.part(referrals, 0.54)
    out.add("perpetrators.programme_referrals", referrals)
    out.add("perpetrators.programme_starts", starts)
    counts = {"referrals": referrals, "starts": starts}
    if "programme completions" not in out.lacks:
        counts["completions"] = out.part(starts, 0.55)
        out.add("perpetrators.programme_completions", counts["completions"])
    out.add("perpetrators.programme_waiting", out.about(9), out.year_end)
    # Each stage is drawn from the one before, programme by programme.
    within = out.split(referrals, out.rates["programmes"]) if "programmes" in out.rates else {}
    for stage, count in counts.items() if within else ():
        within = out.portion(count, within)
        out.add_by(f"perpetrators.programme_{stage}", "programme", within)


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
    sources = out.split(sum(referrals), SETTINGS["idva_sources"])
    out.add_by("idva.referrals", "source", sources)
    out.add_quarters("idva.engaged", engaged)
    out.add("idva.engaged_long", long_term)
    out.add("idva.engaged_short", sum(engaged) - long_term)
    out.add("idva.not_engaged", sum(referrals) - sum(engaged))
    out.add_clients("idva.clients", sum(engaged), **SETTINGS["idva_clients"])
    out.add("idva.posts", out.rates["idva_posts"], out.year_end)
    out.add("idva.waiting", out.about(14), out.year_end)
    for name, target in out.rates["idva_targets"].items():
        out.add(f"idva.{name}_target", target)
    if "idva.contacted" not in out.lacks:
        pairs = zip(referrals, engaged, strict=True)
        reached = [taken_up + out.part(count - taken_up, 0.46) for count, taken_up in pairs]
        out.add_quarters("idva.contacted", reached)
    out.add_by("idva.referrals", "risk", out.split(sum(referrals), SETTINGS["idva_risk"]))
    out.add_localities("idva.referrals", sum(referrals))
    given = {
        name: out.part(sum(engaged), share)
        for name, share in SETTINGS["idva_interventions"].items()
    }
    out.add_by("idva.interventions", "intervention", given)
    answers = out.split(out.part(sum(engaged), 0.48), SETTINGS["outcomes"])
    out.add_by("idva.outcomes", "outcome", answers)
    out.add_by("idva.engaged", "source", out.portion(sum(engaged), sources))


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
    out.add("caseworker.waiting", out.about(22), out.year_end)
    out.add_clients("caseworker.clients", engaged)
    out.add_by("caseworker.referrals", "risk", out.split(referrals, SETTINGS["caseworker_risk"]))


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
    supported = out.about(1.15 * adults)
    out.add("refuge.children_supported", supported)
    out.add("refuge.boys_age_limit_places", places // 4, out.year_end, note="no boys over 14")
    out.add("refuge.waiting", out.about(7), out.year_end)
    if "refuge.residents_placed_elsewhere" not in out.lacks:
        elsewhere = out.by_quarter(out.volume(1.9 * places))
        out.add_quarters("refuge.residents_placed_elsewhere", elsewhere)
    out.add_clients("refuge.clients", adults, sex={"female": 1.0, "male": 0.0, "not_known": 0.0})
    stays = SETTINGS["stays"]
    departures = out.split(accepted, {band: share for band, (share, _) in stays.items()})
    out.add("refuge.departures", accepted)
    out.add_by("refuge.departures", "length_of_stay", departures)
    known = {band: count for band, count in departures.items() if stays[band][1]}
    if sum(known.values()):
        weeks = sum(count * stays[band][1] for band, count in known.items()) / sum(known.values())
        out.add("refuge.weeks_stayed", f"{weeks:.1f}")
    out.add_by("refuge.children_supported", "age", out.split(supported, SETTINGS["refuge_ages"]))


def housing(out: Return) -> None:
    presentations = out.volume(out.rates["homeless"] * out.people["all"] / 1000)
    because = out.part(presentations, out.rates["homeless_because"])
    owed = out.split(because, {"prevention": 0.2, "relief": 0.63, "none": 0.17})
    duties = {"prevention": owed["prevention"], "relief": owed["relief"]}
    out.add("housing.presentations", presentations)
    out.add("housing.presentations_da", because)
    out.add_by("housing.duties", "duty", duties | {"main": out.part(owed["relief"], 0.42)})
    out.add_localities("housing.presentations_da", because)


def children(out: Return) -> None:
    assessments = out.volume(out.rates["assessments"] * out.people["children"] / 1000)
    with_abuse = out.part(assessments, out.rates["assessments_da"])
    factors = {code: out.part(with_abuse, share) for code, share in SETTINGS["factors"].items()}
    out.add("children.assessments", assessments)
    out.add("children.assessments_da", with_abuse)
    out.add_by("children.assessments_da", "factor", factors)
    referrals = out.by_quarter(out.about(0.9 * assessments))
    out.add_quarters("children.mash_referrals", referrals)
    if f"Operation Encompass {out.period}" in out.lacks:
        out.add("children.encompass", "x", note="not counted before April 2024")
    else:
        out.add_quarters("children.encompass", out.by_quarter(out.about(0.65 * assessments)))
    in_refuge = round(2.4 * sum(out.rates["places"].values()))
    out.add("children.supported_refuge", out.part(in_refuge, 0.65))
    out.add("children.supported_community", out.about(0.03 * assessments))
    out.add("children.waiting", out.about(19), out.year_end)
    concerning = [count + out.about(0.7 * count) for count in referrals]
    out.add_quarters("children.mash_contacts", [out.about(2.4 * each) for each in concerning])
    out.add_quarters("children.mash_contacts_da", concerning)
    if "children.early_help_assessments" not in out.lacks:
        early = out.volume(9.5 * out.people["children"] / 1000)
        out.add("children.early_help_assessments", early)
        out.add("children.early_help_assessments_da", out.part(early, 0.27))
    out.add_localities("children.assessments_da", with_abuse)
    ages = out.split(with_abuse, SETTINGS["children_ages"])
    out.add_by("children.assessments_da", "age", ages)


def adult_social_care(out: Return) -> None:
    concerns = out.by_quarter(out.volume(0.75 * out.people["all"] / 1000))
    out.add_quarters("asc.concerns", concerns)
    out.add_quarters("asc.enquiries", [out.part(count, 0.36) for count in concerns])


def funding(out: Return) -> None:
    strands = out.rates["funding"]
    for name in ("safe_accommodation", "community_support"):
        out.add(f"funding.{name}", strands[name])
    out.add("funding.total", sum(strands.values()))
    out.add_by("funding.total", "strand", strands)
    out.add_by("funding.total", "objective", out.rates.get("objectives", {}))


def health(out: Return) -> None:
    referrals = out.by_quarter(out.volume(0.42 * out.people["all"] / 1000))
    out.add_quarters("health.referrals", referrals)
    services = out.split(sum(referrals), SETTINGS["health_services"])
    out.hide_first_small(services)
    out.add_by("health.referrals", "service", services)


def voice(out: Return) -> None:
    consulted = out.rates["consulted"]
    out.add("voice.consulted", consulted)
    for measure, dimension in (("voice.consulted", "method"), ("voice.themes", "theme")):
        shares = SETTINGS[measure]
        counts = {name: out.part(consulted, share) for name, share in shares.items()}
        out.add_by(measure, dimension, counts)


def population(out: Return) -> None:
    """Residents by characteristic: the totals are the real ones, what they divide into is not."""
    day, note = "@2023-06-30", "illustrative: only the total is an estimate of mid-2023"
    people, adults = out.people["all"], out.people["adults"]
    out.add("population.persons", people, day, note="mid-2023 estimate")
    if out.localities:
        parts = out.split(people, out.localities | {"not_known": 0})
        out.add_by("population.persons", "locality", parts, day, note)
    out.add("population.adults", adults, day, note="mid-2023 estimate")
    mixes = SETTINGS["residents"]
    ages = out.split(adults - out.people["old"], mixes["age"]) | {"aged_65_plus": out.people["old"]}
    out.add_by("population.adults", "age", ages | {"not_known": 0}, day, note)
    shares = out.rates["residents"]
    for dimension, mix in (mixes | shares).items():
        if dimension != "age":
            out.add_by("population.adults", dimension, out.split(adults, mix), day, note)


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
    "health.csv": health,
    "voice.csv": voice,
    "population.csv": population,
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


def write_returns(target: Path, council: str, year: int, left_out: Collection[str] = ()) -> None:
    """Writes the returns of one council and year into `target`, but for the files `left_out`."""
    target.mkdir(parents=True, exist_ok=True)
    rates, period = SETTINGS["councils"][council], SETTINGS["years"][year]
    for file, fill in FILES.items():
        if file in left_out or {file, f"{file} {period}"} & {*rates["lacks"]}:
            continue
        out = Return(council, year, file)
        fill(out)
        if file in WORKBOOKS:
            workbook = WORKBOOKS[file](rates["area"], year, out.rows)
            (target / file).with_suffix(".xlsx").write_bytes(workbook)
            continue
        with (target / file).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows([HEADINGS, *out.rows])
    items = marac_items(Return(council, year, "marac.xlsx"))
    (target / "marac.xlsx").write_bytes(marac_form(rates["area"], year, items))


def main(folder: Path) -> None:
    """Writes every illustrative return under `folder`."""
    for council in SETTINGS["councils"]:
        for year, period in SETTINGS["years"].items():
            extracts = SETTINGS["extracts"].get(year, [])
            write_returns(folder / council / period, council, year, extracts)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make the illustrative returns.")
    arguments.add_argument("folder", nargs="?", type=Path, default=DATA / "returns")
    main(arguments.parse_args().folder)
