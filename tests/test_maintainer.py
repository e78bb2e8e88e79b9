"""What the maintainer's page of notebooks/README.md says, done in a copy of the project."""

import json
import re
from pathlib import Path

import pytest

from running import ROOT, Report, run_command
from toy_notebooks import code, narrative, notebook, parameters, title

PAGE = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
STATUTORY = notebook(
    title("Statutory", "sec-statutory"), parameters(), chapter="statutory", measures=[]
)
SENTENCE = """
{% if value("marac.housing_referral_share") is not none %}
Housing referred {{ marac.housing_referral_share | base }} cases.
@fig-services-duties shows the duties owed.
{% else %}
How many cases housing referred is not known.
{% endif %}
"""


def block(heading: str, language: str) -> str:
    """The first block of a language under a heading of the page, without its indentation."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.search(rf"^( *)```{language}\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    assert found, f"{heading} shows no {language}"
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


@pytest.fixture
def made(project: Path) -> Report:
    """The indicator, the chart and a chapter for them, in a book of few chapters."""
    catalogue = project / "data" / "reference" / "indicators.yml"
    entry = block("Add an indicator", "yaml").replace("chapter: marac", "chapter: housing")
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + entry, encoding="utf-8")
    chapter = notebook(
        title("Housing", "sec-housing"),
        parameters(),
        code(
            "housing-open",
            "from needs_assessment import charts, open_chapter\n\n"
            'chapter = open_chapter("housing", council=council, period=period)',
        ),
        narrative("housing-opening", SENTENCE.strip()),
        code(
            "housing-indicators",
            'chapter.indicators("marac.housing_referral_share", label="tbl-housing-indicators", '
            'caption="Housing")',
        ),
        code("housing-duties", block("Add a chart", "python")),
        chapter="housing",
        measures=["housing.duties"],
        indicators=["marac.housing_referral_share"],
    )
    for path in (project / "notebooks").glob("*.ipynb"):
        path.unlink()
    for name, template in (("housing", chapter), ("statutory", STATUTORY)):
        path = project / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(template), encoding="utf-8")
    book = project / "quarto.yml"
    text = book.read_text(encoding="utf-8")
    listed = re.search(r"    - summary\.qmd\n.*    - statutory\.qmd\n", text, re.DOTALL)
    assert listed
    chapters = "    - housing.qmd\n    - statutory.qmd\n"
    book.write_text(text.replace(listed[0], chapters), encoding="utf-8")
    run = run_command(project, "assessment", "north", "--renderer", "builtin")
    assert run.returncode == 0, run.stdout + run.stderr
    return Report(project / "reports" / "north" / "2024-25", run.stdout)


def test_an_indicator_a_chart_and_a_chapter_are_added_as_the_page_says(made: Report) -> None:
    """Value, interval, annex, table, text and chart follow from an entry and a few lines."""
    entry = made.indicators()["marac.housing_referral_share"]
    assert entry["status"] == "ok" and entry["chapter"] == "housing"
    assert entry["lower"] < entry["value"] < entry["upper"]
    assert entry["value"] == 100 * entry["numerator"] / entry["denominator"]
    chapter = (made.path / "book" / "housing.qmd").read_text(encoding="utf-8")
    assert f'[{entry["display"]}]{{.figure data-id="{entry["id"]}"}}' in chapter
    assert re.search(r"Housing referred .*of.* cases\.", chapter)
    assert "figures/fig-services-duties.svg" in chapter
    assert "is the duty owed most often" in chapter, "the finding is in the alternative text"
    annex = (made.path / "book" / "indicators.qmd").read_text(encoding="utf-8")
    assert "## Housing {#sec-indicators-housing}" in annex
    assert "Cases referred to MARAC by housing, of all cases discussed." in annex
    page = (made.path / "index.html").read_text(encoding="utf-8")
    assert "MARAC cases referred by housing" in page
