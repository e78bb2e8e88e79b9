"""A real report whose policy is broken on purpose, in one place at a time, is caught with the exact
cells. The report is the illustrative one of North; the exact numbers are put into a copy of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from attacked import NORTH, PERIOD, WEST
from needs_assessment.audit.audit import Audit, attack_reports
from needs_assessment.audit.keys import Cell, Context, key_tables
from needs_assessment.audit.public import Public
from needs_assessment.audit.report import read_report
from needs_assessment.audit.rule import printed_rule
from needs_assessment.audit.shown import Shown, ShownTable, merged_tables
from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.cells import collect_cells
from needs_assessment.disclosure.protected import ProtectedStore, read_store
from needs_assessment.disclosure.sources import read_sources
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from running import Report

AGENCIES = "tbl-marac-agency"
CHARACTERISTICS = "tbl-marac-characteristics"
ORIGINS = "tbl-refuge-origin"
AGED_16 = "Aged 16 or 17"


class North:
    """The report of North as a reader has it, and what only the council knows."""

    def __init__(self, root: Path, report: Path):
        project = Project(root)
        self.council: Council = load_council(project, "north")
        self.public = Public(project, self.council.categories)
        self.shown: Shown = read_report(report, f"north/{PERIOD}", NORTH, PERIOD, but=(".pdf",))
        self.store: ProtectedStore = read_store(report / ".protected" / "store.json")
        sources = read_sources(project, self.council, choose_period(self.council, PERIOD))
        self.exact = {
            Cell(*cell.key): int(cell.exact)
            for cell in collect_cells(sources.evidence.observations, sources.dictionary)
            if cell.exact is not None
        }

    def hidden(self, *reasons: str) -> set[Cell]:
        """The cells that the council hides for one of these reasons."""
        return {
            Cell(*(cell[name] for name in Cell._fields[:5]))
            for cell in self.store.data["cells"]
            if cell["why"] and cell["why"]["reason"] in reasons
        }

    def keys(self, table: ShownTable) -> tuple[tuple[Cell, ...], ...]:
        context = Context(
            self.shown.name,
            NORTH,
            parse_period(PERIOD),
            tuple(self.council.county),
            self.public,
            printed_rule(self.shown.texts, self.public),
        )
        return key_tables([table], context)[table.name].keys

    def table(self, name: str) -> ShownTable:
        return merged_tables(self.shown.tables)[name][0]

    def attack(
        self, *changed: ShownTable, more: Iterable[ShownTable] = (), others: Iterable[Shown] = ()
    ) -> Audit:
        """The attack on the report with some of its tables changed in the page."""
        names = {table.name: table for table in changed}
        tables = (names.get(each.name, each) for each in self.shown.tables)
        shown = replace(self.shown, tables=(*tables, *more))
        return attack_reports(shown, list(others), self.council, self.public)


@pytest.fixture(scope="module")
def north(examples: Path, assessed: Callable[[str, str], Report]) -> North:
    return North(examples, assessed("north", PERIOD).path)


def with_cell(table: ShownTable, row: str, column: str, text: str) -> ShownTable:
    place = table.columns.index(column)
    rows = tuple(
        tuple(
            text if line[0] == row and number == place else cell for number, cell in enumerate(line)
        )
        for line in table.rows
    )
    return replace(table, rows=rows)


def test_no_secondary_suppression(north: North) -> None:
    """Of the cells that are small, those that stand alone in a line of the table are caught."""
    table, secondary = north.table(ORIGINS), north.hidden("secondary")
    keys = north.keys(table)
    rows = tuple(
        (
            line[0],
            *(
                f"{north.exact[key]:,}" if key in secondary and key in north.exact else text
                for key, text in zip(cells, line[1:], strict=True)
            ),
        )
        for line, cells in zip(table.rows, keys, strict=True)
    )
    assert rows != table.rows
    opened = replace(table, rows=rows)
    alone = set()
    for column in range(1, len(table.columns)):
        hidden = [line[0] for line in rows if line[column] in ("[c]", "<5")]
        if len(hidden) == 1 and rows[-1][column].isdigit():
            alone.add(f"{ORIGINS}, row “{hidden[0]}”, column “{table.columns[column]}”")
    for line in rows:
        hidden = [place for place, text in enumerate(line) if text in ("[c]", "<5")]
        if len(hidden) == 1 and line[-1].isdigit() and "[x]" not in line:
            alone.add(f"{ORIGINS}, row “{line[0]}”, column “{table.columns[hidden[0]]}”")
    found = north.attack(opened)
    caught = {finding.address for finding in found.findings}
    assert alone and alone <= caught
    assert all(ORIGINS in finding.sources for finding in found.findings if finding.address in alone)


def test_a_percentage_to_two_decimals(north: North) -> None:
    """Printed in one table for a group whose number is hidden; its base is shown elsewhere."""
    key = Cell("marac.characteristics", PERIOD, NORTH, "characteristic", "aged_16_17")
    assert key in north.hidden("small", "secondary")
    table = north.table(CHARACTERISTICS)
    share = 100 * north.exact[key] / north.exact[Cell("marac.cases", PERIOD, NORTH)]
    found = north.attack(with_cell(table, AGED_16, "Value", f"{share:.2f}%"))
    assert len(found.findings) == 1
    assert AGED_16.lower() in found.findings[0].address
    assert any(CHARACTERISTICS in source for source in found.findings[0].sources)


def test_a_county_total_with_one_council_missing(north: North) -> None:
    """The county's number less what West's report shows is the one that North hides."""
    table = north.table(AGENCIES)
    keys = north.keys(table)
    small = north.hidden("small")
    row, key = next(
        (line[0], cells[0])
        for line, cells in zip(table.rows, keys, strict=True)
        if cells[0] in small and cells[0] in north.exact
    )
    here, there = north.exact[key], 12
    title = "MARAC cases by referring agency, {}"
    columns = ("Agency", PERIOD)
    county = ShownTable(
        "index.html",
        "tbl-marac-county",
        title.format("Northamptonshire"),
        "the MARAC coordinator",
        columns,
        ((row, str(here + there)),),
    )
    west = ShownTable(
        "index.html",
        "tbl-west",
        title.format("West Northamptonshire"),
        "the MARAC coordinator",
        columns,
        ((row, str(there)),),
    )
    neighbour = Shown(f"west/{PERIOD}", WEST, PERIOD, tables=(west,))
    found = north.attack(more=[county], others=[neighbour])
    address = f"{AGENCIES}, row “{row}”, column “{PERIOD}”"
    assert sum(finding.address.startswith(address) for finding in found.findings) == 1
    # What a partner withheld in part, and the total with it, follow from the number that is told.
    withheld = north.hidden("confidential")
    labels = {
        line[0]
        for line, cells in zip(table.rows, keys, strict=True)
        if cells[0] in withheld or line[0] == row
    }
    for finding in found.findings:
        assert any(finding.address.startswith(f"{AGENCIES}, row “{each}”") for each in labels)
        assert {"tbl-marac-county", f"[west/{PERIOD}] tbl-west"} <= set(finding.sources)
    assert not north.attack(more=[county]).findings or row not in str(
        north.attack(more=[county]).findings
    )


def test_as_it_is_the_report_is_safe(north: North) -> None:
    found = north.attack()
    assert found.findings == () and found.unknown > 20
