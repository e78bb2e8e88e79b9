"""All that an edition is made of, in one archive: exact numbers, for this computer alone."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import yaml

from needs_assessment.archives import pack, unpack
from needs_assessment.council import Council, load_council
from needs_assessment.disclosure.published import published_files
from needs_assessment.errors import AssessmentError
from needs_assessment.project import Project, ReportFolder

_SEAL = ".seal"
_SEAL_BYTES = 32
_TERMINATED = 128 + signal.SIGTERM


def read_inputs(project: Project, council: Council, report: ReportFolder) -> dict[str, bytes]:
    """What a run of an edition reads, by path from the project's root.

    That is parameters, reference data, the council's own returns, templates and book settings,
    what every published version showed, and the chapters of the edition with their narrative.
    """
    folders = [project.params, project.reference, project.returns(council.id), project.notebooks]
    files = [project.book_settings, *published_files(project)]
    files += [path for folder in folders for path in _files(folder)]
    files += [path for path in _files(report.chapters) if path.suffix == ".ipynb"]
    files += [
        path
        for path in _files(report.narrative)
        if path.relative_to(report.narrative).parts[0] != "history"
    ]
    return {path.relative_to(project.root).as_posix(): path.read_bytes() for path in files}


def sealed(inputs: dict[str, bytes]) -> bytes:
    """The archive to keep of `inputs`.

    Its SHA-256 is published. With nothing but hidden counts unknown, one could be found by trying
    until the digest agrees; so the archive holds a random file as well.
    """
    return pack({**inputs, _SEAL: os.urandom(_SEAL_BYTES)})


def finalise(inputs: dict[str, bytes], council: Council, period: str) -> dict[str, bytes]:
    """`inputs` with the edition's status final in `params/`; comments and layout stay.

    Raises AssessmentError when the status is not written out in the edition's version block.
    """
    file = f"params/{council.id}.yml"
    text = inputs[file].decode("utf-8")
    node: yaml.Node | None = yaml.compose(text, yaml.SafeLoader)
    for key in ("editions", period, "version", "status"):
        node = _value(node, key)
    if node is None:
        raise AssessmentError(
            f"{file}, edition {period}: the version's status is not written in its own block.",
            "Write status: draft below version:.",
        )
    start, end = node.start_mark.index, node.end_mark.index
    return {**inputs, file: f"{text[:start]}final{text[end:]}".encode()}


def load_final(project: Project, council: Council, period: str) -> Council:
    """The council in `project`, made of finalised inputs: `council`, but for the one status.

    Raises AssessmentError when anything else differs, such as by an alias in the YAML.
    """
    final = load_council(project, council.id)
    edition = council.editions[period]
    version = edition.version.model_copy(update={"status": "final"})
    edition = edition.model_copy(update={"version": version})
    if final != council.model_copy(update={"editions": {**council.editions, period: edition}}):
        raise AssessmentError(
            f"params/{council.id}.yml: the status of {period} cannot be told from others'.",
            "Write status: draft in its version block, without an anchor or alias.",
        )
    return final


@contextmanager
def private_folder(report: ReportFolder) -> Iterator[Path]:
    """A folder for its owner alone, on the disk of `report`, gone when the block ends.

    That holds for an error, Ctrl-C and termination; after a power cut the next use removes it. The
    caller holds the lock of `report`.
    """
    folder = report.rebuilding
    with _ending_on_termination():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(0o700, parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def lay_out(inputs: dict[str, bytes] | bytes, folder: Path) -> Project:
    """A project in `folder` (new) of `inputs`, or of their archive."""
    unpack(inputs if isinstance(inputs, bytes) else pack(inputs), folder)
    (folder / "reports").mkdir(exist_ok=True)
    return Project(folder)


@contextmanager
def _ending_on_termination() -> Iterator[None]:
    """Termination ends the block as Ctrl-C does, so that it is tidied up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value of `key` in a mapping of a YAML document."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(
            part == "__pycache__" or part.startswith(".") for part in path.relative_to(folder).parts
        )
    ]
