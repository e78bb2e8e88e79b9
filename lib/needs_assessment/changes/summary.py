"""The changes in lines for the terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterator

from needs_assessment.changes.compare import Changes
from needs_assessment.changes.wording import Worded
from needs_assessment.changes.words import main_words

_LONGEST = 120


def summary_lines(changes: Changes) -> Iterator[str]:
    """What changed, in plain lines. Of indicators, the main moves are named; the page has all."""
    edition = changes.store.data["edition"]
    moved = [move for move in changes.moves if not move.breakdown]
    said = Counter(move.word for move in moved)
    yield (
        f"{changes.store.data['council']['name']} {edition['period']}, version "
        f"{edition['version']['number']}, compared with {changes.version.words}"
    )
    counted = ", ".join(f"{count} {word}" for word, count in said.most_common())
    yield f"Indicators: {len(moved)} moved ({counted or 'none'}), {changes.unchanged} did not"
    if changes.no_causes:
        yield changes.no_causes
    yield from (f"  {main_words(move, bool(changes.no_causes))}" for move in changes.main_moves)
    for title, entries in (
        ("Recommendations", [(each.became, each.text) for each in changes.recommendations]),
        ("Data gaps", [(each.became, each.question) for each in changes.gaps]),
    ):
        count = Counter(became for became, _ in entries)
        listed = ", ".join(f"{number} {became}" for became, number in count.items())
        yield f"{title}: {listed or 'none'}"
        yield from (f"  {became}: {text}" for became, text in entries if became != "still open")
    became = Counter(each.became for each in changes.narrative)
    listed = ", ".join(f"{number} {word}" for word, number in became.items())
    yield f"Narrative cells: {listed or 'as published'}"
    yield from (line for each in changes.narrative for line in _words(each))


def _words(worded: Worded) -> Iterator[str]:
    if worded.became == "its figures moved":
        return
    yield f"  {worded.chapter}, cell {worded.cell}: {worded.became}"
    if worded.became == "rewritten":
        for kind, said in (("deleted", "taken out"), ("inserted", "put in")):
            text = " … ".join(run.text for run in worded.runs if run.kind == kind)
            if text:
                yield f"    {said}: {textwrap.shorten(text, _LONGEST, placeholder=' …')}"
