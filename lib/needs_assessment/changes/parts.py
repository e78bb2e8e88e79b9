"""The change of one indicator taken apart by cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

PROGRAM = "changed method: the program"
DEFINITION = "changed method: the definition"
BENCHMARK = "changed benchmark"
POPULATION = "changed population"
REVISED = "revised data"
NEW = "new data"

CAUSES = (PROGRAM, DEFINITION, BENCHMARK, POPULATION, REVISED, NEW)
"""In the order in which they are put in, one at a time."""


@dataclass(frozen=True)
class Part:
    """How much of a change is put down to a cause, or to several that cannot be told apart.

    `amount` is in the unit of the indicator.
    """

    causes: tuple[str, ...]
    amount: Fraction


def take_apart(
    published: Fraction, today: Fraction, steps: Iterable[tuple[str, Fraction | None]]
) -> tuple[Part, ...]:
    """The parts that add up exactly to `today` less `published`, those of nothing left out.

    `steps`: each cause that there was, in the order of `CAUSES`, with the value after it was put
    in, or None where that is not shown or cannot be worked out. Such a cause is put together with
    those after it, up to the next value that is shown; what is last always leads to `today`.
    """
    steps = list(steps)
    parts = []
    before, open_causes = published, []
    for place, (cause, value) in enumerate(steps, start=1):
        open_causes.append(cause)
        after = today if place == len(steps) else value
        if after is None:
            continue
        if after != before:
            parts.append(Part(tuple(open_causes), after - before))
        before, open_causes = after, []
    if not steps and today != published:
        parts.append(Part((), today - published))
    return tuple(parts)
