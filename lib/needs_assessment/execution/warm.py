"""The warm engine: each notebook in a process forked from a parent that has imported everything.

A kernel's start, its imports and its shutdown are most of the time of a short notebook. Here a
fork server imports the libraries once; a notebook gets a fresh copy of it in milliseconds.
"""

import contextlib
import itertools
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import wait
from typing import Any, Self

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger

from needs_assessment.execution.fork_server import fork_context
from needs_assessment.execution.warm_child import Start, serve

_SECONDS_TO_END = 5.0


class WarmEngine(Engine):
    """Papermill's engine `warm`; options: `environment`, `seed`, `execution_timeout`."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        environment: dict[str, str] | None = None,
        seed: str = "",
        execution_timeout: int | None = None,
        **options: Any,
    ) -> NotebookNode:
        """The executed notebook. Raises what nbclient raises: DeadKernelError when a cell ended
        its process, CellTimeoutError past the time limit of a cell.
        """
        client = _Client(
            nb_man,
            timeout=execution_timeout,
            kernel_name=kernel_name,
            record_timing=False,
            log=logger,
        )
        with _Child(Start(environment or {}, seed)) as child, _unsaved(nb_man):
            return client.run_with(child)


@contextlib.contextmanager
def _unsaved(nb_man: NotebookExecutionManager) -> Iterator[None]:
    """Papermill writes the whole notebook before and after each cell, which takes longer than the
    cells; it writes it once more at the end, however that comes.
    """
    path, nb_man.output_path = nb_man.output_path, None
    try:
        yield
    finally:
        nb_man.output_path = path


class _Client(PapermillNotebookClient):
    """nbclient's handling of outputs, with a child in place of a kernel's sockets."""

    def run_with(self, child: "_Child") -> NotebookNode:
        self.reset_execution_trackers()
        self._child = child
        language = child.language_info()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = language
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        """Run one cell and take in its outputs. Raises CellExecutionError when it failed."""
        skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or skipped:
            return cell
        self.code_cells_executed += 1
        cell.outputs = []
        self.clear_before_next_output = False
        for message in self._child.run(cell, self._get_timeout(cell)):
            if message["msg_type"] == "execute_reply":
                run_sync(self._check_raise_for_error)(cell, cell_index, message)
            else:
                self.process_message(message, cell, cell_index)
        return cell


class _Child:
    """A process forked for one notebook, and the pipe to it."""

    _numbers = itertools.count()

    def __init__(self, start: Start) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        self._process = fork_context().Process(target=serve, args=(theirs, start))
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.join(_SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def language_info(self) -> dict[str, Any]:
        """What the notebook's metadata says of the language, once the kernel is there."""
        return self._receive(None)

    def run(self, cell: NotebookNode, limit: float | None) -> Iterator[dict[str, Any]]:
        """The messages of a cell, the last of them its `execute_reply`."""
        content = {
            "code": cell.source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        deadline = None if limit is None else time.monotonic() + limit
        with contextlib.suppress(ConnectionError):  # a process that has died is seen right below
            self._connection.send({"msg_id": f"cell-{next(self._numbers)}", "content": content})
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            message = self._receive(left)
            if message is None:
                raise CellTimeoutError.error_from_timeout_and_cell(
                    "Cell execution timed out", limit, cell
                )
            yield message
            if message["msg_type"] == "execute_reply":
                return

    def _receive(self, limit: float | None) -> dict[str, Any] | None:
        """The next message, or None when none came in time."""
        ready = wait([self._connection, self._process.sentinel], limit)
        try:
            if self._connection in ready or (ready and self._connection.poll()):
                return self._connection.recv()
        except (EOFError, ConnectionError):
            raise DeadKernelError("Kernel died") from None
        if ready:
            raise DeadKernelError("Kernel died")
        return None
