import pytest

from needs_assessment.narrative.own_code import changed_names
from toy_notebooks import code

TEMPLATE = [code("load", "import pandas as pd\nframe = 1"), code("table", "table(frame, pd)")]


def found(own: str, at: int = 1) -> list[str]:
    cells = [*TEMPLATE[:at], code("own", own), *TEMPLATE[at:]]
    return [
        f"{note.severity} {note.cell} {note.sentence}" for note in changed_names(cells, {"own"})
    ]


@pytest.mark.parametrize(
    "own",
    [
        "frame = frame.head()",
        "frame += 1",
        "for frame in range(3): pass",
        "del frame",
        "frame['x'] = 1",
        "frame.index.name = 'x'",
        "frame.drop(columns='x', inplace=True)",
        "def frame(): pass",
        "with open('x') as frame: pass",
        "(frame := 1)",
        "mine = [(frame := x) for x in range(3)]",
    ],
)
def test_a_name_that_the_template_uses_below_cannot_be_changed(own):
    (said,) = found(own)
    assert said.startswith("error own") and "“frame”" in said and "table" in said
    assert found(own, at=2) == [], "below its last use it can"


@pytest.mark.parametrize(
    "own",
    [
        "mine = frame.head()\nmine['x'] = 1",
        "import pandas as pd",
        "chapter.table(frame)",
        "%matplotlib inline",
        "not python",
        "mine = [frame for frame in range(3)]",
        "def mine(frame):\n    frame = 1\n    return frame",
    ],
)
def test_names_may_be_used_and_added(own):
    assert found(own) == []


def test_a_name_of_the_templates_own_comprehension_is_not_the_chapters():
    cells = [code("own", "name = 1"), code("table", "[name for name in names]")]
    assert list(changed_names(cells, {"own"})) == []
