"""Flags: what an analyst, and a reader of the checks annex, should know about a figure."""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


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
