"""The words and tables of a dashboard, as one file of a book."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from needs_assessment.book import markdown
from needs_assessment.book.markdown import callout, escape
from needs_assessment.display import NOT_AVAILABLE, SUPPRESSED, join_words, long_date
from needs_assessment.periods import parse_period

Data = Mapping[str, Any]

_CLEAR = ("higher", "lower")
_MOST_SENTENCES = 5


def page(data: Data, figure: str, alt: str, notice: str | None) -> str:
    """The dashboard of `data` (see `disclosure.quarterly.quarterly_data`) in the book's Markdown.

    `figure` is the path of the trends' chart and `alt` its words.
    """
    latest, same = (parse_period(data[each]) for each in ("latest", "same"))
    name = data["council"]["name"]
    parts = [
        f"# {escape(_heading(data))} {{#sec-dashboard .unnumbered}}",
        *([callout("important", escape(notice), _warning(data))] if notice else []),
        f"Figures for {escape(name)} up to {long_date(latest.end.isoformat())}, as partners had "
        f"returned them. Each is set beside the same quarter of {escape(same.text[:7])}. A "
        "difference that chance alone could make is called “no clear change”.",
        *_headlines(data),
        _headline_table(data),
        *_targets(data),
        "## Data still missing {.unnumbered}",
        _missing(data),
        "## By quarter, by who refers and by place {.unnumbered}",
        _trends(data, figure, alt),
        *_breakdowns(data),
        "## How to read this page {.unnumbered}",
        escape(data["policy"]),
        r"\[x\] stands for a number that no partner returned. Lines in the charts are 95% "
        "intervals. What each indicator counts is in the annual assessment.",
    ]
    return "\n\n".join(parts) + "\n"


def title(data: Data) -> tuple[str, str]:
    """Title and subtitle of the dashboard."""
    return "Domestic abuse dashboard", f"{data['council']['name']}, {data['part_words']}"


def _heading(data: Data) -> str:
    return f"{data['council']['name']}: {data['part_words']}"


def _warning(data: Data) -> str:
    said = []
    if data["edition"]["version"]["status"] == "draft":
        said.append("This is a draft. It has not been approved.")
    if data["nature"] == "illustrative":
        said.append("It contains illustrative data, which say nothing about any real place.")
    return " ".join(said)


def named(indicator: Data) -> str:
    """The indicator's name; a share says that it is one, as a number may have the same name."""
    return f"{indicator['name']} (%)" if indicator["unit"] == "%" else indicator["name"]


def _short(period: str) -> str:
    """“Q2 2024-25”, “Q1-Q2 2024-25”."""
    found = parse_period(period)
    quarters = [each.text[-2:] for each in found.quarters()]
    ends = quarters[0] if len(quarters) == 1 else f"{quarters[0]}-{quarters[-1]}"
    return f"{ends} {period[:7]}"


def _headlines(data: Data) -> list[str]:
    """What has clearly changed, since the quarter or the part of the year before."""
    said = []
    for each in data["indicators"]:
        for view, period in (("now", data["same"]), ("so_far", _before(data))):
            found = each[view]
            if found["direction"] in _CLEAR and found["previous"]:
                when = _short(data["latest"] if view == "now" else data["part"])
                said.append(
                    f"- **{escape(named(each))}:** {_span(found['display'], each['id'])} in "
                    f"{when}, {found['direction']} than the {escape(found['previous']['display'])}"
                    f" of {_short(period)}."
                )
                break
    if not said:
        return ["Nothing in the table below has clearly changed since a year before."]
    more = len(said) - _MOST_SENTENCES
    rest = [f"{more} more clear change{'s' * (more > 1)}: see the table."] if more > 0 else []
    return ["\n".join(said[:_MOST_SENTENCES]), *rest]


def _before(data: Data) -> str:
    return parse_period(data["part"]).previous().text


def _headline_table(data: Data) -> str:
    several = data["part"] != data["latest"]
    columns = ["Indicator", _short(data["latest"]), _short(data["same"]), "Change"]
    if several:
        columns += [_short(data["part"]), _short(_before(data)), "Change"]
    rows = []
    for each in data["indicators"]:
        same = each["quarters"].get(data["same"])
        row = [escape(named(each)), *_pair(each["now"], same, each["id"])]
        if several:
            row += _pair(each["so_far"], each["before"], each["id"])
        rows.append(row)
    caption = (
        f"Indicators of the latest quarter, {data['council']['name']}."
        f" Sources: {join_words(_partners(data))}.{_illustrative(data)}"
    )
    return markdown.table(
        columns,
        rows,
        label="tbl-dashboard",
        caption=escape(caption),
        align=["left", *(["right", "right", "left"] * (2 if several else 1))],
    )


def _pair(now: Data, before: Data | None, key: str) -> list[str]:
    """Two numbers and what lies between them."""
    first = now["display"] if now["status"] != "unavailable" else NOT_AVAILABLE
    second = before["display"] if before and before["status"] != "unavailable" else NOT_AVAILABLE
    return [_span(first, key), escape(second), escape(_change(now, first, second))]


def _change(now: Data, first: str, second: str) -> str:
    if SUPPRESSED in (first, second):
        return SUPPRESSED
    return now["direction"] or "not compared"


def _span(display: str, key: str) -> str:
    return markdown.figure_span(display, key)


def _partners(data: Data) -> list[str]:
    found: Iterable[str] = (
        partner for each in data["indicators"] for partner in each["now"]["partners"]
    )
    return list(dict.fromkeys(found))


def _illustrative(data: Data) -> str:
    return " Illustrative data." if data["nature"] == "illustrative" else ""


def _trends(data: Data, figure: str, alt: str) -> str:
    first, last = data["periods"][0], data["periods"][-1]
    caption = (
        f"The main indicators by quarter, {_short(first)} to {_short(last)}, with 95% intervals."
        f"{_illustrative(data)}"
    )
    words = " ".join(alt.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'![{escape(caption)}]({figure}){{#fig-trends fig-alt="{words}"}}'


def _breakdowns(data: Data) -> list[str]:
    found = []
    for each in data["breakdowns"]:
        rows = [
            [escape(row["label"]), escape(row["now"]["display"]), escape(_display(row["before"]))]
            for row in each["rows"]
        ]
        label = f"tbl-{each['measure'].replace('.', '-')}-{each['label'].split()[0].lower()}"
        by = each["label"].lower()
        name = each["name"] if by in each["name"].lower() else f"{each['name']}, by {by}"
        caption = f"{name}.{_illustrative(data)}"
        columns = [each["label"], _short(data["latest"]), _short(data["same"])]
        found.append(
            markdown.table(
                [escape(column) for column in columns],
                rows,
                label=label,
                caption=escape(caption),
                align=["left", "right", "right"],
            )
        )
    return found


def _display(cell: Data | None) -> str:
    return cell["display"] if cell else NOT_AVAILABLE


def _targets(data: Data) -> list[str]:
    """Targets for which there is a figure of the latest quarter."""
    known = {each["id"]: each for each in data["indicators"]}
    rows = []
    for target in data["targets"]:
        each = known.get(target["indicator"])
        if each is None:
            continue
        now = each["now"]
        limit = f"{target['direction']} {target['target']:g}{'%' * (each['unit'] == '%')}"
        rows.append(
            [
                escape(named(each)),
                escape(limit),
                long_date(target["by"]),
                _span(now["display"], each["id"]),
                _met(now, target),
            ]
        )
    if not rows:
        return []
    columns = ["Target", "Level", "By", _short(data["latest"]), "Reached"]
    align = ["left", "left", "left", "right", "left"]
    caption = "Targets of the strategy that can be followed by quarter."
    return [
        markdown.table(columns, rows, label="tbl-targets", caption=escape(caption), align=align)
    ]


def _met(now: Data, target: Data) -> str:
    if now["value"] is None:
        return escape(SUPPRESSED if now["status"] == "suppressed" else NOT_AVAILABLE)
    above = now["value"] >= target["target"]
    below = now["value"] <= target["target"]
    return "yes" if (above if target["direction"] == "at least" else below) else "not yet"


def _missing(data: Data) -> str:
    if not data["missing"]:
        return (
            f"Every partner who returns figures by quarter has returned {_short(data['latest'])}."
        )
    lines: Sequence[str] = [
        f"- {escape(each['name'])}: {escape(each['reason'])}." for each in data["missing"]
    ]
    return "\n".join(lines)
