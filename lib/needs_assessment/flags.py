"""Flags: what an analyst, and a reader of the checks annex, should know about a figure."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
GAP = "gap"
"""The rule of flags that say which indicator cannot be given."""
NARRATIVE = "narrative"
"""The rule of flags about the analyst's text as it stands."""
MERGED = "narrative merged"
"""The rule of flags about what a run did with the analyst's text: only that run knows."""
CONFLICT = "unresolved conflict"
CARRIED = "carried over"
LEFT_OUT = "left out of the report"
RECOVERED_TEXT = "recovered text"
NUMBERED = "number of a published version"
"""The rules of flags about text, or a number, that somebody has to look at before it is published.
"""

_MOST_ROWS = 6


@dataclass(frozen=True)
class Flag:
    """Something found about a figure or a file.

    `severity`: an error stops the assessment; after a warning a figure may be wrong, or must not
    be read as printed; a note is to be borne in mind. `rule` names the rule that found it,
    `subject` the measure, indicator or chapter, `sentence` says it in words fit for publication.
    `file` is a path from the project's root, `row` counts from 1; both may be missing.
    """

    severity: Severity
    rule: str
    subject: str
    sentence: str
    file: str = ""
    sheet: str = ""
    row: int | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Finding:
    """Flags of one rule in one file that say the same of several figures, put together.

    `id` names what was found: an answer to it holds while the same is said of the same figures.
    """

    severity: Severity
    rule: str
    file: str
    sheet: str
    rows: tuple[int, ...]
    sentence: str
    id: str = ""

    @property
    def where(self) -> str:
        """Sheet and rows: “Table 1, row 10”; nothing for a whole file."""
        shown = [str(row) for row in self.rows[:_MOST_ROWS]]
        if len(self.rows) > _MOST_ROWS:
            shown[-1] += f" and {len(self.rows) - _MOST_ROWS} more"
        rows = f"row{'s' if len(self.rows) > 1 else ''} {', '.join(shown)}" if shown else ""
        return ", ".join(filter(None, [self.sheet, rows]))


def sort_flags(flags: Iterable[Flag]) -> list[Flag]:
    """The flags, each once: errors, then warnings, then notes; within each by file and row."""
    return sorted(
        dict.fromkeys(flags),
        key=lambda flag: (SEVERITIES.index(flag.severity), flag.file, flag.row or 0),
    )


def gather(flags: Iterable[Flag]) -> list[Finding]:
    """What the flags say, in their order; those that differ only in the figure put together."""
    return [_finding(group) for group in _groups(flags)]


def finding_ids(flags: Iterable[Flag]) -> dict[Flag, str]:
    """The id of the finding that each flag belongs to."""
    return {flag: _id(group) for group in _groups(flags) for flag in group}


def _groups(flags: Iterable[Flag]) -> list[list[Flag]]:
    groups: dict[tuple[str, ...], list[Flag]] = {}
    for flag in flags:
        key = (flag.file, flag.sheet, flag.severity, flag.rule, _said(flag))
        groups.setdefault(key, []).append(flag)
    return list(groups.values())


def _id(group: list[Flag]) -> str:
    """The same for the same words about the same figures of a file, in whatever rows they stand."""
    first = group[0]
    about = sorted({(flag.subject, flag.sentence) for flag in group})
    named = repr((first.file, first.sheet, first.rule, about))
    return f"f-{hashlib.sha256(named.encode()).hexdigest()[:8]}"


def _said(flag: Flag) -> str:
    """What a sentence says after naming its subject."""
    return flag.sentence.partition(": ")[2] or flag.sentence


def _finding(group: list[Flag]) -> Finding:
    first = group[0]
    sentence = first.sentence
    names = list(dict.fromkeys(flag.sentence.partition(": ")[0] for flag in group))
    if len(names) > 1:
        more = [f"{len(names) - 1} more"] if len(names) > 2 else names[1:]
        sentence = f"{'; '.join([names[0], *more])}: {_said(first)}"
    rows = sorted({flag.row for flag in group if flag.row})
    return Finding(
        first.severity, first.rule, first.file, first.sheet, tuple(rows), sentence, _id(group)
    )
