"""A mapping that is still to be corrected: its lines, and those that a person has to decide on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml

from needs_assessment.returns.matching import Match, Target

_OPEN = "…"
_WIDEST = 96


@dataclass(frozen=True)
class Entry:
    """A line such as `"Of which repeats": {measure: marac.repeats}`.

    `said`: what it says; None where a person has to decide. `why`: what is known then.
    """

    label: str
    said: dict[str, str] | str | None
    why: str = ""


@dataclass
class Draft:
    """The fields of one table, as in `mapping.Table`, before they are written.

    `undecided`: headings of columns that no field speaks of. `open_fields`: fields that only a
    person can fill in, and why. `checks`: sentences on what to look at.
    """

    layout: str
    fields: dict[str, str | int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[Entry] = field(default_factory=list)
    values: list[Entry] = field(default_factory=list)
    categories: list[Entry] = field(default_factory=list)
    areas: list[Entry] | None = None
    ignore: list[str] = field(default_factory=list)
    fill_down: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    open_fields: dict[str, str] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)

    @property
    def open(self) -> int:
        """How many lines are left to decide on."""
        entries = [*self.rows, *self.values, *self.categories, *(self.areas or [])]
        return (
            sum(entry.said is None for entry in entries)
            + len(self.undecided)
            + len(self.open_fields)
        )

    def lines(self) -> list[str]:
        """The table as YAML; what is undecided stands in comments."""
        lines = [f"layout: {self.layout}"]
        lines += [f"{name}: {plain_yaml(value)}" for name, value in self.fields.items()]
        lines += [f"# {name}: {_OPEN}    {why}" for name, why in self.open_fields.items()]
        if self.columns:
            lines += ["columns:"]
            lines += [f"  {role}: {quoted(heading)}" for role, heading in self.columns.items()]
        for name, entries in (
            ("rows", self.rows),
            ("values", self.values),
            ("categories", self.categories),
            ("areas", self.areas),
        ):
            if entries is not None and (entries or name == "areas"):
                lines += _block(name, entries)
        for name, words in (("fill_down", self.fill_down), ("ignore", self.ignore)):
            if words:
                lines += [f"{name}:", *(f"  - {quoted(word)}" for word in words)]
        if self.undecided:
            lines += [
                "# Columns to decide on: give each a meaning above, or list it here.",
                "# ignore_columns:",
                *(f"#   - {quoted(heading)}" for heading in self.undecided),
            ]
        return lines


def saying(target: Target) -> dict[str, str]:
    """What a line says for a target."""
    said = {"measure": target.measure}
    if target.category:
        said |= {"dimension": target.dimension, "category": target.category}
    return said


def guesses(matches: Iterable[Match]) -> str:
    """The likeliest meanings of a label, in words."""
    found = [
        f"{each.target.measure}, {each.target.category}"
        if each.target.category
        else each.target.measure
        for each in matches
    ]
    return f"perhaps {' or '.join(found)}" if found else "nothing like it in the data dictionary"


def quoted(text: str) -> str:
    """A text in double quotes, on one line."""
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=100_000).strip()


def plain_yaml(value: str | int) -> str:
    """A text or number as YAML, in quotes where it needs them."""
    dumped = yaml.safe_dump(value, allow_unicode=True, width=100_000)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _block(name: str, entries: list[Entry]) -> list[str]:
    decided = [entry for entry in entries if entry.said is not None]
    lines = [f"{name}:" if decided else f"{name}: {{}}"]
    for entry in entries:
        if entry.said is None:
            hint = f"    {entry.why}" if entry.why else ""
            meaning = "{measure: …}" if name in ("rows", "values") else _OPEN
            lines.append(f"  # {quoted(entry.label)}: {meaning}{hint}")
        elif isinstance(entry.said, str):
            lines.append(f"  {quoted(entry.label)}: {plain_yaml(entry.said)}")
        else:
            said = ", ".join(f"{key}: {plain_yaml(value)}" for key, value in entry.said.items())
            whole = f"  {quoted(entry.label)}: {{{said}}}"
            short = [f"  {quoted(entry.label)}:", f"    {{{said}}}"]
            lines += [whole] if len(whole) <= _WIDEST else short
    return lines
