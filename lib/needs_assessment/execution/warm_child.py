"""A notebook's kernel inside a process forked from a warm parent: no sockets, no ports.

It is IPython's own kernel, so that a cell gives what it gives under Jupyter; only its messages
travel over a pipe to the process that waits for them.
"""

import asyncio
import contextlib
import gc
import hashlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import parent_process
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.jsonutil import json_clean

from needs_assessment.execution.warm_streams import CellStream, Message, Wire

_INLINE = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True)
class Start:
    """How a child starts: its variables, and what its random numbers begin from."""

    environment: Mapping[str, str]
    seed: str


def serve(connection: Connection, start: Start) -> None:
    """Run the cells that arrive over `connection` until it is closed.

    Sends the kernel's `language_info` once, then for each cell every message as it arises; its
    `execute_reply` is the last. The process, and all that cells started, end with the parent.
    """
    os.setsid()
    # What was imported stays: looking through it again would also copy the memory that is shared.
    gc.freeze()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(start.environment)
    sys.path.insert(_place_of_folder(), "")
    sys.argv = ["ipykernel_launcher.py"]
    _show_charts_inline()
    _seed_numpy(start.seed)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    kernel = WarmKernel.begin(connection)
    connection.send(kernel.language_info)
    with contextlib.suppress(EOFError):
        loop.run_until_complete(_run_cells(connection, kernel))
    os.killpg(0, signal.SIGKILL)


async def _run_cells(connection: Connection, kernel: "WarmKernel") -> None:
    while True:
        await kernel.run(connection.recv())


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.killpg(0, signal.SIGKILL)


def _place_of_folder() -> int:
    """Where Jupyter's kernel lists the notebook's folder: before what is installed."""
    installed = ("site-packages", "dist-packages")
    return next((i for i, path in enumerate(sys.path) if path.endswith(installed)), len(sys.path))


def _show_charts_inline() -> None:
    """What Jupyter's kernel sets before anything is imported; here matplotlib is imported."""
    import matplotlib as mpl

    os.environ["MPLBACKEND"] = _INLINE
    mpl.rcParams["backend"] = _INLINE


def _seed_numpy(seed: str) -> None:
    """A fork would begin every chapter with the same random numbers as the parent's."""
    import numpy as np

    np.random.seed(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]))


class WarmKernel(IPythonKernel):
    """IPython's kernel, its messages sent over a `Wire` rather than through sockets."""

    @classmethod
    def begin(cls, connection: Connection) -> "WarmKernel":
        """The kernel of this process, standard output and error going to `connection`."""
        wire = Wire(connection)
        # Nobody steps through a run; a debugger would take longer to start than the kernel.
        sys.modules["debugpy"] = None
        kernel = cls(session=wire, log=logging.getLogger("kernel"))
        del sys.modules["debugpy"]
        # The kernel asks whether it runs in the thread that may be interrupted.
        kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.current_thread())
        kernel.shell.displayhook.get_execution_count = lambda: kernel.execution_count
        kernel.streams = [CellStream(wire, "stdout", 1), CellStream(wire, "stderr", 2)]
        sys.stdout, sys.stderr = kernel.streams
        return kernel

    async def run(self, request: dict[str, Any]) -> None:
        """Run one cell, whose content is that of Jupyter's `execute_request`."""
        parent: Message = {
            "header": {"msg_id": request["msg_id"], "msg_type": "execute_request"},
            "msg_id": request["msg_id"],
            "msg_type": "execute_request",
            "parent_header": {},
            "metadata": {},
            "content": json_clean(request["content"]),
        }
        self.session.cell_header = parent["header"]
        self.set_parent([], parent, channel="shell")
        await self.execute_request(None, [], parent)

    def finish_metadata(self, parent: Message, metadata: dict, reply_content: dict) -> dict:
        """Called right before the reply is sent."""
        for stream in self.streams:
            stream.drain()
        return super().finish_metadata(parent, metadata, reply_content)

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """A cell is only asked for when the one before is done, so there is no queue."""
