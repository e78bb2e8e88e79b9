"""An indicator beside its benchmark, in the words of the comparison rule."""

from fractions import Fraction

from needs_assessment.display import format_number, round_half_up
from needs_assessment.indicators.result import Comparison, Indicator
from needs_assessment.periods import Period
from needs_assessment.reference import Benchmark, BenchmarkValue

_WORDS = {-1: "below", 0: "at", 1: "above"}


def compare(
    indicator: Indicator,
    benchmark: Benchmark,
    period: Period,
    allowed: frozenset[str] = frozenset(),
) -> Comparison | None:
    """The comparison, or None when either side has no value.

    Against a national average the 95 % interval decides: higher, lower or similar. Without an
    interval, and against a recommended level, limit or band (not a test), the displayed values
    decide: above, below, at, or within a band. `allowed` are the benchmarks that a council shows
    although they are not confirmed at a source.
    """
    held = benchmark.value_for(period, unconfirmed=benchmark.id in allowed)
    if indicator.value is None or held is None:
        return None
    if held.value is None:
        return _band(indicator, benchmark, held)
    level = Fraction(str(held.value))
    if benchmark.kind == "average" and indicator.lower is not None and indicator.upper is not None:
        return _tested(indicator, benchmark, held, float(level))
    shown = indicator.definition.decimals
    difference = Fraction(round_half_up(indicator.value, shown)) - Fraction(
        round_half_up(level, shown)
    )
    word = _WORDS[(difference > 0) - (difference < 0)]
    return Comparison(benchmark, held, word, _phrase(word, difference, indicator, benchmark))


def _tested(
    indicator: Indicator, benchmark: Benchmark, held: BenchmarkValue, level: float
) -> Comparison:
    assert indicator.lower is not None and indicator.upper is not None
    if indicator.lower > level:
        word, phrase = "higher", "higher than"
    elif indicator.upper < level:
        word, phrase = "lower", "lower than"
    else:
        return Comparison(benchmark, held, "similar", "similar to")
    far = (indicator.wide_lower or 0.0) > level or (
        indicator.wide_upper is not None and indicator.wide_upper < level
    )
    return Comparison(benchmark, held, word, phrase, wide=far)


def _band(indicator: Indicator, benchmark: Benchmark, held: BenchmarkValue) -> Comparison | None:
    if held.lower is None or held.upper is None or indicator.value is None:
        return None
    shown = indicator.definition.decimals
    value = Fraction(round_half_up(indicator.value, shown))
    if value < Fraction(str(held.lower)):
        return Comparison(benchmark, held, "below", "below the band of")
    if value > Fraction(str(held.upper)):
        return Comparison(benchmark, held, "above", "above the band of")
    return Comparison(benchmark, held, "within", "within the band of")


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
    decimals = indicator.definition.decimals
    if indicator.definition.kind == "shortfall":
        points = format_number(abs(difference), decimals)
        return f"a gap {points} points {'wider' if word == 'above' else 'narrower'} than"
    if indicator.definition.unit == "%":
        points = f"{abs(round_half_up(difference, decimals)).normalize():f}"
        return f"{points} points {word}"
    return word
