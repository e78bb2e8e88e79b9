"""Putting a notebook in the place of one that an editor may be saving to at the same moment.

The notebook that stands there is never written over. It is set aside by one rename, whatever was
saved last still in it; the new one takes its name only while nothing else has it. What was set
aside is then read again: it holds what an editor saved between the last look and the rename, and
stays until the next run for an editor that goes on writing to it.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.files import sync_folder, write_synced
from needs_assessment.narrative.files import parse_notebook, read_bytes

_ASIDE = "replaced"


@dataclass
class Patience:
    """How many seconds to wait for an editor that is in the middle of saving."""

    seconds: float = 2.0


PATIENCE = Patience()


def place_made(path: Path, standing: bytes | None, make: Callable[[bytes | None], bytes]) -> bytes:
    """Put what `make` makes of `standing`, the content of `path`, in its place; what stands then.

    What an editor saves at the same moment goes through `make` in its turn, until nothing was.
    """
    data = standing
    saved: list[bytes] = []
    while True:
        made = make(data)
        # An unchanged file keeps its time, so that an open editor does not ask which one to keep.
        if made == standing:
            break
        before, placed = _place(path, made, standing)
        if before is None or before == standing:
            break
        saved.append(before)
        data, standing = before, made if placed else before
    for each in saved:
        _acknowledge(path, each)
    return made


def _place(path: Path, data: bytes, expected: bytes | None) -> tuple[bytes | None, bool]:
    """Make `data` the content of `path`; what it took the place of, and whether it did.

    The first is `expected` unless an editor saved in between. When one made the file anew at that
    moment, that file stands, and its content is returned.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = _new_path(path)
    write_synced(new, data)
    aside = None
    if expected is not None:
        aside = path.with_name(f".{path.name}.{_ASIDE}-{_digest(expected)}")
        with contextlib.suppress(FileNotFoundError):  # deleted a moment ago
            new.chmod(path.stat().st_mode & 0o777)
            path.rename(aside)
    placed = _link(new, path)
    new.unlink(missing_ok=True)
    sync_folder(path.parent)
    if not placed:
        return read_whole(path), False
    return None if aside is None else read_whole(aside), True


def read_whole(path: Path) -> bytes | None:
    """The content of the notebook at `path`, given time to become whole; None without a file.

    Editors write in place: what is cut short now may be whole in a moment.
    """
    deadline = time.monotonic() + PATIENCE.seconds
    while True:
        data = read_bytes(path)
        if data is None or _is_whole(data) or time.monotonic() >= deadline:
            return data
        time.sleep(0.05)


def _acknowledge(path: Path, data: bytes) -> None:
    """Note that `data`, saved to a notebook set aside at `path`, has been merged in."""
    for aside in _set_aside(path.resolve()):
        if is_late(aside) and read_bytes(aside) == data:
            aside.replace(aside.with_name(f".{path.name}.{_ASIDE}-{_digest(data)}"))


def complete_placing(folder: Path) -> None:
    """Undo, in the folder of the chapters, a placing that was cut off halfway.

    The notebook set aside gets its name back when nothing else has it.
    """
    if not folder.is_dir():
        return
    for new in sorted(folder.glob(".*.new")):
        path = folder / new.name[1 : -len(".new")]
        if not path.exists():
            # Of two set aside, the first holds a late save, which is not what its name says.
            kept = sorted(_set_aside(path), key=is_late)
            if kept and _link(kept[0], path):
                kept[0].unlink(missing_ok=True)
        new.unlink()
        sync_folder(folder)


def interrupted(path: Path) -> Path:
    """Where the notebook at `path` is: there, or set aside by a placing that was cut off."""
    path = path.resolve()
    if path.exists() or not _new_path(path).exists():
        return path
    return min(_set_aside(path), key=is_late, default=path)


def release(path: Path, keep: Callable[[Path], None]) -> None:
    """Remove what placings at `path` set aside; what was saved late goes to `keep` first."""
    for aside in _set_aside(path.resolve()):
        if is_late(aside):
            keep(aside)
        aside.unlink(missing_ok=True)


def is_late(aside: Path) -> bool:
    """Whether an editor wrote to a notebook after it was set aside: its name says what it held."""
    return _digest(read_bytes(aside) or b"") != aside.name.rpartition("-")[2]


def _set_aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f".{path.name}.{_ASIDE}-*"))


def _new_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _link(new: Path, path: Path) -> bool:
    """Give `new` the name `path` as well; False when another file has it."""
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    except OSError:  # a disk without links: memory sticks, some shared folders
        if path.exists():
            return False
        new.replace(path)
    return True


def _is_whole(data: bytes) -> bool:
    with contextlib.suppress(AssessmentError):
        parse_notebook(data, "")
        return True
    return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
