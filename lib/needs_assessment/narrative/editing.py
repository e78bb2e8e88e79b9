"""JupyterLab as `make edit` opens it: at the chapters, set up for writing."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_SETTINGS = Path(__file__).with_name("jupyter")


def lab_command(chapters: Path) -> list[str]:
    """The command that opens JupyterLab at the folder `chapters`."""
    # The folder in which Jupyter looks for a style sheet has no option of its own.
    style = json.dumps({"static_custom_path": [str(_SETTINGS / "custom")]})
    return [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--custom-css",
        f"--ServerApp.tornado_settings={style}",
        str(chapters),
    ]


def lab_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment`, with our settings as defaults: what users have set themselves stands."""
    earlier = environment.get("JUPYTER_CONFIG_PATH")
    paths = [str(_SETTINGS), *([earlier] if earlier else [])]
    return {**environment, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
