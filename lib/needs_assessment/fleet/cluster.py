"""A fleet on a Dask cluster: other computers make the assessments, this one puts them in place."""

import time
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from needs_assessment.assessment import Made as MadeReady
from needs_assessment.assessment import Run, begun, place
from needs_assessment.book.quarto import find_quarto
from needs_assessment.council import load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.execution.progress import Listener
from needs_assessment.execution.run import DONE, FAILED, STARTED
from needs_assessment.fleet.fleet import Made, in_turn
from needs_assessment.fleet.helper import installed, make_council
from needs_assessment.fleet.parcel import pack_inputs, take_results
from needs_assessment.project import Project
from needs_assessment.publishing import make_ready

if TYPE_CHECKING:
    from distributed import Client, Future

_SECONDS_TO_ANSWER = 10
_SECONDS_WITHOUT_WORKERS = 60
_TRIES = 3
_COUNTED = ("executed", "chapters")


@dataclass
class _Job:
    """A council on its way: the edition it holds, and the worker that has it."""

    council: str
    tries: int = 0
    holding: ExitStack = field(default_factory=ExitStack)
    run: Run | None = None
    began: float = 0.0
    worker: str = ""
    future: "Future | None" = None


def assess_on_cluster(
    project: Project,
    names: Sequence[str],
    renderer: str,
    fresh: bool,
    scheduler: str,
    progress: Listener,
) -> list[Made]:
    """Makes the latest edition of each council in `names` on the cluster at `scheduler`.

    Each worker makes a council at a time, from inputs that are sent to it; what comes back is
    put in place here, as a run of this computer's own. A council whose worker is lost goes to
    another. Workers with other versions are not used. Raises AssessmentError when there is no such
    cluster, or no worker of it can be used, before or while councils are made.
    """
    councils = in_turn(project, names)
    renderer = _settled(renderer)
    with _client(scheduler) as client:
        fleet = _Fleet(project, client, renderer, fresh, progress)
        try:
            return fleet.run(councils)
        finally:
            fleet.let_go()


class _Fleet:
    """The councils of one command, and the workers they are given to."""

    def __init__(
        self, project: Project, client: "Client", renderer: str, fresh: bool, progress: Listener
    ) -> None:
        self._project, self._client, self._progress = project, client, progress
        self._renderer, self._fresh = renderer, fresh
        self._here = installed()
        self._fit: dict[str, bool] = {}
        self._all_refused = False
        self._said: set[str] = set()
        self._running: dict[str, _Job] = {}
        self._waiting: deque[_Job] = deque()

    def run(self, councils: Sequence[str]) -> list[Made]:
        self._waiting.extend(_Job(council) for council in councils)
        made: list[Made] = []
        patience = time.monotonic() + _SECONDS_WITHOUT_WORKERS
        while self._waiting or self._running:
            workers = self._workers()
            if workers:
                patience = time.monotonic() + _SECONDS_WITHOUT_WORKERS
            elif self._all_refused or time.monotonic() > patience:
                raise AssessmentError(
                    "The cluster has no worker that can be used.",
                    "Start one on each computer, from the same checkout and environment as here"
                    " (README.md, “Beyond one computer”), and run again: what is done is kept.",
                )
            for job in list(self._running.values()):
                if each := self._look_at(job, workers):
                    made.append(each)
            for worker in workers:
                if self._waiting and worker not in self._running:
                    failed = self._give(self._waiting.popleft(), worker)
                    made += [failed] if failed else []
            time.sleep(0.1)
        return sorted(made, key=lambda each: each.council)

    def let_go(self) -> None:
        """Takes back what is still running; the report folders are free again."""
        for job in self._running.values():
            job.future.cancel(force=True)
            job.holding.close()

    def _workers(self) -> list[str]:
        """The workers there are now that have the versions of this computer."""
        present = list(self._asked(self._client.nthreads))
        if not present and not self._fit:
            self._say_once("Waiting for a worker of the cluster …")
        new = [worker for worker in present if worker not in self._fit]
        if new:
            answers = self._asked(
                lambda: self._client.run(installed, workers=new, on_error="return")
            )
            for worker, theirs in answers.items():
                wrong = _differences(self._here, theirs)
                self._fit[worker] = not wrong
                if wrong:
                    self._progress.note(f"Worker {worker} is not used: {wrong}.")
        fit = [worker for worker in present if self._fit.get(worker)]
        self._all_refused = bool(present) and not fit
        return fit

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._progress.note(text)

    def _give(self, job: _Job, worker: str) -> Made | None:
        """Sends a council to a worker; what came of it when it cannot even be sent."""
        job.worker, job.tries = worker, job.tries + 1
        try:
            if job.run is None:
                job.began = time.monotonic()
                self._progress.event(job.council, STARTED, 0.0)
                job.run = job.holding.enter_context(
                    begun(self._project, job.council, None, self._renderer, self._progress)
                )
            council = load_council(self._project, job.council)
            message = {
                "council": job.council,
                "period": job.run.edition,
                "renderer": self._renderer,
                "fresh": self._fresh,
                "parcel": b64encode(pack_inputs(self._project, council)).decode(),
            }
        except AssessmentError as error:
            return self._end(job, error=error.message)
        job.future = self._asked(
            lambda: self._client.submit(
                make_council, message, workers=[worker], pure=False, retries=0
            )
        )
        self._running[worker] = job
        return None

    def _look_at(self, job: _Job, workers: Sequence[str]) -> Made | None:
        """What came of a running council, if it has ended; without its worker it waits again."""
        if job.future.status == "finished":
            answer = self._asked(job.future.result)
            del self._running[job.worker]
            return self._take(job, answer)
        if job.worker in workers and job.future.status == "pending":
            return None
        del self._running[job.worker]
        job.future.cancel(force=True)
        if job.tries < _TRIES:
            self._progress.note(f"{job.council}: worker {job.worker} is lost; it goes to another.")
            self._waiting.appendleft(job)
            return None
        return self._end(job, error=f"{job.tries} workers were lost over it.")

    def _take(self, job: _Job, answer: dict[str, Any]) -> Made:
        """Puts what a worker made in place."""
        if "ended" in answer:
            words = answer["ended"][-1] if answer["ended"] else "not enough memory, perhaps"
            return self._end(job, error=f"its process ended: {words}")
        try:
            if "parcel" not in answer:
                return self._end(job, error=answer["error"])
            report = job.run.report
            ready = take_results(b64decode(answer["parcel"]), report)
            if answer["error"] or not ready:
                return self._end(job, error=answer["error"] or "nothing came back.")
            make_ready(report)
            made = MadeReady(**{name: answer[name] for name in ("renderer", "audit", *_COUNTED)})
            flags = place(job.run, made).flags
        except AssessmentError as error:
            return self._end(job, error=error.message)
        return self._end(job, "", *(answer[name] for name in _COUNTED), flags)

    def _end(
        self, job: _Job, error: str, executed: int = 0, chapters: int = 0, flags: int = 0
    ) -> Made:
        job.holding.close()
        seconds = time.monotonic() - job.began
        self._progress.event(job.council, FAILED if error else DONE, seconds)
        return Made(job.council, seconds, error, executed, chapters, flags)

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """What the cluster answers."""
        try:
            return ask()
        except (OSError, TimeoutError) as error:
            raise AssessmentError(
                f"The scheduler is gone ({type(error).__name__}).",
                "Start it and run again: what is done is kept.",
            ) from None


def _differences(here: dict[str, str], there: object) -> str:
    """What a worker has otherwise than this computer, in words; "" when nothing."""
    if not isinstance(there, dict):
        return f"needs-assessment cannot be imported there ({type(there).__name__})"
    wrong = []
    for name in sorted(here.keys() | there.keys()):
        mine, theirs = here.get(name, "none"), there.get(name, "none")
        if mine == theirs:
            continue
        if name == "needs_assessment":
            wrong.append("its needs-assessment is another version than the one here")
        else:
            wrong.append(f"{name} is {theirs} there and {mine} here")
    return "; ".join(wrong)


def _settled(renderer: str) -> str:
    """The renderer every worker has to use, so that all reports are alike."""
    if renderer != "auto":
        return renderer
    return "quarto" if find_quarto() else "builtin"


@contextmanager
def _client(scheduler: str) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError:
        raise AssessmentError(
            "SCHEDULER needs the package `distributed`, which is not installed.",
            "Install requirements.lock, which holds it.",
        ) from None
    try:
        client = Client(scheduler, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise AssessmentError(
            f"No Dask scheduler answers at {scheduler}: {error}",
            "Give its address as tcp://host:8786, or tls:// with Dask's own settings for"
            " certificates; start one with `dask scheduler`.",
        ) from None
    with client:
        yield client
