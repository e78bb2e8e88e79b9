"""What a text is about: its telling words, each known under one form."""

import re
from collections.abc import Iterator
from functools import lru_cache

# The words of every second measure's name say nothing about which one is meant.
_COMMON = frozenset(
    """
    a about aged all an and any are as at be because been before being but by can could did do does
    domestic abuse each for from had has have having how if in into is it its made may more most no
    not of on one two three four five six seven eight nine ten only or other out over same should
    so some such than that the their them then there these they this those through to under until
    up was were what when where which while who will with within would year number total share rate
    percent per cent figure level last first mix
    """.split()  # noqa: SIM905
)
_IRREGULAR = {
    "children": "child", "women": "woman", "men": "man", "people": "person", "refer": "referr",
    "female": "woman", "females": "woman", "male": "man", "males": "man", "offence": "crim",
    "offences": "crim", "uk": "nation", "kingdom": "nation", "national": "nation",
    "nationally": "nation", "england": "nation", "bed": "plac", "beds": "plac", "space": "plac",
    "spaces": "plac",
    **dict.fromkeys(
        (
            *("rise", "rises", "rose", "risen", "rising", "increase", "increases", "increased"),
            *("fall", "falls", "fell", "fallen", "falling", "decrease", "decreased", "drop"),
            *("grew", "growth", "changed"),
        ),
        "chang",
    ),
}  # fmt: skip

_TO = r"(?: to | or | and |[-\N{EN DASH}])"
# Marks that tell one category from its siblings, whatever words they share: an age band or a
# stretch of time, a level, the letter of an area (a word of its own at a sentence's start).
_DECISIVE = re.compile(
    rf"\b(?P<low>\d{{1,2}}){_TO}(?P<high>\d{{1,2}})\b(?!%|[.,]\d)"
    r"|\b(?P<over>\d{1,2})(?:\+| (?:and|or) (?:over|older|above))"
    r"|\b(?P<younger>\d{1,2}) (?:and|or) (?:under|younger|below)"
    r"|\b(?:under|younger than)[- ](?P<under>\d{1,2})(?:s\b|\b(?!%|[.,]\d))"
    r"|\b(?:over|older than)[- ](?P<above>\d{1,2})(?:s\b|\b(?!%|[.,]\d))"
    r"|\blevel (?P<level>\d)\b"
    r"|(?<=\w )(?P<letter>[A-Z])\b",
    re.IGNORECASE,
)
_OTHER_MARKS = re.compile(r"\b(?:\d[A-Z]|20\d\d|[Oo]ther)(?=s?\b)")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The form under which words of one family are known: referral, referrals and referred."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    word = re.sub(r"(?<=\w{4})(?:ing|ed|ment)$", "", word)
    return word.removesuffix("e")[:6]


@lru_cache(maxsize=4096)
def terms(text: str) -> frozenset[str]:
    """What a text is about: its words but for the common ones, as stems."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return frozenset(stem(word) for word in words if word.lower() not in _COMMON)


@lru_cache(maxsize=4096)
def label_terms(label: str, siblings: tuple[str, ...]) -> frozenset[str]:
    """What tells a category from the others of its breakdown: its marks, or else the words of its
    label that are not theirs (adult social care, children's social care).
    """
    words = terms(label) | marks(label)
    others = [terms(each) for each in siblings if each != label]
    return frozenset(_decisive(label)) or words.difference(*others) or words


def marks(text: str) -> frozenset[str]:
    """The marks of categories in a text: age bands, levels, letters of areas, years."""
    others = (found.lower() for found in _OTHER_MARKS.findall(text))
    return frozenset([*_decisive(text), *others])


def _decisive(text: str) -> Iterator[str]:
    for match in _DECISIVE.finditer(text):
        if match["low"]:
            yield f"{match['low']} to {match['high']}"
        elif match["letter"]:
            if match["letter"].isupper():
                yield match["letter"]
        else:
            yield f"{match.lastgroup} {match[match.lastgroup or 0]}"


def id_words(identifier: str) -> str:
    """The words of an id: `refuge.declined_by_reason`."""
    return re.sub(r"[._]", " ", identifier)
