"""Numbers that are no statistic: dates and years, sections of an Act, ages, labels, helplines."""

import re
from collections.abc import Sequence
from functools import lru_cache

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d\d"
_DASH = "[-\N{EN DASH}]"
_TO = rf"\s?(?:to|and|or|{_DASH})\s?"
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen)"
)
_AGE = rf"(?:\d{{1,2}}|{_WORD})"
_NUMBER = r"\d+(?:\.\d+)*[A-Za-z]?(?:\(\w+\))*"
_NUMBERS = rf"{_NUMBER}(?:(?:,\s*|{_TO}){_NUMBER})*"

_DATES = (
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b(?:,?\s+{_YEAR})?",
    rf"\b{_MONTH}\.?[\s-]+(?:{_YEAR}|\d{{1,2}}(?:st|nd|rd|th)?)(?![\w,]\d|\w|%)",
    rf"\b{_MONTH}[-\s]?\d\d\b(?!%)",
    r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)\b|\b\d{4}-\d\d-\d\d\b",
    rf"(?<![\d,.£])(?:mid-?)?{_YEAR}(?:\s?[-/\N{{EN DASH}}]\s?(?:{_YEAR}|\d\d))?s?"
    r"(?!\d|,\d|\.\d|%)",
    r"(?<!\d)\d\d/\d\d(?!\d)",
    r"\b\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b|\b\d{1,2}:\d\d\b",
    r"\b24/7\b|\b24[- ]hours?\b",
    rf"\bQ[1-4](?:{_TO}Q?[1-4])?\b|\bquarters?\s+(?:[1-4]|one|two|three|four)(?:{_TO}[1-4])?\b",
)
_LAW_AND_LABELS = (
    r"\bS\.?I\.?\s?\d{4}/\d+",
    rf"(?<=\b{_YEAR}\s)\(?c\.\s?\d+",
    rf"(?<!['’])\b(?:sections?|schedules?|parts?|articles?|regulations?|paragraphs?|clauses?"
    rf"|chapters?|tables?|figures?|graphs?|charts?|maps?|appendix|appendices|annex(?:es)?|pages?"
    rf"|levels?|tiers?|priorit(?:y|ies)|objectives?|recommendations?|questions?|phases?|stages?"
    rf"|steps?|waves?|versions?|archetypes?|bands?|grades?|zones?|themes?|key stages?|numbers?|top"
    rf"|code|option)\s+(?:{_NUMBERS}|{_WORD}\b)",
    rf"(?<!['’\w])(?:ss?|regs?|paras?|arts?|figs?|tab|pp?|nos?|v|ch)\.?\s?(?<=[.\s]){_NUMBERS}",
    r"\b(?:week|day|year|item|note|row|ward|form|type|group|action|outcome)\s+\d{1,2}\b(?!%|,\d)",
    r"\b(?:COVID|Covid|covid)-\d+\b|\b[A-Z]{1,6}-?\d+[A-Za-z]?\b",
    r"^\s*\d+\.\d+(?:\.\d+)*\.?\s+(?=[A-Z])",
    r"\b\d+(?:st|nd|rd|th)\b",
)
_AGES = (
    rf"\b(?:aged?|ages|age of|ages of)\s+(?:between\s+|from\s+)?{_AGE}"
    rf"(?:{_TO}(?:{_AGE}|over|under|older|younger|above))?\b",
    r"\b\d{1,2}\s?\+(?!\d)",
    rf"\b{_AGE}(?:{_TO}{_AGE})?[-\s](?:years?[-\s]olds?|years? of age)\b",
    r"\b\d{1,2}\s(?:and|or)\s(?:over|older|above|under|younger)\b",
    rf"\b(?:under|over|the)[-\s]\d{{1,2}}(?:{_TO}\d{{1,2}})?s\b|\b\d{{1,2}}\s?{_DASH}\s?\d{{1,2}}s\b",
    rf"\b(?:since|before|after|when|until) (?:they|she|he|people) (?:are|is|were|was) {_AGE}\b"
    r"(?!%|,\d)",
    rf"\b(?:turn(?:s|ed|ing)?|reach(?:es|ed)?(?: the age of)?)\s+{_AGE}\b",
    rf"\b(?:child(?:ren)?|people|adults?|women|men|boys|girls|those|anyone)\s+"
    rf"(?:aged\s+)?(?:under|over|below)\s+(?:the age of\s+)?{_AGE}\b(?!%|,\d)",
)
_BASES = (
    r"\b(?:per|(?:in|for) (?:every|each)|out of every)\s+[\d,]+\b",
    rf"\b(?:per|for every)\s+(?:{_WORD}|(?:a |one )?hundred|(?:a |one |ten )?thousand)\b",
    r"\b(?:adds?|added|adding|sums?|comes?|came|amounts?)(?: up)? to (?:(?:more|less) than |over )?"
    r"100\s?(?:%|per cent|percent)",
    r"\b\d\d(?:\.\d)?\s?(?:%|per cent|percent)\s+(?:confidence|intervals?|CI\b|uncertainty)",
)
_OTHERS = (
    r"(?<!\d)(?:\+44\s?|0)\d(?:[\s-]?\d){7,10}(?!\d)",
    r"\b(?:call|calls to|calling|ring|dial|text|phone|on)\s+\d{3}\b(?!,\d|%)"
    r"(?:\s?(?:or|/)\s?\d{3}\b)?",
    r"\b(?:999|101|111)\s+(?:calls?|service|line|number)\b|\bor\s(?:999|101|111)\b(?!,\d|%)",
    r"\b(?:once|twice|\w+ times)\s+(?:a|an|each|every|per)\s+\w+",
    rf"\b(?:with|of)\s+(?:(?:more|fewer) than\s+|at least\s+|up to\s+)?{_AGE}\s+(?:or more\s+)?"
    r"child(?:ren)?\b",
    r"\bevery\s+\w+\s+(?:days?|weeks?|months?|years?)\b",
)
_EXEMPT = tuple(
    re.compile(pattern, 0 if "[A-Z]" in pattern else re.IGNORECASE)
    for group in (_DATES, _LAW_AND_LABELS, _AGES, _BASES, _OTHERS)
    for pattern in group
)


def exempt_spans(
    text: str, names: Sequence[str] = (), bands: Sequence[str] = ()
) -> list[tuple[int, int]]:
    """Where in a sentence numbers stand that are no statistic; `names` of areas may hold some, and
    so may the labels of categories (“55 to 64”), `bands`.
    """
    spans = [match.span() for pattern in _EXEMPT for match in pattern.finditer(text)]
    for name in names:
        spans += [match.span() for match in re.finditer(re.escape(name), text)]
    for band in bands:
        if band in text:
            spans += [match.span() for match in _band(band).finditer(text)]
    return spans


@lru_cache(maxsize=256)
def _band(label: str) -> re.Pattern[str]:
    """The label of a category where it stands for one: what rose from 16 to 24 is none."""
    return re.compile(
        rf"(?<![\w.,£])(?<!from )(?<!between )(?<!interval ){re.escape(label)}(?![\w%]|[.,]\d)"
    )
