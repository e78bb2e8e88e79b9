"""Live figures: `{{ marac.repeat_rate }}` in a narrative becomes what the report shows for it.

Read by a parser of its own, with no template engine: an analyst's text can name a figure and do
nothing else.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any

from needs_assessment.errors import AssessmentError

DISPLAY = "display"

# Fenced blocks, then code spans: what pandoc and JupyterLab show as typed.
_CODE = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_FIGURE = re.compile(r"\{\{\s*(?P<key>[A-Za-z][\w.-]*)\s*(?P<rest>[^{}]*?)\s*\}\}")
_FILTER = re.compile(r"\|\s*(?P<name>\w+)")


def resolve(
    text: str,
    figures: Mapping[str, Mapping[str, str]],
    where: str,
    wrap: Callable[[str, str, str], str] | None = None,
) -> str:
    """`text` with every live figure replaced by what the report shows.

    `figures` maps each key to its texts by filter; the filter of a bare `{{ key }}` is `display`.
    `where` names chapter and cell in errors. `wrap(key, filter, shown)`, when given, returns what
    stands in the text for the figure. Code is left as typed, and so is anything in braces that is
    not a live figure. Raises AssessmentError for an unknown key or filter, with the nearest one.
    """

    def replace(match: re.Match[str]) -> str:
        key, rest = match["key"], match["rest"]
        filtered = _FILTER.fullmatch(rest)
        if rest and not filtered:
            if "." in key or rest.startswith("|"):
                raise AssessmentError(
                    f"{where}: {match[0]} cannot be read as a live figure.",
                    "Write {{ key }} or {{ key | filter }}, with one filter at most.",
                )
            return match[0]
        name = filtered["name"] if filtered else DISPLAY
        shown = _look_up(figures, key, name, match[0], where)
        return wrap(key, name, shown) if wrap else shown

    parts = []
    end = 0
    for code in _CODE.finditer(text):
        parts += [_FIGURE.sub(replace, text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, _FIGURE.sub(replace, text[end:])])


def _look_up(
    figures: Mapping[str, Mapping[str, str]], key: str, name: str, written: str, where: str
) -> str:
    texts = figures.get(key)
    if texts is None:
        raise AssessmentError(
            f"{where}: {written} names the figure {key}, which this report does not have.",
            _nearest("figure", key, figures),
        )
    if name not in texts:
        raise AssessmentError(
            f"{where}: {written} asks for {name}, which {key} does not have.",
            _nearest("filter", name, {known: "" for known in texts if known != DISPLAY}),
        )
    return texts[name]


def _nearest(kind: str, name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    if not near:
        return f"It has no {kind}s."
    return f"The nearest {kind} is {near[0]}."
