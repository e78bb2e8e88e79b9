"""The process that imports the libraries once, and of which each notebook gets a copy.

It is the standard library's fork server: it has one thread, so that a copy of it is sound.
"""

import multiprocessing
import os
from multiprocessing.context import ForkServerContext

# Other people's code only: our own may have changed since the fork server began.
PRELOADED = (
    "IPython.display",
    "font_source_sans_pro",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "matplotlib.backends.backend_svg",
    "matplotlib.patheffects",
    "matplotlib.pyplot",
    "numpy",
    "pandas",
    "scipy.stats",
    "seaborn",
    "afcharts",
    "jinja2",
    # Of itself pydantic imports next to nothing until it is used.
    "pydantic",
    "pydantic.fields",
    "pydantic.functional_validators",
    "pydantic.main",
    "pydantic.types",
    "yaml",
)


def fork_context() -> ForkServerContext:
    """Where to make processes that have imported the libraries already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def begin_imports() -> None:
    """Have the libraries imported while there is something else to do.

    The order of sets, which Python fixes when a process starts, is the same in every run.
    """
    os.environ["PYTHONHASHSEED"] = "0"
    fork_context().Process(target=_nothing, daemon=True).start()


def _nothing() -> None:
    """What the first process does: asking for it begins the imports."""
