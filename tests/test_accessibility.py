"""axe at WCAG 2.2 AA finds nothing on the page, as readers meet it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from page_browser import axe_findings, opened, rate, render_sample, start_browser

browser = pytest.fixture(scope="module")(start_browser)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_sample(tmp_path_factory.mktemp("page"))


def nothing(page: Page) -> None:
    """The page as it opens."""


def number(page: Page) -> None:
    rate(page).click()


def search(page: Page) -> None:
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("marac")
    page.locator(".search-results li").first.wait_for()


def enlarged(page: Page) -> None:
    page.locator(".tools button").last.click()


def reading(page: Page) -> None:
    page.get_by_role("button", name="How to read").click()


def display(page: Page) -> None:
    page.get_by_role("button", name="Display").click()


STATES = (nothing, number, search, enlarged, reading, display)


@pytest.mark.parametrize("width", [1280, 320], ids=["wide", "400% zoom"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, sample: Path, colours: str, width: int) -> None:
    with opened(browser, sample, width=width, color_scheme=colours) as page:
        found = {state.__name__: _findings(page, state) for state in STATES}
        assert found == {state.__name__: [] for state in STATES}


@pytest.mark.parametrize("wish", [{"contrast": "more"}, {"forced_colors": "active"}])
def test_axe_finds_nothing_for_other_wishes(
    browser: Browser, sample: Path, wish: dict[str, str]
) -> None:
    with opened(browser, sample, **wish) as page:
        assert axe_findings(page) == []


def test_axe_finds_nothing_where_scripts_do_not_run(
    browser: Browser, sample: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "index.html"
    text = sample.read_text(encoding="utf-8")
    plain.write_text(re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL), encoding="utf-8")
    with opened(browser, plain) as page:
        assert axe_findings(page) == []


def _findings(page: Page, state: Callable[[Page], None]) -> list[str]:
    state(page)
    found = axe_findings(page)
    page.keyboard.press("Escape")
    return found
