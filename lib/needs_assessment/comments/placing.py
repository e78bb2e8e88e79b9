"""Finding the narrative cell that a remark is about.

A returned report shows figures where a notebook has `{{ marac.rate }}`, and may be older than the
figures of now: texts are compared word by word, numbers counting as alike.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from needs_assessment.comments.passages import Passage
from needs_assessment.comments.returned import Paragraph, Remark, Returned

_WORD = re.compile(r"[^\W\d_]+|\d[\d,.]*")
_NUMBER = "0"
_CANDIDATES = 5
_ALIKE = 0.6
_SHORT = 4
_SHORT_ALIKE = 0.9
_SAME_CHAPTER = 0.1
_SAME_SECTION = 0.1
_CLEAR = 0.03


@dataclass(frozen=True)
class Place:
    """Where a remark belongs. `cell` is "" when no cell was found, and `said` then says why;
    otherwise `said` tells how it stands to the cell: “” in its text, on its heading, after it.
    """

    chapter: str
    cell: str
    said: str = ""


def place(remark: Remark, returned: Returned, index: "Index") -> Place:
    """The cell of a remark, or why there is none."""
    if remark.paragraph is None:
        return Place("", "", "it is about no text of the body")
    paragraph = returned.paragraphs[remark.paragraph]
    if paragraph.part == "text" and not paragraph.original:
        return _after(remark.paragraph, returned.paragraphs, index)
    return index.find(paragraph)


def _after(number: int, paragraphs: Sequence[Paragraph], index: "Index") -> Place:
    """The place of a paragraph that was put in: after the nearest one before it that was there."""
    for paragraph in reversed(paragraphs[:number]):
        if paragraph.original:
            found = index.find(paragraph)
            return Place(found.chapter, found.cell, "after it") if found.cell else found
    return Place("", "", "it stands before all text")


class Index:
    """The passages of an edition, to find a paragraph of a returned report among them."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = list(passages)
        self._words = [_words(each.text) for each in self._passages]
        self._counts = [Counter(each) for each in self._words]
        self._titles = {
            tuple(_heading(each.text)): each.chapter for each in self._passages if each.level == 1
        }

    def find(self, paragraph: Paragraph) -> Place:
        """The cell whose text the paragraph is."""
        chapter = self._chapter(paragraph)
        under = f" under “{paragraph.headings[-1]}”" if paragraph.headings else ""
        if paragraph.part != "text":
            return Place(chapter, "", f"it stands in a {paragraph.part}{under}, not in narrative")
        if paragraph.level:
            return self._heading_place(paragraph, chapter)
        ranked = self._ranked(paragraph, chapter)
        if not ranked:
            return Place(chapter, "", f"no cell says this now{under}")
        best, score = ranked[0]
        rivals = [
            each for each, other in ranked[1:] if each.cell != best.cell and score - other < _CLEAR
        ]
        if rivals:
            either = f"{best.chapter}, {best.cell} or {rivals[0].chapter}, {rivals[0].cell}"
            return Place(chapter, "", f"more than one cell says this: {either}")
        return Place(best.chapter, best.cell)

    def _ranked(self, paragraph: Paragraph, chapter: str) -> list[tuple[Passage, float]]:
        """The passages that are alike enough, best first, nearness in the report counting too."""
        words = _words(paragraph.original)
        count = Counter(words)
        section = _heading(paragraph.headings[-1]) if paragraph.headings else []
        shared = sorted(
            (
                ((count & self._counts[number]).total() / max(len(words), len(each)), number)
                for number, each in enumerate(self._words)
                if each and not self._passages[number].level
            ),
            reverse=True,
        )
        found = []
        least = _ALIKE if len(words) >= _SHORT else _SHORT_ALIKE
        # Many short paragraphs share all their words: those of the chapter come first then.
        near = [each for each in shared if self._passages[each[1]].chapter == chapter]
        for overlap, number in [*shared[:_CANDIDATES], *near[:_CANDIDATES]]:
            passage = self._passages[number]
            if overlap < least / 2:
                continue
            alike = SequenceMatcher(None, words, self._words[number], autojunk=False).ratio()
            if alike >= least:
                bonus = _SAME_CHAPTER if passage.chapter == chapter else 0
                bonus += _SAME_SECTION if bonus and _heading(passage.section) == section else 0
                found.append((passage, alike + bonus))
        return sorted(found, key=lambda each: -each[1])

    def _heading_place(self, paragraph: Paragraph, chapter: str) -> Place:
        """The first narrative cell under a heading."""
        wanted = _heading(paragraph.original)
        for number, passage in enumerate(self._passages):
            here = passage.chapter == chapter or not chapter
            if not (passage.level and here and _heading(passage.text) == wanted):
                continue
            for each in self._passages[number:]:
                if each.chapter != passage.chapter:
                    break
                if each.narrative:
                    return Place(each.chapter, each.cell, "on the heading above it")
        return Place(chapter, "", "no chapter has this heading now")

    def _chapter(self, paragraph: Paragraph) -> str:
        """The chapter that the paragraph stands in, by the headings above it; "" for none."""
        above = [paragraph.original] if paragraph.level == 1 else []
        for each in (*paragraph.headings, *above):
            if found := self._titles.get(tuple(_heading(each))):
                return found
        return ""


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [_NUMBER if each[0].isdigit() else each for each in _WORD.findall(plain)]


def _heading(text: str) -> list[str]:
    """The words of a heading, without the number that a renderer puts before it."""
    words = _words(text)
    while words and words[0] == _NUMBER:
        words = words[1:]
    return words
