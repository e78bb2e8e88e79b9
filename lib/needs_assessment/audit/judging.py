"""Whether what is hidden stays hidden: the definition of safe, applied to each number."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from needs_assessment.audit.bounds import Attack
from needs_assessment.audit.keys import Cell, Key, Spot
from needs_assessment.audit.knowledge import Hidden
from needs_assessment.audit.public import Public
from needs_assessment.audit.rule import Rule
from needs_assessment.audit.system import Component, System
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period

# The source of what partners had published before.
PUBLISHED = "a published return"


@dataclass(frozen=True)
class Finding:
    """A number that a reader can work out, or nearly: its address and what gave it away.

    Never the number, nor how far it is bounded. `sources` are tables, charts and files.
    """

    address: str
    sources: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.address} {self.reason} {'; '.join(self.sources)}"


@dataclass(frozen=True)
class Judged:
    """The findings, and how much was solved to get them.

    `ranges` are the differences between the greatest and the least that each hidden number of the
    report under audit can be, in no order that tells which. `bounds` counts the programmes solved,
    `given_up` the relations supposed in vain.
    """

    findings: tuple[Finding, ...]
    ranges: tuple[float, ...]
    bounds: int
    given_up: int


@dataclass
class Judge:
    """Applies the definition in `needs_assessment.audit` to the numbers of a system.

    `report` is the one under audit: a number hidden in another report only counts when this one
    helps to open it. `implied` are numbers shown nowhere that a reader can name. `primary` are
    those known to be hidden for their own size, when the caller knows; `open` had been published
    before.
    """

    system: System
    rule: Rule
    public: Public
    report: str
    hidden: dict[Key, Hidden]
    implied: Collection[Key]
    open: Collection[Key] = ()
    primary: Collection[Key] = ()
    ranges: list[float] = field(default_factory=list)
    bounds: int = 0
    given_up: int = 0

    def judge(self) -> Judged:
        findings = []
        for component in self.system.components():
            judged = [key for key in component.unknown if self._concerns(key)]
            if judged:
                findings += self._component(component, judged)
        for key, hidden in self.hidden.items():
            if key in self.system.known and self._concerns(key):
                findings += self._outright(key, hidden)
        findings += [*self._groups(), *self._against_the_rule()]
        ordered = sorted(set(findings), key=lambda each: each.address)
        return Judged(tuple(ordered), tuple(sorted(self.ranges)), self.bounds, self.given_up)

    def _concerns(self, key: Key) -> bool:
        if isinstance(key, Cell) and not self.public.measures[key.measure].whole:
            return False
        if key in self.hidden:
            return not self.hidden[key].published
        return (
            isinstance(key, Cell)
            and key in self.implied
            and self.public.measures[key.measure].protect
        )

    def _component(self, component: Component, judged: list[Key]) -> Iterator[Finding]:
        attack = Attack(self.system, component)
        self.given_up += attack.given_up
        for key in judged:
            if not self._safe(key, attack):
                sources = self._gave_away(key, component)
                if sources is not None:
                    yield Finding(self.address(key), sources, _OPEN)
            if key in self.hidden and self.hidden[key].report == self.report:
                self.ranges.append(attack.extreme(key, -1) - attack.extreme(key, 1))
        self.bounds += attack.solved

    def _safe(self, key: Key, attack: Attack) -> bool:
        """The definition of `needs_assessment.audit`."""
        lowest, highest = attack.extreme(key, 1), attack.extreme(key, -1)
        last = self.rule.last_of(key.measure) if isinstance(key, Cell) else self.rule.last
        if key not in self.hidden and not 1 <= lowest <= highest <= last:
            return True
        wide = highest > last and highest - lowest >= self.rule.width
        if wide and key not in self.primary:
            return attack.has_values(key, self.rule.width, lowest)
        return all(attack.possible(key, value) for value in range(1, last + 1))

    def _gave_away(self, key: Key, component: Component) -> tuple[str, ...] | None:
        """As few sources as are enough; None when the report under audit has no part in it.

        Each is left out in turn, and left out for good when the number stays unsafe without it:
        first those of other reports, then charts and files, last the tables that have the number.
        """
        needed = self._sources(component)
        left_out: set[str] = set()
        at = self.address(key)

        def last(source: str) -> tuple[bool, bool, bool, str]:
            return self._own(source), source.startswith("tbl-"), source in at, source

        for source in sorted(needed, key=last):
            attack = Attack(self.system, component, frozenset({*left_out, source}))
            if not self._safe(key, attack):
                left_out.add(source)
            self.bounds += attack.solved
        kept = [source for source in needed if source not in left_out]
        if key in self.hidden and self.hidden[key].report != self.report:
            return tuple(kept) if any(self._own(each) for each in kept) else None
        return tuple(kept) or tuple(needed)

    def _sources(self, component: Component) -> list[str]:
        """The sources of a component: of its relations, and of the numbers in them."""
        found = [relation.source for relation in component.relations]
        for relation in component.relations:
            for key in relation.keys:
                found += [each.source for each in self.system.statements.get(key, [])]
        for key in component.unknown:
            found += [each.source for each in self.system.statements.get(key, [])]
        return [source for source in dict.fromkeys(found) if source]

    def _own(self, source: str) -> bool:
        """Whether a source is of the report under audit: others carry the name of theirs."""
        return not source.startswith("[")

    def _outright(self, key: Key, hidden: Hidden) -> Iterator[Finding]:
        """A number that the report hides, and something shows."""
        if hidden.report == self.report:
            sources = dict.fromkeys(
                each.source
                for each in self.system.statements[key]
                if each.source and each.upper - each.lower < 1
            )
            yield Finding(self.address(key), tuple(sources), _OPEN)

    def _groups(self) -> Iterator[Finding]:
        """Shown groups of fewer than 10 that lie wholly in one category, or in one part."""
        known = self.system.known
        for relation in self.system.joint:
            whole, factor = relation.terms[0]
            parts = relation.keys[1:]
            if factor != -1.0 or not isinstance(whole, Cell) or len(parts) < 2:
                continue
            if not (0 < known.get(whole, 0) < self.rule.group) or relation.lower != 0.0:
                continue
            for part in parts:
                if self._tells(part, whole) and known.get(part) == known[whole]:
                    sources = {each.source for each in self.system.statements[part]}
                    sources |= {each.source for each in self.system.statements[whole]}
                    own = tuple(sorted(filter(None, sources)))
                    if any(self._own(source) for source in own):
                        yield Finding(self.address(part), own, _WHOLLY)

    def _against_the_rule(self) -> Iterator[Finding]:
        """Counts of people that the rule hides and the report shows."""
        for key, value in self.system.known.items():
            if not isinstance(key, Cell) or key in self.open or key in self.hidden:
                continue
            measure = self.public.measures[key.measure]
            if measure.protect and measure.whole and 1 <= value <= self.rule.last_of(key.measure):
                sources = {each.source for each in self.system.statements[key]}
                if PUBLISHED not in sources and any(self._own(each) for each in sources if each):
                    own = tuple(sorted(each for each in sources if each and self._own(each)))
                    yield Finding(self.address(key), own, _SHOWN)

    def _tells(self, part: Key, whole: Cell) -> bool:
        """Whether lying wholly in this part says something of the people in a group: parts by
        what they are do, quarters and councils do not.
        """
        return (
            isinstance(part, Cell)
            and part.period == whole.period
            and part.area == whole.area
            and self.public.measures[part.measure].protect
            and part not in self.open
        )

    def address(self, key: Key) -> str:
        """Where a number stands, or would stand, in words."""
        if key in self.hidden:
            return "; ".join(self.hidden[key].places)
        if isinstance(key, Spot):
            return f"{key.table}, row “{key.row}”, column “{key.column}”"
        return cell_words(key, self.public)


_OPEN = "can be worked out, wholly or nearly, from"
_WHOLLY = "is a small group that lies wholly in one category, as shown by"


_SHOWN = "is a count that the rule hides, shown in"


def cell_words(key: Cell, public: Public) -> str:
    """A statistic in words: “MARAC cases by referring agency, Health, 2024-25”."""
    measure = public.measures[key.measure]
    parts = [f"“{measure.name}”"]
    breakdown = measure.breakdowns.get(key.dimension)
    if breakdown:
        words = {each: text for text, each in breakdown.categories.items()}
        parts.append(f"“{words.get(key.category, key.category)}”")
    try:
        parts.append(parse_period(key.period).words())
    except AssessmentError:
        parts.append(key.period)
    area = public.reference.areas.get(key.area)
    parts.append(area.name if area else "the county")
    return ", ".join(parts)


def unsafe_message(findings: Iterable[Finding]) -> str:
    """The findings for an analyst, one a line."""
    return "\n".join(f"  {finding}" for finding in findings)
