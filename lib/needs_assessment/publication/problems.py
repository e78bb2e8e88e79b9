"""What stands in the way of publishing an edition, each with a name that stays the same.

Some of it may be accepted, with a reason that is printed in the edition: that text has not had
another look, that one of two wordings was not chosen. What could print a wrong number, or open a
hidden one, may not: errors (a return or a parameter that cannot be used, a live figure without a
value), numbers typed otherwise than the report has them, and a report that fails its audit, which
stops the run itself.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from needs_assessment.council import Accepted
from needs_assessment.flags import CARRIED, CONFLICT, LEFT_OUT, RECOVERED_TEXT, Flag
from needs_assessment.narrative.review import ANOTHER_LOOK, DIRECTION, TYPED

NOT_CURRENT = "changed-since-the-draft"
_ACCEPTABLE = {ANOTHER_LOOK, DIRECTION, CONFLICT, CARRIED, LEFT_OUT, RECOVERED_TEXT}
_CELL = re.compile(r"Cell ([^:]+): ")


@dataclass(frozen=True)
class Problem:
    """Something in the way: its name, where it is, what is wrong, and whether it may be accepted.

    The name holds a digest of what is said: what was accepted is not accepted once it is worse.
    """

    name: str
    place: str
    sentence: str
    acceptable: bool

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.sentence}"


def flag_problems(flags: Iterable[Flag]) -> list[Problem]:
    """The flags of a check that stand in the way, in their order."""
    return [
        Problem(_name(flag), flag.file, flag.sentence, flag.rule in _ACCEPTABLE)
        for flag in flags
        if flag.severity == "error" or flag.rule in {*_ACCEPTABLE, TYPED}
    ]


def not_current(pages: Sequence[str], changed: Sequence[str]) -> Problem:
    """The report in place is not what its inputs would give now.

    `pages` are the files of the book that would change, `changed` what was written since the run.
    """
    since = f" Written since the run: {', '.join(changed)}." if changed else ""
    return Problem(
        NOT_CURRENT,
        "",
        f"the report in place is not what its inputs give now ({', '.join(pages)} would"
        f" change): run make assessment, and have the new report read.{since}",
        True,
    )


def unaccepted(problems: Sequence[Problem], accepted: Sequence[Accepted]) -> list[str]:
    """What still stands in the way, a line each: problems that nobody accepted or could, and
    acceptances of what is not there (any more).
    """
    named = {each.problem for each in accepted}
    lines = []
    for each in problems:
        if not each.acceptable:
            said = " (cannot be accepted)" if each.name in named else ""
            lines.append(f"{each}{said}")
        elif each.name not in named:
            lines.append(f"{each}\n    to accept it: problem: {each.name}")
    gone = sorted(named - {each.name for each in problems})
    lines += [f"accepted: there is no problem {name} (any more): take it out" for name in gone]
    return lines


def _name(flag: Flag) -> str:
    cell = _CELL.match(flag.sentence)
    parts = [flag.rule.lower(), flag.subject, *([cell[1]] if cell else [])]
    held = hashlib.sha256(f"{flag.file}\n{flag.sentence}".encode()).hexdigest()
    return "/".join(re.sub(r"[^\w.-]+", "-", part) for part in parts) + f"@{held[:6]}"
