"""The changes in lines for the terminal."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator

from needs_assessment.changes.compare import Changes
from needs_assessment.changes.wording import BECAME, FIGURES_MOVED, Worded
from needs_assessment.changes.words import counted, main_words
from needs_assessment.display import chapter_title

_LONGEST, _MOST = 120, 10
# Runs of figures alone are left to the page: in a rewritten text they hide its words.
_WORD = re.compile(r"[^\W\d_]{2}")


def summary_lines(changes: Changes) -> Iterator[str]:
    """What changed, in plain lines. Of indicators, the main moves are named; the page has all."""
    edition = changes.store.data["edition"]
    moved = [move for move in changes.moves if not move.breakdown]
    yield (
        f"{changes.store.data['council']['name']} {edition['period']}, version "
        f"{edition['version']['number']}, compared with {changes.version.words}"
    )
    yield (
        f"Indicators: {len(moved)} differ ({counted(moved)}), {changes.unchanged} are as published,"
        f" {changes.absent} are in neither version"
    )
    if changes.no_causes:
        yield changes.no_causes
    for why, moves in changes.main_moves.items():
        yield f"{why}:"
        yield from (f"  {main_words(move, bool(changes.no_causes))}" for move in moves)
        if again := changes.repeats[why]:
            yield f"  and {again} more, on the page: the figures of another under a further name"
    for each in changes.behind:
        yield f"{each.cause.capitalize()}, what it is:"
        yield from (f"  {text}" for text in each.said[:_MOST])
        if len(each.said) > _MOST:
            yield f"  and {len(each.said) - _MOST} more, on the page"
    for title, entries in (
        ("Recommendations", [(each.became, each.text) for each in changes.recommendations]),
        ("Data gaps", [(each.became, each.question) for each in changes.gaps]),
    ):
        count = Counter(became for became, _ in entries)
        listed = ", ".join(f"{number} {became}" for became, number in count.items())
        yield f"{title}: {listed or 'none'}"
        yield from (f"  {became}: {text}" for became, text in entries if became != "still open")
    became = Counter(each.became for each in changes.narrative)
    listed = ", ".join(f"{became[word]} {word}" for word in BECAME if word in became)
    yield f"Narrative cells: {listed or 'as published'}"
    yield from (line for each in changes.narrative for line in _words(each))


def _words(worded: Worded) -> Iterator[str]:
    if worded.became == FIGURES_MOVED:
        return
    yield f"  {chapter_title(worded.chapter)}, cell {worded.cell}: {worded.became}"
    if worded.became == "rewritten":
        for kind, said in (("deleted", "taken out"), ("inserted", "put in")):
            runs = (run.text for run in worded.runs if run.kind == kind)
            text = " … ".join(text for text in runs if _WORD.search(text))
            if text:
                yield f"    {said}: {textwrap.shorten(text, _LONGEST, placeholder=' …')}"
