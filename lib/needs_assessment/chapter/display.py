"""What the chapter's tables, figures and gaps send to the report."""

import io
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

from needs_assessment.chapter.records import MIME


def emit(record: dict[str, Any], shown: dict[str, str]) -> None:
    """Sends a record to the report, and beside it what Jupyter shows."""
    display({MIME: record, **shown}, raw=True)


def figure_svg(figure: Figure, salt: str) -> str:
    """The figure as SVG, the same bytes for the same figure; the figure is closed."""
    stream = io.StringIO()
    with plt.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
        figure.savefig(
            stream, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None}
        )
    plt.close(figure)
    return stream.getvalue()
