"""What there is to say of an analyst's text beside the figures of the report."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import join_words
from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag, Severity
from needs_assessment.narrative.cells import cell_key
from needs_assessment.narrative.figures import (
    DISPLAY,
    code_texts,
    live_figures,
    wrong_figures,
)
from needs_assessment.narrative.files import Notebook
from needs_assessment.narrative.numbers.directions import contradictions
from needs_assessment.narrative.numbers.facts import Facts
from needs_assessment.narrative.numbers.fix import replacements
from needs_assessment.narrative.numbers.judge import (
    DIFFERS,
    ENDS,
    KNOWN,
    UNTRACED,
    Match,
    Verdict,
    judge,
)
from needs_assessment.narrative.numbers.reading import read_facts
from needs_assessment.narrative.staleness import (
    Records,
    Seen,
    moved,
    see,
    standing,
    without_hidden,
)
from needs_assessment.narrative.swap import Written

# Rules of flags.
TYPED = "typed number"
UNTRACED_NUMBERS = "untraced numbers"
COULD_BE_LIVE = "could be live figures"
DIRECTION = "word of direction"
ANOTHER_LOOK = "needs another look"
UNTOUCHED = "as the template gave it"


@dataclass(frozen=True)
class Chapter:
    """A chapter's text cells as they stand.

    `file` is how flags name the notebook; `begun`: analysts have one to write in.
    """

    id: str
    file: str
    written: tuple[Written, ...]
    begun: bool = True


@dataclass(frozen=True)
class Reviewed:
    """What a review found, and the records to keep when it was that of a run."""

    flags: tuple[Flag, ...]
    records: Records


@dataclass(frozen=True)
class Ahead:
    """A review made before chapters were put in place: of which text, beside which records."""

    chapters: tuple[Chapter, ...]
    records: Records
    reviewed: Reviewed


def review(store: ProtectedStore, chapters: Sequence[Chapter], records: Records) -> Reviewed:
    """Compares the text of `chapters` with the figures of `store`.

    Flags typed numbers that differ from the report's or are in none of it, words of direction
    that a live figure contradicts, cells whose figures have moved since they were written, and
    chapters that read as the template gave them. `records` are those of the last run.
    """
    facts = read_facts(store)
    flags: list[Flag] = []
    cells: dict[str, dict[str, Seen]] = {}
    for chapter in chapters:
        found = _Review(chapter, store, facts, records)
        flags += found.flags()
        cells[chapter.id] = found.seen
    version = store.data["edition"]["version"]["number"]
    kept = without_hidden(Records(version, standing(store), cells), store)
    return Reviewed(tuple(flags), kept)


def figure_problems(
    store: ProtectedStore, file: str, notebook: Notebook, written: Iterable[Written]
) -> list[AssessmentError]:
    """An error for each live figure that would stop a run: in text, and in captions of code.

    In text that the analyst wrote also for those that have no value to print.
    """
    figures = store.figures
    problems: list[AssessmentError] = []
    for cell in written:
        place = f"{file}, cell {cell.cell}"
        problems += wrong_figures(cell.text, figures, place, defined=cell.edited)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            for text in code_texts(cell["source"]):
                place = f"{file}, cell {cell_key(cell)}"
                problems += wrong_figures(text, figures, place, defined=False)
    return problems


def refuse_problems(problems: Sequence[AssessmentError]) -> None:
    """Raises AssessmentError that lists `problems`, when there are any."""
    if problems:
        raise AssessmentError("\n".join(str(problem) for problem in problems))


def names_used(text: str, verdicts: Sequence[Verdict], store: ProtectedStore) -> list[str]:
    """The figures that a cell speaks of, as records name them: live ones, and typed ones."""
    known = {*store.indicators, *store.rows}
    figures = live_figures(text)
    names = [figure.key for figure in figures if figure.key in known]
    names += [f"{each.key} | {each.filter}" for each in figures if each.key in store.breakdowns]
    names += [_recorded(each.matches[0]) for each in verdicts if each.outcome == KNOWN]
    typed = {name.removesuffix(f" | {DISPLAY}") for name in names if name.endswith(DISPLAY)}
    return sorted({name for name in names if name and name not in typed})


def _recorded(match: Match) -> str:
    """A typed number as records name it: by what prints it exactly, else by its figure."""
    fact = match.fact
    if "|" in fact.key:
        return fact.key if fact.role == "value" else ""
    if fact.role == "value" and match.strength < 3:
        return fact.key
    if fact.role in ENDS:
        return f"{fact.key} | {'wide_' if 'wide' in fact.role else ''}interval"
    return f"{fact.key} | {fact.filter}" if fact.filter and fact.role != "benchmark" else ""


class _Review:
    """The review of one chapter; `seen` is what its cells speak of."""

    def __init__(
        self, chapter: Chapter, store: ProtectedStore, facts: Facts, records: Records
    ) -> None:
        self.chapter = chapter
        self.store = store
        self.facts = facts
        self.records = records
        self.seen: dict[str, Seen] = {}
        self.offered: list[str] = []

    def flags(self) -> Iterator[Flag]:
        for cell in self.chapter.written:
            yield from self._cell(cell)
        if self.offered:
            yield self._flag(
                "note",
                COULD_BE_LIVE,
                f"{_counted(len(self.offered), 'typed number')} can follow the data as live"
                f" figures: {_some(self.offered)}. needs-assessment check … --fix writes them.",
            )
        untouched = [
            cell.cell for cell in self.chapter.written if cell.narrative and not cell.edited
        ]
        if untouched and self.chapter.begun:
            yield self._flag(
                "note",
                UNTOUCHED,
                f"{_counted(len(untouched), 'narrative cell')}: {join_words(untouched)}.",
            )

    def _cell(self, cell: Written) -> Iterator[Flag]:
        text = cell.text
        verdicts = judge(text, self.facts, self.chapter.id)
        yield from self._numbers(cell, verdicts)
        for each in contradictions(text, self.store):
            yield self._flag(
                "warning",
                DIRECTION,
                f"“{each.word}” stands beside {each.figure.written}, of which the report says:"
                f" {each.says}.",
                cell,
            )
        if not cell.edited:
            return
        if found := replacements(text, verdicts, self.store.figures):
            self.offered += [f"{each.typed} ({each.figure})" for each in found]
        names = names_used(text, verdicts, self.store)
        seen = see(self.records, self.chapter.id, cell.cell, text, names, self.store)
        self.seen[cell.cell] = seen
        if changes := moved(seen, self.store):
            words = "; ".join(each.words for each in changes)
            yield self._flag(
                "warning",
                ANOTHER_LOOK,
                f"{words}. Change the text, or confirm it (needs-assessment confirm).",
                cell,
            )

    def _numbers(self, cell: Written, verdicts: Sequence[Verdict]) -> Iterator[Flag]:
        for each in verdicts:
            if each.outcome == DIFFERS and each.fact:
                fact = each.fact
                live = f"{{{{ {fact.key}" if fact.filter else ""
                if live:
                    name = "" if fact.filter == "display" else f" | {fact.filter}"
                    live = f" ({live}{name} }}}})"
                yield self._flag(
                    "warning",
                    TYPED,
                    f"“{each.typed.text}” is typed where the report shows {fact.text} for"
                    f" “{fact.name}”{live}.",
                    cell,
                )
        untraced = [each.typed.text for each in verdicts if each.outcome == UNTRACED]
        if untraced:
            yield self._flag(
                "note",
                UNTRACED_NUMBERS,
                f"no figure of the report is {join_words(_quoted(untraced), 'or')}. Cite a source"
                " in the sentence, or mark it: [12,345]{.external}.",
                cell,
            )

    def _flag(
        self, severity: Severity, rule: str, sentence: str, cell: Written | None = None
    ) -> Flag:
        said = f"Cell {cell.cell}: {sentence}" if cell else sentence
        return Flag(severity, rule, self.chapter.id, said, self.chapter.file)


def _quoted(texts: Iterable[str]) -> list[str]:
    return [f"“{text.strip()}”" for text in dict.fromkeys(texts)]


def _some(texts: Sequence[str], most: int = 3) -> str:
    shown = list(texts[:most])
    return join_words([*shown, f"{len(texts) - most} more"] if len(texts) > most else shown)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
