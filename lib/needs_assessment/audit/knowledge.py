"""What a reader takes from one report: numbers shown, numbers hidden, and how tables add up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from needs_assessment.audit.keys import Cell, Context, Key, Keyed, Spot, key_tables, period_of
from needs_assessment.audit.numerals import ANY, CellText, read_cell, read_numeral
from needs_assessment.audit.rates import share_relations
from needs_assessment.audit.shown import Shown, ShownTable, merged_tables, plain
from needs_assessment.audit.system import Relation, adds_up, says
from needs_assessment.periods import Period

# Tables that say nothing of counts, by their first heading.
_WORDS_ONLY = frozenset({"indicator", "benchmark", "partner", "return", "rule", "question", "item"})


@dataclass(frozen=True)
class Hidden:
    """A number that a report hides. `places` say where, `report` in which report first.

    `published`: all partners behind the table had published their figures before, so hiding it
    protects nobody here. `wholly`: nothing is said of it, not even a bound.
    """

    report: str
    places: tuple[str, ...]
    published: bool
    wholly: bool = True


@dataclass
class Knowledge:
    """What a reader knows of one report or several.

    `implied` are numbers that are neither shown nor marked as hidden, yet have a name. `open` are
    numbers that a partner had published before, as far as the table can tell.
    """

    relations: list[Relation] = field(default_factory=list)
    hidden: dict[Key, Hidden] = field(default_factory=dict)
    implied: set[Key] = field(default_factory=set)
    open: set[Key] = field(default_factory=set)
    keyed: dict[str, Keyed] = field(default_factory=dict)
    tables: int = 0
    facts: int = 0

    def hide(self, key: Key, hidden: Hidden) -> None:
        """Adds a place where a number is hidden."""
        held = self.hidden.get(key)
        if held is None:
            self.hidden[key] = hidden
            return
        self.hidden[key] = Hidden(
            held.report,
            tuple(dict.fromkeys((*held.places, *hidden.places))),
            held.published and hidden.published,
            held.wholly and hidden.wholly,
        )


def table_knowledge(shown: Shown, context: Context) -> Knowledge:
    """What the tables of a report say: each cell, and each line that makes a total."""
    known = Knowledge()
    natures = _natures(shown.tables)
    merged = {
        name: versions
        for name, versions in merged_tables(shown.tables).items()
        if versions[0].rows and plain(versions[0].columns[0]).casefold() not in _WORDS_ONLY
    }
    tables = key_tables((versions[0] for versions in merged.values()), context)
    for name, versions in merged.items():
        table, keyed = versions[0], tables[name]
        partners = _natures_of(table.source, natures)
        texts = _texts(versions)
        said = [_said(each) for line in texts for each in line]
        if all(text.silent for text in said):
            continue
        known.tables += 1
        known.facts += sum(not text.silent for text in said)
        known.keyed[name] = keyed
        if "published" in partners:
            known.open |= {key for line in keyed.keys for key in line}
        for row, line in enumerate(keyed.keys):
            for column, key in enumerate(line):
                place = f"{name}, row “{table.rows[row][0]}”, column “{table.columns[column + 1]}”"
                for text, source in texts[row][column]:
                    held = read_cell(text)
                    if held.hidden:
                        published = partners == {"published"}
                        wholly = held.upper >= ANY
                        known.hide(key, Hidden(context.report, (place,), published, wholly))
                    known.relations += _statements(key, text, held, f"{name}{source}", context)
        silent = [[_said(cell).silent for cell in line] for line in texts]
        known.relations += _lines(table, keyed, silent, context)
    return known


def _texts(versions: list[ShownTable]) -> list[list[list[tuple[str, str]]]]:
    """What each cell says, by row and column: its different texts, and in which files where some
    files say something else.
    """
    shape = versions[0]
    alike = [each for each in versions if len(each.rows) == len(shape.rows)]
    whole = []
    for row in range(len(shape.rows)):
        line = []
        for column in range(1, len(shape.columns)):
            files: dict[str, list[str]] = {}
            for each in alike:
                if column < len(each.rows[row]):
                    files.setdefault(each.rows[row][column], []).append(each.artefact)
            line.append(
                [
                    (text, "" if len(files) == 1 else f" in {', '.join(names)}")
                    for text, names in files.items()
                ]
            )
        whole.append(line)
    return whole


def _said(cell: list[tuple[str, str]]) -> CellText:
    """The most telling of a cell's texts."""
    read = [read_cell(text) for text, _ in cell]
    return max(read, key=lambda text: (not text.silent, text.hidden), default=CellText())


def _statements(
    key: Key, text: str, held: CellText, source: str, context: Context
) -> Iterator[Relation]:
    """What a cell's text says of the count it is, or of the counts that a share comes from. A cell
    whose statistic cannot be told may be a count.
    """
    if isinstance(key, Spot) or context.public.measures[key.measure].whole:
        if not held.silent:
            blur = context.rule.blur([key.measure]) if isinstance(key, Cell) else 0.0
            yield says(key, max(0.0, held.lower - blur), held.upper + blur, source)
    elif number := read_numeral(text):
        yield from share_relations(key, number, context, source)


def _natures(tables: Iterable[ShownTable]) -> dict[str, set[str]]:
    """The natures of each partner's returns, as the report lists them."""
    found: dict[str, set[str]] = {}
    for table in tables:
        headings = [plain(text).casefold() for text in table.columns]
        if "partner" in headings and "nature" in headings:
            who, what = headings.index("partner"), headings.index("nature")
            for row in table.rows:
                found.setdefault(plain(row[who]).casefold(), set()).add(row[what].casefold())
    return found


def _natures_of(source: str, natures: dict[str, set[str]]) -> set[str]:
    """The natures of what the partners gave that a table names."""
    words = plain(source).casefold()
    named = [kinds for partner, kinds in natures.items() if partner in words]
    return {kind for kinds in named for kind in kinds}


def _lines(
    table: ShownTable, keyed: Keyed, silent: list[list[bool]], context: Context
) -> list[Relation]:
    """The rows and columns that make a total in their own table."""
    height, width = len(keyed.keys), len(table.columns) - 1
    relations: list[Relation] = []
    if keyed.total_row is not None and not _many_answers(keyed, context):
        rows = [row for row in range(height) if row != keyed.total_row]
        relations += [
            adds_up(keyed.keys[keyed.total_row][column], parts, keyed.name)
            for column in range(width)
            if not silent[keyed.total_row][column]
            and (parts := [keyed.keys[row][column] for row in rows if not silent[row][column]])
            and len(parts) > 1
        ]
    whole = _whole_column(table, keyed, context)
    if whole is not None:
        total, columns = whole
        relations += [
            adds_up(keyed.keys[row][total], parts, keyed.name)
            for row in range(height)
            if not silent[row][total]
            and len(parts := [keyed.keys[row][each] for each in columns if not silent[row][each]])
            == len(columns)
        ]
    return relations


def _many_answers(keyed: Keyed, context: Context) -> bool:
    """Whether the rows are categories of which one unit can have several."""
    return any(
        isinstance(key, Cell)
        and key.dimension
        and not context.public.measures[key.measure].breakdowns[key.dimension].one_answer
        for line in keyed.keys
        for key in line
    )


def _whole_column(
    table: ShownTable, keyed: Keyed, context: Context
) -> tuple[int, list[int]] | None:
    """A column that the others make: one called total, or the year of four quarters. Where the
    dictionary says how shorter periods make a year, it is left to that.
    """
    headings = table.columns[1:]
    if keyed.total_column is not None:
        others = [place for place in range(len(headings)) if place != keyed.total_column]
        return keyed.total_column, others
    if any(isinstance(key, Cell) for line in keyed.keys for key in line):
        return None
    periods = [period_of(each, context.period) for each in headings]
    return year_of_quarters(periods)


def year_of_quarters(periods: list[Period | None]) -> tuple[int, list[int]] | None:
    """The place of a year among periods, and those of its quarters, when all are there."""
    for place, period in enumerate(periods):
        if period and period.is_financial_year:
            quarters = [
                periods.index(quarter) for quarter in period.quarters() if quarter in periods
            ]
            if len(quarters) == 4:
                return place, quarters
    return None
