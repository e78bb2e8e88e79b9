"""`provenance.json`: where everything in a report comes from, as W3C PROV-JSON.

PROV rather than RO-Crate: what is recorded is a graph of derivations, which PROV has terms for and
any PROV tool reads; a crate packages files, and its metadata must have another name, a licence and
a date of publication, which a draft has not. The format is plain JSON (W3C Member Submission
PROV-JSON, 24 April 2013), so nothing but `json` writes it; the tests read it with `prov`.

No value of a figure stands in it, and no wall clock, host, user or absolute path.
"""

import json
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest

_PACKAGES = [
    "matplotlib",
    "nbclient",
    "nbconvert",
    "pandas",
    "papermill",
    "pypandoc_binary",
    "scipy",
    "seaborn",
    "typst",
]
_PRODUCT = "needs-assessment"
_BASE = f"urn:{_PRODUCT}:"
_PREFIXES = {
    "na": f"{_BASE}terms:",
    "file": f"{_BASE}file:",
    "figure": f"{_BASE}figure:",
    "stage": f"{_BASE}stage:",
    "run": f"{_BASE}run:",
    "council": f"{_BASE}council:",
    "software": f"{_BASE}software:",
    "edition": f"{_BASE}edition:",
}
_LATER = ("checks.json",)
"""Written when a run is put in place, so without a digest here; chapters are merged then too."""
_SILENT = ("run.log", "provenance.json")

Attributes = dict[str, Any]
Record = dict[str, Attributes]


@dataclass(frozen=True)
class Provenance:
    """What a `provenance.json` says of a run.

    `inputs` are SHA-256 by path from the project's root, `versions` those of the software.
    """

    inputs: Mapping[str, str]
    renderer: str
    versions: Mapping[str, str]


def read_provenance(path: Path) -> Provenance:
    """Raises AssessmentError when `path` is missing or is no record of a run."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Provenance(
            {
                each["na:path"]: each.get("na:sha256", "")
                for each in document["entity"].values()
                if _typed(each, "na:Input")
            },
            document["activity"]["run:render"]["na:renderer"],
            {
                each["prov:label"]: each["na:version"]
                for each in document["agent"].values()
                if _typed(each, "prov:SoftwareAgent")
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise AssessmentError(
            f"{path.name} is missing, or is no record of a run.", "Run make assessment again."
        ) from None


def provenance_json(
    store: ProtectedStore,
    root: Path,
    inputs: Iterable[Path],
    outputs: Path,
    chapters: Sequence[str],
    renderer: str,
) -> bytes:
    """`provenance.json` of a run that put its files into the folder `outputs`.

    `inputs` are the files read beside the returns, `chapters` the names of those that ran.
    """
    digests = _digests(store, root, inputs)
    graph = _Graph()
    _agents(graph, store)
    _inputs(graph, digests)
    _stages(graph, digests, store, chapters, renderer)
    _figures(graph, store)
    _outputs(graph, store, outputs, chapters)
    return graph.as_json()


@dataclass
class _Graph:
    """PROV records by kind, in the order in which they are added."""

    records: dict[str, Record] = field(
        default_factory=lambda: {"entity": {}, "activity": {}, "agent": {}}
    )

    def add(self, kind: str, name: str, attributes: Attributes) -> str:
        self.records[kind][name] = {key: value for key, value in attributes.items() if value != ""}
        return name

    def relate(self, kind: str, **attributes: Any) -> None:
        held = self.records.setdefault(kind, {})
        names = {key.replace("__", ":"): value for key, value in attributes.items()}
        held[f"_:{kind}{len(held) + 1}"] = names

    def activity(self, name: str, label: str, used: Iterable[str], **attributes: Any) -> None:
        """A step of the run; what it makes is derived from all that it used."""
        run = self.add(
            "activity",
            f"run:{name}",
            {"prov:label": label, **{f"na:{key}": value for key, value in attributes.items()}},
        )
        for each in used:
            self.relate("used", prov__activity=run, prov__entity=each)
        self.relate("wasAssociatedWith", prov__activity=run, prov__agent=f"software:{_PRODUCT}")

    def stage(
        self, name: str, label: str, step: str, doing: str, used: Iterable[str], **about: Any
    ) -> str:
        """The step called `step`, and what it hands to the next, called `name`."""
        used = list(used)
        self.activity(step, doing, used, **about)
        entity = self.add(
            "entity", f"stage:{name}", {"prov:type": _name("na:Stage"), "prov:label": label}
        )
        self.made(f"run:{step}", entity)
        for each in used:
            self.derived(entity, each, f"run:{step}")
        return entity

    def made(self, run: str, entity: str) -> None:
        self.relate("wasGeneratedBy", prov__entity=entity, prov__activity=run)

    def derived(self, entity: str, source: str, run: str, **attributes: Any) -> None:
        self.relate(
            "wasDerivedFrom",
            prov__generatedEntity=entity,
            prov__usedEntity=source,
            prov__activity=run,
            **attributes,
        )

    def as_json(self) -> bytes:
        document = {"prefix": _PREFIXES, **self.records}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _agents(graph: _Graph, store: ProtectedStore) -> None:
    """The council, and the software that acts for it."""
    council = store.data["council"]
    graph.add(
        "agent",
        _council(store),
        {
            "prov:type": _name("prov:Organization"),
            "prov:label": council["council"],
            "na:code": council["code"],
        },
    )
    versions = {
        _PRODUCT: version(_PRODUCT),
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
    }
    for name, number in versions.items():
        graph.add(
            "agent",
            f"software:{name}",
            {
                "prov:type": _name("prov:SoftwareAgent"),
                "prov:label": name,
                "na:version": number,
            },
        )
    graph.relate(
        "actedOnBehalfOf", prov__delegate=f"software:{_PRODUCT}", prov__responsible=_council(store)
    )


def _digests(store: ProtectedStore, root: Path, inputs: Iterable[Path]) -> dict[str, str]:
    """How each input is known again, by path: its SHA-256; "" for a confidential return.

    Its hash would tell whoever has the form which of four values stands in a hidden cell: the
    protected store keeps it, for its owner to compare.
    """
    read = {path.relative_to(root).as_posix(): digest(path) for path in inputs}
    returns = {
        name: "" if name in store.data["confidential"] else sha256
        for name, sha256 in store.data["inputs"].items()
    }
    return dict(sorted({**read, **returns}.items()))


def _inputs(graph: _Graph, digests: Mapping[str, str]) -> None:
    for path, sha256 in digests.items():
        graph.add(
            "entity",
            _file(path),
            {
                "prov:type": [_name("na:Input"), _name(_kind(path))],
                "prov:label": path,
                "na:path": path,
                "na:sha256": sha256,
            },
        )


def _kind(path: str) -> str:
    kinds = {
        "data/returns/": "na:Return",
        "data/reference/": "na:ReferenceData",
        "params/": "na:Parameters",
        "notebooks/": "na:Template",
    }
    return next((kind for start, kind in kinds.items() if path.startswith(start)), "na:Settings")


def _stages(
    graph: _Graph,
    paths: Collection[str],
    store: ProtectedStore,
    chapters: Sequence[str],
    renderer: str,
) -> None:
    """The steps of a run, in order; each uses what the one before it made."""

    def files(*starts: str) -> list[str]:
        return [_file(path) for path in paths if path.startswith(starts)]

    observations = graph.stage(
        "observations",
        "Observations, exact (not published)",
        "read",
        "Reading the returns",
        files("data/returns/", "params/", "data/reference/"),
    )
    exact = graph.stage(
        "indicators",
        "Indicators, exact (not published)",
        "compute",
        "Computing the indicators",
        [observations, *files("data/reference/", "params/")],
    )
    held = graph.stage(
        "protected-store",
        "The protected store: all that may be shown",
        "protect",
        "Deciding what may be shown",
        [observations, exact, *files("params/")],
        policy=store.data["policy"],
    )
    ran = [
        graph.stage(
            f"chapter-{name}",
            f"The executed chapter {name}, with its narrative",
            f"chapter-{name}",
            f"Running the chapter {name}",
            [held, *files(f"notebooks/{name}.ipynb")],
        )
        for name in chapters
    ]
    settings = files("quarto.yml", "data/reference/sources.bib", "params/assurance/")
    book = graph.stage(
        "book",
        "The book, as Quarto Markdown",
        "assemble",
        "Assembling the book",
        [held, *ran, *settings],
    )
    graph.activity("render", "Making the report", [held, book], renderer=renderer)


def _figures(graph: _Graph, store: ProtectedStore) -> None:
    """Every indicator and row of a breakdown, with the files, sheets and rows it rests on.

    Of a hidden one the same is said as of any other, as `indicators.json` does: never its value.
    """
    entries = [*store.indicators.values(), *store.rows.values()]
    for entry in entries:
        figure = graph.add(
            "entity",
            _figure(entry["id"]),
            {
                "prov:type": _name("na:Indicator"),
                "prov:label": entry["name"],
                "na:status": entry["status"],
                "na:nature": entry["nature"],
            },
        )
        graph.made("run:protect", figure)
        for source in entry["sources"]:
            graph.derived(
                figure,
                _file(source["file"]),
                "run:protect",
                **({"na__sheet": source["sheet"]} if source["sheet"] else {}),
                na__rows=_spans(source["rows"]),
            )
        for file, attributes in _references(entry):
            graph.derived(figure, _file(f"data/reference/{file}"), "run:protect", **attributes)


def _references(entry: Mapping[str, Any]) -> Iterator[tuple[str, Attributes]]:
    """The reference data that an indicator rests on or is compared with."""
    if entry["population"]:
        yield "population.csv", {"na__period": entry["denominator_period"] or entry["population"]}
    if entry.get("kind") == "estimate":
        yield "prevalence.csv", {}
    others = entry.get("other_benchmarks") or []
    for benchmark in filter(None, [entry["benchmark"], *others]):
        yield "benchmarks.yml", {"na__entry": benchmark["id"]}


def _outputs(graph: _Graph, store: ProtectedStore, folder: Path, chapters: Sequence[str]) -> None:
    """The files of the report, each derived from what it was made of; together, the edition."""
    edition = store.data["edition"]
    council, number = store.data["council"], edition["version"]["number"]
    whole = graph.add(
        "entity",
        f"edition:{council['id']}-{edition['period']}-{number}",
        {
            "prov:type": [_name("prov:Collection"), _name("na:Edition")],
            "prov:label": f"Domestic abuse needs assessment, {council['name']}, "
            f"{edition['period']}",
            "na:council": council["id"],
            "na:period": edition["period"],
            "na:version": number,
            "na:status": edition["version"]["status"],
            "na:date": edition["version"]["date"],
            "na:nature": store.data["nature"],
            "na:populations": ", ".join(
                f"{group}: {estimate}" for group, estimate in edition["populations"].items()
            ),
        },
    )
    graph.relate("wasAttributedTo", prov__entity=whole, prov__agent=_council(store))
    made = {path.relative_to(folder).as_posix(): digest(path) for path in _written(folder)}
    names = [*made, *_LATER, *(f"chapters/{name}.ipynb" for name in chapters)]
    for name in names:
        output = graph.add(
            "entity",
            f"edition:{_local(name)}",
            {
                "prov:type": _name("na:Output"),
                "prov:label": name,
                "na:path": name,
                "na:sha256": made.get(name, ""),
            },
        )
        stage = _made_of(name)
        step = stage.replace("stage:", "run:") if name.startswith("chapters/") else "run:render"
        graph.made(step, output)
        graph.derived(output, stage, step)
        graph.relate("hadMember", prov__collection=whole, prov__entity=output)
    for name in (name for name in names if name.startswith("indicators.")):
        for entry in (*store.indicators.values(), *store.rows.values()):
            graph.derived(f"edition:{name}", _figure(entry["id"]), "run:render")


def _made_of(output: str) -> str:
    """The stage that a file of the report is made of."""
    if output.startswith("chapters/"):
        return f"stage:chapter-{Path(output).stem}"
    return "stage:protected-store" if output.endswith((".json", ".csv")) else "stage:book"


def _written(folder: Path) -> list[Path]:
    return [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in _SILENT
    ]


def _spans(rows: Sequence[int]) -> str:
    """Rows as a reader writes them: `3-5, 9`."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in spans)


def _name(qualified: str) -> dict[str, str]:
    return {"$": qualified, "type": "prov:QUALIFIED_NAME"}


def _typed(record: Mapping[str, Any], kind: str) -> bool:
    types = record.get("prov:type", [])
    return _name(kind) in (types if isinstance(types, list) else [types])


def _local(path: str) -> str:
    """A path as the local part of a qualified name."""
    return quote(path, safe="/-._")


def _file(path: str) -> str:
    return f"file:{_local(path)}"


def _figure(name: str) -> str:
    return f"figure:{_local(name)}"


def _council(store: ProtectedStore) -> str:
    return f"council:{store.data['council']['id']}"
