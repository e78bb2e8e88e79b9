"""What a report hides, decided over all its numbers at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from needs_assessment.disclosure.cells import Cell, Key, ShownCell, Why, show_cell
from needs_assessment.disclosure.numbers import Numbers, Report
from needs_assessment.disclosure.policy import PUBLISHED, Policy
from needs_assessment.disclosure.printing import (
    gives_small_count,
    rests_on,
    state_indicators,
    tie_shares,
)
from needs_assessment.disclosure.problem import Problem
from needs_assessment.disclosure.settle import settle
from needs_assessment.disclosure.stating import Worth, guard_groups, guard_rest, state
from needs_assessment.disclosure.suppression import Suppressed, suppress
from needs_assessment.disclosure.ties import tie_report
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import Period
from needs_assessment.reference import Area


@dataclass(frozen=True)
class Protection:
    """What may be shown of a report's cells and indicators.

    `cells`: as shown. `indicators`: for each, why it is hidden, or None. `exposed`: names of hidden
    numbers that readers know all the same, from what was published before. `problem`, with exact
    numbers, and `suppressed` never leave this package.
    """

    cells: list[ShownCell]
    indicators: list[Why | None]
    exposed: tuple[str, ...]
    problem: Problem
    suppressed: Suppressed


def protect_report(
    cells: list[Cell],
    indicators: list[Indicator],
    policy: Policy,
    areas: Mapping[str, Area],
    edition: Period,
) -> Protection:
    """Decides what is hidden: what the policy hides by itself, then what must be hidden as well so
    that it cannot be worked out, then every share and indicator that rests on it.
    """
    numbers = Numbers()
    by_key = {cell.key: cell for cell in cells}
    report = Report(numbers, policy.dictionary, state(numbers, cells, policy, Worth(edition)))
    alike = guard_groups(report, policy, {k: c for k, c in by_key.items() if k in report.stated})
    guard_rest(report, policy, {k: c for k, c in by_key.items() if k in report.stated})
    tie_report(report, areas)
    printed = state_indicators(numbers, report, indicators, policy)
    resting = tie_shares(numbers, report, cells, policy)
    problem = settle(numbers.variables, numbers.rows)
    if policy.settings.secondary:
        suppressed = suppress(problem, _tables(report))
    else:
        hidden = frozenset(n for n, each in enumerate(problem.variables) if each.hidden)
        suppressed = Suppressed(hidden)
    decided = _Decided(report, policy, problem, suppressed, alike, resting)
    shown = [
        show_cell(cell, policy.dictionary[cell.key.measure], policy, decided.why(cell))
        for cell in cells
    ]
    hidden_keys = {cell.key for cell in shown if cell.hidden}
    return Protection(
        cells=shown,
        indicators=[
            decided.why_indicator(indicator, printed[number], hidden_keys)
            for number, indicator in enumerate(indicators)
        ],
        exposed=tuple(sorted(decided.named(place) for place in suppressed.exposed)),
        problem=problem,
        suppressed=suppressed,
    )


def _tables(report: Report) -> dict[int, tuple[str, str, str]]:
    return {
        place: (key.measure, key.area, key.dimension) for key, place in report.stated.items()
    }


@dataclass(frozen=True)
class _Decided:
    report: Report
    policy: Policy
    problem: Problem
    suppressed: Suppressed
    alike: set[Key]
    resting: dict[Key, set[int]]

    def why(self, cell: Cell) -> Why | None:
        """Why a cell is hidden, or None."""
        policy, key = self.policy, cell.key
        if policy.hides_area(key.measure, key.area):
            return Why("area")
        if cell.status == "confidential":
            return Why("confidential")
        if cell.nature == PUBLISHED:
            return None
        small = policy.hides(key.measure, cell.exact, cell.nature)
        if small or policy.hides_bound(key.measure, cell.status, cell.nature):
            return Why("small")
        if key in self.alike:
            return Why("group")
        place = self.report.stated.get(key)
        if place in self.suppressed.protects:
            return Why("secondary", self._names(self.suppressed.protects[place]))
        hidden = self.resting.get(key, set()) & self.suppressed.hidden
        if hidden or gives_small_count(self.report, cell, policy):
            return Why("follows", self._names(hidden))
        return None

    def why_indicator(
        self, indicator: Indicator, printed: set[int], hidden: set[Key]
    ) -> Why | None:
        """Why an indicator is hidden, or None."""
        places = printed & self.suppressed.hidden
        keys = rests_on(indicator) & hidden
        if places or keys:
            return Why("follows", tuple(sorted({*self._names(places), *map(str, keys)})))
        if self._small(indicator):
            return Why("small")
        return None

    def _small(self, indicator: Indicator) -> bool:
        """Whether a count that is only worked out, from a base and a share, is too small."""
        counts = indicator.definition.kind in ("count", "estimate") and not indicator.populations
        value = indicator.value if counts else None
        return any(
            value is not None
            and 0 < value < self.policy.suppress_below(cell.measure)
            and cell.nature != PUBLISHED
            and self.policy.dictionary[cell.measure].protect
            for cell in indicator.cells
        )

    def named(self, place: int) -> str:
        kind, *name = self.problem.variables[place].name
        return "|".join(name) if kind == "cell" else "|".join([kind, *name])

    def _names(self, places: set[int] | tuple[int, ...]) -> tuple[str, ...]:
        return tuple(sorted(self.named(place) for place in places))


def ranges(protection: Protection) -> dict[str, Fraction]:
    raise NotImplementedError
