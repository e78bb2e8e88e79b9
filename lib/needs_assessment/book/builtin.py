"""The built-in renderer: pandoc and Typst as Python packages, no other program."""

import re
import tempfile
from pathlib import Path

import font_source_sans_pro
import typst

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
    page = render_page(book_dir, settings)
    document = render_typst(book_dir, settings)
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir, prefix=".render-") as folder:
        new_page, new_pdf = Path(folder) / PAGE, Path(folder) / PDF
        new_page.write_text(page, encoding="utf-8", newline="\n")
        new_pdf.write_bytes(compile_pdf(book_dir, document, settings, Path(folder)))
        finish_pdf(new_pdf)
        new_page.replace(out_dir / PAGE)
        new_pdf.replace(out_dir / PDF)


def render_page(book_dir: Path, settings: BookSettings) -> str:
    """The whole book as one HTML page with its style, script and figures inside."""
    with tempfile.TemporaryDirectory() as folder:
        head, tail = Path(folder) / "head.html", Path(folder) / "tail.html"
        style = _asset("page.css") + _council_style(settings)
        head.write_text(f"<style>\n{style}</style>", encoding="utf-8")
        tail.write_text(f"<script>\n{_asset('page.js')}</script>", encoding="utf-8")
        return run_pandoc(
            book_dir,
            settings,
            [
                *_FILTERS,
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


def compile_pdf(book_dir: Path, document: str, settings: BookSettings, work_dir: Path) -> bytes:
    """The PDF/UA-1 file that Typst makes of `document`; figures are found in `book_dir`.

    Only the fonts of the product are used, so every machine gives the same pages. Raises
    AssessmentError in Typst's own words when the document breaks a rule of PDF/UA-1.
    """
    copy_fonts(work_dir / "fonts")
    try:
        return typst.compile(
            document.encode(),
            root=str(book_dir),
            font_paths=[str(work_dir / "fonts")],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=settings.timestamp,
        )
    except typst.TypstError as error:
        raise _refusal(book_dir, settings, error) from None


def _refusal(book_dir: Path, settings: BookSettings, error: typst.TypstError) -> AssessmentError:
    if match := _NO_GLYPH.search(error.message):
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
    return AssessmentError(
        f"{book_dir}: the PDF could not be made: {error.message}", " ".join(error.hints)
    )


def copy_fonts(folder: Path) -> None:
    """Put the six faces of the report into `folder`: Typst takes whole folders of fonts only."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = Path(font_source_sans_pro.__path__[0]) / "files"
    for name in FONTS:
        (folder / name).write_bytes((origin / name).read_bytes())


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _council_style(settings: BookSettings) -> str:
    """The council's colours, and the notice at the head of every printed page."""
    colours = settings.palette
    style = f":root {{ --accent: {colours.accent}; --accent-dark: {colours.accent_dark}; }}\n"
    return style + (
        "@page { size: A4; margin: 2.4cm 2cm 2cm; "
        f"@top-left {{ content: {_css_string(settings.title)}; font: 8pt sans-serif; }} "
        f"@top-right {{ content: {_css_string(settings.notice)}; font: bold 8pt sans-serif; }} "
        "@bottom-right { content: counter(page); font: 8pt sans-serif; } }\n"
    )


def _css_string(text: str) -> str:
    escaped = "".join(c if c.isalnum() or c in " .,;:()" else f"\\{ord(c):06x}" for c in text)
    return f'"{escaped}"'
