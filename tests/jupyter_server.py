"""JupyterLab as `make edit` opens it, and the requests that its editor makes."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needs_assessment.narrative.editing import lab_command, lab_environment

_TOKEN = "a-token-of-the-tests"
_SECONDS_TO_START = 120


@dataclass(frozen=True)
class Jupyter:
    """A server, and the folder in it that notebooks are named from."""

    url: str
    folder: str = ""

    def at(self, folder: str) -> "Jupyter":
        """The same server, in one of its folders."""
        return Jupyter(self.url, f"{folder}/")

    def page(self, path: str) -> str:
        """The address of a notebook in JupyterLab."""
        return f"{self.url}lab/tree/{self.folder}{path}?token={_TOKEN}&reset"

    def open(self, path: str) -> dict[str, Any]:
        """The notebook as JupyterLab gets it: texts joined."""
        return self._ask("GET", f"api/contents/{self.folder}{path}?content=1")["content"]

    def save(self, path: str, notebook: dict[str, Any]) -> None:
        """Save as JupyterLab does."""
        body = {"type": "notebook", "format": "json", "content": notebook}
        self._ask("PUT", f"api/contents/{self.folder}{path}", body)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {_TOKEN}"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


@contextmanager
def jupyter(root: Path, own: Path) -> Iterator[Jupyter]:
    """A server for all that is in `root`; `own` is where it keeps what it needs."""
    environment = {
        **lab_environment(os.environ),
        **{f"JUPYTER_{name}_DIR": str(own / name) for name in ("CONFIG", "DATA", "RUNTIME")},
    }
    options = ["--no-browser", "--port=0", "--allow-root", f"--IdentityProvider.token={_TOKEN}"]
    with (own / "log").open("w") as log:
        server = subprocess.Popen(
            [*lab_command(root), *options], env=environment, stdout=log, stderr=log
        )
        try:
            yield Jupyter(_address(own / "RUNTIME", server))
        finally:
            server.terminate()
            server.wait()


def _address(runtime: Path, server: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            try:
                address = json.loads(path.read_text())["url"].replace("localhost", "127.0.0.1")
                urllib.request.urlopen(f"{address}api/status?token={_TOKEN}").close()
                return address
            except (OSError, ValueError):
                continue
        time.sleep(0.1)
    raise AssertionError("JupyterLab did not start")
