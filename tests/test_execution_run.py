import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from needs_assessment.execution.outputs import forbidden_outputs, normalise
from needs_assessment.execution.run import ChapterJob, Failure, execute_chapters
from needs_assessment.narrative.files import notebook_bytes, read_notebook
from toy_notebooks import code, markdown, notebook, parameters, title

RECORD = "application/vnd.needs-assessment+json"
GAP = (
    "from IPython.display import display\n"
    f"display({{'{RECORD}': {{'kind': 'gap', 'text': council}}}}, raw=True)"
)
BOOKS = {
    "good": notebook(
        title(),
        parameters(),
        code("gap", GAP),
        code("warn", "import sys\nprint('\\x1b[31mcareful\\x1b[0m', file=sys.stderr)"),
        markdown("prose", "Text."),
        code("sets", f"display({{'{RECORD}': list({{'a', 'b', 'c', 'd'}})}}, raw=True)"),
        code(
            "surroundings",
            "import os, sys\n"
            "here = [sys.executable, os.getcwd(), os.environ['NEEDS_ASSESSMENT_STORE'],\n"
            "        os.environ['MPLBACKEND'], 'from_startup' in globals()]\n"
            f"display({{'{RECORD}': here}}, raw=True)",
        ),
    ),
    "fails": notebook(
        title(),
        parameters(),
        code("first", "one = 1"),
        code("boom", "two = 2\n1 / 0\nthree = 3"),
        code("after", "four = 4"),
    ),
    "dies": notebook(title(), parameters(), code("fatal", "import os\nos._exit(3)")),
    "leaves": notebook(
        title(), parameters(), code("leave", "import sys\nsys.exit()"), code("rest", GAP)
    ),
    "prints": notebook(
        title(),
        parameters(),
        code("printed", "print('text')"),
        code("shown", "1 + 1"),
        code("html", "from IPython.display import HTML\nHTML('<b>x</b>')"),
        code("quiet", "x = 1"),
    ),
}


ENGINES = ("warm", "stock")


def job(folder, chapter, book, root=None):
    source = folder / f"{chapter}.source.ipynb"
    source.write_bytes(notebook_bytes(book))
    return ChapterJob(
        chapter=chapter,
        notebook=source,
        output=folder / "executed" / f"{chapter}.ipynb",
        root=root or folder,
        parameters={"council": "west", "period": "2024-25"},
        environment={"NEEDS_ASSESSMENT_STORE": "store.json"},
    )


def run(folder, books, monkeypatch, engine):
    """Run `books` as an analyst with settings of their own would."""
    (folder / "executed").mkdir(parents=True)
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "own.py").write_text("from_startup = ['leaked']")
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("PYTHONHASHSEED", "random")
    events = []
    jobs = [job(folder, chapter, book) for chapter, book in books.items()]
    results = execute_chapters(jobs, engine, on_event=lambda *event: events.append(event[:2]))
    return {result.chapter: result for result in results}, events


@pytest.fixture(scope="module", params=ENGINES)
def outcome(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = tmp_path_factory.mktemp("run {council}")
        yield *run(folder, BOOKS, monkeypatch, request.param), request.param


def test_parameters_environment_and_interpreter_reach_the_kernel(outcome):
    result = outcome[0]["good"]
    assert result.failure is None
    book = read_notebook(result.output)
    records = {
        cell["id"]: cell["outputs"][0]["data"][RECORD]
        for cell in book["cells"]
        if cell.get("outputs")
    }
    assert records["gap"] == {"kind": "gap", "text": "west"}
    assert records["surroundings"] == [
        sys.executable,
        str(result.output.parent.parent),
        "store.json",
        "module://matplotlib_inline.backend_inline",
        False,
    ]


def test_a_result_holds_nothing_of_the_run_itself(outcome):
    result = outcome[0]["good"]
    assert "papermill" not in result.output.read_text(encoding="utf-8")
    cells = {cell["id"]: cell for cell in read_notebook(result.output)["cells"]}
    assert list(cells)[:3] == ["title", "parameters", "injected-parameters"]
    assert cells["warn"]["outputs"] == []
    assert result.log == ("warn: careful",)


def test_two_runs_give_the_same_bytes(outcome, tmp_path, monkeypatch):
    results, _ = run(tmp_path, {"good": BOOKS["good"]}, monkeypatch, outcome[2])
    first, second = outcome[0]["good"].output, results["good"].output
    same = second.read_bytes().replace(str(tmp_path).encode(), str(first.parent.parent).encode())
    assert first.read_bytes() == same


def test_a_failing_chapter_says_where_and_stops_no_other(outcome):
    results, events, _ = outcome
    assert results["fails"].failure == Failure(
        "boom", "ZeroDivisionError", ("division by zero", "line 2: 1 / 0")
    )
    assert results["dies"].failure.cell == "fatal"
    assert results["dies"].failure.exception == "DeadKernelError"
    assert results["leaves"].failure.cell == "rest"
    assert results["good"].failure is None
    assert set(events) == {
        *((chapter, "started") for chapter in BOOKS),
        ("good", "done"), ("prints", "done"), ("fails", "failed"), ("dies", "failed"),
        ("leaves", "failed"),
    }  # fmt: skip


def test_a_failed_notebook_has_no_banner(outcome):
    book = read_notebook(outcome[0]["fails"].output)
    assert [cell["id"] for cell in book["cells"]] == [
        "title", "parameters", "injected-parameters", "first", "boom", "after",
    ]  # fmt: skip


def test_output_that_is_no_record_is_found_with_its_cell(outcome):
    results, _, _ = outcome
    found = forbidden_outputs("prints", read_notebook(results["prints"].output))
    assert [problem.cell for problem in found] == ["printed", "shown", "html"]
    assert found[0].text.startswith("prints, cell printed: prints output that bypasses table")
    assert forbidden_outputs("good", read_notebook(results["good"].output)) == ()


def test_normalising_again_changes_nothing(outcome):
    book = read_notebook(outcome[0]["good"].output)
    assert normalise(book) == (book, ())


def test_no_jobs_need_no_worker():
    assert execute_chapters([], "warm") == []


# A run in a process of its own, whose kernel says which process it is and then waits.
RUNNER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_execution_run import code, execute_chapters, job, notebook, parameters
folder = Path(sys.argv[1])
wait = "import os, time\\nopen(f'{os.getpid()}.pid', 'w').close()\\ntime.sleep(600)"
books = {name: notebook(parameters(), code("wait", wait)) for name in ("one", "two")}
execute_chapters([job(folder, name, book) for name, book in books.items()], sys.argv[3])
"""


def wait_for(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within a minute")


def is_gone(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    # A process that has ended and that nobody has waited for yet.
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def running_kernels(folder):
    return [int(path.stem) for path in folder.glob("*.pid")]


@pytest.fixture(params=ENGINES)
def runner(request, tmp_path):
    (tmp_path / "executed").mkdir()
    arguments = [sys.executable, "-c", RUNNER, str(tmp_path), str(Path(__file__).parent)]
    arguments.append(request.param)
    process = subprocess.Popen(
        arguments, stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    wait_for(lambda: len(running_kernels(tmp_path)) == 2)
    yield process, tmp_path
    process.kill()
    process.wait()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_kernel_outlives_the_run(runner, ending):
    process, folder = runner
    process.send_signal(ending)
    process.wait(60)
    wait_for(lambda: all(is_gone(kernel) for kernel in running_kernels(folder)))
    wait_for(lambda: not list(folder.glob("needs-*")))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("engine", "worker"),
    [("stock", "os.getppid()"), ("warm", "multiprocessing.parent_process().pid")],
)
def test_a_killed_worker_takes_its_kernel_along_and_stops_no_other(
    tmp_path, monkeypatch, engine, worker
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "executed").mkdir()
    kill = (
        "import multiprocessing, os, signal, time\n"
        f"os.kill({worker}, signal.SIGKILL)\ntime.sleep(600)"
    )
    note = "import os\nopen(f'{os.getpid()}.pid', 'w').close()\n"
    books = {
        "first": notebook(parameters(), code("kill", note + kill)),
        "second": notebook(parameters(), code("fine", "x = 1")),
    }
    jobs = [job(tmp_path, name, book) for name, book in books.items()]
    first, second = execute_chapters(jobs, engine, workers=1)
    assert first.failure.exception == "ProcessEnded"
    assert second.failure is None
    wait_for(lambda: all(is_gone(kernel) for kernel in running_kernels(tmp_path)))
