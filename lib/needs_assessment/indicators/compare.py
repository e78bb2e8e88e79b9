"""An indicator beside its benchmark, in the words of the comparison rule."""

from fractions import Fraction

from needs_assessment.display import round_half_up
from needs_assessment.indicators.result import Comparison, Indicator
from needs_assessment.periods import Period
from needs_assessment.reference import Benchmark

_WORDS = {-1: "below", 0: "at", 1: "above"}


def compare(indicator: Indicator, benchmark: Benchmark, period: Period) -> Comparison | None:
    """The comparison, or None when either side has no value.

    Against a national average the 95 % interval decides: higher, lower or similar. Without an
    interval, and against a recommended level or limit (a band, not a test), the displayed
    values decide: above, below or at.
    """
    held = benchmark.value_for(period)
    if indicator.value is None or held is None or held.value is None:
        return None
    level = Fraction(str(held.value))
    shown = indicator.definition.decimals
    difference = Fraction(round_half_up(indicator.value, shown)) - Fraction(
        round_half_up(level, shown)
    )
    side = (difference > 0) - (difference < 0)
    if benchmark.kind == "average" and indicator.lower is not None and indicator.upper is not None:
        if indicator.lower > level:
            word = "higher"
        elif indicator.upper < level:
            word = "lower"
        else:
            word = "similar"
        phrase = {"higher": "higher than", "lower": "lower than", "similar": "similar to"}[word]
        return Comparison(benchmark, held, word, phrase)
    word = _WORDS[side]
    return Comparison(benchmark, held, word, _phrase(word, difference, indicator, benchmark))


def _phrase(word: str, difference: Fraction, indicator: Indicator, benchmark: Benchmark) -> str:
    if benchmark.kind == "limit":
        return {
            "at": "at the upper limit of",
            "above": "above the upper limit of",
            "below": "within the upper limit of",
        }[word]
    if benchmark.kind == "level":
        return {
            "at": "at the recommended level of",
            "above": "above the recommended level of",
            "below": "below the recommended level of",
        }[word]
    if word == "at":
        return "the same as"
    if indicator.definition.kind == "shortfall":
        points = abs(round_half_up(difference, indicator.definition.decimals))
        return f"a gap {points:f} points {'wider' if word == 'above' else 'narrower'} than"
    if indicator.definition.unit == "%":
        points = abs(round_half_up(difference, indicator.definition.decimals)).normalize()
        return f"{points:f} points {word}"
    return word
