"""Words of direction beside a live figure: whether “rose” or “above” is what the figure says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.narrative.figures import LiveFigure
from needs_assessment.narrative.numbers.prose import Sentence, sentences

_UP, _DOWN, _SAME = 1, -1, 0

# Change over time.
_ROSE = (
    r"rose|risen|rising|increased|increasing|grew|grown|growing|gone up|went up|going up|climbed"
    r"|jumped|an? (?:\w+ )?(?:increase|rise)|higher than (?:the year before|last year|in 20\d\d)"
)
# Requests are declined too: “68 declined requests”, “were declined”.
_DECLINED = (
    r"(?<!were )(?<!was )(?<!been )(?<!be )declined"
    r"(?! (?:\w+ )?(?:requests?|referrals?|cases?|people|because|for|as|by reason)\b)"
)
_FELL = (
    rf"fell|fallen|falling|decreased|decreasing|{_DECLINED}|declining|dropped|dropping|shrank"
    r"|gone down|went down|going down|reduced|an? (?:\w+ )?(?:decrease|fall|drop|decline|reduction)"
    r"|(?:lower|fewer) than (?:the year before|last year|in 20\d\d)"
)
_STAYED = (
    r"(?:did not|didn't|has not) changed?|unchanged|no (?:clear )?change|stayed the same|stable"
)
_MANIFOLD = {
    "more than doubled": (90, None), "doubled": (80, 120), "trebled": (170, 230),
    "tripled": (170, 230), "halved": (-58, -42),
}  # fmt: skip
_CHANGE = re.compile(
    rf"\b(?:(?P<many>{'|'.join(_MANIFOLD)})|(?P<same>{_STAYED})|(?P<up>{_ROSE})|(?P<down>{_FELL}))\b",
    re.IGNORECASE,
)
# Against a benchmark: the word, then what it is compared with.
_BESIDE = re.compile(
    r"\b(?:(?P<up>above|higher than|exceeds|exceeded|exceeding|more than|over|greater than)"
    r"|(?P<down>below|lower than|under|less than|fewer than|short of)"
    r"|(?P<same>in line with|similar to|the same as|equal to|close to))\s"
    r"(?:the |what is |a |that of |that for )?(?P<what>[^.;,()\ufffc]{0,60})",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"national\w*|England|United Kingdom|\bUK\b|average|country", re.IGNORECASE)
_ADVISED = re.compile(
    r"(?:recommend|limit|target|expected|advis|benchmark|SafeLives)\w*", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(?:not|n't|no|never|neither|nor|if|whether|may|might|could|would|should|can|unless|until)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r";\s|,\s(?=(?:and|but|while|whereas|although|though|yet|which)\b)|\s(?:while|whereas|although"
    r"|but|whilst)\s|\s[-\N{EN DASH}\N{EM DASH}]\s"
)
_SIDES = {
    "higher": _UP,
    "above": _UP,
    "lower": _DOWN,
    "below": _DOWN,
    "similar": _SAME,
    "at": _SAME,
}


@dataclass(frozen=True)
class Contradiction:
    """A word of direction that a live figure beside it does not bear out.

    The word is `source[start:end]`; `says` is what the report says in its place.
    """

    start: int
    end: int
    word: str
    figure: LiveFigure
    says: str


def contradictions(source: str, store: ProtectedStore) -> list[Contradiction]:
    """The words of direction in a narrative cell that contradict the live figure beside them."""
    return [
        found
        for sentence in sentences(source)
        for start, end, figure in _clauses(sentence)
        for found in _in_clause(sentence, start, end, figure, store)
    ]


def _clauses(sentence: Sentence) -> Iterator[tuple[int, int, LiveFigure]]:
    """The clauses of a sentence that hold one indicator's live figure and no other's."""
    ends = [match.start() for match in _CLAUSE.finditer(sentence.text)]
    for start, end in zip([0, *ends], [*ends, len(sentence.text)], strict=True):
        figures = [
            figure for figure in sentence.figures if start <= figure.start - sentence.start < end
        ]
        if figures and len({figure.key for figure in figures}) == 1:
            yield start, end, figures[0]


def _in_clause(
    sentence: Sentence, start: int, end: int, figure: LiveFigure, store: ProtectedStore
) -> Iterator[Contradiction]:
    entry = store.indicators.get(figure.key) or store.rows.get(figure.key)
    if entry is None or entry["value"] is None:
        return
    text = sentence.text[start:end]
    # Beside its interval a reader sees that a change is not clear.
    told = any(each.filter in ("interval", "change") for each in sentence.figures)
    for pattern, judge in ((_CHANGE, _against_change), (_BESIDE, _against_benchmark)):
        for match in pattern.finditer(text):
            if _DENIED.search(text[max(0, match.start() - 30) : match.start()]):
                continue
            says = judge(match, entry, store)
            if says and not (told and "no clear change" in says):
                at = sentence.start + start + match.start()
                word = _told(match)
                yield Contradiction(at, at + len(word), word, figure, says)


def _told(match: re.Match[str]) -> str:
    """The word of direction, with the benchmark it names and nothing after that."""
    if match.re is _CHANGE:
        return match[0]
    named = [*_AVERAGE.finditer(match[0]), *_ADVISED.finditer(match[0])]
    return match[0][: max(each.end() for each in named)]


def _against_change(
    match: re.Match[str], entry: dict[str, Any], store: ProtectedStore
) -> str | None:
    """What the report says of the change, when that is not what the word says."""
    change = entry if entry["kind"] == "change" else store.indicators.get(f"{entry['id']}_change")
    if change and change["value"] is not None:
        value, lower, upper = change["value"], change["lower"], change["upper"]
        clear = lower is None or upper is None or lower > 0 or upper < 0
        says = change["figures"]["change"]
    else:
        before = entry["previous"]
        if not before or not before["value"]:
            return None
        value = 100 * (entry["value"] / before["value"] - 1)
        # A count that is higher has risen; whether a share or a rate has, its interval says.
        tested = entry["tested"] and entry["kind"] != "count"
        clear = not tested or entry["direction"] in ("higher", "lower")
        says = f"went from {before['display']} to {entry['display']}"
        says += "" if clear else ", no clear change"
    many = (match["many"] or "").lower()
    if many:
        low, high = _MANIFOLD[many]
        return None if low <= value and (high is None or value <= high) else says
    side = _UP if match["up"] else _DOWN if match["down"] else _SAME
    if side == _SAME:
        return says if clear and abs(value) >= 5 else None
    actual = (value > 0) - (value < 0)
    return None if clear and side == actual else says


def _against_benchmark(
    match: re.Match[str], entry: dict[str, Any], store: ProtectedStore
) -> str | None:
    """What the report says of the benchmark named, when that is not what the word says."""
    what = match["what"]
    wanted = "average" if _AVERAGE.search(what) else "advised" if _ADVISED.search(what) else ""
    for prefix, benchmark in zip(
        ("", "also_"), (entry["benchmark"], *entry["other_benchmarks"]), strict=False
    ):
        if not benchmark or not benchmark["comparison"]:
            continue
        kind = "average" if benchmark["kind"] == "average" else "advised"
        if kind != wanted:
            continue
        side = _UP if match["up"] else _DOWN if match["down"] else _SAME
        if side == _SIDES[benchmark["comparison"]]:
            return None
        figures = entry["figures"]
        return f"{figures[f'{prefix}comparison']} {figures[f'{prefix}benchmark']}"
    return None
