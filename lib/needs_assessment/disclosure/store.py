"""Making the protected store: all that chapters, text, charts, workbook and JSON may read.

Exact values end here. The store is written before any kernel starts and holds nothing that may
not be shown.
"""

import hashlib
import json
from pathlib import Path

from needs_assessment.council import Council, choose_period, load_council
from needs_assessment.disclosure.assembling import store_data
from needs_assessment.disclosure.protected import ProtectedStore, read_store
from needs_assessment.disclosure.published import published_files
from needs_assessment.disclosure.sources import Sources, read_sources
from needs_assessment.errors import AssessmentError
from needs_assessment.files import digest, write_atomically
from needs_assessment.periods import Period
from needs_assessment.project import Project


def protect(project: Project, name: str, period: str | None = None) -> ProtectedStore:
    """The up-to-date protected store of an edition, written to its report folder.

    It is built again only when an input changed: returns, parameters, reference data or this
    package. Raises AssessmentError, listing every problem, when an input cannot be used.
    """
    council = load_council(project, name)
    edition = choose_period(council, period)
    path = project.report(council.id, edition.text).store
    key = input_key(project, council)
    if path.exists():
        try:
            held = read_store(path)
        except AssessmentError:
            held = None
        if held and held.data["input_key"] == key:
            return held
    store = build_store(project, council, edition, key)
    content = json.dumps(store.data, ensure_ascii=False, indent=1) + "\n"
    # It says which hidden numbers are small: nobody but its owner reads it.
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    write_atomically(path, content.encode())
    return store


def input_key(project: Project, council: Council) -> str:
    """SHA-256 over everything a store is built from."""
    files = [project.params / "defaults.yml", project.params / f"{council.id}.yml"]
    files += published_files(project)
    for folder in (project.mappings, project.reference, project.returns(council.id)):
        files += [path for path in folder.rglob("*") if path.is_file()]
    package = Path(__file__).resolve().parents[1]
    sources = [*package.glob("*.py"), *package.glob("returns/**/*.py")]
    sources += [*package.glob("indicators/*.py"), *package.glob("disclosure/*.py")]
    key = hashlib.sha256()
    for base, paths in ((project.root, files), (package, sources)):
        for path in sorted(set(paths)):
            key.update(path.relative_to(base).as_posix().encode() + b"\0")
            key.update(digest(path).encode())
    return key.hexdigest()


def build_store(
    project: Project, council: Council, period: Period, key: str = ""
) -> ProtectedStore:
    """The store of one edition, from returns and reference data.

    Raises AssessmentError that lists every problem in the returns.
    """
    sources = read_sources(project, council, period)
    if sources.evidence.problems:
        raise AssessmentError(
            "\n".join(str(problem) for problem in sources.evidence.problems),
            "Nothing was changed; correct this and run again.",
        )
    return assemble_store(sources, key)


def assemble_store(sources: Sources, key: str = "") -> ProtectedStore:
    """The store, of what could be read of the returns."""
    return ProtectedStore(store_data(sources, key))
