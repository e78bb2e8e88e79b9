"""The look of charts: the Government Analysis Function's style and colours."""

from pathlib import Path

import font_source_sans_pro
import matplotlib as mpl
from matplotlib import font_manager

from needs_assessment.chapter.chart import WIDTH


def use_style() -> None:
    """Sets matplotlib to the afcharts style, in the report's own typeface."""
    fonts = Path(font_source_sans_pro.__path__[0]) / "files"
    for weight in ("Regular", "Bold"):
        font_manager.fontManager.addfont(fonts / f"SourceSansPro-{weight}.ttf")
    mpl.style.use("afcharts.afcharts")
    mpl.rcParams.update(
        {
            "font.family": "sans-serif",
            "font.sans-serif": ["Source Sans Pro"],
            "font.size": 12,
            "figure.figsize": (WIDTH, 3.6),
            "axes.titlesize": 13,
            # Labels stay inside the figure, so that every chart is printed at the same size.
            "figure.constrained_layout.use": True,
            "figure.constrained_layout.h_pad": 0.09,
            "svg.fonttype": "path",
        }
    )
