"""Charts: what they refuse, what they leave out, and the words that stand for them."""

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from needs_assessment import charts
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chart import Chart
from needs_assessment.chapter.display import figure_svg
from needs_assessment.chapter.style import use_style
from needs_assessment.errors import AssessmentError

TITLE = "Most cases come from the police"


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    use_style()
    yield
    plt.close("all")


def cell(value: float, spread: float = 2.0) -> Cell:
    return Cell(value, f"{value:g}%", interval=(value - spread, value + spread))


HIDDEN, ABSENT = Cell(None, "[c]"), Cell(None, "[x]")
LEVEL = Cell(40, "40", name="Recommended level: 40")


def bars_of(chart: Chart) -> list[Rectangle]:
    return [
        patch
        for patch in chart.figure.axes[0].patches
        if isinstance(patch, Rectangle) and patch.get_width() * patch.get_height()
    ]


def funnel_data(hidden: Cell) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "Out of": [Cell(9000, "9,000"), Cell(12_000, "12,000"), Cell(None, "[c]")],
            "Value": [Cell(20.0, "20.0"), Cell(11.0, "11.0"), hidden],
            "Position": ["higher", "similar", ""],
        },
        index=["Area A", "Area B", "Area C"],
        dtype=object,
    )
    frame.attrs = {"kind": "rate", "multiplier": 1000, "unit": "per 1,000 people"}
    return frame


def every_chart(hidden: Cell) -> list[Chart]:
    rows = {"Police": cell(60), "Health": hidden, "Housing": cell(12)}
    column = pd.Series(rows, dtype=object, name="Share")
    two = pd.DataFrame({"Cases": column, "Repeats": column}, dtype=object)
    stages = pd.DataFrame(
        {"Number": list(rows.values()), "Value": list(rows.values())},
        index=list(rows),
        dtype=object,
    )
    ratio = {
        "Asian": Cell(1.5, "1.50", interval=(1.1, 2.0)),
        "Black": hidden,
        "White": Cell(0.9, "0.90", interval=(0.8, 1.0)),
    }
    return [
        charts.bars(rows, title=TITLE, benchmarks=[LEVEL]),
        charts.bars(two, title=TITLE),
        charts.dots(rows, title=TITLE),
        charts.stages(stages, title=TITLE),
        charts.lines(two, title=TITLE),
        charts.panels(two, title=TITLE),
        charts.ratios(ratio, title=TITLE),
        charts.funnel(funnel_data(hidden), Cell(15.0, "15.0"), title=TITLE),
    ]


def test_hidden_cells_are_not_drawn_and_are_said_to_be_absent() -> None:
    for chart in every_chart(HIDDEN):
        note = chart.figure.texts
        assert any("[c]: not shown, to protect people" in text.get_text() for text in note)
        assert "[c]: not shown, to protect people" in chart.alt
    assert len(bars_of(charts.bars({"a": cell(5), "b": HIDDEN}, title=TITLE))) == 1


def test_nothing_follows_from_the_shape_of_a_chart() -> None:
    """A chart is the same, to the byte, whatever number stands behind a hidden cell."""
    pictures = []
    for key in ("first", "second"):
        hidden = Cell(None, "[c]", key=key, sources=[{"file": key, "sheet": "", "rows": [1]}])
        pictures.append([figure_svg(chart.figure, "fig-x") for chart in every_chart(hidden)])
    assert pictures[0] == pictures[1]


def test_intervals_and_benchmarks_are_drawn_and_named() -> None:
    chart = charts.bars(
        {"North": cell(30, 4), "West": cell(42, 3)}, title=TITLE, benchmarks=[LEVEL]
    )
    axes = chart.figure.axes[0]
    assert [line.get_xdata()[0] for line in axes.lines] == [40.0]
    assert "Recommended level: 40" in [text.get_text() for text in axes.texts]
    ends = [tuple(path[:, 0]) for lines in axes.collections for path in lines.get_segments()]
    assert ends == [(26.0, 34.0), (39.0, 45.0)]
    assert "North: 30% (95% interval 26 to 34)" in chart.alt
    assert "Line: Recommended level: 40." in chart.alt


def test_series_are_never_joined_over_a_break() -> None:
    frame = pd.DataFrame(
        {"16-74": [cell(5.7), ABSENT, ABSENT], "16+": [ABSENT, cell(8.0), cell(7.8)]},
        index=[2019, 2024, 2025],
        dtype=object,
    )
    chart = charts.lines(frame, title="Each change of the survey starts a new series", unit="%")
    drawn = [line.get_xydata() for line in chart.figure.axes[0].lines]
    shown = [[tuple(point) for point in line if point[1] == point[1]] for line in drawn]
    assert shown == [[(2019, 5.7)], [(2024, 8.0), (2025, 7.8)]]


def test_ratios_beyond_the_scale_are_arrows_and_say_so() -> None:
    """A group without clients is not drawn as if its share were a twentieth."""
    inside = charts.ratios({"Asian": Cell(1.5, "1.50", interval=(1.1, 2.0))}, title=TITLE)
    chart = charts.ratios(
        {
            "65 and over": Cell(0.0, "0.00", interval=(0.0, 0.3)),
            "Asian": Cell(1.5, "1.50", interval=(1.1, 2.0)),
        },
        title=TITLE,
    )
    drawn = [line.get_marker() for line in chart.figure.axes[0].lines]
    assert drawn.count("<") == 1 and drawn.count("o") == 1
    assert any("Arrows go beyond the scale" in text.get_text() for text in chart.figure.texts)
    assert not any("Arrows" in text.get_text() for text in inside.figure.texts)
    assert "65 and over: 0.00 (95% interval 0.00 to 0.30)" in chart.alt


def test_a_funnel_needs_groups_with_a_base() -> None:
    frame = funnel_data(HIDDEN)
    frame.attrs = {"kind": "count", "multiplier": 1, "unit": "places"}
    with pytest.raises(AssessmentError, match="groups each have a base"):
        charts.funnel(frame, Cell(15.0, "15.0"), title=TITLE)


@pytest.mark.parametrize("title", ["", "One two three four five six seven eight nine ten eleven"])
def test_a_title_is_a_finding_of_ten_words_at_most(title: str) -> None:
    with pytest.raises(AssessmentError, match="from 1 to 10 words"):
        charts.bars({"a": cell(1)}, title=title)


def test_at_most_four_series() -> None:
    frame = pd.DataFrame({name: [cell(1)] for name in "abcde"}, index=["x"], dtype=object)
    with pytest.raises(AssessmentError, match="5 series"):
        charts.bars(frame, title=TITLE)
    charts.panels(frame, title=TITLE)


def test_numbers_worked_out_in_the_notebook_are_refused() -> None:
    with pytest.raises(AssessmentError, match="no figure of the library"):
        charts.bars(pd.Series({"a": 3.0}), title=TITLE)
    with pytest.raises(AssessmentError, match="without data"):
        charts.dots(pd.DataFrame(), title=TITLE)


@pytest.mark.parametrize("draw", [charts.bars, charts.dots])
def test_a_series_that_has_no_value_for_a_row_is_not_named_there(
    draw: Callable[..., Chart],
) -> None:
    frame = pd.DataFrame(
        {"here": [cell(12), cell(2)], "UK": [cell(14), Cell(None, "")]},
        index=["Male", "Aged 17 or younger"],
        dtype=object,
    )
    chart = draw(frame, title=TITLE)
    texts = [text.get_text() for text in chart.figure.axes[0].texts]
    assert sorted(filter(None, texts)) == ["12% here", "14% UK", "2% here"]
    assert chart.alt.count("UK") == 1
