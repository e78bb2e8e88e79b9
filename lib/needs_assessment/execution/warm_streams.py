"""Where a warm kernel's messages and streams go: one pipe."""

import io
import os
import threading
from multiprocessing.connection import Connection
from typing import Any

from ipykernel.jsonutil import json_clean
from jupyter_client.session import Session

Message = dict[str, Any]

_CHUNK = 65536


class Wire(Session):
    """Sends the kernel's messages over a pipe, in the order they arise."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._lock = threading.Lock()
        self.cell_header: dict[str, Any] = {}

    def send(  # type: ignore[override]
        self,
        stream: Any,
        msg_or_type: Message | str,
        content: dict[str, Any] | None = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: dict[str, Any] | None = None,
    ) -> Message:
        """Send one message, without the parts that no reader of it has use for."""
        if isinstance(msg_or_type, str):
            message = {"msg_type": msg_or_type, "content": content, "metadata": metadata or {}}
        else:
            message = {key: msg_or_type[key] for key in ("msg_type", "content", "metadata")}
        message["header"] = {"msg_type": message["msg_type"]}
        message["parent_header"] = self.cell_header
        message["buffers"] = [bytes(buffer) for buffer in buffers or ()]
        with self._lock:
            self._connection.send(json_clean(message) if not buffers else message)
        return message


class CellStream(io.TextIOBase):
    """Standard output or error of a cell: what Python writes, and what reaches the descriptor.

    Text is held until something else is sent or the cell ends, as Jupyter's kernel does.
    """

    encoding = "UTF-8"

    def __init__(self, wire: Wire, name: str, descriptor: int) -> None:
        self.name = name
        self._wire = wire
        self._descriptor = descriptor
        self._held: list[str] = []
        self._lock = threading.RLock()
        self._drained = threading.Event()
        self._mark = b"\0" + os.urandom(16) + b"\0"
        self._original = os.dup(descriptor)
        source, sink = os.pipe()
        os.dup2(sink, descriptor)
        os.close(sink)
        threading.Thread(target=self._watch, args=(source,), daemon=True).start()

    def fileno(self) -> int:
        """The descriptor as it was before, as Jupyter's stream gives it."""
        return self._original

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, text: str) -> int:
        """Hold `text`; its length. Raises TypeError for anything but text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        with self._lock:
            self._held.append(text)
        return len(text)

    def flush(self) -> None:
        """Send what is held."""
        with self._lock:
            text, self._held = "".join(self._held), []
            if text:
                self._wire.send(None, "stream", {"name": self.name, "text": text})

    def drain(self) -> None:
        """Wait for what was written to the descriptor, and send it."""
        self._drained.clear()
        os.write(self._descriptor, self._mark)
        self._drained.wait(5)
        self.flush()

    def set_parent(self, parent: Message) -> None:
        """Streams belong to the cell that is running; the wire knows it."""

    def _watch(self, source: int) -> None:
        left = b""
        while chunk := os.read(source, _CHUNK):
            left += chunk
            marked = self._mark in left
            left = left.replace(self._mark, b"")
            keep = 0 if marked else self._partial(left)
            text, left = left[: len(left) - keep], left[len(left) - keep :]
            if text:
                self.write(text.decode("utf-8", "replace"))
            if marked:
                self._drained.set()

    def _partial(self, data: bytes) -> int:
        """How many bytes at the end may be the beginning of the mark."""
        longest = min(len(data), len(self._mark) - 1)
        return next((n for n in range(longest, 0, -1) if self._mark.startswith(data[-n:])), 0)
