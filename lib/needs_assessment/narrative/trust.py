"""Notebooks that JupyterLab shows with their charts: SVG is drawn only in what it trusts."""

import hashlib
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path


def trust(placed: Iterable[tuple[Path, str]]) -> None:
    """Sign the notebooks that a run on this machine has put in place, as Jupyter signs what it ran.

    `placed`: each with the SHA-256 of the bytes that were put there; one that has been saved by
    another hand since is left alone. The signatures lie with the user's own Jupyter data. Where
    those cannot be written, or a notebook cannot be read, the notebooks stay untrusted and nothing
    else is the worse for it.
    """
    # See execution/run.py for the module that is taken for missing.
    sys.modules.setdefault("rfc3987_syntax", None)
    import nbformat
    from nbformat.sign import NotebookNotary

    try:
        notary = NotebookNotary()
        with closing(notary.store):
            for path, expected in placed:
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() == expected:
                    notary.sign(nbformat.reads(data.decode("utf-8"), as_version=4))
    except (OSError, sqlite3.Error):
        return
