"""Small reports made by hand for the audit to attack, in the files that a reader gets."""

import base64
import html
import io
import json
import shutil
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import openpyxl

from needs_assessment.audit.audit import Audit, attack_reports, audit_edition
from needs_assessment.audit.public import Public
from needs_assessment.audit.shown import Shown, ShownTable
from needs_assessment.council import Council, load_council
from needs_assessment.project import Project
from running import ROOT

RULE = "Counts of people from 1 to 4 are not shown. They appear as [c]."
ZEROS = f"{RULE} A zero is always shown."
PERIOD = "2024-25"
NORTH = "E06000061"
WEST = "E06000062"
QUARTERS = ["Q1", "Q2", "Q3", "Q4"]


@cache
def public() -> Public:
    return Public(Project(ROOT))


@cache
def council(name: str = "north") -> Council:
    return load_council(Project(ROOT), name)


@dataclass
class Table:
    """A table: its label, caption and lines, the first of them the headings."""

    name: str
    title: str
    lines: list[list[Any]]
    source: str = "a partner"
    tips: dict[tuple[int, int], str] = field(default_factory=dict)

    def shown(self, artefact: str = "index.html") -> ShownTable:
        lines = [tuple(str(cell) for cell in line) for line in self.lines]
        return ShownTable(artefact, self.name, self.title, self.source, lines[0], tuple(lines[1:]))

    def html(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td title="{html.escape(self.tips.get((row, place), ""))}">'
                f"{html.escape(str(cell))}</td>"
                for place, cell in enumerate(line)
            )
            + "</tr>"
            for row, line in enumerate(self.lines)
        )
        caption = f"Table 1.1: {self.title}. Source: {self.source}."
        return f'<table id="{self.name}"><caption>{caption}</caption>{rows}</table>'


def agencies(rows: dict[str, list[Any]], columns: list[str] | None = None) -> Table:
    """MARAC cases by referring agency, as the report lays them out."""
    lines = [["Agency", *(columns or [PERIOD])], *([name, *cells] for name, cells in rows.items())]
    return Table("tbl-agency", "MARAC cases by referring agency, North Northamptonshire", lines)


def sexes(rows: dict[str, Any], name: str = "tbl-sex", heading: str = PERIOD) -> Table:
    """Clients of the IDVA service by sex."""
    lines = [["Sex", heading], *([sex, cell] for sex, cell in rows.items())]
    return Table(name, "Clients of the IDVA service by sex, North Northamptonshire", lines)


def attack(
    *tables: Table,
    rule: str = RULE,
    indicators: tuple[dict[str, Any], ...] = (),
    others: tuple[Shown, ...] = (),
    period: str = PERIOD,
    **rest: Any,
) -> Audit:
    """The attack on a report that shows just these."""
    shown = Shown(
        f"north/{period}",
        NORTH,
        period,
        tables=tuple(table.shown() for table in tables),
        indicators=indicators,
        texts=(rule,),
    )
    return attack_reports(shown, list(others), council(), public(), **rest)


def addresses(audit: Audit) -> list[str]:
    return [finding.address for finding in audit.findings]


def indicator(name: str, **given: Any) -> dict[str, Any]:
    """An entry of `indicators.json`."""
    usual = {
        "id": name,
        "status": "ok",
        "numerator_period": PERIOD,
        "denominator_period": PERIOD,
        "benchmark": None,
        "other_benchmarks": [],
    }
    return {**usual, "kind": public().formulas[name].kind, **given}


@dataclass
class Book:
    """A report as files: `page` is what stands in the HTML beside the tables."""

    tables: list[Table]
    page: str = ""
    rule: str = RULE
    indicators: list[dict[str, Any]] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        body = "".join(table.html() for table in self.tables)
        text = f"<html><body><p>{self.rule}</p>{body}{self.page}</body></html>"
        (folder / "index.html").write_text(text, encoding="utf-8")
        listed = {"indicators": self.indicators}
        (folder / "indicators.json").write_text(json.dumps(listed), encoding="utf-8")
        return folder

    def attack(self, root: Path, **rest: Any) -> Audit:
        """The attack on this report as the one of North in a project of its own at `root`."""
        project = small_project(root)
        folder = self.write(project.report("north", PERIOD).path)
        return audit_edition(project, load_council(project, "north"), PERIOD, folder, **rest)


def small_project(root: Path) -> Project:
    """Parameters and reference data, no returns."""
    if not (root / "params").exists():
        for folder in ("params", "data/reference"):
            shutil.copytree(ROOT / folder, root / folder)
        shutil.copy(ROOT / "quarto.yml", root)
    return Project(root)


def workbook(path: Path, table: Table, **changed: Any) -> None:
    """A sheet with the table's lines; `changed` cells by reference, as numbers or text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([table.title])
    sheet.append([table.source])
    for line in table.lines:
        sheet.append([str(cell) for cell in line])
    for place, value in changed.items():
        sheet[place] = value
    book.save(path)


def word(path: Path, table: Table) -> None:
    """The least Word document that holds a caption and a table."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t>{html.escape(text)}</w:t></w:r></w:p>"

    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(str(cell))}</w:tc>" for cell in line) + "</w:tr>"
        for line in table.lines
    )
    caption = paragraph(f"Table 1: {table.title}. Source: {table.source}.")
    body = f'<w:document xmlns:w="{name}"><w:body>{caption}<w:tbl>{rows}</w:tbl></w:body>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"{body}</w:document>")


def chart(
    labels: list[str],
    values: list[float],
    written: list[str] | None,
    *,
    alt: str = "Bar chart.",
    ticks: bool = False,
    line: bool = False,
) -> str:
    """A figure of the page, drawn as the chapters draw theirs: `written` are the bars' labels."""
    drawn, ax = plt.subplots(figsize=(7.2, 0.7 + 0.45 * len(labels)))
    if line:
        ax.plot(labels, values, marker="o")
    else:
        bars = ax.barh(labels, values)
        if written:
            ax.bar_label(bars, labels=written, padding=4)
        ax.invert_yaxis()
        ax.xaxis.set_visible(ticks)
    ax.set_frame_on(False)
    return figure(drawn, alt)


def dots(
    labels: list[str],
    values: list[float | None],
    written: list[str],
    *,
    ends: list[tuple[float, float]] | None = None,
    log: bool = False,
    alt: str = "Dots with intervals.",
) -> str:
    """A figure of dots with intervals and no numbers on the value axis, drawn as the chapters draw
    theirs; where the value is None, only its interval is drawn.
    """
    drawn, ax = plt.subplots(figsize=(7.2, 0.9 + 0.45 * len(labels)))
    for row, (value, text) in enumerate(zip(values, written, strict=True)):
        place = value
        if ends is not None:
            ax.hlines(row, *ends[row])
            place = ends[row][1]
        if value is not None:
            ax.plot(value, row, "o", markersize=9)
        ax.annotate(text, (place, row), (9, 0), textcoords="offset points", va="center")
    ax.set_xscale("log" if log else "linear")
    ax.set_yticks(range(len(labels)), labels)
    ax.invert_yaxis()
    ax.margins(x=0.16)
    ax.xaxis.set_visible(False)
    ax.set_frame_on(False)
    return figure(drawn, alt)


def figure(drawn: plt.Figure, alt: str) -> str:
    """A drawing as a figure of the page."""
    stream = io.StringIO()
    drawn.savefig(stream, format="svg", bbox_inches="tight")
    plt.close(drawn)
    data = base64.b64encode(stream.getvalue().encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(alt)}">'
    caption = "<figcaption>Figure 1.1: Numbers. Source: a partner.</figcaption>"
    return f'<figure id="fig-numbers">{image}{caption}</figure>'
