"""Executing the chapters of a run, several at a time, in processes of their own."""

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STARTED, DONE, FAILED = "started", "done", "failed"

OnEvent = Callable[[str, str, float], None]

# jsonschema, which nbformat imports, builds thirty parsers for web addresses (more than a second)
# unless this module is missing. No schema of a notebook has use for them.
_WORKER_PROGRAM = """
import sys
sys.modules["rfc3987_syntax"] = None
if sys.argv[1] == "warm":
    from needs_assessment.execution.fork_server import begin_imports
    begin_imports()
from needs_assessment.execution.worker import main
main()
"""
_WORKER = (sys.executable, "-P", "-c", _WORKER_PROGRAM)
_SECONDS_TO_END = 10.0
_LAST_WORDS = 4


@dataclass(frozen=True)
class ChapterJob:
    """A chapter to run: `notebook`, already merged, to `output`, both in the work folder.

    The kernel starts in `root`, with `environment` added to the variables of this process.
    """

    chapter: str
    notebook: Path
    output: Path
    root: Path
    parameters: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why a chapter failed: the id of the cell ("" before the first), the exception's name, and
    a few lines that say more.
    """

    cell: str
    exception: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ChapterResult:
    """What came of a chapter, executed in `output`.

    `log` is what its cells wrote to stderr, each line behind the id of its cell.
    """

    chapter: str
    output: Path
    seconds: float
    log: tuple[str, ...] = ()
    failure: Failure | None = None


def execute_chapters(
    jobs: Sequence[ChapterJob],
    engine: str,
    workers: int = 2,
    on_event: OnEvent | None = None,
) -> list[ChapterResult]:
    """Run `jobs`, `workers` at a time, and return their results in the order of `jobs`.

    `engine` is as `choose_engine` gives it.

    A chapter that fails does not stop the others: its result says where and why. `on_event` is
    told (chapter, "started" | "done" | "failed", seconds). Ctrl-C, or the end of this process in
    any other way, ends the workers and their kernels.
    """
    tell = on_event or (lambda chapter, state, seconds: None)
    waiting = deque(jobs)
    lines: queue.SimpleQueue[tuple[_Worker, str]] = queue.SimpleQueue()
    crew: list[_Worker] = []
    results: dict[str, ChapterResult] = {}

    def give_next(worker: "_Worker | None") -> None:
        if not waiting:
            return
        if worker is None:
            worker = _Worker(lines, engine)
            crew.append(worker)
        job = waiting.popleft()
        tell(job.chapter, STARTED, 0.0)
        worker.give(job)

    try:
        for _ in range(workers):
            give_next(None)
        while len(results) < len(jobs):
            worker, line = _next_line(lines)
            result = worker.result(line)
            results[result.chapter] = result
            tell(result.chapter, FAILED if result.failure else DONE, result.seconds)
            # A chapter that took its worker down (line is empty) does not take the next along.
            give_next(worker if line else None)
    finally:
        for worker in crew:
            worker.let_go()
        for worker in crew:
            worker.wait()
    return [results[job.chapter] for job in jobs]


class _Worker:
    """A worker process, the job it has, and the thread that passes on what it answers."""

    def __init__(self, lines: "queue.SimpleQueue[tuple[_Worker, str]]", engine: str) -> None:
        self._engine = engine
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the process has ended)
        self._process = subprocess.Popen(
            (*_WORKER, engine),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            # Ctrl-C in a terminal is for the parent; a worker ends when the parent lets it go.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._job: ChapterJob | None = None
        self._started = 0.0
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()

    def give(self, job: ChapterJob) -> None:
        """Have the process run `job`."""
        self._job, self._started = job, time.monotonic()
        message = {
            "chapter": job.chapter,
            "engine": self._engine,
            "notebook": str(job.notebook),
            "output": str(job.output),
            "root": str(job.root),
            "parameters": dict(job.parameters),
            "environment": dict(job.environment),
        }
        with contextlib.suppress(OSError):  # a process that has died is seen by its silence
            print(json.dumps(message), file=self._process.stdin, flush=True)

    def result(self, line: str) -> ChapterResult:
        """The result of the job, from the `line` the process answered ("" when it died)."""
        job, seconds = self._job, time.monotonic() - self._started
        if not line:
            failure = Failure("", "ProcessEnded", self._last_words())
            return ChapterResult(job.chapter, job.output, seconds, failure=failure)
        answer = json.loads(line)
        failed = answer["failure"]
        return ChapterResult(
            chapter=job.chapter,
            output=job.output,
            seconds=seconds,
            log=tuple(answer["log"]),
            failure=failed and Failure(failed["cell"], failed["exception"], tuple(failed["lines"])),
        )

    def let_go(self) -> None:
        """Tell the process to end, with its kernel."""
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

    def _listen(self, lines: "queue.SimpleQueue[tuple[_Worker, str]]") -> None:
        with self._process.stdout as answers:
            for line in answers:
                lines.put((self, line))
        lines.put((self, ""))

    def _last_words(self) -> tuple[str, ...]:
        self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().decode("utf-8", "replace").splitlines()
        return tuple(line for line in words if line.strip())[-_LAST_WORDS:]


def _next_line(lines: "queue.SimpleQueue[tuple[_Worker, str]]") -> tuple[_Worker, str]:
    """The next answer of a worker. Waits in short turns: Windows sees Ctrl-C only in between."""
    while True:
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=0.5)
