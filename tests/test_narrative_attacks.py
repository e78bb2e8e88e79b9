"""A narrative runs no code, reads no file and puts no script into the report, whoever renders it.

All attacks stand in one book, which goes through the real renderers.
"""

import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from book_sample import add, pdf_words, stage_sample
from needs_assessment.book import builtin, quarto
from needs_assessment.book.check import check_book
from needs_assessment.book.markdown import figure_span
from needs_assessment.book.settings import read_settings
from needs_assessment.narrative.figures import resolve
from needs_assessment.narrative.literal import escape_narratives

SECRET = "CANARY7f3a"
VARIABLE = "NARRATIVE_CANARY"
SHOWN = "<script>ATTACK</script> {{< include secret.txt >}} #read(1)"
FIGURES = {"council.name": {"display": SHOWN}}
ATTACKS = yaml.safe_load(
    (Path(__file__).with_name("data") / "narrative-attacks.yml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book with all attacks in a chapter, and secrets in and beside it."""
    folder = tmp_path_factory.mktemp("attacked")
    book = stage_sample(folder / "book")
    for path in (folder / "secret.txt", book / "secret.txt", book / "secret.png"):
        path.write_text(SECRET, encoding="utf-8")
    resolved = {
        name: resolve(text, FIGURES, name, lambda key, _, shown: figure_span(shown, key))
        for name, text in ATTACKS.items()
    }
    for name, text in escape_narratives(resolved).items():
        add(book, "marac.qmd", f"## Attack {name} {{#sec-{name}}}\n\n{text}")
    check_book(book)
    return book


@pytest.fixture(scope="module", params=["builtin", "quarto"])
def rendered(request, book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a renderer made of the book."""
    out = tmp_path_factory.mktemp(request.param) / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, SECRET)
        if request.param == "builtin":
            builtin.render(book, out)
        else:
            program = quarto.find_quarto()
            if program is None:
                pytest.skip("Quarto is neither on PATH nor named by QUARTO_PATH")
            quarto.render(book, out, program)
    return out


def main_of(rendered: Path) -> BeautifulSoup:
    """What a page holds but for what the renderer itself puts around it."""
    pages = [page for page in rendered.glob("*.html") if "Attack shortcodes" in page.read_text()]
    (page,) = [page for page in pages if page.name in ("index.html", "marac.html")]
    found = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").main
    assert found
    return found


def test_no_file_and_no_variable_is_read(rendered: Path):
    for page in rendered.rglob("*.html"):
        assert SECRET not in page.read_text(encoding="utf-8")
    words = pdf_words(rendered / "assessment.pdf")
    assert SECRET not in words
    assert "{{< include secret.txt >}}" in words and '#read("secret.txt")' in words


def test_no_script_frame_or_address_gets_into_the_page(rendered: Path):
    main = main_of(rendered)
    assert main.find_all(["script", "iframe", "object", "embed", "form", "base", "meta"]) == []
    for element in main.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")], element
        address = element.get("src") or element.get("href") or ""
        assert not re.match(r"\s*(javascript|vbscript|data:text|file|//)", address, re.IGNORECASE)
        assert "evil.example" not in (element.get("src") or "")
    assert not any("secret" in (image.get("src") or "") for image in main.find_all("img"))
    assert "ATTACK" in main.get_text(), "it is there, as text"


def test_no_narrative_opens_a_chapter_or_names_the_book(rendered: Path):
    page = BeautifulSoup((rendered / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert page.title and "ATTACK" not in page.title.get_text()
    for heading in page.find_all("h1"):
        assert "ATTACK" not in heading.get_text()


def test_typst_finds_no_code_in_it(book: Path):
    document = builtin.render_typst(book, read_settings(book))
    # The book's own rule for annexes comes after all narrative.
    end = document.rindex('#show: appendices.with("Appendices")')
    narrative = document[document.index("Attack shortcodes") : end]
    # Between back quotes Typst shows what stands there; elsewhere a code sign is escaped.
    shown = re.sub(r"(`{3,}).*?\1|`[^`]*`", "", narrative, flags=re.DOTALL)
    for code in ("read", "eval", "import", "include", "image", "{", "let", "show", "set"):
        assert not re.search(rf"(?<!\\)#{re.escape(code)}", shown), code
