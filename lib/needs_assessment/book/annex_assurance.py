"""The annexes on trust: the cautions with their answers, and the assurance log."""

from collections.abc import Callable, Mapping
from typing import Any

from needs_assessment.assurance import (
    Assumption,
    AssuranceLog,
    Caveat,
    Check,
    Dated,
    Decided,
)
from needs_assessment.book.markdown import escape, table
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import long_date
from needs_assessment.flags import GAP, Finding, Flag, finding_ids, gather, sort_flags

_ROLES = {
    "commissioner": "Asks for the assessment, and says what it is for",
    "analyst": "Makes it",
    "assurer": "Checks, independently of the analyst, that it is right and fit for its purpose",
    "approver": "Signs it off",
}


def checks_page(store: ProtectedStore, log: AssuranceLog) -> str:
    """The cautions found by rule, each with the answer that the assurance log gives to it."""
    flags = [Flag(**each) for each in store.data["flags"]]
    answers = log.answers()
    gaps = [flag for flag in flags if flag.rule == GAP]
    ids = finding_ids(flags)
    findings = gather(sort_flags(flag for flag in flags if flag.rule != GAP))
    parts = [
        "# Checks {#sec-checks}",
        "Cautions that the program found by rule. After a warning, a figure may be wrong or must "
        "not be read as printed; a note is to be borne in mind.",
    ]
    if findings:
        given = any(each.id in answers for each in findings)
        rows = [
            [
                escape(f"{each.rule[:1].upper()}{each.rule[1:]}"),
                each.severity.capitalize(),
                escape(each.sentence),
                escape(_place(each)),
                *([escape(_answer(answers.get(each.id)) or "No answer yet")] if given else []),
            ]
            for each in findings
        ]
        columns = ["Rule", "Severity", "What was found", "Where", *(["Answer"] if given else [])]
        parts.append(
            table(
                columns,
                rows,
                label="tbl-flags",
                caption="Cautions about the figures of this edition, warnings first.",
            )
        )
    else:
        parts.append("No caution was raised.")
    if gaps:
        parts += [
            "## Gaps {#sec-checks-gaps}",
            "These indicators cannot be given for this edition:",
            "\n".join(f"- {escape(line)}" for line in _gap_lines(gaps, ids, answers)),
        ]
    return "\n\n".join(parts)


def _gap_lines(
    gaps: list[Flag], ids: Mapping[Flag, str], answers: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """A line for each reason and answer, with all indicators that it holds for. What is itself the
    thing that lacks is not named twice.
    """
    held: dict[tuple[str, str], list[str]] = {}
    for flag in gaps:
        name, _, reason = flag.sentence.rstrip(".").partition(": ")
        how, _, what = reason.partition(": ")
        why = f"{how} it" if what == name else reason
        held.setdefault((why, _answer(answers.get(ids[flag]))), []).append(name)
    lines = []
    for (why, answer), names in held.items():
        said = f"{why.removesuffix(' it')} them" if len(names) > 1 and why.endswith(" it") else why
        lines.append(" ".join(filter(None, [f"{'; '.join(names)}: {said}.", answer])))
    return lines


def assurance_page(store: ProtectedStore, log: AssuranceLog) -> str:
    """Who is responsible, what was assumed, checked and decided, by edition."""
    parts = [
        "# Assurance {#sec-assurance}",
        "The log of how this assessment was assured, after the roles of the AQuA Book, the "
        "government's guidance on producing quality analysis [@aqua-book-2025].",
    ]
    if not log.editions:
        return "\n\n".join([*parts, "No assurance log is kept for this edition."])
    roles = log.own.roles
    parts.append(_answered(store, log))
    parts.append(
        table(
            ["Role", "Held by", "Task"],
            [
                [name.capitalize(), escape(getattr(roles, name) or "Not yet named"), what]
                for name, what in _ROLES.items()
            ],
            label="tbl-assurance-roles",
            caption=f"Roles in this edition, {store.data['edition']['period']}.",
        )
    )
    parts += _section(
        log,
        Assumption,
        "Assumptions",
        {
            "Assumption": lambda each: each.assumption,
            "Reason": lambda each: each.reason,
            "If it does not hold": lambda each: each.effect or "Not said",
        },
    )
    parts += _section(log, Caveat, "Caveats", {"Caveat": lambda each: each.caveat})
    parts += _section(
        log,
        Check,
        "Checks done",
        {
            "Check": lambda each: each.check,
            "Kind": lambda each: each.kind.capitalize(),
            "Result": lambda each: each.result,
        },
    )
    parts += _section(
        log,
        Decided,
        "Decisions",
        {"Decision": lambda each: each.decision, "Reason": lambda each: each.reason},
    )
    return "\n\n".join([*parts, *_gone(store, log)])


def _section(
    log: AssuranceLog,
    kind: type[Dated],
    title: str,
    columns: Mapping[str, Callable[[Dated], str]],
) -> list[str]:
    """A table of one kind of entry: its own columns, then who entered it, when and for which
    edition.
    """
    name = title.lower().replace(" ", "-")
    heading = f"## {title} {{#sec-assurance-{name}}}"
    entries = log.entries(kind)
    if not entries:
        return [heading, "None is entered."]
    rows = [
        [
            *(escape(read(entry)) for read in columns.values()),
            entry.by.capitalize(),
            long_date(entry.date.isoformat()),
            escape(period),
        ]
        for period, entry in entries
    ]
    return [
        heading,
        table(
            [*columns, "By", "Date", "Edition"],
            rows,
            label=f"tbl-assurance-{name}",
            caption=f"{title}, by edition.",
        ),
    ]


def _answered(store: ProtectedStore, log: AssuranceLog) -> str:
    """How many of the cautions and gaps have an answer."""
    listed = set(finding_ids(Flag(**each) for each in store.data["flags"]).values())
    answered = sum(each.flag in listed for each in log.own.answers)
    return (
        f"{answered} of the {len(listed)} cautions and gaps in @sec-checks "
        f"{'has' if answered == 1 else 'have'} an answer."
    )


def _gone(store: ProtectedStore, log: AssuranceLog) -> list[str]:
    """The answers to cautions that are no longer found."""
    listed = set(finding_ids(Flag(**each) for each in store.data["flags"]).values())
    gone = [each for each in log.own.answers if each.about and each.flag not in listed]
    if not gone:
        return []
    rows = [
        [
            escape(each.about),
            escape(f"{each.answer.capitalize()}: {each.reason}"),
            each.by.capitalize(),
            long_date(each.date.isoformat()),
        ]
        for each in sorted(gone, key=lambda each: each.date)
    ]
    return [
        "## Answers to the checks {#sec-assurance-answers}",
        table(
            ["Caution", "Answer", "By", "Date"],
            rows,
            label="tbl-assurance-answers",
            caption="Answers to cautions that the checks no longer find.",
        ),
    ]


def _answer(answer: Mapping[str, Any] | None) -> str:
    if not answer:
        return ""
    said = f"{answer['answer'].capitalize()} ({answer['by']}, {long_date(answer['date'])})"
    return f"{said}: {answer['reason']}"


def _place(finding: Finding) -> str:
    if not finding.file:
        return "reference data"
    file = finding.file.removeprefix("data/returns/")
    return ", ".join(filter(None, [file, finding.where]))
