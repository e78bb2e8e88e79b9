"""The records that tables, figures and gaps leave in a notebook for the report."""

import html
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.origins import origins
from needs_assessment.display import chapter_title, decimal_places, format_number, join_words
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import Period, parse_period
from needs_assessment.settings import nearest

# What an output of a notebook that holds a record is marked with.
MIME = "application/vnd.needs-assessment+json"
SURVEY_SOURCE = "Office for National Statistics, Crime Survey for England and Wales"
_NATURES = ["published", "confidential", "illustrative"]


def table(frame: pd.DataFrame, label: str, caption: str, notes: Sequence[str]) -> dict[str, Any]:
    """The record of a table whose first column is the frame's index."""
    _need(caption, f"{label} has no caption.", "Say what it shows, for whom and when.")
    cells = [cell for column in frame.columns for cell in frame[column]]
    _refuse_plain_numbers(cells, label)
    first = str(frame.index.name or "")
    return {
        "kind": "table",
        "label": label,
        "caption": caption,
        "columns": [first, *(str(column) for column in frame.columns)],
        "align": ["left", *(_alignment(frame[column]) for column in frame.columns)],
        "rows": [
            [str(name), *(str(cell) for cell in row)]
            for name, row in zip(frame.index, frame.to_numpy(), strict=True)
        ],
        "figures": [
            ["", *(cell.indicator if isinstance(cell, Cell) else "" for cell in row)]
            for row in frame.to_numpy()
        ],
        "notes": list(notes),
        # An indicator's number leads to its sources by itself.
        "origins": origins(frame, lambda cell: not cell.indicator),
        "source": _source(cells),
        "nature": _nature(cells),
    }


def figure(label: str, caption: str, alt: str, data: pd.DataFrame | pd.Series) -> dict[str, Any]:
    """The record of a chart, with the numbers it draws as they are displayed."""
    _need(caption, f"{label} has no caption.", "Say what it shows, for whom and when.")
    _need(alt, f"{label} has no alternative text.", "Say in words what the chart shows.")
    frame = data.to_frame() if isinstance(data, pd.Series) else data
    cells = [cell for column in frame.columns for cell in frame[column]]
    _refuse_plain_numbers(cells, label)
    return {
        "kind": "figure",
        "label": label,
        "caption": caption,
        "alt": alt,
        "data": {
            "columns": [str(frame.index.name or ""), *(str(each) for each in frame.columns)],
            "rows": [
                [str(name), *(str(cell) for cell in row)]
                for name, row in zip(frame.index, frame.to_numpy(), strict=True)
            ],
        },
        "origins": origins(frame),
        "source": _source(cells),
        "nature": _nature(cells),
    }


def indicator_cell(entry: dict[str, Any]) -> Cell:
    """An indicator's value as a cell."""
    return Cell(
        entry["value"],
        entry["display"],
        key=entry["id"],
        nature=entry["nature"],
        sources=entry["sources"],
        indicator=entry["id"],
        partners=entry["partners"],
        interval=(entry["lower"], entry["upper"]) if entry["value"] is not None else (None, None),
        wide=(entry["wide_lower"], entry["wide_upper"])
        if entry["value"] is not None
        else (None, None),
        name=entry["name"],
        period=entry["figures"]["period"],
    )


def indicator_table(
    entries: list[dict[str, Any]], label: str, caption: str, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The record of a table of indicators; a column that would be empty is left out.

    Raises AssessmentError when `entries` is empty.
    """
    if not entries:
        raise AssessmentError(f"{label} names no indicator.", "Name one, or leave the table out.")
    rows = [
        {
            "Indicator": entry["name"],
            "Value": indicator_cell(entry),
            "95% interval": interval_words(entry),
            "Based on": base_words(entry),
            "Compared with": comparison_words(entry),
        }
        for entry in entries
    ]
    frame = pd.DataFrame(rows, dtype=object).set_index("Indicator")
    for column in ("95% interval", "Based on", "Compared with"):
        if frame[column].eq("").all():
            frame = frame.drop(columns=column)
    reasons = [
        f"{entry['name']}: not available, because {reason_words(entry)}."
        for entry in entries
        if entry["status"] == "unavailable"
    ]
    record = table(frame, label, caption, [*notes, *reasons])
    return {**record, "align": ["left", "right", *["left"] * (len(record["columns"]) - 2)]}


def reason_words(entry: dict[str, Any]) -> str:
    """Why an indicator is not available; its own name is not said again."""
    how, _, what = entry["reason"].partition(": ")
    return f"{how} it" if what == entry["name"] else entry["reason"]


def survey_frame(surveys: list[dict[str, Any]], measure: str, sex: str) -> pd.DataFrame:
    """Survey percentages: a row per survey year, a column per series."""
    chosen = [each for each in surveys if (each["measure"], each["sex"]) == (measure, sex)]
    years = sorted({each["edition"] for each in chosen})
    series = list(dict.fromkeys(each["series"] for each in chosen))
    held = {(each["edition"], each["series"]): each for each in chosen}
    return pd.DataFrame(
        {name: [_survey_cell(held.get((year, name))) for year in years] for name in series},
        index=pd.Index(years, name="Year ending March"),
        dtype=object,
    )


def benchmark_frame(
    benchmarks: list[dict[str, Any]], publishers: dict[str, str], name: str
) -> pd.DataFrame:
    """A benchmark's verified values by period."""
    held = {each["id"]: each for each in benchmarks}
    if name not in held:
        raise AssessmentError(f"There is no benchmark “{name}”.", nearest(name, list(held)))
    benchmark = held[name]
    unit = "%" if benchmark["unit"] == "%" else ""
    values = [
        each
        for each in benchmark["values"]
        if benchmark["verified"] and each["verified"] and each["value"] is not None
    ]
    return pd.DataFrame(
        {
            benchmark["name"]: [
                Cell(
                    each["value"],
                    format_number(
                        each["value"], decimal_places(Fraction(str(each["value"]))), unit=unit
                    ),
                    key=name,
                    partners=[publishers.get(each["source"], benchmark["geography"])],
                )
                for each in values
            ]
        },
        index=pd.Index(
            [parse_period(each["period"]).words() if each["period"] else "" for each in values],
            name="Period",
        ),
        dtype=object,
    )


def benchmark_publishers(
    benchmarks: list[dict[str, Any]], publishers: dict[str, str]
) -> dict[str, str]:
    """Who published the latest verified value of each benchmark, by benchmark id."""
    found = {}
    for benchmark in benchmarks:
        sources = [each["source"] for each in benchmark["values"] if each["verified"]]
        if benchmark["verified"] and sources and sources[-1] in publishers:
            found[benchmark["id"]] = publishers[sources[-1]]
    return found


def benchmark_line(benchmarks: list[dict[str, Any]], name: str, period: Period) -> Cell:
    """The latest verified value of a benchmark up to a period, named for a line in a chart."""
    held = {each["id"]: each for each in benchmarks}
    if name not in held:
        raise AssessmentError(f"There is no benchmark “{name}”.", nearest(name, list(held)))
    benchmark = held[name]
    usable = [
        (parse_period(each["period"]).end if each["period"] else date.min, number, each)
        for number, each in enumerate(benchmark["values"])
        if benchmark["verified"] and each["verified"] and each["value"] is not None
    ]
    usable = [each for each in usable if each[0] <= period.end]
    if not usable:
        return Cell(None, "", key=name, name=benchmark["name"])
    value = max(usable)[2]
    unit = "%" if benchmark["unit"] == "%" else ""
    shown = format_number(value["value"], decimal_places(Fraction(str(value["value"]))), unit=unit)
    if benchmark["kind"] == "average":
        when = f", {parse_period(value['period']).words()}" if value["period"] else ""
        label = f"{benchmark['geography']}{when}: {shown}"
    elif benchmark["kind"] == "limit":
        label = f"Upper limit ({benchmark['geography']}): {shown}"
    else:
        label = f"Recommended level ({benchmark['geography']}): {shown}"
    return Cell(value["value"], shown, key=name, name=label, partners=[benchmark["geography"]])


def returns_frame(returns: list[dict[str, Any]]) -> pd.DataFrame:
    """The returns of an edition, in words."""
    return pd.DataFrame(
        {
            "Return": [each["file"] for each in returns],
            "Partner": [each["partner"] for each in returns],
            "Received": [each["received"] for each in returns],
            "Nature": [each["nature"] for each in returns],
            "Data quality": [each["quality"] for each in returns],
        }
    ).set_index("Return")


def gaps_frame(entries: list[dict[str, Any]], chapter: str | None) -> pd.DataFrame:
    """Indicators that cannot be given, with the reason."""
    missing = [
        entry
        for entry in entries
        if entry["status"] == "unavailable"
        and not entry["optional"]
        and chapter in (None, entry["chapter"])
    ]
    return pd.DataFrame(
        {
            "Indicator": [entry["name"] for entry in missing],
            "Chapter": [chapter_title(entry["chapter"]) for entry in missing],
            "Why it is not available": [_sentence(reason_words(entry)) for entry in missing],
        }
    ).set_index("Indicator")


def shown(record: dict[str, Any]) -> dict[str, str]:
    """What Jupyter shows for a table's record."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in record["columns"])
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in record["rows"]
    )
    caption = f"<caption>{html.escape(record['caption'])}</caption>"
    table_html = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return {"text/html": table_html, "text/plain": record["caption"]}


def interval_words(entry: dict[str, Any]) -> str:
    """The 95 % interval of an indicator, or nothing where there is none to show."""
    if entry["status"] in ("suppressed", "unavailable", "bounded"):
        return ""
    return "" if entry["lower"] is None else entry["figures"]["interval"]


def base_words(entry: dict[str, Any]) -> str:
    """What an indicator rests on: its counts and period, or nothing where it is not shown."""
    figures, status, kind = entry["figures"], entry["status"], entry["kind"]
    if status in ("suppressed", "unavailable"):
        return ""
    if status == "reported":
        return f"as reported, {figures['period']}"
    if kind == "change":
        return f"{figures['numerator']} against {figures['denominator']}"
    if figures["survey"] != "no survey":
        return f"{figures['survey']}; {figures['population']}"
    if kind in ("rate", "shortfall") and entry["population"]:
        return f"{figures['numerator']}, {figures['period']}; {figures['population']}"
    if kind == "cost" and entry["population"] and entry["numerator"]:
        share = entry["value"] / entry["denominator"] / entry["numerator"]
        unit_cost = format_number(entry["numerator"], 0, unit=entry["unit"])
        return (
            f"{figures['population']}, times {format_number(100 * share, 1, unit='%')}, times "
            f"{unit_cost}"
        )
    if entry["population"]:
        return str(figures["population"])
    if kind == "proportion":
        return f"{figures['base']}, {figures['period']}"
    if kind == "representation" and entry["recommended"] is not None:
        share = format_number(entry["recommended"], 1, unit="%")
        return f"{figures['base']}, {figures['period']}; {share} of residents"
    if kind == "ratio":
        return f"{figures['numerator']} divided by {figures['denominator']}, {figures['period']}"
    return str(figures["period"])


def comparison_words(entry: dict[str, Any]) -> str:
    """How an indicator compares with its benchmarks, each with its geography and period."""
    figures = entry["figures"]
    parts = []
    for prefix, benchmark in zip(
        ("", "also_"), [entry["benchmark"], *entry["other_benchmarks"]], strict=False
    ):
        if benchmark is None or benchmark["comparison"] is None:
            continue
        period = figures[f"{prefix}benchmark_period"]
        where = ", ".join(filter(None, [benchmark["geography"], period]))
        parts.append(f"{figures[f'{prefix}comparison']} {figures[f'{prefix}benchmark']} ({where})")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def _survey_cell(found: dict[str, Any] | None) -> Cell:
    if found is None:
        return Cell(None, "")
    return Cell(
        found["percent"],
        format_number(found["percent"], 1, unit="%"),
        key=f"survey|{found['edition']}|{found['series']}",
        partners=[SURVEY_SOURCE],
    )


def _alignment(column: pd.Series) -> str:
    return "right" if any(isinstance(cell, Cell) for cell in column) else "left"


def _refuse_plain_numbers(cells: Iterable[object], label: str) -> None:
    for cell in cells:
        if isinstance(cell, int | float) and not isinstance(cell, Cell):
            raise AssessmentError(
                f"{label} holds a number ({cell}) that was worked out in the notebook.",
                "Take numbers from chapter.counts or chapter.indicator, so that they keep their "
                "source and are checked before they are shown.",
            )


def _source(cells: Iterable[object]) -> str:
    partners = [name for cell in cells if isinstance(cell, Cell) for name in cell.partners]
    return join_words(list(dict.fromkeys(partners)))


def _nature(cells: Iterable[object]) -> str:
    natures = [cell.nature for cell in cells if isinstance(cell, Cell)]
    return max(natures, key=_NATURES.index, default="published")


def _need(text: str, message: str, hint: str) -> None:
    if not text or not text.strip():
        raise AssessmentError(message, hint)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
