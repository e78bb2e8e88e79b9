"""The stores of example councils, each built once, and what templates write from them."""

from collections.abc import Iterator
from functools import cache

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.narrative.cells import cell_key, is_narrative
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.files import read_notebook
from needs_assessment.narrative.generation import generate_chapter
from needs_assessment.narrative.numbers.facts import Facts
from needs_assessment.narrative.numbers.judge import judge
from needs_assessment.narrative.numbers.reading import read_facts
from stores import PROJECT, store_of

EXAMPLES = ("northamptonshire", "three-rivers", "north")


@cache
def shown(council: str) -> ProtectedStore:
    return store_of(council)


@cache
def facts(council: str) -> Facts:
    return read_facts(shown(council))


def narratives(council: str) -> Iterator[tuple[str, str, str]]:
    """Chapter, cell and text of each narrative cell as generated for the council."""
    context = generation_context(shown(council))
    for path in sorted(PROJECT.notebooks.glob("*.ipynb")):
        generated = generate_chapter(read_notebook(path), context, path.stem)
        for cell in generated["cells"]:
            if is_narrative(cell):
                yield path.stem, cell_key(cell), cell["source"]


def verdicts(text: str, council: str, chapter: str = "marac") -> dict[str, str]:
    """What the number check says of each number of a text, by the number as typed."""
    return {
        text[each.start : each.end]: each.outcome for each in judge(text, facts(council), chapter)
    }
