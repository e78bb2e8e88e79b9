"""A draft compared with the last published version of its council."""

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.changes.behind import Behind, find_behind
from needs_assessment.changes.mixing import (
    Edition,
    Recomputed,
    load_edition,
    recompute,
    today_alone,
)
from needs_assessment.changes.moves import CORRECTED, NOW_AVAILABLE, Move, find_moves
from needs_assessment.changes.parts import NEW
from needs_assessment.changes.registers import (
    Gap,
    Recommended,
    compare_gaps,
    compare_recommendations,
)
from needs_assessment.changes.versions import PublishedVersion, last_published, unpack_inputs
from needs_assessment.changes.wording import Worded, compare_narratives
from needs_assessment.council import Council
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.files import Notebook
from needs_assessment.periods import Period
from needs_assessment.project import Project

NO_INPUTS = (
    "Causes are not known: what the published version was made of is kept by the computer that "
    "published it, and is not here."
)
UNUSABLE = (
    "Causes are not known: what the published version was made of can no longer be read by this "
    "program."
)


@dataclass(frozen=True)
class Changes:
    """What changed between `version` and the draft in `store`.

    `unchanged` counts the indicators (not rows of breakdowns) that are as they were published,
    `absent` those that neither version has a figure of; `behind` says what of each cause changed;
    `no_causes` says why causes are not known, or is empty.
    """

    version: PublishedVersion
    store: ProtectedStore
    moves: tuple[Move, ...]
    unchanged: int
    absent: int
    behind: tuple[Behind, ...]
    no_causes: str
    recommendations: tuple[Recommended, ...]
    gaps: tuple[Gap, ...]
    narrative: tuple[Worded, ...]

    @property
    def main_moves(self) -> dict[str, list[Move]]:
        """The indicators to be read first, by why; each once. One that only repeats another, as a
        rate does that fills no missing quarter, is left to the tables.
        """
        groups: dict[str, list[Move]] = {}
        for move in self._to_read_first:
            if not self._only_repeats(move):
                groups.setdefault(_why(move), []).append(move)
        return {why: groups[why] for why in MAIN if why in groups}

    @property
    def repeats(self) -> Counter[str]:
        """How many indicators `main_moves` leaves out because they repeat another, by why."""
        return Counter(_why(move) for move in self._to_read_first if self._only_repeats(move))

    @property
    def _to_read_first(self) -> list[Move]:
        return [move for move in self.moves if not move.breakdown and _why(move)]

    def _only_repeats(self, move: Move) -> bool:
        return bool(move.entry["optional"]) and any(
            _figures(move) == _figures(other)
            for other in self.moves
            if not other.breakdown and not other.entry["optional"]
        )


CLEAR = "Clearly higher or lower"
CORRECTIONS = "Corrected"
OTHERWISE = "Moved, but not by new data alone (no clear change, or not tested)"
ABSENT_IN_ONE = "Not given, or not shown, in one of the two versions"
MAIN = (CLEAR, CORRECTIONS, OTHERWISE, ABSENT_IN_ONE)


def _why(move: Move) -> str:
    """The group of `MAIN` that a move belongs to; "" for what is left to the tables."""
    if move.word in ("higher", "lower"):
        return CLEAR
    if move.word == CORRECTED:
        return CORRECTIONS
    if any(part.causes != (NEW,) for part in move.parts or ()):
        return OTHERWISE
    return "" if move.change is not None or move.word == NOW_AVAILABLE else ABSENT_IN_ONE


def _figures(move: Move) -> tuple[object, ...]:
    """What both versions say of an indicator, its name apart."""
    told = ("value", "unit", "numerator", "denominator", "display")
    return tuple(
        tuple(entry[name] for name in told) if entry else None
        for entry in (move.published, move.draft)
    )


def compare_with_published(
    project: Project,
    council: Council,
    period: Period,
    store: ProtectedStore,
    chapters: Mapping[str, Notebook],
) -> Changes | None:
    """The changes of a draft, given its protected store and its chapters; None when nothing was
    published before.

    The published version is computed again where its inputs are kept; mixtures of old and new
    inputs lie in a private folder while this runs. Raises AssessmentError when today's inputs or
    the published version cannot be used.
    """
    version = last_published(project, council, period)
    if version is None:
        return None
    today = Edition(project, council, period)
    # Exact figures: in the folder that nobody but its owner may read.
    private = project.report(council.id, period.text).store.parent
    private.mkdir(0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=private, prefix="changes-") as folder:
        recomputed, no_causes = _recomputed(version, today, Path(folder))
    moves = find_moves(version, store, recomputed, causes_known=not no_causes)
    moved = {move.id for move in moves}
    still = [entry for key, entry in store.indicators.items() if key not in moved]
    absent = sum(entry["status"] == "unavailable" for entry in still)
    return Changes(
        version=version,
        store=store,
        moves=tuple(moves),
        unchanged=len(still) - absent,
        absent=absent,
        behind=tuple(find_behind(version.store, store, moves)),
        no_causes=no_causes,
        recommendations=tuple(compare_recommendations(version.store, store)),
        gaps=tuple(compare_gaps(version.store, store)),
        narrative=tuple(compare_narratives(version, chapters, store)),
    )


def _recomputed(version: PublishedVersion, today: Edition, folder: Path) -> tuple[Recomputed, str]:
    """The steps, and why there are none."""
    inputs = folder / "published"
    if not unpack_inputs(version, inputs):
        return today_alone(today), NO_INPUTS
    try:
        old = load_edition(Project(inputs), today.council.id, version.period)
    except AssessmentError:
        return today_alone(today), UNUSABLE
    return recompute(old, today, folder), ""
