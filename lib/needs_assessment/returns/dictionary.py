"""The data dictionary: what each measure counts, in which unit, broken down how."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from needs_assessment.council import Council
from needs_assessment.errors import AssessmentError
from needs_assessment.returns.mapping import plain
from needs_assessment.settings import nearest, read_yaml, validate_entries

NAME = "data/reference/measures.yml"


class Dimension(BaseModel):
    """A breakdown of a measure.

    `answers`: `one` when each unit falls into one category, `many` when into several.
    `adds_up`: the categories together are the total. `named_by_council`: a council lists
    categories of its own, which come before those held here; see `Dictionary.for_council`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    answers: Literal["one", "many"]
    adds_up: bool
    named_by_council: bool = False
    categories: dict[str, str]


class Rules(BaseModel):
    """What must hold between measures of the same period and area.

    `part_of`: counted inside each of those. `never_more_than`: not inside, yet not larger.
    `made_of`: those parts together are this measure. `not_fewer_than`: expected to be at least
    as many as each of those; fewer is possible and worth a question.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    part_of: list[str] = []
    never_more_than: list[str] = []
    made_of: list[str] = []
    not_fewer_than: list[str] = []


class Measure(BaseModel):
    """One entry of the data dictionary.

    `protect` is true for people and events about people. `over_time` says how shorter periods
    make a year: `sum`, the `last` one, `none`, or `stands` for a census or estimate, which holds
    until a later one. `claims` names the measures that a share, rate or amount reported without
    its counts says it comes from, numerator first. `per` is the unit that an average divides by:
    one of the same total `per` the same unit divides by the same number. `base` is the count of
    what a duration or average is taken over. `target_for` names the measure that a target is set
    for, `not_the_same_as` measures that are easily taken for this one. `caution` is said wherever
    the measure is returned.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    definition: str
    kind: Literal["count", "share", "rate", "money", "duration", "average"]
    unit: str
    protect: bool
    over_time: Literal["sum", "last", "none", "stands"] = "none"
    dimensions: dict[str, Dimension] = {}
    rules: Rules = Rules()
    claims: list[str] = []
    per: str = ""
    base: str = ""
    target_for: str = ""
    not_the_same_as: list[str] = []
    caution: str = ""
    partner_kind: str = ""


class Dictionary(dict[str, Measure]):
    """Measures by id."""

    def measure(self, name: str) -> Measure:
        """The measure `name`. Raises AssessmentError with the nearest known id."""
        if name not in self:
            guess = nearest(name, list(self))
            raise AssessmentError(
                f"There is no measure “{name}” in {NAME}.", guess or "Add it there first."
            )
        return self[name]

    def named_by_council(self) -> list[str]:
        """The dimensions for which a council lists categories of its own, once each."""
        return list(
            dict.fromkeys(
                name
                for measure in self.values()
                for name, dimension in measure.dimensions.items()
                if dimension.named_by_council
            )
        )

    def for_council(self, council: Council) -> "Dictionary":
        """The dictionary with the categories that a council names in `params/`.

        Raises AssessmentError for a dimension whose categories a council does not name, and for a
        category or a name that is there already.
        """
        place = f"params/{council.id}.yml: categories"
        known = self.named_by_council()
        for name in council.categories:
            if name not in known:
                raise AssessmentError(
                    f"{place}: “{name}” is not a breakdown whose categories a council names.",
                    nearest(name, known) or f"Those are: {', '.join(known)}.",
                )
        return Dictionary(
            {
                key: _with_categories(measure, council.categories, place)
                for key, measure in self.items()
            }
        )


def _with_categories(measure: Measure, own: dict[str, dict[str, str]], place: str) -> Measure:
    dimensions = dict(measure.dimensions)
    for name, dimension in measure.dimensions.items():
        named = own.get(name, {}) if dimension.named_by_council else {}
        held = {*dimension.categories, *map(plain, dimension.categories.values())}
        for category, label in named.items():
            if held & {category, plain(label)}:
                raise AssessmentError(
                    f"{place}: {name}: “{category}: {label}” is there already.",
                    "Each category needs an id and a name of its own, and those of "
                    f"{NAME} are there for every council.",
                )
            held |= {category, plain(label)}
        dimensions[name] = dimension.model_copy(
            update={"categories": {**named, **dimension.categories}}
        )
    return measure.model_copy(update={"dimensions": dimensions})


def load_dictionary(reference: Path) -> Dictionary:
    """The data dictionary in `reference`.

    Raises AssessmentError for an entry that does not keep to the form, an id given twice, and a
    rule or claim that names an unknown measure.
    """
    data = read_yaml(reference / "measures.yml", NAME)
    entries = validate_entries(Measure, data, NAME)
    dictionary = Dictionary()
    for entry in entries:
        if entry.id in dictionary:
            raise AssessmentError(f"{NAME}: “{entry.id}” is defined twice.", "Remove one of them.")
        dictionary[entry.id] = entry
    for entry in entries:
        for other in _named_by(entry):
            if other not in dictionary:
                raise AssessmentError(
                    f"{NAME}: “{entry.id}” names “{other}”, which is not a measure.",
                    nearest(other, list(dictionary)) or "Correct the entry.",
                )
    return dictionary


def _named_by(entry: Measure) -> list[str]:
    """The measures that an entry refers to."""
    rules = entry.rules
    return [
        *entry.claims,
        *rules.part_of,
        *rules.never_more_than,
        *rules.made_of,
        *rules.not_fewer_than,
        *filter(None, [entry.target_for, entry.base]),
        *entry.not_the_same_as,
    ]
