"""The rules that say what may not be shown by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from needs_assessment.council import Council, Disclosure, Dominance
from needs_assessment.errors import AssessmentError
from needs_assessment.indicators.statistics import round_to
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.statistic import AND
from needs_assessment.returns.tokens import bound
from needs_assessment.settings import nearest

PUBLISHED = "published"
_LOCALITY = "locality"


@dataclass(frozen=True)
class Policy:
    """A council's disclosure rules, applied to measures of the data dictionary.

    They apply to measures that the dictionary protects (people and events about people), unless
    the return they come from is published already. `own_area` is the council's code.
    """

    settings: Disclosure
    dictionary: Dictionary
    areas: Mapping[str, Area] = field(default_factory=dict)
    own_area: str = ""

    def suppress_below(self, measure: str) -> int:
        """The least count of a measure, other than 0, that may be shown."""
        own = self._of(measure, "suppress_below")
        return self.settings.suppress_below if own is None else int(own)

    def protects(self, measure: str, nature: str) -> bool:
        """Whether a measure counts people, or events about people, and is not published already."""
        held = self.dictionary[measure]
        return nature != PUBLISHED and held.protect and held.kind == "count"

    def hides(self, measure: str, value: Fraction | None, nature: str) -> bool:
        """Whether one value of a measure is too small to be shown."""
        small = value is not None and 0 < value < self.suppress_below(measure)
        return small and self.protects(measure, nature)

    def hides_bound(self, measure: str, status: str, nature: str) -> bool:
        """Whether a bound says more than the rule does: “<2”, where the rule hides 1 to 4."""
        limit = bound(status)
        return (
            self.protects(measure, nature)
            and status.startswith("below")
            and limit is not None
            and limit < self.suppress_below(measure)
        )

    def hides_area(self, measure: str, area: str, dimension: str) -> bool:
        """Whether a measure is never shown for so small an area: a district of the council's, a
        part of it named as a category, or, for some, a district at all.
        """
        level = self._of(measure, "never_below")
        held, own = self.areas.get(area), self.areas.get(self.own_area)
        if level is None or held is None or own is None:
            return False
        inside = area != own.code and (held.county == own.code or area in own.successors)
        district = bool(held.county) and held.county != area
        return inside or _LOCALITY in dimension.split(AND) or (level == "county" and district)

    def rounding(self, measure: str) -> int:
        """What the counts of a measure are rounded to: 1 where they are not."""
        base = self._of(measure, "rounding")
        protected = self.dictionary[measure].kind == "count" and self.dictionary[measure].protect
        return int(base) if base is not None and protected else 1

    def rounded(self, measure: str, value: Fraction) -> Fraction:
        """A count as it is shown."""
        return round_to(value, self.rounding(measure))

    def known(self, measures: Iterable[str], value: Fraction) -> tuple[Fraction, Fraction]:
        """Between what a reader knows a sum of counts of these measures to lie once it is shown: a
        rounded one can be others.
        """
        measures = list(measures)
        base = max((self.rounding(each) for each in measures), default=1)
        if base == 1:
            return value, value
        middle = round_to(value, base)
        least = max(Fraction(0), Fraction(-((base - 2 * middle) // 2)))
        if value:
            least = max(least, Fraction(min(self.suppress_below(each) for each in measures)))
        return min(least, value), max(Fraction((2 * middle + base - 1) // 2), value)

    def dominance(self, measure: str) -> Dominance | None:
        """Who may not be worked out from an amount of money, or None."""
        rule = self._of(measure, "dominance")
        return rule if isinstance(rule, Dominance) else None

    def statement(self) -> str:
        """The rules as the report prints them."""
        rules = self.settings
        sentences = [
            f"Counts of people, and of events about people, {_small(rules.suppress_below)} are not "
            "shown. They appear as [c], and so does every rate, percentage or change from which "
            "one would follow."
            if rules.suppress_below > 1
            else "Counts of people, and of events about people, are shown however small they are.",
            "Zeros are shown, unless they would show that all of a group of fewer than "
            f"{rules.group_below} are alike; then they and the group's own count appear as [c].",
        ]
        if rules.secondary and rules.suppress_below > 1:
            sentences.append(
                "Nor is a count so small broken down: zeros among its quarters, areas or "
                "categories appear as [c] as well, unless zeros that are shown tell them."
            )
        if rules.secondary:
            sentences.append(
                "Other counts appear as [c] as well, where a hidden count could otherwise be "
                "worked out from totals, quarters, areas or percentages, from earlier published "
                "versions of this report, or from those of neighbouring councils. Each is hidden "
                f"so well that at least {rules.secondary_range} separates the least from the most "
                "that it can be."
            )
        else:
            sentences.append(
                "This report applies no secondary suppression: a hidden count may follow from a "
                "total shown beside it."
            )
        sentences += self._exceptions()
        sentences.append("Figures that a partner has already published are shown as published.")
        return " ".join(sentences)

    def _exceptions(self) -> list[str]:
        said = []
        for name, own in self.settings.measures.items():
            subject = self._named(name)
            if own.suppress_below is not None:
                said.append(
                    f"{subject}: counts {_small(own.suppress_below)} are not shown."
                    if own.suppress_below > 1
                    else f"{subject}: counts are shown however small they are."
                )
            if own.rounding is not None and own.rounding > 1:
                said.append(
                    f"{subject}: counts are rounded to the nearest {own.rounding}, each by itself, "
                    "so they may not add up to their totals; rates and percentages are worked out "
                    "from rounded counts."
                )
            if own.never_below is not None:
                said.append(f"{subject}: never shown for a part of the {own.never_below}'s area.")
            if own.dominance is not None:
                said.append(
                    f"{subject}: not shown by contributor, nor where a contributor's amount could "
                    "be worked out."
                )
        return said

    def _named(self, name: str) -> str:
        group, _, rest = name.partition(".")
        return f"All figures on {group}" if rest == "*" else self.dictionary[name].name

    def _of(self, measure: str, setting: str) -> object:
        """What an exception says for a measure: its own, or its group's."""
        group = f"{measure.partition('.')[0]}.*"
        for name in (measure, group):
            own = self.settings.measures.get(name)
            found = getattr(own, setting) if own else None
            if found is not None:
                return found
        return None


def read_policy(council: Council, dictionary: Dictionary, areas: Mapping[str, Area]) -> Policy:
    """The disclosure rules of a council.

    Raises AssessmentError for an exception that names an unknown measure, group or dimension.
    """
    file = f"params/{council.id}.yml or params/defaults.yml"
    groups = {f"{name.partition('.')[0]}.*" for name in dictionary}
    for name, own in council.disclosure.measures.items():
        if name not in groups and name not in dictionary:
            raise AssessmentError(
                f"{file}: disclosure.measures names “{name}”, which is neither a measure nor a "
                "group of measures.",
                nearest(name, [*dictionary, *sorted(groups)]) or "Correct the name.",
            )
        rule, held = own.dominance, dictionary.get(name)
        if rule and not (held and held.kind == "money" and rule.contributors in held.dimensions):
            raise AssessmentError(
                f"{file}: the dominance rule of “{name}” needs an amount of money with the "
                f"dimension “{rule.contributors}”.",
                "Correct the name of the measure or of its dimension.",
            )
    return Policy(council.disclosure, dictionary, areas, council.code)


def _small(limit: int) -> str:
    return "of 1" if limit == 2 else f"from 1 to {limit - 1}"
