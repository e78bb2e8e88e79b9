"""Rendering with Quarto: finding it, staging for it, its failures, and the same report."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from alike import one_page, read_views, site_pages
from book_sample import HEADINGS, SAVED_PAGES, finish_saved, pdf_words, stage_sample
from needs_assessment.audit.found import text_elsewhere
from needs_assessment.audit.pages import read_page
from needs_assessment.audit.report import read_report
from needs_assessment.book import builtin, quarto
from needs_assessment.book.render import render
from needs_assessment.book.settings import read_settings
from needs_assessment.book.site import finish_site
from needs_assessment.errors import AssessmentError

needs_script = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a POSIX script")


def stand_in(folder: Path, body: str) -> Path:
    """A program in Quarto's place, written in Python."""
    program = folder / "quarto"
    program.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{body}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_quarto_path_names_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    assert quarto.find_quarto() is None
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "missing"))
    with pytest.raises(AssessmentError, match=r"QUARTO_PATH is .*missing"):
        quarto.find_quarto()


def test_asking_for_a_missing_quarto_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    book = stage_sample(tmp_path / "book")
    with pytest.raises(AssessmentError, match="Quarto was asked for") as caught:
        render(book, tmp_path / "out", "quarto")
    assert "RENDERER=builtin" in caught.value.hint
    assert not (tmp_path / "out").exists()
    assert render(book, tmp_path / "out", "auto") == "built-in"


def test_an_unknown_renderer_is_refused(tmp_path: Path):
    with pytest.raises(AssessmentError, match="no renderer 'word'"):
        render(tmp_path, tmp_path, "word")


@needs_script
def test_a_failure_of_quarto_is_told_in_its_last_lines(tmp_path: Path):
    book = stage_sample(tmp_path / "book")
    program = stand_in(
        tmp_path,
        "pathlib.Path('left.txt').write_text('x')\n"
        "print('\\x1b[91mERROR: Typst compilation failed\\x1b[39m', file=sys.stderr)\n"
        "sys.exit(1)",
    )
    before = sorted(book.rglob("*"))
    with pytest.raises(AssessmentError) as caught:
        quarto.render(book, tmp_path / "out", program)
    assert caught.value.message.endswith("\nERROR: Typst compilation failed")
    assert "RENDERER=builtin" in caught.value.hint
    assert sorted(book.rglob("*")) == before
    assert not (tmp_path / "out").exists()


@needs_script
def test_everything_that_quarto_yml_names_is_staged(tmp_path: Path):
    book = stage_sample(tmp_path / "book")
    program = stand_in(
        tmp_path,
        "import re, yaml\n"
        "text = pathlib.Path('_quarto.yml').read_text('utf-8')\n"
        "named = re.findall(r'assets/[\\w./-]+', text)\n"
        "missing = [name for name in named if not pathlib.Path(name).exists()]\n"
        "settings = yaml.safe_load(text)\n"
        "print(len(named), missing, settings['assessment']['accent'], settings['nocite'])\n"
        "sys.exit(1)",
    )
    with pytest.raises(AssessmentError, match=r"\d+ \[\] 1d5c63 @da-act-2021, @saf"):
        quarto.render(book, tmp_path / "out", program)


# The same report from both ------------------------------------------------------------------


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample as the built-in renderer makes it."""
    folder = tmp_path_factory.mktemp("builtin")
    builtin.render(stage_sample(folder / "book"), folder / "out")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample as Quarto makes it."""
    program = quarto.find_quarto()
    if program is None:
        pytest.skip("Quarto is neither on PATH nor named by QUARTO_PATH")
    folder = tmp_path_factory.mktemp("quarto")
    quarto.render(stage_sample(folder / "book"), folder / "out", program)
    return folder


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample made of what Quarto wrote when it was last asked."""
    return finish_saved(tmp_path_factory.mktemp("saved"))


@pytest.fixture(params=["saved", "made"])
def theirs(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def views(folder: Path) -> dict[str, Any]:
    settings = read_settings(folder / "book")
    if (folder / "out" / "marac.html").exists():
        return read_views(site_pages(folder / "out", settings), settings)
    return read_views(one_page((folder / "out" / "index.html").read_text("utf-8")), settings)


def test_both_show_the_same_in_the_same_order(ours: Path, theirs: Path):
    one, other = views(ours), views(theirs)
    for kind, shown in one.items():
        assert other[kind] == shown, kind
    assert ("#ref-safelives-marac", "SafeLives 2024b") in other["links"]
    assert ("#sec-refuge", "Chapter 2") in other["references"]
    assert ("marac.rate", "#sec-methods", "22.2") in other["numbers"]
    assert len(other["sources"]) == 4 and len(other["headings"]) == len(HEADINGS)


def test_every_link_of_the_site_leads_somewhere(theirs: Path):
    site = theirs / "out"
    pages = {path.name: read(path) for path in site.glob("*.html")}
    for name, page in pages.items():
        for link in page.select("a[href]"):
            if ":" in link["href"]:
                continue
            file, _, anchor = link["href"].partition("#")
            assert (file or name) in pages, link
            assert not anchor or pages[file or name].find(id=anchor), link


def test_no_id_stands_twice_on_a_page(theirs: Path):
    for path in (theirs / "out").glob("*.html"):
        ids = [tag["id"] for tag in read(path).find_all(id=True)]
        assert len(ids) == len(set(ids)), path.name


def test_every_page_has_the_frame_of_the_built_in_page(ours: Path, theirs: Path):
    def frame(page: BeautifulSoup) -> list[str]:
        kept = ".notice, .bar-tools > li, h1, .cover-council, .foot p, dialog > h2, #number"
        return [" ".join(each.get_text().split()) for each in page.select(kept)]

    expected = frame(read(ours / "out" / "index.html"))
    for path in (theirs / "out").glob("*.html"):
        assert frame(read(path)) == expected, path.name
    index = read(theirs / "out" / "index.html")
    block = read(ours / "out" / "index.html").select_one(".version-block")
    assert index.select_one(".version-block").get_text() == block.get_text()


def test_the_contents_are_the_chapters_and_the_sections_of_the_one_open(theirs: Path):
    page = read(theirs / "out" / "refuge.html")
    assert [(link["href"], link.get_text()) for link in page.select("#contents a")] == [
        ("index.html", "About this assessment"),
        ("summary.html", "1 Summary"),
        ("#sec-refuge", "2 Refuge and safe accommodation"),
        ("#sec-refuge-places", "2.1 Places"),
        ("#sec-refuge-turned-away", "2.2 Who was turned away"),
        ("marac.html", "3 MARAC"),
        ("methods.html", "Appendix A — Methods"),
        ("sources.html", "Appendix B — Sources"),
    ]
    turns = [link["href"] for link in page.select(".turn a")]
    assert turns == ["summary.html", "marac.html"]


def test_a_page_tells_only_of_its_own_numbers(theirs: Path):
    told = {path.name: read(path).find(id="explanations") for path in theirs.rglob("*.html")}
    assert set(json.loads(told["marac.html"].get_text())) == {"marac.rate", "marac.repeat_rate"}
    assert set(json.loads(told["summary.html"].get_text())) == {"marac.repeat_rate"}
    assert told["refuge.html"] is None
    text = (theirs / "out" / "marac.html").read_text(encoding="utf-8")
    assert "repeats included <script>" not in text, "no text becomes markup"


def test_the_site_fetches_nothing_from_elsewhere(theirs: Path):
    site = theirs / "out"
    for path in site.rglob("*.html"):
        page = read(path)
        loaded = [element["src"] for element in page.find_all(src=True)]
        loaded += [element["href"] for element in page.find_all("link", href=True)]
        assert loaded and all((site / address).is_file() for address in loaded)
        assert not page.select("script[type=module]"), "refused to a page in a folder"
    for path in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", path.read_text("utf-8"))


def test_the_search_finds_what_the_pages_say_and_nothing_else(theirs: Path, tmp_path: Path):
    site = shutil.copytree(theirs / "out", tmp_path / "out")
    index = site / "assets" / "search-index.js"
    assert text_elsewhere(index) is None
    entries = json.loads(index.read_text("utf-8").partition("= ")[2].rstrip(";\n"))
    where, text = "3 MARAC › 3.1 Cases and referrals", "Police · 12 · 14 · 15 · 17 · 58"
    assert [entry[3] for entry in entries if entry[2] == where and "Police" in entry[3]] == [text]
    for page, label, *_ in entries:
        assert read(site / page).find(id=label)
    index.write_text(index.read_text("utf-8").replace("· 17 · 58", "· 18 · 58"), "utf-8")
    assert text_elsewhere(index) == "marac.html"


def test_the_attack_reads_what_numbers_tell(theirs: Path):
    figures = read_page(theirs / "out" / "marac.html", "marac.html").figures
    told = {(each.indicator, each.text) for each in figures}
    assert {("marac.rate", "18.0 to 27.4"), ("marac.repeat_rate", "25 of 87, 2024-25")} <= told


def test_a_report_whose_search_says_something_else_is_refused(saved: Path, tmp_path: Path):
    site = shutil.copytree(saved / "out", tmp_path / "out")
    index = site / "assets" / "search-index.js"
    assert len(read_report(site, "sample", "E0", "2024-25").artefacts) == 6
    index.write_text(index.read_text("utf-8").replace("87 cases", "86 cases"), "utf-8")
    with pytest.raises(AssessmentError, match=r"a text that marac\.html does not show"):
        read_report(site, "sample", "E0", "2024-25")
    index.write_text("not an index", encoding="utf-8")
    with pytest.raises(AssessmentError, match="cannot be read"):
        read_report(site, "sample", "E0", "2024-25")


def test_a_book_without_explanations_or_help_makes_a_site(tmp_path: Path):
    book = stage_sample(tmp_path / "book")
    (book / "explanations.json").unlink()
    site = shutil.copytree(SAVED_PAGES, tmp_path / "out")
    text = (site / "index.html").read_text(encoding="utf-8")
    (site / "index.html").write_text(text.replace("how-to-read", "signs"), encoding="utf-8")
    finish_site(site, book, read_settings(book))
    page = read(site / "marac.html")
    assert not page.select(".explained, #explanations, [data-opens=reading]")
    assert page.find(id="sec-marac-repeat")


def test_pages_in_a_theme_of_quartos_are_refused(tmp_path: Path):
    book = stage_sample(tmp_path / "book")
    site = shutil.copytree(SAVED_PAGES, tmp_path / "out")
    text = (site / "marac.html").read_text(encoding="utf-8")
    framed = text.replace("<body>", "<body><div>").replace("</body>", "</div></body>")
    (site / "marac.html").write_text(framed, encoding="utf-8")
    with pytest.raises(AssessmentError, match=r"quarto\.yml: .*marac\.html.* theme"):
        finish_site(site, book, read_settings(book))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_both_pdfs_read_the_same(ours: Path, made: Path):
    pdfs = [folder / "out" / "assessment.pdf" for folder in (ours, made)]
    assert pdf_words(pdfs[0]) == pdf_words(pdfs[1])


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
