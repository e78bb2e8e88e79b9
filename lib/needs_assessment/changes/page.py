"""The changes as one page for reviewers, which is no part of the edition."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.book import front
from needs_assessment.book.builtin import render_page
from needs_assessment.book.markdown import escape, table
from needs_assessment.book.settings import read_settings
from needs_assessment.changes import words
from needs_assessment.changes.compare import Changes
from needs_assessment.changes.moves import CORRECTED, Move
from needs_assessment.changes.wording import BECAME, PARAGRAPH, Run, Worded
from needs_assessment.display import chapter_title, long_date

PAGE = "changes.html"
TITLE = "What changed since the last published version"
_CLEAR = ("higher", "lower", CORRECTED, "not shown", "no longer given", "new in the draft")
_HEARD = '<span class="visually-hidden">{}</span>'
_MARKS = {
    "inserted": (
        f"<ins>{_HEARD.format('Put in: ')}",
        f"{_HEARD.format(' (end of what was put in)')}</ins>",
    ),
    "deleted": (
        f"<del>{_HEARD.format('Taken out: ')}",
        f"{_HEARD.format(' (end of what was taken out)')}</del>",
    ),
    "same": ("", ""),
}
_SPAN = re.compile(r'<span(?: class="(?P<kind>\w+)")?[^>]*>|</span>')
_RULE = (
    "Each change is put down to its causes by computing the published edition again with one cause "
    "put in at a time, in this order: today's program, today's definitions, today's benchmarks and "
    "surveys, today's populations, figures of that edition that partners have revised, and all "
    "other new figures. The parts add up to the change at full precision. Each is printed to the "
    "decimals of its indicator, so that printed parts may miss the printed change by one in the "
    "last digit.",
    "A part is printed only when it follows from numbers that both versions show. Where a step "
    "between would rest on a number that either hides, or cannot be computed, its causes are given "
    "together as “not told apart”. Of an indicator that either version hides, nothing is said.",
    "Counts of people and events, and rates of them, are compared by the 95% interval of the ratio "
    "of two counts; proportions by Newcombe's interval of their difference (Statistics in Medicine "
    "1998; 17: 873-890, method 10). “No clear change” means that the interval includes no change. "
    "Two versions of the same period, numbers that are worked out by another method than before, "
    "and places, posts, estimates and ratios are not tested.",
)


def changes_page(changes: Changes) -> str:
    """The page: HTML with its style and script inside, in the look of the report."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder)
        pages = {
            "index": _index(changes),
            "indicators": _indicators(changes),
            "recommendations": _recommendations(changes),
            "gaps": _gaps(changes),
            "narrative": _narrative(changes.narrative),
        }
        for name, text in pages.items():
            (book / f"{name}.qmd").write_text(text + "\n", encoding="utf-8")
        (book / "references.bib").write_text("", encoding="utf-8")
        settings = yaml.safe_dump(_settings(changes, list(pages)), allow_unicode=True)
        (book / "_quarto.yml").write_text(settings, encoding="utf-8")
        return _with_marks(render_page(book, read_settings(book)))


def _settings(changes: Changes, pages: list[str]) -> dict[str, Any]:
    store = changes.store
    council, edition = store.data["council"], store.data["edition"]
    notice = "For reviewers: not part of the published edition"
    return {
        "lang": "en-GB",
        "bibliography": "references.bib",
        "book": {
            "title": TITLE,
            "subtitle": f"{council['name']}, {edition['period']}",
            "author": council["council"],
            "date": edition["version"]["date"],
            "chapters": [f"{page}.qmd" for page in pages],
        },
        "assessment": {
            "council": council["name"],
            "period": edition["period"],
            "version": edition["version"]["number"],
            "status": edition["version"]["status"],
            "nature": store.data["nature"],
            "colour": council["colour"],
            "version_block": [
                *front.version_block(store)[:4],
                ["Compared with", changes.version.words],
            ],
            "notice": ". ".join(filter(None, [notice, front.notice(store)])),
        },
    }


def _index(changes: Changes) -> str:
    version = changes.version
    day = f", published on {long_date(version.date)}" if version.date else ""
    moved = [move for move in changes.moves if not move.breakdown]
    listed = [
        f"**{escape(why)}**\n\n"
        + "\n".join(
            f"- {escape(words.main_words(move, bool(changes.no_causes)))}." for move in moves
        )
        for why, moves in changes.main_moves.items()
    ]
    behind = [
        f"**{escape(each.cause.capitalize())}**\n\n"
        + "\n".join(f"- {escape(text)}." for text in each.said)
        for each in changes.behind
    ]
    parts = [
        "# What this page says {.unnumbered}",
        f"It compares the draft with {escape(version.words)}{escape(day)}.",
        f"{len(moved)} indicators differ from what was published: {escape(words.counted(moved))}. "
        f"{changes.unchanged} are as published, and {changes.absent} are in neither version.",
        *([escape(changes.no_causes)] if changes.no_causes else []),
        "## Main changes {.unnumbered}",
        "Left to the tables below: an indicator that only repeats another, and what moved by new "
        "data alone without a clear change.",
        *(listed or ["None."]),
        *(["## What changed behind these {.unnumbered}", *behind] if behind else []),
        "## How to read it {.unnumbered}",
        *map(escape, _RULE),
    ]
    return "\n\n".join(parts)


def _indicators(changes: Changes) -> str:
    parts = ["# Indicators that moved"]
    chapters = dict.fromkeys(move.entry["chapter"] for move in changes.moves)
    for chapter in chapters:
        moves = [move for move in changes.moves if move.entry["chapter"] == chapter]
        own = [move for move in moves if not move.breakdown]
        rows = [move for move in moves if move.breakdown]
        clear = [move for move in rows if move.word in _CLEAR]
        parts.append(f"## {escape(chapter_title(chapter))}")
        title = chapter_title(chapter)
        if own:
            parts.append(_moves(changes, own, f"tbl-{chapter}", f"{title}: indicators"))
        if clear:
            caption = f"{title}: rows of breakdowns that clearly moved or are shown otherwise"
            parts.append(_moves(changes, clear, f"tbl-{chapter}-rows", caption))
        if len(rows) > len(clear):
            parts.append(
                f"Rows of breakdowns that moved without a clear change, or are not tested: "
                f"{len(rows) - len(clear)}."
            )
    return "\n\n".join(parts if chapters else [*parts, "None."])


def _moves(changes: Changes, moves: list[Move], label: str, caption: str) -> str:
    period = changes.store.data["edition"]["period"]
    columns = [
        "Indicator",
        f"Published, {changes.version.period.text}",
        f"Draft, {period}",
        "Change",
        "Read as",
        "Put down to",
    ]
    rows = [
        [
            words.name_words(move),
            *words.value_words(move),
            words.change_words(move),
            words.reading_words(move),
            words.cause_words(move, bool(changes.no_causes)),
        ]
        for move in moves
    ]
    illustrative = changes.store.data["nature"] == "illustrative"
    caption = f"{caption}.{' Illustrative data.' if illustrative else ''}"
    cells = [[escape(cell or "–") for cell in row] for row in rows]
    return table(columns, cells, label=label, caption=escape(caption))


def _recommendations(changes: Changes) -> str:
    rows = [
        [each.became.capitalize(), each.text, each.owner, long_date(each.due), each.how or "–"]
        for each in changes.recommendations
    ]
    columns = ["What became of it", "Recommendation", "Owner", "Due", "Said of it"]
    return _listed("Recommendations", columns, rows, "tbl-recommendations")


def _gaps(changes: Changes) -> str:
    rows = [
        [
            each.became.capitalize(),
            f"{chapter_title(each.chapter)}: {each.question}",
            ". ".join(each.before) or "–",
            ". ".join(each.now) or "–",
        ]
        for each in changes.gaps
        if each.became != "still open"
    ]
    same = sum(each.became == "still open" for each in changes.gaps)
    columns = ["What became of it", "Question", "Lacking when published", "Lacking now"]
    text = _listed("Data gaps", columns, rows, "tbl-gaps")
    return f"{text}\n\nGaps that are open as before: {same}."


def _listed(title: str, columns: list[str], rows: list[list[str]], label: str) -> str:
    if not rows:
        return f"# {title}\n\nNone."
    cells = [[escape(cell) for cell in row] for row in rows]
    caption = escape(f"{title}: what became of them.")
    return f"# {title}\n\n{table(columns, cells, label=label, caption=caption)}"


def _narrative(worded: Iterable[Worded]) -> str:
    worded = list(worded)
    parts = [
        "# Narrative, word by word",
        "Words that were put in are underlined, words that were taken out are struck through. "
        "Live figures stand as each version prints them.",
    ]
    if not worded:
        return "\n\n".join([*parts, "No narrative cell says anything else."])
    for became in BECAME:
        cells = [each for each in worded if each.became == became]
        if cells:
            parts.append(f"## {became.capitalize()}")
        for each in cells:
            parts.append(f"### {escape(chapter_title(each.chapter))}, cell {escape(each.cell)}")
            parts += _paragraphs(each.runs)
    return "\n\n".join(parts)


def _paragraphs(runs: Iterable[Run]) -> list[str]:
    """The runs as paragraphs of spans, so that nothing in them is read as Markdown."""
    paragraphs: list[list[str]] = [[]]
    for run in runs:
        for number, part in enumerate(run.text.split(PARAGRAPH)):
            if number:
                paragraphs.append([])
            if part.strip():
                paragraphs[-1].append(f"[{escape(part)}]{{.{run.kind}}}")
    return [" ".join(paragraph) for paragraph in paragraphs if paragraph]


def _with_marks(page: str) -> str:
    """The spans of the word-level difference as `<ins>` and `<del>`, which a screen reader that
    passes over such marks hears in words.
    """
    parts, ends, last = [], [], 0
    for tag in _SPAN.finditer(page):
        opening, ending = tag[0], ""
        if tag[0] == "</span>":
            opening = ends.pop()
        else:
            opening, ending = _MARKS.get(tag["kind"], (tag[0], "</span>"))
            ends.append(ending)
        parts += [page[last : tag.start()], opening]
        last = tag.end()
    return "".join([*parts, page[last:]])
