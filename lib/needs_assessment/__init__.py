"""Domestic abuse needs assessments from notebooks, for English councils."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needs_assessment.chapter import charts
    from needs_assessment.chapter.opening import open_chapter

__version__ = "0.1.0"
__all__ = ["charts", "open_chapter"]


def __getattr__(name: str) -> object:
    """Notebooks import `open_chapter` and `charts` from here; nothing heavy is loaded before."""
    if name == "open_chapter":
        from needs_assessment.chapter.opening import open_chapter

        return open_chapter
    if name == "charts":
        from needs_assessment.chapter import charts

        return charts
    raise AttributeError(name)
