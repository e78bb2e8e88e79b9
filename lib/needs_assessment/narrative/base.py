"""The text each cell was generated with: what a merge compares the analyst's text to.

`.narrative/<chapter>.json` holds it by cell id, in the order of the cells. A notebook names the
text it was generated with by its digest, so that after a run cut off between replacing the
notebook and its base the right base is still found: the old one, or the one left as
`<chapter>.next.json`. A notebook that was open in an editor during a run and saved over its result
finds the text it was generated with in the history.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.cells import METADATA
from needs_assessment.narrative.files import Notebook, read_bytes, replace_file
from needs_assessment.narrative.history import versions

_DIGEST = "generated"


def read_base(folder: Path, chapter: str, existing: Notebook | None) -> dict[str, str] | None:
    """The text the cells of `existing` were generated with, by cell id; None when not known.

    `folder` is the report's `.narrative/`. Raises AssessmentError when the file is damaged.
    """
    if existing is None:
        return None
    named = _named(existing)
    for path in (_path(folder, chapter), _next_path(folder, chapter)):
        data = read_bytes(path)
        if data is None:
            continue
        texts = _parse(data, path)
        if text_digest(texts) == named:
            return texts
    for version in versions(folder, chapter):
        if version.base is not None and text_digest(version.base) == named:
            return version.base
    return None


def in_force(folder: Path, chapter: str) -> dict[str, str] | None:
    """The text the cells of `chapter` were generated with when it was last put in place.

    Raises AssessmentError when the file is damaged.
    """
    path = _path(folder, chapter)
    data = read_bytes(path)
    return None if data is None else _parse(data, path)


def has_base(folder: Path, chapter: str) -> bool:
    """Whether `chapter` was ever put in place in the report that `folder` belongs to.

    A base that is only staged says no such thing: the run may have been cut off before.
    """
    return _path(folder, chapter).exists()


def stage_base(folder: Path, chapter: str, texts: Mapping[str, str]) -> None:
    """Write the base of a notebook about to be put in place, beside the one still in force."""
    replace_file(_next_path(folder, chapter), _bytes(texts))


def settle_base(folder: Path, chapter: str, existing: Notebook) -> None:
    """Put the staged base in force when `existing`, the notebook in place, was generated with it.

    Done after a notebook is replaced, and before the next one is staged: a run that was cut off
    in between left that to do.
    """
    path = _next_path(folder, chapter)
    data = read_bytes(path)
    if data is None:
        return
    texts = _parse(data, path)
    if _named(existing) == text_digest(texts):
        replace_file(_path(folder, chapter), data)
        path.unlink()


def mark_generated(notebook: Notebook, texts: Mapping[str, str]) -> Notebook:
    """`notebook`, naming `texts` as what it was generated with."""
    metadata = notebook["metadata"]
    own = {**metadata.get(METADATA, {}), _DIGEST: text_digest(texts)}
    return {**notebook, "metadata": {**metadata, METADATA: own}}


def text_digest(texts: Mapping[str, str]) -> str:
    """A short name for `texts` that changes when any of them does, or their order."""
    return hashlib.sha256(_bytes(texts)).hexdigest()[:16]


def _named(notebook: Notebook) -> str | None:
    return notebook["metadata"].get(METADATA, {}).get(_DIGEST)


def _bytes(texts: Mapping[str, str]) -> bytes:
    text = json.dumps(dict(texts), indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "backslashreplace")


def _parse(data: bytes, path: Path) -> dict[str, str]:
    try:
        texts = json.loads(data.decode("utf-8"))
        if not isinstance(texts, dict) or not all(isinstance(t, str) for t in texts.values()):
            raise ValueError("it is not a table of texts by cell id")
    except ValueError as error:
        raise AssessmentError(
            f"{path} cannot be read: {error}.",
            "Bring it back with `git checkout`, or delete it: every narrative cell then counts as"
            " edited, and none is lost.",
        ) from error
    return texts


def _path(folder: Path, chapter: str) -> Path:
    return folder / f"{chapter}.json"


def _next_path(folder: Path, chapter: str) -> Path:
    return folder / f"{chapter}.next.json"
