"""What a notebook may use, and what it may not do."""

import math
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from needs_assessment.chapter import chapter as chapter_module
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chapter import Chapter
from needs_assessment.chapter.display import figure_svg
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.slices import EVERYTHING, Reads
from needs_assessment.errors import AssessmentError
from stores import store_of

MEASURES = frozenset({"marac.cases", "marac.repeats", "marac.referrals", "perpetrators.suspects"})


@pytest.fixture(scope="module")
def stores() -> dict[str, ProtectedStore]:
    return {name: store_of(name) for name in ("north", "three-rivers")}


@pytest.fixture
def emitted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    monkeypatch.setattr(chapter_module, "emit", lambda record, shown: records.append(record))
    return records


def chapter_of(store: ProtectedStore, name: str) -> Chapter:
    return Chapter(store, Reads(name, MEASURES, parts=frozenset({EVERYTHING})))


@pytest.fixture
def chapter(stores: dict[str, ProtectedStore]) -> Chapter:
    return chapter_of(stores["north"], "marac")


def test_counts_by_category_keep_their_keys_and_hide(chapter: Chapter) -> None:
    frame = chapter.counts("marac.referrals", by="agency", over="quarter")
    assert frame.index.name == "Agency"
    assert list(frame.columns) == ["Q1", "Q2", "Q3", "Q4", "2024-25"]
    cells = [cell for column in frame for cell in frame[column]]
    assert all(isinstance(cell, Cell) for cell in cells)
    hidden = [cell for cell in cells if cell.display == "[c]"]
    assert hidden and all(math.isnan(cell) for cell in hidden)
    police = frame.loc["Police", "Q1"]
    assert police.key == "marac.referrals|2024-25 Q1|E06000061|agency|police"
    assert frame.T.loc["Q1", "Police"].key == police.key, "a cell keeps its key through pandas"


def test_the_caveat_of_a_return_stands_under_every_table_of_its_figures(
    stores: dict[str, ProtectedStore], emitted: list[dict[str, Any]]
) -> None:
    measures = frozenset({"caseworker.referrals", "idva.referrals"})
    chapter = Chapter(stores["three-rivers"], Reads("services", measures))
    both = chapter.counts("caseworker.referrals", over="year")
    chapter.table(both, label="tbl-both", caption="Referrals", notes=["A note."])
    chapter.table(both.tail(1), label="tbl-last", caption="Referrals")
    assert list(both.index) == ["2016-17", "2017-18"]
    assert [len(record["notes"]) for record in emitted] == [2, 0]
    assert "does not say which year" in emitted[0]["notes"][1]


def test_counts_over_time(chapter: Chapter) -> None:
    frame = chapter.counts(["marac.cases", "marac.repeats"], over="quarter")
    assert list(frame.index) == ["Q1", "Q2", "Q3", "Q4", "2024-25"]
    assert frame.iloc[:4, 0].astype(float).sum() == float(frame.iloc[4, 0])
    years = chapter.counts("marac.cases", over="year")
    assert list(years.index) == ["2023-24", "2024-25"]


def test_arithmetic_in_a_notebook_loses_the_key(chapter: Chapter, emitted: list) -> None:
    frame = chapter.counts("marac.cases", over="quarter")
    doubled = frame.map(lambda cell: cell * 2)
    with pytest.raises(AssessmentError, match="worked out in the notebook"):
        chapter.table(doubled, label="tbl-doubled", caption="Doubled")
    totals = pd.DataFrame({"Sum": [frame.iloc[:, 0].astype(float).sum()]})
    with pytest.raises(AssessmentError, match="worked out in the notebook"):
        chapter.table(totals, label="tbl-sum", caption="Sum")
    assert emitted == []


def test_measures_must_be_named_in_the_metadata(chapter: Chapter) -> None:
    with pytest.raises(AssessmentError, match=r"does not name “police.crimes”"):
        chapter.counts("police.crimes")
    with pytest.raises(AssessmentError, match=r"no measure “marac.case”.*marac.cases"):
        chapter.counts("marac.case")
    with pytest.raises(AssessmentError, match=r"no dimension “agent”.*agency"):
        chapter.counts("marac.referrals", by="agent")
    with pytest.raises(AssessmentError, match=r"no indicator “marac.rat”.*marac.rate"):
        chapter.indicator("marac.rat")


def test_captions_and_alternative_text_are_required(chapter: Chapter, emitted: list) -> None:
    frame = chapter.counts("marac.cases", over="quarter")
    with pytest.raises(AssessmentError, match="no caption"):
        chapter.table(frame, label="tbl-cases", caption=" ")
    figure, _ = plt.subplots()
    with pytest.raises(AssessmentError, match="no alternative text"):
        chapter.figure(figure, label="fig-cases", caption="Cases", alt="", data=frame)
    with pytest.raises(AssessmentError, match="must start with tbl-"):
        chapter.table(frame, label="cases", caption="Cases")
    chapter.table(frame, label="tbl-twice", caption="Cases")
    with pytest.raises(AssessmentError, match="used twice"):
        chapter.table(frame, label="tbl-twice", caption="Cases")


def test_a_table_record(chapter: Chapter, emitted: list[dict[str, Any]]) -> None:
    frame = chapter.counts("marac.cases", over="quarter")
    chapter.table(frame, label="tbl-cases", caption="Cases", notes=["A note."])
    record = emitted[0]
    assert record["columns"] == ["Period", "MARAC cases"]
    assert record["align"] == ["left", "right"]
    assert record["nature"] == "illustrative"
    assert record["source"] == "the MARAC coordinator"


def test_an_indicator_table_says_why_one_is_missing(
    stores: dict[str, ProtectedStore], emitted: list[dict[str, Any]]
) -> None:
    chapter = chapter_of(stores["three-rivers"], "refuge")
    chapter.indicators("refuge.places", "refuge.recommended", label="tbl-x", caption="Refuge")
    record = emitted[0]
    assert record["rows"][0][1] == "not available"
    assert "no return gives" in record["notes"][0]


def test_an_empty_frame_is_a_gap(
    stores: dict[str, ProtectedStore], emitted: list[dict[str, Any]]
) -> None:
    chapter = chapter_of(stores["three-rivers"], "perpetrators")
    frame = chapter.counts("perpetrators.suspects", over="year")
    assert frame.empty
    chapter.table(frame, label="tbl-suspects", caption="Suspects by year")
    assert emitted[0]["kind"] == "gap" and "no return" in emitted[0]["text"]


def test_survey_series_are_never_one_column(chapter: Chapter) -> None:
    frame = chapter.surveys()
    assert len(frame.columns) >= 3
    shown = frame.astype(float).notna()
    assert (shown.sum(axis=0) >= 1).all()
    assert "16+ new questions" in frame.columns
    assert not shown.loc[shown.index < 2024, "16+ new questions"].any()


def test_a_figure_is_the_same_bytes_every_time() -> None:
    def draw() -> str:
        figure, axes = plt.subplots()
        axes.bar(["a", "b"], [1, 2])
        return figure_svg(figure, "fig-x")

    first = draw()
    assert first == draw()
    assert "<dc:date>" not in first
