import io
import subprocess
import sys
import threading

from needs_assessment.execution.lock import council_lock
from needs_assessment.execution.progress import Progress

HOLDER = """
import sys
from pathlib import Path
from needs_assessment.execution.lock import council_lock
with council_lock(Path(sys.argv[1]), "north", print):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    return holder


def run_second(path):
    """A second run; what it was told, and what happened in which order."""
    happened = []
    told = threading.Event()

    def wait(text):
        happened.append(text)
        told.set()

    def run():
        with council_lock(path, "north", wait):
            happened.append("ran")

    thread = threading.Thread(target=run)
    thread.start()
    return thread, told, happened


def test_a_free_lock_is_taken_in_silence(tmp_path):
    said = []
    for _ in range(2):
        with council_lock(tmp_path / "reports" / ".lock", "north", said.append):
            pass
    assert said == []


def test_a_second_run_says_that_it_waits_and_then_runs(tmp_path):
    with hold(tmp_path / ".lock") as holder:
        thread, told, happened = run_second(tmp_path / ".lock")
        assert told.wait(60)
        holder.stdin.close()
        thread.join(60)
    assert happened == ["Another run of north is in progress; waiting for it to end.", "ran"]


def test_a_killed_run_gives_the_lock_back(tmp_path):
    with hold(tmp_path / ".lock") as holder:
        thread, told, happened = run_second(tmp_path / ".lock")
        assert told.wait(60)
        holder.kill()
        thread.join(60)
    assert happened[-1] == "ran"


def show(stream):
    with Progress(stream) as progress:
        progress.event("marac", "started", 0.0)
        progress.event("refuge", "started", 0.0)
        progress.event("marac", "done", 2.34)
        progress.event("refuge", "failed", 0.5)
        progress.note("[c] stays as it is")
        progress.summary([("Report", "reports/north/2024-25/" + "long/" * 40), ("Flags", "3")])


def test_plain_lines_when_not_on_a_terminal():
    stream = io.StringIO()
    show(stream)
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["  marac            done      2.3 s", "  refuge           failed    0.5 s"]
    assert lines[2] == "[c] stays as it is"
    assert lines[-2] == "  Report  reports/north/2024-25/" + "long/" * 40
    assert lines[-1] == "  Flags   3"
    assert "\x1b" not in stream.getvalue()


def test_live_lines_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    show(stream)
    assert "running" in stream.getvalue()
    assert "done" in stream.getvalue()
