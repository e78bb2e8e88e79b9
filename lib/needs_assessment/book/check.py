"""Whether a book can be published: what a reader would meet as a fault is refused here.

Both renderers read the same book, and Quarto only warns of a reference that leads nowhere, so
the check runs before either.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.book.outline import LABEL, Chapter, read_chapters
from needs_assessment.book.settings import BookSettings, read_settings
from needs_assessment.book.svg import outside_references
from needs_assessment.errors import AssessmentError

_WORDS = {"sec": "section", "fig": "figure", "tbl": "table"}
_KEY = re.compile(r"^\s*@\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)
_SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*:|//|/)")
_SHOWN = 60


@dataclass(frozen=True)
class Problem:
    """One fault of the book: where it is, what is wrong, and what to do about it."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.remedy}"


def check_book(book_dir: Path) -> None:
    """Raise one AssessmentError that lists every problem of the book in `book_dir`."""
    problems = find_problems(book_dir)
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise AssessmentError(
            "\n".join([f"The book cannot be published, it has {count}:", *map(str, problems)]),
            "Put these right in the chapter's notebook and run again.",
        )


def find_problems(book_dir: Path) -> list[Problem]:
    """Every problem of the book in `book_dir`, in reading order; empty when it can be published."""
    settings = read_settings(book_dir)
    missing = [file.name for file in settings.files if not (book_dir / file.name).is_file()]
    if missing:
        return [
            Problem(
                name,
                "the book lists this chapter, but there is no such file.",
                "Take it out of quarto.yml, or make the chapter.",
            )
            for name in missing
        ]
    chapters = read_chapters(book_dir, settings)
    return [
        *_bibliography_problems(book_dir, settings, chapters),
        *_label_problems(chapters),
        *(
            problem
            for chapter in chapters
            for problem in (
                *_shortcode_problems(chapter, book_dir),
                *_heading_problems(chapter),
                *_image_problems(chapter, book_dir),
                *_raw_problems(chapter),
                *_reference_problems(chapter, chapters),
                *_link_problems(chapter, chapters),
            )
        ),
    ]


def _heading_problems(chapter: Chapter) -> Iterator[Problem]:
    first = chapter.headings[0] if chapter.headings else None
    if first is None or not chapter.opens_with_heading or first.level != 1 or not first.text:
        yield Problem(
            chapter.name,
            "the chapter has no title.",
            "Begin its first Markdown cell with a heading such as # MARAC {#sec-marac}.",
        )
        return
    level = 1
    for heading in chapter.headings[1:]:
        if heading.level == 1:
            yield Problem(
                chapter.name,
                f'"{heading.text}" is a second title (#) in one chapter.',
                "Write ## for a section.",
            )
        elif heading.level > level + 1:
            yield Problem(
                chapter.name,
                f'the heading "{heading.text}" is of level {heading.level} and follows one of '
                f"level {level}: a level is skipped.",
                f"Write {'#' * (level + 1)} instead of {'#' * heading.level}.",
            )
        level = heading.level


def _label_problems(chapters: Iterable[Chapter]) -> Iterator[Problem]:
    places = [(label, chapter.name) for chapter in chapters for label in chapter.labels]
    for label, count in Counter(label for label, _ in places).items():
        if count > 1:
            files = ", ".join(name for found, name in places if found == label)
            yield Problem(
                files,
                f"the label {label} is used {count} times.",
                "Give each section, figure and table a label of its own.",
            )


def _image_problems(chapter: Chapter, book_dir: Path) -> Iterator[Problem]:
    for image in chapter.images:
        name = image.label or image.source
        if not image.alt:
            yield Problem(
                chapter.name,
                f"the figure {name} has no alternative text.",
                "Say in alt= what the chart shows, for readers who cannot see it.",
            )
        if image.label and not image.captioned:
            yield Problem(
                chapter.name,
                f"the figure {name} has no caption, or shares its paragraph.",
                "Give it a caption and a paragraph of its own.",
            )
        if _SCHEME.match(image.source):
            yield Problem(
                chapter.name,
                f"the figure {name} would be fetched from {image.source}.",
                "Save the picture in the book's figures folder and show it from there.",
            )
            continue
        path = book_dir / image.source
        if not path.is_file() or not path.resolve().is_relative_to(book_dir.resolve()):
            yield Problem(
                chapter.name,
                f"the figure {name} has no file {image.source}.",
                "Run the chapter again so that it makes the figure.",
            )
        elif path.suffix == ".svg" and (outside := outside_references(path)):
            yield Problem(
                image.source,
                f"the figure {name} is not a plain drawing: it holds {outside[0]}.",
                "Draw it without links, scripts and pictures from elsewhere.",
            )


def _raw_problems(chapter: Chapter) -> Iterator[Problem]:
    for raw in chapter.raw:
        text = " ".join(raw.text.split())
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        if raw.kind == "code":
            what, remedy = "code that would run", "Only notebooks run code: take it out."
        elif text.startswith("<!--"):
            what, remedy = "a comment, which would be published", "Take it out."
        elif raw.kind == "style":
            what, remedy = "a style that fetches a file", "Take it out."
        else:
            what, remedy = f"raw {raw.kind}", "Write it in Markdown, or put \\ before the sign."
        yield Problem(_place(chapter, raw.under), f"{what}: {shown}", remedy)


def _shortcode_problems(chapter: Chapter, book_dir: Path) -> Iterator[Problem]:
    if "{{<" in (book_dir / chapter.name).read_text(encoding="utf-8"):
        yield Problem(
            chapter.name,
            "{{< starts a command of Quarto, which the built-in renderer lacks.",
            "Take it out, or write \\{\\{< to show these signs.",
        )


def _reference_problems(chapter: Chapter, chapters: Iterable[Chapter]) -> Iterator[Problem]:
    numbered = {label for one in chapters for label in one.numbered}
    homes = {label: one.name for one in chapters for label in one.labels}
    for group in chapter.citations:
        references = [key for key in group.keys if LABEL.match(key)]
        if references and len(references) < len(group.keys):
            yield Problem(
                _place(chapter, group.under),
                f"the bracket with @{references[0]} mixes cross-references and sources.",
                "Write two brackets.",
            )
        if references and group.has_suffix:
            yield Problem(
                _place(chapter, group.under),
                f"the words after @{references[0]} in its bracket would be lost.",
                "Write them after the bracket.",
            )
        for key in references:
            if key in numbered:
                continue
            word = _WORDS[key[:3]]
            if key in homes:
                what = f"@{key} points to a {word} without a number."
                remedy = f"Link to it in words: [as said before]({homes[key]}#{key})."
            else:
                what = f"@{key} points to no {word}."
                remedy = _nearest(key, numbered, "Write the label of one, or take it out.")
            yield Problem(_place(chapter, group.under), what, remedy)


def _bibliography_problems(
    book_dir: Path, settings: BookSettings, chapters: Iterable[Chapter]
) -> Iterator[Problem]:
    path = book_dir / settings.bibliography
    known = set(_KEY.findall(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    cited = [
        (_place(chapter, group.under), key)
        for chapter in chapters
        for group in chapter.citations
        for key in group.keys
        if not LABEL.match(key)
    ]
    for place, key in cited:
        if key not in known:
            yield Problem(
                place,
                f"@{key} is not in {settings.bibliography}.",
                _nearest(key, known, "Add it to sources.bib, or write \\@ for a plain @."),
            )
    lists = [chapter.name for chapter in chapters for _ in range(chapter.source_lists)]
    if len(lists) > 1 or (cited and not lists):
        yield Problem(
            ", ".join(lists) or settings.files[-1].name,
            f"the list of sources (::: {{#refs}}) stands {len(lists)} times in the book.",
            "Put it once, in the sources annex.",
        )


def _link_problems(chapter: Chapter, chapters: Iterable[Chapter]) -> Iterator[Problem]:
    by_name = {one.name: one for one in chapters}
    for link in chapter.links:
        target = link.target
        file, _, anchor = target.removeprefix("./").partition("#")
        if _SCHEME.match(target) or (file and not file.endswith(".qmd")):
            continue
        there = by_name.get(file) if file else chapter
        if there is None:
            yield Problem(
                _place(chapter, link.under),
                f"the link to {target} leads to no chapter of the book.",
                _nearest(file, by_name, "Name a chapter's file, or take the link out."),
            )
        elif anchor and anchor not in there.anchors:
            holders = [one.name for one in chapters if anchor in one.anchors]
            yield Problem(
                _place(chapter, link.under),
                f"the link to {target} leads nowhere.",
                f"Write {holders[0]}#{anchor}."
                if holders
                else _nearest(anchor, there.anchors, "Correct it, or take the link out."),
            )


def _place(chapter: Chapter, heading: str) -> str:
    return f'{chapter.name}, under "{heading}"' if heading else chapter.name


def _nearest(wrong: str, known: Iterable[str], otherwise: str) -> str:
    close = difflib.get_close_matches(wrong, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else otherwise
