"""What the built-in page does: search, numbers that explain themselves, panels, keys, no scripts.

One rendering of the sample book serves all tests.
"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from book_sample import SAMPLE, add, stage_sample
from needs_assessment.audit.pages import read_page
from needs_assessment.book.builtin import render_page
from needs_assessment.book.settings import read_settings
from needs_assessment.chapter.chart import WIDTH
from page_browser import axe_findings, opened, rate, render_sample, start_browser

# The words of headings that lie on more than one line.
SPLIT_WORDS = """() => {
  const split = [];
  for (const heading of document.querySelectorAll("h1, main :is(h2, h3, h4)")) {
    const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      for (const word of text.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (range.getClientRects().length > 1) split.push(word[0]);
      }
    }
  }
  return split;
}"""
browser = pytest.fixture(scope="module")(start_browser)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_sample(tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(browser: Browser, sample: Path) -> Iterator[Page]:
    with opened(browser, sample) as page:
        yield page


def focused(page: Page) -> str:
    return " ".join(page.evaluate("document.activeElement.textContent").split())


def test_search_finds_words_anywhere_and_leads_to_them(page: Page) -> None:
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("Housing all police")
    expect(page.locator(".search-count")).to_contain_text("Nothing found.")
    page.get_by_label("Words to find").fill("childrens")
    expect(page.locator(".search-count")).to_contain_text("Nothing found.")
    page.get_by_label("Words to find").fill("CHILDREN'S serv")
    found = page.locator(".search-results a")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("3 MARAC › 3.1 Cases and referrals")
    expect(found.locator("mark").first).to_have_text("Children’s")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#search")).not_to_be_visible()
    assert focused(page).startswith("Children’s services")
    assert page.url.endswith("#sec-marac-cases")


def test_search_finds_words_where_they_begin(page: Page) -> None:
    """“men” is in “Men” and “mental”, not in “assessment”; “age” is in “aged”, not in “agency”."""
    page.get_by_role("button", name="Search").click()
    field, found = page.get_by_label("Words to find"), page.locator(".search-results a")
    field.fill("ssessment")
    expect(found).to_have_count(0)
    field.fill("assess")
    assert found.count() > 0
    marks = found.locator("mark").all_inner_texts()
    assert {mark.lower() for mark in marks} == {"assess"}
    field.fill("marac")
    expect(found.first).to_contain_text("3 MARAC")


def test_a_number_explains_itself_by_key_and_gives_the_focus_back(page: Page) -> None:
    panel = page.locator("#number")
    rate(page).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(panel).to_be_visible()
    assert focused(page) == "22.2"
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    expect(rate(page)).to_have_attribute("aria-expanded", "true")
    assert "18.0 to 27.4" in focused(page)
    expect(panel).to_contain_text("Cases discussed, repeats included <script>, & so on.")
    page.keyboard.press("Tab")
    assert focused(page) == "In the annex"
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    assert focused(page) == "22.2"


def test_tab_goes_on_from_the_number_after_its_panel(page: Page) -> None:
    rate(page).focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#number")).not_to_be_visible()
    assert "SafeLives" in focused(page), "the link after the number"


def test_a_number_explains_itself_when_pointed_at(page: Page) -> None:
    rate(page).hover()
    panel = page.locator("#number")
    expect(panel).to_be_visible()
    panel.hover()
    page.wait_for_timeout(400)
    expect(panel).to_be_visible()
    page.locator("h2").first.hover()
    expect(panel).not_to_be_visible()


def test_a_tapped_number_is_not_covered_by_its_panel(browser: Browser, sample: Path) -> None:
    with opened(browser, sample, width=390, has_touch=True) as page:
        rate(page).tap()
        panel = page.locator("#number")
        expect(panel).to_be_visible()
        page.wait_for_timeout(100)
        number, over = rate(page).bounding_box(), panel.bounding_box()
        assert number and over and number["y"] + number["height"] <= over["y"]
        page.locator("#sec-marac h2").tap(position={"x": 5, "y": 5})
        expect(panel).not_to_be_visible()


def test_a_chart_enlarges_by_key(page: Page) -> None:
    button = page.get_by_role("button", name="Enlarge Figure 3.1")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#enlarged")
    expect(dialog).to_be_visible()
    picture = dialog.locator("img").bounding_box()
    small = page.locator("main img").last.bounding_box()
    assert picture and small and picture["width"] > 1.3 * small["width"]
    assert dialog.locator("img").get_attribute("alt")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert focused(page) == "Enlarge Figure 3.1"


def test_how_to_read_is_at_hand_everywhere(page: Page) -> None:
    page.get_by_role("button", name="How to read").click()
    expect(page.locator("#reading")).to_contain_text("[x] stands for a number that no partner")
    expect(page.locator("#reading .reading-numbers")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#reading")).not_to_be_visible()


def test_the_section_read_is_marked_and_its_chapter_named(page: Page) -> None:
    page.evaluate("document.getElementById('sec-marac-cases').scrollIntoView()")
    current = page.locator(".contents [aria-current]")
    expect(current).to_have_text(re.compile("Cases and referrals"))
    expect(page.locator(".bar-chapter")).to_have_text(re.compile("3 MARAC"))
    expect(page.locator(".bar-chapter")).to_be_in_viewport()


def test_chapters_lead_to_their_neighbours(page: Page) -> None:
    turns = page.locator("#sec-refuge > .turn a, #sec-refuge .turn a")
    assert [link.get_attribute("href") for link in turns.all()] == ["#sec-summary", "#sec-marac"]


def test_headings_figures_and_tables_have_links_to_copy(page: Page) -> None:
    page.get_by_role("link", name="Link to Table 3.1").click()
    assert page.url.endswith("#tbl-marac-agency")
    headings = page.locator("main section[id] > :is(h2, h3, h4)").count()
    assert page.locator("main section > .anchor").count() == headings


def test_the_first_tab_skips_to_the_report(page: Page) -> None:
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_colours_follow_the_device_or_the_choice_and_the_choice_is_kept(
    browser: Browser, sample: Path
) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, sample, color_scheme="dark") as page:
        assert page.evaluate(paper) == "rgb(18, 23, 28)"
        page.get_by_role("button", name="Display").click()
        page.get_by_label("Light", exact=True).check()
        assert page.evaluate(paper) == "rgb(255, 255, 255)"
        page.reload()
        assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_a_browser_that_keeps_nothing_still_takes_the_choice(
    browser: Browser, sample: Path
) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    refuse = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    with opened(browser, sample) as page:
        page.add_init_script(refuse)
        page.reload()
        page.get_by_role("button", name="Display").click()
        page.get_by_label("Dark", exact=True).check()
        assert page.evaluate(paper) == "rgb(18, 23, 28)"


def test_without_scripts_all_is_there_and_numbers_lead_to_the_annex(
    browser: Browser, sample: Path
) -> None:
    with opened(browser, sample, java_script_enabled=False) as page:
        expect(page.get_by_role("link", name="How to read").first).to_be_visible()
        expect(page.get_by_text("Search", exact=True)).not_to_be_visible()
        expect(page.locator("#number")).not_to_be_visible()
        rate(page).click()
        assert page.url.endswith("#sec-methods")


def test_without_scripts_a_caption_leads_to_the_files_and_rows(
    browser: Browser, tmp_path: Path
) -> None:
    book = stage_sample(tmp_path / "book")
    told = json.loads((book / "explanations.json").read_text(encoding="utf-8"))
    told["tbl-marac-agency"] = {
        "name": "Where the numbers come from: Referrals by agency",
        "shown": "",
        "anchor": "sec-methods",
        "lines": [["Police", "61: marac.xlsx, row 13"]],
    }
    (book / "explanations.json").write_text(json.dumps(told), encoding="utf-8")
    add(book, "marac.qmd", '[The coordinator.]{.figure data-id="tbl-marac-agency"}')
    add(book, "sources.qmd", "## Published sources {#sec-sources-published}")
    file = tmp_path / "index.html"
    file.write_text(render_page(book, read_settings(book)), encoding="utf-8")
    with opened(browser, file, java_script_enabled=False) as page:
        page.get_by_role("link", name="The coordinator.").click()
        origin = page.locator("details:target")
        expect(origin.locator("summary")).to_have_text("Table 3.1: Referrals by agency")
        origin.locator("summary").click()
        expect(origin).to_contain_text("61: marac.xlsx, row 13")
        origin.get_by_role("link", name="To Table 3.1").click()
        assert page.url.endswith("#tbl-marac-agency")
    with opened(browser, file) as page:
        page.get_by_role("link", name="The coordinator.").click()
        page.locator("#number").get_by_role("link", name="In the annex").click()
        expect(page.locator("details:target").get_by_text("row 13")).to_be_visible()
        assert axe_findings(page) == []


def test_drawings_keep_their_outlines_and_words(sample: Path) -> None:
    """Spaces that a drawing can do without are left out, and nothing else."""

    def parts(drawing: str) -> list[object]:
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
        return [
            (
                str(part.tag),
                {name: value for name, value in part.items() if name != "d"},
                re.findall(r"[A-Za-z]|-?[\d.]+", part.get("d", "")),
                (part.text or "").strip(),
            )
            for part in ElementTree.fromstring(drawing, parser).iter()
        ]

    page = sample.read_text(encoding="utf-8")
    held = re.findall(r'svg\+xml;base64,([^"]+)', page)
    drawn = [path.read_text(encoding="utf-8") for path in (SAMPLE / "figures").glob("*.svg")]
    whole = list(map(parts, drawn))
    assert len(held) == len(drawn) > 0
    assert all(parts(base64.b64decode(each).decode()) in whole for each in held)
    assert sum(map(len, held)) < 4 / 3 * 0.95 * sum(map(len, drawn))


def test_only_numbers_on_the_page_are_told_and_none_as_markup(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    assert "marac.unused" not in text
    assert "repeats included <script>" not in text


def test_the_attack_reads_what_numbers_tell(sample: Path) -> None:
    told = {(each.indicator, each.text) for each in read_page(sample, "index.html").figures}
    assert {("marac.rate", "18.0 to 27.4"), ("marac.repeat_rate", "25 of 87, 2024-25")} <= told


@pytest.mark.parametrize("width", [320, 390])
def test_a_narrow_screen_scrolls_only_inside_tables_and_charts(
    browser: Browser, sample: Path, width: int
) -> None:
    with opened(browser, sample, width=width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        region = page.locator("#tbl-marac-agency").locator("xpath=..")
        expect(region).to_have_attribute("role", "region")
        expect(region).to_have_attribute("tabindex", "0")
        frame = page.locator(".figure-scroll").first
        shown = frame.locator("img").bounding_box()
        # Charts are six inches wide, and their least letters ten points.
        assert shown and 10 * shown["width"] / (72 * WIDTH) >= 7.9, "small print stays readable"
        shade = "region => getComputedStyle(region).boxShadow"
        assert region.evaluate(shade) != "none", "a table that goes on shows it"
        region.evaluate("region => { region.scrollLeft = region.scrollWidth; }")
        expect(region).not_to_have_class(re.compile("goes-on"))
        assert region.evaluate(shade) == "none"
        broken = page.evaluate(SPLIT_WORDS)
        assert broken == [], "no heading breaks inside a word"
        moves = frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")
        assert moves == (width < 390), "a telephone shows the whole chart"


def test_print_shows_the_report_and_no_controls(page: Page) -> None:
    page.emulate_media(media="print")
    for unwanted in (".bar", ".tools", ".turn", ".anchor", "dialog", ".skip-link"):
        for each in page.locator(unwanted).all():
            expect(each).not_to_be_visible()
    expect(page.locator("#tbl-marac-agency")).to_be_visible()
