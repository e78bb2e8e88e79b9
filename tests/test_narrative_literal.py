import json
import re

import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative import literal
from needs_assessment.narrative.literal import escape_narratives


def escape(text):
    return escape_narratives({"marac-repeat": text})["marac-repeat"]


def read(text):
    """What the book's readers find in `text`."""
    return json.loads(pypandoc.convert_text(text, "json", "markdown"))


def html(text):
    return pypandoc.convert_text(text, "html", "markdown", extra_args=["--mathml"])


def plain(text):
    return pypandoc.convert_text(text, "plain", "markdown-smart", extra_args=["--wrap=none"])


def elements(tree):
    if isinstance(tree, dict):
        if "t" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from elements(branch)


@pytest.mark.parametrize(
    "text",
    [
        "Rates rose, *markedly*, to **28.7%**; see @sec-marac, @fig-trend and [@home2021, p. 3].",
        "A [link](https://www.example.org/a_b?x=1&y=2) and H~2~O, x^2^, ~~gone~~.",
        "| Agency | Cases |\n|:-------|------:|\n| Police |    12 |\n\n: Referrals {#tbl-own}",
        "- one\n- two\n  - deep\n- three",
        "1. one\n2. two",
        "## Repeat cases {#sec-repeat}\n\nText.",
        '::: {.callout-note title="Read this"}\nA gap in the data.\n:::',
        "> quoted\n> text",
        'The rate was [28.7%]{.figure data-id="marac.repeat_rate"} (about 31,200).',
        "`code` and\n\n``` python\nlisting()\n```",
        'a\\\nb, \\* literal, AT&T, £1,081m, 5 < 6 > 4, it\'s "quoted" -- and ... so on',
        "Term\n:   Definition.",
    ],
)
def test_ordinary_markdown_reads_the_same(text):
    assert html(escape(text)) == html(text)


def test_footnotes_of_two_cells_can_stand_in_one_chapter():
    both = escape_narratives(
        {
            "one": "First.[^1] Inline.^[Beside.]\n\n[^1]: Note one.\n\n    Its second part.",
            "two": "Second.[^1]\n\n[^1]: Note two.",
        }
    )
    text = plain("\n\n".join(both.values()))
    for words in ("Note one.", "Its second part.", "Beside.", "Note two."):
        assert text.count(words) == 1


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("{{< env HOME >}}", "{{< env HOME >}}"),
        ("{{< include /etc/passwd >}}", "{{< include /etc/passwd >}}"),
        ("`{{< env HOME >}}`", "{{< env HOME >}}"),
        ("```\n{{< env HOME >}}\n```", "{{< env HOME >}}"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a <b onclick='x()'>bold</b> word", "a <b onclick='x()'>bold</b> word"),
        ("```{=html}\n<script>1</script>\n```", "<script>1</script>"),
        ("`<i>`{=html} and `#read(1)`{=typst}", "<i> and #read(1)"),
        ("\\input{secret} \\newcommand{\\a}{b}", "\\input{secret} \\newcommand{\\a}{b}"),
        ("![chart](https://example.org/x.png)", "![chart](https://example.org/x.png)"),
        ("![](/etc/passwd)", "![](/etc/passwd)"),
        ("[press](javascript:alert(1))", "press (javascript:alert(1))"),
        ("[file](../../data/returns/x.xlsx)", "file (../../data/returns/x.xlsx)"),
        ("```{python}\nprint(1)\n```", "print(1)"),
        ("`{python} 1 + 1`", "{python} 1 + 1"),
        ("`r getwd()`", "r getwd()"),
        # An equation without a description is no PDF/UA-1: a report with one could not be made.
        ("$\\frac{25}{87}$ of them", "$\\frac{25}{87}$ of them"),
        ('$\\text{"); #read("a") ("}$', '$\\text{"); #read("a") ("}$'),
        ("$$\nx\n$$", "$$ x $$"),
        ("[x]{typst:text:fill='read(1)'}", "x"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("[12,345]{.external} calls", "12,345 calls"),
    ],
)
def test_what_could_run_fetch_or_include_is_shown_as_typed(typed, shown):
    escaped = escape(typed)
    assert shown in re.sub(r"\s+", " ", plain(escaped))
    assert_only_text(escaped)


def test_a_metadata_block_sets_nothing():
    text = "Before.\n\n---\ntitle: Mine\nfilters: [x.lua]\n---\n\nAfter."
    escaped = escape(text)
    assert_only_text(escaped)
    assert not re.search(r"^---\s*$", escaped, re.MULTILINE)
    assert "filters:" in plain(escaped)


def test_attributes_that_act_are_dropped():
    escaped = escape('[x]{onclick="a()" style="position:fixed" .figure} ::: {#refs}')
    assert html(escaped).startswith('<p><span class="figure">x</span>')


@pytest.mark.parametrize(
    "attributes",
    [
        "onclick='a()'",
        "style='position:fixed'",
        "lang='en\"); #read(\"secret'",
        "data-id='a\"onclick=b'",
        "typst:inset='read(1)'",
        "collapse='\"x\"'",
        ".content-hidden when-format=html",
        ".hidden",
        ".panel-tabset",
        "#refs",
        "src=/etc/passwd",
    ],
)
def test_an_attribute_that_could_act_is_dropped(attributes):
    typed = f"::: {{{attributes}}}\nx\n:::\n\n[x]{{{attributes}}}\n\n## x {{{attributes}}}"
    found = [element for element in elements(read(escape(typed))["blocks"])]
    headings = [element["c"][1] for element in found if element["t"] == "Header"]
    others = [element["c"][0] for element in found if element["t"] in ("Div", "Span")]
    assert all(classes == [] and held == [] for _, classes, held in headings + others)
    assert "secret" not in escape(typed) and "refs" not in escape(typed)


def test_the_title_of_a_callout_is_read_as_typed():
    title = "![t](a.png) [j](javascript:b) it's *5%*"
    escaped = escape(f'::: {{.callout-note title="{title}"}}\nbody\n:::')
    (callout,) = (each for each in elements(read(escaped)["blocks"]) if each["t"] == "Div")
    inner = dict(callout["c"][0][2])["title"]
    assert plain(inner).strip() == title
    assert_only_text(inner)


def test_a_listing_keeps_its_language_alone():
    escaped = escape('Text *here*.\n\n```{.python #x onclick="a"}\nprint(1)\n```')
    assert escaped == "Text *here*.\n\n``` python\nprint(1)\n```"


def test_comments_stay_out_of_the_report():
    assert plain(escape("Shown. <!-- hidden -->\n\n<!-- hidden\ntoo -->")) == "Shown.\n"


def test_a_list_reads_as_jupyter_shows_it():
    assert "<li>" in html(escape("Findings:\n- one\n- two"))


def test_a_narrative_cannot_open_a_chapter_or_caption_a_table():
    assert "<h2" in html(escape("# My heading"))
    table = "| A |\n|---|\n| 1 |\n\n"
    for opening in (": my words", "Table: my words", "table: my words"):
        assert "<caption" not in html(table + escape(opening))


def test_a_text_that_takes_for_ever_to_read_is_an_error_that_names_its_cell(monkeypatch):
    monkeypatch.setattr(literal, "_LONGEST_SECONDS", 2.0)
    with pytest.raises(AssessmentError, match="Cell endless: ") as caught:
        escape_narratives({"endless": "[" * 60, "fine": "Text."})
    assert "brackets" in caught.value.hint


def test_an_unclosed_construct_does_not_reach_the_next_cell():
    for typed in ("::: {.callout-note}\nopen", "```\nopen", "<div>", "<!-- open", "`open", "$a"):
        assert "<h2" in html(escape(typed) + "\n\n## Next {#sec-next}\n\n" + escape("Text."))


PIECES = st.sampled_from(
    [
        "{{<", ">}}", "{{", "}}", "```", "~~~", "`", "{=html}", "{python}", "<script>", "</div>",
        "<!--", "-->", "<", ">", "\\", "\\begin{a}", "$", "$$", "---", "...", ":::", "{.x y=z}",
        "![a](b)", "[a](javascript:b)", "[a]: b", "[^1]", "[^1]: n", "@a", "[@a]", "|", "|-|",
        "+--+", "#", "- ", "1. ", "> ", "    ", "\t", "\n", "\n\n", "a", "b ", "*", "_", "~", "^",
        ": ", "'", '"', "%", "include: x", "https://a.org", "&lt;", "😀", "\u00a0", "\r\n",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=14).map("".join)


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_nothing_but_text_comes_out_of_anything(texts):
    cells = {str(number): text for number, text in enumerate(texts)}
    for escaped in escape_narratives(cells).values():
        assert_only_text(escaped)


# Words in these are names to Markdown, not text: classes, addresses, unused notes, comments.
NAMING = ("<!--", ":::", "[a]: b", "[^1]: n", "{.x y=z}", "[a](javascript:b)", "![a](b)", "[^1]")


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_every_word_typed_is_shown(texts):
    for name in NAMING:
        texts = [text.replace(name, "") for text in texts]
    cells = {str(n): f"{text}\n\nword{n}x\n\n{text} word{n}y." for n, text in enumerate(texts)}
    for number, escaped in escape_narratives(cells).items():
        assert f"word{number}x" in escaped
        assert f"word{number}y" in escaped


def assert_only_text(escaped):
    tree = read(escaped)
    kinds = {element["t"] for element in elements(tree["blocks"])}
    assert not kinds & {"RawInline", "RawBlock", "Image", "Figure", "Math"}
    assert tree["meta"] == {}
    assert "{{<" not in escaped
    assert not re.search(r"^ *[`~]{3,} *\{", escaped, re.MULTILINE)
    for element in elements(tree["blocks"]):
        if element["t"] == "Link":
            assert re.match(r"(https?|mailto|tel):|#", element["c"][2][0], re.IGNORECASE)
