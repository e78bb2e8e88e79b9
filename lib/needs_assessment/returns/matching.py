"""Which measure, or part of one, a partner's own words may mean."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log

from needs_assessment.returns.dictionary import Dictionary, Measure
from needs_assessment.returns.mapping import plain

# A match this good may stand until a person has looked; one this good is worth a suggestion.
SURE = 0.8
POSSIBLE = 0.45
_MARGIN = 0.05

# Words of a definition explain less of a label than words of a name.
_DEFINED = 0.6
# What it costs when the context names another family, when a category stands without a word
# of its measure, and when one of label and measure is a share and the other is not.
_ELSEWHERE, _UNNAMED, _UNLIKE = 0.2, 0.15, 0.3
# Words that so many measures have that their absence says little.
_UNDERSTOOD = {"domest": 0.5, "abus": 0.5}
_SHARE = re.compile(r"%|share|proportion|\b(?:rates?|per|percent\w*|a day|daily)\b", re.IGNORECASE)

_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been by for from has have in is it its of on or that the their they "
        "this to was were where which who with whose no number numbers count counts total totals "
        "overall all many how please enter note notes received recorded reported issued",
    )
)
_SHORT_FORMS = {
    "asc": "adult social care",
    "bame": "black asian minoritised ethnicity",
    "bme": "black asian minoritised ethnicity",
    "csc": "childrens social care",
    "cyp": "children",
    "da": "domestic abuse",
    "dapn": "domestic abuse protection notice",
    "dv": "domestic abuse",
    "dvds": "clares law",
    "dvpn": "domestic violence protection notice",
    "fte": "full time equivalent posts",
    "hbv": "honour based abuse",
    "lgbtq": "lgbt",
    "minority": "minoritised",
    "non": "not",
    "nrpf": "no recourse public funds",
    "request": "referral",
    "vcs": "voluntary sector",
    "young": "younger",
    "women": "female",
    "woman": "female",
    "men": "male",
    "man": "male",
}
# Stems of words in the names of partners that do not tell them apart.
_ANYONE = {"servic", "provider", "council", "social", "car"}
_IRREGULAR = {"children": "child", "people": "person", "families": "family"}
_ENDINGS = ("ations", "ation", "ings", "ing", "als", "al", "ities", "ity", "ies", "ed", "es", "s")


@dataclass(frozen=True)
class Target:
    """A measure, or one category of a dimension of it."""

    measure: str
    dimension: str = ""
    category: str = ""

    @property
    def family(self) -> str:
        return self.measure.split(".")[0]


@dataclass(frozen=True)
class Match:
    """A target with how well the words fit it, from 0 to 1."""

    target: Target
    score: float


@dataclass(frozen=True)
class _Phrase:
    """What a target may be called: `core` are the words that name it, a set for each of its names;
    `beside` are those of its measure and dimension, `meaning` those of its definition.
    """

    target: Target
    core: tuple[frozenset[str], ...]
    beside: frozenset[str]
    meaning: frozenset[str]
    family: frozenset[str]
    share: bool


class Matcher:
    """Finds what labels mean among the measures of a data dictionary.

    `context` is what stands around the labels (title block, file and sheet name): measures of a
    family named there are preferred.
    """

    def __init__(self, dictionary: Dictionary, context: str = ""):
        self._dictionary = dictionary
        self._phrases = [phrase for each in dictionary.values() for phrase in _phrases(each)]
        rarity = Counter(
            word for phrase in self._phrases for word in frozenset().union(*phrase.core)
        )
        self._weight = {word: log(2 + len(self._phrases) / n) for word, n in rarity.items()}
        self._weight |= _UNDERSTOOD
        self._heaviest = max(self._weight.values(), default=1.0)
        self._homes = {phrase.family for phrase in self._phrases}
        self._context = words_of(context)
        self._found: dict[tuple[frozenset[str], frozenset[str], bool], list[Match]] = {}

    def matches(self, label: str, section: str = "") -> list[Match]:
        """Targets that `label` may mean, best first; `section` is the heading it stands under."""
        own, above = words_of(label), words_of(section)
        share = bool(_SHARE.search(f"{label} {section}"))
        key = own, above, share
        if key not in self._found:
            self._found[key] = self._matches(own, above, share) if own else []
        return self._found[key]

    def _matches(self, own: frozenset[str], above: frozenset[str], share: bool) -> list[Match]:
        about = self._context | above
        homes = {home for home in self._homes if _any_like(home, about)}
        found = [
            Match(
                each.target, self._score(each, own, above, homes) - _UNLIKE * (each.share != share)
            )
            for each in self._phrases
        ]
        return sorted(
            (each for each in found if each.score >= POSSIBLE),
            key=lambda each: (-each.score, each.target.category != "", each.target.measure),
        )

    def best(self, label: str, section: str = "") -> tuple[Target | None, list[Match]]:
        """The one target that is sure enough to stand, or None; and the likeliest matches."""
        return self.choose(self.matches(label, section))

    def choose(self, found: list[Match]) -> tuple[Target | None, list[Match]]:
        """The same from matches, best first."""
        if not found or found[0].score < SURE:
            return None, found[:2]
        rivals = [each.target for each in found if found[0].score - each.score < _MARGIN]
        return self._whole_of(rivals), found[:2]

    def _whole_of(self, rivals: list[Target]) -> Target | None:
        """The only target, or of one category of several counts that of which the others are parts:
        a label that means the part says so.
        """
        for whole in rivals:
            category = whole.dimension, whole.category
            if all(
                other == whole
                or (
                    (whole.category and (other.dimension, other.category) == category)
                    and whole.measure in self._dictionary[other.measure].rules.part_of
                )
                for other in rivals
            ):
                return whole
        return None

    def knows(self, word: str) -> bool:
        """Whether a word is the id of a measure."""
        return word in self._dictionary

    def is_category(self, word: str, measures: Iterable[str]) -> bool:
        """Whether a word is a category of one of the measures, by its key or its label."""
        return any(
            plain(word) in (plain(category), plain(label))
            for measure in measures
            for dimension in self._dictionary[measure].dimensions.values()
            for category, label in dimension.categories.items()
        )

    def _score(
        self,
        phrase: _Phrase,
        own: frozenset[str],
        section: frozenset[str],
        homes: set[frozenset[str]],
    ) -> float:
        """The mean of how much of a name is said and of how much of what is said is explained by
        the name and what belongs to it, less what it costs to stand elsewhere. `homes` are the
        families that the context names.
        """
        said = own | section
        at_home = phrase.family in homes
        best = 0.0
        for core in phrase.core:
            # The family's own name is often left out where the whole sheet is about it.
            needed = (core - phrase.family or core) if at_home else core
            if not _any_like(needed, own):
                continue
            recall = self._share(needed, dict.fromkeys(said, 1.0))
            explained = dict.fromkeys(phrase.meaning, _DEFINED)
            explained |= dict.fromkeys(core | phrase.beside | section, 1.0)
            precision = self._share(own, explained)
            best = max(best, 2 * recall * precision / (recall + precision))
        if homes and not at_home:
            best -= _ELSEWHERE
        if phrase.target.category and not _any_like(phrase.beside - phrase.family, said):
            best -= _UNNAMED
        return best

    def _share(self, wanted: Iterable[str], given: dict[str, float]) -> float:
        """How much of `wanted` is in `given`, each word as far as `given` says; rare words weigh
        more.
        """
        weights = {word: self._weight.get(word, self._heaviest) for word in wanted}
        met = sum(
            weight * max((much for each, much in given.items() if _like(word, each)), default=0.0)
            for word, weight in weights.items()
        )
        return met / sum(weights.values())


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """The stems of the words that matter in a text, short forms written out."""
    text = text.casefold().replace("’", "").replace("'", "").replace("&", " and ")
    text = re.sub(r"(\d)\s*\+", r"\1 over ", text)
    words: list[str] = []
    for word in re.findall(r"\d+[a-z]?\b|[a-z]+|\d+", text):
        short = word if word in _SHORT_FORMS else word.removesuffix("s")
        words += _SHORT_FORMS.get(short, word).split()
    return frozenset(stem(word) for word in words if word not in _SMALL_WORDS)


def stem(word: str) -> str:
    """A word without its ending, so that “referred” and “referrals” are one."""
    word = _IRREGULAR.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def _phrases(measure: Measure) -> Iterable[_Phrase]:
    family, _, rest = measure.id.partition(".")
    name, ids = words_of(measure.name), words_of(rest.replace("_", " "))
    home = words_of(f"{family} {measure.partner_kind}") - _ANYONE
    meaning = words_of(f"{measure.definition} {measure.unit}") | home
    share = measure.kind in ("share", "rate")
    totals = tuple(core for core in (name, ids) if core)
    yield _Phrase(Target(measure.id), totals, frozenset(), meaning, home, share)
    for key, dimension in measure.dimensions.items():
        beside = name | ids | words_of(f"{dimension.label} {key.replace('_', ' ')}")
        for category, label in dimension.categories.items():
            names = {words_of(label), words_of(category.replace("_", " "))}
            cores = tuple(sorted((core for core in names if core), key=sorted))
            if cores:
                target = Target(measure.id, key, category)
                yield _Phrase(target, cores, beside, meaning, home, share)


def _any_like(words: Iterable[str], others: Iterable[str]) -> bool:
    return any(_like(word, other) for word in words for other in others)


@lru_cache(maxsize=65536)
def _like(first: str, second: str) -> bool:
    """Whether two stems are the same word, a slip of the pen allowed in longer ones."""
    if first == second:
        return True
    if min(len(first), len(second)) < 5 or abs(len(first) - len(second)) > 2:
        return False
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= 0.85
