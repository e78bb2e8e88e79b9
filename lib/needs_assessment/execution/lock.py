"""One run of an edition at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from needs_assessment.errors import AssessmentError


@contextmanager
def council_lock(path: Path, council: str, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock file `path` while a run of `council` is on.

    When another run holds it, `on_wait` is told so once and this one waits for its turn. The
    system gives the lock back when a run ends, however it ends; the file itself stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssessmentError(
            f"The report folder of {council} cannot be made: {error.strerror}.",
            "Something else stands there, or reports/ cannot be written to.",
        ) from None
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait(f"Another run of {council} is in progress; waiting for it to end.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
