"""Kernels of this Python that no other process can reach and that outlive nothing."""

import contextlib
import os
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

# A Unix socket's path has room for about 100 characters.
_LONGEST_FOLDER = 80


class LocalKernelManager(AsyncKernelManager):
    """Starts kernels of the interpreter that runs this, talking through private sockets.

    Sockets in a folder of the user's own need no ports and no encryption. Where the system has
    none (Windows), Jupyter's usual local ports are used.
    """

    launching = threading.Lock()
    latest: "LocalKernelManager | None" = None

    @default("kernel_spec_manager")
    def _kernel_of_this_python(self) -> KernelSpecManager:
        # With no folder to search, the one kernel is ipykernel under sys.executable: a "python3"
        # that another environment has registered for this user never runs a chapter.
        return KernelSpecManager(kernel_dirs=[])

    @default("transport")
    def _private_transport(self) -> str:
        return "tcp" if os.name == "nt" else "ipc"

    @default("connection_file")
    def _in_private_folder(self) -> str:
        return str(private_folder() / "k.json")

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kwargs: Any) -> None:
        with self.launching:
            type(self).latest = self
            await super()._async_launch_kernel(kernel_cmd, **kwargs)

    def kill(self) -> None:
        """End the kernel, and what it started, at once."""
        process = getattr(self.provisioner, "process", None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)


_folders: list[Path] = []


def private_folder() -> Path:
    """A folder that only this user can enter, for the sockets and settings of kernels."""
    if not _folders:
        wanted = tempfile.gettempdir()
        place = wanted if len(wanted) < _LONGEST_FOLDER or os.name == "nt" else "/tmp"
        _folders.append(Path(tempfile.mkdtemp(prefix="needs-", dir=place)))
    return _folders[0]


def set_environment(extra: dict[str, str]) -> None:
    """Set the variables that a kernel started next will have.

    Settings of the user's own (IPython start-up files, a chart backend) do not reach a chapter,
    and the order of sets is the same in every run.
    """
    os.environ.pop("MPLBACKEND", None)
    os.environ.update(kernel_environment(extra))


def kernel_environment(extra: dict[str, str]) -> dict[str, str]:
    """The variables that a kernel has beside those of this process."""
    own = {"IPYTHONDIR": str(private_folder() / "ipython"), "PYTHONHASHSEED": "0"}
    return own | extra


def end_latest_kernel() -> None:
    """End the kernel that is running or just being launched, if any. Call from any thread."""
    with LocalKernelManager.launching:
        if LocalKernelManager.latest is not None:
            LocalKernelManager.latest.kill()
