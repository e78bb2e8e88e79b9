"""Processes that stand by for jobs, each with one at a time, and that end with this process.

A job is a line of JSON on a process's standard input, its answer a line on its standard output.
When a process's standard input ends, for whatever reason, it ends itself and what it started.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TextIO

_SECONDS_TO_END = 10.0
_LAST_WORDS = 4


@dataclass(frozen=True)
class Answer:
    """What came of a job: `content`, or None when its process ended before it answered.

    `last_words` are then the last lines of what that process wrote to standard error.
    """

    content: dict[str, Any] | None
    seconds: float
    last_words: tuple[str, ...] = ()


class Crew:
    """Up to `size` processes of a Python program, begun when there is a job for them and kept for
    the next jobs. Used as a context manager: they have ended when it is left, however it is left.
    """

    def __init__(self, program: str, arguments: Sequence[str], size: int) -> None:
        self._command = (sys.executable, "-P", "-c", program, *arguments)
        self._size = size
        self._idle: list[_Process] = []
        self._lines: queue.SimpleQueue[tuple[_Process, str]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _end(self._idle)
        self._idle = []

    def stand_by(self) -> None:
        """Begin all processes now, so that they import what they need while there is something
        else to do.
        """
        while len(self._idle) < self._size:
            self._idle.append(_Process(self._command, self._lines))

    def run(
        self,
        jobs: Sequence[Mapping[str, Any]],
        on_start: Callable[[int], None],
        on_answer: Callable[[int, Answer], None],
    ) -> None:
        """Have `jobs` done, in their order, as many at a time as there are processes.

        Each is named by its place in `jobs`. One that takes its process down stops no other. When
        this raises (Ctrl-C, or what `on_answer` raises), no job is left running.
        """
        waiting = deque(enumerate(jobs))
        busy: dict[_Process, int] = {}

        def give_next() -> None:
            if waiting:
                number, job = waiting.popleft()
                on_start(number)
                process = self._ready()
                busy[process] = number
                process.give(job)

        try:
            for _ in range(self._size):
                give_next()
            while busy:
                process, line = self._next_line()
                # An idle process that has ended is replaced when there is a job again.
                if process not in busy:
                    continue
                number, answer = busy.pop(process), process.answer(line)
                self._idle.append(process)
                on_answer(number, answer)
                give_next()
        except BaseException:
            _end(list(busy))
            raise

    def _ready(self) -> "_Process":
        while self._idle:
            process = self._idle.pop()
            if process.is_there():
                return process
            _end([process])
        return _Process(self._command, self._lines)

    def _next_line(self) -> "tuple[_Process, str]":
        """The next answer. Waits in short turns: Windows sees Ctrl-C only in between."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._lines.get(timeout=0.5)


class _Process:
    """A process, and the thread that passes on what it answers."""

    def __init__(
        self, command: Sequence[str], lines: "queue.SimpleQueue[tuple[_Process, str]]"
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the process has ended)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            # Ctrl-C in a terminal is for the parent; a process ends when the parent lets it go.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._started = 0.0
        self._ended = False
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()

    def give(self, job: Mapping[str, Any]) -> None:
        """Have the process do `job`."""
        self._started = time.monotonic()
        with contextlib.suppress(OSError):  # a process that has died is seen by its silence
            print(json.dumps(job), file=self._process.stdin, flush=True)

    def answer(self, line: str) -> Answer:
        """What came of the job, from the `line` the process answered ("" when it died)."""
        seconds = time.monotonic() - self._started
        if not line:
            return Answer(None, seconds, self._last_words())
        return Answer(json.loads(line), seconds)

    def is_there(self) -> bool:
        """Whether the process can still do a job."""
        return not self._ended and self._process.poll() is None

    def let_go(self) -> None:
        """Tell the process to end, with all that it started."""
        if not self._started:
            # It holds nothing yet, and would see its input end only after its imports.
            self._process.kill()
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def wait(self) -> None:
        """Wait for the process to end."""
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _listen(self, lines: "queue.SimpleQueue[tuple[_Process, str]]") -> None:
        with self._process.stdout as answers:
            for line in answers:
                lines.put((self, line))
        self._ended = True
        lines.put((self, ""))

    def _last_words(self) -> tuple[str, ...]:
        self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().decode("utf-8", "replace").splitlines()
        return tuple(line for line in words if line.strip())[-_LAST_WORDS:]


def _end(processes: Sequence[_Process]) -> None:
    for process in processes:
        process.let_go()
    for process in processes:
        process.wait()


def serve(do: Callable[[dict[str, Any]], dict[str, Any]], on_end: Callable[[], None]) -> None:
    """What a process of a crew does: `do` one job after another until standard input ends.

    `on_end` is then called, from a thread beside a job that may be running; it ends the process.
    """
    answers = _private_stdout()
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(jobs, on_end), daemon=True).start()
    while True:
        print(json.dumps(do(jobs.get())), file=answers, flush=True)


def _read_jobs(jobs: "queue.SimpleQueue[dict[str, Any]]", on_end: Callable[[], None]) -> None:
    for line in sys.stdin:
        jobs.put(json.loads(line))
    on_end()


def _private_stdout() -> TextIO:
    """Standard output for answers alone: what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def interrupt_main_thread() -> None:
    """Ctrl-C for the main thread of this process, from any other thread."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
