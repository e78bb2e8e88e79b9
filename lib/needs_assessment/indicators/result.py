"""A computed indicator, exact: what stands left of disclosure control."""

from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.indicators.definition import Definition
from needs_assessment.indicators.statistics import Cell, Statistic
from needs_assessment.periods import Period
from needs_assessment.reference import Benchmark, BenchmarkValue, Population, Survey

_NATURES = ["published", "confidential", "illustrative"]


@dataclass(frozen=True)
class Comparison:
    """An indicator beside a benchmark.

    `word` is one of higher, lower, similar (the 95 % interval decides; `wide` when the benchmark
    lies outside the 99.8 % interval too); above, below, at, within (no interval, or a recommended
    level, limit or band, which is not a statistical test). `phrase` says it in words.
    """

    benchmark: Benchmark
    value: BenchmarkValue
    word: str
    phrase: str
    wide: bool = False


@dataclass(frozen=True)
class Trend:
    """An indicator beside the same one of the year before.

    `word`: higher, lower, the same or no clear change; `tested` when the 95 % interval of the
    change decides, otherwise the printed numbers do.
    """

    word: str
    tested: bool


@dataclass(frozen=True)
class Indicator:
    """An indicator of one edition.

    `value`, `lower` and `upper` are in the definition's unit (percentages 0 to 100); `value` is
    None when only bounds are known or when it is unavailable, and `reason` says why. `status`:
    ok, reported, approximate, bounded or unavailable. `wide_lower` and `wide_upper` are the ends
    of the 99.8 % interval. `recommended` is the number that a shortfall is measured from.
    `inputs` are statistics behind it that are neither numerator nor denominator;
    `previous` is the same indicator of the year before. `cells` are the observations behind it.
    """

    definition: Definition
    status: str
    value: Fraction | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: Statistic | None = None
    denominator: Statistic | None = None
    populations: tuple[Population, ...] = ()
    surveys: tuple[Survey, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    reason: str = ""
    wide_lower: float | None = None
    wide_upper: float | None = None
    recommended: Fraction | None = None
    inputs: tuple[Statistic, ...] = ()
    previous: "Indicator | None" = None
    trend: Trend | None = None

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def cells(self) -> tuple[Cell, ...]:
        statistics = (self.numerator, self.denominator, *self.inputs)
        return tuple(cell for each in statistics if each for cell in each.cells)

    @property
    def nature(self) -> str:
        """The strongest caution among the sources: illustrative, confidential, published."""
        return max((cell.nature for cell in self.cells), key=_NATURES.index, default="published")

    @property
    def numerator_period(self) -> Period | None:
        return self.numerator.period if self.numerator else None

    @property
    def persons(self) -> int | None:
        """The population the indicator divides by or builds on."""
        return sum(each.persons for each in self.populations) if self.populations else None
