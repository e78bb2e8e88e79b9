"""A chapter as a reader of the report meets it, read without a kernel: text, tables, charts."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import pytest

import needs_assessment
from needs_assessment.chapter import chapter as chapter_module
from needs_assessment.chapter.chapter import Chapter
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.disclosure.slices import reads_of
from needs_assessment.narrative.cells import is_narrative, tags
from needs_assessment.narrative.context import generation_context
from needs_assessment.narrative.figures import resolve
from needs_assessment.narrative.generation import generate
from running import ROOT

_REFERENCE = re.compile(r"@((?:tbl|fig)-[a-z0-9-]+)")


@dataclass(frozen=True)
class Reading:
    """Narrative by cell id, with live figures resolved, and the records that code cells left."""

    narrative: dict[str, str]
    records: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "\n\n".join(self.narrative.values())

    @property
    def labels(self) -> set[str]:
        return {record["label"] for record in self.records if "label" in record}

    @property
    def references(self) -> set[str]:
        return set(_REFERENCE.findall(self.text))

    def record(self, label: str) -> dict[str, Any]:
        return next(record for record in self.records if record.get("label") == label)


def read_chapter(name: str, store: ProtectedStore) -> Reading:
    """Generates the narrative of a template and runs its code over `store`, without a kernel."""
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    chapter = Chapter(store, reads_of(name, notebook["metadata"]["needs_assessment"]))
    context, figures = generation_context(store), store.figures
    parameters = {"council": store.data["council"]["id"], "period": chapter.period.text}
    plt.close("all")  # what other tests of this process drew
    narrative, records = {}, []
    names: dict[str, Any] = dict(parameters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter_module, "emit", lambda record, shown: records.append(record))
        patch.setattr(chapter_module, "figure_svg", lambda figure, label: plt.close(figure) or "")
        patch.setattr(needs_assessment, "open_chapter", lambda *_, **__: chapter, raising=False)
        for cell in notebook["cells"]:
            source, where = "".join(cell["source"]), f"{name}, cell {cell['id']}"
            if is_narrative(cell):
                narrative[cell["id"]] = resolve(generate(source, context, where), figures, where)
            elif cell["cell_type"] == "code" and "parameters" not in tags(cell):
                exec(compile(source, where, "exec"), names)
    assert not plt.get_fignums(), f"{name} leaves a chart open"
    return Reading(narrative, records)


def without(
    store: ProtectedStore, status: str, chosen: Callable[[str], bool] = lambda name: True
) -> ProtectedStore:
    """A copy of a store in which the chosen indicators, breakdowns and measures are suppressed,
    bounded or unavailable. What is no count of people stays, unless it is unavailable.
    """
    data = copy.deepcopy(store.data)
    for entry in data["indicators"]:
        if chosen(entry["id"]) and (status == "unavailable" or _is_about_people(entry)):
            _take(entry, status)
    for group in data["breakdowns"]:
        for row in group["rows"]:
            if chosen(row["id"]) and chosen(group["id"]) and _is_about_people(group):
                _take(row, status)
        if chosen(group["id"]) and status == "unavailable":
            missing = [*group["rows"], *group["missing"]]
            group.update(rows=[], missing=missing, status=status, overall=None)
    protected = {each["id"] for each in data["measures"] if each["protect"]}
    gone = {
        cell["measure"]
        for cell in data["cells"]
        if chosen(cell["measure"]) and (status == "unavailable" or cell["measure"] in protected)
    }
    if status == "unavailable":
        data["cells"] = [cell for cell in data["cells"] if cell["measure"] not in gone]
    for cell in data["cells"]:
        if cell["measure"] in gone:
            cell.update(value=None, display="[c]" if status == "suppressed" else "<5")
    return ProtectedStore(data)


def _is_about_people(entry: dict[str, Any]) -> bool:
    public = {"places", "beds", "full-time posts", "\N{POUND SIGN}"}
    on_population = entry["kind"] in ("estimate", "shortfall")
    return not on_population and entry["unit"] not in public


def _take(entry: dict[str, Any], status: str) -> None:
    """Leaves of an entry what the store says of one with `status`."""
    shown = {
        "suppressed": "[c]",
        "unavailable": "not available",
        "bounded": "between 1 and 4",
    }[status]
    nothing = ("value", "lower", "upper", "wide_lower", "wide_upper", "numerator", "recommended")
    entry.update(dict.fromkeys(nothing))
    entry.update(
        status=status,
        display=shown,
        reason="no return gives it",
        previous=None,
        direction="",
        short_by=None,
        figures={name: shown for name in entry["figures"]},
    )
    for benchmark in [entry["benchmark"], *entry["other_benchmarks"]]:
        if benchmark:
            benchmark["comparison"] = None
    if "position" in entry:
        entry.update(position="", smoothed=None, smoothed_display="")
