"""What a report hides, decided over all its numbers at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from needs_assessment.disclosure.breaking_down import guard_parts
from needs_assessment.disclosure.cells import Bounds, Cell, Key, Known, ShownCell, Why, show_cell
from needs_assessment.disclosure.dominance import guard_contributors
from needs_assessment.disclosure.numbers import Numbers, Report
from needs_assessment.disclosure.policy import PUBLISHED, Policy
from needs_assessment.disclosure.printing import (
    gives_small_count,
    key_of,
    state_indicators,
    tie_shares,
)
from needs_assessment.disclosure.problem import Problem
from needs_assessment.disclosure.published import Version, state_versions
from needs_assessment.disclosure.settle import settle
from needs_assessment.disclosure.stating import Worth, guard_groups, guard_rest, state
from needs_assessment.disclosure.suppression import Suppressed, suppress
from needs_assessment.disclosure.ties import tie_report
from needs_assessment.indicators.result import Indicator
from needs_assessment.periods import Period
from needs_assessment.reference import Area


@dataclass(frozen=True)
class Material:
    """What a report is made from, before anything is hidden.

    `versions`: what is published already. `cells_then`: by edition, what the returns said when it
    was made.
    """

    cells: list[Cell]
    indicators: list[Indicator]
    versions: list[Version] = field(default_factory=list)
    cells_then: Mapping[str, Mapping[Key, Fraction]] = field(default_factory=dict)


@dataclass(frozen=True)
class Protection:
    """What may be shown of a report.

    `cells`: as shown. `indicators`: for each, why it is hidden, or None. `prints`: for each, the
    sums that it gives away if it is shown, and between what a reader then knows them to lie.
    `exposed`: names of hidden numbers that readers can work out all the same, from what was
    published before. `problem` holds exact numbers: it never leaves this package.
    """

    cells: list[ShownCell]
    indicators: list[Why | None]
    prints: list[list[Known]]
    exposed: tuple[str, ...]
    problem: Problem
    suppressed: Suppressed


def protect_report(
    material: Material, policy: Policy, areas: Mapping[str, Area], edition: Period
) -> Protection:
    """Decides what is hidden: what the policy hides by itself, then what must be hidden as well so
    that it cannot be worked out, then every share and indicator that rests on it.
    """
    numbers = Numbers()
    stated = state(numbers, material.cells, policy, Worth(edition))
    counted = {cell.key: cell for cell in material.cells if cell.key in stated}
    special = dict.fromkeys(guard_groups(numbers, stated, policy, counted), "group")
    contributed = guard_contributors(numbers, stated, material.cells, policy)
    special |= dict.fromkeys(contributed, "dominated")
    earlier = state_versions(numbers, stated, material.versions, policy, material.cells_then)
    report = Report(numbers, policy.dictionary, stated)
    for each in (report, *earlier):
        tie_report(each, areas)
    if policy.settings.secondary:
        parts = guard_parts(numbers, stated, policy, counted)
        special |= {key: "part" for key in parts if key not in special}
    # After the parts: what no table has a place for makes no breakdown of what it is left of.
    guard_rest(numbers, stated, policy, counted)
    printed = state_indicators(report, material.indicators, policy)
    resting = tie_shares(report, material.cells, policy)
    problem = settle(numbers.variables, numbers.rows)
    if policy.settings.secondary:
        suppressed = suppress(problem, _tables(report))
    else:
        hidden = frozenset(n for n, each in enumerate(problem.variables) if each.hidden)
        suppressed = Suppressed(hidden)
    decided = _Decided(report, policy, problem, suppressed, special, resting)
    shown = [decided.show(cell) for cell in material.cells]
    hidden_keys = {cell.key for cell in shown if cell.hidden}
    whys = [
        decided.why_indicator(indicator, {each.place for each in sums}, hidden_keys)
        for indicator, sums in zip(material.indicators, printed, strict=True)
    ]
    return Protection(
        cells=shown,
        indicators=whys,
        prints=[
            [] if why else [Known(each.keys, each.less, decided.known(each.place)) for each in sums]
            for why, sums in zip(whys, printed, strict=True)
        ],
        exposed=tuple(sorted(decided.named(place) for place in suppressed.exposed)),
        problem=problem,
        suppressed=suppressed,
    )


def _tables(report: Report) -> dict[int, tuple[str, str, str]]:
    return {place: (key.measure, key.area, key.dimension) for key, place in report.stated.items()}


@dataclass(frozen=True)
class _Decided:
    report: Report
    policy: Policy
    problem: Problem
    suppressed: Suppressed
    special: Mapping[Key, str]
    resting: dict[Key, set[int]]

    def show(self, cell: Cell) -> ShownCell:
        """The cell as the report may show it."""
        place = self.report.stated.get(cell.key)
        measure = self.policy.dictionary[cell.key.measure]
        why = self.why(cell)
        counted = place is not None and cell.exact is not None and measure.kind == "count"
        known = self.known(place) if place is not None and counted and not why else None
        return show_cell(cell, measure, self.policy, why, known)

    def known(self, place: int) -> Bounds:
        """Between what a reader knows a number to lie that is shown."""
        variable = self.problem.variables[place]
        truth = variable.truth or Fraction(0)
        return variable.shown or (truth, truth)

    def why(self, cell: Cell) -> Why | None:
        """Why a cell is hidden, or None."""
        policy, key = self.policy, cell.key
        if policy.hides_area(key.measure, key.area, key.dimension):
            return Why("area")
        if cell.status == "confidential":
            return Why("confidential")
        if cell.nature == PUBLISHED:
            return None
        small = policy.hides(key.measure, cell.exact, cell.nature)
        if small or policy.hides_bound(key.measure, cell.status, cell.nature):
            return Why("small")
        if key in self.special:
            return Why(self.special[key])
        place = self.report.stated.get(key)
        if place is not None and place in self.suppressed.hidden and cell.exact is not None:
            return Why("secondary", self._names(self.suppressed.protects.get(place, ())))
        hidden = self.resting.get(key, set()) & self.suppressed.hidden
        rounded = any(policy.rounding(name) > 1 for name in policy.dictionary[key.measure].claims)
        if hidden or rounded or gives_small_count(self.report, cell, policy):
            return Why("follows", self._names(hidden))
        return None

    def why_indicator(
        self, indicator: Indicator, printed: set[int], hidden: set[Key]
    ) -> Why | None:
        """Why an indicator is hidden, or None."""
        places = printed & self.suppressed.hidden
        # Of counts, only what the indicator prints matters: a year can be shown when a quarter
        # cannot.
        keys = {
            key
            for cell in indicator.cells
            if (key := key_of(cell)) in hidden
            and (cell.value is None or key not in self.report.stated)
        }
        if places or keys:
            return Why("follows", tuple(sorted({*self._names(places), *map(str, keys)})))
        if self._small(indicator):
            return Why("small")
        return None

    def _small(self, indicator: Indicator) -> bool:
        """Whether a count that is only worked out, from a base and a share, is too small."""
        entry = indicator.definition
        # An estimate at a level is a number of posts or places, not of people.
        counted = entry.kind == "count" or (entry.kind == "estimate" and entry.level is None)
        counts = counted and not indicator.populations
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
