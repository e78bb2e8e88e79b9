"""The page in a real browser: no error, no request to any host."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from page_browser import start_browser
from running import Report

Assessed = Callable[[str, str], Report]
browser = pytest.fixture(scope="module")(start_browser)


@pytest.mark.parametrize(
    "edition", [("north", "2024-25"), ("three-rivers", "2017-18"), ("northamptonshire", "2020-21")]
)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_without_error_or_request(
    browser: Browser, assessed: Assessed, edition: tuple[str, str], width: int, tmp_path: Path
) -> None:
    page_file = assessed(*edition).path / "index.html"
    alone = tmp_path / "stick" / "index.html"
    alone.parent.mkdir()
    shutil.copy(page_file, alone)
    page = browser.new_page(viewport={"width": width, "height": 900})
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(alone.as_uri(), wait_until="load")
    assert errors == []
    assert [url for url in requests if not url.startswith(("file://", "data:"))] == []
    assert len([url for url in requests if url.startswith("file://")]) == 1, "one file"
    assert page.locator("h1").count() == 1 and page.locator("main h2").count() > 10
    assert page.locator("figure img, figure svg").count() >= 1
    broken = page.evaluate(
        "[...document.images].filter(i => !(i.complete && i.naturalWidth)).length"
    )
    assert broken == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    targets = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
        ".filter(id => id && !document.getElementById(id))"
    )
    assert targets == []
    page.close()


def test_numbers_tell_nothing_of_what_is_hidden(assessed: Assessed) -> None:
    page_file = assessed("north", "2024-25").path / "index.html"
    text = page_file.read_text(encoding="utf-8")
    data = BeautifulSoup(text, "html.parser").find("script", id="explanations")
    assert data is not None
    explained = json.loads(data.get_text())
    hidden = [each for each in explained.values() if each["shown"] == "[c]"]
    assert hidden and len(explained) > 150
    for each in hidden:
        assert {"Based on", "95% interval", "Year before", "Compared with"}.isdisjoint(
            label for label, _ in each["lines"]
        )
    assert len(text.encode()) < 3_000_000, "it goes by e-mail, and opens on an old telephone"


def test_the_annex_tells_what_a_number_tells_of_itself(assessed: Assessed) -> None:
    """Without scripts, the same stands where the number's link leads."""
    page = BeautifulSoup(
        (assessed("north", "2024-25").path / "index.html").read_text(encoding="utf-8"),
        "html.parser",
    )
    told = 0
    explained = json.loads(page.find("script", id="explanations").get_text())
    for each in explained.values():
        if not each["shown"]:
            continue  # a caption: each of its numbers is explained for itself
        place = page.find(id=each["anchor"]).find_parent("tr")
        words = " ".join(place.get_text().split())
        for label, text in each["lines"]:
            if label in ("Based on", "95% interval", "Year before", "Definition", "Caution"):
                assert text in words, f"{each['name']}: {label}"
                told += 1
    assert told > 400


def test_a_caption_leads_to_the_file_and_row_of_every_number(assessed: Assessed) -> None:
    """Without scripts, what a table or chart tells of its numbers stands where its link leads."""
    page = BeautifulSoup(
        (assessed("north", "2024-25").path / "index.html").read_text(encoding="utf-8"),
        "html.parser",
    )
    explained = json.loads(page.find("script", id="explanations").get_text())
    captions = page.select("caption a.explained, figcaption a.explained")
    assert len(captions) > 30
    for link in captions:
        about = explained[link.parent["data-id"]]
        place = page.find("details", id=link["href"][1:])
        told = [each.get_text(strip=True) for each in place.select("dt, dd")]
        assert told == [text.strip() for line in about["lines"] for text in line]
        assert page.find(id=place.select_one("p a")["href"][1:]).name in ("table", "figure")
    by_age = [text for _, text in explained["fig-prevalence-age"]["lines"]]
    assert by_age.count(by_age[0]) == 1, "a breakdown is defined once, not at each row"
