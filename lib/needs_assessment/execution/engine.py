"""Which of Papermill's engines runs the chapters."""

import os
from collections.abc import Mapping

from needs_assessment.errors import AssessmentError

WARM, STOCK = "warm", "stock"


def choose_engine(environment: Mapping[str, str]) -> str:
    """`warm`, or `stock` where the variable ENGINE asks for it or the system cannot fork.

    Raises AssessmentError for any other value of ENGINE.
    """
    wanted = environment.get("ENGINE") or WARM
    if wanted not in (WARM, STOCK):
        raise AssessmentError(f"ENGINE is {wanted!r}.", "It can be warm (the default) or stock.")
    return wanted if hasattr(os, "fork") else STOCK
