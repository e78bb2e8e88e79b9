"""What the pages made with Quarto do in a browser, opened from a folder.

They have the scripts of the built-in page; here is what differs where a chapter has its own page.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from book_sample import finish_saved
from page_browser import axe_findings, opened, rate, start_browser

browser = pytest.fixture(scope="module")(start_browser)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finish_saved(tmp_path_factory.mktemp("site")) / "out"


@pytest.fixture
def page(browser: Browser, site: Path) -> Iterator[Page]:
    with opened(browser, site / "marac.html") as page:
        yield page


def test_a_number_explains_itself_and_leads_to_the_annex(page: Page) -> None:
    rate(page).click()
    panel = page.locator("#number")
    expect(panel).to_contain_text("18.0 to 27.4")
    panel.get_by_role("link", name="In the annex").click()
    page.wait_for_url(re.compile(r"/methods\.html#sec-methods$"))
    expect(page.locator("#sec-methods")).to_be_visible()


def test_search_finds_words_on_every_page_and_leads_to_them(page: Page) -> None:
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("SECOND stage")
    found = page.locator(".search-results a")
    expect(found.first).to_contain_text("2 Refuge and safe accommodation")
    expect(found.first.locator("mark").first).to_have_text("Second ")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/refuge\.html#at-\d+$"))
    expect(page.locator(":target")).to_contain_text("Second stage")
    expect(page.locator(":target")).to_be_in_viewport()


def test_search_leads_to_what_is_on_the_same_page(page: Page) -> None:
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("CHILDREN'S serv")
    expect(page.locator(".search-count")).to_have_text("1 place found.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#search")).not_to_be_visible()
    assert page.evaluate("document.activeElement.textContent").startswith("\nChildren’s services")


def test_a_page_taken_out_of_its_folder_is_searched_alone(browser: Browser, site: Path) -> None:
    index = site / "assets" / "search-index.js"
    kept = index.read_bytes()
    index.unlink()
    try:
        context = browser.new_context()
        page = context.new_page()
        page.goto((site / "marac.html").as_uri())
        page.get_by_role("button", name="Search").click()
        page.keyboard.type("repeat")
        expect(page.locator(".search-results a").first).to_contain_text("3 MARAC")
        context.close()
    finally:
        index.write_bytes(kept)


def test_how_to_read_is_at_hand_on_every_page(browser: Browser, site: Path) -> None:
    for name in ("index.html", "marac.html"):
        with opened(browser, site / name) as page:
            page.get_by_role("button", name="How to read").click()
            expect(page.locator("#reading li")).to_have_count(2)
            expect(page.locator("#reading")).to_contain_text("[x] stands for a number that no")


def test_the_choice_of_colours_holds_on_the_next_page(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.get_by_role("button", name="Display").click()
    page.get_by_label("Dark", exact=True).check()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Appendix A — Methods").last.click()
    page.wait_for_url(re.compile(r"/methods\.html$"))
    assert page.evaluate(paper) == "rgb(18, 23, 28)"


def test_figures_enlarge_and_have_links(page: Page) -> None:
    page.get_by_role("button", name="Enlarge Figure 3.1").click()
    expect(page.locator("#enlarged img")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Link to Table 3.1").click()
    assert page.url.endswith("/marac.html#tbl-marac-agency")


def test_the_contents_stand_aside_on_a_telephone_until_asked_for(
    browser: Browser, site: Path
) -> None:
    with opened(browser, site / "marac.html", width=390, java_script_enabled=False) as page:
        expect(page.locator("#contents")).not_to_be_visible()
        page.get_by_role("link", name="Contents").click()
        expect(page.locator("#contents")).to_be_visible()
        page.locator("#contents").get_by_role("link", name="2 Refuge").click()
        page.wait_for_url(re.compile(r"/refuge\.html$"))


def test_without_scripts_numbers_and_help_lead_to_their_pages(browser: Browser, site: Path) -> None:
    with opened(browser, site / "marac.html", java_script_enabled=False) as page:
        expect(page.get_by_text("Search", exact=True)).not_to_be_visible()
        rate(page).click()
        page.wait_for_url(re.compile(r"/methods\.html#sec-methods$"))
        page.get_by_role("link", name="How to read").first.click()
        page.wait_for_url(re.compile(r"/index\.html#index-how-to-read-this-report$"))


@pytest.mark.parametrize("width", [1280, 320], ids=["wide", "400% zoom"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: Path, colours: str, width: int) -> None:
    found = {}
    for name in ("index", "refuge", "marac"):
        with opened(browser, site / f"{name}.html", width=width, color_scheme=colours) as page:
            found[name] = axe_findings(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if name == "marac":
                rate(page).click()
                found["a number"] = axe_findings(page)
    assert found == {name: [] for name in found}
