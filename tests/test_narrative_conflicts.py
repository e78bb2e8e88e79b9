import pytest

from merging import edit, executed, template, words_of
from needs_assessment.narrative.asides import GUIDANCE, OPENING
from needs_assessment.narrative.cells import cell_texts
from needs_assessment.narrative.merge import merge_narrative
from toy_notebooks import sources

LINES = "One.\nTwo.\n\nThree.\nFour."


@pytest.fixture
def base():
    return cell_texts(template())


@pytest.fixture
def mine():
    return executed(template())


def test_lines_that_both_sides_changed_apart_are_merged():
    generated = template(cases=LINES)
    mine = executed(generated)
    edit(mine, "cases", LINES.replace("One.", "Mine one."))
    new = template(cases=LINES.replace("Four.", "Their four."))
    merged = merge_narrative(new, mine, cell_texts(generated))
    assert sources(merged.notebook)["cases"] == "Mine one.\nTwo.\n\nThree.\nTheir four."
    assert [(note.severity, note.cell) for note in merged.notes] == [("note", "cases")]


def conflicted(mine_text="One.\nMine.\n\nThree.\nFour.", **texts):
    generated = template(cases=LINES)
    mine = executed(generated)
    edit(mine, "cases", mine_text)
    new = template(cases=LINES.replace("Two.", "Theirs."))
    return new, merge_narrative(new, mine, cell_texts(generated))


def test_in_a_conflict_both_texts_stand_in_the_cell_and_mine_in_the_report():
    new, merged = conflicted()
    text = sources(merged.notebook)["cases"]
    assert words_of(merged.notebook, "cases") == "One.\nMine.\n\nThree.\nFour."
    assert "> Theirs." in text.splitlines()
    assert [(note.severity, note.cell) for note in merged.notes] == [("warning", "cases")]
    # It stands so, and is listed, until the analyst has chosen.
    again = merge_narrative(new, executed(merged.notebook), cell_texts(new))
    assert again.notebook == merged.notebook
    assert again.notes == merged.notes


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("One.\nMine.\n\nThree.\nFour.", "One.\nMine.\n\nThree.\nFour."),
        ("One.\nTheirs.\n\nThree.\nFour.", "One.\nTheirs.\n\nThree.\nFour."),
        ("One.\nMine and theirs.", "One.\nMine and theirs."),
    ],
)
def test_a_conflict_is_resolved_by_deleting_its_note(chosen, shown):
    new, merged = conflicted()
    mine = executed(merged.notebook)
    edit(mine, "cases", chosen)
    again = merge_narrative(new, mine, cell_texts(new))
    assert sources(again.notebook)["cases"] == shown
    assert again.notes == ()


def test_a_conflict_that_the_template_changes_again_shows_only_its_latest_text():
    new, merged = conflicted()
    newer = template(cases=LINES.replace("Two.", "Theirs again."))
    again = merge_narrative(newer, executed(merged.notebook), cell_texts(new))
    text = sources(again.notebook)["cases"]
    assert "> Theirs again." in text and "> Theirs." not in text
    assert text.count("Mine.") == 1


def test_words_typed_into_the_note_on_a_conflict_stay():
    new, merged = conflicted()
    mine = executed(merged.notebook)
    edit(mine, "cases", sources(mine)["cases"] + "\n> Typed in the note.")
    newer = template(cases=LINES.replace("Two.", "Theirs again."))
    again = merge_narrative(newer, mine, cell_texts(new))
    text = sources(again.notebook)["cases"]
    assert "> Typed in the note." in text and "> Theirs again." in text
    last = merge_narrative(newer, executed(again.notebook), cell_texts(newer))
    assert last.notebook == again.notebook


def test_an_empty_cell_shows_guidance_that_is_no_text(mine, base):
    assert sources(merge_narrative(template(cases=""), None, None).notebook)["cases"] == GUIDANCE
    edit(mine, "cases", "")
    merged = merge_narrative(template(), mine, base)
    assert words_of(merged.notebook, "cases") == ""
    assert sources(merged.notebook)["cases"] == GUIDANCE
    # What is typed over it, or behind it, is text.
    for typed in ("Typed.", f"{GUIDANCE} Typed.", f"{GUIDANCE}\n\nTyped.", f"Typed.\n\n{GUIDANCE}"):
        edited = executed(merged.notebook)
        edit(edited, "cases", typed)
        again = merge_narrative(template(), edited, base)
        assert sources(again.notebook)["cases"].strip() == "Typed."
    # Emptied stays empty until the template has something new to say, as a deleted cell does.
    back = merge_narrative(template(cases="New."), executed(merged.notebook), base)
    assert sources(back.notebook)["cases"] == "New."


def test_what_is_typed_behind_guidance_in_a_copied_cell_is_text(mine, base):
    copied = {**mine["cells"][-1], "id": "copied", "source": f"{GUIDANCE} Typed."}
    mine["cells"].append(copied)
    merged = merge_narrative(template(), mine, base)
    assert words_of(merged.notebook, "copied").strip() == "Typed."


def test_words_typed_into_the_note_on_a_conflict_outlive_their_cell():
    new, merged = conflicted()
    mine = executed(merged.notebook)
    text = sources(mine)["cases"].replace("Mine.", "Theirs.")
    edit(mine, "cases", f"{text}\n> Typed in the note.")
    newer = template()
    newer["cells"] = [cell for cell in newer["cells"] if cell["id"] != "cases"]
    again = merge_narrative(newer, mine, cell_texts(new))
    assert again.orphaned == ("cases",)
    assert "> Typed in the note." in sources(again.notebook)["cases"]


def test_a_note_of_the_analysts_own_stays_and_is_listed(mine, base):
    note = f"{OPENING} Ask the coordinator.\n> By Friday."
    edit(mine, "cases", f"Cases rose.\n\n{note}\n\nSo did repeats.")
    merged = merge_narrative(template(), mine, base)
    assert sources(merged.notebook)["cases"] == f"Cases rose.\n\n{note}\n\nSo did repeats."
    assert words_of(merged.notebook, "cases").split() == ["Cases", "rose.", "So", "did", "repeats."]
    assert "Ask the coordinator. By Friday." in merged.notes[0].sentence
