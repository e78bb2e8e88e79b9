"""Three short chapters for the scripted year: their runs cost little, and each has what is told."""

import json
from pathlib import Path

import yaml

from running import ROOT
from toy_notebooks import code, narrative, notebook, parameters, title

_OPEN = """\
from needs_assessment import charts, open_chapter

chapter = open_chapter("{}", council=council, period=period)"""
_INDICATORS = """\
names = [{}]
chapter.indicators(
    *[name for name in names if chapter.available(name)],
    label="tbl-{}-indicators",
    caption="Indicators of the chapter",
)"""
_MARAC = (
    "marac.cases",
    "marac.rate",
    "marac.recommended",
    "marac.repeat_rate",
    "marac.partner_share",
    "marac.children_per_case",
)
_REFUGE = ("refuge.places", "refuge.recommended", "refuge.below_recommended")
_CHART = """\
quarters = chapter.counts(["marac.cases"], over="quarter")
quarters = quarters.drop(index=chapter.period.words())
chapter.figure(
    charts.bars(quarters["MARAC cases"], title="Cases heard in each quarter"),
    label="fig-marac-quarters",
    caption="MARAC cases by quarter",
)"""
_AGENCIES = """\
chapter.table(
    chapter.counts("marac.referrals", by="agency"),
    label="tbl-marac-agency",
    caption="MARAC cases by referring agency",
)"""


def _indicators(chapter: str, names: tuple[str, ...]) -> str:
    return _INDICATORS.format(", ".join(f'"{name}"' for name in names), chapter)


_CHAPTERS = (
    notebook(
        title("Refuge", "sec-refuge"),
        parameters(),
        code("refuge-open", _OPEN.format("refuge")),
        narrative(
            "refuge-opening",
            "There were {{ refuge.places }} places for households, where {{ refuge.recommended }} "
            "are recommended.",
        ),
        code("refuge-indicators", _indicators("refuge", _REFUGE)),
        narrative(
            "refuge-accepted",
            "Of requests for a place, {{ refuge.acceptance_rate }} were accepted.",
        ),
        chapter="refuge",
        measures=["refuge.places", "refuge.requests", "refuge.accepted", "refuge.declined"],
    ),
    notebook(
        title(),
        parameters(),
        code("marac-open", _OPEN.format("marac")),
        narrative(
            "marac-opening",
            "In {{ marac.cases | period }}, {{ marac.cases }} high-risk cases were heard: "
            "{{ marac.rate }} for every 10,000 females aged 16 and over. The recommended level "
            "would make {{ marac.recommended }} cases a year.",
        ),
        code("marac-indicators", _indicators("marac", _MARAC)),
        code("marac-chart", _CHART),
        code("marac-agency", _AGENCIES),
        narrative("marac-repeats", "Of the cases, {{ marac.repeat_rate }} were repeats."),
        chapter="marac",
        measures=["marac.cases", "marac.repeats", "marac.referrals", "marac.children"],
    ),
    notebook(title("Statutory", "sec-statutory"), parameters(), chapter="statutory", measures=[]),
)


def put_in_chapters(project: Path) -> None:
    """Puts them into a project in place of its own, and into its book."""
    for path in (project / "notebooks").glob("*.ipynb"):
        path.unlink()
    names = []
    for held in _CHAPTERS:
        name = held["metadata"]["needs_assessment"]["chapter"]
        names.append(f"{name}.qmd")
        text = json.dumps(held)
        (project / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    settings = yaml.safe_load((ROOT / "quarto.yml").read_text(encoding="utf-8"))
    settings["book"]["chapters"] = ["index.qmd", *names]
    (project / "quarto.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
