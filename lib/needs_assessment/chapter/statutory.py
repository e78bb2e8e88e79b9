"""How the statutory duties are answered: sections 57 to 59 of the Domestic Abuse Act 2021 and
regulation 8 of SI 2021/990, each with where it is met or as an open item.
"""

from typing import Any

import pandas as pd

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import join_words, long_date
from needs_assessment.statute import SEATS

Edition = dict[str, Any]

_NO_LOWER_TIER = ("unitary", "metropolitan district")
_LOWER_TIER = "local authorities within the area"
_FUNDING = "funding.total"
_OPEN = "Open item: "


def duties_frame(store: ProtectedStore) -> pd.DataFrame:
    """The duties of sections 57 to 59: Where it is answered."""
    edition = store.data["edition"]
    strategy = edition["strategy"]
    return _indexed(
        "Section and duty",
        "Where it is answered",
        {
            "57(1)(a) Assess the need for accommodation-based support": "This report",
            "57(1)(b) Prepare and publish a strategy": _published(strategy),
            "57(1)(c) Monitor and evaluate the strategy": "Targets, in the Summary"
            if edition["targets"]
            else "Open item: no target of the strategy is stated",
            "57(3) Give effect to the strategy": _commissioned(edition),
            "57(4) Consult before publishing it": _consulted(strategy),
            "57(5), (6) Keep it under review, with its effect on other support": _reviewed(
                strategy
            ),
            "58 Appoint a Local Partnership Board": _appointed(edition["board"]),
            "59 Report to the Secretary of State each year": "Annual report, in this chapter",
        },
    )


def regulation_frame(store: ProtectedStore) -> pd.DataFrame:
    """What regulation 8 (a) to (f) asks of the annual report: Where it is met."""
    edition = store.data["edition"]
    version, strategy = edition["version"], edition["strategy"]
    assessed = version["full_assessment"]
    working = strategy["working"] if strategy else ""
    return _indexed(
        "Regulation 8",
        "Where it is met",
        {
            "(a) The board is appointed": _appointed(edition["board"]),
            "(b) Its members and how often it meets": _members(edition["board"]),
            "(c)(i) When need was assessed": f"Assessed in full on {long_date(assessed)}"
            if assessed
            else "Open item: the date of the full assessment is not stated",
            "(c)(ii) How need was assessed": "Methods annex; Data quality chapter",
            "(c)(iii) What the assessment found": "Summary; every chapter",
            "(d) The strategy is published": _published(strategy),
            "(d) The strategy works and helps victims reach support": working
            or "Open item: no evidence is stated",
            "(e) Commissioning follows need and strategy": _commissioned(edition),
            "(f) Funding against the objectives": _funded(store),
        },
    )


def open_items(store: ProtectedStore) -> list[str]:
    """What regulation 8 asks for and the edition does not answer yet: “(d) …: no … is stated”."""
    met = regulation_frame(store)["Where it is met"]
    parted = ((name, text.partition(_OPEN)) for name, text in met.items())
    return [f"{name}: {what}" for name, (_, mark, what) in parted if mark]


def seats_frame(store: ProtectedStore) -> pd.DataFrame:
    """The seven places of section 58 and the roles that fill them: Filled by."""
    board = store.data["edition"]["board"]
    members = board["members"] if board else []
    filled = {}
    for seat, name in SEATS.items():
        roles = "; ".join(each["role"] for each in members if each["seat"] == seat)
        if (
            not roles
            and seat == _LOWER_TIER
            and store.data["council"]["area"]["type"] in (_NO_LOWER_TIER)
        ):
            roles = "None: the area has no lower tier"
        filled[name] = roles or ("Vacant" if members else "Not stated")
    return _indexed("Place under section 58", "Filled by", filled)


def version_frame(store: ProtectedStore) -> pd.DataFrame:
    """The version block: Detail."""
    council, version = store.data["council"], store.data["edition"]["version"]
    area = council["area"]
    rows = {
        "Area": area["name"],
        "Relevant local authority": "Yes" if area["relevant"] else "No",
        "Successor councils": join_words(area["successors"]),
        "Version": f"{version['number']} ({version['status']})",
        "Approved by": version["approved_by"] or "Not yet approved",
    }
    dates = {
        "Full assessment": "full_assessment",
        "This version": "date",
        "Amended": "amended",
        "Next refresh": "next_refresh",
        "Next full assessment": "next_full",
    }
    for name, key in dates.items():
        absent = "No amendment" if key == "amended" else "Not set"
        rows[name] = long_date(version[key]) if version[key] else absent
    return _indexed("Item", "Detail", {name: text for name, text in rows.items() if text})


def decisions_frame(store: ProtectedStore) -> pd.DataFrame:
    """Commissioning decisions: Objective, Date, Evidence; empty when none is stated."""
    decisions = store.data["edition"]["commissioning"]
    if not decisions:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "Objective": [each["objective"] or "Not stated" for each in decisions],
            "Date": [long_date(each["date"]) for each in decisions],
            "Evidence": ["; ".join(each["evidence"]) or "Not stated" for each in decisions],
        },
        index=pd.Index([each["decision"] for each in decisions], name="Decision"),
    )


def _published(strategy: Edition | None) -> str:
    if not strategy:
        return "Open item: no strategy is stated"
    if not strategy["published"]:
        return f"Open item: {strategy['title']} is not yet published"
    where = f", {strategy['where']}" if strategy["where"] else ""
    return f"{strategy['title']}, published on {long_date(strategy['published'])}{where}"


def _consulted(strategy: Edition | None) -> str:
    if not strategy or not strategy["consulted"]:
        return "Open item: who was consulted is not stated"
    return f"Consulted: {join_words(strategy['consulted'])}"


def _reviewed(strategy: Edition | None) -> str:
    other = "other support: Support services chapter"
    if not strategy or not strategy["next_review"]:
        return f"Open item: no review is stated; {other}"
    return f"Next review by {long_date(strategy['next_review'])}; {other}"


def _appointed(board: Edition | None) -> str:
    if not board or not board["appointed"]:
        return "Open item: no appointment is stated"
    return "Appointed; Local Partnership Board, in this chapter"


def _members(board: Edition | None) -> str:
    if not board or not board["members"]:
        return "Open item: its members are not stated"
    if not board["meets"]:
        return "Members in this chapter. Open item: how often it meets is not stated"
    return f"Members in this chapter; it meets {board['meets']}"


def _commissioned(edition: Edition) -> str:
    number = len(edition["commissioning"])
    if not number:
        return "Open item: no commissioning decision is stated"
    return f"{number} decision{'s' if number > 1 else ''}, in this chapter"


def _funded(store: ProtectedStore) -> str:
    period = store.data["edition"]["period"]
    held = [cell for cell in store.cells(_FUNDING) if cell["period"] == period]
    if any(cell["dimension"] == "objective" for cell in held):
        return "Funding by objective, in this chapter"
    paid = [
        cell
        for measure in (_FUNDING, "funding.safe_accommodation", "funding.community_support")
        for cell in store.cells(measure)
        if cell["period"] == period
    ]
    if paid:
        return "Open item: funding is reported, not yet by objective"
    return "Open item: no funding was reported"


def _indexed(index: str, column: str, rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({column: rows}).rename_axis(index)
