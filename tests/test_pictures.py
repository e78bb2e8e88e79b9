"""Reports look as they did: pages and views against small pictures of them (`pictures.py`)."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import pictures
from book_sample import stage_sample
from needs_assessment.book import builtin
from pictures import (
    BASELINES,
    EXAMPLE,
    FLAGS,
    REFRESH,
    SAMPLE_SHOTS,
    Picture,
    Shot,
    difference,
    keep,
    kept,
    page_pictures,
    pages_of,
    pdf_pictures,
    seen,
    unlike,
)
from refresh_pictures import example_pictures
from running import Report


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    builtin.render(stage_sample(folder / "book"), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def pages(sample: Path) -> dict[int, Picture]:
    return pages_of(sample / "assessment.pdf")


def changes(made: dict[str, Picture], prefix: str, folder: Path) -> str:
    """What looks different, a line a picture; the new pictures are put into `folder`."""
    expected = {path.stem for path in BASELINES.glob(f"{prefix}-*.png")}
    lines = [f"{name}: there is a picture, but no such page" for name in expected - set(made)]
    for name, picture in made.items():
        said = (
            unlike(kept(BASELINES / f"{name}.png"), picture)
            if name in expected
            else "there is no picture of it"
        )
        if said:
            keep(picture, folder / f"{name}.png")
            lines.append(f"{name}: {said}")
    remedy = f"\nNow: {folder}. As it should be: {BASELINES}. If so, run {REFRESH}."
    return "\n".join(sorted(lines)) + remedy if lines else ""


def test_the_sample_pdf_looks_as_it_did(sample: Path, tmp_path: Path) -> None:
    made = pdf_pictures("sample-pdf", sample / "assessment.pdf")
    assert not changes(made, "sample-pdf", tmp_path)


def test_the_sample_page_looks_as_it_did(sample: Path, tmp_path: Path) -> None:
    made = page_pictures("sample-html", sample / "index.html", SAMPLE_SHOTS)
    assert not changes(made, "sample-html", tmp_path)


def test_the_example_report_looks_as_it_did(
    assessed: Callable[[str, str], Report], tmp_path: Path
) -> None:
    made = example_pictures(assessed(*EXAMPLE).path)
    assert not changes(made, "example", tmp_path)


def test_the_pictures_are_few_and_small() -> None:
    sizes = [path.stat().st_size for path in BASELINES.glob("*.png")]
    assert sizes and sum(sizes) < 300_000


# What the comparison sees, and what it does not --------------------------------------------


def charts_gone(page: str) -> str:
    return re.sub(r'<img[^>]*src="data:image/svg[^>]*>', "", page)


def style_gone(page: str) -> str:
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def pushed_aside(page: str) -> str:
    return page.replace("</style>", "figure img { margin-left: 40rem; }</style>", 1)


@pytest.mark.parametrize("damage", [charts_gone, style_gone, pushed_aside])
def test_a_damaged_page_is_seen(sample: Path, tmp_path: Path, damage: Callable[[str], str]) -> None:
    page = (sample / "index.html").read_text(encoding="utf-8")
    assert damage(page) != page
    (tmp_path / "index.html").write_text(damage(page), encoding="utf-8")
    shot = next(each for each in SAMPLE_SHOTS if each.name == "desktop-dark")
    with pictures.browser() as started:
        before = seen(started, sample / "index.html", shot)
        after = seen(started, tmp_path / "index.html", shot)
    assert unlike(before, after)


def test_other_rendering_of_the_same_letters_is_not(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots = [Shot("a", 1280, 900, "sec-refuge"), Shot("b", 390, 844, "sec-marac")]
    views = []
    for flags in (
        [],
        ["--font-render-hinting=none", "--disable-lcd-text", "--disable-font-subpixel-positioning"],
    ):
        monkeypatch.setattr(pictures, "FLAGS", [*FLAGS, *flags])
        with pictures.browser() as started:
            views.append([seen(started, sample / "index.html", shot) for shot in shots])
    for before, after in zip(*views, strict=True):
        assert not unlike(before, after), difference(before, after)


def test_a_part_of_a_page_that_is_lost_or_moved_is_seen(pages: dict[int, Picture]) -> None:
    for page in pages.values():
        assert unlike(page, np.roll(page, 12, axis=0)), "moved down by a centimetre"
        for part in np.array_split(np.arange(len(page)), 5):
            if (page[part] < 200).mean() > 0.05:
                lost = page.copy()
                lost[part] = np.median(page)
                assert unlike(page, lost)


def test_specks_and_a_finer_or_coarser_pen_are_not(pages: dict[int, Picture]) -> None:
    random = np.random.default_rng(1)
    for page in pages.values():
        noise = random.integers(-3, 4, page.shape)
        speckled = np.clip(page.astype(int) + noise, 0, 255).astype(np.uint8)
        assert not unlike(page, np.where(page < 250, speckled, page).astype(np.uint8))
        assert not unlike(page, np.roll(page, 1, axis=0)), "a millimetre"
        lighter = 255 - (255 - page.astype(float)) * 0.97
        assert not unlike(page, lighter.astype(np.uint8))


def test_a_kept_picture_is_like_the_page(pages: dict[int, Picture], tmp_path: Path) -> None:
    for number, page in pages.items():
        keep(page, tmp_path / f"{number}.png")
        assert not unlike(kept(tmp_path / f"{number}.png"), page)
        assert unlike(page, page[:-1]), "of another size"
