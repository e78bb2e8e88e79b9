"""The built-in renderer: pandoc and Typst as Python packages, no other program."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import font_source_sans_pro

from needs_assessment.book.page import page_head, page_tail
from needs_assessment.book.pandoc import ASSETS, run_pandoc
from needs_assessment.book.pdf import finish_pdf
from needs_assessment.book.settings import BookSettings, read_settings
from needs_assessment.errors import AssessmentError

PAGE = "index.html"
PDF = "assessment.pdf"
FONTS = tuple(
    f"SourceSansPro-{style}.otf"
    for style in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
)
# Typst keeps what it compiled for as long as its process lives, hundreds of megabytes a report, and
# gains nothing by it: each report has a process of its own.
_COMPILE = """
import json, sys, typst
job = json.load(sys.stdin)
try:
    typst.compile(job.pop("document").encode(), **job)
except typst.TypstError as error:
    print(json.dumps({"message": error.message, "hints": error.hints}))
"""
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_FILTERS = (
    f"--lua-filter={ASSETS / 'tables.lua'}",
    f"--lua-filter={ASSETS / 'book.lua'}",
    "--citeproc",
    "--metadata=link-citations",
    "--syntax-highlighting=none",
    "--wrap=none",
)


def render(book_dir: Path, out_dir: Path) -> None:
    """Write the book as `index.html`, one self-contained file, and as `assessment.pdf`.

    The same book gives the same bytes. Both files are replaced only when both could be made.
    Raises AssessmentError when pandoc or Typst refuses the book.
    """
    settings = read_settings(book_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=out_dir, prefix=".render-") as folder,
        ThreadPoolExecutor(1) as beside,
    ):
        new_page, new_pdf = Path(folder) / PAGE, Path(folder) / PDF
        page = beside.submit(render_page, book_dir, settings)
        compile_pdf(book_dir, render_typst(book_dir, settings), settings, new_pdf)
        finish_pdf(new_pdf)
        new_page.write_text(page.result(), encoding="utf-8", newline="\n")
        new_page.replace(out_dir / PAGE)
        new_pdf.replace(out_dir / PDF)


def render_page(book_dir: Path, settings: BookSettings) -> str:
    """The whole book as one HTML page with its style, script and figures inside."""
    with tempfile.TemporaryDirectory() as folder:
        head, tail = Path(folder) / "head.html", Path(folder) / "tail.html"
        head.write_text(page_head(settings), encoding="utf-8")
        tail.write_text(page_tail(book_dir, settings), encoding="utf-8")
        return run_pandoc(
            book_dir,
            settings,
            [
                *_FILTERS,
                f"--lua-filter={ASSETS / 'page.lua'}",
                "--to=html5",
                f"--template={ASSETS / 'page.html'}",
                f"--include-in-header={head}",
                f"--include-after-body={tail}",
                "--section-divs",
                "--shift-heading-level-by=1",
                "--reference-location=section",
                "--mathml",
            ],
        )


def render_typst(book_dir: Path, settings: BookSettings) -> str:
    """The whole book as a Typst document."""
    arguments = [*_FILTERS, "--to=typst-smart-citations", f"--template={ASSETS / 'book.typst'}"]
    return run_pandoc(book_dir, settings, arguments)


def compile_pdf(book_dir: Path, document: str, settings: BookSettings, pdf: Path) -> None:
    """Write the PDF/UA-1 file that Typst makes of `document`; figures are found in `book_dir`.

    Only the fonts of the product are used, put beside `pdf`, so every machine gives the same
    pages. Raises AssessmentError in Typst's own words when the document breaks a rule of PDF/UA-1.
    """
    copy_fonts(pdf.parent / "fonts")
    job = {
        "document": document,
        "output": str(pdf),
        "root": str(book_dir),
        "font_paths": [str(pdf.parent / "fonts")],
        "ignore_system_fonts": True,
        "pdf_standards": ["ua-1"],
        "timestamp": settings.timestamp,
    }
    compiled = subprocess.run(
        [sys.executable, "-P", "-c", _COMPILE],
        input=json.dumps(job),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if compiled.stdout:
        raise _refusal(book_dir, settings, **json.loads(compiled.stdout))
    if compiled.returncode:
        words = compiled.stderr.strip().splitlines()[-1:]
        raise _refusal(book_dir, settings, "".join(words) or "Typst ended too early", ())


def _refusal(
    book_dir: Path, settings: BookSettings, message: str, hints: Sequence[str]
) -> AssessmentError:
    if match := _NO_GLYPH.search(message):
        sign = match[1]
        names = [
            file.name
            for file in settings.files
            if sign in (book_dir / file.name).read_text(encoding="utf-8")
        ]
        return AssessmentError(
            f"{', '.join(names) or book_dir}: the PDF has no letter for “{sign}”.",
            "Take it out, or write it in words.",
        )
    return AssessmentError(f"{book_dir}: the PDF could not be made: {message}", " ".join(hints))


def copy_fonts(folder: Path) -> None:
    """Put the six faces of the report into `folder`: Typst takes whole folders of fonts only."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = Path(font_source_sans_pro.__path__[0]) / "files"
    for name in FONTS:
        (folder / name).write_bytes((origin / name).read_bytes())
