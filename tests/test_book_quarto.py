"""Rendering with Quarto: finding it, staging for it, its failures, and the same report."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from book_sample import pdf_words, stage_sample
from needs_assessment.book import builtin, quarto
from needs_assessment.book.render import render
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


def test_pages_open_from_a_folder_and_name_references_alike(tmp_path: Path):
    (tmp_path / "index.html").write_text(
        '<script src="site_libs/quarto.js" type="module"></script>'
        '<h1 class="title">About</h1>'
        '<a href="marac.html" class="quarto-xref"><span>3&nbsp; MARAC</span></a> '
        '<a href="marac.html#sec-repeat" class="quarto-xref"><span>Repeat</span></a> '
        '<a href="methods.html" class="quarto-xref"><span>Appendix A — Methods</span></a>',
        encoding="utf-8",
    )
    (tmp_path / "marac.html").write_text(
        '<h1 class="title"><span><span class="chapter-number">3</span></span></h1>'
        '<section id="sec-repeat" class="level2" data-number="3.2">'
        '<div aria-describedby="tbl-a-caption-1"><table></table></div>',
        encoding="utf-8",
    )
    (tmp_path / "methods.html").write_text(
        '<h1 class="title"><span id="sec-methods">Appendix A — Methods</span></h1>',
        encoding="utf-8",
    )
    finish_site(tmp_path)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script" not in index
    assert re.findall(r"<span>(.*?)</span>", index) == ["Chapter 3", "Section 3.2", "Appendix A"]
    marac = (tmp_path / "marac.html").read_text(encoding="utf-8")
    assert 'role="region" tabindex="0" aria-labelledby="tbl-a-caption-1"' in marac


# The same report from both ------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders with the sample as the built-in renderer and as Quarto make it."""
    program = quarto.find_quarto()
    if program is None:
        pytest.skip("Quarto is neither on PATH nor named by QUARTO_PATH")
    folder = tmp_path_factory.mktemp("both")
    book = stage_sample(folder / "book")
    builtin.render(book, folder / "builtin")
    quarto.render(book, folder / "quarto", program)
    return folder / "builtin", folder / "quarto"


def pages(folder: Path) -> list[BeautifulSoup]:
    order = ["index", "summary", "refuge", "marac", "methods", "sources"]
    paths = [folder / f"{name}.html" for name in order if (folder / f"{name}.html").exists()]
    return [BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").main for path in paths]


def found(folder: Path, selector: str) -> list[str]:
    elements = [element for page in pages(folder) for element in page.select(selector)]
    return [" ".join(element.get_text().split()) for element in elements]


def links(folder: Path) -> list[tuple[str, str]]:
    """Every link of the text, by where it leads in the book and what it says; notes aside."""
    result = []
    for page in pages(folder):
        for link in page.select("a[href]"):
            inside = link.find_parent(["nav", "header"]) or link.find_parent(class_="csl-entry")
            # The built-in page's own: the chapters beside it, and numbers that explain themselves.
            inside = inside or link.find_parent(class_=re.compile("^turn-"))
            inside = inside or "explained" in link.get("class", [])
            target = link["href"].removeprefix("./")
            if inside or re.match("#fn(ref)?\\d", target):
                continue
            file, _, anchor = target.partition("#")
            if file.endswith(".html"):
                target = f"#{anchor or 'sec-' + file.removesuffix('.html')}"
            result.append((target, " ".join(link.get_text().split())))
    return sorted(result)


def test_both_lead_to_the_same_places_in_the_same_words(both: tuple[Path, Path]):
    ours, theirs = both
    assert links(ours) == links(theirs)
    assert ("#ref-safelives-marac", "SafeLives 2024b") in links(theirs)
    assert ("#ref-safelives-definition", "SafeLives 2024a") in links(theirs)


def test_the_list_of_works_is_seen_once(both: tuple[Path, Path]):
    for folder in both:
        seen = [
            entry
            for page in pages(folder)
            for entry in page.select(".csl-entry")
            if not entry.find_parent(class_="hidden") and not entry.find_parent(style=True)
        ]
        assert len(seen) == 4


def test_both_number_and_refer_alike(both: tuple[Path, Path]):
    ours, theirs = both
    assert found(ours, "a.xref") == found(theirs, "a.quarto-xref")
    title = "Domestic abuse needs assessment"
    headings = [text for text in found(theirs, "h1, h2, h3") if text != title]
    assert found(ours, "h2, h3, h4") == headings


def test_both_show_the_same_tables_figures_and_sources(both: tuple[Path, Path]):
    ours, theirs = both
    assert found(ours, "caption, figcaption") == found(theirs, "figcaption")
    assert found(ours, "th, td") == found(theirs, "th, td")
    # Quarto sets a book's list of sources without its language, so in American punctuation.
    sources = [
        [re.sub("[‘’“”.,]", "", source) for source in found(folder, ".csl-entry")[-4:]]
        for folder in both
    ]
    assert sources[0] == sources[1]
    alternatives = [
        [image["alt"] for page in pages(f) for image in page.select("img")] for f in both
    ]
    assert alternatives[0] == alternatives[1]


def test_both_give_the_notice_on_every_page(both: tuple[Path, Path]):
    _, theirs = both
    assert found(theirs, ".notice") == ["Draft: Illustrative data, not real figures"] * 6


def test_quartos_pages_fetch_nothing_from_elsewhere(both: tuple[Path, Path]):
    _, site = both
    for path in site.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        loaded = [element["src"] for element in page.find_all(src=True)]
        loaded += [element["href"] for element in page.find_all("link", href=True)]
        assert not [address for address in loaded if re.match(r"(https?:)?//", address)]
    for path in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", path.read_text("utf-8"))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_both_pdfs_read_the_same(both: tuple[Path, Path]):
    ours, theirs = both
    assert pdf_words(ours / "assessment.pdf") == pdf_words(theirs / "assessment.pdf")
