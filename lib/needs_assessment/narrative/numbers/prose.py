"""A narrative's Markdown as sentences of plain prose, with every place in the text kept.

What is not prose (notes to the analyst, code, comments, addresses, citations, attributes, what is
marked as external) becomes blanks of the same length, so that a number's place in the sentence is
its place in the cell.
"""

import re
from dataclasses import dataclass

from needs_assessment.narrative.asides import OPENING
from needs_assessment.narrative.figures import CODE, LiveFigure, live_figures

# What stands for a live figure in the prose: no letter, no digit, no space.
FIGURE_SIGN = "\N{OBJECT REPLACEMENT CHARACTER}"

_ASIDE = re.compile(rf"^{re.escape(OPENING)}[^\n]*(?:\n>[^\n]*)*", re.MULTILINE)
_BLANKED = (
    CODE,
    re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL),
    re.compile(r"\[[^\[\]]*\]\{[^{}]*\.external\b[^{}]*\}"),
    re.compile(r"\[[^\[\]]*(?<![\w.])-?@[A-Za-z][^\[\]]*\]"),
    re.compile(r"(?<![\w.])-?@[A-Za-z][\w:.#$%&+?<>~/-]*"),
    re.compile(r"\[\^[^\]]+\]:?"),
    re.compile(r"(?<=\])\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"(?:https?://|www\.|mailto:|tel:)\S+|[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(r"\{[#.:][^{}]*\}|(?<=[\])])\{[^{}]*\}"),
    re.compile(r"</?[A-Za-z][^<>]*>"),
    re.compile(r"\$\$.+?\$\$|\$[^\s$](?:[^$\n]*[^\s$])?\$(?!\d)", re.DOTALL),
    re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}[-:|+ \t]*$", re.MULTILINE),
)
_CITATION = re.compile(r"\[[^\[\]]*(?<![\w.])-?@(?!(?:fig|tbl|sec|eq)-)[A-Za-z][^\[\]]*\]")
_BLOCK_START = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)]|>|#{1,6}|\||:::|[A-Za-z][.)])(?=\s)")
_LIST_MARK = re.compile(
    r"^[ \t]*(?:>[ \t]*)*(?:[-*+]|\d{1,3}[.)]|#{1,6}(?:[ \t]+\d+(?:\.\d+)*\.?)?)\s"
)
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[A-Z0-9\ufffc£])")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|approx|vs|cf|no|nos|fig|ch|para|reg|s|ss|p|pp|st|dr|c)\.$", re.IGNORECASE
)


@dataclass(frozen=True)
class Sentence:
    """A sentence, heading, list item or table row of a cell.

    `text` is prose from `start` on in the cell; `before` is what stands ahead of it in the same
    block. `figures` are its live figures; `cited`: a source is named in it.
    """

    start: int
    text: str
    before: str
    figures: tuple[LiveFigure, ...]
    cited: bool


def sentences(source: str) -> list[Sentence]:
    """The sentences of a narrative cell, in order."""
    source = _ASIDE.sub(lambda match: _blank(match[0]), source)
    figures = live_figures(source)
    prose = _prose(source, figures)
    found: list[Sentence] = []
    heading = ""
    for block_start, block_end in _blocks(prose):
        block = prose[block_start:block_end]
        before = heading
        for start, end in _split(block):
            text = block[start:end]
            if not text.strip():
                continue
            at, stop = block_start + start, block_start + end
            found.append(
                Sentence(
                    at,
                    text,
                    before,
                    tuple(each for each in figures if at <= each.start < stop),
                    bool(_CITATION.search(source, at, stop)),
                )
            )
            before = f"{before} {text}"
        if block.lstrip().startswith("#") or block.rstrip().endswith(":"):
            heading = block
    return found


def _prose(source: str, figures: list[LiveFigure]) -> str:
    """`source` with everything blank that is not prose, and each live figure as signs."""
    prose = source
    for pattern in _BLANKED:
        prose = pattern.sub(lambda match: _blank(match[0]), prose)
    for figure in figures:
        sign = FIGURE_SIGN * (figure.end - figure.start)
        prose = f"{prose[: figure.start]}{sign}{prose[figure.end :]}"
    return prose


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _blocks(prose: str) -> list[tuple[int, int]]:
    """Paragraphs, and each heading, list item and table row by itself."""
    spans: list[list[int]] = []
    place = 0
    for line in prose.splitlines(keepends=True):
        starts_anew = _BLOCK_START.match(line) or not spans or spans[-1][1] < place
        if line.strip():
            if starts_anew:
                spans.append([place, place + len(line)])
            else:
                spans[-1][1] = place + len(line)
            if line.lstrip().startswith("#"):
                spans.append([place + len(line), place + len(line)])
        place += len(line)
    return [(start, end) for start, end in spans if end > start]


def _split(block: str) -> list[tuple[int, int]]:
    """Where the sentences of a block begin and end; marks of lists and headings are left out."""
    mark = _LIST_MARK.match(block)
    start = mark.end() if mark else 0
    spans = []
    for match in _SENTENCE_END.finditer(block, start):
        if _ABBREVIATION.search(block[start : match.start() + 1]):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(block)))
    return spans
