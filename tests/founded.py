"""A council founded in an empty project, and its workbooks filled in."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from needs_assessment.council import Return, choose_period, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.founding import Founded, found_council
from needs_assessment.periods import parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Reference
from needs_assessment.returns.dictionary import load_dictionary
from needs_assessment.returns.mapping import load_mapping
from needs_assessment.returns.observations import Evidence, load_evidence
from needs_assessment.returns.reading import Terms, read_return
from needs_assessment.returns.templates import ReturnForm, form_workbook, return_forms
from running import ROOT

DICTIONARY = load_dictionary(ROOT / "data" / "reference")
AREAS = Reference(ROOT / "data" / "reference").areas
FORMS = return_forms(DICTIONARY)
TODAY = date(2025, 11, 3)
YEAR = parse_period("2024-25")
CODE = "E06000017"


def empty_project(root: Path) -> Project:
    """The parameters and reference data, without a council's returns."""
    for folder in ("params", "data/reference"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "quarto.yml", root)
    return Project(root)


def snapshot(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}


def found(project: Project, **given: Any) -> Founded:
    usual = {"name_id": "rutland", "name": "Rutland", "code": CODE, "today": TODAY}
    return found_council(project, **{**usual, **given})


def evidence_of(project: Project, council: str = "rutland") -> Evidence:
    chosen = load_council(project, council)
    dictionary = DICTIONARY.for_council(chosen)
    return load_evidence(project, chosen, choose_period(chosen, None), dictionary, AREAS)


def complete(project: Project, *files: str, received: str = "2025-05-01") -> None:
    """Takes the # off the returns in the parameters, or off some files, and gives their date."""
    path = project.params / "rutland.yml"
    head, _, tail = path.read_text(encoding="utf-8").partition("    # returns:\n")
    blocks = re.findall(r"    #   (\S+):\n((?:    #     .*\n)+)", tail)
    lines = [
        f"    #   {file}:\n{rest}".replace("    # ", "    ")
        for file, rest in blocks
        if file in (files or [file])
    ]
    text = head + "    returns:\n" + "".join(lines).replace("YYYY-MM-DD", received)
    path.write_text(text, encoding="utf-8")


def places(form: ReturnForm) -> Iterator[tuple[str, str, str]]:
    """Each total and each category that the form may hold."""
    for measure in form.measures:
        yield measure.id, "", ""
        for name, dimension in measure.dimensions.items():
            for category in dimension.categories:
                yield measure.id, name, category


def empty_workbook(form: ReturnForm) -> bytes:
    return form_workbook(form, "Rutland", YEAR, [(CODE, "Rutland")], TODAY)


def fill(workbook: Path, rows: list[tuple[str, ...]]) -> None:
    """Types rows under the example, as text, as a spreadsheet does in cells formatted so."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=3):
        for column, text in enumerate(row, start=1):
            if text:
                sheet.cell(number, column, text).data_type = "s"
    book.save(workbook)


def read(path: Path, form: ReturnForm) -> tuple[list[dict[str, Any]], list[AssessmentError]]:
    described = Return(
        form="standard", partner=form.partner, nature="confidential", received="2025-05-01"
    )
    mapping = load_mapping(ROOT / "params" / "mappings", "standard")
    return read_return(path, form.file, described, mapping, Terms(DICTIONARY, AREAS, CODE))
