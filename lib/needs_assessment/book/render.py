"""The book as the reader gets it, by whichever renderer this machine has."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from needs_assessment.book import builtin, quarto
from needs_assessment.book.settings import read_settings
from needs_assessment.book.word import WORD, render_word
from needs_assessment.errors import AssessmentError

RENDERERS = ("auto", "quarto", "builtin")


def render(
    book_dir: Path,
    out_dir: Path,
    renderer: str = "auto",
    on_file: Callable[[Path], None] = lambda path: None,
) -> str:
    """Write the book in `book_dir` as HTML, PDF and Word into `out_dir`.

    `on_file` may be given a file as soon as it is whole, under its name and perhaps in another
    folder, while others are still being made. Returns the renderer used, as `choose_renderer`
    does. Raises AssessmentError as that does, and when the book cannot be rendered.
    """
    program, named = choose_renderer(renderer)
    with _word_beside(book_dir, out_dir, on_file):
        if program:
            quarto.render(book_dir, out_dir, program)
        else:
            builtin.render(book_dir, out_dir, on_file)
    return named


def choose_renderer(renderer: str) -> tuple[Path | None, str]:
    """The Quarto program to use (None: the built-in renderer), and the name of what is used, such
    as "quarto 1.10.18" or "built-in".

    `auto` takes Quarto where it is found and the built-in renderer where it is not. Raises
    AssessmentError when `quarto` is asked for and not found.
    """
    if renderer not in RENDERERS:
        raise AssessmentError(
            f"There is no renderer {renderer!r}.", f"Choose one of {', '.join(RENDERERS)}.", 2
        )
    program = None if renderer == "builtin" else quarto.find_quarto()
    if program:
        return program, f"quarto {quarto.quarto_version(program)}"
    if renderer == "quarto":
        raise AssessmentError(
            "Quarto was asked for, but it is neither on PATH nor named by QUARTO_PATH.",
            "Install Quarto (environment.yml brings it from conda-forge, quarto.org has "
            "installers), or use RENDERER=builtin, which makes the same report without it.",
        )
    return None, "built-in"


@contextmanager
def _word_beside(book_dir: Path, out_dir: Path, on_file: Callable[[Path], None]) -> Iterator[None]:
    """The Word document is made while the renderer is at work, and is the same from either."""
    out_dir.mkdir(parents=True, exist_ok=True)

    def make() -> None:
        render_word(book_dir, read_settings(book_dir), out_dir / WORD)
        on_file(out_dir / WORD)

    with ThreadPoolExecutor(1) as beside:
        word = beside.submit(make)
        yield
        word.result()
