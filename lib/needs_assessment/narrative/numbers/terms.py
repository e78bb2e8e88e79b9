"""What a text is about: its telling words, each known under one form."""

import re

# The words of every second measure's name say nothing about which one is meant.
_COMMON = frozenset(
    """
    a about aged all an and any are as at be because been before being but by can could did do does
    domestic abuse each for from had has have having how if in into is it its made may more most no
    not of on one two three four five six seven eight nine ten only or other out over same should
    so some such than that the their them then there these they this those through to under until
    up was were what when where which while who will with within would year number total share rate
    percent per cent figure level last first
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


def terms(text: str) -> frozenset[str]:
    """What a text is about: its words but for the common ones, as stems."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return frozenset(stem(word) for word in words if word.lower() not in _COMMON)
