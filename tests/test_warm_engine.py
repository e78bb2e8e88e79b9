"""The warm engine gives what Papermill's own engine gives."""

import json
import os
import re
import tempfile
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from needs_assessment.errors import AssessmentError
from needs_assessment.execution.engine import choose_engine

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

# Each cell a way of giving output that a kernel has to get right.
AWKWARD = {
    "rich": "import pandas as pd\npd.DataFrame({'a': [1, 2]}).style",
    "text": "print('one'); 'result'",
    "both": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "chart": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('T')",
    "chart shown": "fig, ax = plt.subplots()\nax.bar(['a'], [1])\nplt.show()\nprint('after')",
    "svg": "from IPython.display import SVG, Markdown, HTML, display\n"
    "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'), Markdown('**m**'), HTML('<b/>'))",
    "display id": "shown = display('first', display_id='one')\ndisplay('second', display_id='two')",
    "update": "from IPython.display import clear_output, update_display\n"
    "update_display('changed', display_id='one')",
    "update handle": "handle = display('a', display_id=True)\nhandle.update('b')",
    "clear": "print('gone')\nclear_output()\nprint('stays')",
    "clear later": "print('gone')\nclear_output(wait=True)\nprint('stays')",
    "capture": "%%capture taken\nprint('hidden')\ndisplay('hidden')",
    "captured": "taken.stdout",
    "warning": "import warnings\nwarnings.warn('careful', stacklevel=1)",
    "logging": "import logging\nlogging.warning('logged')",
    "await": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "loop": "asyncio.get_running_loop().is_running()",
    "task": "async def later():\n    return 3\nawait asyncio.gather(later(), later())",
    # The stock kernel takes in such bytes at its leisure.
    "raw stdout": "import os, time\n_ = os.write(1, b'raw\\n')\ntime.sleep(0.5)",
    "raw stderr": "_ = os.write(2, b'raw error\\n')\ntime.sleep(0.5)",
    "shell": "!echo from a shell; exit 3",
    "exit code": "_exit_code",
    "shell value": "lines = !printf 'a\\nb\\n'\nlines",
    "subprocess": "import subprocess, time\nran = subprocess.run(['echo', 'child'])\n"
    "time.sleep(0.5)\nran.returncode",
    "magic": "%env NEEDS_TEST=1",
    "history": "In[1], len(In), Out[2] if 2 in Out else None",
    "input number": "len(In)",
    "semicolon": "'not shown';",
    "none": "x = 1",
    "last": "_",
    "unicode": "print('½ — “ü”')",
    "carriage": "print('10%\\r20%', end='')",
    "main": "__name__, sys.path[sys.path.index('') + 1]",
    "thread": "import threading\nthread = threading.Thread(target=print, args=('threaded',))\n"
    "thread.start(); thread.join()",
    "input": "try:\n    input()\nexcept Exception as error:\n    print(type(error).__name__)",
    "magic error": "try:\n    get_ipython().run_line_magic('nosuch', '')\n"
    "except Exception as error:\n    print(error)",
    "raises": "def deep():\n    raise ValueError('bad')\ndeep()",
    "syntax": "this is not python",
    "name error": "nosuchname",
    "after": "'goes on'",
}
MAY_RAISE = ("raises", "syntax", "name error")

_TEMPORARY = re.compile(re.escape(tempfile.gettempdir()) + r"/ipykernel_\d+/\d+\.py")
_ADDRESS = re.compile(r"0x[0-9a-f]+|T_[0-9a-f]{5}")


def book_of(sources):
    book = nbformat.v4.new_notebook()
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, source in sources.items():
        tags = {"tags": ["raises-exception"]} if name in MAY_RAISE else {}
        book.cells.append(nbformat.v4.new_code_cell(source, metadata={**tags, "name": name}))
    return book


def execute(place, sources, engine, **options):
    source, output = place / "source.ipynb", place / f"{engine}.ipynb"
    nbformat.write(book_of(sources), source)
    papermill.execute_notebook(
        source,
        output,
        engine_name=None if engine == "stock" else engine,
        kernel_name="python3",
        progress_bar=False,
        cwd=str(place),
        **options,
    )
    return nbformat.read(output, as_version=4)


def without_noise(text):
    return _ADDRESS.sub("0x0", _TEMPORARY.sub("cell.py", text))


def joined(outputs):
    """The outputs, text of one stream in one piece: where the stock kernel cuts it is chance."""
    pieces = []
    for output in outputs:
        if output.output_type == "stream" and pieces and pieces[-1].get("name") == output.name:
            pieces[-1]["text"] += output.text
        else:
            pieces.append(dict(output))
    return pieces


def shown(book):
    """What each cell gives, by its name."""
    return {
        cell.metadata.name: (cell.execution_count, without_noise(json.dumps(joined(cell.outputs))))
        for cell in book.cells
        if "name" in cell.metadata
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    place = tmp_path_factory.mktemp("awkward")
    books = {}
    # Under pytest, ipykernel does not watch what is written past Python.
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    for engine in ("stock", "warm"):
        # Papermill says at the end that a cell raised, even one that may.
        with pytest.raises(PapermillExecutionError):
            execute(place, AWKWARD, engine)
        books[engine] = nbformat.read(place / f"{engine}.ipynb", as_version=4)
    return books


@pytest.mark.parametrize("name", AWKWARD)
def test_a_cell_gives_what_it_gives_under_the_stock_engine(both, name):
    assert shown(both["warm"])[name] == shown(both["stock"])[name]


def test_the_notebook_says_of_its_language_what_it_says_under_the_stock_engine(both):
    assert both["warm"].metadata.language_info == both["stock"].metadata.language_info


def test_a_cell_that_ends_its_process_is_a_dead_kernel(tmp_path):
    with pytest.raises(DeadKernelError):
        execute(tmp_path, {"fatal": "import os\nprint('said', flush=True)\nos._exit(3)"}, "warm")


def test_a_cell_that_never_ends_meets_the_time_limit(tmp_path):
    source = "import os, time\nopen(f'{os.getpid()}.pid', 'w').close()\ntime.sleep(600)"
    with pytest.raises(CellTimeoutError):
        execute(tmp_path, {"endless": source}, "warm", execution_timeout=1)
    process = int(next(tmp_path.glob("*.pid")).stem)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_a_cell_started_ends_with_the_notebook(tmp_path):
    source = "import subprocess\np = subprocess.Popen(['sleep', '600'])\nprint(p.pid)"
    book = execute(tmp_path, {"starts": source}, "warm")
    started = int(book.cells[0].outputs[0].text)
    for _ in range(100):
        if not Path(f"/proc/{started}").exists():
            return
        time.sleep(0.05)
    state = Path(f"/proc/{started}/stat").read_text().rpartition(")")[2].split()[0]
    assert state == "Z"


def test_random_numbers_differ_by_chapter_and_not_by_run(tmp_path):
    draw = {"draw": "import numpy as np\nnp.random.rand()"}
    drawn = [
        execute(tmp_path, draw, "warm", seed=seed).cells[0].outputs[0].data["text/plain"]
        for seed in ("north marac", "north marac", "north refuge")
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_one_notebook_leaves_nothing_to_the_next(tmp_path):
    execute(tmp_path, {"sets": "import pandas as pd\npd.leaked = 1\nleaked = 2"}, "warm")
    look = {"looks": "import pandas as pd\nhasattr(pd, 'leaked'), 'leaked' in globals()"}
    found = execute(tmp_path, look, "warm").cells[0].outputs[0].data["text/plain"]
    assert found == "(False, False)"


def test_the_stock_engine_can_be_asked_for_and_a_wrong_name_is_an_error(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    assert choose_engine({}) == "warm"
    assert choose_engine({"ENGINE": "stock"}) == "stock"
    with pytest.raises(AssessmentError, match="hot"):
        choose_engine({"ENGINE": "hot"})
    monkeypatch.setattr(tempfile, "tempdir", f"/{'long' * 20}")
    assert choose_engine({}) == "stock", "an address there would be too long for the fork server"
