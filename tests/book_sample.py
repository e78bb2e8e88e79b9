"""The sample book of the tests, staged as the assembler stages a council's book."""

import shutil
import subprocess
from pathlib import Path

import yaml

SAMPLE = Path(__file__).with_name("data") / "book"
SHARED_SETTINGS = Path(__file__).parents[1] / "quarto.yml"


def stage_sample(folder: Path) -> Path:
    """Write the sample book into `folder` with the project's own quarto.yml; returns `folder`."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("council.yml"))
    settings = yaml.safe_load(SHARED_SETTINGS.read_text(encoding="utf-8"))
    council = yaml.safe_load((SAMPLE / "council.yml").read_text(encoding="utf-8"))
    settings["book"].update(council.pop("book"))
    settings.update(council)
    (folder / "_quarto.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    return folder


def add(book: Path, name: str, text: str) -> None:
    """Append `text` to the file `name` of the book."""
    path = book / name
    path.write_text(path.read_text(encoding="utf-8") + f"\n\n{text}\n", encoding="utf-8")


def pdf_words(path: Path) -> str:
    """The words of a PDF in reading order, single-spaced; needs poppler's pdftotext."""
    result = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, encoding="utf-8"
    )
    return " ".join(result.stdout.split())
