"""What a check found, as a person reads it: a table on a terminal, plain lines anywhere else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from needs_assessment.checking.check import Checked
from needs_assessment.display import join_words
from needs_assessment.flags import SEVERITIES, Flag
from needs_assessment.returns.questions import NOTHING

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_GAP = "gap"
_CHAPTERS = {"marac": "MARAC"}
_INDENT = (0, 0, 0, 2)


@dataclass(frozen=True)
class Line:
    """Flags of one rule in one file that say the same, put together."""

    severity: str
    rule: str
    file: str
    where: str
    sentence: str


def lines(flags: Iterable[Flag]) -> list[Line]:
    """The flags by file, files with errors first; those that differ only in name put together.

    Gaps are left out: the questions that no return answers say the same.
    """
    groups: dict[tuple[str, ...], list[Flag]] = {}
    for flag in flags:
        if flag.rule != _GAP:
            key = (flag.file, flag.sheet, flag.severity, flag.rule, _said(flag))
            groups.setdefault(key, []).append(flag)
    worst: dict[str, int] = {}
    for group in groups.values():
        rank = SEVERITIES.index(group[0].severity)
        worst[group[0].file] = min(rank, worst.get(group[0].file, rank))
    ordered = sorted(
        groups.values(),
        key=lambda group: (
            worst[group[0].file],
            group[0].file,
            SEVERITIES.index(group[0].severity),
            group[0].row or 0,
        ),
    )
    return [_line(group) for group in ordered]


def show(checked: Checked, console: Console) -> None:
    """Prints what a check found to `console`."""
    if console.is_terminal:
        console.print(_table(checked))
    else:
        for text in _plain(checked):
            console.print(Text(text), soft_wrap=True)
    for text in _summary(checked):
        console.print(Text(text), soft_wrap=not console.is_terminal or text.endswith(".json"))


def _plain(checked: Checked) -> Iterator[str]:
    for line in lines(checked.flags):
        place = ", ".join(filter(None, [line.file, line.where]))
        said = f"{line.severity}: {line.rule}: {line.sentence}"
        yield f"{place}: {said}" if place else said
    for chapter, questions in _open_questions(checked):
        for question, missing in questions:
            yield f"open question ({chapter}): {question} {missing}".rstrip()


def _table(checked: Checked) -> Group:
    parts: list[Padding | Text] = []
    for file, found in groupby(lines(checked.flags), key=lambda line: line.file):
        table = _columns(7, 20)
        for line in found:
            said = Text.assemble((f"{_capital(line.rule)}. ", "bold"), line.sentence)
            table.add_row(Text(line.severity, _STYLES[line.severity]), Text(line.where), said)
        parts += [Text(f"\n{file or 'Reference data'}", "bold underline"), Padding(table, _INDENT)]
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
    table.add_column(width=first, no_wrap=True)
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
    shown = [flag.severity for flag in checked.flags if flag.rule != _GAP]
    numbers = {each: shown.count(each) for each in SEVERITIES} | {
        "open question": len(checked.gaps)
    }
    counts = [f"{number} {name}{'' if number == 1 else 's'}" for name, number in numbers.items()]
    title = f"{checked.council}, {checked.period}" if checked.period else checked.council
    yield f"{title}: {join_words(counts)}."
    if checked.count("error"):
        yield "No assessment can be made until the errors are put right."
    if checked.file:
        yield f"All of it: {checked.file}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _said(flag: Flag) -> str:
    """What a sentence says after naming its subject."""
    return flag.sentence.partition(": ")[2] or flag.sentence


def _line(group: list[Flag]) -> Line:
    first = group[0]
    sentence = first.sentence
    if len(group) > 1:
        names = list(dict.fromkeys(flag.sentence.partition(": ")[0] for flag in group))
        more = [f"{len(names) - 1} more"] if len(names) > 2 else names[1:]
        sentence = f"{'; '.join([names[0], *more])}: {_said(first)}"
    rows = sorted({flag.row for flag in group if flag.row})
    where = ", ".join(str(row) for row in rows)
    if where:
        where = f"row{'s' if len(rows) > 1 else ''} {where}"
    return Line(
        first.severity,
        first.rule,
        first.file,
        ", ".join(filter(None, [first.sheet, where])),
        sentence,
    )
