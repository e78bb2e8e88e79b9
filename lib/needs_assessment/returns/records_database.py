"""The database that extracts are counted in: in memory, and nothing else."""

import os
from pathlib import Path

import duckdb

MEMORY = "800MB"
_MOST_THREADS = 4


def connect(extract: Path, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A database in memory that may read the extract and no other file, and write none.

    It does not spill, print, log or load extensions.
    """
    database = duckdb.connect(
        config={
            "temp_directory": "",
            "memory_limit": memory,
            "threads": min(os.cpu_count() or 1, _MOST_THREADS),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    database.execute("SET enable_progress_bar = false")
    database.execute(f"SET allowed_paths = [{quoted(str(extract))}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
