"""A chapter's view of the protected store."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from needs_assessment.chapter import board, records, statutory
from needs_assessment.chapter.breakdowns import breakdown_frame, less_than_share, overall_cell
from needs_assessment.chapter.cell import Cell
from needs_assessment.chapter.chart import Chart
from needs_assessment.chapter.counts import counts_by_category, counts_over_time, other_areas
from needs_assessment.chapter.display import emit, figure_svg
from needs_assessment.chapter.messages import Message, choose_messages
from needs_assessment.chapter.quality import missing_frame, quality_frame, questions_frame
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.slices import (
    EVERYTHING,
    SURVEYS,
    THEMES,
    VOICE,
    Reads,
    store_slice,
)
from needs_assessment.errors import AssessmentError
from needs_assessment.periods import parse_period
from needs_assessment.settings import nearest


class Chapter:
    """What a notebook may use. Every number in its frames is a `Cell` that keeps its key, and
    [c] where it may not be shown. Of `store` it has what the notebook's metadata says it `reads`.
    """

    def __init__(self, store: ProtectedStore, reads: Reads):
        self.name = reads.chapter
        self._store = ProtectedStore(store_slice(store.data, reads))
        self._reads = reads
        self._labels: set[str] = set()
        self.period = parse_period(store.data["edition"]["period"])
        self.council = store.data["council"]["name"]
        self.area = store.data["council"]["area"]
        self.board = store.data["edition"]["board"]
        self.version = store.data["edition"]["version"]

    def counts(
        self,
        measure: str | Sequence[str],
        *,
        by: str | None = None,
        over: str | None = None,
        area: str | None = None,
    ) -> pd.DataFrame:
        """Counts as a frame of `Cell`s, empty when no partner returned them.

        With `by`, a row per category (and “Total”), and a column for the edition's period or,
        `over="quarter"`, one for each quarter and the year. Without `by`, a column per measure
        and a row for the edition's period, each quarter (`over="quarter"`, with the year last)
        or each year up to this edition (`over="year"`). Totals come with the counts: a sum over
        hidden cells is no total. Raises AssessmentError for a measure that the notebook's
        metadata does not name, or an unknown dimension.
        """
        names = [measure] if isinstance(measure, str) else list(measure)
        for name in names:
            self._check_measure(name)
        if by is None:
            return counts_over_time(self._store, names, self.period, over, area)
        dimensions = self._store.measures[names[0]]["dimensions"]
        if by not in dimensions:
            raise AssessmentError(
                f"{names[0]} has no dimension “{by}”.",
                nearest(by, list(dimensions)) or f"Its dimensions: {', '.join(dimensions)}.",
            )
        return counts_by_category(self._store, names[0], by, self.period, over, area)

    def areas(self, measure: str) -> dict[str, str]:
        """The other areas, such as the county around a district, for which a measure has figures:
        names by code, for `counts(…, area=code)`.
        """
        self._check_measure(measure)
        return other_areas(self._store, measure)

    def indicator(self, name: str, area: str | None = None) -> Cell:
        """The value of one indicator as a `Cell` with its intervals.

        `area` is the code of a council of the same former county. Raises AssessmentError for an
        unknown id, or an area for which it is not worked out.
        """
        return records.indicator_cell(self._entry(name) if area is None else self._in(area, name))

    def available(self, name: str) -> bool:
        """Whether the indicator or breakdown has something to show: a value, bounds or [c]."""
        if name in self._store.breakdowns:
            return self._store.breakdowns[name]["status"] != "unavailable"
        return self._entry(name)["status"] != "unavailable"

    def breakdown(self, name: str, *, since: bool = False) -> pd.DataFrame:
        """A breakdown of the catalogue, a row per category, area or stage: see `breakdown_frame`.

        `since` adds how each row stands against the year before. Raises AssessmentError for an id
        that is no breakdown.
        """
        publishers = records.benchmark_publishers(
            self._store.data["benchmarks"], self._store.data["publishers"]
        )
        return breakdown_frame(self._group(name), since=since, publishers=publishers)

    def overall(self, name: str) -> Cell:
        """The value of a breakdown over all its rows: what a funnel is drawn around."""
        return overall_cell(self._group(name))

    def less_than_share(self, name: str) -> list[str]:
        """The groups of a representation breakdown that have clearly less than their share: see
        `breakdowns.less_than_share`. Raises AssessmentError for an id that is no breakdown.
        """
        return less_than_share(self._group(name))

    def benchmark_line(self, name: str) -> Cell:
        """A benchmark for a chart: its latest verified value up to this edition, as a `Cell` whose
        `name` says what it is, where and when. NaN when there is none. See also `benchmark`.
        """
        self._check_benchmark(name)
        return records.benchmark_line(self._store.data["benchmarks"], name, self.period)

    def indicators(self, *names: str, label: str, caption: str) -> None:
        """A table of indicators: value, 95 % interval, what it is based on, benchmark and how it
        compares, and under it the reason for every one that is not available.
        """
        entries = [self._entry(name) for name in names]
        files = (source["file"] for entry in entries for source in entry["sources"])
        notes = self._caveats(files)
        record = records.indicator_table(entries, self._label(label, "tbl-"), caption, notes)
        emit(record, records.shown(record))

    def table(
        self, frame: pd.DataFrame, *, label: str, caption: str, notes: Sequence[str] = ()
    ) -> None:
        """A table of the report; a gap in its place when the frame is empty. The caveats of the
        returns behind it stand under it, after `notes`.

        Raises AssessmentError for a number that is not a `Cell` of the library, a label that is
        not `tbl-…` or was used before, and a missing caption.
        """
        if frame.empty:
            self._gap(caption)
            return
        cells = [cell for column in frame for cell in frame[column] if isinstance(cell, Cell)]
        caveats = self._caveats(source["file"] for cell in cells for source in cell.sources)
        notes = [*notes, *caveats]
        record = records.table(frame, self._label(label, "tbl-"), caption, notes)
        if not cells:
            # Words alone, such as a board's seats, are of the nature of the edition.
            record["nature"] = self._store.data["nature"]
        emit(record, records.shown(record))

    def figure(
        self,
        figure: Figure | Chart,
        *,
        label: str,
        caption: str,
        alt: str = "",
        data: pd.DataFrame | pd.Series | None = None,
    ) -> None:
        """A chart of the report with its caption, alternative text, and the data it shows; a
        `Chart` of `needs_assessment.charts` brings the last two.

        Raises AssessmentError without caption or alternative text, for data that are not `Cell`s
        of the library, and for a label that is not `fig-…` or was used before.
        """
        if isinstance(figure, Chart):
            alt, data, drawn = alt or figure.alt, figure.data, figure.figure
        else:
            drawn = figure
        if data is None:
            raise AssessmentError(f"{label} comes without its data.", "Pass data=….")
        record = records.figure(self._label(label, "fig-"), caption, alt, data)
        emit(record, {"image/svg+xml": figure_svg(drawn, label)})

    def gap(self, text: str) -> None:
        """States, in place of a table or chart, what is missing; `text` is fit for publication."""
        record = {"kind": "gap", "text": text}
        emit(record, {"text/markdown": text})

    def quotes(self, *themes: str) -> bool:
        """Puts survivors' words on these themes (categories of `voice.themes`), or on all, into
        the report: only words whose speakers agreed to them in public. Whether there are any.

        Raises AssessmentError for an unknown theme.
        """
        self._check_part(VOICE)
        known = self._store.measures[THEMES]["dimensions"]["theme"]["categories"]
        for theme in themes:
            if theme not in known:
                raise AssessmentError(
                    f"There is no theme “{theme}”.",
                    nearest(theme, list(known)) or f"Themes: {', '.join(known)}.",
                )
        chosen = [
            {key: quote[key] for key in ("quote", "partner")}
            for quote in self._store.data["voice"]
            if not themes or quote["theme"] in themes
        ]
        if chosen:
            text = "\n\n".join(f"> {quote['quote']}" for quote in chosen)
            emit({"kind": "quotes", "quotes": chosen}, {"text/markdown": text})
        return bool(chosen)

    def county(self, *names: str) -> pd.DataFrame:
        """Refuge indicators by council of a former county and for all together: a row each, a
        column per indicator; empty for a council that shares no former county.
        """
        groups = self._store.data["county"]
        frame = {
            self._entry(name)["name"]: [
                records.indicator_cell(
                    next(entry for entry in group["indicators"] if entry["id"] == name)
                )
                for group in groups
            ]
            for name in names
        }
        return pd.DataFrame(
            frame, index=pd.Index([group["name"] for group in groups], name="Area"), dtype=object
        )

    def surveys(self, measure: str = "last-year", sex: str = "persons") -> pd.DataFrame:
        """Verified survey percentages for England and Wales: a row per survey year (ending March),
        a column per series. Series use different questions or ages and are never joined.
        """
        self._check_part(SURVEYS)
        return records.survey_frame(self._store.data["surveys"], measure, sex)

    def benchmark(self, name: str) -> pd.DataFrame:
        """A benchmark's verified values: a row per period, one column named as the benchmark."""
        self._check_benchmark(name)
        return records.benchmark_frame(
            self._store.data["benchmarks"], self._store.data["publishers"], name
        )

    def returns(self) -> pd.DataFrame:
        """The returns of this edition: a row per file with partner, date, nature, rating."""
        self._check_part(EVERYTHING)
        return records.returns_frame(self._store.data["returns"])

    def quality(self) -> pd.DataFrame:
        """The quality of each return of this edition, in words: see `quality_frame`."""
        self._check_part(EVERYTHING)
        return quality_frame(self._store.data["quality"])

    def missing(self) -> pd.DataFrame:
        """What the returns of this edition should hold and do not: a row each."""
        self._check_part(EVERYTHING)
        return missing_frame(self._store.data["quality"])

    def questions(self, chapter: str | None = None) -> pd.DataFrame:
        """The gap register: questions that the returns leave open, of all chapters or one."""
        self._check_part(EVERYTHING)
        return questions_frame(self._store.data["gaps"], chapter)

    def gaps(self, chapter: str | None = None) -> pd.DataFrame:
        """The indicators that cannot be given, with the reason; of all chapters or one."""
        if chapter != self.name:
            self._check_part(EVERYTHING)
        return records.gaps_frame(self._store.data["indicators"], chapter)

    def scorecard(self, *names: str) -> pd.DataFrame:
        """Indicators as a board's scorecard: see `board.scorecard_frame`."""
        return board.scorecard_frame([self._entry(name) for name in names])

    def messages(self, limit: int = 10) -> list[Message]:
        """The main messages, chosen by rule: see `choose_messages`."""
        self._check_part(EVERYTHING)
        return choose_messages(self._store, limit)

    def gap_analysis(self) -> pd.DataFrame:
        """What there is beside what is recommended: see `board.gap_frame`."""
        self._check_part(EVERYTHING)
        return board.gap_frame(self._store.data["indicators"])

    def posts(self) -> pd.DataFrame:
        """IDVA and MARAC administrator posts: see `board.posts_frame`."""
        return board.posts_frame(self._store.indicators)

    def scenarios(self) -> pd.DataFrame:
        """Refuge places on each population that is held: see `board.scenario_frame`."""
        return board.scenario_frame(self._store.data["scenarios"])

    def recommendations(self) -> pd.DataFrame:
        """This edition's recommendations: Owner, By, Evidence. Empty when it makes none."""
        self._check_part(EVERYTHING)
        edition = self._store.data["edition"]
        return board.recommendations_frame(edition["recommendations"], self._store.indicators)

    def progress(self) -> pd.DataFrame:
        """The recommendations of the edition before, with progress. Empty when there are none."""
        edition = self._store.data["edition"]
        return board.progress_frame(edition["earlier"], edition["progress"])

    def performance(self) -> pd.DataFrame:
        """The strategy's targets against the latest figures. Empty when none is stated."""
        self._check_part(EVERYTHING)
        targets = self._store.data["edition"]["targets"]
        return board.performance_frame(targets, self._store.indicators, self.period.end)

    def duties(self) -> pd.DataFrame:
        """Sections 57 to 59, each with where it is answered or as an open item."""
        return statutory.duties_frame(self._store)

    def regulation_8(self) -> pd.DataFrame:
        """Regulation 8 (a) to (f), each with where it is met or as an open item."""
        return statutory.regulation_frame(self._store)

    def board_seats(self) -> pd.DataFrame:
        """The seven places of section 58 and the roles that fill them."""
        return statutory.seats_frame(self._store)

    def decisions(self) -> pd.DataFrame:
        """Commissioning decisions of this edition. Empty when none is stated."""
        return statutory.decisions_frame(self._store)

    def version_block(self) -> pd.DataFrame:
        """The version block of this edition."""
        return statutory.version_frame(self._store)

    def _group(self, name: str) -> dict[str, Any]:
        if name not in self._store.breakdowns:
            raise self._not_read("breakdown", name, self._store.breakdowns)
        return self._store.breakdowns[name]

    def _in(self, area: str, name: str) -> dict[str, Any]:
        self._entry(name)
        for group in self._store.data["county"]:
            for entry in group["indicators"]:
                if group["code"] == area and entry["id"] == name:
                    return dict(entry)
        raise AssessmentError(
            f"{name} is not worked out for {area}.",
            "It is for the councils that params/ lists under county, and for refuge indicators.",
        )

    def _entry(self, name: str) -> dict[str, Any]:
        found = self._store.indicators.get(name) or self._store.rows.get(name)
        if found is None:
            known = {**self._store.indicators, **self._store.rows}
            raise self._not_read("indicator", name, known)
        return found

    def _check_measure(self, name: str) -> None:
        if name not in self._store.measures:
            raise self._not_read("measure", name, self._store.measures)
        if name not in self._reads.measures:
            raise self._not_named("measures", name)

    def _check_benchmark(self, name: str) -> None:
        if not self._reads.everything and name not in self._reads.benchmarks:
            raise self._not_named("benchmarks", name)

    def _check_part(self, name: str) -> None:
        if not self._reads.everything and name not in self._reads.parts:
            raise self._not_named("reads", name)

    def _not_read(self, kind: str, name: str, known: Iterable[str]) -> AssessmentError:
        """The error for a measure, indicator or breakdown that this chapter does not have."""
        guess = nearest(name, list(known))
        if self._reads.everything:
            return AssessmentError(f"There is no {kind} “{name}”.", guess)
        entry = "measures" if kind == "measure" else "indicators"
        add = f"notebooks/{self.name}.ipynb names what it reads: needs_assessment.{entry}."
        return AssessmentError(
            f"This chapter reads no {kind} “{name}”.", f"{guess} {add}" if guess else add
        )

    def _not_named(self, entry: str, name: str) -> AssessmentError:
        """The error for what the notebook's metadata does not say that it reads."""
        return AssessmentError(
            f"The metadata of notebooks/{self.name}.ipynb does not name “{name}”.",
            f"Add it to needs_assessment.{entry} there.",
        )

    def _label(self, label: str, prefix: str) -> str:
        if not label.startswith(prefix):
            raise AssessmentError(f"The label “{label}” must start with {prefix}.")
        if label in self._labels:
            raise AssessmentError(f"The label “{label}” is used twice in this chapter.")
        self._labels.add(label)
        return label

    def _caveats(self, files: Iterable[str]) -> list[str]:
        """What is to be said wherever figures of these files are shown, each sentence once."""
        held = self._store.data["caveats"]
        return list(dict.fromkeys(held[file] for file in files if file in held))

    def _gap(self, caption: str) -> None:
        self.gap(f"{caption}: no return for this edition gives these figures.")
