"""The built-in renderer: pandoc and Typst as Python packages, no other program."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from needs_assessment.book.document import write_book
from needs_assessment.book.page import page_head, page_tail
from needs_assessment.book.pandoc import ASSETS
from needs_assessment.book.pdf import finish_pdf
from needs_assessment.book.settings import BookSettings, read_settings
from needs_assessment.book.typesetting import compile_typst

PAGE = "index.html"
PDF = "assessment.pdf"


def render(
    book_dir: Path, out_dir: Path, on_file: Callable[[Path], None] = lambda path: None
) -> None:
    """Write the book as `index.html`, one self-contained file, and as `assessment.pdf`.

    The same book gives the same bytes. `on_file` is given each as soon as it is whole. Both files
    are replaced only when both could be made. Raises AssessmentError when pandoc or Typst refuses
    the book.
    """
    settings = read_settings(book_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=out_dir, prefix=".render-") as folder,
        ThreadPoolExecutor(1) as beside,
    ):
        new_page, new_pdf = Path(folder) / PAGE, Path(folder) / PDF

        def make_page() -> None:
            page = render_page(book_dir, settings)
            new_page.write_text(page, encoding="utf-8", newline="\n")
            on_file(new_page)

        page = beside.submit(make_page)
        compile_pdf(book_dir, render_typst(book_dir, settings), settings, new_pdf)
        finish_pdf(new_pdf)
        on_file(new_pdf)
        page.result()
        new_page.replace(out_dir / PAGE)
        new_pdf.replace(out_dir / PDF)


def render_page(book_dir: Path, settings: BookSettings) -> str:
    """The whole book as one HTML page with its style, script and figures inside."""
    with tempfile.TemporaryDirectory() as folder:
        head, tail = Path(folder) / "head.html", Path(folder) / "tail.html"
        head.write_text(page_head(settings), encoding="utf-8")
        tail.write_text(page_tail(book_dir, settings), encoding="utf-8")
        return write_book(
            book_dir,
            settings,
            [
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
    arguments = ["--to=typst-smart-citations", f"--template={ASSETS / 'book.typst'}"]
    return write_book(book_dir, settings, arguments)


def compile_pdf(book_dir: Path, document: str, settings: BookSettings, pdf: Path) -> None:
    """Write the PDF/UA-1 file that Typst makes of `document`; figures are found in `book_dir`.

    Raises AssessmentError in Typst's own words when the document breaks a rule of PDF/UA-1.
    """
    compile_typst(book_dir, document, pdf, pdf_standards=["ua-1"], timestamp=settings.timestamp)
