"""The numbers that both renderers give to the tables of a book."""

import re
from pathlib import Path

from needs_assessment.book.settings import read_settings

_LABELLED = re.compile(r"^ {0,3}(?::|Table:) .*\{#(tbl-[^\s}]+)[^}]*\}\s*$", re.MULTILINE)


def table_numbers(book_dir: Path) -> dict[str, str]:
    """What each table is called, by label: “Table 3.1”, or “Table B.2” in an appendix."""
    settings = read_settings(book_dir)
    chapters = [file for file in settings.files if file.kind == "chapter"]
    appendices = [file for file in settings.files if file.kind == "appendix"]
    numbered = {file.name: str(number) for number, file in enumerate(chapters, start=1)}
    numbered |= {file.name: chr(ord("A") + place) for place, file in enumerate(appendices)}
    found = {}
    for name, chapter in numbered.items():
        labels = _LABELLED.findall((book_dir / name).read_text(encoding="utf-8"))
        found |= {
            label: f"Table {chapter}.{number}" for number, label in enumerate(labels, start=1)
        }
    return found
