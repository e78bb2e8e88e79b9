"""Where cells stand: what an analyst moved stays moved, and code keeps the template's order.

Template code moved by hand goes back: a chapter's later cells may give a name a new meaning, so
that the same code in another place could show other numbers under the same caption.
"""

from collections.abc import Mapping, Sequence, Set

# One code cell counts for more than all the text around it.
_CODE_WEIGHT = 10_000


def moved_cells(was: Sequence[str], now: Sequence[str], code: Set[str]) -> set[str]:
    """The cells that changed places among their neighbours between `was` and `now`, by name.

    Both list names of cells in order; only names in both count. Of two that changed places one is
    named, text rather than code (`code` names the code cells).
    """
    position = {name: number for number, name in enumerate(was)}
    names = [name for name in now if name in position]
    weight = [_CODE_WEIGHT if name in code else 1 for name in names]
    best = list(weight)
    before: list[int | None] = [None] * len(names)
    for at, name in enumerate(names):
        for earlier in range(at):
            fits = position[names[earlier]] < position[name]
            if fits and best[earlier] + weight[at] > best[at]:
                best[at], before[at] = best[earlier] + weight[at], earlier
    at = max(range(len(names)), key=best.__getitem__, default=None)
    stayed = set()
    while at is not None:
        stayed.add(names[at])
        at = before[at]
    return set(names) - stayed


def place_cells(
    template: Sequence[str], notebook: Sequence[str], places: Set[str], first: str
) -> list[str]:
    """The names of all cells in the order of the merged chapter.

    `template` lists the cells that stand where the template has them, `notebook` all cells of the
    analyst's notebook in order; `places` are those of `notebook` that say where a cell is. A cell
    of `notebook` that is not in `template` goes behind the place it follows, or behind `first`.
    """
    kept = set(template)
    followers: Mapping[str, list[str]] = {name: [] for name in template}
    place = first
    for name in notebook:
        if name in kept:
            place = name if name in places else place
        else:
            followers[place].append(name)
    return [each for name in template for each in (name, *followers[name])]
