"""Rendering a book with Quarto, where it is installed."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from needs_assessment.book.builtin import PDF
from needs_assessment.book.outline import cited_works
from needs_assessment.book.pandoc import ASSETS
from needs_assessment.book.pdf import finish_pdf
from needs_assessment.book.settings import SETTINGS_FILE, BookSettings, read_settings
from needs_assessment.book.site import finish_site
from needs_assessment.book.typesetting import copy_fonts
from needs_assessment.errors import AssessmentError

PATH_VARIABLE = "QUARTO_PATH"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LINES_SHOWN = 12


def find_quarto() -> Path | None:
    """The `quarto` program that QUARTO_PATH names, or else the one on PATH; None without one.

    Raises AssessmentError when QUARTO_PATH names something that cannot be run.
    """
    named = os.environ.get(PATH_VARIABLE)
    found = shutil.which(named or "quarto")
    if named and not found:
        raise AssessmentError(
            f"{PATH_VARIABLE} is {named}, which is not a program.",
            f"Set it to the quarto program itself, or unset {PATH_VARIABLE}.",
        )
    return Path(found) if found else None


def quarto_version(quarto: Path) -> str:
    """The version that the program at `quarto` reports, such as 1.10.18.

    Raises AssessmentError when it does not start.
    """
    return _run([str(quarto), "--version"], Path.cwd(), quarto).strip()


def render(book_dir: Path, out_dir: Path, quarto: Path) -> None:
    """Write the book as a site (`index.html`, a page a chapter) and as `assessment.pdf`. The pages
    look and work as the built-in page does.

    One call makes both formats, in a copy of the book, so that nothing is left in `book_dir`.
    Raises AssessmentError with Quarto's last lines when it fails.
    """
    settings = read_settings(book_dir)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder).resolve() / "book"
        shutil.copytree(book_dir, stage)
        stage_assets(stage, settings, cited_works(book_dir, settings))
        _run([str(quarto), "render"], stage, quarto, settings.timestamp)
        site = stage / "_output"
        finish_pdf(site / PDF)
        finish_site(site, book_dir, settings)
        shutil.copytree(site, out_dir, dirs_exist_ok=True)


def stage_assets(stage: Path, settings: BookSettings, works: Sequence[str] = ()) -> None:
    """Put beside a book what `quarto.yml` names: filters, Typst partials and fonts.

    The council's colours, made readable, join the `assessment` block of its `_quarto.yml`. So do
    the keys of all `works` that the book cites: Quarto cites page by page, and only a page that
    knows them all gives two works of one author and year the letters they have in the whole book.
    """
    shutil.copytree(ASSETS, stage / "assets", dirs_exist_ok=True)
    copy_fonts(stage / "assets" / "fonts")
    path = stage / SETTINGS_FILE
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["assessment"].update(settings.metadata()["assessment"])
    if works:
        document["nocite"] = ", ".join(f"@{key}" for key in works)
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), "utf-8")


def _run(command: list[str], folder: Path, quarto: Path, timestamp: int = 0) -> str:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(timestamp), "NO_COLOR": "1"}
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise AssessmentError(
            f"Quarto at {quarto} does not start: {error.strerror}.",
            "Install it again, or render with RENDERER=builtin.",
        ) from None
    if result.returncode:
        lines = [line for line in _COLOURS.sub("", result.stdout).splitlines() if line.strip()]
        raise AssessmentError(
            "\n".join(["Quarto could not render the book:", *lines[-_LINES_SHOWN:]]),
            "RENDERER=builtin makes the same report without Quarto.",
        )
    return result.stdout
