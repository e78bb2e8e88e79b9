"""Domestic abuse needs assessments from notebooks, for English councils."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needs_assessment.chapter.opening import open_chapter

__version__ = "0.1.0"
__all__ = ["open_chapter"]


def __getattr__(name: str) -> object:
    """Notebooks import `open_chapter` from here; nothing heavy is loaded before they do."""
    if name == "open_chapter":
        from needs_assessment.chapter.opening import open_chapter

        return open_chapter
    raise AttributeError(name)
