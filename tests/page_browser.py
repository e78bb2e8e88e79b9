"""A page in a real browser, with every request to a host refused."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from book_sample import stage_sample
from needs_assessment.book.builtin import render_page
from needs_assessment.book.settings import read_settings

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Styles in files beside a page may not be fetched by a page that is a file.
    "preload": False,
}

# What Chromium says of any page with a search field that is opened at a place in it.
_HARMLESS = "Autofocus processing was blocked"


def render_sample(folder: Path) -> Path:
    """The page of the sample book, written into `folder`."""
    book = stage_sample(folder / "book")
    page = folder / "index.html"
    page.write_text(render_page(book, read_settings(book)), encoding="utf-8")
    return page


def rate(page: Page) -> Locator:
    """A number of the sample that explains itself."""
    return page.locator('[data-id="marac.rate"] .explained')


def start_browser() -> Iterator[Browser]:
    """Chromium; the test is skipped where there is none, and fails in CI."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed; .ci/run installs it.")
        pytest.skip("Chromium is not installed on this machine.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, *, width: int = 1280, **wishes: Any) -> Iterator[Page]:
    """The page of `file`; on leaving, it must have raised no error and asked no host.

    `wishes` are those of the reader: color_scheme, forced_colors, java_script_enabled …
    """
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 800}, reduced_motion="reduce", **wishes
    )
    asked: list[str] = []
    errors: list[str] = []
    context.route(re.compile("^(?!file:|data:)"), lambda route: route.abort())
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.goto(file.as_uri())
    try:
        yield page
        assert [error for error in errors if not error.startswith(_HARMLESS)] == []
        assert [url for url in asked if not _own(url)] == []
    finally:
        context.close()


def axe_findings(page: Page) -> list[str]:
    """What axe finds at WCAG 2.2 AA and in its best practices, with the first element of each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def _own(url: str) -> bool:
    return url.startswith(("file://", "data:"))
