"""From executed notebooks to the book: one set of .qmd files for either renderer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.assurance import AssuranceLog
from needs_assessment.book import annexes, front, markdown
from needs_assessment.chapter.display import MIME
from needs_assessment.disclosure.store import ProtectedStore
from needs_assessment.narrative.asides import report_text
from needs_assessment.narrative.cells import is_in_report, is_narrative
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
    for finished in chapters:
        text, found = _chapter(finished, store, folder / "figures")
        (folder / f"{finished.chapter}.qmd").write_text(text, encoding="utf-8")
        records += [{**record, "chapter": finished.chapter} for record in found]
    pages = {"index": front.index_page(store), **annexes.pages(store, assurance)}
    for name, text in pages.items():
        (folder / f"{name}.qmd").write_text(text.strip() + "\n", encoding="utf-8")
    (folder / "references.bib").write_bytes((project.reference / "sources.bib").read_bytes())
    settings = _settings(project, store)
    (folder / "_quarto.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    return records


def _chapter(
    finished: Finished, store: ProtectedStore, figures: Path
) -> tuple[str, list[dict[str, Any]]]:
    """The chapter's Markdown and records. Only the template's own headings and text go in as they
    are; what an analyst may write is made safe first. Notes to the analyst stay out, and so do
    cells whose template is gone.
    """
    cells = [cell for cell in finished.executed["cells"] if is_in_report(cell)]
    known = store.figures
    places = {cell["id"]: f"chapters/{finished.chapter}.ipynb, cell {cell['id']}" for cell in cells}
    texts = {
        cell["id"]: resolve(report_text(cell["source"]), known, places[cell["id"]], _live)
        for cell in cells
        if cell["cell_type"] == "markdown"
    }
    own = {cell["id"] for cell in finished.generated["cells"] if not is_narrative(cell)}
    texts |= escape_narratives({key: text for key, text in texts.items() if key not in own})
    parts: list[str] = []
    records: list[dict[str, Any]] = []
    for cell in cells:
        parts.append(texts.get(cell["id"], ""))
        for output in cell.get("outputs", []):
            record = resolve_record(output["data"][MIME], known, places[cell["id"]])
            if record["kind"] == "figure":
                path = figures / f"{record['label']}.svg"
                path.write_text(output["data"]["image/svg+xml"], encoding="utf-8")
            records.append(record)
            parts.append(markdown.from_record(record))
    return "\n\n".join(part for part in parts if part) + "\n", records


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
