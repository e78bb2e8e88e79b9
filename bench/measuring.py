"""Measuring a command and all that it starts, and the projects that benchmarks run in."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
PERIOD = "2024-25"
PROGRAM = (sys.executable, "-m", "needs_assessment.cli")
_SECONDS_BETWEEN = 0.5


@dataclass(frozen=True)
class Measured:
    """Seconds of the wall clock, and peak memory of the command and its processes together, in
    MiB: what they share counted once (proportional set size), where the system says (Linux).
    """

    seconds: float
    peak_mb: int | None

    def as_dict(self) -> dict[str, float | None]:
        return asdict(self)


def measure(
    *commands: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Runs `commands` one after another in `folder`. Raises CalledProcessError when one fails.

    Compiled modules are kept, as they are once a program has been used.
    """
    watch = _Memory()
    variables = {**os.environ, **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    for command in commands:
        with (
            tempfile.TemporaryFile("w+") as said,
            subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdout=said,
                stderr=subprocess.STDOUT,
            ) as process,
            watch.over(process.pid),
        ):
            status = process.wait()
            if status:
                said.seek(0)
                raise subprocess.CalledProcessError(status, command, said.read())
    return Measured(round(time.perf_counter() - started, 2), watch.peak_mb)


class _Memory:
    """The highest memory seen in a process and all below it."""

    def __init__(self) -> None:
        self.peak_mb: int | None = None

    @contextlib.contextmanager
    def over(self, process: int) -> Iterator[None]:
        """Watches while the context lasts."""
        ended = threading.Event()
        watching = threading.Thread(target=self._watch, args=(process, ended))
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()

    def _watch(self, process: int, ended: threading.Event) -> None:
        while not ended.wait(_SECONDS_BETWEEN):
            with contextlib.suppress(psutil.NoSuchProcess):
                below = psutil.Process(process).children(recursive=True)
                held = sum(_shared_once(each) for each in [process, *(b.pid for b in below)])
                self.peak_mb = max(self.peak_mb or 0, held) or None


def _shared_once(process: int) -> int:
    """MiB of a process, or 0 when it has just ended. Reading the sum costs least."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(text.partition("\nPss:")[2].split(maxsplit=1)[0]) // 1024


@contextlib.contextmanager
def example_project() -> Iterator[Path]:
    """A copy of the project without reports, in a temporary folder."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for each in ("data", "notebooks", "params"):
            shutil.copytree(ROOT / each, folder / each)
        shutil.copy(ROOT / "quarto.yml", folder)
        (folder / "reports").mkdir()
        yield folder


@contextlib.contextmanager
def fleet_project(councils: int) -> Iterator[Path]:
    """A project of so many relevant authorities with illustrative returns."""
    with tempfile.TemporaryDirectory() as place:
        script = ROOT / "data" / "make_illustrative_fleet.py"
        command = [sys.executable, script, place, "--councils", str(councils)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield Path(place)


def councils_of(folder: Path) -> list[str]:
    """The councils of a project."""
    return sorted(
        path.stem for path in (folder / "params").glob("*.yml") if path.stem != "defaults"
    )
