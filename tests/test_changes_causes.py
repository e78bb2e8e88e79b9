"""Each cause alone is put down to itself alone, and the parts add up exactly."""

import json
import shutil
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from frozen import bare_project, publish
from needs_assessment.changes.compare import NO_INPUTS, Changes, compare_with_published
from needs_assessment.changes.moves import Move
from needs_assessment.changes.parts import (
    BENCHMARK,
    CAUSES,
    DEFINITION,
    NEW,
    POPULATION,
    PROGRAM,
    REVISED,
    take_apart,
)
from needs_assessment.council import choose_period, load_council
from needs_assessment.disclosure.store import build_store
from needs_assessment.indicators import intervals
from needs_assessment.project import Project

COUNCIL, PERIOD = "three-rivers", "2017-18"
RETURNS = Path("data/returns") / COUNCIL / PERIOD

Edit = Callable[[Project], None]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A council whose first edition has been published."""
    project = bare_project(tmp_path_factory.mktemp("changes") / "project", COUNCIL)
    publish(project, COUNCIL, PERIOD)
    return project.root


def changed(published: Path, folder: Path, *edits: Edit) -> Changes:
    """What changed once some edits were made in a copy of the project."""
    project = Project(Path(shutil.copytree(published, folder / "project")))
    for edit in edits:
        edit(project)
    return compared(project, COUNCIL, PERIOD)


def compared(project: Project, council: str, period: str) -> Changes:
    settings = load_council(project, council)
    chosen = choose_period(settings, period)
    store = build_store(project, settings, chosen)
    found = compare_with_published(project, settings, chosen, store, {})
    assert found
    return found


def indicators(changes: Changes) -> dict[str, Move]:
    return {move.id: move for move in changes.moves}


def replaced(path: str, old: str, new: str) -> Edit:
    def edit(project: Project) -> None:
        file = project.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return edit


def entry_changed(file: str, key: str, **values: object) -> Edit:
    def edit(project: Project) -> None:
        path = project.reference / file
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        next(each for each in entries if each["id"] == key).update(values)
        path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")

    return edit


def more_people(project: Project) -> None:
    """All people of all ages, mid-2019: one more."""
    path = project.reference / "population.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [each for each in lines if each.startswith("E07000102") and "93323" in each]
    assert found
    path.write_text("".join(lines).replace(found[0], found[0].replace("93323", "94000")))


more_crimes = replaced(
    f"{RETURNS}/police.csv", "police.crimes,2017,,,,617", "police.crimes,2017,,,,637"
)
rate_per_10_000 = entry_changed("indicators.yml", "police.crimes_rate", multiplier=10_000)


def level_of(value: float) -> Edit:
    values = [{"period": None, "value": value, "source": "eige-shelter", "verified": True}]
    return entry_changed("benchmarks.yml", "refuge.recommended_level", values=values)


def new_measure(project: Project) -> None:
    with (project.root / RETURNS / "idva.csv").open("a", encoding="utf-8") as stream:
        stream.write("idva.posts,@2018-03-31,,,,2,\n")


def causes(move: Move) -> list[tuple[str, ...]]:
    return [part.causes for part in move.parts or ()]


def add_up(moves: Iterable[Move]) -> None:
    for move in moves:
        if move.change is not None and move.parts is not None:
            assert sum((part.amount for part in move.parts), Fraction(0)) == move.change, move.id
            assert move.published and move.draft
            total = Fraction(move.published["value"]) + move.change
            assert total == Fraction(move.draft["value"]), move.id


@pytest.mark.parametrize(
    ("edit", "cause", "moved", "still"),
    [
        (more_people, POPULATION, "police.recorded_rate", "police.recorded"),
        (level_of(2), BENCHMARK, "refuge.recommended", "police.recorded_rate"),
        (rate_per_10_000, DEFINITION, "police.crimes_rate", "police.recorded_rate"),
        (more_crimes, REVISED, "police.crimes_rate", "police.incidents"),
    ],
    ids=["population", "benchmark", "definition", "revised"],
)
def test_a_cause_alone_is_all_there_is(
    published: Path, tmp_path: Path, edit: Edit, cause: str, moved: str, still: str
) -> None:
    changes = changed(published, tmp_path, edit)
    found = indicators(changes)
    assert moved in found
    assert still not in found
    for move in changes.moves:
        if move.change:
            assert causes(move) == [(cause,)], move.id
            assert move.word == "corrected"
            assert move.interval is None, "two versions of one period are no two samples"
    add_up(changes.moves)


def test_figures_that_came_later_are_new_data(published: Path, tmp_path: Path) -> None:
    found = indicators(changed(published, tmp_path, new_measure))
    moved = {key for key, move in found.items() if move.word == "now available"}
    assert moved
    assert all(not move.change for move in found.values())


def test_several_causes_add_up_exactly(published: Path, tmp_path: Path) -> None:
    changes = changed(published, tmp_path, more_people, rate_per_10_000, more_crimes, level_of(2))
    found = indicators(changes)
    assert causes(found["police.crimes_rate"]) == [(DEFINITION,), (POPULATION,), (REVISED,)]
    assert causes(found["refuge.recommended"]) == [(BENCHMARK,), (POPULATION,)]
    assert causes(found["police.crimes"]) == [(REVISED,)]
    rate = found["police.crimes_rate"]
    assert rate.parts
    before, after = Fraction(617, 93_323), Fraction(637, 94_000)
    exact = [9_000 * before, 10_000 * (Fraction(617, 94_000) - before)]
    exact.append(10_000 * (after - Fraction(617, 94_000)))
    for part, amount in zip(rate.parts, exact, strict=True):
        assert float(part.amount) == pytest.approx(float(amount), rel=1e-12)
    add_up(changes.moves)


def test_nothing_changed(published: Path, tmp_path: Path) -> None:
    changes = changed(published, tmp_path)
    assert not changes.moves
    assert not changes.narrative
    assert {each.became for each in changes.gaps} <= {"still open"}


def test_another_program_is_a_changed_method(published: Path, tmp_path: Path) -> None:
    """The published version gives another value for the same counts: an earlier program's."""

    def earlier_program(project: Project) -> None:
        path = project.report(COUNCIL, PERIOD).path / "published" / "1.0" / "store.json"
        store = json.loads(path.read_text(encoding="utf-8"))
        entry = next(each for each in store["indicators"] if each["id"] == "police.crimes_rate")
        entry.update(value=6.5, display="6.5")
        path.write_text(json.dumps(store), encoding="utf-8")

    changes = changed(published, tmp_path, earlier_program)
    (move,) = changes.moves
    assert move.id == "police.crimes_rate"
    assert causes(move) == [(PROGRAM,)]
    add_up(changes.moves)


def test_causes_that_make_up_for_one_another_are_told(published: Path, tmp_path: Path) -> None:
    project = Project(Path(shutil.copytree(published, tmp_path / "project")))
    next_year("police.crimes,2017,,,,640,", "police.crimes,2018,,,,617,")(project)
    crimes = indicators(compared(project, COUNCIL, NEXT))["police.crimes"]
    assert crimes.parts
    assert [part.amount for part in crimes.parts] == [23, -23]
    assert (crimes.change, crimes.word) == (0, "no clear change")


def test_without_the_inputs_the_cause_is_said_to_be_unknown(
    published: Path, tmp_path: Path
) -> None:
    def elsewhere(project: Project) -> None:
        shutil.rmtree(project.report(COUNCIL, PERIOD).path / ".inputs")

    changes = changed(published, tmp_path, elsewhere, more_crimes)
    assert changes.no_causes == NO_INPUTS
    move = indicators(changes)["police.crimes"]
    assert move.change == 20
    assert move.parts is None


def test_what_cannot_be_computed_is_not_told_apart(published: Path, tmp_path: Path) -> None:
    """Returns of the published version that today's program no longer reads."""

    def spoil_archive(project: Project) -> None:
        archive = project.report(COUNCIL, PERIOD).path / ".inputs" / "1.0.zip"
        odd = replaced(f"{RETURNS}/police.csv", "measure,period", "what,when")
        rewrite(archive, tmp_path, odd)

    changes = changed(published, tmp_path, more_crimes, spoil_archive)
    (together,) = causes(indicators(changes)["police.crimes"])
    assert REVISED in together
    assert NEW in together
    add_up(changes.moves)


def rewrite(archive: Path, folder: Path, edit: Edit) -> None:
    inputs = folder / "inputs"
    shutil.unpack_archive(archive, inputs)
    edit(Project(inputs))
    shutil.make_archive(str(archive.with_suffix("")), "zip", inputs)


NEXT = "2018-19"


def next_year(*rows: str) -> Edit:
    """An edition of the year after, with one return of the police."""

    def edit(project: Project) -> None:
        path = project.params / f"{COUNCIL}.yml"
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        first = settings["editions"][PERIOD]
        police = {**first["returns"]["police.csv"], "received": date(2027, 1, 4)}
        settings["editions"][NEXT] = {**first, "returns": {"police.csv": police}}
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        file = project.returns(COUNCIL) / NEXT / "police.csv"
        file.parent.mkdir()
        heading = "measure,period,area,dimension,category,value,note"
        file.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")

    return edit


def test_a_new_year_is_new_data_and_its_change_is_tested(published: Path, tmp_path: Path) -> None:
    project = Project(Path(shutil.copytree(published, tmp_path / "project")))
    next_year("police.crimes,2018,,,,700,", "police.incidents,2018,,,,640,")(project)
    changes = compared(project, COUNCIL, NEXT)
    found = indicators(changes)
    crimes, incidents = found["police.crimes"], found["police.incidents"]
    assert causes(crimes) == causes(incidents) == [(NEW,)]
    assert (crimes.word, incidents.word) == ("higher", "no clear change")
    assert crimes.interval == intervals.change(700, 617)
    assert crimes.relative
    add_up(changes.moves)


def test_a_new_year_with_an_old_figure_revised(published: Path, tmp_path: Path) -> None:
    """The later return restates 2017: 617 crimes become 640; 2018 has 700."""
    project = Project(Path(shutil.copytree(published, tmp_path / "project")))
    next_year("police.crimes,2017,,,,640,", "police.crimes,2018,,,,700,")(project)
    found = indicators(compared(project, COUNCIL, NEXT))
    crimes = found["police.crimes"]
    assert crimes.parts
    assert [(part.causes, part.amount) for part in crimes.parts] == [((REVISED,), 23), ((NEW,), 60)]
    assert causes(found["police.crimes_rate"]) == [(REVISED,), (NEW,)]


values = st.fractions(min_value=-1000, max_value=1000, max_denominator=50)


@given(values, values, st.lists(st.tuples(st.sampled_from(CAUSES), values | st.none())))
def test_parts_add_up_whatever_is_hidden(
    published: Fraction, today: Fraction, steps: list[tuple[str, Fraction | None]]
) -> None:
    parts = take_apart(published, today, steps)
    assert sum((part.amount for part in parts), Fraction(0)) == today - published
    assert all(part.amount for part in parts)
    named = [cause for part in parts for cause in part.causes]
    assert len(named) <= len(steps)
