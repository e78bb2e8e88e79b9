"""Takes the pictures that the tests compare with, and those of the README, anew.

    python tests/refresh_pictures.py                               tests/data/pictures/
    python tests/refresh_pictures.py --readme reports/north/2024-25   data/pictures/

Look at what changed before you commit it: git shows the old picture beside the new one.
"""

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from book_sample import stage_sample
from needs_assessment.book import builtin
from pictures import (
    BASELINES,
    EXAMPLE,
    EXAMPLE_CHAPTERS,
    EXAMPLE_SHOTS,
    SAMPLE_SHOTS,
    Picture,
    Shot,
    browser,
    keep,
    needs,
    openings,
    page_pictures,
    pdf_pictures,
    screenshot,
)
from running import ROOT, copy_project, run_command

README_PICTURES = ROOT / "data" / "pictures"
_README_SHOTS = (
    Shot("report", 1280, 860, anchor="sec-refuge-level"),
    Shot("phone", 390, 780, anchor="sec-marac-volume"),
)
_README_CHAPTER = "4"
_COLOURS = 64


def sample_pictures(folder: Path) -> dict[str, Picture]:
    """The pictures of the tests' sample book, rendered into `folder`."""
    builtin.render(stage_sample(folder / "book"), folder / "out")
    return {
        **pdf_pictures("sample-pdf", folder / "out" / "assessment.pdf"),
        **page_pictures("sample-html", folder / "out" / "index.html", SAMPLE_SHOTS),
    }


def example_pictures(report: Path) -> dict[str, Picture]:
    """The pictures of the example council's report."""
    return {
        **pdf_pictures("example", report / "assessment.pdf", EXAMPLE_CHAPTERS),
        **page_pictures("example", report / "index.html", EXAMPLE_SHOTS),
    }


def refresh() -> None:
    """Replaces all baselines; those that nothing makes any more go."""
    council, period = EXAMPLE
    with tempfile.TemporaryDirectory() as work:
        project = copy_project(Path(work) / "project")
        run = run_command(
            project, "assessment", council, "--period", period, "--renderer", "builtin"
        )
        if run.returncode:
            sys.exit(run.stdout + run.stderr)
        made = sample_pictures(Path(work) / "sample")
        made |= example_pictures(project / "reports" / council / period)
    for path in BASELINES.glob("*.png"):
        path.unlink()
    for name, picture in made.items():
        keep(picture, BASELINES / f"{name}.png")
    size = sum(path.stat().st_size for path in BASELINES.glob("*.png"))
    print(f"{len(made)} pictures, {size / 1000:.0f} kB: {BASELINES.relative_to(ROOT)}/")


def readme(report: Path) -> None:
    """Takes the README's pictures of a report: on a screen, on a telephone, and a PDF page."""
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        for shot in _README_SHOTS:
            _save(screenshot(started, report / "index.html", shot), shot.name)
    pdf = report / "assessment.pdf"
    page = str(openings(pdf)[_README_CHAPTER])
    command = [needs("pdftoppm"), "-png", "-singlefile", "-r", "80", "-f", page, "-l", page]
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([*command, str(pdf), f"{work}/page"], check=True)
        _save((Path(work) / "page.png").read_bytes(), "pdf")


def _save(png: bytes, name: str) -> None:
    path = README_PICTURES / f"{name}.png"
    Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--readme", type=Path, metavar="REPORT", help="a report's folder")
    chosen = arguments.parse_args()
    if chosen.readme:
        readme(chosen.readme.resolve())
    else:
        refresh()
