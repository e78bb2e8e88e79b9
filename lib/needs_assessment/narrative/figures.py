"""Live figures: `{{ marac.repeat_rate }}` in a narrative becomes what the report shows for it.

Read by a parser of its own, with no template engine: an analyst's text can name a figure and do
nothing else.
"""

import ast
import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from needs_assessment.disclosure.figures import is_defined
from needs_assessment.errors import AssessmentError

DISPLAY = "display"

# Fenced blocks, then code spans: what pandoc and JupyterLab show as typed.
CODE = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_BRACES = re.compile(r"\{\{([^{}]*)\}\}")
_INSIDE = re.compile(r"(?P<key>[A-Za-z][\w.-]*)(?P<rest>.*)", re.DOTALL)
_FILTER = re.compile(r"\|\s*(?P<name>\w+)")
_BRACE_AND_KEY = re.compile(r"\{{1,2}\s*(?P<key>[A-Za-z](?:[\w.-]*\w)?)[^{}\n]*\}{0,2}")

Figures = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class LiveFigure:
    """A live figure where it stands in a text: `text[start:end]` is `written`.

    `filter` is `display` for a bare `{{ key }}`, and None when what follows the key cannot be read.
    """

    start: int
    end: int
    written: str
    key: str
    filter: str | None


def live_figures(text: str) -> list[LiveFigure]:
    """The live figures of `text`, in order. Code holds none; neither do other braces."""
    found: list[LiveFigure] = []
    for start, end in _outside_code(text):
        for match in _BRACES.finditer(text, start, end):
            inside = _INSIDE.fullmatch(match[1].strip())
            if not inside:
                continue
            key, rest = inside["key"], inside["rest"].strip()
            filtered = _FILTER.fullmatch(rest)
            if rest and not filtered and "." not in key and not rest.startswith("|"):
                continue
            name = filtered["name"] if filtered else None if rest else DISPLAY
            found.append(LiveFigure(match.start(), match.end(), match[0], key, name))
    return found


def resolve(
    text: str, figures: Figures, where: str, wrap: Callable[[str, str, str], str] | None = None
) -> str:
    """`text` with every live figure replaced by what the report shows.

    `figures` maps each key to its texts by filter; the filter of a bare `{{ key }}` is `display`.
    `where` names chapter and cell in errors. `wrap(key, filter, shown)`, when given, returns what
    stands in the text for the figure. Code is left as typed, and so is anything in braces that is
    not a live figure. Raises AssessmentError for an unknown key or filter, with the nearest one.
    """
    parts = []
    end = 0
    for figure in live_figures(text):
        shown = _look_up(figures, figure, where)
        standing = wrap(figure.key, figure.filter or DISPLAY, shown) if wrap else shown
        parts += [text[end : figure.start], standing]
        end = figure.end
    return "".join([*parts, text[end:]])


def wrong_figures(
    text: str, figures: Figures, where: str, *, defined: bool
) -> Iterator[AssessmentError]:
    """An error for each live figure of `text` that `resolve` would refuse, and for each that lacks
    a brace, which would be printed as typed.

    With `defined`, also for each that would print words in place of a value, such as “no
    interval”: a template's variants guard against that, what an analyst typed may not.
    """
    for figure in live_figures(text):
        try:
            shown = _look_up(figures, figure, where)
        except AssessmentError as error:
            yield error
            continue
        if defined and not is_defined(shown):
            yield AssessmentError(
                f"{where}: {figure.written} has no value in this edition"
                + (f": it would print “{shown}”." if shown else "."),
                "Rewrite the sentence, or take the figure out.",
            )
    for written in _half_written(text, figures):
        yield AssessmentError(
            f"{where}: {written} would be printed as typed: a live figure has two braces on"
            " either side.",
            "Write {{ key }} or {{ key | filter }}.",
        )


def _half_written(text: str, figures: Figures) -> Iterator[str]:
    """What names a figure behind a brace and is no live figure."""
    whole = {figure.start for figure in live_figures(text)}
    for start, end in _outside_code(text):
        for match in _BRACE_AND_KEY.finditer(text, start, end):
            if match.start() not in whole and match["key"] in figures:
                yield match[0].strip()


def code_texts(source: str) -> list[str]:
    """The texts of a code cell that hold a live figure, such as captions; none when the code
    cannot be parsed.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and live_figures(text)]


def resolve_record(record: dict[str, Any], figures: Figures, where: str) -> dict[str, Any]:
    """A table, figure or gap of a chapter with the live figures of its caption, alternative text
    and notes resolved. Raises AssessmentError as `resolve` does.
    """
    named = f"{where}, {record['label']}" if "label" in record else where
    resolved = dict(record)
    for field in ("caption", "alt", "text"):
        if field in record:
            resolved[field] = resolve(record[field], figures, named)
    if "notes" in record:
        resolved["notes"] = [resolve(note, figures, named) for note in record["notes"]]
    return resolved


def _outside_code(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for code in CODE.finditer(text):
        yield end, code.start()
        end = code.end()
    yield end, len(text)


def _look_up(figures: Figures, figure: LiveFigure, where: str) -> str:
    key, name = figure.key, figure.filter
    if name is None:
        raise AssessmentError(
            f"{where}: {figure.written} cannot be read as a live figure.",
            "Write {{ key }} or {{ key | filter }}, with one filter at most.",
        )
    texts = figures.get(key)
    if texts is None:
        raise AssessmentError(
            f"{where}: {figure.written} names the figure {key}, which this report does not have.",
            _nearest("figure", key, figures),
        )
    if name not in texts:
        raise AssessmentError(
            f"{where}: {figure.written} asks for {name}, which {key} does not have.",
            _nearest("filter", name, {known: "" for known in texts if known != DISPLAY}),
        )
    return texts[name]


def _nearest(kind: str, name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    if not near:
        return f"It has no {kind}s."
    return f"The nearest {kind} is {near[0]}."
