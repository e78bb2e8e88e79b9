"""Processes that stand by for jobs: kept, replaced when they die, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from needs_assessment.execution.crew import Answer, Crew

PROGRAM = """
import os, sys, time
from needs_assessment.execution.crew import interrupt_main_thread, serve

def do(job):
    if job.get("dies"):
        print("out of paper", file=sys.stderr, flush=True)
        os._exit(3)
    print("what a library prints is no answer")
    time.sleep(job.get("seconds", 0))
    return {"process": os.getpid(), "folder": sys.argv[1]}

try:
    serve(do, interrupt_main_thread)
except KeyboardInterrupt:
    open(os.path.join(sys.argv[1], f"{os.getpid()}.ended"), "w").close()
"""
INTERRUPTED = """
import sys
sys.path.insert(0, sys.argv[1])
from test_crew import PROGRAM, Crew
with Crew(PROGRAM, [sys.argv[2]], 2) as crew:
    crew.run([{"seconds": 600}] * 3, lambda number: print("started", flush=True), None)
"""


def answers(crew: Crew, *jobs: dict) -> list[Answer]:
    found: dict[int, Answer] = {}
    started: list[int] = []
    crew.run(jobs, started.append, found.__setitem__)
    assert started == list(range(len(jobs)))
    return [found[number] for number in range(len(jobs))]


def processes(found: list[Answer]) -> set[int]:
    return {each.content["process"] for each in found if each.content}


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_processes_are_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    with Crew(PROGRAM, [str(tmp_path)], 2) as crew:
        first = answers(crew, {"seconds": 0.2}, {"seconds": 0.2}, {})
        assert len(processes(first)) == 2
        assert processes(answers(crew, {})) < processes(first)
        assert answers(crew) == []
    assert all(map(is_gone, processes(first)))
    assert len(list(tmp_path.glob("*.ended"))) == 2


def test_processes_that_stand_by_take_the_first_jobs_or_end_with_the_crew(tmp_path: Path) -> None:
    with Crew(PROGRAM, [str(tmp_path)], 2) as crew:
        crew.stand_by()
        standing = {each._process.pid for each in crew._idle}
        assert len(standing) == 2 and not any(map(is_gone, standing))
        (first,) = processes(answers(crew, {}))
        assert first in standing
    assert all(map(is_gone, standing))


def test_a_job_that_ends_its_process_takes_no_other_along(tmp_path: Path) -> None:
    with Crew(PROGRAM, [str(tmp_path)], 1) as crew:
        before, died, after = answers(crew, {}, {"dies": True}, {})
        assert died.content is None and died.last_words[-1] == "out of paper"
        assert before.content and after.content
        assert before.content["process"] != after.content["process"]


def test_one_that_ended_while_idle_is_replaced(tmp_path: Path) -> None:
    with Crew(PROGRAM, [str(tmp_path)], 1) as crew:
        (first,) = processes(answers(crew, {}))
        os.kill(first, signal.SIGKILL)
        time.sleep(0.5)
        assert processes(answers(crew, {})) != {first}


def test_what_the_caller_raises_leaves_no_job_running(tmp_path: Path) -> None:
    with Crew(PROGRAM, [str(tmp_path)], 2) as crew:
        (first,) = processes(answers(crew, {}))

        def refuse(number: int, answer: Answer) -> None:
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="the disk is full"):
            crew.run([{"seconds": 600}, {}], lambda number: None, refuse)
        assert is_gone(first)
        assert processes(answers(crew, {}))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_jobs_are_interrupted_when_the_parent_ends(tmp_path: Path, ending: int) -> None:
    arguments = [sys.executable, "-c", INTERRUPTED, str(Path(__file__).parent), str(tmp_path)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert [parent.stdout.readline() for _ in range(2)] == ["started\n"] * 2
        time.sleep(1.0)
        parent.send_signal(ending)
    deadline = time.monotonic() + 30
    while len(list(tmp_path.glob("*.ended"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(list(tmp_path.glob("*.ended"))) == 2
