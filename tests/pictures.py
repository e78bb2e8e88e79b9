"""Pictures of reports, small and grey, and how far two of them differ.

Pages of a PDF are drawn by poppler. Pages of HTML are drawn by Chromium in the report's own
typeface, so that the fonts of a machine do not move lines about. What is compared is where the ink
is, a square of some millimetres at a time: a chart off the page, a lost style or a moved block is
far more than another rendering of the same letters.
"""

import base64
import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import font_source_sans_pro
import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

BASELINES = Path(__file__).with_name("data") / "pictures"
REFRESH = "python tests/refresh_pictures.py"
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb"]
# Ink that stands elsewhere, as a share of all ink of a page; and the greatest change of grey
# (0 to 255) of a part of the page about 2 cm wide.
MOST_MOVED = 0.12
MOST_LOCAL = 20.0

_DPI = 30
_GREYS = 64
_SHRINK = 4
_SQUARE = 8
_PART = 3

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Shot:
    """A view of a page: the window's size in pixels, what is scrolled to, and how it is seen."""

    name: str
    width: int
    height: int
    anchor: str = ""
    scheme: str = "light"
    media: str = "screen"


DESKTOP, PHONE = (1280, 900), (390, 844)


# Taking ------------------------------------------------------------------------------------


def needs(program: str) -> str:
    """The path of a program; without it the test is skipped, or fails where CI is set."""
    found = shutil.which(program) or shutil.which(f"{program}-browser")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed; .ci/run installs it.")
        pytest.skip(f"{program} is not installed on this machine.")
    return found


def pages_of(pdf: Path, pages: list[int] | None = None) -> dict[int, Picture]:
    """Pages of a PDF by number from 1, all of them by default."""
    program = needs("pdftoppm")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for page in pages or range(1, len(pikepdf.open(pdf).pages) + 1):
            name = Path(folder) / "page"
            command = [program, "-gray", "-png", "-singlefile", "-r", str(_DPI)]
            subprocess.run(
                [*command, "-f", str(page), "-l", str(page), str(pdf), str(name)], check=True
            )
            found[page] = grey(name.with_suffix(".png").read_bytes())
    return found


def openings(pdf: Path) -> dict[str, int]:
    """The page on which each chapter of a PDF opens, by the chapter's number in its bookmarks."""
    with pikepdf.open(pdf) as document, document.open_outline() as outline:
        places = {page.obj.objgen: number for number, page in enumerate(document.pages, start=1)}
        found = {}
        for entry in outline.root:
            where = entry.destination if entry.destination else entry.action.D
            found[str(entry.title).partition(" ")[0]] = places[where[0].objgen]
        return found


@contextmanager
def browser() -> Iterator[Browser]:
    program = needs("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


def screenshot(started: Browser, page: Path, shot: Shot) -> bytes:
    """A view of a page as a PNG."""
    context = started.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    try:
        tab = context.new_page()
        tab.emulate_media(media=shot.media)
        tab.goto(page.as_uri(), wait_until="load")
        tab.add_style_tag(content=_typeface())
        tab.evaluate("document.fonts.ready")
        if shot.anchor:
            tab.evaluate("id => document.getElementById(id).scrollIntoView()", shot.anchor)
        tab.wait_for_timeout(150)
        return tab.screenshot(animations="disabled", caret="hide")
    finally:
        context.close()


def _typeface() -> str:
    folder = Path(font_source_sans_pro.__path__[0]) / "files"
    faces = []
    for style, weight in (("Regular", 400), ("Bold", 700)):
        data = base64.b64encode((folder / f"SourceSansPro-{style}.ttf").read_bytes()).decode()
        faces.append(
            f"@font-face {{ font-family: Picture; font-weight: {weight}; "
            f"src: url(data:font/ttf;base64,{data}); }}"
        )
    return "\n".join([*faces, "* { font-family: Picture, sans-serif !important; }"])


def grey(png: bytes, shrink: int = 1) -> Picture:
    """A picture in shades of grey, a `shrink`th as wide and high."""
    image = Image.open(io.BytesIO(png)).convert("L")
    size = (image.width // shrink, image.height // shrink)
    return np.asarray(image.resize(size, Image.Resampling.BOX))


def seen(started: Browser, page: Path, shot: Shot) -> Picture:
    """A view of a page, small and grey."""
    return grey(screenshot(started, page, shot), _SHRINK)


# Keeping and comparing ---------------------------------------------------------------------


def keep(picture: Picture, path: Path) -> None:
    """Writes a picture in fewer greys, which a file of it is much smaller by."""
    path.parent.mkdir(parents=True, exist_ok=True)
    step = 256 // _GREYS
    levels = np.minimum((picture.astype(int) + step // 2) // step * step, 255)
    Image.fromarray(levels.astype(np.uint8)).save(path, optimize=True)


def kept(path: Path) -> Picture:
    return np.asarray(Image.open(path).convert("L"))


def difference(one: Picture, other: Picture) -> tuple[float, float]:
    """The share of ink that stands elsewhere, and the greatest change of a part of the page.

    Ink is what is darker or lighter than the paper, the commonest grey. A page as a whole may lie
    a pixel higher, lower or aside.
    """
    paper = float(np.median(one))
    first = _squares(np.abs(one - paper))
    ink = np.abs(other - paper)
    return min(
        _apart(first, _squares(np.roll(ink, (down, aside), axis=(0, 1))))
        for down in (-1, 0, 1)
        for aside in (-1, 0, 1)
    )


def _apart(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    apart = np.abs(first - second)
    moved = float(apart.sum() / max(np.maximum(first, second).sum(), 1.0))
    return moved, float(_parts(apart).max())


def unlike(one: Picture, other: Picture) -> str:
    """In what two pictures differ more than the same page does from machine to machine."""
    if one.shape != other.shape:
        return f"its size is {other.shape[::-1]}, not {one.shape[::-1]}"
    moved, local = difference(one, other)
    if moved > MOST_MOVED or local > MOST_LOCAL:
        return f"{moved:.0%} of the ink stands elsewhere, by {local:.0f} of 255 in one place"
    return ""


def _squares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over squares of pixels; an edge that makes no whole square is left out."""
    high, wide = (length // _SQUARE for length in values.shape)
    cut = values[: high * _SQUARE, : wide * _SQUARE]
    return cut.reshape(high, _SQUARE, wide, _SQUARE).mean(axis=(1, 3))


def _parts(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over every window of three by three squares."""
    return np.lib.stride_tricks.sliding_window_view(values, (_PART, _PART)).mean(axis=(2, 3))


# What is pictured --------------------------------------------------------------------------

SAMPLE_SHOTS = (
    Shot("desktop-top", *DESKTOP),
    Shot("desktop-chapter", *DESKTOP, anchor="sec-refuge"),
    Shot("desktop-dark", *DESKTOP, anchor="sec-marac", scheme="dark"),
    Shot("phone-top", *PHONE),
    Shot("phone-chapter", *PHONE, anchor="sec-marac"),
    Shot("print", *DESKTOP, anchor="sec-refuge", media="print"),
)
EXAMPLE_SHOTS = (
    Shot("desktop-summary", *DESKTOP, anchor="sec-summary"),
    Shot("desktop-prevalence", *DESKTOP, anchor="sec-prevalence"),
)
EXAMPLE_CHAPTERS = ("1", "2", "3")
EXAMPLE = ("three-rivers", "2017-18")


def pdf_pictures(name: str, pdf: Path, chapters: tuple[str, ...] = ()) -> dict[str, Picture]:
    """All pages of a PDF, or its first page and those on which chapters open, by name."""
    if not chapters:
        return {f"{name}-page-{page:02}": each for page, each in pages_of(pdf).items()}
    opened = openings(pdf)
    places = {"title": 1}
    for chapter in chapters:
        places[f"chapter-{chapter}"] = opened[chapter]
    found = pages_of(pdf, list(places.values()))
    return {f"{name}-page-{key}": found[page] for key, page in places.items()}


def page_pictures(name: str, page: Path, shots: tuple[Shot, ...]) -> dict[str, Picture]:
    """The views of an HTML page by name."""
    with browser() as started:
        return {f"{name}-{shot.name}": seen(started, page, shot) for shot in shots}
