"""Generated returns as messy as partners': what they hold is known cell by cell."""

from dataclasses import dataclass, field
from typing import Any

import openpyxl
from hypothesis import strategies as st

from needs_assessment.periods import parse_period
from needs_assessment.returns.layout import is_total
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.tokens import read_token
from returned import DICTIONARY

KINDS = [
    (entry.id, dimension, category)
    for entry in DICTIONARY.values()
    if entry.kind == "count" and entry.over_time == "sum"
    for dimension, category in [
        ("", ""),
        *((name, each) for name, shape in entry.dimensions.items() for each in shape.categories),
    ]
]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
QUARTERS = ("Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar")
TOKENS = {
    "<5": "below:5",
    "under 5": "below:5",
    "5 or under": "below:6",
    "10 or greater": "at-least:10",
    "c": "confidential",
    "*": "confidential",
    "[c]": "confidential",
    "x": "not available",
    ":": "not available",
    "z": "not applicable",
    "almost 9,000": "approximate",
    "1,204 [p]": "provisional",
}
JUNK = ("see note", "#REF!", "-3", "2.5", "12a", "n/k", "1,27", "4 or 5", "£12", "30%", "--")
TOTALS = ("Total", "TOTAL:", "Grand total", "Sub-total")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")


@dataclass(frozen=True)
class Put:
    """A cell of statistics: what it means, and the row (from 1) and heading it stands under."""

    kind: tuple[str, str, str]
    period: str
    area: str
    text: str
    row: int
    heading: str

    @property
    def key(self) -> tuple[str, ...]:
        return (*self.kind, self.period, self.area, self.text, str(self.row))


@dataclass
class Messy:
    """A sheet, the form that reads it, what it holds, and the rows that must be noted."""

    rows: list[list[Any]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    put: list[Put] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    footnotes: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    total_column: bool = False

    @property
    def junk(self) -> list[Put]:
        return [each for each in self.put if each.text in JUNK]


words = st.text(alphabet="abcdeXY ,;|\t\n'\"é/().", min_size=1, max_size=14).filter(
    lambda text: (
        any(letter in "bdeXY" for letter in text)
        and read_token(text) is None
        and not is_total(text)
    )
)

# What stands above and below tables, never a label.
sentences = words.map("& {}".format)


def labels(count: int) -> st.SearchStrategy[list[str]]:
    """Different labels, none of them another one's heading."""
    taken = {"item", "when", "figure", "remark", "where"}
    return st.lists(
        words.filter(lambda text: plain(text) not in taken),
        min_size=count,
        max_size=count,
        unique_by=plain,
    )


def spellings(period: str) -> list[str]:
    """The ways partners write a year, quarter or month."""
    found = parse_period(period)
    year, short = found.start.year, found.start.year % 100
    if found.months == 1:
        name = MONTHS[found.start.month - 1]
        return [period, f"{name}-{short:02d}", f"{name} {year}", f"{name.upper()} {year}"]
    if found.months == 3:
        first, quarter = int(period[:4]), int(period[-1])
        span = QUARTERS[quarter - 1]
        return [
            period,
            f"Q{quarter} {first}/{(first + 1) % 100:02d}",
            f"{first}/{first + 1} Q{quarter}",
            f"{span} {short:02d}",
            f"{span.replace('-', ' to ')} {year}",
            f"{span.replace('-', f' {year} – ')} {year}",
        ]
    if found.start.month == 1:
        return [period, f"Jan {year} to Dec {year}", f"01/01/{year} - 31/12/{year}"]
    return [
        period,
        f"{year}/{(year + 1) % 100:02d}",
        f"{year}/{year + 1}",
        f"FY{short:02d}/{short + 1:02d}",
        f"Apr {year} to Mar {year + 1}",
        f"01.04.{short:02d} to 31.03.{short + 1:02d}",
        f"year ending March {year + 1}",
    ]


@st.composite
def periods(draw: st.DrawFn, most: int = 5) -> list[tuple[str, str]]:
    """Different periods of one length, canonical and as written."""
    year = draw(st.integers(2013, 2030))
    kind = draw(st.sampled_from(["year", "calendar", "quarter", "month"]))
    count = draw(st.integers(1, most))
    if kind == "year":
        found = [f"{y}-{(y + 1) % 100:02d}" for y in range(year, year + count)]
    elif kind == "calendar":
        found = [str(y) for y in range(year, year + count)]
    elif kind == "quarter":
        found = [
            f"{year + n // 4}-{(year + n // 4 + 1) % 100:02d} Q{n % 4 + 1}" for n in range(count)
        ]
    else:
        found = [f"{year + n // 12}-M{n % 12 + 1:02d}" for n in range(count)]
    return [(period, draw(st.sampled_from(spellings(period)))) for period in found]


def values(blank: bool, junk: bool) -> st.SearchStrategy[str]:
    counts = st.integers(0, 2_000_000)
    kinds = [counts.map(str), counts.map("{:,}".format), st.sampled_from(list(TOKENS))]
    if blank:
        kinds.append(st.just(""))
    if junk:
        kinds.append(st.sampled_from(JUNK))
    return st.one_of(kinds)


# What a number format makes of a number: the number, the format.
SHOWN = {
    "<5": (3, '[<5]"<5";0'),
    "under 5": (0, '"under 5"'),
    "c": (4, '[<5]"c";#,##0'),
    "*": (2, '[<=5]"*";General'),
    "[c]": (17, '"[c]"'),
    "1,204 [p]": (1204, '#,##0" [p]"'),
    "30%": (0.3, "0%"),
    "£12": (12, "[$£-809]#,##0"),
    "-3": (-3, "#,##0;[Red]-#,##0"),
    "2.5": (2.5, "0"),
    "see note": (8, '"see note"'),
}
HIDDEN_ROWS = 4


def write(messy: Messy, path: Any, how: str) -> Any:
    """The sheet as a workbook. `how`: all as text; whole numbers as `numbers`; or with `formats`,
    where numbers are shown as something else, and every fourth row is hidden.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    for row, cells in enumerate(messy.rows, start=1):
        for column, cell in enumerate(cells, start=1):
            if cell in (None, ""):
                continue
            number = how != "text" and str(cell).isdigit()
            written = sheet.cell(row, column, int(cell) if number else cell)
            if how == "formats" and cell in SHOWN:
                written.value, written.number_format = SHOWN[cell]
        sheet.row_dimensions[row].hidden = how == "formats" and row % HIDDEN_ROWS == 0
    for block in messy.merged:
        sheet.merge_cells(block)
    book.save(path)
    return path
