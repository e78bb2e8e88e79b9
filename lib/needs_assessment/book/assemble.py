"""From executed notebooks to the book: one set of .qmd files for either renderer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.assurance import AssuranceLog
from needs_assessment.book import annexes, front, markdown
from needs_assessment.book.explanations import explanations_json
from needs_assessment.book.settings import EXPLANATIONS_FILE
from needs_assessment.chapter.records import MIME
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.narrative.asides import report_text
from needs_assessment.narrative.cells import Cell, is_in_report, is_narrative
from needs_assessment.narrative.figures import resolve, resolve_record
from needs_assessment.narrative.literal import escape_narratives
from needs_assessment.narrative.swap import Finished
from needs_assessment.project import Project
from needs_assessment.settings import read_yaml


def assemble_book(
    project: Project,
    store: ProtectedStore,
    assurance: AssuranceLog,
    chapters: Sequence[Finished],
    folder: Path,
) -> list[dict[str, Any]]:
    """Writes the book of an edition into `folder` (new, or empty).

    Returns the tables, figures and gaps of the chapters as they recorded them, each with its
    `chapter`. Raises AssessmentError for a live figure that there is not.
    """
    (folder / "figures").mkdir(parents=True)
    records: list[dict[str, Any]] = []
    texts = {each.chapter: _texts(each, store) for each in chapters}
    _make_safe(chapters, texts)
    for finished in chapters:
        text, found = _chapter(finished, store, texts[finished.chapter], folder / "figures")
        (folder / f"{finished.chapter}.qmd").write_text(text, encoding="utf-8")
        records += [{**record, "chapter": finished.chapter} for record in found]
    pages = {"index": front.index_page(store), **annexes.pages(store, assurance)}
    for name, text in pages.items():
        (folder / f"{name}.qmd").write_text(text.strip() + "\n", encoding="utf-8")
    told = explanations_json(store, records)
    (folder / EXPLANATIONS_FILE).write_text(told, encoding="utf-8")
    (folder / "references.bib").write_bytes((project.reference / "sources.bib").read_bytes())
    settings = _settings(project, store)
    (folder / "_quarto.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    return records


def _texts(finished: Finished, store: ProtectedStore) -> dict[str, str]:
    """The chapter's text cells by id, with live figures resolved."""
    return {
        cell["id"]: resolve(
            report_text(cell["source"]), store.figures, _place(finished, cell), _live
        )
        for cell in finished.executed["cells"]
        if cell["cell_type"] == "markdown" and is_in_report(cell)
    }


def _make_safe(chapters: Sequence[Finished], texts: Mapping[str, dict[str, str]]) -> None:
    """Makes safe, in `texts`, what an analyst may write. Only the template's own headings and text
    stay as they are.
    """
    waiting = list(chapters)
    while waiting:
        # As many chapters at a time as have no cell id in common: pandoc takes a while to start.
        gathered: dict[str, str] = {}
        owners: dict[str, str] = {}
        later = []
        for finished in waiting:
            own = {cell["id"] for cell in finished.generated["cells"] if not is_narrative(cell)}
            written = {key: text for key, text in texts[finished.chapter].items() if key not in own}
            if written.keys() & gathered.keys():
                later.append(finished)
                continue
            gathered |= written
            owners |= dict.fromkeys(written, finished.chapter)
        for key, text in escape_narratives(gathered).items():
            texts[owners[key]][key] = text
        waiting = later


def _chapter(
    finished: Finished, store: ProtectedStore, texts: Mapping[str, str], figures: Path
) -> tuple[str, list[dict[str, Any]]]:
    """The chapter's Markdown and records. Notes to the analyst stay out, and so do cells whose
    template is gone.
    """
    cells = [cell for cell in finished.executed["cells"] if is_in_report(cell)]
    known = store.figures
    parts: list[str] = []
    records: list[dict[str, Any]] = []
    for cell in cells:
        parts.append(texts.get(cell["id"], ""))
        for output in cell.get("outputs", []):
            record = resolve_record(output["data"][MIME], known, _place(finished, cell))
            if record["kind"] == "figure":
                path = figures / f"{record['label']}.svg"
                path.write_text(output["data"]["image/svg+xml"], encoding="utf-8")
            records.append(record)
            parts.append(markdown.from_record(record))
    return "\n\n".join(part for part in parts if part) + "\n", records


def _place(finished: Finished, cell: Cell) -> str:
    return f"chapters/{finished.chapter}.ipynb, cell {cell['id']}"


def _live(key: str, _filter: str, shown: str) -> str:
    return markdown.figure_span(shown, key)


def _settings(project: Project, store: ProtectedStore) -> dict[str, Any]:
    """`quarto.yml` with the council's values: what is staged as `_quarto.yml`."""
    settings = read_yaml(project.book_settings, "quarto.yml")
    council, edition = store.data["council"], store.data["edition"]
    version = edition["version"]
    settings["book"] = {
        **settings["book"],
        "title": "Domestic abuse needs assessment",
        "subtitle": f"{council['name']}, {edition['period']}",
        "author": council["council"],
        "date": version["date"],
    }
    settings["bibliography"] = "references.bib"
    settings["assessment"] = {
        "council": council["name"],
        "period": edition["period"],
        "version": version["number"],
        "status": version["status"],
        "nature": store.data["nature"],
        "colour": council["colour"],
        "version_block": front.version_block(store),
        "notice": front.notice(store),
    }
    return settings
