"""Ending a process, or refusing it the disk, at any one of the calls that change files."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

_CALLS = ("chmod", "fsync", "link", "mkdir", "rename", "replace", "rmdir", "unlink")
_KILLED, _FAILED = 9, 1


class _Writing:
    """A file being written, of which half is left when the process ends in the middle."""

    def __init__(self, stream, reach, half):
        self._stream, self._reach, self._half = stream, reach, half

    def write(self, data):
        def torn():
            self._stream.write(data[: len(data) // 2])
            self._stream.flush()

        self._reach(torn if self._half else None)
        return self._stream.write(data)

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._stream.__exit__(*error)


@contextmanager
def at_each_call(act: Callable[[int, Callable | None], None], half: bool) -> Iterator[None]:
    """Call `act(number, torn)` before each call that changes files, numbered from 1.

    `torn`, for a write, writes half of it. Nothing is really flushed to the disk: too slow.
    """
    count = 0

    def reach(torn=None):
        nonlocal count
        count += 1
        act(count, torn)

    def counted(name):
        function = getattr(os, name)

        def call(*arguments, **options):
            reach()
            return None if name == "fsync" else function(*arguments, **options)

        return call

    really_open = io.open

    def opening(file, mode="r", *arguments, **options):
        stream = really_open(file, mode, *arguments, **options)
        return _Writing(stream, reach, half) if set(mode) & set("wxa") else stream

    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, counted(name))
        patch.setattr(io, "open", opening)
        yield


def killed_at(moment: int, work: Callable[[], None]) -> bool:
    """Run `work` in a process of its own that ends for good at the call `moment`.

    Returns whether it ended there; False when it finished before. Fails when `work` raises.
    """
    process = os.fork()
    if process == 0:
        status = _FAILED
        try:

            def end(number, torn):
                if number == moment:
                    if torn:
                        torn()
                    os._exit(_KILLED)

            with at_each_call(end, half=True):
                work()
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, _KILLED), f"it failed at another point than {moment}"
    return status == _KILLED


def refused_at(moment: int, work: Callable[[], None], code: int = errno.ENOSPC) -> bool:
    """Run `work` while the call `moment`, and every one after it that writes, is refused.

    Returns whether any was. What `work` raises is raised.
    """
    reached = False

    def refuse(number, torn):
        nonlocal reached
        if number >= moment:
            reached = True
            raise OSError(code, os.strerror(code), "a file")

    with at_each_call(refuse, half=False):
        work()
    return reached
