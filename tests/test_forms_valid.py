"""Every workbook for partners is one that a spreadsheet takes as it is meant."""

import io
import re
from functools import cache

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from python_calamine import CalamineWorkbook

from founded import CODE, DICTIONARY, TODAY, YEAR
from needs_assessment.council import load_council
from needs_assessment.project import Project
from needs_assessment.returns.quote_template import FILE, quote_workbook
from needs_assessment.returns.standard import LISTS, NOTES
from needs_assessment.returns.templates import form_workbook, return_forms
from running import ROOT

# With the categories that a council names, the lists are as long as they get.
NAMED = DICTIONARY.for_council(load_council(Project(ROOT), "north"))
FORMS = {each.file: each for each in return_forms(NAMED)}
AREAS = [(CODE, "Rutland"), ("E10000018", "A county")]
FILES = [*FORMS, FILE]
_RANGE = re.compile(r"([A-Za-z]+)!(\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?)")


@cache
def content(file: str) -> bytes:
    if file == FILE:
        return quote_workbook(NAMED, "Rutland", YEAR, TODAY)
    return form_workbook(FORMS[file], "Rutland", YEAR, AREAS, TODAY)


@pytest.mark.parametrize("file", FILES)
def test_each_drop_down_points_at_cells_that_are_filled(file: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(file)))
    sheet = book.worksheets[0]
    checks = sheet.data_validations.dataValidation
    assert checks
    covered = [str(each.sqref) for each in checks]
    assert len(set(covered)) == len(covered) == sheet.max_column, "one for each column"
    for check in checks:
        left, top, right, bottom = range_boundaries(str(check.sqref))
        assert (left, top, bottom) == (right, 2, 2000)
        assert check.promptTitle == sheet.cell(1, left).value
        assert len(check.promptTitle) <= 32 and len(check.prompt) <= 255
        if check.type != "list":
            assert check.type in (None, "none") and check.formula1 is None
            continue
        assert len(check.formula1) <= 255 and not check.formula1.startswith("=")
        assert len(check.errorTitle) <= 32 and len(check.error) <= 255
        ranges = _RANGE.findall(check.formula1)
        assert ranges
        for name, cells in ranges:
            assert name == LISTS
            first, start, last, end = range_boundaries(cells.replace("$", ""))
            assert first == last
            if start > 1:
                column = [row[first - 1] for row in book[LISTS].values]
                filled = [number for number, value in enumerate(column, start=1) if value]
                assert filled == list(range(1, max(filled) + 1))
                # A form without breakdowns has nothing to choose there: one empty cell.
                assert (start, end) == (2, max(2, *filled)), "all below its heading"
            else:
                assert start == end, "a heading to count from, or the empty cell"


@pytest.mark.parametrize("file", FILES)
def test_headings_are_there_once_and_another_reader_sees_the_same(file: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(file)))
    headings = [cell.value for cell in book.worksheets[0][1]]
    assert all(headings) and len(set(headings)) == len(headings)
    assert [sheet.sheet_state for sheet in book] == ["visible", "visible", "hidden"]
    assert book.sheetnames[1:] == [NOTES, LISTS]
    assert all(len(name) <= 31 for name in book.sheetnames)
    other = CalamineWorkbook.from_filelike(io.BytesIO(content(file)))
    assert other.sheet_names == book.sheetnames
    for sheet in book:
        seen = other.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
        held = [["" if cell is None else cell for cell in row] for row in sheet.values]
        assert seen == held
        assert all(isinstance(cell, str) for row in seen for cell in row)
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
        assert kinds == {"s"}, "text, and no formula"


def test_each_form_offers_what_the_council_names() -> None:
    lists = openpyxl.load_workbook(io.BytesIO(content("police.xlsx")))[LISTS]
    offered = {(key.value, value.value) for key, value in zip(lists["F"], lists["G"], strict=True)}
    assert {("police.recorded|locality", each) for each in ("area_a", "not_known")} <= offered
