"""What a check found, as a person reads it: a table on a terminal, plain lines anywhere else."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from needs_assessment.checking.check import Checked
from needs_assessment.display import join_words
from needs_assessment.flags import GAP, SEVERITIES, Finding, Flag, gather
from needs_assessment.returns.questions import NOTHING

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_CHAPTERS = {"marac": "MARAC"}
_INDENT = (0, 0, 0, 2)
_MOST = 40
"""More lines about one file are a wall, and most have one cause."""


def lines(flags: Iterable[Flag]) -> list[Finding]:
    """The flags by file, files with errors first; those that differ only in name put together.

    Gaps are left out: the questions that no return answers say the same.
    """
    found = gather(flag for flag in flags if flag.rule != GAP)
    worst: dict[str, int] = {}
    for each in found:
        rank = SEVERITIES.index(each.severity)
        worst[each.file] = min(rank, worst.get(each.file, rank))
    return sorted(
        found,
        key=lambda each: (
            worst[each.file],
            each.file,
            SEVERITIES.index(each.severity),
            each.sheet,
            each.rows,
        ),
    )


def show(checked: Checked, console: Console) -> None:
    """Prints what a check found to `console`."""
    if console.is_terminal:
        console.print(_table(checked))
    else:
        for text in _plain(checked):
            console.print(Text(text), soft_wrap=True)
    for text in _summary(checked):
        console.print(Text(text), soft_wrap=not console.is_terminal or text.endswith(".json"))


def _by_file(checked: Checked) -> Iterator[tuple[str, list[Finding], str]]:
    """Each file with what is shown of it, and how much more there is."""
    for file, found in groupby(lines(checked.flags), key=lambda line: line.file):
        held = list(found)
        more = len(held) - _MOST
        said = f"… and {more} more: all are in {checked.file or 'checks.json'}."
        yield file, held[:_MOST], said if more > 0 else ""


def _plain(checked: Checked) -> Iterator[str]:
    for file, found, more in _by_file(checked):
        for line in found:
            place = ", ".join(filter(None, [file, line.where]))
            rule = "" if line.severity == "error" else f"{line.rule}: "
            said = f"{line.severity}: {rule}{line.sentence}{_reference(line)}"
            yield f"{place}: {said}" if place else said
        if more:
            yield f"{file}: {more}"
    for table, said in checked.hidden:
        yield f"hidden: {table}: {said}"
    for chapter, questions in _open_questions(checked):
        for question, missing in questions:
            yield f"open question ({chapter}): {question} {missing}".rstrip()


def _table(checked: Checked) -> Group:
    parts: list[Padding | Text] = []
    for file, found, more in _by_file(checked):
        table = _columns(7, 20)
        for line in found:
            said = Text.assemble((_title(line), "bold"), line.sentence, (_reference(line), "dim"))
            table.add_row(Text(line.severity, _STYLES[line.severity]), Text(line.where), said)
        if more:
            table.add_row("", "", Text(more, "dim"))
        parts += [Text(f"\n{file or 'Reference data'}", "bold underline"), Padding(table, _INDENT)]
    if checked.hidden:
        parts.append(Text("\nWhat is hidden, and why (not for the report)", "bold underline"))
        table = _columns(30)
        for name, said in checked.hidden:
            table.add_row(Text(name), said)
        parts.append(Padding(table, _INDENT))
    questions = _open_questions(checked)
    if questions:
        title = "\nQuestions that the returns do not answer, or only in part"
        parts.append(Text(title, "bold underline"))
    for chapter, found in questions:
        table = _columns(15)
        for number, (question, missing) in enumerate(found):
            said = Text.assemble(question, (f" {missing}" if missing else "", "dim"))
            table.add_row(Text("" if number else chapter), said)
        parts.append(Padding(table, _INDENT))
    return Group(*parts, Text(""))


def _columns(first: int, widest: int | None = None) -> Table:
    """A table without lines: a narrow column, perhaps one up to `widest`, and one for sentences."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=first, no_wrap=first < 30)
    if widest:
        table.add_column(max_width=widest)
    table.add_column(ratio=1)
    return table


def _open_questions(checked: Checked) -> list[tuple[str, list[tuple[str, str]]]]:
    """By chapter: each question, with what is missing unless no return gives anything for it."""
    return [
        (_CHAPTERS.get(chapter, chapter), [(gap["question"], _missing(gap)) for gap in gaps])
        for chapter, gaps in groupby(checked.gaps, key=lambda gap: gap["chapter"])
    ]


def _missing(gap: dict[str, Any]) -> str:
    nothing = gap["answered"] == "no" and len(gap["missing"]) == 1
    if nothing and gap["missing"][0].startswith(NOTHING):
        return ""
    return f"{'. '.join(gap['missing'])}."


def _summary(checked: Checked) -> Iterator[str]:
    shown = [flag.severity for flag in checked.flags if flag.rule != GAP]
    numbers = {each: shown.count(each) for each in SEVERITIES} | {
        "open question": len(checked.gaps)
    }
    counts = [f"{number} {name}{'' if number == 1 else 's'}" for name, number in numbers.items()]
    title = f"{checked.council}, {checked.period}" if checked.period else checked.council
    yield f"{title}: {join_words(counts)}."
    if checked.hidden_in_all:
        yield f"Disclosure control: {checked.hidden_in_all}"
    if checked.count("error"):
        yield "No assessment can be made until the errors are put right."
    if checked.file:
        yield f"All of it: {checked.file}"


def _reference(line: Finding) -> str:
    """The id by which the assurance log answers it; an error is put right, not answered."""
    return "" if line.severity == "error" else f" [{line.id}]"


def _title(line: Finding) -> str:
    """The rule as a title, unless the sentence says it all: errors, and notes in the same words."""
    words = re.findall(r"\w+", line.rule.lower())
    said = set(re.findall(r"\w+", line.sentence.lower()))
    if line.severity == "error" or (line.severity == "note" and said.issuperset(words)):
        return ""
    return f"{line.rule[:1].upper()}{line.rule[1:]}. "
