"""`provenance.json` as any PROV tool reads it: valid, whole, and silent about hidden values."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from needs_assessment.errors import AssessmentError
from needs_assessment.provenance import read_provenance
from running import Report

Assessed = Callable[[str, str], Report]
Document = dict[str, dict[str, dict[str, Any]]]
SPELT = {
    "used": ("prov:activity", "prov:entity"),
    "wasGeneratedBy": ("prov:entity", "prov:activity"),
    "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity", "prov:activity"),
    "wasAssociatedWith": ("prov:activity", "prov:agent"),
    "wasAttributedTo": ("prov:entity", "prov:agent"),
    "actedOnBehalfOf": ("prov:delegate", "prov:responsible"),
    "hadMember": ("prov:collection", "prov:entity"),
}
"""What each relation of PROV-JSON must say (W3C Member Submission, 24 April 2013)."""


@pytest.fixture(scope="module")
def report(assessed: Assessed) -> Report:
    return assessed("north", "2024-25")


@pytest.fixture(scope="module")
def document(report: Report) -> Document:
    return json.loads((report.path / "provenance.json").read_text(encoding="utf-8"))


def relations(document: Document, kind: str) -> Iterator[dict[str, Any]]:
    yield from document[kind].values()


def sources(document: Document, entity: str) -> set[str]:
    """All that an entity is derived from, through whatever steps."""
    steps: dict[str, set[str]] = {}
    for each in relations(document, "wasDerivedFrom"):
        steps.setdefault(each["prov:generatedEntity"], set()).add(each["prov:usedEntity"])
    found: set[str] = set()
    waiting = [entity]
    while waiting:
        new = steps.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def test_it_is_prov_json(document: Document) -> None:
    assert set(document) == {"prefix", "entity", "activity", "agent", *SPELT}
    known = {*document["entity"], *document["activity"], *document["agent"]}
    for kind, fields in SPELT.items():
        for each in relations(document, kind):
            assert {*fields} <= {*each}, (kind, each)
            assert all(each[field] in known for field in fields), (kind, each)
    for kind in ("entity", "activity", "agent"):
        for name, attributes in document[kind].items():
            prefix, _, local = name.partition(":")
            assert prefix in document["prefix"] and local and " " not in name
            for key in attributes:
                assert key.partition(":")[0] in {*document["prefix"], "prov"}


def test_the_prov_library_reads_it_and_writes_the_same(report: Report) -> None:
    model = pytest.importorskip("prov.model")
    text = (report.path / "provenance.json").read_text(encoding="utf-8")
    read = model.ProvDocument.deserialize(content=text, format="json")
    assert len(read.get_records()) > 1000
    again = model.ProvDocument.deserialize(content=read.serialize(format="json"), format="json")
    assert again == read


def test_every_indicator_leads_to_the_rows_it_used(report: Report, document: Document) -> None:
    given: dict[str, set[tuple[str, str]]] = {}
    for each in relations(document, "wasDerivedFrom"):
        if "na:rows" in each:
            source = document["entity"][each["prov:usedEntity"]]["na:path"]
            given.setdefault(each["prov:generatedEntity"], set()).add(
                (source, each.get("na:sheet", ""))
            )
    for name, entry in report.indicators().items():
        wanted = {(each["file"], each["sheet"]) for each in entry["sources"]}
        assert given.get(f"figure:{name}", set()) == wanted, name
    (rows,) = (
        each["na:rows"]
        for each in relations(document, "wasDerivedFrom")
        if each["prov:generatedEntity"] == "figure:marac.repeat_rate" and "na:rows" in each
    )
    spans = [part.split("-") for part in rows.split(", ")]
    read = {row for span in spans for row in range(int(span[0]), int(span[-1]) + 1)}
    assert read == set(report.indicators()["marac.repeat_rate"]["sources"][0]["rows"])


def test_every_output_leads_to_the_returns(report: Report, document: Document) -> None:
    returns = {name for name in document["entity"] if name.startswith("file:data/returns/")}
    members = {each["prov:entity"] for each in relations(document, "hadMember")}
    assert {
        "edition:index.html",
        "edition:assessment.pdf",
        "edition:tables.xlsx",
        "edition:indicators.json",
        "edition:checks.json",
        "edition:chapters/marac.ipynb",
    } <= members
    for name in members:
        assert returns and returns <= sources(document, name), name
        entity = document["entity"][name]
        if "na:sha256" in entity:
            content = (report.path / entity["na:path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entity["na:sha256"]


def test_no_value_stands_in_it(document: Document) -> None:
    """Not even a shown one: with figures there could be hidden ones."""
    allowed = {"prov:type", "prov:label", "na:status", "na:nature"}
    figures = [name for name in document["entity"] if name.startswith("figure:")]
    assert len(figures) > 100
    for name in figures:
        assert set(document["entity"][name]) <= allowed
    assert "prov:startTime" not in str(document) and "prov:time" not in str(document)


def test_what_is_no_record_is_said(tmp_path: Path) -> None:
    for content in (None, "{", "[]", "{}"):
        path = tmp_path / "provenance.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(AssessmentError, match=r"provenance\.json"):
            read_provenance(path)
