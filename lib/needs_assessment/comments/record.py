"""What was said of an edition, and what was answered: `.narrative/comments/comments.json`.

It names people and holds what they said before publication, so git ignores it and only its owner
can open its folder. Nothing else reads it: no run, no book, no result.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from needs_assessment.comments.placing import Place
from needs_assessment.comments.returned import Remark, Reply
from needs_assessment.errors import AssessmentError
from needs_assessment.files import write_atomically
from needs_assessment.project import ReportFolder
from needs_assessment.settings import nearest

PAGE = "comments.md"
_FILE = "comments.json"


@dataclass(frozen=True)
class Kept:
    """A remark as it is kept: where it belongs, the files it came in, the analyst's answer.

    `answered` is the day of the answer (ISO), "" while there is none.
    """

    remark: Remark
    place: Place
    files: tuple[str, ...]
    answer: str = ""
    answered: str = ""

    @property
    def open(self) -> bool:
        """Whether it still needs an answer: nobody gave one here, nor closed it in Word."""
        return not self.answered and not self.remark.resolved


def folder(report: ReportFolder) -> Path:
    """Where the remarks on an edition are kept."""
    return report.narrative / "comments"


def read_kept(report: ReportFolder) -> list[Kept]:
    """The remarks kept of an edition, in their order; none when no file was read yet.

    Raises AssessmentError when the record is damaged: answers are never dropped in silence.
    """
    path = folder(report) / _FILE
    try:
        return [_kept(each) for each in json.loads(path.read_text(encoding="utf-8"))["remarks"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssessmentError(
            f"{path.name} in .narrative/comments/ cannot be read ({error}).",
            "Move it away: reading the returned files again makes it anew, without the answers.",
        ) from None


def merged(kept: Sequence[Kept], found: Iterable[tuple[Remark, Place]], file: str) -> list[Kept]:
    """`kept` with what was `found` in `file`: what is known already keeps its answer.

    Reading a file twice, or two copies with the same remark, adds nothing twice. A remark that is
    resolved, or has a reply, in any copy is so here.
    """
    by_id = {each.remark.id: each for each in kept}
    for remark, place in found:
        known = by_id.get(remark.id)
        if known is None:
            by_id[remark.id] = Kept(remark, place, (file,))
            continue
        replies = dict.fromkeys((*known.remark.replies, *remark.replies))
        by_id[remark.id] = replace(
            known,
            remark=replace(
                remark,
                resolved=remark.resolved or known.remark.resolved,
                replies=tuple(replies),
            ),
            # Text that was rewritten since is no longer found: where it was still says something.
            place=place if place.cell or not known.place.cell else known.place,
            files=tuple(dict.fromkeys((*known.files, file))),
        )
    return list(by_id.values())


def with_answer(kept: Sequence[Kept], name: str, answer: str, day: str) -> list[Kept]:
    """`kept` with an answer to the remark called `name`, given on `day`.

    Raises AssessmentError (exit code 2) when there is none of that name, or no answer.
    """
    if not answer.strip():
        raise AssessmentError("The answer is empty.", "Say what was done about it, or why not.", 2)
    names = [each.remark.id for each in kept]
    if name not in names:
        raise AssessmentError(
            f"There is no comment “{name}”.",
            nearest(name, names) or "needs-assessment comments COUNCIL lists them.",
            2,
        )
    return [
        replace(each, answer=answer.strip(), answered=day) if each.remark.id == name else each
        for each in kept
    ]


def write_kept(report: ReportFolder, kept: Sequence[Kept], page: str) -> None:
    """Writes the record, and the `page` that shows it, for their owner alone.

    Raises AssessmentError when the disk refuses.
    """
    place = folder(report)
    content = json.dumps({"remarks": [asdict(each) for each in kept]}, ensure_ascii=False, indent=1)
    try:
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o700)
        write_atomically(place / _FILE, f"{content}\n".encode("utf-8", "backslashreplace"))
        write_atomically(place / PAGE, page.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise AssessmentError(
            f"The comments could not be kept: {error.strerror}.",
            "Check the free space and the permissions of the report folder, and try again.",
        ) from error


def _kept(entry: dict[str, Any]) -> Kept:
    remark = entry["remark"]
    replies = tuple(Reply(**each) for each in remark["replies"])
    return Kept(
        Remark(**{**remark, "replies": replies}),
        Place(**entry["place"]),
        tuple(entry["files"]),
        entry["answer"],
        entry["answered"],
    )
