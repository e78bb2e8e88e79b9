"""The first page of the report: what it is, its version, how to read it."""

from needs_assessment.book.markdown import callout, escape
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import long_date

_DATES = {
    "full_assessment": "Date of full assessment",
    "amended": "Amended",
    "next_refresh": "Next refresh",
    "next_full": "Next full assessment",
}


def version_block(store: ProtectedStore) -> list[list[str]]:
    """The version block as label and text, in order."""
    council, edition = store.data["council"], store.data["edition"]
    version = edition["version"]
    rows = [
        ["Council", council["council"]],
        ["Period", edition["period_words"]],
        ["Version", f"{version['number']} ({version['status']})"],
        ["Date of this version", long_date(version["date"])],
    ]
    rows += [[label, long_date(version[key])] for key, label in _DATES.items() if version[key]]
    if correction := version["correction"]:
        rows.append([f"Corrects version {correction['of']}", correction["note"]])
    approved = version["approved_by"] or "Not yet approved"
    if version["approved_by"] and version["approved_on"]:
        approved += f", {long_date(version['approved_on'])}"
    rows.append(["Approved by", approved])
    return rows


def notice(store: ProtectedStore) -> str:
    """What every page must say: draft or which version, and illustrative."""
    version = store.data["edition"]["version"]
    parts = ["Draft" if version["status"] == "draft" else f"Version {version['number']}"]
    if store.data["nature"] == "illustrative":
        parts.append("Illustrative data, not real figures")
    return ": ".join(parts)


def index_page(store: ProtectedStore) -> str:
    """The page “About this assessment”."""
    council, edition = store.data["council"], store.data["edition"]
    lines = "\n".join(f"- {label}: {escape(text)}" for label, text in version_block(store))
    parts = [
        "# About this assessment {.unnumbered}",
        f"This report assesses the need for domestic abuse support in {escape(council['name'])}. "
        f"It covers {edition['period_words']}. It is laid out as Part 4 of the Domestic Abuse Act "
        "2021 asks [@daa-2021]; @sec-statutory says how the Act applies.",
    ]
    if warning := _warning(store):
        parts.append(callout("important", "Before you use this report", warning))
    parts += [
        "## Version {.unnumbered}",
        lines,
        *_accepted(store),
        "## How to read this report {.unnumbered}",
        _how_to_read(),
    ]
    return "\n\n".join(parts)


def _warning(store: ProtectedStore) -> str:
    sentences = []
    if store.data["edition"]["version"]["status"] == "draft":
        sentences.append("This is a draft. It has not been published.")
    if store.data["nature"] == "illustrative":
        sentences.append(
            "It contains illustrative data that were made up to show how a report looks. "
            "Tables and charts that use them say so. They say nothing about any real place, "
            "service or person."
        )
    return " ".join(sentences)


def _accepted(store: ProtectedStore) -> list[str]:
    """What stood in the way of publishing and was accepted, each with the reason given."""
    accepted = store.data["edition"]["accepted"]
    lines = [f"- {escape(_named(each['problem']))}: {escape(each['reason'])}" for each in accepted]
    return ["## Known and accepted {.unnumbered}", "\n".join(lines)] if lines else []


def _named(problem: str) -> str:
    """A problem in words, of its name such as `needs-another-look/marac/marac-repeats@3f2a91`."""
    what, *where = problem.partition("@")[0].split("/")
    words = what.replace("-", " ").capitalize()
    return f"{words} ({', '.join(where)})" if where else words


def _how_to_read() -> str:
    return "\n".join(
        [
            r"- \[c\] stands for a number that is not shown, so that nobody can be identified.",
            r"- \[x\] stands for a number that no partner returned.",
            r"- \[z\] stands for a number that does not apply, such as orders not yet in use here.",
            "- “About” stands before a number that is an estimate or was given roughly.",
            "- A 95% interval shows how far a number could move by chance alone. When the interval "
            "of a change includes no change, we say that there is no clear change.",
            "- A recommended level is what a national body advises. Being above or below it is "
            "not a statistical test.",
            "- @sec-methods says how every number is worked out, and @sec-indicators where it "
            "comes from.",
        ]
    )
