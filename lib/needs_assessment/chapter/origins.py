"""Where the numbers of a table or chart come from."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from needs_assessment.chapter.cell import Cell


def origins(
    frame: pd.DataFrame, chosen: Callable[[Cell], bool] = lambda _: True
) -> list[dict[str, Any]]:
    """The chosen numbers of a frame that are shown: `name` (row and column), `shown`, `of` (the
    measure or indicator) and `sources`; those that no return gave are left out.
    """
    several = len(frame.columns) > 1
    return [
        {
            "name": f"{name}, {column}" if several else str(name),
            "shown": str(cell),
            "of": cell.indicator or cell.key.partition("|")[0],
            "sources": cell.sources,
        }
        for column in frame.columns
        for name, cell in zip(frame.index, frame[column], strict=True)
        if isinstance(cell, Cell) and cell.sources and not math.isnan(cell) and chosen(cell)
    ]
