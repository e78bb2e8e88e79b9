"""Messy sheets, written to real files: what was put in comes out, or is reported."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from messy import (
    ENCODINGS,
    HIDDEN_ROWS,
    KINDS,
    TOKENS,
    TOTALS,
    Messy,
    Put,
    labels,
    periods,
    sentences,
    values,
    words,
    write,
)
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.reading import Reading
from needs_assessment.returns.sheets import column_letters
from needs_assessment.returns.tokens import read_token
from returned import TERMS, form, read, said, text_file

OWN = TERMS.own_area
# Three Rivers may be given in three ways; the other two are councils next to it.
AREAS = {
    OWN: [OWN, "Three Rivers", "three  rivers"],
    "E07000103": ["Watford"],
    "E07000096": ["Dacorum"],
}
FILES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Sheet:
    """Builds a messy sheet row by row, at a distance from its edges."""

    def __init__(self, draw: st.DrawFn):
        self.draw, self.messy = draw, Messy()
        self.left = draw(st.integers(0, 2))
        self.gaps: dict[int, int] = {}
        for line in draw(st.lists(sentences, max_size=3)):
            self.messy.rows.append(["", line] if self.left else [line])
        self.blank_rows()

    def blank_rows(self) -> None:
        self.messy.rows.extend([[] for _ in range(self.draw(st.integers(0, 2)))])

    def spread(self, width: int) -> None:
        """Decides where blank columns stand between `width` columns."""
        position = self.left
        for index in range(width):
            self.gaps[index] = position
            position += 1 + (self.draw(st.integers(0, 5)) == 0)

    def add(self, cells: list[str]) -> int:
        row = [""] * (max(self.gaps.values()) + 1)
        for index, cell in enumerate(cells):
            row[self.gaps[index]] = cell
        self.messy.rows.append(row)
        return len(self.messy.rows)

    def put(
        self, kind: tuple[str, str, str], period: str, area: str, text: str, heading: str
    ) -> None:
        """Records a statistic in the row that will be added next."""
        if text:
            row = len(self.messy.rows) + 1
            self.messy.put.append(Put(kind, period, area, text, row, heading))

    def end(self, total: int, width: int) -> None:
        """A totals row, then text below the table; `total`: the column for its label."""
        if self.draw(st.booleans()):
            cells = ["7"] * width
            cells[total] = self.draw(st.sampled_from(TOTALS))
            self.messy.totals.append(self.add(cells))
        self.blank_rows()
        for line in self.draw(st.lists(sentences, max_size=2)):
            self.messy.rows.append([""] * self.left + [line])
            self.messy.footnotes.append(len(self.messy.rows))


@st.composite
def wide(draw: st.DrawFn, junk: bool = False) -> Messy:
    """A row for each label, a column for each period, years over quarters, a column of totals."""
    sheet = Sheet(draw)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5, unique=True))
    names = draw(labels(len(kinds)))
    when = draw(periods())
    total = sheet.messy.total_column = draw(st.booleans())
    heads = [written for _, written in when]
    sheet.spread(1 + len(heads) + total)
    quarters = [period.split() for period, _ in when]
    two_rows = all(len(parts) == 2 for parts in quarters) and draw(st.booleans())
    if two_rows:
        above = [
            year if index == 0 or year != quarters[index - 1][0] else ""
            for index, (year, _) in enumerate(quarters)
        ]
        top = sheet.add(["Item", *above])
        if draw(st.booleans()):
            column = get_column_letter(sheet.left + 1)
            sheet.messy.merged.append(f"{column}{top}:{column}{top + 1}")
        else:
            sheet.messy.rows[-1][sheet.left] = ""
        heads = [quarter for _, quarter in quarters]
    merged = bool(sheet.messy.merged)
    headings = ["" if merged else "Item", *heads, *["Total"] * total]
    header = sheet.add(headings)
    for kind, name in zip(kinds, names, strict=True):
        if draw(st.integers(0, 9)) == 0:
            sheet.blank_rows()
        if draw(st.integers(0, 9)) == 0 and not two_rows:
            sheet.messy.repeated.append(sheet.add(headings))
        texts = [draw(values(blank=True, junk=junk)) for _ in when]
        for (period, _), head, text, over in zip(when, heads, texts, quarters, strict=True):
            heading = f"{over[0]} {head}" if two_rows else head
            sheet.put(kind, period, OWN, text, heading)
        sheet.add([name, *texts, *["9"] * total])
    sheet.end(0, len(headings))
    sheet.messy.fields = {
        "layout": "wide",
        "label_column": "item",
        "header_rows": 2 if two_rows else 1,
        "header_row": draw(st.sampled_from([None, header, 3])),
        "rows": {
            name: {"measure": kind[0], "dimension": kind[1], "category": kind[2]}
            for kind, name in zip(kinds, names, strict=True)
        },
    }
    return sheet.messy


@st.composite
def by_period(draw: st.DrawFn, junk: bool = False) -> Messy:
    """A row for each period, a column for each thing counted."""
    sheet = Sheet(draw)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True))
    names = draw(labels(len(kinds)))
    sheet.spread(1 + len(kinds))
    sheet.add(["When", *names])
    for period, written in draw(periods()):
        texts = [draw(values(blank=True, junk=junk)) for _ in kinds]
        for kind, name, text in zip(kinds, names, texts, strict=True):
            sheet.put(kind, period, OWN, text, name)
        sheet.add([written, *texts])
    sheet.end(0, 1 + len(kinds))
    sheet.messy.fields = {
        "layout": "wide",
        "columns": {"period": "When"},
        "values": {
            name: {"measure": kind[0], "dimension": kind[1], "category": kind[2]}
            for kind, name in zip(kinds, names, strict=True)
        },
    }
    return sheet.messy


@st.composite
def long(draw: st.DrawFn, junk: bool = False) -> Messy:
    """A row for each statistic of a force-wide file, its columns in any order."""
    sheet = Sheet(draw)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5, unique=True))
    names = draw(labels(len(kinds)))
    order = draw(st.permutations(["Item", "When", "Where", "Figure", "Remark"]))
    sheet.spread(len(order))
    sheet.add(list(order))
    for kind, name in zip(kinds, names, strict=True):
        for period, written in draw(periods(most=2)):
            for area in draw(st.lists(st.sampled_from(list(AREAS)), unique=True, max_size=3)):
                text = draw(values(blank=False, junk=junk))
                if area == OWN:
                    sheet.put(kind, period, area, text, "Figure")
                said_as = draw(st.sampled_from(AREAS[area]))
                remark = draw(words)
                cells = dict(Item=name, When=written, Where=said_as, Figure=text, Remark=remark)
                row = sheet.add([cells[each] for each in order])
                if area != OWN:
                    sheet.messy.others.append(row)
    sheet.end(order.index("Item"), len(order))
    sheet.messy.fields = {
        "layout": "long",
        "columns": dict(measure="Item", period="When", area="Where", value="Figure", note="Remark"),
        "areas": {},
        "rows": {
            name: {"measure": kind[0], "dimension": kind[1], "category": kind[2]}
            for kind, name in zip(kinds, names, strict=True)
        },
    }
    return sheet.messy


SHEETS = st.one_of(wide(), by_period(), long())
SHEETS_WITH_JUNK = st.one_of(wide(junk=True), by_period(junk=True), long(junk=True))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, ...]:
    """The kind of file, and how it is written."""
    if draw(st.booleans()):
        return ("xlsx", draw(st.sampled_from(["numbers", "text", "formats"])))
    return ("csv", draw(st.sampled_from(list(",;\t|"))), draw(st.sampled_from(ENCODINGS)))


def returned(folder: Path, messy: Messy, how: tuple[str, ...]) -> Reading:
    if how[0] == "xlsx":
        path = write(messy, folder / "return.xlsx", how[1])
    else:
        path = text_file(folder / "return.csv", messy.rows, how[1], how[2])
    return read(path, form(**messy.fields))


def came_out(reading: Reading) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            each["measure"],
            each["dimension"],
            each["category"],
            each["period"],
            each["area"],
            each["raw"],
            str(each["row"]),
        )
        for each in reading.observations
    )


@FILES
@given(SHEETS, written())
def test_what_was_put_in_comes_out(tmp_path: Path, messy: Messy, how: tuple[str, ...]) -> None:
    reading = returned(tmp_path, messy, how)
    assert said(reading) == ""
    assert came_out(reading) == Counter(put.key for put in messy.put)
    for each in reading.observations:
        raw = each["raw"]
        number = raw.replace(",", "")
        if number.isdigit():
            assert (each["value"], each["status"]) == (Decimal(number), "final")
        else:
            assert each["status"] == TOKENS[raw]
            kept = {"almost 9,000": Decimal(9000), "1,204 [p]": Decimal(1204)}
            assert each["value"] == kept.get(raw)


@FILES
@given(SHEETS, written())
def test_what_is_left_out_is_noted(tmp_path: Path, messy: Messy, how: tuple[str, ...]) -> None:
    reading = returned(tmp_path, messy, how)
    notes = Counter(note.rule for note in reading.notes)
    assert notes["totals not read"] == len(messy.totals)
    assert notes["headings repeated"] == len(messy.repeated)
    assert notes["text below the table"] == bool(messy.footnotes)
    assert notes["other areas"] == bool(messy.others)
    assert notes["column not read"] == messy.total_column
    hidden = how[1] == "formats" and any(put.row % HIDDEN_ROWS == 0 for put in messy.put)
    assert notes["hidden"] >= hidden


@FILES
@given(SHEETS_WITH_JUNK, written())
def test_what_cannot_be_read_is_reported_and_nothing_invented(
    tmp_path: Path, messy: Messy, how: tuple[str, ...]
) -> None:
    reading = returned(tmp_path, messy, how)
    bad = {put.key for put in messy.junk}
    assert came_out(reading) == Counter(put.key for put in messy.put if put.key not in bad)
    assert len(reading.problems) == len(messy.junk)
    assert not any("\n" in str(problem) for problem in reading.problems)
    for put in messy.junk:
        place = f"row {put.row}, column “{' '.join(put.heading.split())}”"
        assert any(
            place in " ".join(str(problem).split()) and put.text in str(problem)
            for problem in reading.problems
        ), put


@FILES
@given(st.one_of(wide(), by_period()), written(), st.data())
def test_a_changed_heading_or_label_is_never_passed_over(
    tmp_path: Path, messy: Messy, how: tuple[str, ...], data: st.DataObject
) -> None:
    """A letter too many in any heading or label: its figures are missing, and it is said."""
    known = {
        plain(name) for name in (*messy.fields.get("rows", {}), *messy.fields.get("values", {}))
    }
    spots = [
        (row, column)
        for row, cells in enumerate(messy.rows)
        for column, cell in enumerate(cells)
        if plain(cell) in known
    ]
    row, column = data.draw(st.sampled_from(spots))
    messy.rows[row][column] += " qq"
    reading = returned(tmp_path, messy, how)
    assert reading.problems
    put = Counter(put.key for put in messy.put)
    assert not came_out(reading) - put, "nothing is invented"


POOL = [
    "Item",
    "Cases",
    "Repeats",
    "Total",
    "Q1 2024/25",
    "2024/25",
    "note",
    "4",
    "<5",
    "c",
    "many",
    "-1",
]
ROWS = {"Cases": {"measure": "marac.cases"}, "Repeats": {"measure": "marac.repeats"}}
FORMS = {
    ("Item", "Q1 2024/25", "Q2 2024/25"): {"layout": "wide", "label_column": "Item", "rows": ROWS},
    ("Item", "When", "Figure"): {
        "layout": "long",
        "columns": {"measure": "Item", "period": "When", "value": "Figure"},
        "rows": ROWS,
    },
    ("When", "Cases", "Repeats"): {"layout": "wide", "columns": {"period": "When"}, "values": ROWS},
}


@FILES
@given(
    st.sampled_from(list(FORMS)),
    st.lists(
        st.lists(st.sampled_from([*POOL, "", "", "", ""]), min_size=1, max_size=5),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 2),
    written(),
)
def test_every_figure_of_any_sheet_is_accounted_for(
    tmp_path: Path, head: tuple[str, ...], below: list[list[str]], above: int, how: tuple[str, ...]
) -> None:
    """Whatever stands under the headings is read, or its row or column is named."""
    rows = [*([] for _ in range(above)), list(head), *below]
    reading = returned(tmp_path, Messy(rows=rows, fields=FORMS[head]), how)
    told = said(reading) + "\n" + "\n".join(note.sentence for note in reading.notes)
    for number, cells in enumerate(rows[above + 1 :], start=above + 2):
        for index, cell in enumerate(cells):
            if read_token(cell) is None:
                continue
            read_here = any(
                each["row"] == number and each["raw"] == cell for each in reading.observations
            )
            named = re.search(rf"\brows? (?:\d+, )*{number}\b", told) or (
                f"column {column_letters(index)} holds" in told
            )
            assert read_here or named, (number, cell, told)
    for each in reading.observations:
        assert each["raw"] in rows[each["row"] - 1], "nothing is invented"
