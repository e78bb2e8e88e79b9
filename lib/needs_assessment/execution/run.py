"""Executing the chapters of a run, several at a time, in processes of their own."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from needs_assessment.execution.crew import Answer, Crew

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


def chapter_crew(engine: str, size: int = 2) -> Crew:
    """The processes in which chapters run, `size` at a time; `engine` is as `choose_engine` gives
    it. Kept, they run the chapters of one council after another.
    """
    return Crew(_WORKER_PROGRAM, [engine], size)


def execute_chapters(
    jobs: Sequence[ChapterJob],
    engine: str,
    workers: int = 2,
    on_event: OnEvent | None = None,
    on_result: Callable[[ChapterResult], None] | None = None,
    crew: Crew | None = None,
) -> list[ChapterResult]:
    """Run `jobs` and return their results in the order of `jobs`.

    They run in the processes of `crew`, which are kept, or else in `workers` of their own.
    `engine` is as `choose_engine` gives it.

    A chapter that fails does not stop the others: its result says where and why. `on_event` is
    told (chapter, "started" | "done" | "failed", seconds), and `on_result` each result, as it
    comes. Ctrl-C, or the end of this process in any other way, ends the workers and their kernels.
    """
    tell = on_event or (lambda chapter, state, seconds: None)
    take = on_result or (lambda result: None)
    results: dict[int, ChapterResult] = {}

    def started(number: int) -> None:
        tell(jobs[number].chapter, STARTED, 0.0)

    def answered(number: int, answer: Answer) -> None:
        result = results[number] = _result(jobs[number], answer)
        take(result)
        tell(result.chapter, FAILED if result.failure else DONE, result.seconds)

    with contextlib.nullcontext(crew) if crew else chapter_crew(engine, workers) as processes:
        processes.run([_message(job, engine) for job in jobs], started, answered)
    return [results[number] for number in range(len(jobs))]


def _message(job: ChapterJob, engine: str) -> dict[str, Any]:
    """The job as a worker reads it."""
    return {
        "chapter": job.chapter,
        "engine": engine,
        "notebook": str(job.notebook),
        "output": str(job.output),
        "root": str(job.root),
        "parameters": dict(job.parameters),
        "environment": dict(job.environment),
    }


def _result(job: ChapterJob, answer: Answer) -> ChapterResult:
    """The result of `job`; a chapter that took its process down has failed."""
    if answer.content is None:
        failure = Failure("", "ProcessEnded", answer.last_words)
        return ChapterResult(job.chapter, job.output, answer.seconds, failure=failure)
    failed = answer.content["failure"]
    return ChapterResult(
        chapter=job.chapter,
        output=job.output,
        seconds=answer.seconds,
        log=tuple(answer.content["log"]),
        failure=failed and Failure(failed["cell"], failed["exception"], tuple(failed["lines"])),
    )
